"""A case as it stands under another version: whether it has a place there, and whether anybody could act."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from shared.domain.checks.worlds.people import People
from shared.domain.checks.worlds.world import World
from shared.domain.decide import offered
from shared.domain.definitions.lifecycle import ENGINE
from shared.domain.definitions.workflow import Workflow
from shared.domain.migrating.fitting import Change, misfits
from shared.domain.migrating.moved import moved
from shared.domain.model import people
from shared.domain.model.ends import LIVE, PENDING
from shared.domain.model.plan import FieldError
from shared.domain.model.task import Task, TaskId
from shared.domain.whatif.past import Past
from shared.domain.whatif.play import Play
from shared.domain.whatif.verdict import Finding
from shared.domain.whatif.versions import Versions


def is_stuck(world: World, workflow: Workflow) -> bool:
    """Whether tasks are open, and nobody can act on any: no person who is no administrator, no timer, no other end.

    The workflow is the version with those who may do something, as the file names them.
    """
    waiting = tuple(world.open_tasks())
    return bool(waiting) and not any(_gets_on(world, workflow, task) for task in waiting)


def _gets_on(world: World, workflow: Workflow, task: Task) -> bool:
    ways = [way for action in workflow.actions_of(task.type).values() for way in action.ways]
    context = world.context(people.ENGINE, task)
    by_people = (way for way in ways if set(way.who) - {ENGINE, "administrator"})
    hears = task.end is not None and task.end.assignment in PENDING | LIVE
    return bool(task.timers) or hears or any(offered(context, way) is None for way in by_people)


def misfits_of(change: Change, world: World, now: datetime) -> tuple[FieldError, ...]:
    """What keeps the case from going by the new version."""
    context = world.context(people.ENGINE, now=now)
    return misfits(change, context, tuple(world.tasks.values()))


def unfit(versions: Versions, company: People, past: Past, now: datetime) -> Iterator[Finding]:
    """What keeps an open case, as it is now, from being migrated to the new version, by rules that it keeps so far."""
    if not past.case.open:
        return
    world = World(versions.change.old, company, past.case, {task.task_id: task for task in past.tasks})
    known = misfits_of(versions.none, world, now)
    for error in misfits_of(versions.change, replace(world, workflow=versions.change.new), now):
        if error not in known:
            about, _, rest = error.pointer.removeprefix("/").partition("/")
            task_id, _, rule = rest.rpartition("/") if about == "tasks" else ("", "", rest)
            yield Finding("unfit", 0, "", task_id or None, rule, error.detail)


def carried_over(change: Change, play: Play, now: datetime) -> Play | None:
    """The case, played by the old version up to here, as it goes by the new one; None where it does not fit."""
    world = play.world
    case = replace(world.case, workflow_version=change.new.version)
    there = replace(world, workflow=change.new, case=case)
    if misfits_of(change, there, now):
        return None
    context = there.context(people.ENGINE, now=now)
    writes = (write for task in world.tasks.values() for write in moved(context, change, task))
    return replace(play, world=there.after(tuple(writes)))


def differences(was: Play, would: Play) -> Iterator[tuple[TaskId, str]]:
    """The tasks that would stand otherwise than they do, in words; without an id, what would be there as well."""
    for recorded in was.names:
        here, there = was.task(recorded), would.task(recorded)
        if here is not None and (there is None or (there.state, there.status) != (here.state, here.status)):
            led = f"be {there.state} / {there.status}" if there is not None else "not be there"
            yield recorded, f"It would {led}, where it is {here.state} / {here.status}."
    more = _types(would) - _types(was)
    if more:
        yield "", f"There would also be: {', '.join(sorted(more.elements()))}."


def _types(play: Play) -> Counter[str]:
    """The types of all tasks, as often as there are some."""
    known = set(play.names.values())
    return Counter(task.type for task_id, task in play.world.tasks.items() if task_id not in known)
