"""What holds of every tree once nothing is due in it any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from shared.domain.definitions.workflow import Workflow
from shared.domain.model.scene import status_of
from shared.domain.model.task import Children, Edge, Entry, Task, TaskId
from shared.engine.loading import workflow_of
from shared.storage.case_items import entry_of_item
from shared.storage.keys import CaseKey
from tests.engine.world import World


def check_case(world: World, case_id: str) -> None:
    """Counters equal the edges, the edges equal the children, and no version is missing from any history."""
    case = world.store.load([CaseKey(case_id)])[CaseKey(case_id)]
    assert case is not None
    workflow = workflow_of(world.session, case)
    tasks = {task.task_id: task for task in world.store.tasks(case_id)}
    counted: dict[TaskId, Children] = defaultdict(Children)
    for edge in world.store.edges(case_id):
        if not edge.hold:
            counted[edge.counts_at] = _plus(counted[edge.counts_at], workflow, edge, tasks[edge.child_id])
    assert {i: t.children for i, t in tasks.items() if t.children != Children()} == counted
    _check_histories(world, case_id, tasks)


def entries_of(world: World, case_id: str) -> Iterator[Entry]:
    """The history of a case and all of its tasks, read at once."""
    values = {":case": {"S": f"CASE#{case_id}"}, ":history": {"S": "HISTORY#"}}
    pages = world.client.get_paginator("query").paginate(
        TableName=world.table,
        KeyConditionExpression="PK = :case AND begins_with(SK, :history)",
        ExpressionAttributeValues=values,
        ConsistentRead=True,
    )
    return (entry_of_item(item) for page in pages for item in page["Items"])


def _check_histories(world: World, case_id: str, tasks: dict[TaskId, Task]) -> None:
    """Each history has the versions 1 to n, and its last entry says what the task is."""
    by_task: dict[TaskId, list[tuple[int, str | None]]] = defaultdict(list)
    for entry in entries_of(world, case_id):
        if entry.task_id is not None:
            by_task[entry.task_id].append((entry.version, entry.status))
    assert by_task.keys() == tasks.keys()
    for task_id, entries in by_task.items():
        task = tasks[task_id]
        assert sorted(number for number, _ in entries) == list(range(1, task.version + 1))
        assert max(entries) == (task.version, task.status)


def _plus(children: Children, workflow: Workflow, edge: Edge, child: Task) -> Children:
    """The counters with one edge more; one that is behind its child is a mistake."""
    status = status_of(workflow, child)
    if not status.open:
        assert 0 < edge.counted_version <= child.version
        assert edge.counted_completed == status.completed
    same, closed = edge.same_type, not status.open
    return Children(
        open=children.open + status.open,
        closed=children.closed + closed,
        completed=children.completed + status.completed,
        same_open=children.same_open + (same and status.open),
        same_closed=children.same_closed + (same and closed),
        same_completed=children.same_completed + (same and status.completed),
    )
