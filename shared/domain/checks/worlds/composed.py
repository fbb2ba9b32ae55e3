"""Whole cases, as people and time may move all their tasks: there is always somebody who can act.

A case in which nothing can happen has open tasks of which none waits for another, for each has somebody to act in
every state but those in which it only stands for others. So what people may add beside the way of a case is left
out: while such a task is open, somebody can act on it, and once it has closed, the case is as it was, but that the
task above it is back at work. What is left is explored whole.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from shared.domain.checks.openings import every_opening
from shared.domain.checks.worlds.changes import changes
from shared.domain.checks.worlds.local import ASSIGNING, NEUTRAL, is_neutral, state_of
from shared.domain.checks.worlds.moves import Move, moves
from shared.domain.checks.worlds.world import World
from shared.domain.children import child_action
from shared.domain.definitions.lifecycle import Step
from shared.domain.definitions.workflow import SAME, Action, TaskType, Workflow
from shared.domain.model.task import Task

OPEN, DEPTH, ALIKE, HOLDS = 6, 5, 2, 1
"""Open tasks of a case, one below the other, of one type, and timed holds, up to which a case is looked at.

Where a case begins with more, up to that: else what comes of it would be cut off, and nobody told.
"""
MOST = 5_000
"""Cases that are looked at before the checker gives up."""

Idle = Callable[[World, Task], bool]
"""Whether nobody can act on this task of the case."""


@dataclass(frozen=True, slots=True)
class Found:
    """A case that was looked for, and the way to it; none where `whole` says that there is none within the bounds."""

    world: World | None
    way: tuple[Step, ...] = ()
    whole: bool = True


def first_case(begun: Sequence[World], wanted: Callable[[World], bool]) -> Found:
    """The nearest case that is as wanted, on the way of cases."""
    seen, bounds = set[object](), _bounds(begun)
    ahead = deque[tuple[World, tuple[Step, ...]]]((world, ()) for world in begun)
    while ahead:
        world, way = ahead.popleft()
        key = seen_as(world)
        if key in seen:
            continue
        if wanted(world):
            return Found(world, way)
        if len(seen) == MOST:
            return Found(None, whole=False)
        seen.add(key)
        after = ((move.after, (*way, move.step)) for move in _next(world))
        ahead.extend(
            one for one in after if all(size <= most for size, most in zip(_size(one[0]), bounds, strict=True))
        )
    return Found(None)


def is_stuck(world: World, idle: Idle) -> bool:
    """Whether tasks of the case are open, and nobody can act on any of them."""
    tasks = tuple(world.open_tasks())
    return bool(tasks) and all(idle(world, task) for task in tasks)


def _next(world: World) -> Iterator[Move]:
    beside = beside_the_way(world.workflow)
    for task in world.open_tasks():
        if task.type not in beside:
            yield from moves(world, task, _left_out(world.workflow, task.type))
    yield from changes(world)


def _left_out(workflow: Workflow, type_name: str) -> frozenset[str]:
    """The actions on such a task that lead a case nowhere that it does not get to without them."""
    actions = workflow.actions_of(type_name)
    telling = [a for a in actions.values() if not is_neutral(a, NEUTRAL | ASSIGNING)]
    nothing_new = {a.name for a in telling if _is_idle(workflow, a, telling)}
    named = {a.name for a in telling} - nothing_new
    return frozenset(actions.keys() - named) | {child_action(workflow, type_name) or ""}


def _is_idle(workflow: Workflow, action: Action, others: Iterable[Action]) -> bool:
    """Whether it only leads to an open status from which no more can be done than from where it leads away."""
    targets = {target.to for way in action.ways for target in way.target}
    plain = all(to in workflow.statuses and workflow.statuses[to].open for to in targets)
    quiet = all(effect.name in NEUTRAL | {"end_timed_hold"} for effect in action.effects)
    after = (other for other in others if other.name != action.name and targets & other.sources)
    return plain and quiet and all(action.sources <= other.sources for other in after)


def beside_the_way(workflow: Workflow) -> frozenset[str]:
    """The types of which tasks open only because somebody asks for one, and after which nothing else opens or ends."""
    hold = workflow.tree.hold if workflow.tree else None
    left = {name for name in workflow.types if name != hold}
    opened_by: dict[str, set[str]] = {}
    for opening in every_opening(workflow):
        if not opening.is_passed_on:
            opened_by.setdefault(opening.type_name, set()).add(opening.owner.name if opening.owner else "")
    while True:
        on_the_way = {n for n in left if _leads_on(workflow.types[n], left) or not opened_by.get(n, set()) <= left}
        if not on_the_way:
            return frozenset(left)
        left -= on_the_way


def _leads_on(task_type: TaskType, beside: Collection[str]) -> bool:
    return any(f.ends or (f.opens not in (None, SAME) and f.opens not in beside) for f in task_type.follows)


def _size(world: World) -> tuple[int, int, int, int]:
    """How many tasks of the case are open, one below the other, of one type, and as timed holds."""
    hold = world.workflow.tree.hold if world.workflow.tree else None
    types = Counter(task.type for task in world.open_tasks())
    holds = types.pop(hold, 0) if hold else 0
    deepest = max((_depth(world, task) for task in world.open_tasks()), default=0)
    return types.total(), deepest, max(types.values(), default=0), holds


def _bounds(begun: Iterable[World]) -> tuple[int, ...]:
    """Up to which size cases are looked at: no less than they begin with, or hardly anything would be of what comes."""
    return tuple(map(max, zip((OPEN, DEPTH, ALIKE, HOLDS), *map(_size, begun), strict=True)))


def _depth(world: World, task: Task) -> int:
    parent = world.tasks.get(task.parent_id or "")
    return 1 + (_depth(world, parent) if parent else 0)


def seen_as(world: World) -> object:
    """What tells the case from others: its attributes and open tasks, whatever they are called, and how they stand."""
    below: dict[str, list[Task]] = {}
    for task in world.tasks.values():
        below.setdefault(task.parent_id or "", []).append(task)
    attributes = repr(sorted(world.case.attributes.items()))
    return attributes, tuple(sorted(filter(None, (_branch(world, below, task) for task in below.get("", ())))))


def _branch(world: World, below: dict[str, list[Task]], task: Task) -> str:
    """A task with what is below it; nothing where all of that is closed."""
    branches = sorted(filter(None, (_branch(world, below, child) for child in below.get(task.task_id, ()))))
    state = state_of(world, task)
    return f"{task.type} {state} {branches}" if state.open or branches else ""
