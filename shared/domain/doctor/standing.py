"""What must hold of each task by itself: its status, and what it says of its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from shared.domain.definitions.vocabulary import MENDED
from shared.domain.doctor.finding import Finding, Mend
from shared.domain.doctor.treatment import Treatment
from shared.domain.doctor.whole import Chart
from shared.domain.drafts.places import queue_of, tab_of
from shared.domain.model.task import Entry, Task


def status_allowed(chart: Chart) -> Iterator[Finding]:
    """Every task has a type, and a pair of state and status, that the workflow knows, in the version of its case."""
    version = chart.workflow.version
    for task in chart.tasks.values():
        if task.workflow_version != version:
            detail = f"{task.task_id} goes by version {task.workflow_version} of the workflow, its case by {version}."
            by_hand = "A migration changes both at once: restore the case from a backup."
            yield Finding("status-allowed", (task.task_id,), detail, by_hand, "hand", about="version")
            continue
        if _is_known(chart, task.type, task.state, task.status):
            continue
        last = next((e for e in reversed(chart.whole.entries(task.task_id)) if _is_legal(chart, e)), None)
        detail = f"{task.task_id} is a {task.type} and {task.state} / {task.status}: the workflow has no such task."
        if last is None:
            by_hand = "No entry of its history says what it was: restore it from a backup."
            yield Finding("status-allowed", (task.task_id,), detail, by_hand, "hand")
            continue
        repair = f"It becomes what its history says: a {last.type}, {last.state} / {last.status}."
        yield Finding("status-allowed", (task.task_id,), detail, repair, mend=_restoring(chart, task, last))


def _is_known(chart: Chart, type_name: str | None, state: str, status: str | None) -> bool:
    return type_name in chart.workflow.types and chart.workflow.status_of(state, status or "") is not None


def _is_legal(chart: Chart, entry: Entry) -> bool:
    return _is_known(chart, entry.type, entry.state, entry.status)


def _restoring(chart: Chart, task: Task, entry: Entry) -> Mend:
    def mend(treatment: Treatment) -> None:
        was = replace(task, type=entry.type or "", state=entry.state, status=entry.status or "")
        owner, workflow = chart.whole.case.organization_id, chart.workflow
        was = replace(was, queue=queue_of(workflow, was, owner), tab=tab_of(workflow, was))
        treatment.restore(task, was, entry)

    return mend


def closed_at(chart: Chart) -> Iterator[Finding]:
    """A closed task says when it was closed."""
    for task in chart.tasks.values():
        status = chart.status(task)
        if not status.open and status.stamp == "closedAt" and task.closed_at is None:
            detail = f"{task.task_id} is {task.status}, and does not say since when."
            repair = f"It was closed when it became {task.status}."
            yield Finding(
                "closed-has-closed-at",
                (task.task_id,),
                detail,
                repair,
                mend=_setting(task, repair, closed_at=task.since),
            )


def open_has_none(chart: Chart) -> Iterator[Finding]:
    """An open task does not say that it was closed."""
    for task in chart.tasks.values():
        if chart.is_open(task) and task.closed_at is not None:
            detail = f"{task.task_id} is {task.status}, and says that it was closed."
            repair = "It says so no longer."
            yield Finding("open-has-none", (task.task_id,), detail, repair, mend=_setting(task, repair, closed_at=None))


def canceller(chart: Chart) -> Iterator[Finding]:
    """A cancelled task says who cancelled it, or its history says that the engine did."""
    for task in chart.tasks.values():
        status, closing = chart.status(task), _closing(chart, task)
        if status.open or status.completed or task.cancelled_by is not None or closing is None:
            continue
        # What the doctor wrote itself says that it was so, not who did it.
        if closing.created_by is not None and closing.action != MENDED:
            detail = f"{task.task_id} was cancelled by {closing.created_by.id}, and does not say so."
            mend = _setting(task, "It says who cancelled it.", cancelled_by=closing.created_by)
            yield Finding("cancelled-has-canceller", (task.task_id,), detail, "It says so again.", mend=mend)


def _closing(chart: Chart, task: Task) -> Entry | None:
    """The entry by which the task came into the status that it has."""
    found = None
    for entry in reversed(chart.whole.entries(task.task_id)):
        if (entry.state, entry.status) != (task.state, task.status):
            break
        found = entry
    return found


def _setting(task: Task, note: str, **values: Any) -> Mend:
    return lambda treatment: treatment.draft(task, note).set(**values)
