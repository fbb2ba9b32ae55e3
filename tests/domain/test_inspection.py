"""The workflow `inspection`, action by action, as `inspection.md` tells it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.decide import offers
from shared.domain.model.people import ENGINE
from shared.domain.model.plan import Plan
from shared.domain.model.task import Link, Party, Texts
from shared.domain.model.writes import AddDependent, DeleteTimer, PutFirstTexts, PutTimer
from tests.domain.worlds import ANN, BOB, CHO, EVE, FAY, World, admin, as_caller, played, refused, workflow

PENDING, READY, STARTED, FAILED = (("Created", s) for s in ("Pending", "Ready", "In Progress", "Failed"))
PASSED, SKIPPED, CANCELED = ("Completed", "Passed"), ("Completed", "Skipped"), ("Canceled", "Skipped")
PEOPLE_ACTIONS = [
    *("provide", "await", "assign", "claim", "release", "pass", "fail", "retry", "skip"),
    *("move", "reschedule", "add_instructions"),
]


def _pair(task: object) -> tuple[str, str]:
    return task.state, task.status  # type: ignore[attr-defined]


@pytest.fixture
def world() -> World:
    """One empty look."""
    return World()


def test_a_task_that_waits_for_nothing_is_ready(world: World) -> None:
    """Without an open prerequisite and without awaited information a new task is Ready."""
    assert _pair(world.create()) == READY


def test_a_task_that_awaits_information_is_pending(world: World) -> None:
    """`awaiting` at creation makes a task Pending."""
    assert _pair(world.create(awaiting="the address")) == PENDING


def test_a_task_with_an_open_prerequisite_is_pending_and_gets_an_edge(world: World) -> None:
    """An open prerequisite makes a task Pending; its edge lets the hook find it."""
    first = world.create()
    decision = world.decide_creation(prerequisites=[first.task_id])
    assert _pair(played(decision)) == PENDING
    assert isinstance(decision, Plan)
    assert [w.prerequisite for w in decision.writes if isinstance(w, AddDependent)] == [first.task_id]
    assert decision.entries[0].reacts == ("prerequisites",)


@pytest.mark.parametrize("ending", ["pass", "skip"])
def test_a_prerequisite_that_ended_in_any_way_does_not_block(world: World, ending: str) -> None:
    """A prerequisite in any terminal pair is fulfilled."""
    first = world.create()
    if ending == "pass":
        world.act(first, "claim", ANN)
        world.act(first, "pass", ANN)
    else:
        world.act(first, "skip", ANN, reason="no longer needed")
    assert _pair(world.create(prerequisites=[first.task_id])) == READY


def test_a_failed_prerequisite_still_blocks(world: World) -> None:
    """Failed is open, and still blocking."""
    first = world.create()
    world.act(first, "claim", ANN)
    world.act(first, "fail", ANN, reason="nobody there")
    assert _pair(world.create(prerequisites=[first.task_id])) == PENDING


def test_the_engine_makes_a_task_ready_only_when_nothing_is_open_or_awaited(world: World) -> None:
    """`ready` is refused while a prerequisite is open, and while information is awaited."""
    first = world.create()
    second = world.create(prerequisites=[first.task_id], awaiting="a date")
    assert refused(world.decide(second, "ready")).rule == "nothing_awaited"
    world.act(second, "provide", BOB)
    assert refused(world.decide(second, "ready")).rule == "prerequisites_closed"
    world.act(first, "skip", ANN, reason="done elsewhere")
    assert _pair(world.act(second, "ready")) == READY


def test_people_cannot_make_a_task_ready(world: World) -> None:
    """`ready` belongs to the engine, even where the caller is an administrator."""
    task = world.create(awaiting="x")
    for caller in (ANN, admin()):
        refusal = refused(world.decide(task, "ready", caller))
        assert (refusal.code, refusal.who) == ("not_allowed", ("Casetree itself",))


def test_provided_information_leaves_a_task_pending_while_a_prerequisite_is_open(world: World) -> None:
    """`provide` clears `awaiting`; the task is Ready unless a prerequisite is still open."""
    first = world.create()
    second = world.create(prerequisites=[first.task_id], awaiting="a date")
    provided = world.act(second, "provide", ANN, note="on Monday")
    assert _pair(provided) == PENDING
    assert provided.awaiting is None
    assert world.entries[-1].note == "on Monday"
    assert world.entries[-1].reacts == ("prerequisites",)


def test_provide_needs_something_that_is_awaited(world: World) -> None:
    """A task that is Pending only for a prerequisite has nothing to be provided."""
    first = world.create()
    second = world.create(prerequisites=[first.task_id])
    assert refused(world.decide(second, "provide", ANN)).rule == "something_awaited"


def test_await_makes_a_ready_task_pending(world: World) -> None:
    """`await` names what is missing, and makes the task Pending."""
    task = world.act(world.create(), "await", ANN, awaiting="the key code")
    assert (_pair(task), task.awaiting) == (PENDING, "the key code")


def test_claiming_a_free_task_makes_it_ones_own(world: World) -> None:
    """The claimer of a free task becomes its assigned party, and the task is in progress."""
    task = world.act(world.create(), "claim", BOB)
    assert _pair(task) == STARTED
    assert task.assigned_party == BOB.party
    assert (task.internal, task.assigned_by, task.assigned_at) == (True, BOB.person, world.now)
    assert task.started_at == world.now


def test_another_persons_task_cannot_be_claimed(world: World) -> None:
    """Claiming what is assigned to somebody else is 409, for administrators too."""
    task = world.create(assignedParty={"kind": "user", "id": "bob"})
    for caller in (ANN, admin()):
        refusal = refused(world.decide(task, "claim", caller))
        assert (refusal.code, refusal.rule) == ("action_not_available", "not_anothers")
    assert _pair(world.act(task, "claim", BOB)) == STARTED


@pytest.mark.parametrize("member", [ANN, FAY])
def test_an_organizations_task_stays_the_organizations(world: World, member: object) -> None:
    """Members of the group queue or of the assigned organization act; the party stays."""
    task = world.create(assignedParty={"kind": "organization", "id": "acme"})
    started = world.act(task, "claim", member)  # type: ignore[arg-type]
    assert started.assigned_party == Party("organization", "acme", "Acme Surveys")
    assert started.internal is False
    assert _pair(world.act(task, "pass", member)) == PASSED  # type: ignore[arg-type]


def test_the_group_queue_acts_for_an_external_party(world: World) -> None:
    """Nobody signs in as an external party: members of the group queue act for it."""
    party = {"kind": "external", "id": "looker-9", "displayName": "Lou Field"}
    task = world.create(assignedParty=party)
    world.act(task, "claim", BOB)
    released = world.act(task, "release", BOB)
    assert (_pair(released), released.assigned_party) == (READY, Party("external", "looker-9", "Lou Field"))
    world.act(task, "claim", BOB)
    assert _pair(world.act(task, "pass", BOB)) == PASSED


def test_release_clears_the_person(world: World) -> None:
    """`release` makes the task Ready, and nobody's."""
    task = world.create()
    world.act(task, "claim", BOB)
    released = world.act(task, "release", BOB)
    assert (_pair(released), released.assigned_party, released.assigned_at) == (READY, None, None)
    assert released.internal is False


