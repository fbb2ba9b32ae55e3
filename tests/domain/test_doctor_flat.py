"""What the doctor finds of flat tasks: prerequisites, timers, places, people."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.counts.tally import Counted
from shared.domain.doctor.changes import differences
from shared.domain.doctor.whole import WholeCase
from shared.domain.model.ends import Message
from shared.domain.model.people import SYSTEM, Organization
from shared.domain.model.plan import Plan
from shared.domain.model.task import Children, Edge, Party, Task, Timer
from shared.domain.model.writes import (
    AddDependent,
    AddEntry,
    ChangeCase,
    ChangeCounters,
    ChangeEdge,
    ChangeTask,
    CheckCase,
    CreateEdge,
    CreateTask,
    DeleteEdge,
    DeleteTimer,
    ListEntry,
    PutTimer,
    ReleaseLock,
)
from tests.domain.wards import found, mended, whole, with_task
from tests.domain.worlds import ACME, ANN, BOB, World, workflow

PENDING = "prerequisites-satisfied"


@pytest.fixture
def world() -> World:
    """A world of looks."""
    return World()


@pytest.fixture
def chain(world: World) -> tuple[Task, Task]:
    """A task, and one that waits for it."""
    first = world.create(dueTime="2026-11-23T08:00:00Z")
    return first, world.create(prerequisites=[first.task_id])


def after_of(plan: Plan) -> Task:
    """The one task that is mended."""
    (change,) = [write for write in plan.writes if isinstance(write, ChangeTask)]
    return change.after


def test_a_ready_task_waits_for_nothing(world: World, chain: tuple[Task, Task]) -> None:
    """One that does is pending."""
    case = with_task(whole(world), chain[1], status="Ready")
    assert after_of(mended(world, case, PENDING)).status == "Pending"
    waiting = with_task(whole(world), chain[0], awaiting="the address")
    assert after_of(mended(world, waiting, PENDING)).status == "Pending"


def test_a_pending_task_becomes_ready_in_time(world: World, chain: tuple[Task, Task]) -> None:
    """The engine owes it that; a moment ago is no finding."""
    world.act(chain[0], "skip", ANN, reason="x")
    assert found(world, patience=timedelta(minutes=5)) == {}
    assert {name: finding.cure for name, finding in found(world).items()} == {PENDING: "settling"}


def test_a_pending_task_hears_of_the_end_of_what_it_waits_for(world: World, chain: tuple[Task, Task]) -> None:
    """The item that says so is put back."""
    first, second = (task.task_id for task in chain)
    plan = mended(world, replace(whole(world), dependents=frozenset()), PENDING)
    assert AddDependent(first, second) in plan.writes
    assert ("waited for by", None, second) in {(d.field, d.before, d.after) for d in differences(plan.writes)}


def test_a_task_waits_for_nothing_that_is_not_there(world: World, chain: tuple[Task, Task]) -> None:
    """It is left out."""
    case = with_task(whole(world), chain[1], prerequisites=("look-1.none", chain[0].task_id))
    assert after_of(mended(world, case, PENDING)).prerequisites == (chain[0].task_id,)


def test_tasks_that_wait_for_each_other_are_for_a_person(world: World, chain: tuple[Task, Task]) -> None:
    """Which of the two comes first, no rule knows."""
    case = with_task(whole(world), chain[0], prerequisites=(chain[1].task_id,))
    assert found(world, case)[PENDING].cure == "hand"


def test_a_timer_that_would_not_fire_is_set_again(world: World, chain: tuple[Task, Task]) -> None:
    """Gone, or another one than the task names."""
    (timer,) = chain[0].timers
    for timers in ((), (replace(timer, at=world.now),)):
        plan = mended(world, replace(whole(world), timers=timers), "timer-not-overdue")
        assert PutTimer(timer) in plan.writes
        assert f"timer due of {timer.task_id}" in {difference.item for difference in differences(plan.writes)}


def test_a_timer_that_has_not_fired_in_time_is_a_finding(world: World, chain: tuple[Task, Task]) -> None:
    """It fires by settling."""
    world.pass_time(days=1, minutes=4)
    assert found(world, patience=timedelta(minutes=5)) == {}
    world.pass_time(minutes=1)
    late = found(world, patience=timedelta(minutes=5))
    assert {name: finding.cure for name, finding in late.items()} == {"timer-not-overdue": "settling"}


def test_no_timer_runs_that_no_open_task_names(world: World, chain: tuple[Task, Task]) -> None:
    """It is taken away; whether its task is closed, does not name it, or is not there."""
    task = world.act(chain[1], "skip", ANN, reason="x")
    stray = Timer(task.task_id, "t9", "due", "fall_due", world.now + timedelta(days=1))
    named = with_task(whole(world), task, timers=(stray,))
    plan = mended(world, named, "closed-no-timer")
    assert DeleteTimer(stray) in plan.writes
    assert after_of(plan).timers == ()
    for timer in (stray, replace(stray, task_id="look-1.none")):
        case = whole(world)
        plan = mended(world, replace(case, timers=(*case.timers, timer)), "closed-no-timer")
        assert DeleteTimer(timer) in plan.writes


def test_a_task_is_listed_where_it_belongs(world: World, chain: tuple[Task, Task]) -> None:
    """By its queue and tab, and by what its item says; so are timers and entries."""
    case = whole(world)
    assert after_of(mended(world, with_task(case, chain[0], tab="completed"), "index-matches")).tab == chain[0].tab
    plan = mended(world, replace(case, misfiled=(chain[0],)), "index-matches")
    assert [write.listed_anew for write in plan.writes if isinstance(write, ChangeTask)] == [True]
    assert "written anew" in {difference.after for difference in differences(plan.writes)}
    (timer,) = chain[0].timers
    assert PutTimer(timer) in mended(world, replace(case, misfiled=(timer,)), "index-matches").writes
    entry = case.entries(None)[0]
    plan = mended(world, replace(case, misfiled=(entry,)), "index-matches")
    assert ListEntry(entry) in plan.writes
    assert found(world, replace(case, misfiled=(case.entries(chain[0].task_id)[0],)))["index-matches"].about == "1"


def test_a_task_is_counted_as_what_it_is(world: World, chain: tuple[Task, Task]) -> None:
    """But for what has changed a moment ago."""
    case = whole(world)
    miscounted = replace(case, counted={chain[0].task_id: Counted(1)})
    assert "queue-counts-match" not in found(world, miscounted, timedelta(minutes=5))
    assert found(world, miscounted)["queue-counts-match"].cure == "settling"


def with_party(case: WholeCase, task: Task, party: Party) -> WholeCase:
    """The case in which the task is assigned to another party."""
    return with_task(case, task, assigned_party=party)


def test_whom_a_task_is_assigned_to_is_there_and_active(world: World, chain: tuple[Task, Task]) -> None:
    """Else it is handed back, as from somebody who leaves."""
    case = whole(world)
    for party in (Party("user", "gone", "Gone"), Party("organization", "none", "None")):
        finding = found(world, with_party(case, chain[0], party))["assignee-exists"]
        assert (finding.cure, finding.act) == ("acting", ("assign", {"assignedParty": None}))
    idle = replace(case, users={**case.users, "bob": replace(BOB, active=False)})
    assert found(world, with_party(idle, chain[0], BOB.party))["assignee-active"].cure == "acting"
    for party in (BOB.party, ACME.party, Party("external", "x", "X")):
        assert not {"assignee-exists", "assignee-active"} & set(found(world, with_party(case, chain[0], party)))


def test_where_nothing_hands_a_task_back_a_person_has_to(world: World, chain: tuple[Task, Task]) -> None:
    """The workflow may have no way, or none that the task's status offers."""
    case = with_party(whole(world), chain[0], Party("user", "gone", "Gone"))
    ways = world.workflow.hand_back
    world.workflow = replace(world.workflow, hand_back=(replace(ways[0], types=("Follow-Up",)), ways[0]))
    assert found(world, case)["assignee-exists"].cure == "hand"


