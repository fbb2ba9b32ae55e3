"""The workflow `collaboration` as the checker has played it, once for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from shared.domain.checks.both_ends import BothEnds, both_ends_of
from shared.domain.checks.worlds.crossings import Crossings, PairId
from shared.domain.definitions.lifecycle import Step
from shared.domain.definitions.workflow import Workflow
from tests.domain.two_ends import flow


@cache
def collaboration() -> BothEnds:
    """Both ends of its tasks, in every state that they can get to."""
    return both_ends_of(flow(), lambda said: None)


def crossed(workflow: Workflow) -> Crossings:
    """Both ends of the workflow's tasks, which are of one type."""
    (found,) = both_ends_of(workflow, lambda said: None).by_type.values()
    return found


def tasks() -> Crossings:
    """Both ends of tasks of collaboration."""
    return collaboration().by_type["Task"]


def at_rest(found: Crossings) -> Iterator[PairId]:
    """The states in which everything that was said has been heard."""
    return (number for number, pair in enumerate(found.pairs) if not pair.under_way)


def told(steps: tuple[Step, ...]) -> str:
    """The steps by which a state was come to."""
    return "\n".join(map(str, steps))