@pytest.mark.parametrize("action", ["release", "pass", "fail"])
def test_a_mere_member_of_the_queue_does_not_finish_anothers_work(world: World, action: str) -> None:
    """Release, pass and fail belong to the assigned party and to the queue's admins."""
    task = world.create()
    world.act(task, "claim", ANN)
    given = {"reason": "x"} if action == "fail" else {}
    refusal = refused(world.decide(task, action, BOB, **given))
    assert (refusal.code, refusal.rule) == ("not_allowed", "who")
    assert refusal.who == ("Ann Lee", "admins of Quality Assurance")


def test_a_refusal_says_as_well_if_nobody_can_at_present() -> None:
    """Who may is of little use while the status lets nobody: claimed by somebody, the task lets them pass it."""
    world = World()
    task = world.create()
    detail = 'You may not take the action "Pass" on this task.'
    refusal = refused(world.decide(task, "pass", BOB))
    assert (
        refusal.detail
        == f"{detail} Nobody can at present: Pass is possible while In Progress; the task is Created / Ready."
    )
    claimed = world.act(task, "claim", ANN)
    assert refused(world.decide(claimed, "pass", BOB)).detail == detail


def test_an_admin_of_the_queue_finishes_a_members_work(world: World) -> None:
    """The group queue's admin may pass what a member has begun."""
    task = world.create()
    world.act(task, "claim", BOB)
    passed = world.act(task, "pass", ANN)
    assert (_pair(passed), passed.completed_by, passed.closed_at) == (PASSED, ANN.person, world.now)
    assert passed.cancelled_by is None


