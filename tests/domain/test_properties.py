"""What holds after any sequence of actions, whoever takes them."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.model.plan import Plan
from shared.domain.model.scene import status_of, unfinished
from shared.domain.model.writes import AddEntry, ChangeTask, CreateTask, GrowGraph
from shared.domain.settling import due
from tests.domain.worlds import ANN, BOB, CHO, FAY, World, admin, as_caller

PAIRS = {
    ("Created", "Pending"),
    ("Created", "Ready"),
    ("Created", "In Progress"),
    ("Created", "Failed"),
    ("Completed", "Passed"),
    ("Completed", "Skipped"),
    ("Canceled", "Skipped"),
}
INPUTS: dict[str, list[dict[str, object]]] = {
    "await": [{"awaiting": "x"}],
    "fail": [{"reason": "x"}],
    "skip": [{"reason": "x"}],
    "assign": [{"assignedParty": None}, {"assignedParty": {"kind": "user", "id": "bob"}}],
    "move": [{"groupQueue": "dispatch"}, {"groupQueue": "cis"}],
    "reschedule": [{"dueTime": None}, {"dueTime": "2027-01-01T00:00:00Z"}],
    "add_instructions": [{"instructions": "x"}],
}
CALLERS = [as_caller(u) for u in (ANN, BOB, CHO, FAY)] + [admin()]
STEPS = st.tuples(st.integers(0, 3), st.integers(0, 30), st.integers(0, 4), st.integers(0, 1), st.booleans())


def settle(world: World) -> None:
    """The engine does all that it owes."""
    for task_id in world.tasks:
        while owed := due(world.context(admin(), world[task_id]).scene, world.now):
            world.act(task_id, owed.action, **dict[str, Any](owed.input))


def _walk(world: World, steps: list[tuple[int, int, int, int, bool]]) -> None:
    first = world.create()
    second = world.create(prerequisites=[first.task_id])
    third = world.create(prerequisites=[first.task_id, second.task_id], awaiting="x")
    ids = [t.task_id for t in (first, second, third)] + [world.create(dueTime="2026-11-22T08:30:00Z").task_id]
    for which, what, who, how, settles in steps:
        names = sorted(world.workflow.actions)
        name = names[what % len(names)]
        options = INPUTS.get(name, [{}])
        before = world[ids[which]]
        decision = world.decide(before, name, CALLERS[who], **options[how % len(options)])
        world.play(decision)
        if not isinstance(decision, Plan):
            assert world[before] == before
        world.pass_time(minutes=7)
        if settles:
            settle(world)


@given(st.lists(STEPS, max_size=40))
def test_only_the_seven_pairs_are_ever_stored(steps: list[tuple[int, int, int, int, bool]]) -> None:
    """Whatever is done, a task has one of the seven state and status pairs."""
    world = World()
    _walk(world, steps)
    assert {(e.state, e.status) for e in world.entries} <= PAIRS


@given(st.lists(STEPS, max_size=40))
def test_history_is_complete_and_ends_with_the_task(steps: list[tuple[int, int, int, int, bool]]) -> None:
    """Each task has the versions 1 to n, and the last one is the task as it is."""
    world = World()
    _walk(world, steps)
    for task in world.tasks.values():
        own = [e for e in world.entries if e.task_id == task.task_id]
        assert [e.version for e in own] == list(range(1, task.version + 1))
        assert (own[-1].state, own[-1].status, own[-1].assigned_party) == (task.state, task.status, task.assigned_party)


@given(st.lists(STEPS, max_size=40))
def test_the_ending_of_skip_follows_from_the_history(steps: list[tuple[int, int, int, int, bool]]) -> None:
    """Completed / Skipped exactly if the task was Failed at some point of its life."""
    world = World()
    _walk(world, steps)
    for task in world.tasks.values():
        failed = any(e.task_id == task.task_id and e.status == "Failed" for e in world.entries)
        if task.status == "Skipped":
            assert (task.state == "Completed") == failed


@given(st.lists(STEPS, max_size=40))
def test_settled_tasks_are_pending_exactly_when_something_is_missing(
    steps: list[tuple[int, int, int, int, bool]],
) -> None:
    """Once settled: Pending means an open prerequisite or awaited information, and Ready neither."""
    world = World()
    _walk(world, steps)
    settle(world)
    for task in world.tasks.values():
        scene = world.context(admin(), task).scene
        missing = bool(unfinished(scene, task.prerequisites)) or task.awaiting is not None
        if status_of(world.workflow, task).key in {"pending", "ready"}:
            assert (task.status == "Pending") == missing


@given(st.lists(STEPS, max_size=30))
def test_closed_tasks_have_a_closing_time_and_no_timer(steps: list[tuple[int, int, int, int, bool]]) -> None:
    """closed-has-closed-at, open-has-none, closed-no-timer."""
    world = World()
    _walk(world, steps)
    for task in world.tasks.values():
        is_open = status_of(world.workflow, task).open
        assert (task.closed_at is None) == is_open
        assert is_open or not task.timers
        assert (task.completed_by or task.cancelled_by) is None or not is_open


def test_a_plan_writes_the_task_first_and_guards_the_case() -> None:
    """A new task commits with its history entry and the condition that its case is open."""
    decision = World().decide_creation()
    assert isinstance(decision, Plan)
    assert [type(w) for w in decision.writes] == [CreateTask, AddEntry, GrowGraph]


def test_a_change_names_the_version_it_depends_on() -> None:
    """An action's plan changes the task from the very version that was read."""
    world = World()
    task = world.create()
    decision = world.decide(task, "claim", ANN)
    assert isinstance(decision, Plan)
    change = decision.writes[0]
    assert isinstance(change, ChangeTask)
    assert (change.before, change.after.version) == (task, task.version + 1)
