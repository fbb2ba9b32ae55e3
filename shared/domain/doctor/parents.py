"""What must hold between parents and their children: what is on hold has a reason, and what has one is on hold."""

from __future__ import annotations

from collections.abc import Iterator

from shared.domain.doctor.finding import Finding, Mend
from shared.domain.doctor.treatment import Treatment
from shared.domain.doctor.whole import Chart
from shared.domain.model.task import Task
from shared.domain.trees.holds import is_hold
from shared.domain.trees.tree import on_hold, reaction, tree_of


def held(chart: Chart) -> Iterator[Finding]:
    """An open task with an open child, or with a timed hold, is on hold."""
    name = "open-child-parent-on-hold"
    for edge in chart.whole.edges if chart.workflow.tree is not None else ():
        child, parent = chart.tasks.get(edge.child_id), chart.tasks.get(edge.counts_at)
        if child is None or parent is None or not chart.is_open(child) or not chart.is_open(parent):
            continue
        ids = (parent.task_id, child.task_id)
        if is_hold(chart.workflow, child) and parent.hold_id != child.task_id:
            detail = f"{child.task_id} is a timed hold of {parent.task_id}, which does not know of it."
            yield Finding(name, ids, detail, "The timed hold is cancelled.", mend=_cancelling(chart, child, detail))
        elif chart.status(parent) != on_hold(chart.workflow):
            detail = f"{parent.task_id} is {parent.status}, though {child.task_id} under it is open."
            repair = f"{parent.task_id} is put on hold."
            yield Finding(name, ids, detail, repair, mend=_holding(chart, parent, detail))


def reasons(chart: Chart) -> Iterator[Finding]:
    """A task that is on hold has an open child, or a timed hold that runs."""
    for task in chart.open_tasks if chart.workflow.tree is not None else ():
        hold = chart.tasks.get(task.hold_id or "")
        if task.hold_id is not None and not (hold is not None and chart.is_open(hold) and hold.timers):
            detail = f"{task.task_id} is on hold until {task.hold_id} ends, which does not run."
            repair = "It is on hold for that no longer."
            mend = _letting_go(chart, task, hold, repair)
            yield Finding("on-hold-has-reason", (task.task_id,), detail, repair, about="hold", mend=mend)
        elif reaction(chart.workflow, task) is not None:
            detail = f"{task.task_id} is on hold, and nothing under it is open."
            repair = "It becomes what its children make of it."
            yield Finding("on-hold-has-reason", (task.task_id,), detail, repair, "settling")


def _holding(chart: Chart, parent: Task, note: str) -> Mend:
    return lambda treatment: treatment.draft(parent, note).enter(on_hold(chart.workflow))


def _cancelling(chart: Chart, hold: Task, note: str) -> Mend:
    cancelled = chart.workflow.statuses[tree_of(chart.workflow).cancelled]
    return lambda treatment: treatment.draft(hold, note).enter(cancelled)


def _letting_go(chart: Chart, task: Task, hold: Task | None, note: str) -> Mend:
    def mend(treatment: Treatment) -> None:
        treatment.draft(task, note).set(hold_id=None)
        if hold is not None and chart.is_open(hold):
            _cancelling(chart, hold, note)(treatment)

    return mend
