"""Parents and children, in a workflow that has trees: holds, counting, reactions, cascades."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.definitions.workflow import (
    Action,
    CaseType,
    Creation,
    Ends,
    Field,
    NamedOrganization,
    Scope,
    Status,
    TargetCase,
    TaskType,
    Tree,
    Workflow,
)
from shared.domain.model.people import ENGINE
from shared.domain.model.plan import Plan
from shared.domain.model.task import Children, Task
from shared.domain.model.writes import ChangeCounters, ChangeTask, CheckCaseOpen, ReleaseLock, TakeLock
from shared.domain.settling import due
from shared.domain.trees.child_counters import count_children
from shared.domain.trees.tree import below, reaction
from tests.domain.worlds import ANN, World, as_caller, played, refused

OPEN = frozenset({"assigned", "on_hold"})


def _action(name: str, to: str, who: str = "inside") -> Action:
    return Action(name, name.title(), OPEN, (TargetCase(to),), (who,))


def projects(ends: Ends = "by_action", scopes: tuple[Scope, ...] = ()) -> Workflow:
    """A workflow of goals with steps below them, to any depth."""
    return Workflow(
        name="projects",
        version=1,
        label="Projects",
        visibility="inside_or_party",
        administrators_act_as=(),
        statuses={
            "assigned": Status("assigned", "open", "assigned", open=True, active=True, stamp="assignedAt"),
            "on_hold": Status("on_hold", "open", "on_hold", open=True, stamp="placedOnHoldAt", tab="on_hold"),
            "completed": Status("completed", "closed", "completed", completed=True, stamp="closedAt"),
            "cancelled": Status("cancelled", "closed", "cancelled", stamp="closedAt"),
        },
        actions={
            "complete": _action("complete", "completed"),
            "cancel": _action("cancel", "cancelled"),
            "end": _action("end", "cancelled", "engine"),
        },
        types={
            "Goal": TaskType("Goal", "Goal", ends=ends),
            "Step": TaskType("Step", "Step", parents=frozenset({"Goal", "Step"}), ends=ends, one_open=scopes),
        },
        case_types={"project": CaseType("project", "Project")},
        create_case=("inside",),
        creation=Creation(
            ("inside",),
            (TargetCase("assigned"),),
            (Field("parentId", "parent"), Field("assignedParty", "party", nullable=True)),
        ),
        organizations={"crew": NamedOrganization("crew", "Crew", "team")},
        tree=Tree("on_hold", "assigned", "completed", "cancelled", "end"),
    )


class Grove(World):
    """A world of goals and steps."""

    def __init__(self, ends: Ends = "by_action", scopes: tuple[Scope, ...] = ()) -> None:
        super().__init__(workflow=projects(ends, scopes))

    def grow(self, parent: Task | None = None, **given: object) -> Task:
        """A goal, or a step under the parent."""
        if parent is None:
            return self.create("Goal")
        return self.create("Step", parentId=parent.task_id, **given)  # type: ignore[arg-type]


def test_a_child_puts_its_parent_on_hold_in_the_same_transaction() -> None:
    """The plan of the first child holds the parent's next version, with its own history entry."""
    grove = Grove()
    goal = grove.grow()
    decision = grove.decide_creation("Step", parentId=goal.task_id)
    assert isinstance(decision, Plan)
    assert [e.action for e in decision.entries] == ["create", "child_opened"]
    assert not any(isinstance(w, CheckCaseOpen) for w in decision.writes)
    grove.play(decision)
    held = grove[goal]
    assert (held.status, held.children, held.version) == ("on_hold", Children(open=1), 2)
    assert held.placed_on_hold_at == grove.now


def test_more_children_only_count_so_siblings_can_be_created_at_once() -> None:
    """Under a parent that is on hold, a child makes no new version of it."""
    grove = Grove()
    goal = grove.grow()
    grove.grow(goal)
    decision = grove.decide_creation("Step", parentId=goal.task_id)
    assert isinstance(decision, Plan)
    assert [type(w) for w in decision.writes if isinstance(w, ChangeTask | ChangeCounters)] == [ChangeCounters]
    grove.play(decision)
    assert (grove[goal].children.open, grove[goal].version) == (2, 2)