def test_a_failed_task_can_be_tried_again(world: World) -> None:
    """`fail` needs a reason and keeps the task open; `retry` starts it again."""
    task = world.create()
    world.act(task, "claim", BOB)
    failed = world.act(task, "fail", BOB, reason="rain")
    assert (_pair(failed), world.entries[-1].note) == (FAILED, "rain")
    world.pass_time(hours=1)
    again = world.act(task, "retry", BOB)
    assert (_pair(again), again.started_at) == (STARTED, world.now)


@pytest.mark.parametrize("status", ["Pending", "Ready", "In Progress"])
def test_a_task_that_never_failed_is_skipped_as_canceled(world: World, status: str) -> None:
    """Never evaluated: Canceled / Skipped, whatever open status the task is in."""
    task = world.create(awaiting="x") if status == "Pending" else world.create()
    if status == "In Progress":
        world.act(task, "claim", ANN)
    skipped = world.act(task, "skip", ANN, reason="not needed")
    assert (_pair(skipped), skipped.cancelled_by, skipped.completed_by) == (CANCELED, ANN.person, None)


@pytest.mark.parametrize("since", [[], ["retry"], ["retry", "release"]])
def test_a_task_that_ever_failed_is_skipped_as_completed(world: World, since: list[str]) -> None:
    """Failed at some point of its life: Completed / Skipped, whatever came after."""
    task = world.create()
    world.act(task, "claim", ANN)
    world.act(task, "fail", ANN, reason="rain")
    for action in since:
        world.act(task, action, ANN)
    assert _pair(world.act(task, "skip", ANN, reason="not needed")) == SKIPPED


def test_nothing_can_be_done_to_a_closed_task(world: World) -> None:
    """A terminal status offers no action to anybody."""
    task = world.create()
    world.act(task, "skip", ANN, reason="x")
    assert world.offered(task, ANN) == set()
    assert world.offered(task, admin()) == set()
    refusal = refused(world.decide(task, "claim", ANN))
    assert (refusal.code, refusal.rule) == ("action_not_available", "from")


def test_assigning_names_the_party_and_the_assigner(world: World) -> None:
    """`assign` sets the party in any open status, and keeps the status."""
    task = world.create(awaiting="x")
    assigned = world.act(task, "assign", BOB, assignedParty={"kind": "user", "id": "ann"})
    assert (_pair(assigned), assigned.assigned_party, assigned.assigned_by) == (PENDING, ANN.party, BOB.person)
    cleared = world.act(task, "assign", BOB, assignedParty=None)
    assert (cleared.assigned_party, cleared.assigned_by, cleared.assigned_at) == (None, None, None)


