"""Trees on a table: siblings at once, crashes in the middle, cascades of any size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from shared.domain.definitions.workflow import Scope, Workflow
from shared.engine import cases, settle, tasks, trees
from shared.engine.session import Refused, Request
from shared.storage.keys import Key
from shared.storage.store import Loaded, Store
from tests.domain.test_tree import projects
from tests.engine.world import ANN, World
from tests.storage.table import client


class OneWorkflow:
    """Knows a single workflow, in a single version."""

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow
        self.names = (workflow.name,)

    def latest(self, name: str) -> Workflow:
        """That workflow."""
        assert name == self._workflow.name
        return self._workflow

    def versions(self, name: str) -> tuple[int, ...]:
        """Its only version."""
        return (self.latest(name).version,)

    def get(self, name: str, version: int) -> Workflow:
        """That workflow."""
        assert version == self._workflow.version
        return self.latest(name)


@pytest.fixture
def forest(world: World) -> World:
    """A world whose cases are projects: goals with steps below them."""
    _plant(world)
    return world


def _plant(world: World, scopes: tuple[Scope, ...] = ()) -> None:
    world.session = replace(world.session, workflows=OneWorkflow(projects(scopes=scopes)))
    cases.create_case(world.session, ANN, {"workflow": "projects", "caseId": "p1"}, Request())


def _grow(world: World, parent: str | None = None, **given: object) -> str:
    fields = {"type": "Step", "parentId": parent} if parent else {"type": "Goal"}
    return tasks.create_task(world.session, ANN, "p1", {**fields, **given}, Request()).value.task.task_id


def _close(world: World, task_id: str) -> None:
    """The task is completed by hand in the table, with a child still open: no action leads there."""
    key = {"PK": {"S": "CASE#p1"}, "SK": {"S": f"TASK#{task_id.rpartition('.')[2]}"}}
    client().update_item(
        TableName=world.table,
        Key=key,
        UpdateExpression="SET #s = :closed, #t = :completed, closedAt = :at",
        ExpressionAttributeNames={"#s": "state", "#t": "status"},
        ExpressionAttributeValues={
            ":closed": {"S": "closed"},
            ":completed": {"S": "completed"},
            ":at": {"S": "2026-11-22T09:00:00.000Z"},
        },
    )


def _act(world: World, task_id: str, action: str) -> None:
    tasks.act(world.session, ANN, task_id, action, {}, Request())


def test_the_parent_goes_back_to_work_when_its_last_child_closes(forest: World) -> None:
    """By the stream: counted once each, and the parent reacts to the last."""
    goal = _grow(forest)
    steps = [_grow(forest, goal) for _ in range(3)]
    assert forest.stored(goal).status == "on_hold"
    assert forest.stored(goal).children.open == 3
    for step in steps[:2]:
        _act(forest, step, "complete")
    forest.drain()
    assert (forest.stored(goal).status, forest.stored(goal).children.open) == ("on_hold", 1)
    _act(forest, steps[2], "cancel")
    forest.drain()
    parent = forest.stored(goal)
    assert (parent.status, parent.children.open, parent.children.closed) == ("assigned", 0, 3)
    assert [e.action for e in forest.store.history(goal)] == ["create", "child_opened", "children_closed"]


@pytest.mark.parametrize(("named", "reads"), [("its parent", 1), ("none", 2), ("another", 2)])
def test_a_closing_is_counted_where_the_task_says(
    forest: World, monkeypatch: pytest.MonkeyPatch, named: str, reads: int
) -> None:
    """The history names the parent, which is read with the task; where that is out of date, one read more is made."""
    goal, other = _grow(forest), _grow(forest)
    first, _ = _grow(forest, goal), _grow(forest, goal)
    _act(forest, first, "complete")
    entry = list(forest.store.history(first))[-1]
    assert (entry.reacts, entry.parent_id) == (("children",), goal)
    asked: list[object] = []
    load = Store.load

    def reading(store: Store, keys: Iterable[Key[Any]], *, lagging: bool = False) -> Loaded:
        asked.append(keys)
        return load(store, keys, lagging=lagging)

    monkeypatch.setattr(Store, "load", reading)
    parent_id = {"its parent": goal, "none": None, "another": other}[named]
    assert settle.react(forest.session, replace(entry, parent_id=parent_id)) == 1
    assert len(asked) == reads
    assert (forest.stored(goal).children.closed, forest.stored(other).children.closed) == (1, 0)


def test_siblings_that_close_at_once_give_the_parent_back_once(forest: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hooks that each see another open sibling: the later one's condition fails, and it looks again."""
    goal = _grow(forest)
    first, second = _grow(forest, goal), _grow(forest, goal)
    _act(forest, first, "complete")
    _act(forest, second, "complete")
    commit = Store.commit

    def late(store: Store, plan: object) -> None:
        monkeypatch.setattr(Store, "commit", commit)
        trees.count_closing(forest.session, second)
        commit(store, plan)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "commit", late)
    trees.count_closing(forest.session, first)
    assert forest.stored(goal).status == "assigned"
    assert [e.action for e in forest.store.history(goal)].count("children_closed") == 1


