"""Trees of any size, put into a table past the API: as they would be, had everybody opened one task after another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any

from shared.domain.definitions.workflow import Workflow
from shared.domain.drafts.places import queue_of, tab_of
from shared.domain.model.scene import status_of
from shared.domain.model.task import Children, Edge, Entry, Party, Task, TaskId, Timer
from shared.domain.trees.tree import tree_of
from shared.ids import new_id
from shared.storage.attributes import Item
from shared.storage.case_items import entry_item, timer_item
from shared.storage.task_items import task_item
from shared.storage.tree_items import edge_item
from tests.engine.world import START, World

BATCH = 25
BOB = Party("user", "bob", "Bob Lee")


@dataclass
class Nursery:
    """Tasks of one case, each assigned to bob, under each other as a test says."""

    case_id: str
    workflow: Workflow
    tasks: dict[TaskId, Task] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)

    def plant(self, type_name: str, under: TaskId | None = None, status: str = "assigned") -> TaskId:
        """A new task; its parent, if open, is on hold for it if it is open, and has counted it if not."""
        task = self._new(type_name, under, status)
        if under is None:
            return task.task_id
        above, open_now = self.tasks[under], status_of(self.workflow, task).open
        same, completed = above.type == type_name, status == tree_of(self.workflow).completed
        edge = Edge(under, task.task_id, under, same_type=same)
        self.edges.append(edge if open_now else replace(edge, counted_version=1, counted_completed=completed))
        now = _one_more(above.children, same=same, open_now=open_now, completed=completed)
        self.tasks[under] = replace(above, children=now, delegated=above.delegated or same)
        if open_now:
            self._hold(under)
        return task.task_id

    def pause(self, task_id: TaskId, days: int) -> TaskId:
        """A timed hold keeps the task on hold."""
        hold = self._new(tree_of(self.workflow).hold or "", task_id, "assigned")
        timer = Timer(hold.task_id, new_id(START), "time", self.workflow.timers["time"], START + timedelta(days=days))
        self.tasks[hold.task_id] = replace(hold, counts_at=None, timers=(timer,))
        self.edges.append(Edge(task_id, hold.task_id, task_id, hold=True))
        self.tasks[task_id] = replace(self.tasks[task_id], hold_id=hold.task_id)
        self._hold(task_id)
        return hold.task_id

    def put_into(self, world: World) -> None:
        """All of it is in the table."""
        requests = [{"PutRequest": {"Item": item}} for item in self._items()]
        for start in range(0, len(requests), BATCH):
            world.client.batch_write_item(RequestItems={world.table: requests[start : start + BATCH]})

    def _new(self, type_name: str, under: TaskId | None, key: str) -> Task:
        status, case_id = self.workflow.statuses[key], self.case_id
        task = Task(
            task_id=f"{case_id}.{next(_numbers):08}",
            case_id=case_id,
            workflow=self.workflow.name,
            workflow_version=self.workflow.version,
            type=type_name,
            state=status.state,
            status=status.status,
            created_at=START,
            updated_at=START,
            since=START,
            assigned_party=BOB,
            internal=True,
            assigned_at=START,
            closed_at=None if status.open else START,
            parent_id=under,
            counts_at=under,
        )
        task = replace(task, queue=queue_of(self.workflow, task), tab=tab_of(self.workflow, task))
        self.tasks[task.task_id] = task
        return task

    def _hold(self, task_id: TaskId) -> None:
        task, status = self.tasks[task_id], self.workflow.statuses[tree_of(self.workflow).on_hold]
        if status_of(self.workflow, task).open:
            self.tasks[task_id] = replace(task, state=status.state, status=status.status, placed_on_hold_at=START)

    def _items(self) -> Iterator[Item]:
        for task in self.tasks.values():
            yield task_item(task)
            yield entry_item(_entry(task))
            yield from (timer_item(timer) for timer in task.timers)
        yield from (edge_item(edge) for edge in self.edges)


_numbers = count(1)


def _entry(task: Task) -> Entry:
    named: dict[str, Any] = {name: getattr(task, name) for name in ("case_id", "task_id", "version", "state", "status")}
    return Entry(
        **named,
        created_at=START,
        created_by=None,
        action="create",
        event="TaskCreated",
        commit_id=new_id(START),
        type=task.type,
        workflow=task.workflow,
    )


def _one_more(children: Children, *, same: bool, open_now: bool, completed: bool) -> Children:
    closed = not open_now
    return Children(
        open=children.open + open_now,
        closed=children.closed + closed,
        completed=children.completed + completed,
        same_open=children.same_open + (same and open_now),
        same_closed=children.same_closed + (same and closed),
        same_completed=children.same_completed + (same and completed),
    )
