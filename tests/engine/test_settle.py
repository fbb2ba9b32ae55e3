"""What follows by itself: dependents, cascades, due times; whoever asks, however often, however late."""

from __future__ import annotations

import pytest

from shared.engine import cases, settle, tasks
from shared.engine.session import Request
from shared.storage.store import Store
from tests.engine.world import ANN, BOB, ROOT, World
from tests.storage.table import client


@pytest.fixture
def chain(world: World) -> tuple[str, str]:
    """A task, and one that waits for it."""
    world.case("look-1")
    first = world.task("look-1")
    return first, world.task("look-1", prerequisites=[first])


def test_a_dependent_becomes_ready_when_its_prerequisite_closes(world: World, chain: tuple[str, str]) -> None:
    """By the stream, once, in the engine's name."""
    first, second = chain
    world.drain()
    world.act(first, "skip", ANN, reason="x")
    assert world.stored(second).status == "Pending"
    world.drain()
    assert world.stored(second).status == "Ready"
    last = world.store.history(second)[-1]
    assert (last.action, last.created_by) == ("ready", None)


def test_records_that_come_again_change_nothing(world: World, chain: tuple[str, str]) -> None:
    """Every record a second time: nothing is due any more."""
    first, second = chain
    world.act(first, "skip", ANN, reason="x")
    world.drain()
    before = world.stored(second)
    assert sum(settle.react(world.session, entry) for entry in world.entries()) == 0
    assert world.stored(second) == before


def test_a_lost_record_is_made_up_for_by_settling(world: World, chain: tuple[str, str]) -> None:
    """No record ever arrives; settling the case finds what is due, and then nothing."""
    first, second = chain
    world.act(first, "skip", ANN, reason="x")
    assert settle.settle(world.session, "look-1") == 1
    assert world.stored(second).status == "Ready"
    assert settle.settle(world.session, "look-1") == 0
    assert settle.settle(world.session, "no-such-case") == 0


def test_a_prerequisite_that_closes_while_its_dependent_is_created_wakes_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The closing's record comes before the edge exists; the new task's own record finds it."""
    world.case("look-1")
    first = world.task("look-1")
    commit = Store.commit

    def late(store: Store, plan: object) -> None:
        monkeypatch.setattr(Store, "commit", commit)
        world.act(first, "skip", ANN, reason="x")
        world.drain()
        commit(store, plan)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "commit", late)
    second = world.task("look-1", prerequisites=[first])
    assert world.stored(second).status == "Pending"
    world.drain()
    assert world.stored(second).status == "Ready"


def test_information_provided_while_the_prerequisite_closes_wakes_the_task(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes last sees both: neither the hook nor the person may be the one too early."""
    world.case("look-1")
    first = world.task("look-1")
    second = world.task("look-1", prerequisites=[first], awaiting="the key")
    world.drain()
    commit = Store.commit

    def late(store: Store, plan: object) -> None:
        monkeypatch.setattr(Store, "commit", commit)
        world.act(first, "skip", ANN, reason="x")
        world.drain()
        commit(store, plan)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "commit", late)
    world.act(second, "provide", ANN)
    world.drain()
    assert world.stored(second).status == "Ready"


def test_a_closed_case_ends_its_open_tasks(world: World) -> None:
    """By a cascade in chunks, with the case's reason; what failed before counts as completed."""
    world.case("look-1", template="standard-look")
    failed = world.task("look-1", dueTime="2026-12-01T00:00:00Z")
    world.act(failed, "claim", BOB)
    world.act(failed, "fail", BOB, reason="rain")
    more = [world.task("look-1") for _ in range(25)]
    cases.close_case(world.session, ANN, "look-1", {"reason": "withdrawn"}, Request())
    world.drain()
    pairs = {(t.state, t.status) for t in world.store.tasks("look-1") if t.task_id != failed}
    assert pairs == {("Canceled", "Skipped")}
    assert (world.stored(failed).state, world.stored(failed).timers) == ("Completed", ())
    last = world.store.history(more[-1])[-1]
    assert (last.note, last.created_by) == ("withdrawn", None)
    view = cases.get_case(world.session, ANN, "look-1")
    assert (view.open, view.closed) == (0, 31)


