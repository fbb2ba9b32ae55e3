"""Work that is passed on, in the workflow `claims`: to members, to organizations, in place, and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.model.people import ENGINE, Membership, Organization, User
from shared.domain.model.plan import Plan
from shared.domain.model.task import Children, Party, Task
from shared.domain.model.writes import AddInstruction, ReleaseLock, TakeLock
from tests.domain.worlds import ANN, BOB, CHO, EVE, FAY, World, admin, played, refused, user
from tests.workflows.claims import claims

CREW = Organization("crew", "Crew", "team")
OTHERS = Organization("others", "Others", "team")
GUY = user("guy", crew=False)
HAL = user("hal", crew=False)
IDA = user("ida", crew=True)
OLD = user("old", crew=False, active=False)
RUE = user("rue", rulers=False)
TO_CREW = {"kind": "organization", "id": "crew"}


@pytest.fixture
def world() -> World:
    """A claim of ann's, and people of the crew."""
    made = World(workflow=claims())
    made.users = {u.id: u for u in (ANN, BOB, CHO, EVE, FAY, GUY, HAL, IDA, OLD, RUE)}
    made.organizations = {o.id: o for o in (CREW, OTHERS)}
    made.create("Claim", assignedParty={"kind": "user", "id": "ann"})
    return made


def _claim(world: World) -> Task:
    return next(iter(world.tasks.values()))


def _given(world: World, type_name: str = "Survey", **given: Any) -> Task:
    """A task of the crew under the claim."""
    return world.create(type_name, parentId=_claim(world).task_id, **{"assignedParty": TO_CREW, **given})


def _passed(world: World, task: Task, to: User = GUY, by: User = IDA) -> Task:
    """The child that a member has from now on."""
    world.act(task, "assign_to_person", by, userId=to.id)
    return world[world[task].delegate_id or ""]


def test_an_organization_passes_work_on_to_a_member(world: World) -> None:
    """A child of the same type is the member's, with the instruction; the task is on hold."""
    task = _given(world)
    decision = world.decide(task, "assign_to_person", IDA, userId="guy", instructions="Before noon.")
    held = played(world.play(decision))
    child = world[held.delegate_id or ""]
    assert (child.type, child.assigned_party, child.assigned_by, child.status) == (
        "Survey",
        GUY.party,
        IDA.person,
        "assigned",
    )
    assert (held.status, held.delegated, held.children) == ("on_hold", True, Children(open=1, same_open=1))
    assert isinstance(decision, Plan)
    assert [w.text for w in decision.writes if isinstance(w, AddInstruction)] == ["Before noon."]
    assert child.texts == 1


@pytest.mark.parametrize("other", [ANN, FAY])
def test_only_members_are_given_an_organizations_work(world: World, other: User) -> None:
    """409 `assignee_not_member`; and only an organization's task can be passed on so."""
    task = _given(world)
    assert refused(world.decide(task, "assign_to_person", IDA, userId=other.id)).code == "assignee_not_member"
    child = _passed(world, task)
    assert refused(world.decide(child, "assign_to_person", GUY, userId="hal")).rule == "assigned_to_organization"


@pytest.mark.parametrize("user_id", ["nobody", "old", 7, ""])
def test_who_is_not_there_or_not_active_is_given_nothing(world: World, user_id: object) -> None:
    """422, at the field."""
    refusal = refused(world.decide(_given(world), "assign_to_person", IDA, userId=user_id))
    assert refusal.errors[0].pointer == "/userId"


def test_work_is_passed_on_to_another_organization(world: World) -> None:
    """A child of the same type for that organization; an unknown one is 422."""
    task = _given(world)
    assert refused(world.decide(task, "assign_to_organization", IDA, organizationId="x")).code == "invalid_input"
    held = world.act(task, "assign_to_organization", IDA, organizationId="others")
    child = world[held.delegate_id or ""]
    assert (child.assigned_party, child.queue, child.tab, held.status) == (
        OTHERS.party,
        "others",
        "unassigned",
        "on_hold",
    )
    assert refused(world.decide(_given(world), "assign_to_organization", IDA, organizationId="crew")).rule is not None


def test_the_task_ends_with_the_child_that_it_was_passed_on_to(world: World) -> None:
    """Completed, or cancelled, as the child was."""
    for action, ending in (("complete", "completed"), ("cancel", "cancelled")):
        task = _given(world)
        child = _passed(world, task)
        world.act(child, action, GUY)
        world.settle()
        assert world[task].status == ending


