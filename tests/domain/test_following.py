"""What follows on the end of tasks, and what a case begins with, in the workflow `claims`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.domain.cases import create_case, edit_case
from shared.domain.decide import act
from shared.domain.model.people import ENGINE, Organization
from shared.domain.model.plan import Plan
from shared.domain.model.task import Task
from shared.domain.model.writes import PassLock, ReleaseLock, TakeLock
from shared.domain.settling import due
from shared.domain.trees.child_counters import count_children
from shared.domain.trees.locks import lock_names
from tests.domain.worlds import ACME, ANN, BOB, World, admin, as_caller, refused, user
from tests.workflows.claims import claims

RUE = user("rue", rulers=False)
RULERS = Organization("rulers", "Rulers", "team")
AGENT = {"organizationId": "acme", "writes": True}


def _begun(**attributes: object) -> World:
    """A case with these attributes, as it is when it has begun."""
    world = World(workflow=claims())
    world.users = {**world.users, "rue": RUE}
    world.organizations = {o.id: o for o in (ACME, RULERS)}
    world.play(create_case(world.context(as_caller(ANN)), {"attributes": {"channel": "letter", **attributes}}))
    return world


def _only(world: World, type_name: str) -> Task:
    (task,) = (t for t in world.tasks.values() if t.type == type_name)
    return task


def _types(world: World) -> list[str]:
    return [t.type for t in world.tasks.values() if t.closed_at is None]


def _decided(world: World, **given: Any) -> Task:
    """The decision, after the sorting and the decision itself."""
    world.act(_only(world, "Sorting"), "complete", RUE)
    decision = _only(world, "Decision")
    return world.act(decision, "decide", RUE, **{"userId": "rue", "outcome": "paid", **given})


def test_a_case_begins_with_what_its_attributes_say() -> None:
    """Each task has one entry, nobody has assigned it, and a parent is on hold from the start."""
    world = _begun(agent=AGENT)
    assert _types(world) == ["File", "Sorting", "Letter", "Watch"]
    file, letter, watch = (_only(world, name) for name in ("File", "Letter", "Watch"))
    assert (file.status, file.version, file.children.open, file.assigned_by) == ("on_hold", 1, 3, None)
    assert (letter.assigned_party, letter.queue, letter.tab) == (ACME.party, "acme", "unassigned")
    assert (watch.status, watch.tab, watch.started_at) == ("in_progress", None, world.now)
    assert [e.action for e in world.entries] == ["create"] * 5
    assert world.case.attributes["agent"] == {**AGENT, "displayName": "Acme Surveys"}


def test_conditions_on_attributes_choose() -> None:
    """A flag that is not given is false, and for an organization that is not there nothing opens."""
    assert _types(_begun(agent={"organizationId": "acme"}, urgent=True)) == ["File", "Watch"]
    assert _types(_begun(urgent=False)) == ["File", "Sorting"]
    assert _types(_begun(channel="phone")) == []


@pytest.mark.parametrize("agent", [{}, {"organizationId": "x"}, {**AGENT, "writes": 1}, {**AGENT, "reads": True}, 7])
def test_an_organization_with_flags_is_read_whole(agent: object) -> None:
    """What is missing, unknown or of another kind is 422, at its place."""
    world = World(workflow=claims())
    decision = create_case(world.context(as_caller(ANN)), {"attributes": {"channel": "phone", "agent": agent}})
    assert refused(decision).errors[0].pointer.startswith("/attributes/agent")


def test_a_completed_task_is_followed_in_the_same_transaction() -> None:
    """Under the root, for whoever completed it; on a cancelled one something else follows."""
    world = _begun()
    decision = world.decide(_only(world, "Sorting"), "complete", RUE)
    assert isinstance(decision, Plan)
    assert [(e.action, e.type) for e in decision.entries] == [("complete", "Sorting"), ("create", "Decision")]
    world.play(decision)
    assert (_only(world, "Decision").assigned_party, _only(world, "Decision").assigned_by) == (RUE.party, RUE.person)
    assert _only(world, "File").children.open == 2


def test_a_task_above_ends_as_well() -> None:
    """A cancelled sorting cancels its parent in the same transaction; the cascade does the rest."""
    world = _begun(agent=AGENT)
    world.act(_only(world, "Sorting"), "cancel", RUE)
    assert _only(world, "File").status == "cancelled"
    assert world.entries[-1].action == "ended_below"
    world.settle()
    assert _types(world) == []
    assert _only(world, "Watch").status == "cancelled"


def test_input_decides_what_follows_and_for_whom() -> None:
    """A payment for whoever decided, with a check for the named user under it; only a member of the rulers may be."""
    world = _begun()
    world.act(_only(world, "Sorting"), "complete", RUE)
    decision = _only(world, "Decision")
    refusal = refused(world.decide(decision, "decide", RUE, userId="bob", outcome="paid"))
    assert refusal.code == "assignee_not_member"
    world.act(decision, "decide", RUE, userId="rue", outcome="paid")
    payment, check = _only(world, "Payment"), _only(world, "Check")
    assert (payment.assigned_party, payment.status, payment.children.open) == (RUE.party, "on_hold", 1)
    assert (check.parent_id, check.assigned_party) == (payment.task_id, RUE.party)


def test_what_cannot_follow_refuses_the_action() -> None:
    """Where what it would stand under is not there, the task does not end."""
    world = _begun()
    world.act(_only(world, "Sorting"), "complete", RUE)
    decision = world.decide(_only(world, "Decision"), "decide", RUE, userId="rue", outcome="denied")
    assert (refused(decision).code, refused(decision).rule) == ("parent_closed", "follows")


def test_the_root_is_completed_and_what_is_under_it_goes_its_way() -> None:
    """One task outlives it, one is cancelled, one is completed with it."""
    world = _begun(agent=AGENT)
    file = _only(world, "File")
    query = world.create("Query", parentId=file.task_id, assignedParty={"kind": "user", "id": "ann"})
    _decided(world)
    world.act(_only(world, "Check"), "complete", RUE)
    world.settle()
    world.act(_only(world, "Payment"), "complete", RUE)
    assert _only(world, "File").status == "completed"
    assert world.entries[-1].reacts == ("below",)
    world.settle()
    assert _types(world) == ["Query"]
    assert (_only(world, "Letter").status, _only(world, "Watch").status) == ("cancelled", "completed")
    assert due(world.context(ENGINE, world[query]).scene, world.now) is None


def test_the_parents_assignee_gets_what_follows() -> None:
    """A cancelled check is followed by a slip for whoever has the payment, under it."""
    world = _begun()
    _decided(world)
    world.act(_only(world, "Check"), "cancel", RUE)
    slip = _only(world, "Slip")
    assert (slip.parent_id, slip.assigned_party) == (_only(world, "Payment").task_id, RUE.party)


def test_nothing_follows_on_a_child_of_the_same_type_nor_on_a_cascade() -> None:
    """What was passed on is followed when the organization's task ends with it, by the hook: for nobody."""
    world = _begun()
    sorting = _only(world, "Sorting")
    world.act(sorting, "assign_to_person", RUE, userId="rue")
    child = world[sorting].delegate_id or ""
    assert world.act(child, "complete", RUE).status == "completed"
    assert "Decision" not in _types(world)
    world.settle()
    assert world[sorting].status == "completed"
    assert _only(world, "Decision").assigned_party is None
    other = _begun()
    other.act(_only(other, "Sorting"), "end")
    assert _types(other) == ["File"]