def test_a_cascade_that_dies_goes_on_where_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each chunk is whole; after a crash the rest is found by state."""
    world.case("look-1")
    for _ in range(50):
        world.task("look-1")
    cases.close_case(world.session, ANN, "look-1", {"reason": "x"}, Request())
    commit, commits = Store.commit, []

    def dying(store: Store, plan: object) -> None:
        commits.append(plan)
        if len(commits) == 2:
            raise RuntimeError("the function died")
        commit(store, plan)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "commit", dying)
    with pytest.raises(RuntimeError, match="died"):
        world.drain()
    ended = sum(t.closed_at is not None for t in world.store.tasks("look-1"))
    assert 0 < ended < 50
    assert settle.settle(world.session, "look-1") == 50 - ended
    assert all(len(world.store.history(t.task_id)) == 2 for t in world.store.tasks("look-1"))


def test_a_task_that_changes_during_the_cascade_is_ended_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chunk that meets another commit is done task by task, and loses nothing."""
    world.case("look-1")
    ids = [world.task("look-1") for _ in range(5)]
    cases.close_case(world.session, ANN, "look-1", {"reason": "x"}, Request())
    commit = Store.commit

    def late(store: Store, plan: object) -> None:
        monkeypatch.setattr(Store, "commit", commit)
        tasks.edit_task(world.session, ANN, ids[2], {"priority": 9}, Request())
        commit(store, plan)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "commit", late)
    world.drain()
    assert all(world.stored(i).closed_at is not None for i in ids)
    assert world.stored(ids[2]).priority == 9


def test_a_due_time_fires_once(world: World) -> None:
    """Firing is decided on the task as it is: twice, or after it was moved, a timer does nothing."""
    world.case("look-1")
    task_id = world.task("look-1", dueTime="2026-11-22T10:00:00Z")
    (timer,) = world.store.timers("look-1")
    assert settle.fire(world.session, timer) == 0
    world.pass_time(hours=2)
    assert settle.fire(world.session, timer) == 1
    assert (world.stored(task_id).overdue, world.store.timers("look-1")) == (True, [])
    assert settle.fire(world.session, timer) == 0
    assert [e.event for e in world.store.history(task_id)].count("TaskOverdue") == 1


def test_a_moved_due_time_does_not_fire_at_the_old_moment(world: World) -> None:
    """The timer that was read is only a hint."""
    world.case("look-1")
    task_id = world.task("look-1", dueTime="2026-11-22T10:00:00Z")
    (timer,) = world.store.timers("look-1")
    world.pass_time(hours=2)
    world.act(task_id, "reschedule", ROOT, dueTime="2026-11-23T10:00:00Z")
    assert settle.fire(world.session, timer) == 0
    assert world.stored(task_id).overdue is False


def test_settling_does_everything_that_is_due_in_one_call(world: World, chain: tuple[str, str]) -> None:
    """What one action makes due is found by the next round."""
    first, second = chain
    world.act(second, "reschedule", ROOT, dueTime="2026-11-22T10:00:00Z")
    world.act(first, "skip", ANN, reason="x")
    world.pass_time(hours=2)
    assert settle.settle(world.session, "look-1") == 2
    assert (world.stored(second).status, world.stored(second).overdue) == ("Ready", True)


def test_a_task_that_cannot_be_settled_holds_up_no_other(world: World) -> None:
    """One broken dependent: its sibling becomes ready all the same, by the stream and by settling."""
    world.case("look-1")
    first = world.task("look-1")
    broken = world.task("look-1", prerequisites=[first])
    by_stream = world.task("look-1", prerequisites=[first])
    world.drain()
    _break(world, broken)
    world.act(first, "skip", ANN, reason="x")
    with pytest.raises(ValueError, match="no such status"):
        world.drain()
    assert world.stored(by_stream).status == "Ready"
    second = world.task("look-1")
    by_settling = world.task("look-1", prerequisites=[second])
    world.act(second, "skip", ANN, reason="x")
    with pytest.raises(ValueError, match="no such status"):
        settle.settle(world.session, "look-1")
    assert world.stored(by_settling).status == "Ready"


def _break(world: World, task_id: str) -> None:
    """The task has a status that its workflow does not know."""
    client().update_item(
        TableName=world.table,
        Key={"PK": {"S": "CASE#look-1"}, "SK": {"S": f"TASK#{task_id.rpartition('.')[2]}"}},
        UpdateExpression="SET #s = :s",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":s": {"S": "Lost"}},
    )
