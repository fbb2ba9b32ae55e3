"""What the doctor finds in a case, decided from items alone."""

from __future__ import annotations

from dataclasses import replace

from shared.domain.model.task import Task
from shared.domain.model.writes import ChangeTask
from tests.domain.wards import found, mended, whole, with_task
from tests.domain.worlds import ANN, World


def after_of(world: World, case: object, *invariants: str) -> Task:
    """The one task that the doctor mends, as it is then."""
    plan = mended(world, case, *invariants)  # type: ignore[arg-type]
    (change,) = [write for write in plan.writes if isinstance(write, ChangeTask)]
    return change.after


def test_a_sound_case_has_no_finding() -> None:
    """A case in the middle of its life, and one whose last task has ended."""
    world = World()
    task = world.create()
    assert found(world) == {}
    world.act(task, "claim", ANN)
    world.act(task, "pass", ANN)
    assert found(world) == {}


def test_a_closed_task_says_since_when() -> None:
    """One that does not was closed when it came into its status."""
    world = World()
    task = world.act(world.act(world.create(), "claim", ANN), "pass", ANN)
    case = with_task(whole(world), task, closed_at=None)
    assert found(world, case)["closed-has-closed-at"].task_ids == (task.task_id,)
    assert after_of(world, case, "closed-has-closed-at").closed_at == task.closed_at


def test_an_open_task_was_not_closed() -> None:
    """One that says so says so no longer."""
    world = World()
    task = world.create()
    case = with_task(whole(world), task, closed_at=world.now)
    assert found(world, case)["open-has-none"].repairable
    assert after_of(world, case, "open-has-none").closed_at is None


def test_a_status_that_the_workflow_has_not_is_what_history_says() -> None:
    """Nothing else is said of the case before; where no entry helps, a person has to."""
    world = World()
    task = world.create()
    case = with_task(whole(world), task, status="Lost", closed_at=world.now)
    assert list(found(world, case)) == ["status-allowed"]
    restored = after_of(world, case, "status-allowed")
    assert (restored.status, restored.version) == (task.status, 2)
    bare = replace(case, history={})
    assert found(world, bare)["status-allowed"].cure == "hand"
    assert mended(world, bare, "status-allowed").writes == ()


def test_a_task_goes_by_the_version_of_its_case() -> None:
    """Of one that does not, nothing else can be said, and a person has to see to it."""
    world = World()
    task = world.create()
    case = with_task(whole(world), task, workflow_version=task.workflow_version + 1, closed_at=world.now)
    assert list(found(world, case)) == ["status-allowed"]
    assert found(world, case)["status-allowed"].cure == "hand"
    assert mended(world, case, "status-allowed").writes == ()


def test_a_staged_case_is_not_examined() -> None:
    """Nobody has seen it yet."""
    world = World()
    world.create()
    case = whole(world)
    assert found(world, replace(case, case=replace(case.case, staged=True), history={})) == {}


def test_a_finding_is_the_same_every_night() -> None:
    """Its id says which invariant, and follows from the tasks."""
    world = World()
    task = world.create()
    case = with_task(whole(world), task, closed_at=world.now)
    once, again = (found(world, case)["open-has-none"] for _ in range(2))
    assert once.id == again.id
    assert once.id.startswith("open-has-none-")
