"""Both ends of a task with what is under way between them: every state that they can get to within the bounds.

Two messages are under way in each direction, and one arrives twice. People act on either end whenever they like, and
a message arrives at any time, in its turn.

Once a task is assigned anew, its ends part: the owner's hears nothing more of the assignment before, whatever is still
said there, and that partner's nothing of the new one (`receive`). So what becomes of that partner's end is looked at
by itself: no state of either of them is left out by that, and none in which two ends of one assignment are together.
A new assignment is one like that before, so any number of them, one after the other, is looked at.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from shared.domain.checks.worlds.beginnings import Birth
from shared.domain.checks.worlds.numbered import Numbered, SideId, Turn, WordId
from shared.domain.checks.worlds.replay import told
from shared.domain.checks.worlds.sides import Side
from shared.domain.definitions.lifecycle import Step

IN_FLIGHT = 2
"""Messages of one direction that may be under way at once."""
MOST = 200_000
"""States of both ends that are looked at before the checker gives up."""
PairId = int
Copy = tuple[bool, WordId]
"""What is heard: whether by the owner's end, and what it is."""


class Pair(NamedTuple):
    """Both ends, and what each has yet to hear; without an owner's, once the task was assigned anew.

    `again` is what one of them has heard and is to hear once more; with `spent`, that has happened.
    """

    owner: SideId | None
    partner: SideId | None = None
    to_owner: tuple[WordId, ...] = ()
    to_partner: tuple[WordId, ...] = ()
    again: Copy | None = None
    spent: bool = False

    @property
    def under_way(self) -> bool:
        """Whether an end has yet to hear something."""
        return bool(self.to_owner or self.to_partner or self.again)


@dataclass(slots=True)
class Crossings:
    """The states of both ends, each with how it was first come to, and what leads there."""

    numbered: Numbered
    pairs: list[Pair] = field(default_factory=list)
    came: list[tuple[PairId, Turn] | Birth] = field(default_factory=list)
    before: list[list[tuple[Turn, PairId]]] = field(default_factory=list)
    whole: bool = True

    def way(self, pair: PairId) -> tuple[Step, ...]:
        """The shortest way into the state, from the beginning of the owner's case on."""
        birth, turns = self.along(pair)
        begun = (birth.step,) if birth.world.staged else told(birth.world)
        return (*(birth.way or begun), *(turn.step for turn, _ in turns))

    def along(self, pair: PairId) -> tuple[Birth, tuple[tuple[Turn, Pair], ...]]:
        """How the task on the way there came to be, and the turns from then on, each with the state after it."""
        turns, came = list[tuple[Turn, Pair]](), self.came[pair]
        while not isinstance(came, Birth):
            turns.append((came[1], self.pairs[pair]))
            pair = came[0]
            came = self.came[pair]
        return came, tuple(reversed(turns))

    def ends(self, pair: PairId) -> tuple[Side | None, Side | None]:
        """The owner's end, and the partner's, as far as they are there."""
        owner, partner = self.pairs[pair][:2]
        sides = self.numbered.sides
        return None if owner is None else sides[owner], None if partner is None else sides[partner]

    def leading_to(self, goals: Collection[PairId], usable: Callable[[Turn], bool]) -> frozenset[PairId]:
        """The states from which usable steps lead to one of the goals, the goals included."""
        found, ahead = set(goals), list(goals)
        while ahead:
            for turn, pair in self.before[ahead.pop()]:
                if pair not in found and usable(turn):
                    found.add(pair)
                    ahead.append(pair)
        return frozenset(found)


def crossings(numbered: Numbered, births: Iterable[Birth]) -> Crossings:
    """Every state of both ends of tasks that come to be so.

    A copy of a message is under way only where it would change something, whatever state the end is in that it comes
    to: else a state in which it is under way is one like that without it.
    """
    begun = tuple(births)
    found = _explored(numbered, begun, ())
    copied = _changing_again(found)
    return _explored(numbered, begun, copied) if copied else found


