"""A world's case as the doctor is given it, and a world in which something is broken by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from shared.domain.case_entry import case_entry
from shared.domain.counts.tally import counted_as, newest
from shared.domain.definitions.vocabulary import CREATE
from shared.domain.doctor.examine import examine, treat
from shared.domain.doctor.finding import Finding
from shared.domain.doctor.whole import Chart, WholeCase
from shared.domain.model.people import ENGINE, SYSTEM, Caller
from shared.domain.model.plan import Plan
from shared.domain.model.task import Entry, Task
from shared.domain.model.writes import (
    AddDependent,
    AddEntry,
    ChangeCase,
    ChangeEdge,
    ChangeTask,
    CheckTask,
    CreateEdge,
    DeleteEdge,
    DeleteTimer,
    PassLock,
    PutTimer,
    ReleaseLock,
    TakeLock,
    Write,
)
from tests.domain.worlds import World

DOCTOR = Caller(SYSTEM, administrator=True)
AT_ONCE = timedelta(0)
Change = Callable[[WholeCase], WholeCase]


def whole(world: World) -> WholeCase:
    """Everything that the world holds of its case."""
    history = defaultdict[str | None, list[Entry]](list)
    for entry in world.entries:
        history[entry.task_id].append(entry)
    if not history[None]:
        history[None] = [case_entry(world.context(ENGINE), world.case, CREATE, "CaseCreated")]
    tasks, latest = world.tasks, newest(entry for entry in world.entries if entry.task_id is not None)
    return WholeCase(
        world.case,
        dict(tasks),
        tuple(world.edges.values()),
        frozenset((p, task.task_id) for task in tasks.values() for p in task.prerequisites),
        {task_id: tuple(entries) for task_id, entries in history.items()},
        {name: (task_id,) for name, task_id in world.locks.items()},
        tuple(timer for task in tasks.values() for timer in task.timers),
        counted={task_id: counted_as(entry) for task_id, entry in latest.items()},
        users=world.users,
        organizations=world.organizations,
    )


def found(world: World, case: WholeCase | None = None, patience: timedelta = AT_ONCE) -> dict[str, Finding]:
    """What the doctor finds, by the names of the invariants."""
    findings = examine(case or whole(world), world.workflow, world.now, patience)
    return {finding.invariant: finding for finding in findings}


def mended(world: World, case: WholeCase, *invariants: str) -> Plan:
    """The plan by which the doctor mends what breaks the invariants."""
    findings = found(world, case)
    chart = Chart(case, world.workflow, world.now, AT_ONCE)
    return treat(chart, [findings[name] for name in invariants], DOCTOR, world.context(DOCTOR).ids)


def with_task(case: WholeCase, task: Task | str, **values: Any) -> WholeCase:
    """The case in which somebody has changed the stored task by hand."""
    before = case.tasks[task if isinstance(task, str) else task.task_id]
    return replace(case, tasks={**case.tasks, before.task_id: replace(before, **values)})


def after(case: WholeCase, plan: Plan) -> WholeCase:
    """The case once the plan has committed."""
    for write in plan.writes:
        case = _written(case, write)
    return case


def _written(case: WholeCase, write: Write) -> WholeCase:
    match write:
        case ChangeTask(before, task):
            misfiled = tuple(thing for thing in case.misfiled if thing != before)
            return replace(case, tasks={**case.tasks, task.task_id: task}, misfiled=misfiled)
        case ChangeCase(_, changed):
            return replace(case, case=changed)
        case AddEntry(entry):
            known = sorted((*case.entries(entry.task_id), entry), key=lambda known: known.version)
            assert len({entry.version for entry in known}) == len(known)
            return replace(case, history={**case.history, entry.task_id: tuple(known)})
        case TakeLock() | ReleaseLock() | PassLock():
            return replace(case, locks=_locks(case, write))
        case PutTimer(timer) | DeleteTimer(timer):
            kept = (t for t in case.timers if (t.task_id, t.timer_id) != (timer.task_id, timer.timer_id))
            return replace(case, timers=(*kept, *([timer] if isinstance(write, PutTimer) else [])))
        case _:
            return _tied(case, write)


def _tied(case: WholeCase, write: Write) -> WholeCase:
    match write:
        case CreateEdge(edge):
            return replace(case, edges=(*case.edges, edge))
        case DeleteEdge(edge):
            return replace(case, edges=tuple(other for other in case.edges if other != edge))
        case ChangeEdge(old, new):
            return replace(case, edges=tuple(new if other == old else other for other in case.edges))
        case AddDependent(prerequisite, task_id):
            return replace(case, dependents=case.dependents | {(prerequisite, task_id)})
    assert isinstance(write, CheckTask), write
    return case


def _locks(case: WholeCase, write: TakeLock | ReleaseLock | PassLock) -> dict[str, tuple[str, ...]]:
    left = tuple(holder for holder in case.locks.get(write.name, ()) if holder != write.task_id)
    held = {TakeLock: (write.task_id,), ReleaseLock: left}.get(type(write), (getattr(write, "to", ""),))
    others = {name: holders for name, holders in case.locks.items() if name != write.name}
    return {**others, write.name: held} if held else others
