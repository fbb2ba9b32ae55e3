"""What the doctor finds in trees: edges, counters, holds, what is owed to a parent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from shared.domain.doctor.whole import WholeCase
from shared.domain.model.people import ENGINE
from shared.domain.model.plan import Plan
from shared.domain.model.task import Children, Edge, Task
from shared.domain.model.writes import ChangeEdge, ChangeTask, CreateEdge, DeleteEdge, DeleteTimer
from shared.domain.trees.child_counters import reaction_due
from tests.domain.test_tree import Grove
from tests.domain.wards import found, mended, whole, with_task
from tests.domain.worlds import ANN, World
from tests.workflows.claims import claims

EDGE = "edge-matches-parent"


def family() -> tuple[Grove, WholeCase, str, str, str]:
    """A goal with an open step, and one that is completed and counted."""
    grove = Grove()
    goal = grove.grow()
    grove.case = replace(grove.case, root_id=goal.task_id)
    step, done = grove.grow(goal), grove.grow(goal)
    grove.act(done, "complete", ANN)
    grove.count(done)
    assert found(grove) == {}
    return grove, whole(grove), goal.task_id, step.task_id, done.task_id


def held() -> tuple[World, WholeCase, Task, Task]:
    """A claim with a timed hold."""
    world = World(claims())
    claim = world.create("Claim", assignedParty={"kind": "user", "id": "ann"})
    world.act(claim, "place_timed_hold", ANN, days=15)
    claim = world[claim]
    assert found(world) == {}
    return world, whole(world), claim, world[claim.hold_id or ""]


def edges_of(plan: Plan) -> list[CreateEdge | ChangeEdge | DeleteEdge]:
    """What the plan does to edges."""
    return [write for write in plan.writes if isinstance(write, CreateEdge | ChangeEdge | DeleteEdge)]


def after_of(plan: Plan, task_id: str) -> Task:
    """The task as the plan leaves it."""
    return next(w.after for w in plan.writes if isinstance(w, ChangeTask) and w.before.task_id == task_id)


def without(case: WholeCase, child: str) -> WholeCase:
    """The case without the edge to the child."""
    return replace(case, edges=tuple(edge for edge in case.edges if edge.child_id != child))


def with_edge(case: WholeCase, child: str, **values: object) -> WholeCase:
    """The case in which the edge to the child says something else."""
    changed = (replace(edge, **values) if edge.child_id == child else edge for edge in case.edges)  # type: ignore[arg-type]
    return replace(case, edges=tuple(changed))


def test_a_lost_edge_is_made_again_as_what_the_child_is() -> None:
    """Open, or closed and counted; and so is that of a timed hold."""
    grove, case, goal, step, done = family()
    (made,) = edges_of(mended(grove, without(case, step), EDGE))
    assert made == CreateEdge(Edge(goal, step, goal))
    (made,) = edges_of(mended(grove, without(case, done), EDGE))
    version = grove[done].version
    assert made == CreateEdge(Edge(goal, done, goal, counted_version=version, counted_completed=True))
    world, pausing, claim, hold = held()
    (made,) = edges_of(mended(world, without(pausing, hold.task_id), EDGE))
    assert made == CreateEdge(Edge(claim.task_id, hold.task_id, claim.task_id, hold=True))


def test_an_edge_that_leads_to_no_child_is_taken_away() -> None:
    """Where the parent knows no such child, or the child stands elsewhere; the history tells, if only the case's."""
    grove, case, goal, step, _ = family()
    stray = Edge(goal, "look-1.none", goal)
    assert edges_of(mended(grove, replace(case, edges=(*case.edges, stray)), EDGE)) == [DeleteEdge(stray)]
    lost = Edge("look-1.nobody", "look-1.none", "look-1.nobody")
    assert edges_of(mended(grove, replace(case, edges=(*case.edges, lost)), EDGE)) == [DeleteEdge(lost)]
    second = Edge("look-1.nobody", step, goal)
    assert edges_of(mended(grove, replace(case, edges=(*case.edges, second)), EDGE)) == [DeleteEdge(second)]


def test_a_task_that_lost_its_parent_stands_where_its_edge_says() -> None:
    """A timed hold counts nowhere."""
    grove, case, goal, step, _ = family()
    after = after_of(mended(grove, with_task(case, step, parent_id=None, counts_at=None), EDGE), step)
    assert (after.parent_id, after.counts_at) == (goal, goal)
    world, pausing, claim, hold = held()
    after = after_of(mended(world, with_task(pausing, hold, parent_id=None), EDGE), hold.task_id)
    assert (after.parent_id, after.counts_at) == (claim.task_id, None)


def test_a_task_counts_where_its_edge_says() -> None:
    """Where it names no task; else the edge says what the task does."""
    grove, case, goal, step, _ = family()
    assert after_of(mended(grove, with_task(case, step, counts_at=None), EDGE), step).counts_at == goal
    wrong = with_edge(case, step, same_type=True)
    (change,) = edges_of(mended(grove, wrong, EDGE))
    assert isinstance(change, ChangeEdge)
    assert change.after == next(edge for edge in case.edges if edge.child_id == step)


def test_what_stands_under_nothing_is_for_a_person() -> None:
    """A parent that is not there, or none where the type needs one."""
    grove, case, _, step, _ = family()
    orphan = with_task(case, step, parent_id="look-1.none")
    finding = found(grove, without(orphan, step))[EDGE]
    assert (finding.cure, finding.repairable) == ("hand", False)
    alone = with_task(without(case, step), step, parent_id=None, counts_at=None)
    assert found(grove, alone)[EDGE].cure == "hand"
    goal = grove.grow()
    assert found(grove) == {}
    assert goal.parent_id is None