def test_the_engine_goes_without_what_another_task_keeps_it_from() -> None:
    """Where a lock is held it is not opened again, and the history says so."""
    world = _begun()
    file, sorting = _only(world, "File"), _only(world, "Sorting")
    world.act(sorting, "assign_to_person", RUE, userId="rue")
    child = world[sorting].delegate_id or ""
    world.act(child, "complete", RUE)
    held = world.create("Decision", parentId=file.task_id)
    context = world.context(ENGINE, world[sorting])
    taken = frozenset(lock_names(world.workflow, held))
    context = replace(context, scene=replace(context.scene, taken=taken))
    plan = count_children(context, ((world.edges[child], world[child]),))
    assert plan is not None
    world.play(plan)
    assert world[sorting].status == "completed"
    assert world.entries[-1].changes["notOpened"] == {"type": "Decision", "reason": "duplicate_open_task"}
    assert _only(world, "Decision") == held


def test_a_person_is_refused_what_another_task_keeps_them_from() -> None:
    """409 `duplicate_open_task` where the lock is known to be held; else the commit finds it."""
    world = _begun()
    world.create("Decision", parentId=_only(world, "File").task_id)
    decision = world.decide(_only(world, "Sorting"), "complete", RUE)
    assert isinstance(decision, Plan)
    context = world.context(as_caller(RUE), _only(world, "Sorting"))
    known = replace(context, scene=replace(context.scene, taken=frozenset({"Decision"})))
    assert refused(act(known, "complete", {})).code == "duplicate_open_task"


