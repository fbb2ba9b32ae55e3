"""Assignment by turns on a table: by the stream, by the nightly settling, two at once, and what it costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.domain.model.people import User
from shared.domain.model.plan import Plan
from shared.domain.model.writes import PassTurn
from shared.engine import cases, owed, people, settle, tasks, turns
from shared.engine.session import Request
from shared.storage.capacity import capacity
from shared.storage.keys import OrganizationKey, TurnKey
from shared.storage.store import Store
from tests.engine.test_trees import OneWorkflow
from tests.engine.world import ROOT, World
from tests.workflows.claims import claims

CHILD_UNDER_A_PARENT_NEWLY_ON_HOLD = 17
TURN = 2


@pytest.fixture
def crew(world: World) -> World:
    """A case of claims, and the rulers: three members and an admin, who take turns from bootstrap on."""
    world.session = replace(world.session, workflows=OneWorkflow(claims()))
    people.bootstrap(world.session, User("root", "Root"))
    for name in ("roy", "rue", "ray"):
        world.put_user(name)
        world.join("rulers", name)
    world.put_user("rex")
    world.join("rulers", "rex", admin=True)
    given = {"workflow": "claims", "caseId": "c1", "attributes": {"channel": "phone"}}
    cases.create_case(world.session, ROOT, given, Request())
    return world


def _survey(world: World, to: str = "rulers") -> str:
    """A new task of the organization, under a claim of its own."""
    claim = _create(world, type="Claim", assignedParty={"kind": "user", "id": "ann"})
    return _create(world, type="Survey", parentId=claim, assignedParty={"kind": "organization", "id": to})


def _create(world: World, **given: Any) -> str:
    return tasks.create_task(world.session, ROOT, "c1", given, Request()).value.task.task_id


def _member(world: World, task_id: str) -> str | None:
    """Who has the task that was passed on."""
    child = world.stored(task_id).delegate_id
    party = world.stored(child).assigned_party if child else None
    return party.id if party else None


def _last_turn(world: World) -> str | None:
    return world.store.load([TurnKey("rulers")])[TurnKey("rulers")]


def test_the_stream_assigns_new_tasks_by_turns(crew: World) -> None:
    """Each goes to the next member, also when the records come twice."""
    given = [_survey(crew) for _ in range(4)]
    crew.drain()
    crew.delivered.clear()
    crew.drain()
    assert [_member(crew, task) for task in given] == ["ray", "roy", "rue", "ray"]
    assert settle.settle(crew.session, "c1") == 0


def test_settling_assigns_what_the_stream_has_lost(crew: World) -> None:
    """Several tasks of one organization in one case go to one member each."""
    given = [_survey(crew) for _ in range(3)]
    assert settle.settle(crew.session, "c1") == len(given)
    assert {_member(crew, task) for task in given} == {"ray", "roy", "rue"}


def test_two_at_once_are_two_turns(crew: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes second decides anew, so no turn is taken twice."""
    first, second = _survey(crew), _survey(crew)
    commit, between = Store.commit, [second]

    def overtaken(store: Store, plan: Plan) -> None:
        while between:
            owed.settle_task(crew.session, between.pop())
        commit(store, plan)

    monkeypatch.setattr(Store, "commit", overtaken)
    assert owed.settle_task(crew.session, first) == 1
    assert [_member(crew, second), _member(crew, first)] == ["ray", "roy"]


def test_a_change_of_the_organization_keeps_its_turns(crew: World) -> None:
    """Who was last assigned stands beside it: a PUT neither loses that nor meets a conflict by it."""
    first = _survey(crew)
    crew.drain()
    version = crew.store.load([OrganizationKey("rulers")])[OrganizationKey("rulers")]
    assert version is not None
    people.put_organization(crew.session, ROOT, "rulers", {"displayName": "R."}, Request(if_match=version.version))
    second = _survey(crew)
    crew.drain()
    assert [_member(crew, first), _member(crew, second), _last_turn(crew)] == ["ray", "roy", "roy"]


def test_an_organization_that_hands_out_nothing_costs_one_read(crew: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """No member is read, and nothing is written."""
    people.put_organization(crew.session, ROOT, "rulers", {"autoAssign": False})
    task = _survey(crew)
    monkeypatch.setattr(Store, "members", lambda store, organization_id: pytest.fail("nobody needs them"))
    crew.drain()
    assert crew.stored(task).version == 1


def test_a_task_of_an_organization_that_is_not_there_stays(crew: World) -> None:
    """One that a case's attribute names may be unknown to the table."""
    task = _survey(crew)
    address = {"PK": {"S": "ORG#rulers"}, "SK": {"S": "ORG"}}
    crew.client.delete_item(TableName=crew.table, Key=address)
    crew.drain()
    assert crew.stored(task).version == 1


def test_nobody_to_assign_to_is_said_in_the_history(crew: World) -> None:
    """Once, and the task stays assigned to its organization."""
    for name in ("ray", "roy", "rue"):
        crew.put_user(name, active=False)
    task = _survey(crew)
    crew.drain()
    assert settle.settle(crew.session, "c1") == 0
    assert (crew.stored(task).status, crew.stored(task).version) == ("assigned", 2)
    last = crew.store.history(task)[-1]
    assert (last.action, last.created_by) == ("assign_next", None)
    assert last.changes == {"notAssigned": {"reason": "Rulers has no active member who is no admin."}}


def test_members_are_read_in_parts(crew: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a large organization only so many as it takes to find one who is active."""
    monkeypatch.setattr(turns, "AT_ONCE", 1)
    crew.put_user("ray", active=False)
    given = [_survey(crew) for _ in range(2)]
    crew.drain()
    assert [_member(crew, task) for task in given] == ["roy", "rue"]


def test_a_turn_stays_within_its_budget(crew: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child under a parent newly on hold, and the item that says whose turn it was."""
    task = _survey(crew)
    plans: list[Plan] = []
    commit = Store.commit

    def noted(store: Store, plan: Plan) -> None:
        plans.append(plan)
        commit(store, plan)

    monkeypatch.setattr(Store, "commit", noted)
    owed.settle_task(crew.session, task)
    (plan,) = plans
    assert [write for write in plan.writes if isinstance(write, PassTurn)] == [PassTurn("rulers", "ray", None)]
    assert capacity(plan).write <= CHILD_UNDER_A_PARENT_NEWLY_ON_HOLD + TURN
