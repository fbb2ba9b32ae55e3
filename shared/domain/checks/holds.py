"""Rules on what lasts for some time: timed tasks, and the timed holds of trees."""

from __future__ import annotations

from collections.abc import Iterator

from shared.domain.checks.finding import Finding, Place, listed
from shared.domain.definitions.workflow import Action, TargetCase, Workflow

RULE = "timed-tasks-end"
TIMER = "Add `timers: {time: <action>}`, an action of the engine that ends tasks."


def timed_tasks_end(workflow: Workflow) -> Iterator[Finding]:
    """What lasts for some time is ended by the timer `time`, and a timed hold holds what it may."""
    hold = workflow.tree.hold if workflow.tree else None
    timed = {t.name for t in workflow.types.values() if t.lasts is not None} | ({hold} if hold else set())
    for name in sorted(timed):
        yield from _ended(workflow, name)
    if hold is not None:
        yield from _leaf(workflow, hold)
    yield from _held(workflow, hold)
    yield from _begin_held(workflow, hold)


def _ended(workflow: Workflow, type_name: str) -> Iterator[Finding]:
    where: Place = ("types", type_name)
    if "time" not in workflow.timers:
        yield Finding(RULE, where, f"A {type_name!r} lasts for some time, but no timer runs for it.", TIMER)
        return
    has, name = workflow.actions_of(type_name), workflow.timers["time"]
    action = has.get(name, workflow.actions[name])
    if name not in has:
        detail = f"{action.name!r} is due when the time of a {type_name!r} is over, which has no such action."
        yield Finding(RULE, where, detail, f"Add {action.name!r} to its `actions`.")
    left = [s.key for s in workflow.statuses.values() if s.open and s.key not in action.sources]
    if left or any(_stays_open(workflow, target) for target in action.target):
        detail = f"When the time of a {type_name!r} is over, {action.name!r} does not always end it."
        yield Finding(RULE, ("timers", "time"), detail, "Give it every open status as `from`, and a terminal `to`.")


def _stays_open(workflow: Workflow, target: TargetCase) -> bool:
    return target.to not in workflow.statuses or workflow.statuses[target.to].open


def _leaf(workflow: Workflow, hold: str) -> Iterator[Finding]:
    """A timed hold takes no children."""
    for task_type in workflow.types.values():
        if hold in task_type.parents:
            detail = f"A {task_type.name!r} would stand under a timed hold, which takes no children."
            yield Finding(RULE, ("types", task_type.name, "parents"), detail, f"Take {hold!r} out.")


def _held(workflow: Workflow, hold: str | None) -> Iterator[Finding]:
    """A type whose tasks can be held is one under which a timed hold may stand."""
    placing = [a.name for _, a in workflow.every_action() if _places(a)]
    if hold is None and placing:
        detail = f"{listed(placing)} would place a timed hold, but no type is one."
        yield Finding(RULE, ("actions", placing[0], "effects"), detail, "Add `hold: <type>` to `tree`.")
    for task_type in workflow.types.values() if hold is not None else ():
        may = workflow.actions_of(task_type.name).keys() & set(placing)
        if may and task_type.name not in workflow.types[hold or ""].parents:
            detail = f"A {task_type.name!r} can be held, but a {hold!r} does not stand under one."
            hint = f"Add {task_type.name!r} to `parents` of {hold!r}, or limit its `actions`."
            yield Finding(RULE, ("types", task_type.name), detail, hint)


def _begin_held(workflow: Workflow, hold: str | None) -> Iterator[Finding]:
    """A task that begins with a timed hold can have one, and nothing that would end it at once."""
    for task_type in (t for t in workflow.types.values() if t.held_for is not None):
        where: Place = ("types", task_type.name, "held_for")
        if hold is None:
            detail = f"A {task_type.name!r} begins with a timed hold, but no type is one."
            yield Finding(RULE, where, detail, "Add `hold: <type>` to `tree`.")
        elif task_type.name not in workflow.types[hold].parents:
            detail = f"A {task_type.name!r} begins with a timed hold, but a {hold!r} does not stand under one."
            yield Finding(RULE, where, detail, f"Add {task_type.name!r} to `parents` of {hold!r}.")
        if task_type.opens_with:
            detail = f"What opens with a {task_type.name!r} would end the hold with which that begins."
            yield Finding(RULE, where, detail, "Keep one of `held_for` and `opens_with`.")


def _places(action: Action) -> bool:
    return any(word.name == "place_timed_hold" for word in action.effects)