def test_who_has_the_open_child_acts_there_and_not_on_the_organizations_task(world: World) -> None:
    """Once the child is closed, they are a member like all others; an administrator stays one."""
    task = _given(world)
    assert world.offered(task, GUY) == {"start", "complete", "cancel", "assign_to_person", "assign_to_organization"} | {
        "reassign",
        "place_timed_hold",
    }
    child = _passed(world, task)
    assert world.offered(task, GUY) == set()
    assert refused(world.decide(task, "cancel", GUY)).code == "not_allowed"
    assert world.offered(task, HAL) == {"cancel", "reassign"}
    assert "cancel" in world.offered(task, admin(GUY))
    assert world.offered(child, GUY) == {"start", "complete", "cancel", "reassign", "place_timed_hold"} | {
        "assign_to_organization"
    }
    world.act(child, "cancel", GUY)
    assert world.offered(task, GUY) == {"cancel", "reassign"}


def test_the_parents_organization_has_a_say(world: World) -> None:
    """Its admins cancel, its members reassign, and strangers do neither."""
    child = _passed(world, _given(world), by=HAL)
    assert world.offered(child, IDA) == {"cancel", "reassign"}
    assert world.offered(child, HAL) == {"cancel", "reassign"}
    other = _passed(world, _given(world, "Review"), by=IDA)
    assert world.offered(other, HAL) == {"reassign"}
    assert world.offered(other, BOB) == set()
    assert refused(world.decide(other, "cancel", BOB)).who == ("Guy Lee", "whoever assigned it", "admins of Crew")
    assert refused(world.decide(_claim(world), "cancel", BOB)).who == ("Ann Lee", "whoever assigned it")


def test_reassigning_happens_in_place(world: World) -> None:
    """Children, a running hold and the parent notice nothing; the history names from and to."""
    task = _given(world)
    child = _passed(world, task)
    world.act(child, "place_timed_hold", GUY, days=9)
    before, parent = world[child], world[task]
    world.pass_time(days=1)
    after = world.act(child, "reassign", IDA, assignedParty={"kind": "user", "id": "hal"}, instructions="For you.")
    assert (after.assigned_party, after.assigned_by, after.assigned_at) == (HAL.party, IDA.person, world.now)
    assert (after.status, after.hold_id, after.timers) == ("on_hold", before.hold_id, before.timers)
    assert world[after.hold_id or ""].timers[0].at == world.now + timedelta(days=8)
    assert world[task] == parent
    assert world.entries[-1].changes["assignedParty"] == {
        "from": {"kind": "user", "id": "guy", "displayName": "Guy Lee"},
        "to": {"kind": "user", "id": "hal", "displayName": "Hal Lee"},
    }
    assert world.offered(task, GUY) == {"cancel", "reassign"}
    assert world.offered(task, HAL) == set()


def test_work_that_had_begun_is_to_begin_again_for_the_next(world: World) -> None:
    """The status becomes `assigned`."""
    child = _passed(world, _given(world))
    world.act(child, "start", GUY)
    assert world.act(child, "reassign", GUY, assignedParty={"kind": "user", "id": "hal"}).status == "assigned"


def test_what_an_organization_passed_on_stays_with_its_members(world: World) -> None:
    """409 `assignee_not_member` for others, and for organizations; a free task goes to anybody."""
    child = _passed(world, _given(world))
    for party in ({"kind": "user", "id": "ann"}, {"kind": "organization", "id": "others"}):
        assert refused(world.decide(child, "reassign", IDA, assignedParty=party)).code == "assignee_not_member"
    window = _given(world, "Window")
    assert world.act(window, "reassign", GUY, assignedParty={"kind": "user", "id": "ann"}).assigned_party == ANN.party


def _typed(world: World, **values: Any) -> None:
    """Surveys are as the values say."""
    types = {**claims().types, "Survey": replace(claims().types["Survey"], **values)}
    world.workflow = replace(claims(), types=types)


def _unfit(world: World, task: Task, **party: str) -> str:
    """What is wrong with the party as the one who is to have the task."""
    refusal = refused(world.decide(task, "reassign", admin(), assignedParty=party))
    assert (refusal.code, [error.pointer for error in refusal.errors]) == ("invalid_input", ["/assignedParty"])
    return refusal.errors[0].detail


