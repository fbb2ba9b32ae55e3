"""A way into a state of both ends once more, as it really is: with all numbers, and all partners' ends at once.

The states themselves leave that out, and the ends of an assignment that is over. So a way is only proven by this.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from shared.domain.checks.worlds.crossings import Crossings, Pair, PairId
from shared.domain.checks.worlds.happenings import Happening, arrived, at_hand, heard
from shared.domain.checks.worlds.numbered import Numbered, Turn
from shared.domain.checks.worlds.sides import Side
from shared.domain.definitions.vocabulary import CREATE
from shared.domain.model.ends import Direction, Message


@dataclass(frozen=True, slots=True)
class Played:
    """The owner's end, the partners' by generation, what is under way, and what was heard."""

    numbered: Numbered
    owner: Side
    generation: int = 0
    """The assignment that the way is about: the present one, or that before, once its end is looked at by itself."""
    partners: Mapping[int, Side] = field(default_factory=dict)
    flight: tuple[Message, ...] = ()
    heard: tuple[Message, ...] = ()

    def after(self, turn: Turn, then: Pair) -> Played | None:
        """What the turn has made of it; None where it cannot be taken."""
        told = next(self._saying(turn), None)
        if (told is None) != (turn.word is None):
            return None
        rest = self if told is None or turn.again else self._without(told)
        if told is not None and told.action == CREATE:
            return rest.having(arrived(self.owner, told)[1], 0, then)
        side = self._side(turn)
        happening = self._happening(side, turn, told) if side is not None else None
        if side is None or happening is None:
            return None
        return rest.having(Side(happening.after, side.task_id), len(side.world.sent), then)

    def _without(self, told: Message) -> Played:
        """With the message heard."""
        return replace(self, flight=tuple(m for m in self.flight if m is not told), heard=(*self.heard, told))

    def _is_partners(self, turn: Turn) -> bool:
        return self.numbered.sides[turn.at].end.kind == "partner"

    def _side(self, turn: Turn) -> Side | None:
        return self.partners.get(self.generation) if self._is_partners(turn) else self.owner

    def _saying(self, turn: Turn) -> Iterator[Message]:
        """What the end hears in the turn: what is first under way to it, or was heard before, if it says that."""
        direction: Direction = "to_partner" if self._is_partners(turn) else "to_owner"
        there = self.heard if turn.again else self.lane(direction)[:1]
        return (m for m in there if m.direction == direction and self.numbered.word(m) == turn.word)

    def lane(self, direction: Direction) -> tuple[Message, ...]:
        """What is under way in one direction, of the assignment that the way is about."""
        return tuple(m for m in self.flight if (m.generation, m.direction) == (self.generation, direction))

    def _happening(self, side: Side, turn: Turn, told: Message | None) -> Happening | None:
        if told is not None:
            return heard(side, told, again=turn.again)
        return next((h for h in at_hand(side, self.numbered.aside) if h.step == turn.step), None)

    def having(self, side: Side, already: int, then: Pair) -> Played:
        """With the end as it is now, and what it has said since is under way."""
        flight = (*self.flight, *(told for told in side.world.sent[already:] if told.task_id == side.task_id))
        if side.end.kind == "partner":
            return replace(self, partners={**self.partners, side.end.generation: side}, flight=flight)
        present = side.end.generation if then.owner is not None else self.generation
        return replace(self, owner=side, generation=present, flight=flight)


def replayed(found: Crossings, pair: PairId) -> bool:
    """Whether the way leads into the state once more, and nothing on it was only said to come about."""
    birth, turns = found.along(pair)
    played: Played | None = Played(found.numbered, Side(birth.world, birth.task_id))
    for turn, then in turns:
        played = played.after(turn, then) if played is not None else None
    return played is not None and _is(played, found.pairs[pair])


def _is(played: Played, pair: Pair) -> bool:
    numbered, partner = played.numbered, played.partners.get(played.generation)
    there = (played.owner, *([partner] if partner else []))
    same = numbered.number(partner.world, partner.task_id) == pair.partner if partner else pair.partner is None
    if pair.owner is not None:
        same = same and numbered.number(played.owner.world, played.owner.task_id) == pair.owner
        same = same and tuple(map(numbered.word, played.lane("to_owner"))) == pair.to_owner
    same = same and tuple(map(numbered.word, played.lane("to_partner"))) == pair.to_partner
    return same and not any(side.world.staged for side in there)