def test_a_child_created_while_the_last_one_is_counted_keeps_the_parent_on_hold(
    forest: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reaction depends on the very counters it was decided on."""
    goal = _grow(forest)
    first = _grow(forest, goal)
    _act(forest, first, "complete")
    commit = Store.commit

    def late(store: Store, plan: object) -> None:
        monkeypatch.setattr(Store, "commit", commit)
        _grow(forest, goal)
        commit(store, plan)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "commit", late)
    trees.count_closing(forest.session, first)
    parent = forest.stored(goal)
    assert (parent.status, parent.children.open, parent.children.closed) == ("on_hold", 1, 1)


def test_records_twice_late_and_never_end_the_same(forest: World) -> None:
    """Nothing delivered: settling counts what is behind; delivered twice after that: nothing is left."""
    goal = _grow(forest)
    steps = [_grow(forest, goal) for _ in range(4)]
    for step in steps:
        _act(forest, step, "complete")
    assert settle.settle(forest.session, "p1") == 4
    before = forest.stored(goal)
    assert (before.status, before.children.closed) == ("assigned", 4)
    assert sum(settle.react(forest.session, e) for e in forest.entries() * 2) == 0
    assert forest.stored(goal) == before


def test_cancelling_a_tree_ends_everything_open_below(forest: World) -> None:
    """At every depth, also below closed tasks; counters end up equal to the edges."""
    goal = _grow(forest)
    middle = _grow(forest, goal)
    leaf = _grow(forest, middle, assignedParty={"kind": "user", "id": "bob"})
    steps = [_grow(forest, goal) for _ in range(30)]
    closed = _grow(forest, goal)
    orphan = _grow(forest, closed, assignedParty={"kind": "user", "id": "bob"})
    _close(forest, closed)
    _act(forest, goal, "cancel")
    forest.drain()
    assert forest.stored(orphan).status == "cancelled"
    assert {t.status for t in forest.store.tasks("p1") if t.task_id != closed} == {"cancelled"}
    settle.settle(forest.session, "p1")
    assert (forest.stored(goal).children.open, forest.stored(goal).children.closed) == (0, 32)
    assert forest.stored(middle).children.closed == 1
    assert [e.action for e in forest.store.history(leaf)] == ["create", "end"]
    assert len(forest.store.history(steps[-1])) == 2


def test_a_cascade_that_is_never_delivered_is_found_by_settling(forest: World) -> None:
    """Below a cancelled task every open one is work to do, whoever finds it."""
    goal = _grow(forest)
    middle = _grow(forest, goal)
    _grow(forest, middle, assignedParty={"kind": "user", "id": "bob"})
    _act(forest, goal, "cancel")
    assert settle.settle(forest.session, "p1") > 0
    assert {t.status for t in forest.store.tasks("p1")} == {"cancelled"}
    assert settle.settle(forest.session, "p1") == 0


def test_a_child_is_not_created_under_a_parent_that_closes_meanwhile(
    forest: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """409 `parent_closed`, decided again on fresh data."""
    goal = _grow(forest)
    _grow(forest, goal)
    commit = Store.commit

    def late(store: Store, plan: object) -> None:
        monkeypatch.setattr(Store, "commit", commit)
        _act(forest, goal, "cancel")
        commit(store, plan)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "commit", late)
    with pytest.raises(Refused) as caught:
        _grow(forest, goal)
    assert caught.value.refusal.code == "parent_closed"


def test_children_are_listed_in_pages(forest: World) -> None:
    """The children of a task, oldest first, each once."""
    goal = _grow(forest)
    steps = [_grow(forest, goal) for _ in range(5)]
    first = tasks.task_children(forest.session, ANN, goal, None, 3)
    second = tasks.task_children(forest.session, ANN, goal, first.next_cursor, 3)
    assert [v.task.task_id for v in (*first.items, *second.items)] == steps
    assert second.next_cursor is None


def test_of_two_that_may_not_both_be_open_one_wins(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """409 `duplicate_open_task`, also when requests race; once the first is closed, there is room."""
    _plant(world, scopes=("case",))
    goal = _grow(world)
    commit = Store.commit

    def late(store: Store, plan: object) -> None:
        monkeypatch.setattr(Store, "commit", commit)
        _grow(world, goal)
        commit(store, plan)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "commit", late)
    with pytest.raises(Refused) as caught:
        _grow(world, goal)
    assert caught.value.refusal.code == "duplicate_open_task"
    (step,) = (t.task_id for t in world.store.tasks("p1") if t.type == "Step")
    _act(world, step, "complete")
    assert _grow(world, goal) != step
