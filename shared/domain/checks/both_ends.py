"""Tasks with two ends as they were played: both together, by the real decision, with the messages between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from shared.domain.checks.explore import Explored
from shared.domain.checks.finding import Finding, Place
from shared.domain.checks.lives import Lives, Telling, firsts
from shared.domain.checks.worlds.beginnings import Birth, births, born, cases
from shared.domain.checks.worlds.crossings import Crossings, PairId, crossings
from shared.domain.checks.worlds.local import Life, state_of
from shared.domain.checks.worlds.numbered import Numbered, SideId
from shared.domain.checks.worlds.played import replayed
from shared.domain.checks.worlds.real import Real
from shared.domain.checks.worlds.shapes import shapes
from shared.domain.checks.worlds.sides import Side
from shared.domain.definitions.lifecycle import ENGINE
from shared.domain.definitions.workflow import Workflow
from shared.domain.model.ends import End

OWNER, PARTNER = 0, 1
"""The places of the two ends in a state of both; a task that stands alone is in the first."""


@dataclass(frozen=True, slots=True)
class BothEnds:
    """What can become of both ends of tasks of each type, and of each by itself."""

    lives: Lives
    by_type: Mapping[str, Crossings]

    @property
    def workflow(self) -> Workflow:
        """What they were played by."""
        return self.lives.workflow


def both_ends_of(workflow: Workflow, tell: Telling) -> BothEnds:
    """What can become of both ends of tasks of each type."""
    begun = cases(workflow)
    alike = {first: tuple(names) for first, names in shapes(workflow).items()}
    by_type, all_births = dict[str, Crossings](), dict[str, tuple[Birth, ...]]()
    for number, first in enumerate(alike, start=1):
        tell(f"{workflow.label}: both ends of tasks of type {first} ({number} of {len(alike)})")
        all_births[first] = tuple(births(workflow, begun, first))
        by_type[first] = crossings(Numbered(workflow, first), all_births[first])
    while beside := _beside(alike, by_type):
        for first, more in beside.items():
            all_births[first] += tuple(more)
            by_type[first] = crossings(by_type[first].numbered, all_births[first])
    lives = {first: _life(found) for first, found in by_type.items()}
    return BothEnds(Lives(workflow, begun, lives, alike, Real(workflow, begun, lives)), by_type)


def _beside(alike: Mapping[str, Sequence[str]], by_type: Mapping[str, Crossings]) -> Mapping[str, Sequence[Birth]]:
    """Tasks that came to be beside an end that was looked at, as their own types were not seen: so below a partner's.

    One that is handed on already is left out: what its other end has heard is not known there.
    """
    first_of, beside = firsts(alike), dict[str, list[Birth]]()
    for found in by_type.values():
        for pair, side in _first_of_each(found):
            for task in side.world.open_tasks():
                numbered, end = by_type[first_of[task.type]].numbered, task.end or End()
                if end.assignment == "initial" and not numbered.knows(side.world, task.task_id):
                    numbered.begin(side.world, task.task_id)
                    birth = replace(born(side.world, task, (ENGINE,)), way=found.way(pair))
                    beside.setdefault(numbered.type_name, []).append(birth)
    return beside


def _first_of_each(found: Crossings) -> Iterator[tuple[PairId, Side]]:
    """Every state of one end that was come to for real, with the first state of both in which it is that."""
    first = dict[SideId, PairId]()
    for number, pair in enumerate(found.pairs):
        for side in (pair.owner, pair.partner):
            if side is not None:
                first.setdefault(side, number)
    sides = ((pair, found.numbered.sides[number]) for number, pair in first.items())
    return ((pair, side) for pair, side in sides if not side.world.staged)


def _life(found: Crossings) -> Life:
    """What was seen of the ends, each by itself."""
    states = {state_of(side.world, side.task): () for side in sides_of(found)}
    return Life(Explored(states, ()), frozenset(found.numbered.offered), frozenset(), frozenset(), {})


def sides_of(found: Crossings) -> tuple[Side, ...]:
    """Every state of one end that was come to."""
    numbers = {number for pair in found.pairs for number in (pair.owner, pair.partner) if number is not None}
    return tuple(found.numbered.sides[number] for number in sorted(numbers))


def each(found: Crossings, which: int) -> Iterator[tuple[PairId, Side]]:
    """Every state of both ends in which that one is there, and what it is."""
    for pair in range(len(found.pairs)):
        side = found.ends(pair)[which]
        if side is not None:
            yield pair, side


def finding_at(found: Crossings, pair: PairId, rule: str, where: Place, detail: str, hint: str) -> Finding:
    """What is found of a state, with the way into it; unproven where that does not lead there once more."""
    unproven = not replayed(found, pair)
    return Finding(rule, where, detail, hint, found.way(pair), found.numbered.type_name, unproven)


def named(type_name: str, side: Side) -> str:
    """The end as a finding calls it."""
    whose = "A task" if side.end.kind == "standalone" else f"The {side.end.kind}'s end of a task"
    return f"{whose} of type {type_name!r}"