@pytest.mark.parametrize(
    ("party", "internal"),
    [
        (None, False),
        ({"kind": "external", "id": "x"}, False),
        ({"kind": "organization", "id": "acme"}, False),
        ({"kind": "organization", "id": "dispatch"}, True),
        ({"kind": "user", "id": "bob"}, True),
        ({"kind": "user", "id": "fay"}, False),
    ],
)
def test_internal_follows_from_the_party(world: World, party: object, *, internal: bool) -> None:
    """Nobody and external parties are not internal; organizations by kind; users by belonging."""
    assert world.create(assignedParty=party).internal is internal


def test_what_changes_nothing_makes_no_version(world: World) -> None:
    """An edit, or an assignment, that leaves everything as it is writes nothing."""
    task = world.create(priority=3)
    same: tuple[dict[str, Any], ...] = ({}, {"priority": 3}, {"prerequisites": []})
    for given in same:
        decision = world.decide(task, "edit", ANN, **given)
        assert isinstance(decision, Plan)
        assert (decision.writes, decision.subject) == ((), task)


def test_people_outside_wait_for_nothing_that_they_do_not_see(world: World) -> None:
    """A prerequisite that the caller may not see is no task of the case to them."""
    hidden, own = world.create(), world.create(assignedParty={"kind": "organization", "id": "acme"})
    other = world.create(assignedParty={"kind": "organization", "id": "acme"})
    refusal = refused(world.decide(own, "edit", FAY, prerequisites=[hidden.task_id]))
    assert [e.pointer for e in refusal.errors] == ["/prerequisites/0"]
    assert _pair(world.act(own, "edit", FAY, prerequisites=[other.task_id])) == PENDING


def test_so_many_prerequisites_change_in_steps(world: World) -> None:
    """Replacing fifty by fifty others is more than a transaction holds, and is refused as such."""
    first = [world.create().task_id for _ in range(50)]
    others = [world.create().task_id for _ in range(50)]
    task = world.create(prerequisites=first)
    refusal = refused(world.decide(task, "edit", ANN, prerequisites=others))
    assert [e.pointer for e in refusal.errors] == ["/prerequisites"]
    half = [*first[:25], *others[:25]]
    assert world.act(task, "edit", ANN, prerequisites=half).prerequisites == tuple(half)


def test_internal_can_be_given_for_a_user_only(world: World) -> None:
    """For a user `internal` may be given; for others a contradiction is 422."""
    fay = {"kind": "user", "id": "fay"}
    assert world.create(assignedParty=fay, internal=True).internal is True
    acme: dict[str, Any] = {"assignedParty": {"kind": "organization", "id": "acme"}}
    for party in (acme, {"assignedParty": None}, {}):
        refusal = refused(world.decide_creation(**party, internal=True))
        assert [e.pointer for e in refusal.errors] == ["/internal"]


def test_a_moved_task_belongs_to_the_other_queue(world: World) -> None:
    """After `move` the new queue's members act, and the old one's no longer."""
    task = world.create()
    moved = world.act(task, "move", BOB, groupQueue="CIS")
    assert (moved.group_queue, moved.queue) == ("cis", "cis")
    assert refused(world.decide(task, "claim", BOB)).code == "not_allowed"
    assert _pair(world.act(task, "claim", CHO)) == STARTED


def test_rescheduling_replaces_the_timer(world: World) -> None:
    """A new due time replaces the timer; null takes it away."""
    task = world.create(dueTime="2026-12-01T17:00:00Z")
    decision = world.decide(task, "reschedule", ANN, dueTime="2026-12-02T18:00:00+01:00")
    assert isinstance(decision, Plan)
    (put_off,) = (w.timer for w in decision.writes if isinstance(w, PutTimer))
    assert put_off.at.isoformat() == "2026-12-02T17:00:00+00:00"
    assert put_off.timer_id == task.timers[0].timer_id
    assert not any(isinstance(w, DeleteTimer) for w in decision.writes)
    world.play(decision)
    cleared = world.act(task, "reschedule", ANN, dueTime=None)
    assert (cleared.due_time, cleared.timers) == (None, ())