def test_the_locks_of_what_opens_below_count_as_well() -> None:
    """Else the commit would fail again and again: what follows cannot be had without its children."""
    whole = claims()
    check = replace(whole.types["Check"], one_open=("case",))
    world = _begun()
    world.workflow = replace(whole, types={**whole.types, "Check": check})
    world.act(_only(world, "Sorting"), "complete", RUE)
    context = world.context(as_caller(RUE), _only(world, "Decision"))
    known = replace(context, scene=replace(context.scene, taken=frozenset({"Check"})))
    assert refused(act(known, "decide", {"userId": "rue", "outcome": "paid"})).code == "duplicate_open_task"


def test_a_case_that_cannot_begin_whole_does_not_begin() -> None:
    """The refusal of one of its tasks is that of the case."""
    whole = claims()
    types = {**whole.types, "Letter": replace(whole.types["Letter"], parents=frozenset({"Claim"}))}
    world = World(workflow=replace(whole, types=types))
    world.organizations = {"acme": ACME}
    given = {"attributes": {"channel": "letter", "agent": AGENT}}
    assert refused(create_case(world.context(as_caller(BOB)), given)).rule == "parents"


def test_what_has_ended_is_not_ended_again() -> None:
    """A task above that is closed stays as it is."""
    world = _begun()
    file = _only(world, "File")
    world.tasks[file.task_id] = replace(file, state="closed", status="completed")
    decision = world.decide(_only(world, "Sorting"), "cancel", RUE)
    assert isinstance(decision, Plan)
    assert [e.type for e in decision.entries] == ["Sorting"]


def test_some_types_are_created_only_by_those_who_have_the_task_above() -> None:
    """403 for everybody else, and for everybody where the type names only Casetree."""
    world = _begun()
    _decided(world)
    payment = _only(world, "Payment").task_id
    refusal = refused(world.decide_creation("Slip", BOB, parentId=payment))
    assert (refusal.code, refusal.who) == ("not_allowed", ("Rue Lee", "administrators"))
    slip = world.create("Slip", RUE, parentId=payment)
    assert (slip.assigned_party, slip.internal, slip.queue) == (RULERS.party, True, "rulers")
    assert world.create("Slip", admin(), parentId=payment).parent_id == payment
    assert refused(world.decide_creation("File", admin())).code == "not_allowed"
    assert refused(world.decide_creation("Slip", BOB, parentId=7)).code == "not_allowed"


@pytest.mark.parametrize(("answer", "ending"), [("given", "completed"), ("none", "cancelled")])
def test_where_an_action_leads_may_depend_on_its_input(answer: str, ending: str) -> None:
    """The first target counts whose conditions hold."""
    world = _begun()
    query = world.create("Query", parentId=_only(world, "File").task_id, assignedParty={"kind": "user", "id": "ann"})
    assert world.act(query, "answer", ANN, answer=answer).status == ending


def test_what_a_case_needs_to_begin_is_not_needed_again() -> None:
    """An attribute that is required is given once; a later edit names only what changes."""
    world = World(workflow=claims())
    refusal = refused(create_case(world.context(as_caller(ANN)), {"attributes": {}}))
    assert refusal.errors[0].pointer == "/attributes/channel"
    world = _begun()
    world.play(edit_case(world.context(as_caller(ANN)), {"attributes": {"urgent": True}}))
    assert world.case.attributes["channel"] == "letter"


def test_a_type_may_leave_an_action_to_others() -> None:
    """Only administrators cancel a query, though its assignee has all its other actions."""
    world = _begun()
    query = world.create("Query", parentId=_only(world, "File").task_id, assignedParty={"kind": "user", "id": "ann"})
    assert (world.offered(query, ANN), world.offered(query, admin())) == ({"answer"}, {"answer", "cancel"})
    assert refused(world.decide(query, "cancel", ANN)).who == ("administrators",)


def test_what_follows_may_take_the_lock_that_the_ending_task_gives_up() -> None:
    """A query without an answer is asked again: the lock passes from one to the other, in one write."""
    world = _begun()
    person = {"kind": "user", "id": "rue"}
    query = world.create("Query", parentId=_only(world, "File").task_id, assignedParty=person)
    decision = world.decide(query, "answer", RUE, answer="none")
    assert isinstance(decision, Plan)
    (lock,) = (w for w in decision.writes if isinstance(w, PassLock | ReleaseLock | TakeLock))
    world.play(decision)
    again = next(t for t in world.tasks.values() if t.type == "Query" and t.closed_at is None)
    assert lock == PassLock(query.task_id, again.task_id, lock_names(world.workflow, query)[0])
    assert world.locks[lock.name] == again.task_id
    assert world.act(again, "answer", RUE, answer="given").status == "completed"
    assert lock.name not in world.locks