def test_a_circle_is_all_that_is_said_of_a_case() -> None:
    """Nothing above or below can be told in it."""
    grove, case, goal, step, _ = family()
    circle = with_task(case, goal, parent_id=step)
    assert list(found(grove, circle)) == [EDGE]
    assert found(grove, circle)[EDGE].cure == "hand"


def test_counters_are_what_the_edges_add_up_to() -> None:
    """Whatever was stored."""
    grove, case, goal, _, _ = family()
    wrong = with_task(case, goal, children=Children(open=7))
    assert after_of(mended(grove, wrong, "counts-match"), goal).children == Children(open=1, closed=1, completed=1)


def test_an_edge_counts_a_child_as_what_it_is() -> None:
    """No open one as closed, no cancelled one as completed, and no timed hold at all."""
    grove, case, goal, step, done = family()
    ahead = with_edge(case, step, counted_version=3, counted_completed=True)
    plan = mended(grove, ahead, "counts-match")
    (change,) = edges_of(plan)
    assert isinstance(change, ChangeEdge)
    assert (change.after.counted_version, change.after.counted_completed) == (0, False)
    assert after_of(plan, goal).children == grove[goal].children
    wrong = with_edge(case, done, counted_completed=False)
    (change,) = edges_of(mended(grove, wrong, "counts-match"))
    assert isinstance(change, ChangeEdge)
    assert change.after.counted_completed
    world, pausing, _, hold = held()
    (change,) = edges_of(mended(world, with_edge(pausing, hold.task_id, counted_version=1), "counts-match"))
    assert isinstance(change, ChangeEdge)
    assert change.after.counted_version == 0


def test_a_closing_that_is_not_counted_yet_is_owed_and_not_wrong() -> None:
    """For as long as that may take, it is no finding at all."""
    grove, _, _, step, _ = family()
    grove.act(step, "complete", ANN)
    assert found(grove, patience=timedelta(minutes=5)) == {}
    assert found(grove)["settled"].cure == "settling"
    grove.pass_time(minutes=6)
    assert set(found(grove, patience=timedelta(minutes=5))) == {"settled"}


def test_a_parent_with_an_open_child_is_on_hold() -> None:
    """One that is not is put on hold."""
    grove, case, goal, _, _ = family()
    after = after_of(mended(grove, with_task(case, goal, status="assigned"), "open-child-parent-on-hold"), goal)
    assert (after.status, after.placed_on_hold_at) == ("on_hold", grove.now)


def test_a_timed_hold_that_its_task_does_not_know_is_known_again() -> None:
    """The task is on hold for it."""
    world, case, claim, hold = held()
    forgotten = with_task(case, claim, hold_id=None, status="assigned")
    held_again = after_of(mended(world, forgotten, "open-child-parent-on-hold"), claim.task_id)
    assert (held_again.hold_id, held_again.status) == (hold.task_id, "on_hold")


def test_a_timed_hold_that_is_one_too_many_is_cancelled() -> None:
    """With its timer, where the task has another one; one that has no end gives the task back."""
    world, case, claim, hold = held()
    second = replace(hold, task_id="look-1.second")
    crowded = replace(case, tasks={**case.tasks, second.task_id: second})
    plan = mended(world, crowded, "open-child-parent-on-hold")
    assert after_of(plan, second.task_id).status == "cancelled"
    assert any(isinstance(write, DeleteTimer) for write in plan.writes)
    endless = with_task(with_task(case, claim, hold_id=None), hold, timers=())
    plan = mended(world, endless, "open-child-parent-on-hold")
    assert after_of(plan, claim.task_id).status == "assigned"


def test_on_hold_for_nothing_is_no_reason() -> None:
    """A hold that is not there, has ended, or has no end, holds nothing; it is cancelled if it is open."""
    world, case, claim, hold = held()
    gone = replace(case, tasks={claim.task_id: claim}, edges=(), timers=(), history={}, counted={})
    plan = mended(world, gone, "on-hold-has-reason")
    assert after_of(plan, claim.task_id).hold_id is None
    endless = with_task(replace(case, timers=()), hold, timers=())
    plan = mended(world, endless, "on-hold-has-reason")
    assert after_of(plan, hold.task_id).status == "cancelled"
    assert after_of(plan, claim.task_id).hold_id is None


def test_a_parent_on_hold_without_an_open_child_becomes_what_they_make_of_it() -> None:
    """That is owed: settling does it."""
    grove, _, goal, step, _ = family()
    grove.act(step, "complete", ANN)
    grove.count(step)
    assert reaction_due(grove.context(ENGINE, grove[goal])) is None
    grove.tasks[goal] = replace(grove[goal], status="on_hold")
    assert found(grove)["on-hold-has-reason"].cure == "settling"
    plan = reaction_due(grove.context(ENGINE, grove[goal]))
    assert plan is not None
    assert after_of(plan, goal).status == "assigned"


def test_what_is_open_under_what_was_cancelled_is_owed_its_end() -> None:
    """However far below, and though that comes only once what is above it has ended."""
    grove, _, goal, step, _ = family()
    below = grove.grow(grove[step], assignedParty={"kind": "user", "id": "ann"})
    grove.tasks[goal] = replace(grove[goal], status="cancelled", state="closed", closed_at=grove.now)
    finding = found(grove)["closed-root-no-open-tasks"]
    assert (finding.cure, finding.task_ids) == ("settling", (below.task_id,))


def test_what_nobody_can_see_yet_is_no_finding_unless_it_stays_so() -> None:
    """A task of a case that has come to light comes to light with it."""
    grove, case, _, step, _ = family()
    staged = with_task(case, step, staged=True)
    assert "settled" not in found(grove, staged, timedelta(minutes=5))
    assert found(grove, staged)["settled"].about == "staged"