def test_a_task_becomes_overdue_once_per_due_time(world: World) -> None:
    """When the due time passes, the task is overdue once; a new due time starts afresh."""
    task = world.create(dueTime="2026-11-22T09:00:00Z")
    assert refused(world.decide(task, "overdue")).rule == "due_time_passed"
    world.pass_time(hours=2)
    late = world.act(task, "overdue")
    assert (late.overdue, late.timers, world.entries[-1].event) == (True, (), "TaskOverdue")
    assert refused(world.decide(task, "overdue")).code == "action_not_available"
    again = world.act(task, "reschedule", ANN, dueTime="2026-11-23T09:00:00Z")
    assert (again.overdue, len(again.timers)) == (False, 1)


def test_closing_ends_the_timer(world: World) -> None:
    """A closed task has no timer."""
    task = world.create(dueTime="2026-11-23T09:00:00Z")
    decision = world.decide(task, "skip", ANN, reason="x")
    assert played(decision).timers == ()
    assert isinstance(decision, Plan)
    assert any(isinstance(w, DeleteTimer) for w in decision.writes)


def test_a_type_may_have_a_time_until_due(world: World) -> None:
    """A task without a due time of its own takes its type's."""
    assert world.create("Vacation Mode Reminder").due_time == world.now + timedelta(days=30)
    assert world.create("Vacation Mode Reminder", dueTime=None).due_time is None


def test_adding_a_prerequisite_makes_a_ready_task_pending(world: World) -> None:
    """Prerequisites decide between Pending and Ready, both ways."""
    first, task = world.create(), world.create()
    assert _pair(world.act(task, "edit", ANN, prerequisites=[first.task_id])) == PENDING
    assert _pair(world.act(task, "edit", ANN, prerequisites=[])) == READY


def test_prerequisites_do_not_change_once_work_has_begun(world: World) -> None:
    """`prerequisites` can be edited only while Pending or Ready."""
    first, task = world.create(), world.create()
    world.act(task, "claim", ANN)
    refusal = refused(world.decide(task, "edit", ANN, prerequisites=[first.task_id]))
    assert (refusal.code, refusal.rule) == ("action_not_available", "prerequisites_editable")


def test_prerequisites_do_not_change_in_a_closed_case(world: World) -> None:
    """A closed case is about to end its tasks: what they waited for no longer counts."""
    first, task = world.create(), world.create()
    world.case = replace(world.case, state="closed")
    assert refused(world.decide(task, "edit", ANN, prerequisites=[first.task_id])).code == "case_closed"


def test_a_cycle_of_prerequisites_is_refused(world: World) -> None:
    """Tasks cannot wait for each other, nor for themselves."""
    first = world.create()
    second = world.create(prerequisites=[first.task_id])
    third = world.create(prerequisites=[second.task_id])
    for wanted in (first, third):
        refusal = refused(world.decide(first, "edit", ANN, prerequisites=[wanted.task_id]))
        assert refusal.code == "invalid_input"
        assert refusal.errors[0].pointer.startswith("/prerequisites")


def test_a_prerequisite_is_a_task_of_the_same_case(world: World) -> None:
    """What is no task of the case is refused, with the place in the list."""
    first = world.create()
    refusal = refused(world.decide_creation(prerequisites=[first.task_id, "look-2.t0001"]))
    assert [e.pointer for e in refusal.errors] == ["/prerequisites/1"]


def test_outsiders_and_strangers_create_nothing(world: World) -> None:
    """People inside and administrators create tasks; others are told who may."""
    for caller in (EVE, FAY):
        refusal = refused(world.decide_creation(caller=caller))
        assert (refusal.code, refusal.who) == ("not_allowed", ("people inside", "administrators"))
    assert _pair(world.create(caller=admin())) == READY


def test_a_member_of_another_queue_is_refused_with_who_could(world: World) -> None:
    """A refusal by relation names those who may."""
    task = world.create()
    refusal = refused(world.decide(task, "claim", CHO))
    assert (refusal.code, refusal.who) == ("not_allowed", ("members of Quality Assurance",))


