"""Tasks that are opened again, and what is written down of an ending, in the workflow `claims`."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from shared.domain.model.plan import Plan
from shared.domain.model.task import Children, Task
from shared.domain.model.writes import ChangeEdge
from tests.domain.worlds import ANN, BOB, World, admin, refused
from tests.workflows.claims import claims

MINE = {"kind": "user", "id": "ann"}


@pytest.fixture
def world() -> World:
    """A claim of ann's."""
    made = World(workflow=claims())
    made.create("Claim", assignedParty=MINE)
    return made


def _claim(world: World) -> Task:
    return next(iter(world.tasks.values()))


def _survey(world: World, **given: object) -> Task:
    return world.create("Survey", parentId=_claim(world).task_id, assignedParty=MINE, **given)  # type: ignore[arg-type]


def test_a_closed_task_can_only_be_opened_again_and_only_by_an_administrator(world: World) -> None:
    """Whoever else asks is told who can."""
    claim = world.act(_claim(world), "complete", ANN)
    assert world.offered(claim, ANN) == set()
    assert world.offered(claim, admin()) == {"reopen"}
    assert refused(world.decide(claim, "reopen", ANN)).who == ("administrators",)


def test_six_timestamps_follow_the_status(world: World) -> None:
    """Each is set on entry, and again on the next entry; reopening clears what says that the task ended."""
    claim = _claim(world)
    start = world.now
    assert (claim.created_at, claim.assigned_at, claim.started_at) == (start, start, None)
    world.pass_time(hours=1)
    assert world.act(claim, "start", ANN).started_at == start + timedelta(hours=1)
    world.pass_time(hours=1)
    assert world.act(claim, "place_timed_hold", ANN, days=1).placed_on_hold_at == start + timedelta(hours=2)
    world.pass_time(hours=1)
    closed = world.act(claim, "cancel", ANN, cancellationReason="withdrawn")
    assert (closed.closed_at, closed.cancelled_by, closed.completed_by) == (world.now, ANN.person, None)
    assert (closed.cancellation_reason, closed.updated_at) == ("withdrawn", world.now)
    assert world.entries[-2].changes["cancellationReason"] == {"from": None, "to": "withdrawn"}
    world.pass_time(hours=1)
    again = world.act(claim, "reopen", admin())
    assert (again.status, again.assigned_at, again.closed_at) == ("assigned", world.now, None)
    assert (again.cancellation_reason, again.cancelled_by, again.completed_by) == (None, None, None)
    assert again.started_at == start + timedelta(hours=1)
    assert world.entries[-1].event == "TaskReopened"


@pytest.mark.parametrize("reason", ["lost", 7, ""])
def test_a_reason_is_one_of_those_declared(world: World, reason: object) -> None:
    """Anything else is 422; none is possible, and null says none."""
    assert refused(world.decide(_claim(world), "cancel", ANN, cancellationReason=reason)).code == "invalid_input"
    assert world.act(_claim(world), "cancel", ANN, cancellationReason=None).cancellation_reason is None


@pytest.mark.parametrize(("action", "sibling"), list(product(["complete", "cancel"], [True, False])))
def test_what_was_counted_is_taken_back(world: World, action: str, *, sibling: bool) -> None:
    """Counters always equal the edges, and the parent is on hold again; the next closing counts anew."""
    claim, survey = _claim(world), _survey(world)
    others = [_survey(world)] if sibling else []
    world.act(survey, action, ANN)
    world.settle()
    assert world[claim].status == ("on_hold" if sibling else "assigned")
    world.act(survey, "reopen", admin())
    assert (world[claim].status, world[claim].children) == ("on_hold", Children(open=1 + sibling))
    assert world.count(survey) is None
    world.act(survey, "complete", ANN)
    world.settle()
    assert world[claim].children == Children(open=len(others), closed=1, completed=1)


def test_a_closing_that_is_not_counted_yet_is_taken_back_once(world: World) -> None:
    """A hook that was about to count it finds the edge changed, and has nothing to count."""
    claim, survey = _claim(world), _survey(world)
    closed = world.act(survey, "complete", ANN)
    edge = world.edges[survey.task_id]
    decision = world.decide(survey, "reopen", admin())
    assert isinstance(decision, Plan)
    (change,) = (w for w in decision.writes if isinstance(w, ChangeEdge))
    assert (change.before, change.after.counted_version) == (edge, -closed.version)
    world.play(decision)
    assert world[claim].children == Children(open=1)
    world.act(survey, "cancel", ANN)
    world.settle()
    assert (world[claim].status, world[claim].children) == ("assigned", Children(closed=1))


def test_work_that_was_passed_on_and_opened_again_ends_with_its_child_again(world: World) -> None:
    """The child's counters of its own type are taken back, too, and the task knows its child."""
    first, second = _survey(world), world.tasks
    child = world.create("Survey", parentId=first.task_id, assignedParty={"kind": "user", "id": "bob"})
    other = world.create("Survey", parentId=first.task_id, assignedParty={"kind": "user", "id": "bob"})
    world.act(child, "complete", BOB)
    world.settle()
    world.act(child, "reopen", admin())
    assert world[first].children == Children(open=2, same_open=2)
    assert world[first].delegate_id == child.task_id
    world.act(other, "cancel", BOB)
    world.act(child, "cancel", BOB)
    world.settle()
    assert second[first.task_id].status == "cancelled"


def test_under_a_closed_parent_nothing_is_opened_again(world: World) -> None:
    """409 `parent_closed`: the parent comes first, and does not end with what it once passed on."""
    survey = _survey(world)
    child = world.create("Survey", parentId=survey.task_id, assignedParty={"kind": "user", "id": "bob"})
    world.act(child, "complete", BOB)
    world.settle()
    assert world[survey].status == "completed"
    assert refused(world.decide(child, "reopen", admin())).code == "parent_closed"
    assert world.act(survey, "reopen", admin()).delegated is False
    assert world.act(child, "reopen", admin()).status == "assigned"
    assert (world[survey].status, world[survey].delegated) == ("on_hold", True)


def test_locks_and_timers_begin_anew(world: World) -> None:
    """The lock is taken again, a timed task lasts as long as ever, and is due if that is still to come."""
    claim = _claim(world)
    review = world.create("Review", parentId=claim.task_id, assignedParty=MINE)
    window = world.create("Window", parentId=claim.task_id, assignedParty=MINE, dueTime="2026-11-24T08:00:00Z")
    for task in (review, window):
        world.act(task, "complete", ANN)
    assert world.locks == {}
    world.pass_time(days=1)
    world.act(review, "reopen", admin())
    assert list(world.locks.values()) == [review.task_id]
    timers = world.act(window, "reopen", admin()).timers
    assert {t.name: t.at - world.now for t in timers} == {"time": timedelta(days=90), "due": timedelta(days=1)}
    world.act(window, "complete", ANN)
    world.pass_time(days=9)
    assert [t.name for t in world.act(window, "reopen", admin()).timers] == ["time"]