def test_the_last_child_gives_the_parent_back_and_one_before_does_not() -> None:
    """The parent goes back to work exactly when nothing under it is open."""
    grove = Grove()
    goal = grove.grow()
    first, second = grove.grow(goal), grove.grow(goal)
    grove.act(first, "complete", ANN)
    assert grove.entries[-1].reacts == ("children",)
    grove.count(first)
    assert (grove[goal].status, grove[goal].children) == ("on_hold", Children(open=1, closed=1, completed=1))
    grove.act(second, "cancel", ANN)
    grove.count(second)
    assert (grove[goal].status, grove[goal].children) == ("assigned", Children(closed=2, completed=1))
    assert grove.entries[-1].action == "children_closed"


def test_a_child_is_counted_once() -> None:
    """A closing that is counted is not counted again, nor is a child that is open."""
    grove = Grove()
    goal = grove.grow()
    child = grove.grow(goal)
    assert grove.count(child) is None
    grove.act(child, "complete", ANN)
    assert grove.count(child) is not None
    assert grove.count(child) is None


def test_the_last_count_depends_on_the_counters_it_was_decided_on() -> None:
    """A sibling created meanwhile makes the parent's reaction fail, so it is decided anew."""
    grove = Grove()
    goal = grove.grow()
    child = grove.grow(goal)
    grove.act(child, "complete", ANN)
    plan = count_children(grove.context(ENGINE, grove[goal]), ((grove.edges[child.task_id], grove[child]),))
    assert plan is not None
    assert [w.counters for w in plan.writes if isinstance(w, ChangeTask)] == [True]


@pytest.mark.parametrize(("actions", "ending"), [(("cancel", "complete"), "completed"), (("cancel",) * 2, "cancelled")])
def test_a_parent_that_ends_with_its_children_ends_as_they_did(actions: tuple[str, ...], ending: str) -> None:
    """Completed if one of them was, else cancelled; in whichever order they are counted."""
    for order in permutations(range(2)):
        grove = Grove("with_children")
        goal = grove.grow()
        children = [grove.grow(goal) for _ in actions]
        for child, action in zip(children, actions, strict=True):
            grove.act(child, action, ANN)
        for index in order:
            grove.count(children[index])
        assert grove[goal].status == ending


def test_a_delegated_parent_ends_with_the_children_of_its_own_type() -> None:
    """A step that was passed on to a step of its own ends with it; a goal goes back to work."""
    grove = Grove("when_delegated")
    goal = grove.grow()
    step = grove.grow(goal)
    own = grove.grow(step, assignedParty={"kind": "user", "id": "ann"})
    assert grove[step].delegated
    assert not grove[goal].delegated
    grove.act(own, "complete", ANN)
    grove.count(own)
    assert grove[step].status == "completed"
    assert grove.entries[-1].reacts == ("children",)
    grove.count(step)
    assert grove[goal].status == "assigned"


def test_a_closed_parent_is_counted_at_but_never_touched() -> None:
    """Counters equal the edges also where nothing follows from them any more."""
    grove = Grove()
    goal = grove.grow()
    child = grove.grow(goal)
    grove.act(goal, "cancel", ANN)
    before = grove[goal]
    grove.act(child, "end")
    grove.count(child)
    assert grove[goal] == replace(before, children=Children(closed=1))


def test_below_a_cancelled_task_everything_open_is_due_to_end() -> None:
    """The cascade reaches every depth, also below closed tasks; below a completed task nothing is due."""
    grove = Grove()
    goal = grove.grow()
    middle = grove.grow(goal)
    leaf = grove.grow(middle, assignedParty={"kind": "user", "id": "ann"})
    other = grove.grow(goal)
    grove.tasks[middle.task_id] = replace(grove[middle], state="closed", status="completed")
    grove.act(goal, "cancel", ANN)
    assert grove.entries[-1].reacts == ("below",)
    assert _owed(grove) == {leaf.task_id: "end", other.task_id: "end"}
    assert {t.task_id for t in below(grove.tasks, goal.task_id)} == {middle.task_id, leaf.task_id, other.task_id}


def test_a_tree_ends_from_above() -> None:
    """Were the leaf ended first, its parent would be completed by that, and not cancelled."""
    grove = Grove("with_children")
    goal = grove.grow()
    middle = grove.grow(goal)
    leaf = grove.grow(middle, assignedParty={"kind": "user", "id": "ann"})
    grove.act(goal, "cancel", ANN)
    assert _owed(grove) == {middle.task_id: "end"}
    grove.act(middle, "end")
    assert _owed(grove) == {leaf.task_id: "end"}
    grove.act(leaf, "end")
    assert {task.status for task in grove.tasks.values()} == {"cancelled"}
    assert _owed(grove) == {}