def nobody(case: WholeCase) -> WholeCase:
    """The case without anybody who is active."""
    return replace(case, users={name: replace(user, active=False) for name, user in case.users.items()})


def test_somebody_can_go_on_with_a_case(world: World) -> None:
    """An active person who is offered a change of status; a waiting task is nobody's yet."""
    first = world.create()
    world.create(prerequisites=[first.task_id])
    case = whole(world)
    assert found(world, case) == {}
    finding = found(world, nobody(case))["somebody-can-act"]
    assert (finding.cure, len(finding.task_ids)) == ("hand", 2)


def test_a_case_goes_on_by_itself_while_a_timer_runs(world: World, chain: tuple[Task, Task]) -> None:
    """Or something is on its way, or engineers are at work on it."""
    assert "somebody-can-act" not in found(world, nobody(whole(world)))
    world.act(chain[0], "reschedule", ANN, dueTime=None)
    case = nobody(whole(world))
    assert "somebody-can-act" in found(world, case)
    assert "somebody-can-act" not in found(world, with_party(case, chain[0], SYSTEM.party))


def test_a_case_in_which_all_is_done_needs_nobody(world: World) -> None:
    """Nor does one without tasks."""
    assert found(world, nobody(whole(world))) == {}
    world.act(world.create(), "skip", ANN, reason="x")
    assert found(world, nobody(whole(world))) == {}