def test_administrators_may_do_whatever_people_may(world: World) -> None:
    """An administrator is offered what assigned party, member and admin together are offered."""
    task = world.create()
    assert world.offered(task, admin()) == {
        "await", "assign", "claim", "skip", "move", "reschedule", "add_instructions"
    }  # fmt: skip
    world.act(task, "claim", admin())
    assert world.offered(task, admin()) == {
        "assign", "release", "pass", "fail", "skip", "move", "reschedule", "add_instructions"
    }  # fmt: skip


def test_every_refused_action_is_explained(world: World) -> None:
    """For each action that is not offered there is a rule, a reason and who could do it."""
    task = world.create()
    world.act(task, "claim", ANN)
    for offer in offers(world.context(as_caller(BOB), world[task])):
        if offer.refusal is not None:
            assert offer.refusal.rule
            assert offer.refusal.detail
            assert offer.refusal.who


def test_the_offered_actions_are_those_that_act_accepts(world: World) -> None:
    """The list of available actions and the action itself are one decision."""
    inputs: dict[str, dict[str, object]] = {
        "await": {"awaiting": "x"}, "fail": {"reason": "x"}, "skip": {"reason": "x"},
        "assign": {"assignedParty": None}, "move": {"groupQueue": "cis"},
        "reschedule": {"dueTime": None}, "add_instructions": {"instructions": "x"},
    }  # fmt: skip
    task = world.create()
    for step in (None, "claim", "fail", "skip"):
        if step:
            world.act(task, step, ANN, **inputs.get(step, {}))
        for caller in (ANN, BOB, CHO, EVE):
            offered = world.offered(task, caller)
            for action in PEOPLE_ACTIONS:
                decision = world.decide(task, action, caller, **inputs.get(action, {}))
                assert isinstance(decision, Plan) == (action in offered), (step, caller.id, action)


def test_time_spent_waiting_and_working_adds_up(world: World) -> None:
    """Waiting is time in Ready, working is time in In Progress, over all rounds."""
    task = world.create()
    world.pass_time(minutes=10)
    world.act(task, "claim", ANN)
    world.pass_time(minutes=5)
    world.act(task, "release", ANN)
    world.pass_time(minutes=20)
    world.act(task, "claim", ANN)
    world.pass_time(minutes=7)
    passed = world.act(task, "pass", ANN)
    assert (passed.waiting, passed.working) == (30 * 60, 12 * 60)
    assert (world.entries[-1].waiting, world.entries[-1].working) == (30 * 60, 12 * 60)


def test_every_version_has_one_history_entry(world: World) -> None:
    """Versions count from 1 without a gap, and the last entry shows the task as it is."""
    task = world.create(dueTime="2026-12-01T00:00:00Z")
    for action, given in (("claim", {}), ("fail", {"reason": "x"}), ("retry", {}), ("pass", {})):
        world.act(task, action, ANN, **given)
    entries = world.entries
    assert [e.version for e in entries] == [1, 2, 3, 4, 5]
    last, now = entries[-1], world[task]
    assert (last.state, last.status, last.assigned_party) == (now.state, now.status, now.assigned_party)
    assert (last.group_queue, last.due_time, last.created_by) == (now.group_queue, now.due_time, ANN.person)


@pytest.mark.parametrize(
    ("given", "tab"),
    [
        ({}, "unassigned"),
        ({"assignedParty": {"kind": "user", "id": "bob"}}, "assigned"),
        ({"assignedParty": {"kind": "external", "id": "x"}}, "assigned"),
        ({"awaiting": "x"}, "on_hold"),
        ({"awaiting": "x", "assignedParty": {"kind": "user", "id": "bob"}}, "on_hold"),
    ],
)
def test_the_queue_tab_follows_from_status_and_party(world: World, given: dict[str, Any], tab: str) -> None:
    """Pending is on hold, other open tasks assigned or unassigned, terminal ones completed."""
    task = world.create(**given)
    assert (task.queue, task.tab) == ("quality-assurance", tab)
    assert world.act(task, "skip", ANN, reason="x").tab == "completed"