def _changing_again(found: Crossings) -> frozenset[Copy]:
    """What changes something when it is heard again."""
    hear, pairs = found.numbered.hear, found.pairs
    ends = ((True, {p.owner for p in pairs}), (False, {p.partner for p in pairs}))
    words = {True: {p.to_owner[0] for p in pairs if p.to_owner}}
    words[False] = {p.to_partner[0] for p in pairs if p.to_partner and p.partner is not None}
    heard = (
        (copy, side, hear(side, copy[1], again=True))
        for to_owner, sides in ends
        for copy in ((to_owner, word) for word in words[to_owner])
        for side in sides
        if side is not None
    )
    return frozenset(copy for copy, side, turn in heard if turn is not None and (turn.after != side or turn.said))


def _explored(numbered: Numbered, begun: Iterable[Birth], copied: Collection[Copy]) -> Crossings:
    found, numbers, ahead = Crossings(numbered), dict[Pair, PairId](), deque[PairId]()

    def number(pair: Pair, came: tuple[PairId, Turn] | Birth) -> PairId:
        if pair not in numbers:
            numbers[pair] = len(numbers)
            found.pairs.append(pair)
            found.came.append(came)
            found.before.append([])
            ahead.append(numbers[pair])
        return numbers[pair]

    for birth in begun:
        number(Pair(numbered.begin(birth.world, birth.task_id)), birth)
    while ahead and found.whole:
        at = ahead.popleft()
        for turn, pair in _next(numbered, found.pairs[at], copied):
            if len(pair.to_owner) <= IN_FLIGHT and len(pair.to_partner) <= IN_FLIGHT:
                found.before[number(pair, (at, turn))].append((turn, at))
        found.whole = len(numbers) <= MOST
    return found


def _next(numbered: Numbered, pair: Pair, copied: Collection[Copy]) -> Iterator[tuple[Turn, Pair]]:
    """What may happen next, each with the state after that."""
    if pair.owner is not None:
        for turn in numbered.turns(pair.owner):
            yield from _by_owner(pair, turn)
    if pair.partner is not None:
        for turn in numbered.turns(pair.partner):
            yield turn, _by_partner(pair, turn)
    for before, copy in _delivering(pair):
        yield from _heard(numbered, before, copy)
        if copy in copied and pair.again is None and not pair.spent and before.partner is not None:
            yield from _heard(numbered, before._replace(again=copy), copy)
    if pair.again is not None:
        yield from _heard(numbered, pair._replace(again=None, spent=True), pair.again, again=True)


def _delivering(pair: Pair) -> Iterator[tuple[Pair, Copy]]:
    """The messages that may arrive now, each with the state in which it is under way no more."""
    if pair.to_owner:
        yield pair._replace(to_owner=pair.to_owner[1:]), (True, pair.to_owner[0])
    if pair.to_partner:
        yield pair._replace(to_partner=pair.to_partner[1:]), (False, pair.to_partner[0])


def _heard(numbered: Numbered, pair: Pair, copy: Copy, *, again: bool = False) -> Iterator[tuple[Turn, Pair]]:
    to_owner, word = copy
    if not to_owner and pair.partner is None:
        turn = numbered.arrive(word)
        if turn is not None:
            yield turn, _by_partner(pair, turn)
        return
    side = pair.owner if to_owner else pair.partner
    heard = numbered.hear(side, word, again=again) if side is not None else None
    if heard is not None:
        yield from _by_owner(pair, heard) if to_owner else ((heard, _by_partner(pair, heard)),)


def _by_partner(pair: Pair, turn: Turn) -> Pair:
    said = turn.said if pair.owner is not None else ()
    return pair._replace(partner=turn.after, to_owner=pair.to_owner + said)


def _by_owner(pair: Pair, turn: Turn) -> Iterator[tuple[Turn, Pair]]:
    """The state after a step of the owner's end; two of them, where the ends part."""
    if not turn.anew:
        yield turn, pair._replace(owner=turn.after, to_partner=pair.to_partner + turn.said)
        return
    left = pair._replace(owner=None, to_owner=(), to_partner=pair.to_partner + turn.said_before)
    if left.partner is not None or left.to_partner:
        yield turn, left
    yield turn, Pair(turn.after, to_partner=turn.said, spent=pair.spent)
