"""A task on its way to its next version, with every write that goes with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.domain.conditions import holds
from shared.domain.locks import lock_names
from shared.domain.plan import AddEntry, ChangeTask, CreateTask, DeleteTimer, Plan, PutTimer, ReleaseLock, Write
from shared.domain.reactions import BELOW, CHILDREN, DEPENDENTS, PREREQUISITES
from shared.domain.scene import Context, status_of, unfinished
from shared.domain.task import Cell, Entry, Task, TaskId, Timer
from shared.domain.workflow import BY_PREREQUISITES, SAME, Status, TargetCase


class Draft:
    """Collects what effects change, then gives the writes.

    `before` is the stored task, none for a new one. The plan holds the task, its history entry
    and whatever the effects added; nothing of it is stored before the plan commits. `counters`
    demands that nobody has counted a child of the task meanwhile.
    """

    def __init__(
        self,
        context: Context,
        task: Task,
        *,
        action: str,
        given: Mapping[str, object],
        new: bool = False,
        counters: bool = False,
    ) -> None:
        self.context = context
        self.input = given
        self.before = None if new else task
        self.task = task
        self.action = action
        self.event = "TaskCreated" if new else "TaskChanged"
        self.counters = counters
        self.note: str | None = None
        self.changes: dict[str, object] = {}
        self.reacts: dict[str, None] = {}
        self.writes: list[Write] = []

    @property
    def status(self) -> Status:
        """The status of the task as it stands in the draft."""
        return status_of(self.context.scene.workflow, self.task)

    @property
    def next_version(self) -> int:
        """The version under which the draft will be stored."""
        return 1 if self.before is None else self.before.version + 1

    def set(self, **values: Any) -> None:
        """The task has these values; names are those of Task's fields."""
        self.task = replace(self.task, **values)

    def changed(self, name: str, before: object, after: object) -> None:
        """The history says that the field of this API name went from one value to the other."""
        if before != after:
            self.changes[name] = {"from": before, "to": after}

    def rewritten(self, name: str) -> None:
        """The history says that a long text changed, without repeating it."""
        self.changes[name] = {}

    def react(self, word: str) -> None:
        """The stream hook has to look at this once the plan has committed."""
        self.reacts[word] = None

    def write(self, *writes: Write) -> None:
        """These writes commit with the task."""
        self.writes.extend(writes)

    def text_items(self, more: int) -> None:
        """That many text items more were written beside the task."""
        self.set(texts=self.task.texts + more)

    def start_timer(self, name: str, at: datetime) -> None:
        """The named timer runs until then; one of that name that runs already is put off.

        It keeps its id, so it moves in the index of due timers instead of going and coming anew.
        """
        running = next((t for t in self.task.timers if t.name == name), None)
        timer_id = running.timer_id if running else self.context.ids.local()
        action = self.context.scene.workflow.timers[name]
        timer = Timer(self.task.task_id, timer_id, name, action, at)
        self.set(timers=(*(t for t in self.task.timers if t.name != name), timer))
        self.write(PutTimer(timer))

    def stop_timer(self, name: str) -> None:
        """No timer of that name runs."""
        self.write(*(DeleteTimer(t) for t in self.task.timers if t.name == name))
        self.set(timers=tuple(t for t in self.task.timers if t.name != name))

    def move_to(self, target: tuple[TargetCase, ...]) -> None:
        """The task is in the status that the first fitting case of the target names."""
        fitting = next(c for c in target if all(holds(w, self.task) for w in c.conditions))
        self.enter(self._resolve(fitting.to))

    def enter(self, status: Status) -> None:
        """The task is in the status; entering the one it has changes nothing."""
        if self.before is not None and status == self.status:
            return
        now = self.context.now
        self._measure(now)
        values: dict[str, Any] = {"state": status.state, "status": status.status, "since": now}
        if status.stamp:
            values[STAMPS[status.stamp]] = now
        if status.remember and status.key not in self.task.remembered:
            values["remembered"] = (*self.task.remembered, status.key)
        self.set(**values)
        if not status.open:
            self._close(status)

    def _resolve(self, to: str) -> Status:
        workflow = self.context.scene.workflow
        if to == SAME:
            return self.status
        if to == BY_PREREQUISITES:
            return self._by_prerequisites()
        return workflow.statuses[to]

    def _by_prerequisites(self) -> Status:
        """Waiting while anything is open or awaited, else ready; later statuses stay as they are.

        A task left waiting for prerequisites is looked at again by the hook after the commit: a
        prerequisite that closed between the read and the commit has told nobody about this task.
        """
        workflow = self.context.scene.workflow
        pair = workflow.prerequisites
        if pair is None:
            raise ValueError(f"{workflow.name} declares no prerequisites.")
        waiting, ready = workflow.statuses[pair.waiting], workflow.statuses[pair.ready]
        if self.before is not None and self.status not in (waiting, ready):
            return self.status
        still_open = unfinished(self.context.scene, self.task.prerequisites)
        if still_open and self.task.awaiting is None:
            self.react(PREREQUISITES)
        return waiting if still_open or self.task.awaiting is not None else ready

    def _measure(self, now: datetime) -> None:
        """The time since the present status was entered counts as what the status measures."""
        if self.before is None:
            return
        measure = self.status.measure
        if measure is not None:
            spent = max(0, round((now - self.task.since).total_seconds()))
            self.set(**{measure: getattr(self.task, measure) + spent})

    def _close(self, status: Status) -> None:
        person = self.context.caller.person
        self.set(**{"completed_by" if status.completed else "cancelled_by": person})
        self.write(*(DeleteTimer(timer) for timer in self.task.timers))
        self.set(timers=())
        self.event = "TaskClosed"
        workflow = self.context.scene.workflow
        self.write(*(ReleaseLock(self.task.task_id, name) for name in lock_names(workflow, self.task)))
        if workflow.prerequisites is not None:
            self.react(DEPENDENTS)
        if self.task.counts_at is not None:
            self.react(CHILDREN)
        if workflow.tree is not None and not status.completed:
            self.react(BELOW)

    def finish(self) -> tuple[Task, tuple[Write, ...]]:
        """The task as it will be stored, and all writes: task first, then its history entry."""
        now, caller = self.context.now, self.context.caller
        workflow = self.context.scene.workflow
        self.set(version=self.next_version, updated_at=now, updated_by=caller.person)
        self.set(queue=queue_of(self.task), tab=tab_of(self.task, self.status))
        task = self.task
        first: Write = CreateTask(task) if self.before is None else ChangeTask(self.before, task, self.counters)
        entry = Entry(
            case_id=task.case_id,
            task_id=task.task_id,
            version=task.version,
            created_at=now,
            created_by=caller.person,
            action=self.action,
            event=self.event,
            commit_id=self.context.ids.commit,
            state=task.state,
            status=task.status,
            type=task.type,
            assigned_party=task.assigned_party,
            group_queue=task.group_queue,
            due_time=task.due_time,
            changes=self.changes,
            note=self.note,
            reacts=tuple(self.reacts),
            cell=cell_of(task, status_of(workflow, task)),
            waiting=task.waiting if task.closed_at else None,
            working=task.working if task.closed_at else None,
            workflow=task.workflow,
        )
        return task, (first, AddEntry(entry), *self.writes)

    def plan(self, **skew: str) -> Plan:
        """The plan of this task alone."""
        task, writes = self.finish()
        return Plan(self.context.ids.commit, writes, task, skew)


def queue_of(task: Task) -> TaskId | None:
    """The organization in whose queue the task is listed."""
    return task.group_queue


def tab_of(task: Task, status: Status) -> str:
    """The tab of that queue: terminal ones are completed, the rest by status and party."""
    if not status.open:
        return "completed"
    return status.tab or ("assigned" if task.assigned_party else "unassigned")


def cell_of(task: Task, status: Status) -> Cell | None:
    """Where the task is counted: none when it is in no queue."""
    if task.queue is None or task.tab is None:
        return None
    if status.open:
        return Cell(task.queue, task.tab, task.type)
    day = task.closed_at.date().isoformat() if task.closed_at else None
    return Cell(task.queue, task.tab, task.type, day, status.key)


STAMPS = {
    "assignedAt": "assigned_at",
    "startedAt": "started_at",
    "placedOnHoldAt": "placed_on_hold_at",
    "closedAt": "closed_at",
}