def test_the_entity_is_the_cases_unless_given(world: World) -> None:
    """A task shows what its case is about; the request may say otherwise."""
    assert world.create().entity == {"look": {"id": "look-1", "displayName": "Look 1"}}
    world.case = replace(world.case, attributes={"lookId": "4711"})
    assert world.create().entity["look"]["id"] == "4711"
    other = {"user": {"id": "7", "displayName": "Uma"}}
    assert world.create(entity=other).entity == other


def test_the_engine_may_skip_and_is_named_nowhere(world: World) -> None:
    """When the case closes the engine skips: no person stands in the history."""
    task = world.create()
    skipped = world.act(task, "skip", ENGINE, reason="The case was closed.")
    assert (_pair(skipped), skipped.cancelled_by, skipped.updated_by) == (CANCELED, None, None)


def test_texts_are_kept_beside_the_task(world: World) -> None:
    """Description, links and instructions are items of their own; the task says that there are some."""
    link = {"type": "photo", "link": "https://example.org/1", "name": "Front"}
    decision = world.decide_creation(description="Look", links=[link], instructions="Ring twice")
    assert isinstance(decision, Plan)
    assert [w.texts for w in decision.writes if isinstance(w, PutFirstTexts)] == [
        Texts("Look", ("Ring twice",), (Link(**link),))
    ]
    task = played(world.play(decision))
    assert task.texts == 1
    edited = world.act(task, "edit", ANN, description=None, links=[], priority=7)
    assert (edited.texts, edited.priority) == (3, 7)
    assert world.entries[-1].changes == {"description": {}, "links": {}, "priority": {"from": 0, "to": 7}}
    more = world.act(task, "add_instructions", ANN, instructions="Mind the dog")
    assert (more.texts, world.entries[-1].changes) == (4, {"instructions": {}})


def test_an_unknown_action_is_no_action(world: World) -> None:
    """What the type has no action for is 422."""
    refusal = refused(world.decide(world.create(), "paint", ANN))
    assert (refusal.code, refusal.rule) == ("invalid_input", "action")


def test_prerequisites_that_stay_the_same_change_nothing(world: World) -> None:
    """The same list again leaves the case's graph alone."""
    first = world.create()
    task = world.create(prerequisites=[first.task_id])
    decision = world.decide(task, "edit", ANN, prerequisites=[first.task_id])
    assert isinstance(decision, Plan)
    assert decision.writes == ()


def test_prerequisites_may_form_a_diamond(world: World) -> None:
    """Two ways to the same task are no cycle."""
    top = world.create()
    left, right = (world.create(prerequisites=[top.task_id]) for _ in range(2))
    last = world.create()
    assert _pair(world.act(last, "edit", ANN, prerequisites=[left.task_id, right.task_id])) == PENDING


def test_the_same_party_again_is_no_new_assignment(world: World) -> None:
    """Who is assigned already keeps the time of it."""
    task = world.act(world.create(), "claim", BOB)
    world.pass_time(hours=1)
    assert world.act(task, "assign", BOB, assignedParty={"kind": "user", "id": "bob"}) == task


def test_prerequisites_need_a_status_to_wait_in() -> None:
    """A workflow that declares none, but moves tasks by them, is a mistake of the program."""
    world = World(workflow=replace(workflow(), prerequisites=None))
    with pytest.raises(ValueError, match="declares no prerequisites"):
        world.create()


def test_an_edit_leaves_work_that_has_begun_where_it_is(world: World) -> None:
    """Prerequisites decide between Pending and Ready only."""
    task = world.create()
    world.act(task, "claim", ANN)
    assert _pair(world.act(task, "edit", ANN, priority=3)) == STARTED
