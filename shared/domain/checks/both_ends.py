"""Tasks with two ends as they were played: both together, by the real decision, with the messages between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shared.domain.checks.explore import Explored
from shared.domain.checks.finding import Finding, Place
from shared.domain.checks.lives import Lives, Telling
from shared.domain.checks.worlds.beginnings import births, cases
from shared.domain.checks.worlds.crossings import Crossings, PairId, crossings
from shared.domain.checks.worlds.local import Life, state_of
from shared.domain.checks.worlds.numbered import Numbered
from shared.domain.checks.worlds.played import replayed
from shared.domain.checks.worlds.real import Real
from shared.domain.checks.worlds.shapes import shapes
from shared.domain.checks.worlds.sides import Side
from shared.domain.definitions.workflow import Workflow

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
    by_type = dict[str, Crossings]()
    for number, first in enumerate(alike, start=1):
        tell(f"{workflow.label}: both ends of tasks of type {first} ({number} of {len(alike)})")
        by_type[first] = crossings(Numbered(workflow, first), births(workflow, begun, first))
    lives = {first: _life(found) for first, found in by_type.items()}
    return BothEnds(Lives(workflow, begun, lives, alike, Real(workflow, begun, lives)), by_type)


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
