"""The ends of tasks under numbers, so that what happens at each is decided once.

What an end does depends on that end alone. So two ends together need no more decisions than each by itself, and
there are few of those, while the states of both together are many.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from shared.domain.checks.worlds.happenings import Happening, arrived, at_hand, beside, heard
from shared.domain.checks.worlds.moves import ADMINISTRATOR, by_time
from shared.domain.checks.worlds.sides import Side, asks_who_has_it, is_aside, seen_as, side_of
from shared.domain.checks.worlds.world import World
from shared.domain.definitions.lifecycle import Step
from shared.domain.definitions.vocabulary import CREATE
from shared.domain.definitions.workflow import Workflow
from shared.domain.model.ends import Direction, End, Message
from shared.domain.model.task import TaskId

SideId = int
WordId = int


@dataclass(frozen=True, slots=True)
class Told:
    """What an end may tell the other: the action that Casetree takes there, and its input."""

    action: str
    input: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Turn:
    """A step at one end, and the end after it."""

    step: Step
    at: SideId
    after: SideId
    said: tuple[WordId, ...] = ()
    """What it tells the other end."""
    said_before: tuple[WordId, ...] = ()
    """What it tells the other end of the assignment that it ends with a new one."""
    anew: bool = False
    """Whether it begins a new assignment."""
    by_people: bool = False
    counts: bool = True
    """Whether it shows that somebody can act."""
    word: WordId | None = None
    """What the end has heard, where it is by that."""
    again: bool = False

    @property
    def by_somebody(self) -> bool:
        """Whether it shows that the task goes on: what an administrator alone may do, or for somebody, does not."""
        return self.step.who != (ADMINISTRATOR,) and not self.step.stands_in


@dataclass
class Numbered:
    """The ends of tasks of one type and what they say, by numbers."""

    workflow: Workflow
    type_name: str
    sides: list[Side] = field(default_factory=list)
    words: list[Told] = field(default_factory=list)
    offered: set[str] = field(default_factory=set)
    """The actions that were taken, by people or by Casetree."""
    unheard: dict[tuple[SideId | None, WordId], str] = field(default_factory=dict)
    """What could neither be taken nor dropped where it arrived, and why; no end is there for what nobody hears."""
    _numbers: dict[Hashable, int] = field(default_factory=dict)
    _turns: dict[SideId, tuple[Turn, ...]] = field(default_factory=dict)
    _heard: dict[tuple[SideId, WordId, bool], Turn | None] = field(default_factory=dict)
    _arrived: dict[WordId, Turn] = field(default_factory=dict)

    @cached_property
    def asks(self) -> bool:
        """Whether it matters who has such a task within its organization."""
        return asks_who_has_it(self.workflow, self.type_name)

    @cached_property
    def aside(self) -> frozenset[str]:
        """The actions of which nothing has to be known but that somebody may take them."""
        return frozenset(
            a.name for a in self.workflow.actions_of(self.type_name).values() if is_aside(a, everything=not self.asks)
        )

    def begin(self, world: World, task_id: TaskId) -> SideId:
        """The number of a new end; whether it is late changes nothing, so its timers are looked at here alone."""
        self.offered |= {move.step.action for move in by_time(world, world.tasks[task_id])}
        return self.number(world, task_id)

    def number(self, world: World, task_id: TaskId) -> SideId:
        """The number of the end."""
        side = side_of(world, task_id)
        key = self._key(side)
        if key not in self._numbers:
            self._numbers[key] = len(self.sides)
            self.sides.append(side)
        return self._numbers[key]

    def knows(self, world: World, task_id: TaskId) -> bool:
        """Whether the end was come to before."""
        return self._key(side_of(world, task_id)) in self._numbers

    def _key(self, side: Side) -> Hashable:
        return seen_as(side, with_party=self.asks)

    def turns(self, at: SideId) -> tuple[Turn, ...]:
        """Everything that may happen at the end but by what the other one says."""
        if at not in self._turns:
            self._look_aside(self.sides[at])
            found = (self._turn(at, happening) for happening in at_hand(self.sides[at], self.aside))
            self._turns[at] = tuple(turn for turn in found if turn.after != at or turn.said)
        return self._turns[at]

    def hear(self, at: SideId, word: WordId, *, again: bool = False) -> Turn | None:
        """What the end makes of what it hears; None where that can neither be taken nor dropped."""
        key = (at, word, again)
        if key not in self._heard:
            try:
                happening = heard(self.sides[at], self._message(at, word, again=again), again=again)
                self._heard[key] = replace(self._turn(at, happening), word=word, again=again)
            except ValueError as refused:
                self._heard[key], self.unheard[at, word] = None, str(refused)
        return self._heard[key]

    def arrive(self, word: WordId) -> Turn | None:
        """The partner's end comes to be: of the owner's, it knows no more than the type and what the message says.

        None for anything else that is said while there is no such end.
        """
        if self.words[word].action != CREATE:
            self.unheard[None, word] = "there is no other end."
            return None
        if word not in self._arrived:
            told = self.words[word]
            first = Message("another", 0, "to_partner", 1, told.action, told.input, "t")
            happening, there = arrived(self.sides[0], first)
            said = self._said(there.world, there.task_id, there.end.generation)
            after = self.number(there.world, there.task_id)
            self._arrived[word] = Turn(happening.step, after, after, said, word=word)
        return self._arrived[word]

    def _message(self, at: SideId, word: WordId, *, again: bool) -> Message:
        end, told = self.sides[at].end, self.words[word]
        direction: Direction = "to_partner" if end.kind == "partner" else "to_owner"
        sequence = end.received + (0 if again else 1)
        return Message("another", end.generation, direction, sequence, told.action, told.input)

    def _look_aside(self, side: Side) -> None:
        ahead = [side]
        while ahead and self.aside - self.offered:
            found = tuple(beside(ahead.pop(), self.aside, self.offered))
            self.offered.update(*(happening.taken for happening in found))
            ahead.extend(Side(happening.after, side.task_id) for happening in found)

    def _turn(self, at: SideId, happening: Happening) -> Turn:
        self.offered |= happening.taken
        side, world = self.sides[at], happening.after
        now = world.tasks[side.task_id].end or End()
        anew = now.generation != side.end.generation
        said = self._said(world, side.task_id, now.generation)
        before = self._said(world, side.task_id, side.end.generation) if anew else ()
        after, by_people = self.number(world, side.task_id), happening.by_people
        return Turn(happening.step, at, after, said, before, anew, by_people, happening.counts)

    def _said(self, world: World, task_id: TaskId, generation: int) -> tuple[WordId, ...]:
        said = (message for message in world.sent if (message.task_id, message.generation) == (task_id, generation))
        return tuple(map(self.word, said))

    def word(self, message: Message) -> WordId:
        """The number of what the message says."""
        key = (message.action, repr(sorted(message.input.items())))
        if key not in self._numbers:
            self._numbers[key] = len(self.words)
            self.words.append(Told(message.action, message.input))
        return self._numbers[key]