def test_the_top_of_a_tree_is_not_what_people_work_on() -> None:
    """A root alone, and what only tracks, need nobody."""
    world = World(workflow("appeals"))
    types = world.workflow.types
    task = replace(World().create(), type="RootTask", state="open", status="assigned", group_queue=None)
    tracking = replace(task, task_id="look-1.t2", type="TrackVeteranTask", parent_id=task.task_id)
    world.case = replace(world.case, root_id=task.task_id)
    world.tasks = {task.task_id: task, tracking.task_id: tracking}
    assert not types["RootTask"].parents
    assert "somebody-can-act" not in found(world, nobody(whole(world)))


def test_a_repair_is_told_field_by_field(world: World, chain: tuple[Task, Task]) -> None:
    """Before and after, without what changes with every change."""
    case = with_task(whole(world), chain[1], status="Ready")
    told = {(d.field, d.before, d.after) for d in differences(mended(world, case, PENDING).writes)}
    assert ("status", "Ready", "Pending") in told
    assert not {"version", "updated at"} & {field for field, _, _ in told}


def test_every_write_of_a_repair_is_told() -> None:
    """Each says which item, which field, before and after; what changes nothing says nothing."""
    world = World()
    task = world.create()
    edge, entry = Edge("c.1", "c.2", "c.1"), world.entries[0]
    told = {
        (d.item, d.before, d.after)
        for d in differences(
            (
                ChangeCounters(task, replace(task, children=Children(open=1))),
                CreateTask(task),
                ChangeEdge(edge, replace(edge, same_type=True)),
                CreateEdge(edge),
                DeleteEdge(edge),
                ReleaseLock("c.1", "QA"),
                AddEntry(entry),
                ChangeCase(world.case, replace(world.case, display_name="Look 2")),
                CheckCase(world.case),
                ChangeTask(
                    task, replace(task, prerequisites=("c.1", "c.2"), closed_at=world.now, assigned_party=BOB.party)
                ),
            )
        )
    }
    assert told == {
        (f"task {task.task_id}", "nothing", "open 1"),
        (f"task {task.task_id}", None, "QA, Ready"),
        ("edge c.1 to c.2", "False", "True"),
        ("edge c.1 to c.2", None, "c.2"),
        ("edge c.1 to c.2", "c.2", None),
        ("lock QA", "c.1", None),
        (f"history of {task.task_id}, version 1", None, "create"),
        (f"case {world.case.case_id}", "Look 1", "Look 2"),
        (f"task {task.task_id}", None, "c.1, c.2"),
        (f"task {task.task_id}", None, "2026-11-22T08:00:00Z"),
        (f"task {task.task_id}", None, "kind user, id bob, display name Bob Lee"),
    }


def test_two_repairs_of_a_task_are_one_version_of_it(world: World, chain: tuple[Task, Task]) -> None:
    """Whose entry tells of both."""
    case = with_task(whole(world), chain[0], closed_at=world.now, awaiting="the address")
    plan = mended(world, case, "open-has-none", PENDING)
    (entry,) = plan.entries
    assert (entry.version, entry.note) == (2, "It says so no longer. It is Pending.")


def test_what_else_the_engine_owes_is_owed(world: World) -> None:
    """A turn that nobody was given; a message that has not arrived, for longer than that should take."""
    task = world.create()
    message = Message(task.task_id, 1, "to_owner", 1, "x")
    case = replace(whole(world), messages=(message,))
    assert "settled" not in found(world, case, timedelta(minutes=5))
    assert found(world, case)["settled"].about == "1 1"
    orphan = replace(case, messages=(replace(message, task_id="look-1.none"),))
    assert found(world, orphan)["settled"].cure == "hand"
    board = World(workflow("appeals"))
    dispatch = Organization("bva-dispatch", "Dispatch", "team", auto_assign=True)
    waiting = replace(task, type="BvaDispatchTask", state="open", status="assigned", assigned_party=dispatch.party)
    waiting = replace(waiting, group_queue=None, queue="bva-dispatch", tab="unassigned")
    board.tasks, board.organizations = {waiting.task_id: waiting}, {dispatch.id: dispatch}
    assert found(board)["settled"].about == "assign_next"
