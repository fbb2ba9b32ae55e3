"""What must hold between parents and their children: what is on hold has a reason, and what has one is on hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shared.domain.doctor.finding import Finding, Mend
from shared.domain.doctor.treatment import Treatment
from shared.domain.doctor.whole import Chart
from shared.domain.model.task import Task, TaskId
from shared.domain.trees.child_counters import is_behind
from shared.domain.trees.holds import is_hold
from shared.domain.trees.tree import on_hold, reaction, tree_of


def held(chart: Chart) -> Iterator[Finding]:
    """An open task with an open child, or with a timed hold, is on hold."""
    name = "open-child-parent-on-hold"
    for child in chart.open_tasks if chart.workflow.tree is not None else ():
        parent = chart.tasks.get(_held_by(chart, child) or "")
        if parent is None or not chart.is_open(parent):
            continue
        ids = (parent.task_id, child.task_id)
        if is_hold(chart.workflow, child) and parent.hold_id != child.task_id:
            detail = f"{child.task_id} is a timed hold of {parent.task_id}, which does not know of it."
            if parent.hold_id is None and child.timers:
                repair = f"{parent.task_id} is on hold for it."
                yield Finding(name, ids, detail, repair, mend=_holding(chart, parent, detail, hold_id=child.task_id))
            else:
                repair = "The timed hold is cancelled."
                yield Finding(name, ids, detail, repair, mend=_cancelling(chart, child, detail, parent))
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
        elif task.hold_id is None and _waits_for_nothing(chart, task):
            detail = f"{task.task_id} is on hold, and nothing under it is open."
            repair = "It becomes what its children make of it."
            yield Finding("on-hold-has-reason", (task.task_id,), detail, repair, "settling")


def _held_by(chart: Chart, child: Task) -> TaskId | None:
    """The task that the child keeps on hold: that at which it counts; its own, where it is a timed hold."""
    return child.parent_id if is_hold(chart.workflow, child) else child.counts_at


def _waits_for_nothing(chart: Chart, task: Task) -> bool:
    """Whether the task is on hold, and no child of it is open, or has closed without having been counted yet."""
    if chart.status(task) != on_hold(chart.workflow):
        return False
    if any(_held_by(chart, child) == task.task_id for child in chart.open_tasks):
        return False
    ties = ((edge, chart.tasks.get(edge.child_id)) for edge in chart.whole.edges if edge.counts_at == task.task_id)
    return not any(child is not None and is_behind(chart.workflow, edge, child) for edge, child in ties)


def _holding(chart: Chart, parent: Task, note: str, **values: Any) -> Mend:
    def mend(treatment: Treatment) -> None:
        draft = treatment.draft(parent, note)
        draft.set(**values)
        draft.enter(on_hold(chart.workflow))

    return mend


def _cancelling(chart: Chart, hold: Task, note: str, held: Task) -> Mend:
    """The hold is cancelled; what it kept on hold goes back to work, if that is all that becomes of it."""
    tree, statuses = tree_of(chart.workflow), chart.workflow.statuses

    def mend(treatment: Treatment) -> None:
        treatment.draft(hold, note).enter(statuses[tree.cancelled])
        if reaction(chart.workflow, held) == statuses[tree.returned]:
            treatment.draft(held, note).enter(statuses[tree.returned])

    return mend


def _letting_go(chart: Chart, task: Task, hold: Task | None, note: str) -> Mend:
    def mend(treatment: Treatment) -> None:
        treatment.draft(task, note).set(hold_id=None)
        if hold is not None and chart.is_open(hold):
            _cancelling(chart, hold, note, task)(treatment)

    return mend
