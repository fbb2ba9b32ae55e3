"""A task on its way to its next version, with every write that goes with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.domain.definitions.vocabulary import CHILD_OPENED
from shared.domain.definitions.workflow import (
    BY_CHILDREN,
    BY_COUNTERPART,
    BY_PREREQUISITES,
    SAME,
    Status,
    TargetCase,
)
from shared.domain.drafts.places import queue_of, tab_of
from shared.domain.model.ends import End
from shared.domain.model.plan import Plan
from shared.domain.model.reactions import BELOW, CHILDREN, DEPENDENTS, PREREQUISITES, TURN
from shared.domain.model.scene import Context, status_of, unfinished
from shared.domain.model.task import Cell, Entry, Task, TaskId, Timer
from shared.domain.model.writes import (
    AddEntry,
    ChangeCounters,
    ChangeTask,
    CreateTask,
    DeleteTimer,
    PutTimer,
    ReleaseLock,
    TakeLock,
    Write,
)
from shared.domain.trees.locks import folded, held_locks
from shared.domain.trees.turns import waits_for_turn
from shared.domain.words.conditions import holds


class Draft:
    """Collects what effects change, then gives the writes.

    `before` is the stored task, none for a new one. The plan holds the task, its history entry
    and whatever the effects added; nothing of it is stored before the plan commits. `counters`
    demands that nobody has counted a child of the task meanwhile. Other tasks that the same plan
    makes or changes have drafts of their own `beside` this one; all of them know each other. `past`
    are versions that the same plan makes before the last one, `stage` what it stores unseen before. Where
    its history has gone further than the task, so many versions are `taken`.
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
        self.past: list[Entry] = []
        self.taken = 0
        self.stage: tuple[Write, ...] = ()
        self.company: dict[TaskId, Draft] = {task.task_id: self}
        self._later: list[Callable[[Draft], None]] = []

    @property
    def status(self) -> Status:
        """The status of the task as it stands in the draft."""
        return status_of(self.context.scene.workflow, self.task)

    @property
    def next_version(self) -> int:
        """The version under which the draft will be stored."""
        return 1 + self.taken + len(self.past) + (self.before.version if self.before else 0)

    @property
    def is_idle(self) -> bool:
        """Whether nothing would be other than before, and nothing was said: then there is no new version."""
        return self.task == self.before and not self.writes and not self.changes and self.note is None

    def set(self, **values: Any) -> None:
        """The task has these values; names are those of Task's fields."""
        self.task = replace(self.task, **values)

    def changed(self, name: str, before: object, after: object) -> None:
        """The history says that the field of this API name went from one value to the other.

        Of several steps in one version it says where the first began, and where the last led.
        """
        said = self.changes.get(name)
        before = said.get("from", before) if isinstance(said, Mapping) else before
        if before != after:
            self.changes[name] = {"from": before, "to": after}
        else:
            self.changes.pop(name, None)

    def set_end(self, **values: Any) -> None:
        """The task's end knows these values; names are those of End's fields."""
        before = self.task.end or End()
        after = replace(before, **values)
        self.changed("assignmentStatus", before.assignment, after.assignment)
        self.set(end=after)

    def later(self, step: Callable[[Draft], None]) -> None:
        """The step is taken once the action has led the task where it leads."""
        self._later.append(step)

    def rewritten(self, name: str) -> None:
        """The history says that a long text changed, without repeating it."""
        self.changes[name] = {}

    def react(self, word: str) -> None:
        """The stream hook has to look at this once the plan has committed."""
        self.reacts[word] = None

    def write(self, *writes: Write) -> None:
        """These writes commit with the task."""
        self.writes.extend(writes)

    def beside(self, task: Task, action: str, *, new: bool = False) -> Draft:
        """The draft of another task, which commits together with this one."""
        there = self.company.get(task.task_id)
        if there is not None:
            return there
        context = replace(self.context, scene=replace(self.context.scene, task=task))
        draft = Draft(context, task, action=action, given={}, new=new)
        draft.company = self.company
        self.company[task.task_id] = draft
        return draft

    def text_items(self, more: int) -> None:
        """That many text items more were written beside the task."""
        self.set(texts=self.task.texts + more)

    def next_version_by(self, action: str) -> None:
        """What the draft says so far is one version of the task; what comes is the next, by this action."""
        self._arrive()
        self.past.append(self._entry())
        self.action, self.event, self.note = action, "TaskChanged", None
        self.changes, self.reacts = {}, {}

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
        key = self.status.key
        fitting = next(c for c in target if all(holds(w, self.task, key, self.input) for w in c.conditions))
        self.enter(self._resolve(fitting.to))
        for step in self._later:
            step(self)

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
        if to == BY_CHILDREN:
            return self._by_children()
        if to == BY_COUNTERPART:
            return self._by_counterpart()
        return workflow.statuses[to]

    def _by_counterpart(self) -> Status:
        """Where the other end said last that it is; where it has said nothing, as before."""
        heard = self.task.end.heard if self.task.end else None
        return self.context.scene.workflow.statuses[heard] if heard else self.status

    def _by_children(self) -> Status:
        """On hold while a child is open or a timed hold runs, else back at work."""
        workflow = self.context.scene.workflow
        if workflow.tree is None:
            raise ValueError(f"{workflow.name} declares no tree.")
        held = self.task.children.open or self.task.hold_id is not None
        return workflow.statuses[workflow.tree.on_hold if held else workflow.tree.returned]

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
        # Both: what was cancelled at one end of a task may still be completed by the other.
        self.set(completed_by=person if status.completed else None, cancelled_by=None if status.completed else person)
        self.changed("hold", self.task.hold, after=False)
        self.set(hold=False)
        self.write(*(DeleteTimer(timer) for timer in self.task.timers))
        self.set(timers=())
        self.event = "TaskClosed"
        workflow = self.context.scene.workflow
        if workflow.prerequisites is not None:
            self.react(DEPENDENTS)
        if self.task.counts_at is not None:
            self.react(CHILDREN)
        if workflow.tree is not None and (self.task.children.open or not status.completed):
            self.react(BELOW)

    def finish(self) -> tuple[Task, tuple[Write, ...]]:
        """The task as it will be stored, and all writes: task first, then its entry; none if it stays as it is."""
        before = self.before
        if self.is_idle:
            return self.task, ()
        if before is not None and not self._is_news(before):
            return self.task, (ChangeCounters(before, self.task),)
        self._arrive()
        if waits_for_turn(self.context.scene.workflow, self.context.scene.case, self.task):
            self.react(TURN)
        first: Write = CreateTask(self.task) if before is None else ChangeTask(before, self.task, self.counters)
        entries = (AddEntry(entry) for entry in (*self.past, self._entry()))
        return self.task, (first, *entries, *self._locks(), *self.writes)

    def whole(self) -> tuple[Task, tuple[Write, ...]]:
        """The task as it will be stored, and the writes of its draft and of all beside it."""
        task, writes = self.finish()
        others = (draft for draft in tuple(self.company.values()) if draft is not self)
        return task, folded((*writes, *(write for draft in others for write in draft.finish()[1])))

    def plan(self, **skew: str) -> Plan:
        """The plan of this task, and of all that have a draft beside it."""
        task, writes = self.whole()
        return Plan(self.context.ids.commit, writes, task, skew, self.stage)

    def _arrive(self) -> None:
        """The task is as it will be stored: of the next version, and where it is listed."""
        workflow = self.context.scene.workflow
        self.set(version=self.next_version, updated_at=self.context.now, updated_by=self.context.caller.person)
        owner = self.context.scene.case.organization_id
        self.set(queue=queue_of(workflow, self.task, owner), tab=tab_of(workflow, self.task))

    def _is_news(self, before: Task) -> bool:
        """Whether more changes than counters, which make no new version."""
        return (
            self.action != CHILD_OPENED
            or bool(self.changes)
            or self.task != replace(before, children=self.task.children)
        )

    def _locks(self) -> tuple[Write, ...]:
        """The locks that the task holds from now on and did not before, and the other way round."""
        workflow, task_id = self.context.scene.workflow, self.task.task_id
        had = () if self.before is None else held_locks(workflow, self.before)
        has = held_locks(workflow, self.task)
        taken = (TakeLock(task_id, name) for name in has if name not in had)
        return (*taken, *(ReleaseLock(task_id, name) for name in had if name not in has))

    def _entry(self) -> Entry:
        task = self.task
        return Entry(
            case_id=task.case_id,
            task_id=task.task_id,
            version=task.version,
            created_at=self.context.now,
            created_by=self.context.caller.person,
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
            cell=cell_of(task, self.status),
            waiting=task.waiting if task.closed_at else None,
            working=task.working if task.closed_at else None,
            workflow=task.workflow,
            workflow_version=task.workflow_version,
            # What happens to it once its case is seen is heard, though the task itself has still to come to light.
            staged=task.staged and self.before is None,
            parent_id=task.parent_id if CHILDREN in self.reacts else None,
        )


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
