"""A repair as it is put together: drafts of the tasks that it mends, and what it writes beside them.

Every task that is mended gets a new version with an entry in its history. All of it commits together,
on condition that the tasks, with the counters of their children, are still what was examined.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from shared.domain.case_entry import case_entry
from shared.domain.definitions.vocabulary import MENDED
from shared.domain.doctor.whole import Chart
from shared.domain.drafts.draft import Draft
from shared.domain.model.people import Caller
from shared.domain.model.plan import Plan
from shared.domain.model.scene import Context, Ids
from shared.domain.model.skew import SKEW
from shared.domain.model.task import Entry, Task, TaskId
from shared.domain.model.writes import (
    AddEntry,
    ChangeCase,
    ChangeEdge,
    ChangeTask,
    CheckTask,
    CreateEdge,
    DeleteEdge,
    DeleteTimer,
    ListEntry,
    PassLock,
    PutMessage,
    PutTimer,
    ReleaseLock,
    TakeLock,
    Write,
)
from shared.domain.trees.child_counters import counters_of
from shared.domain.trees.locks import folded


class Treatment:
    """Collects what the repairs of some findings write."""

    def __init__(self, chart: Chart, caller: Caller, ids: Ids) -> None:
        self.chart = chart
        self.context = Context(chart.scene(), caller, chart.now, ids)
        self._company: dict[TaskId, Draft] = {}
        self._writes: list[Write] = []
        self._looked_at: list[Task] = []

    def look_at(self, task: Task) -> None:
        """The repair rests on the task as it is, whether or not it changes it."""
        self._looked_at.append(task)

    def draft(self, task: Task, note: str) -> Draft:
        """The draft of a task that is mended; the note stands in its history."""
        draft = self._company.get(task.task_id)
        if draft is None:
            context = replace(self.context, scene=self.chart.scene(task))
            draft = Draft(context, task, action=MENDED, given={}, counters=True)
            draft.company = self._company
            draft.taken = self._last(task) - task.version
            self._company[task.task_id] = draft
        draft.note = " ".join(dict.fromkeys((*([draft.note] if draft.note else ()), note)))
        return draft

    def write(self, *writes: Write) -> None:
        """These are written with the tasks."""
        self._writes.extend(writes)

    def count_anew(self, task: Task, note: str) -> None:
        """The task's counters are what the edges add up to, as the repair leaves them."""
        edges = {(edge.parent_id, edge.child_id): edge for edge in self.chart.whole.edges}
        for write in self._writes:
            match write:
                case CreateEdge(edge) | ChangeEdge(after=edge):
                    edges[edge.parent_id, edge.child_id] = edge
                case DeleteEdge(edge):
                    edges.pop((edge.parent_id, edge.child_id), None)
        counted = (edge for edge in edges.values() if edge.counts_at == task.task_id)
        self.draft(task, note).set(children=counters_of(counted))

    def restore(self, task: Task, restored: Task, entry: Entry) -> None:
        """The task is what its entry says; what it was stored as, no rule knows."""
        version = self._last(task) + 1
        context = self.context
        after = replace(restored, version=version, updated_at=context.now, updated_by=context.caller.person)
        changes = {"status": {"from": task.status, "to": after.status}}
        said = replace(
            entry,
            version=version,
            created_at=context.now,
            created_by=context.caller.person,
            action=MENDED,
            event="TaskChanged",
            commit_id=context.ids.commit,
            changes=changes,
            note=None,
            reacts=(),
        )
        self.write(ChangeTask(task, after, counters=True), AddEntry(said))

    def tell(self, task_id: TaskId | None, note: str) -> None:
        """The history of the task tells of it; where there is no such task, that of the case."""
        task = self.chart.tasks.get(task_id or "")
        if task is not None:
            self.draft(task, note)
            return
        case = self.chart.whole.case
        person = self.context.caller.person
        told = max((case.version, *(entry.version for entry in self.chart.whole.entries(None))))
        after = replace(case, version=told + 1, updated_at=self.context.now, updated_by=person)
        entry = replace(case_entry(self.context, after, MENDED, "CaseChanged"), note=note)
        self.write(ChangeCase(case, after), AddEntry(entry))

    def _last(self, task: Task) -> int:
        """The last version of the task that is taken: its own, or one that its history has gone on to."""
        return max(task.version, *(entry.version for entry in self.chart.whole.entries(task.task_id)), 0)

    def plan(self) -> Plan:
        """All of it as one plan; of two repairs that would write one item, the later one has to come again."""
        drafted = (write for draft in tuple(self._company.values()) for write in draft.finish()[1])
        kept: dict[Hashable, Write] = {}
        for write in (*folded(drafted), *self._writes, *map(CheckTask, self._looked_at)):
            kept.setdefault(_item(write), write)
        return Plan(self.context.ids.commit, tuple(map(_listed_anew, kept.values())), None, SKEW)


def _listed_anew(write: Write) -> Write:
    return replace(write, listed_anew=True) if isinstance(write, ChangeTask) else write


def _item(write: Write) -> Hashable:
    """Which item is written."""
    item: Hashable = write
    match write:
        case ChangeTask(before=task) | CheckTask(task):
            item = task.task_id
        case CreateEdge(edge) | ChangeEdge(before=edge) | DeleteEdge(edge):
            item = edge.parent_id, edge.child_id
        case TakeLock(name=name) | ReleaseLock(name=name) | PassLock(name=name):
            item = "lock", name
        case AddEntry(entry) | ListEntry(entry):
            item = "entry", entry.task_id, entry.version
        case PutTimer(timer) | DeleteTimer(timer):
            item = "timer", timer.task_id, timer.timer_id
        case PutMessage(message):
            item = "message", message.task_id, message.generation, message.sequence
        case ChangeCase():
            item = "case"
    return item
