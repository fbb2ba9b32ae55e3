"""The lifecycle of a type as a graph: its statuses, and the steps that lead from one to another.

The checker and the diagrams look at this graph. It knows what a workflow says of statuses, and
nothing of a particular task: a step that depends on a condition is there with its condition.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from shared.domain.workflow import BY_PREREQUISITES, SAME, Action, TargetCase, Word, Workflow

CREATE = "create"
ENGINE = "engine"


@dataclass(frozen=True, slots=True)
class Step:
    """An action that may lead from one status to another; `source` is None for creation."""

    action: str
    source: str | None
    target: str
    who: tuple[str, ...]
    conditions: tuple[Word, ...] = ()

    def __str__(self) -> str:
        """The step in words, as a counterexample prints it."""
        start = self.source or "(nothing)"
        return f"{start} --{self.action} by {' or '.join(self.who)}--> {self.target}"


def creations(workflow: Workflow) -> tuple[Step, ...]:
    """The first steps of every task."""
    creation = workflow.creation
    return tuple(
        Step(CREATE, None, status, creation.who, target.conditions)
        for target in creation.target
        for status in _reached(workflow, target, None)
    )


def steps(workflow: Workflow, type_name: str) -> tuple[Step, ...]:
    """All steps of tasks of the type, in the order of the file; those that stay included."""
    actions = workflow.actions_of(type_name).values()
    return tuple(step for action in actions for step in _steps_of(workflow, action))


def _steps_of(workflow: Workflow, action: Action) -> Iterator[Step]:
    for source in (key for key in workflow.statuses if key in action.sources):
        for target in action.target:
            for status in _reached(workflow, target, source):
                yield Step(action.name, source, status, action.who, target.conditions)


def _reached(workflow: Workflow, target: TargetCase, source: str | None) -> tuple[str, ...]:
    """The statuses that a target may stand for, seen from a status."""
    if target.to == BY_PREREQUISITES and workflow.prerequisites is not None:
        pair = (workflow.prerequisites.waiting, workflow.prerequisites.ready)
        # Work that has begun stays where it is (inspection.md: prerequisites hold a task back
        # only before its start).
        return pair if source is None or source in pair else (source,)
    if target.to in (SAME, BY_PREREQUISITES):
        return () if source is None else (source,)
    return (target.to,)


def engine_moves(workflow: Workflow) -> frozenset[str]:
    """The actions that Casetree takes by itself: when a timer is due, when prerequisites close."""
    named = set(workflow.timers.values())
    waiting = workflow.prerequisites
    for action in workflow.actions.values():
        if waiting and waiting.waiting in action.sources and _leads_to(action, waiting.ready):
            named.add(action.name)
    return frozenset(name for name in named if ENGINE in workflow.actions[name].who)


def _leads_to(action: Action, status: str) -> bool:
    return any(target.to == status for target in action.target)


def reachable(starts: Iterable[Step], moves: Iterable[Step]) -> Mapping[str, tuple[Step, ...]]:
    """Every status that the steps lead to, with a shortest way there."""
    following: dict[str | None, list[Step]] = {}
    for step in moves:
        following.setdefault(step.source, []).append(step)
    ways: dict[str, tuple[Step, ...]] = {}
    waiting = deque[tuple[Step, ...]]((start,) for start in starts)
    while waiting:
        way = waiting.popleft()
        here = way[-1].target
        if here not in ways:
            ways[here] = way
            waiting.extend((*way, step) for step in following.get(here, ()))
    return ways


def leading_to(goals: Iterable[str], moves: Iterable[Step]) -> frozenset[str]:
    """Every status from which the steps lead to one of the goals, the goals included."""
    found = set(goals)
    remaining = list(moves)
    while added := {s.source for s in remaining if s.target in found and s.source is not None} - found:
        found |= added
    return frozenset(found)
