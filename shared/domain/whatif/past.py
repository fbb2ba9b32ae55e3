"""A case as it was before each commit of its history, as far as history keeps it.

Entries keep status, assignee, group queue, due time and what a change says; where a task stands, and what never
changes, the task itself still says. Counters of children follow from the children. What none of them keeps, the
texts and who was a member of what, is not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from shared.domain.definitions.workflow import Workflow
from shared.domain.model.task import Case, Children, Entry, Task, TaskId
from shared.domain.trees.holds import is_hold

TRACKED = {"awaiting": "awaiting", "overdue": "overdue", "hold": "hold", "holdId": "hold_id", "priority": "priority"}
"""What entries say of fields that are not in every entry: by their API names, the fields of a task."""
UNTOUCHED: Mapping[str, Any] = {
    "children": Children(),
    "hold_id": None,
    "delegated": False,
    "delegate_id": None,
    "remembered": (),
    "timers": (),
    "overdue": False,
    "hold": False,
    "closed_at": None,
    "version": 0,
}
"""What a task has to which nothing has happened yet."""


@dataclass(frozen=True, slots=True)
class Past:
    """A case with its tasks as they are now, and all entries of their histories, in any order."""

    case: Case
    tasks: tuple[Task, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry, the tasks as they were before its commit, all entries of that commit, and its task as it is now."""

    number: int
    entry: Entry
    tasks: Mapping[TaskId, Task]
    commit: tuple[Entry, ...]
    present: Task | None = None

    @property
    def task(self) -> Task | None:
        """The task that the entry is about, as it was before; None for one that it created, and for the case."""
        return self.tasks.get(self.entry.task_id or "")


def moments(workflow: Workflow, past: Past) -> Iterator[Moment]:
    """Every entry in the order in which things happened; the workflow is the version that they happened by."""
    present = {task.task_id: task for task in past.tasks}
    tasks: dict[TaskId, Task] = {}
    ordered = sorted(past.entries, key=lambda e: (e.created_at, e.commit_id, e.task_id or "", e.version))
    number = 0
    for _, group in groupby(ordered, key=lambda entry: (entry.created_at, entry.commit_id)):
        commit = tuple(group)
        before = _related(workflow, tasks)
        for entry in commit:
            number += 1
            yield Moment(number, entry, before, commit, present.get(entry.task_id or ""))
            if entry.task_id is not None and entry.task_id in present:
                was = tasks.get(entry.task_id) or replace(present[entry.task_id], **UNTOUCHED)
                tasks[entry.task_id] = _after(workflow, was, entry)


def _after(workflow: Workflow, task: Task, entry: Entry) -> Task:
    """The task as the entry says that it has become."""
    changed = {n: change["to"] for n, change in entry.changes.items() if isinstance(change, Mapping) and "to" in change}
    values: dict[str, Any] = {field: changed[name] for name, field in TRACKED.items() if name in changed}
    if "prerequisites" in changed:
        values["prerequisites"] = tuple(changed["prerequisites"])
    if task.end is not None and "assignmentStatus" in changed:
        values["end"] = replace(task.end, assignment=changed["assignmentStatus"])
    after = replace(
        task,
        type=entry.type or task.type,
        state=entry.state,
        status=entry.status or task.status,
        assigned_party=entry.assigned_party,
        group_queue=entry.group_queue,
        due_time=entry.due_time,
        version=entry.version,
        **values,
    )
    status = workflow.status_of(after.state, after.status)
    if status is None:
        return after
    remembered = (*task.remembered, status.key) if status.remember else task.remembered
    closed_at = None if status.open else task.closed_at or entry.created_at
    return replace(after, remembered=tuple(dict.fromkeys(remembered)), closed_at=closed_at)


def _related(workflow: Workflow, tasks: Mapping[TaskId, Task]) -> dict[TaskId, Task]:
    """The tasks, each with the counters that its children make."""
    found = dict(tasks)
    for child in tasks.values():
        parent, status = found.get(child.counts_at or ""), workflow.status_of(child.state, child.status)
        if parent is not None and status is not None and not is_hold(workflow, child):
            same = child.type == parent.type
            found[parent.task_id] = replace(
                parent,
                children=_with(parent.children, open_now=status.open, completed=status.completed, same=same),
                delegated=parent.delegated or child.is_delegate,
                delegate_id=child.task_id if child.is_delegate else parent.delegate_id,
            )
    return found


def _with(children: Children, *, open_now: bool, completed: bool, same: bool) -> Children:
    return Children(
        open=children.open + open_now,
        closed=children.closed + (not open_now),
        completed=children.completed + completed,
        same_open=children.same_open + (same and open_now),
        same_closed=children.same_closed + (same and not open_now),
        same_completed=children.same_completed + (same and completed),
    )