def test_a_task_stays_with_organizations_of_the_kind_that_it_is_for(world: World) -> None:
    """422 for another kind; another of the same may have it, and a person."""
    world.organizations = {**world.organizations, "desk": Organization("desk", "Desk", "queue")}
    task = _given(world)
    _typed(world, assigned_kind="team")
    assert _unfit(world, task, kind="organization", id="desk") == (
        "A Survey is assigned to an organization of the kind team."
    )
    for party in ({"kind": "organization", "id": "others"}, {"kind": "user", "id": "hal"}):
        assert played(world.decide(task, "reassign", GUY, assignedParty=party)).assigned_party is not None


def test_what_is_one_organizations_may_become_anothers_inside(world: World) -> None:
    """422 for one outside, unless tasks of the type are for that one; a type that is for none goes anywhere."""
    world.organizations = {**world.organizations, "acme": Organization("acme", "Acme", "partner")}
    task = _given(world)
    for values, fits in (({"assigned_to": "rulers"}, False), ({"assigned_to": "acme"}, True), ({}, True)):
        _typed(world, **values)
        if fits:
            played(world.decide(task, "reassign", GUY, assignedParty={"kind": "organization", "id": "acme"}))
        else:
            detail = "A Survey is assigned to an organization inside."
            assert _unfit(world, task, kind="organization", id="acme") == detail
        others = world.decide(task, "reassign", GUY, assignedParty={"kind": "organization", "id": "others"})
        assert played(others).assigned_party == OTHERS.party


def test_nobody_has_a_task_and_its_child_of_the_same_type(world: World) -> None:
    """422, whichever of the two changes hands, and whatever the other is called by now; a closed one does not count."""
    task = _given(world)
    child = _passed(world, task)
    twin = "A child has another type or another assignee than its parent."
    world.users = {**world.users, "guy": replace(GUY, display_name="Guy Ray")}
    assert _unfit(world, task, kind="user", id="guy") == twin
    own = world.create("Survey", parentId=_claim(world).task_id, assignedParty={"kind": "user", "id": "hal"})
    under = world.create("Survey", parentId=own.task_id, assignedParty=TO_CREW)
    assert _unfit(world, under, kind="user", id="hal") == twin
    world.act(child, "cancel", GUY)
    decision = world.decide(task, "reassign", HAL, assignedParty={"kind": "user", "id": "guy"})
    assert played(decision).assigned_party == Party("user", "guy", "Guy Ray")


def test_what_its_parents_assignee_had_before_is_not_opened_again_for_them(world: World) -> None:
    """409: whoever got the task while the child was closed would have both; once another one has it, it is opened."""
    task = _given(world)
    child = _passed(world, task)
    world.act(child, "cancel", GUY)
    world.act(task, "reassign", HAL, assignedParty={"kind": "user", "id": "guy"})
    refusal = refused(world.decide(world[child], "reopen", admin()))
    assert (refusal.code, refusal.rule) == ("action_not_available", "not_its_parents_twin")
    world.act(task, "reassign", GUY, assignedParty={"kind": "user", "id": "hal"})
    assert world.act(child, "reopen", admin()).assigned_party == GUY.party


def test_some_types_are_for_members_only(world: World) -> None:
    """Whoever creates or reassigns such a task: 409 `assignee_not_member` for anybody else."""
    for party in ({"kind": "user", "id": "ann"}, TO_CREW):
        decision = world.decide_creation("Ruling", parentId=_claim(world).task_id, assignedParty=party)
        assert refused(decision).code == "assignee_not_member"
    ruling = _given(world, "Ruling", assignedParty={"kind": "user", "id": "rue"})
    refusal = refused(world.decide(ruling, "reassign", RUE, assignedParty={"kind": "user", "id": "guy"}))
    assert (refusal.code, refusal.detail) == ("assignee_not_member", "A Ruling is for members of Rulers.")


def test_a_cancelled_child_gives_the_work_back_where_the_type_says_so(world: World) -> None:
    """The organization's task is `assigned` once nothing else under it is open, and does not end."""
    task = _given(world, "Review")
    child = _passed(world, task)
    assert world.locks == {"Review": task.task_id, f"Review#{_claim(world).task_id[7:]}": task.task_id} | {
        f"Review#{task.task_id[7:]}": child.task_id
    }
    decision = world.decide(child, "cancel", GUY)
    assert isinstance(decision, Plan)
    assert [e.action for e in decision.entries] == ["cancel", "work_returned"]
    world.play(decision)
    assert (world[task].status, world[task].delegated) == ("on_hold", False)
    world.settle()
    assert (world[task].status, world[task].delegate_id) == ("assigned", None)
    again = _passed(world, task)
    world.act(again, "complete", GUY)
    world.settle()
    assert world[task].status == "completed"
    assert world.locks == {}


