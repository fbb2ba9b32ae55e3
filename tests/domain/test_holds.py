"""Timed holds, in the workflow `claims`: placed, replaced, ended by hand, by work, by time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.definitions.workflow import TargetCase
from shared.domain.drafts.draft import Draft
from shared.domain.model.people import ENGINE
from shared.domain.model.plan import Plan
from shared.domain.model.task import Children, Task
from shared.domain.model.writes import ChangeTask, DeleteTimer, PutTimer
from shared.domain.settling import due
from shared.domain.trees.holds import place_hold
from tests.domain.worlds import ANN, BOB, World, admin, as_caller, played, refused
from tests.workflows.claims import claims

MINE = {"kind": "user", "id": "ann"}


@pytest.fixture
def world() -> World:
    """A case without tasks."""
    return World(workflow=claims())


def _claim(world: World) -> Task:
    return world.create("Claim", assignedParty=MINE)


def _hold(world: World, task: Task) -> Task:
    """The hold that runs for the task."""
    return world[world[task].hold_id or ""]


def test_a_hold_is_placed_with_its_task_in_one_transaction(world: World) -> None:
    """The task is on hold and names the hold, which has a timer of its own and is not counted."""
    claim = _claim(world)
    decision = world.decide(claim, "place_timed_hold", ANN, days=15, instructions="Wait for the report.")
    assert isinstance(decision, Plan)
    assert [e.action for e in decision.entries] == ["place_timed_hold", "create"]
    (timer,) = (w.timer for w in decision.writes if isinstance(w, PutTimer))
    assert (timer.name, timer.action, timer.at) == ("time", "run_out", world.now + timedelta(days=15))
    held = played(world.play(decision))
    hold = _hold(world, claim)
    assert (held.status, held.children, held.placed_on_hold_at) == ("on_hold", Children(), world.now)
    assert (hold.type, hold.status, hold.parent_id, hold.assigned_party) == (
        "Pause",
        "assigned",
        claim.task_id,
        ANN.party,
    )
    assert (hold.counts_at, world.edges[hold.task_id].hold) == (None, True)


@pytest.mark.parametrize("days", [0, 121, "15", True, None, 2.5])
def test_a_hold_lasts_1_to_120_days(world: World, days: object) -> None:
    """Anything else is 422."""
    claim = _claim(world)
    assert refused(world.decide(claim, "place_timed_hold", ANN, days=days)).errors[0].pointer == "/days"
    assert refused(world.decide(claim, "place_timed_hold", ANN)).errors[0].pointer == "/days"


@pytest.mark.parametrize("days", [1, 120])
def test_the_first_and_the_last_number_of_days_are_possible(world: World, days: int) -> None:
    """Both ends belong to the range."""
    assert world.act(_claim(world), "place_timed_hold", ANN, days=days).status == "on_hold"


def test_a_second_hold_replaces_the_first(world: World) -> None:
    """The first is cancelled in the same transaction, and its timer is gone."""
    claim = _claim(world)
    world.act(claim, "place_timed_hold", ANN, days=15)
    first = _hold(world, claim)
    world.pass_time(days=1)
    decision = world.decide(claim, "place_timed_hold", ANN, days=20)
    assert isinstance(decision, Plan)
    assert [w.timer for w in decision.writes if isinstance(w, DeleteTimer)] == list(first.timers)
    world.play(decision)
    assert world[first].status == "cancelled"
    assert world[claim].hold_id != first.task_id
    assert world.entries[-3].changes["holdId"] == {"from": first.task_id, "to": world[claim].hold_id}
    assert world[claim].placed_on_hold_at == world.now - timedelta(days=1)


def test_a_hold_is_ended_by_hand(world: World) -> None:
    """It is cancelled, and the task back at work."""
    claim = _claim(world)
    assert refused(world.decide(claim, "end_hold", ANN)).rule == "from"
    world.act(claim, "place_timed_hold", ANN, days=15)
    hold = _hold(world, claim)
    world.pass_time(hours=1)
    back = world.act(claim, "end_hold", ANN)
    assert (back.status, back.hold_id, back.assigned_at) == ("assigned", None, world.now)
    assert (world[hold].status, world[hold].cancelled_by, world[hold].timers) == ("cancelled", ANN.person, ())


def test_work_that_begins_ends_the_hold(world: World) -> None:
    """`start` is possible while only a hold keeps the task, and ends it."""
    claim = _claim(world)
    world.act(claim, "place_timed_hold", ANN, days=15)
    hold = _hold(world, claim)
    assert world.act(claim, "start", ANN).status == "in_progress"
    assert (world[hold].status, world[claim].hold_id) == ("cancelled", None)


@pytest.mark.parametrize("action", ["complete", "cancel"])
def test_a_hold_ends_with_its_task(world: World, action: str) -> None:
    """However the task closes, its hold is cancelled with it, in the same transaction."""
    claim = _claim(world)
    world.act(claim, "place_timed_hold", ANN, days=15)
    hold = _hold(world, claim)
    closed = world.act(claim, action, ANN)
    assert (closed.hold_id, world[hold].status) == (None, "cancelled")


def test_time_ends_the_hold_and_the_task_is_back_at_work(world: World) -> None:
    """The hold is completed by its timer; the task follows in the same transaction."""
    claim = _claim(world)
    world.act(claim, "place_timed_hold", ANN, days=15)
    hold = _hold(world, claim)
    world.pass_time(days=14)
    assert due(world.context(ENGINE, hold).scene, world.now) is None
    world.pass_time(days=1)
    decision = world.decide(hold, "run_out")
    assert isinstance(decision, Plan)
    assert [w.counters for w in decision.writes if isinstance(w, ChangeTask)] == [False, True]
    world.settle()
    assert (world[hold].status, world[hold].completed_by) == ("completed", None)
    assert (world[claim].status, world[claim].hold_id, world[claim].children) == ("assigned", None, Children())
    assert world.entries[-1].action == "hold_ended"


def test_a_hold_that_was_replaced_gives_nothing_back(world: World) -> None:
    """Its late timer finds that the task names another hold."""
    claim = _claim(world)
    world.act(claim, "place_timed_hold", ANN, days=15)
    first = _hold(world, claim)
    world.tasks[claim.task_id] = replace(world[claim], hold_id="look-1.other")
    world.act(first, "run_out")
    assert (world[first].status, world[claim].status, world[claim].hold_id) == ("completed", "on_hold", "look-1.other")


def test_a_new_child_ends_the_hold(world: World) -> None:
    """The task stays on hold, now for the child."""
    claim = _claim(world)
    world.act(claim, "place_timed_hold", ANN, days=15)
    hold = _hold(world, claim)
    world.create("Survey", parentId=claim.task_id, assignedParty=MINE)
    held = world[claim]
    assert (held.status, held.hold_id, held.children.open, world[hold].status) == ("on_hold", None, 1, "cancelled")
    assert refused(world.decide(claim, "place_timed_hold", ANN, days=3)).rule == "not_blocked"
    assert refused(world.decide(claim, "start", ANN)).code == "action_not_available"
    assert refused(world.decide(claim, "end_hold", ANN)).rule == "on_timed_hold"


def test_open_children_forbid_completing(world: World) -> None:
    """409 `open_children`; a timed hold is no such child."""
    claim = _claim(world)
    for expected in ("1 of its children is still open.", "2 of its children are still open."):
        world.create("Survey", parentId=claim.task_id, assignedParty=MINE)
        refusal = refused(world.decide(claim, "complete", ANN))
        assert (refusal.code, refusal.rule, refusal.detail) == ("open_children", "no_open_children", expected)


def test_a_hold_takes_no_child(world: World) -> None:
    """No type stands under it."""
    claim = _claim(world)
    world.act(claim, "place_timed_hold", ANN, days=15)
    refusal = refused(world.decide_creation("Survey", parentId=world[claim].hold_id, assignedParty=MINE))
    assert refusal.errors[0].pointer == "/parentId"


def test_a_folder_comes_back_from_a_hold_and_ends_with_children(world: World) -> None:
    """What ends with its children does not end with a hold: nothing under it was ever done."""
    folder = world.create("Folder", parentId=_claim(world).task_id, assignedParty=MINE)
    world.act(folder, "place_timed_hold", ANN, days=1)
    world.pass_time(days=1)
    world.settle()
    assert world[folder].status == "assigned"


def test_below_a_cancelled_task_a_hold_ends_with_its_own(world: World) -> None:
    """The cascade ends the task that is held, and its hold in the same transaction; it owes the hold nothing apart."""
    claim = _claim(world)
    survey = world.create("Survey", parentId=claim.task_id, assignedParty=MINE)
    world.act(survey, "place_timed_hold", ANN, days=1)
    hold = _hold(world, survey)
    world.act(claim, "cancel", ANN)
    world.pass_time(days=2)
    assert due(world.context(ENGINE, world[hold]).scene, world.now) is None
    world.settle()
    assert {t.status for t in world.tasks.values()} == {"cancelled"}


def test_a_hold_that_was_left_behind_is_ended_by_the_cascade(world: World) -> None:
    """Where a task closed without its hold having been loaded, the engine owes the hold its end."""
    claim = _claim(world)
    world.act(claim, "place_timed_hold", ANN, days=15)
    hold = _hold(world, claim)
    hidden = world.tasks.pop(hold.task_id)
    world.act(claim, "complete", ANN)
    world.tasks[hold.task_id] = hidden
    owed = due(world.context(ENGINE, hold).scene, world.now)
    assert owed is not None
    assert owed.action == "end"
    world.settle()
    assert world[hold].status == "cancelled"


def test_a_timed_task_ends_by_itself(world: World) -> None:
    """A window lasts 90 days, and is then completed; what ends it early stops the timer."""
    claim = _claim(world)
    first, second = (world.create("Window", parentId=claim.task_id, assignedParty=MINE) for _ in range(2))
    assert [t.name for t in first.timers] == ["time"]
    assert world.act(second, "complete", ANN).timers == ()
    world.pass_time(days=90)
    world.settle()
    assert (world[first].status, world[first].completed_by) == ("completed", None)
    assert world[claim].status == "assigned"


def test_holds_need_a_type(world: World) -> None:
    """Where none is declared, placing one is a mistake of the program."""
    flat = World()
    task = flat.create()
    with pytest.raises(ValueError, match="no timed hold"):
        place_hold(Draft(flat.context(as_caller(BOB), task), task, action="x", given={}), timedelta(days=3))
    with pytest.raises(ValueError, match="no tree"):
        Draft(flat.context(as_caller(BOB), task), task, action="x", given={}).move_to((TargetCase("by_children"),))


def test_a_hold_may_have_no_assignee_and_a_due_time() -> None:
    """It is assigned as its task is, and due as its type says."""
    whole = claims()
    pause = replace(whole.types["Pause"], due_in=timedelta(days=1))
    world = World(workflow=replace(whole, types={**whole.types, "Pause": pause}))
    claim = world.create("Claim", assignedParty=MINE)
    window = world.create("Window", parentId=claim.task_id)
    world.act(window, "place_timed_hold", admin(), days=2)
    hold = _hold(world, window)
    assert (hold.assigned_party, hold.due_time) == (None, world.now + timedelta(days=1))
    assert [t.name for t in hold.timers] == ["due", "time"]


def test_tasks_of_one_plan_know_each_other(world: World) -> None:
    """Asked twice for the draft of a task, a draft gives the same one."""
    claim = _claim(world)
    draft = Draft(world.context(as_caller(ANN), claim), claim, action="x", given={})
    other = draft.beside(replace(claim, task_id="look-1.other"), "y")
    assert other.beside(claim, "z") is draft
    assert draft.beside(other.task, "z") is other
