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
