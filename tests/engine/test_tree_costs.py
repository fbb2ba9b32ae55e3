"""What trees cost: holds, work that is passed on, and what follows, each within its budget."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.domain.model.plan import Plan
from shared.engine import cases, settle, tasks
from shared.engine.session import Identity, Request
from shared.storage.capacity import capacity
from shared.storage.store import Store
from tests.engine.test_trees import OneWorkflow
from tests.engine.world import ANN, BOB, World
from tests.workflows.claims import claims

DISPATCH = {"kind": "organization", "id": "dispatch"}
CHILD_UNDER_A_PARENT_NEWLY_ON_HOLD = 17
TIMER_ENDS_A_HOLD = 16
LAST_CHILD_COUNTED = 11
CLAIM_OR_TAB_CHANGE, TIMER = 9, 3


@pytest.fixture
def costs(world: World, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What each commit costs from here on, in units written."""
    world.session = replace(world.session, workflows=OneWorkflow(claims()))
    given = {"workflow": "claims", "caseId": "c1", "attributes": {"channel": "phone"}}
    cases.create_case(world.session, ANN, given, Request())
    found: list[float] = []
    commit = Store.commit

    def counted(store: Store, plan: Plan) -> None:
        found.append(capacity(plan).write)
        commit(store, plan)

    monkeypatch.setattr(Store, "commit", counted)
    return found


def _open(world: World, type_name: str, **given: object) -> str:
    fields = {"type": type_name, **given}
    return tasks.create_task(world.session, ANN, "c1", fields, Request()).value.task.task_id


def _act(world: World, who: Identity, task_id: str, action: str, **given: Any) -> None:
    tasks.act(world.session, who, task_id, action, given, Request())


def test_a_hold_stays_within_its_budget(world: World, costs: list[float]) -> None:
    """Placing one is a child with a timer; its timer writes the hold and its task."""
    claim = _open(world, "Claim", assignedParty={"kind": "user", "id": "ann"})
    _act(world, ANN, claim, "place_timed_hold", days=3)
    assert costs[-1] <= CHILD_UNDER_A_PARENT_NEWLY_ON_HOLD + TIMER
    (timer,) = world.stored(world.stored(claim).hold_id or "").timers
    world.pass_time(days=3)
    settle.fire(world.session, timer)
    assert costs[-1] <= TIMER_ENDS_A_HOLD


def test_passing_work_on_stays_within_its_budget(world: World, costs: list[float]) -> None:
    """The child and its parent, newly on hold; its closing; and the hook that ends the pair."""
    claim = _open(world, "Claim", assignedParty={"kind": "user", "id": "ann"})
    survey = _open(world, "Survey", parentId=claim, assignedParty=DISPATCH)
    assert costs[-1] <= CHILD_UNDER_A_PARENT_NEWLY_ON_HOLD
    _act(world, ANN, survey, "assign_to_person", userId="bob")
    assert costs[-1] <= CHILD_UNDER_A_PARENT_NEWLY_ON_HOLD
    child = world.stored(survey).delegate_id or ""
    _act(world, BOB, child, "start")
    assert costs[-1] <= CLAIM_OR_TAB_CHANGE
    _act(world, BOB, child, "complete")
    assert costs[-1] <= CLAIM_OR_TAB_CHANGE
    world.drain()
    assert max(costs[-2:]) <= LAST_CHILD_COUNTED


def test_reassigning_stays_within_its_budget(world: World, costs: list[float]) -> None:
    """It writes nothing but the task and its history."""
    claim = _open(world, "Claim", assignedParty={"kind": "user", "id": "ann"})
    survey = _open(world, "Survey", parentId=claim, assignedParty={"kind": "user", "id": "ann"})
    _act(world, ANN, survey, "reassign", assignedParty={"kind": "user", "id": "bob"})
    assert costs[-1] <= CLAIM_OR_TAB_CHANGE
