"""Assignment by turns, in the workflow `claims`: what waits for it, whose turn it is, and that it happens once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.domain.checks.verify import verify
from shared.domain.definitions.workflow import Assigning, HandBack
from shared.domain.drafts.assigning import member_input
from shared.domain.model.people import ENGINE, Organization
from shared.domain.model.plan import Plan
from shared.domain.model.reactions import TURN
from shared.domain.model.task import Task
from shared.domain.model.writes import PassTurn
from shared.domain.settling import Due, due
from shared.domain.trees.turns import in_turn
from tests.domain.worlds import ANN, World, admin, played, user
from tests.workflows.claims import claims

CREW = Organization("crew", "Crew", "team", auto_assign=True)
GUY, HAL = user("guy", crew=False), user("hal", crew=False)
IDA = user("ida", crew=True)
OLD = user("old", crew=False, active=False)
RUE = user("rue", rulers=False)
TO_CREW = {"kind": "organization", "id": "crew"}


@pytest.fixture
def world() -> World:
    """A claim of ann's, and a crew of two members, an admin, and one who has left."""
    made = World(workflow=claims())
    made.users = {u.id: u for u in (ANN, OLD, RUE, IDA, HAL, GUY)}
    made.organizations = {"crew": CREW}
    made.create("Claim", assignedParty={"kind": "user", "id": "ann"})
    return made


def _given(world: World, type_name: str = "Survey", **given: Any) -> Task:
    return world.create(type_name, parentId=next(iter(world.tasks)), **{"assignedParty": TO_CREW, **given})


def _due(world: World, task: Task) -> Due | None:
    return due(world.context(ENGINE, world[task]).scene, world.now)


def _reacts(world: World, task: Task) -> tuple[str, ...]:
    """What the entry of the task's creation asks the stream to look at."""
    return next(entry.reacts for entry in world.entries if entry.task_id == task.task_id)


def _assigned(world: World, task: Task) -> str | None:
    """To whom the engine assigns the task, by what is due."""
    assert _due(world, task) == Due("assign_next")
    after = world.act(task, "assign_next")
    party = world[after.delegate_id].assigned_party if after.delegate_id else None
    return party.id if party else None


def test_tasks_go_round(world: World) -> None:
    """One after another, by user id, and from the beginning again; admins and those who have left have no turns."""
    assert [_assigned(world, _given(world)) for _ in range(3)] == ["guy", "hal", "guy"]


def test_nobody_has_assigned_what_the_engine_has(world: World) -> None:
    """The child is the member's, its task is on hold for it, and no person did that."""
    held = world.act(_given(world), "assign_next")
    child = world[held.delegate_id or ""]
    assert (child.status, child.assigned_party, child.assigned_by) == ("assigned", GUY.party, None)
    assert (held.status, held.delegated) == ("on_hold", True)


@pytest.mark.parametrize(
    ("last", "order"), [(None, "abc"), ("a", "bca"), ("b", "cab"), ("c", "abc"), ("bb", "cab"), ("0", "abc")]
)
def test_turns_go_on_behind_the_last(last: str | None, order: str) -> None:
    """Also where the last one is no member any more."""
    assert in_turn("cab", last) == list(order)


def test_only_members_for_whom_the_type_is_have_turns(world: World) -> None:
    """What is for members of one organization goes to members of both."""
    types = {**claims().types, "Survey": replace(claims().types["Survey"], members_of="rulers")}
    world.workflow = replace(claims(), types=types)
    task = _given(world, assignedParty={"kind": "user", "id": "rue"})
    world.tasks[task.task_id] = task = replace(task, assigned_party=CREW.party)
    world.users = {**world.users, "hal": user("hal", crew=False, rulers=False)}
    assert _assigned(world, task) == "hal"


def test_an_empty_pool_is_noted_once(world: World) -> None:
    """The task stays assigned, its history says why, and nothing is due on it any more."""
    world.users = {u.id: u for u in (ANN, IDA, OLD, RUE)}
    task = _given(world)
    decision = world.decide(task, "assign_next")
    assert isinstance(decision, Plan)
    assert not [write for write in decision.writes if isinstance(write, PassTurn)]
    after = played(world.play(decision))
    assert (after.status, after.version, after.delegated) == ("assigned", 2, False)
    assert decision.entries[0].changes == {"notAssigned": {"reason": "Crew has no active member who is no admin."}}
    assert _due(world, after) is None