def test_a_task_waits_for_none_that_stays_open() -> None:
    """What is above the cancelled task has nothing to do with it."""
    grove = Grove()
    goal = grove.grow()
    middle = grove.grow(goal)
    leaf = grove.grow(middle, assignedParty={"kind": "user", "id": "ann"})
    grove.act(middle, "end")
    assert _owed(grove) == {leaf.task_id: "end"}
    assert grove[goal].status == "on_hold"


def _owed(grove: Grove) -> dict[str, str]:
    """What the engine owes the tasks."""
    owed = {t.task_id: due(grove.context(ENGINE, t).scene, grove.now) for t in grove.tasks.values()}
    return {task_id: action.action for task_id, action in owed.items() if action}


def test_a_closed_parent_takes_no_child() -> None:
    """409 `parent_closed`."""
    grove = Grove()
    goal = grove.grow()
    grove.act(goal, "complete", ANN)
    assert refused(grove.decide_creation("Step", parentId=goal.task_id)).code == "parent_closed"


def test_a_child_stands_where_its_type_may_stand() -> None:
    """A wrong parent, an unknown one, a missing one, and one where none may be are 422."""
    grove = Grove()
    goal = grove.grow()
    wrong: list[dict[str, Any]] = [{"parentId": "look-1.t9"}, {"parentId": 7}, {}]
    for parent in wrong:
        assert refused(grove.decide_creation("Step", **parent)).errors[0].pointer == "/parentId"
    assert refused(grove.decide_creation("Goal", parentId=goal.task_id)).errors[0].pointer == "/parentId"


def test_a_child_is_not_its_parents_twin() -> None:
    """A child of its parent's type has another assignee."""
    grove = Grove()
    step = grove.grow(grove.grow())
    assert refused(grove.decide_creation("Step", parentId=step.task_id)).rule == "not_its_parents_twin"


@pytest.mark.parametrize("scope", ["case", "parent"])
def test_a_lock_is_taken_with_the_task_and_released_with_its_closing(scope: Scope) -> None:
    """One open at a time: the lock is in the very transactions that open and close the task."""
    grove = Grove(scopes=(scope,))
    goal = grove.grow()
    opening = grove.decide_creation("Step", parentId=goal.task_id)
    assert isinstance(opening, Plan)
    taken = [w.name for w in opening.writes if isinstance(w, TakeLock)]
    closing = grove.decide(played(grove.play(opening)), "complete", ANN)
    assert isinstance(closing, Plan)
    assert [w.name for w in closing.writes if isinstance(w, ReleaseLock)] == taken
    assert len(taken) == 1


def test_a_workflow_without_trees_owes_nothing_to_children() -> None:
    """Where no tree is declared nothing is above a task, and asking for one is a mistake of the program."""
    world = World()
    task = world.create()
    assert due(world.context(as_caller(ANN), task).scene, world.now) is None
    with pytest.raises(ValueError, match="declares no tree"):
        reaction(world.workflow, task)


def test_below_a_completed_task_nothing_is_due() -> None:
    """Work below a completed task goes on, as far up as everything above is open or completed."""
    grove = Grove()
    goal = grove.grow()
    child = grove.grow(goal)
    grove.tasks[goal.task_id] = replace(grove[goal], state="closed", status="completed")
    assert due(grove.context(ENGINE, grove[child]).scene, grove.now) is None


@given(st.lists(st.sampled_from(["complete", "cancel"]), min_size=1, max_size=5), st.randoms())
def test_what_a_parent_becomes_does_not_depend_on_the_order_of_records(actions: list[str], order: object) -> None:
    """Counted in any order, with repeats, the parent reacts once and becomes the same."""
    grove = Grove("with_children")
    goal = grove.grow()
    children = [grove.grow(goal) for _ in actions]
    for child, action in zip(children, actions, strict=True):
        grove.act(child, action, ANN)
    records = children * 2
    order.shuffle(records)  # type: ignore[attr-defined]
    for child in records:
        grove.count(child)
    assert grove[goal].status == ("completed" if "complete" in actions else "cancelled")
    assert sum(e.action == "children_closed" for e in grove.entries) == 1
    assert grove[goal].children == Children(closed=len(actions), completed=actions.count("complete"))