def test_a_cancelled_child_gives_the_work_back_to_whoever_has_the_task_by_now(world: World) -> None:
    """Also to a person, to whom the organization's task has gone over while it was passed on."""
    task = _given(world, "Review")
    child = _passed(world, task)
    world.act(task, "reassign", HAL, assignedParty={"kind": "user", "id": "ann"})
    world.act(child, "cancel", GUY)
    world.settle()
    assert (world[task].status, world[task].assigned_party, world[task].delegated) == ("assigned", ANN.party, False)


def test_a_cascade_gives_nothing_back(world: World) -> None:
    """Below a cancelled task everything ends, and nothing follows."""
    child = _passed(world, _given(world, "Review"))
    world.act(_claim(world), "cancel", ANN)
    decision = world.decide(child, "end")
    assert isinstance(decision, Plan)
    assert len(decision.entries) == 1
    world.settle()
    assert {t.status for t in world.tasks.values()} == {"cancelled"}


def test_work_is_handed_back(world: World) -> None:
    """An administrator takes it off somebody who leaves: the organization has it back, of whatever type it is."""
    task = _given(world)
    assert refused(world.decide(task, "hand_back", admin())).rule == "passed_on"
    child = _passed(world, task)
    assert refused(world.decide(child, "hand_back", IDA)).code == "not_allowed"
    assert world.act(child, "hand_back", admin()).status == "cancelled"
    world.settle()
    assert (world[task].status, world[task].children) == ("assigned", Children(closed=1, same_closed=1))


def test_nothing_is_given_back_to_a_task_that_is_closed(world: World) -> None:
    """A child that outlived it is cancelled, and that is all."""
    task = _given(world, "Review")
    child = _passed(world, task)
    world.tasks[task.task_id] = replace(world[task], state="closed", status="completed")
    decision = world.decide(child, "cancel", GUY)
    assert isinstance(decision, Plan)
    assert len(decision.entries) == 1


def test_where_tasks_are_listed(world: World) -> None:
    """An organization's in its queue, what it passed on there as well, a hold nowhere."""
    task = _given(world)
    assert (task.queue, task.tab) == ("crew", "unassigned")
    child = _passed(world, task)
    assert (child.queue, child.tab) == ("crew", "assigned")
    assert (world[task].queue, world[task].tab) == ("crew", "on_hold")
    world.act(child, "place_timed_hold", GUY, days=1)
    assert (world[child].queue, world[child].tab) == ("crew", "on_hold")
    hold = world[world[child].hold_id or ""]
    assert (hold.queue, hold.tab, hold.assigned_party) == (None, None, GUY.party)
    assert (_claim(world).queue, _claim(world).tab) == (None, "on_hold")
    world.act(child, "complete", GUY)
    assert (world[child].queue, world[child].tab) == ("crew", "completed")


def test_a_lock_follows_its_task_to_another_assignee(world: World) -> None:
    """A task that becomes a person's is no organization's task any more, and lets the lock go."""
    task = _given(world, "Review")
    decision = world.decide(task, "reassign", IDA, assignedParty={"kind": "user", "id": "guy"})
    assert isinstance(decision, Plan)
    assert [w.name for w in decision.writes if isinstance(w, ReleaseLock)] == ["Review"]
    world.play(decision)
    back = world.decide(task, "reassign", GUY, assignedParty=TO_CREW)
    assert isinstance(back, Plan)
    assert [w.name for w in back.writes if isinstance(w, TakeLock)] == ["Review"]


def test_a_person_has_no_members(world: World) -> None:
    """A membership of an organization of another case is none of this one's."""
    stranger = replace(GUY, memberships={"others": Membership("others", "Others", "team")})
    world.users = {**world.users, "guy": stranger}
    assert refused(world.decide(_given(world), "assign_to_person", IDA, userId="guy")).code == "assignee_not_member"
    assert world.offered(_given(world, "Window"), stranger) == set()
    assert ENGINE.user is None