def test_what_was_given_back_is_not_assigned_again_by_itself(world: World) -> None:
    """Turns are for new tasks: whatever happened to one since, it waits for a person."""
    task = _given(world, "Review")
    child = world.act(task, "assign_next").delegate_id or ""
    world.act(child, "hand_back", admin())
    world.count(child)
    assert world[task].status == "assigned"
    assert _due(world, task) is None


def test_an_organization_without_turns_keeps_its_tasks(world: World) -> None:
    """The stream is asked to look, as an organization is not looked at when its task is created."""
    world.organizations = {"crew": replace(CREW, auto_assign=False)}
    task = _given(world)
    assert _reacts(world, task) == (TURN,)
    assert _due(world, task) is None
    world.organizations = {}
    assert _due(world, task) is None


def test_what_has_no_turns(world: World) -> None:
    """A person's task, one on hold, one that nobody has seen yet, and all where the workflow knows no turns."""
    persons = _given(world, assignedParty={"kind": "user", "id": "guy"})
    held = replace(_given(world), status="on_hold")
    staged = replace(_given(world), staged=True)
    world.tasks |= {task.task_id: task for task in (held, staged)}
    without = replace(claims().types["Survey"], actions=frozenset({"complete", "end"}))
    free = _given(world)
    for task in (persons, held, staged):
        assert _due(world, task) is None
    world.workflow = replace(claims(), types={**claims().types, "Survey": without})
    assert _due(world, free) is None
    for assigning in (None, Assigning("assign_to_person")):
        world.workflow = replace(claims(), assigning=assigning)
        assert _due(world, free) is None
        assert _reacts(world, _given(world)) == ()


@pytest.mark.parametrize(
    ("assigning", "rule"),
    [
        (Assigning("give"), "names-resolve"),
        (Assigning("assign_to_person", "give"), "names-resolve"),
        (Assigning("place_timed_hold"), "assigning-fits"),
        (Assigning("decide"), "assigning-fits"),
        (Assigning("assign_to_person", "conclude"), "assigning-fits"),
        (Assigning("assign_to_person", "start"), "engine-acts"),
        (None, "engine-acts"),
    ],
)
def test_a_wrong_way_to_assign_is_found(assigning: Assigning | None, rule: str) -> None:
    """Names stand for actions, which take a person, and by turns do so; what nothing makes is found as well."""
    assert rule in {finding.rule for finding in verify(replace(claims(), assigning=assigning))}


def test_an_action_of_a_type_alone_takes_a_person_as_well() -> None:
    """Else a bulk assignment would fail on tasks of that type only."""
    without = replace(claims().actions["assign_to_person"], fields=())
    survey = replace(claims().types["Survey"], own_actions={"assign_to_person": without})
    broken = replace(claims(), types={**claims().types, "Survey": survey})
    assert "assigning-fits" in {finding.rule for finding in verify(broken)}
    parties = claims().actions["reassign"]
    fields = tuple(replace(f, options={"of": ["organization"]}) if f.kind == "party" else f for f in parties.fields)
    actions = {**claims().actions, "reassign": replace(parties, fields=fields)}
    broken = replace(claims(), actions=actions, assigning=Assigning("reassign", "assign_next"))
    assert {finding.rule for finding in verify(broken)} == {"assigning-fits"}


def test_a_party_can_be_what_names_the_member() -> None:
    """Any action will do whose one required input says who."""
    assert verify(replace(claims(), assigning=Assigning("reassign", "assign_next"))) == ()


def test_what_an_action_is_told_follows_from_its_field() -> None:
    """A user by their id, a party by its kind as well; one that takes no person can be told nobody."""
    actions = claims().actions
    assert member_input(actions["assign_to_person"], GUY) == {"userId": "guy"}
    assert member_input(actions["reassign"], GUY) == {"assignedParty": {"kind": "user", "id": "guy"}}
    with pytest.raises(ValueError, match="start takes no user"):
        member_input(actions["start"], GUY)


def test_hand_back_names_types_that_there_are() -> None:
    """A type that it is limited to exists."""
    broken = replace(claims(), hand_back=(HandBack("cancel", types=("Riddle",)),))
    assert [f.where for f in verify(broken)] == [("hand_back", 0, "types")]
