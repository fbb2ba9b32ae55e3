"""Timed holds on a table: what ends one writes its task as well, whoever comes between."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.engine import cases, owed, settle, tasks
from shared.engine.session import Refused, Request
from shared.storage.store import Store
from tests.engine.test_trees import OneWorkflow
from tests.engine.world import ANN, World
from tests.workflows.claims import claims

pytestmark = pytest.mark.usefixtures("sound")

MINE = {"kind": "user", "id": "ann"}


@pytest.fixture
def office(world: World) -> World:
    """A world whose cases are claims."""
    world.session = replace(world.session, workflows=OneWorkflow(claims()))
    cases.create_case(
        world.session, ANN, {"workflow": "claims", "caseId": "c1", "attributes": {"channel": "phone"}}, Request()
    )
    return world


def _open(world: World, type_name: str, **given: object) -> str:
    fields = {"type": type_name, "assignedParty": MINE, **given}
    return tasks.create_task(world.session, ANN, "c1", fields, Request()).value.task.task_id


def _act(world: World, task_id: str, action: str, **given: object) -> None:
    tasks.act(world.session, ANN, task_id, action, given, Request())


def _hold(world: World, task_id: str) -> str:
    hold = world.stored(task_id).hold_id
    assert hold is not None
    return hold


def test_time_ends_a_hold_once_and_gives_the_task_back(office: World) -> None:
    """The timer fires; a record that comes later, or again, finds nothing due."""
    claim = _open(office, "Claim")
    _act(office, claim, "place_timed_hold", days=15)
    hold = _hold(office, claim)
    office.drain()
    (timer,) = office.stored(hold).timers
    assert settle.fire(office.session, timer) == 0
    office.pass_time(days=15)
    assert settle.fire(office.session, timer) == 1
    assert settle.fire(office.session, timer) == 0
    office.drain()
    assert settle.settle(office.session, "c1") == 0
    assert (office.stored(hold).status, office.stored(claim).status) == ("completed", "assigned")
    assert [e.action for e in office.store.history(claim)] == ["create", "place_timed_hold", "hold_ended"]
    assert office.store.timers("c1") == []


def test_a_second_hold_a_new_child_and_the_end_of_the_task_end_it(office: World) -> None:
    """What was read with the task is ended with it, in one commit."""
    claim = _open(office, "Claim")
    _act(office, claim, "place_timed_hold", days=15)
    first = _hold(office, claim)
    _act(office, claim, "place_timed_hold", days=20)
    second = _hold(office, claim)
    survey = _open(office, "Survey", parentId=claim)
    _act(office, survey, "place_timed_hold", days=1)
    third = _hold(office, survey)
    _act(office, survey, "complete")
    assert {office.stored(t).status for t in (first, second, third)} == {"cancelled"}
    office.drain()
    assert (office.stored(claim).status, office.stored(claim).hold_id) == ("assigned", None)


def test_a_hold_that_ends_while_its_task_is_acted_on_is_seen(office: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit fails, and what was to end the hold finds it ended."""
    claim = _open(office, "Claim")
    _act(office, claim, "place_timed_hold", days=15)
    hold = _hold(office, claim)
    office.pass_time(days=15)
    commit = Store.commit

    def late(store: Store, plan: object) -> None:
        monkeypatch.setattr(Store, "commit", commit)
        owed.settle_task(office.session, hold)
        commit(store, plan)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "commit", late)
    with pytest.raises(Refused) as caught:
        _act(office, claim, "end_hold")
    assert caught.value.refusal.code == "action_not_available"
    assert (office.stored(hold).status, office.stored(claim).status) == ("completed", "assigned")


def test_a_cascade_ends_held_tasks_with_their_holds(office: World) -> None:
    """By the stream, and by settling alone, also where the timers are due by then."""
    for delivered in (True, False):
        claim = _open(office, "Claim")
        surveys = [_open(office, "Survey", parentId=claim) for _ in range(3)]
        for survey in surveys:
            _act(office, survey, "place_timed_hold", days=1)
        _act(office, claim, "cancel")
        office.pass_time(days=2)
        if delivered:
            office.drain()
        else:
            assert settle.settle(office.session, "c1") > 0
        assert {t.status for t in office.store.tasks("c1")} == {"cancelled"}
        assert settle.settle(office.session, "c1") == 0
        assert office.store.timers("c1") == []


def test_one_task_of_a_cascade_is_settled_by_itself(office: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a chunk fails, each of its tasks is looked at again, with all that is above it."""
    claim = _open(office, "Claim")
    surveys = [_open(office, "Survey", parentId=claim) for _ in range(3)]
    _act(office, claim, "cancel")
    commit = Store.commit

    def late(store: Store, plan: object) -> None:
        monkeypatch.setattr(Store, "commit", commit)
        _act(office, surveys[0], "start")
        commit(store, plan)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "commit", late)
    office.drain()
    assert {t.status for t in office.store.tasks("c1")} == {"cancelled"}


def test_timers_that_are_due_at_once_are_settled_one_by_one(office: World) -> None:
    """Two windows under one claim, and a hold: whatever is due in one round does not stand in each other's way."""
    claim = _open(office, "Claim")
    windows = [_open(office, "Window", parentId=claim) for _ in range(2)]
    for window in windows:
        _act(office, window, "place_timed_hold", days=120)
    office.pass_time(days=121)
    assert settle.settle(office.session, "c1") > 0
    assert [office.stored(w).status for w in windows] == ["completed", "completed"]
    assert office.stored(claim).status == "assigned"
