"""What the engine owes is read from state alone, so it is found however late one looks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.domain.model.people import ENGINE
from shared.domain.model.scene import Scene, status_of
from shared.domain.settling import due
from tests.domain.worlds import ANN, World, as_caller, workflow


def _owed(world: World, task_id: str) -> str | None:
    result = due(world.context(as_caller(ANN), world[task_id]).scene, world.now)
    return result.action if result else None


def test_nothing_is_owed_to_a_task_that_can_be_worked() -> None:
    """A Ready task of an open case waits for people only."""
    world = World()
    assert _owed(world, world.create(dueTime="2026-12-01T00:00:00Z").task_id) is None


def test_a_waiting_task_is_made_ready_when_its_last_prerequisite_is_closed() -> None:
    """One open prerequisite or awaited information is enough to wait on."""
    world = World()
    first, second = world.create(), world.create()
    third = world.create(prerequisites=[first.task_id, second.task_id]).task_id
    world.act(first, "skip", ANN, reason="x")
    assert _owed(world, third) is None
    world.act(second, "skip", ANN, reason="x")
    assert _owed(world, third) == "ready"
    world.tasks[third] = replace(world[third], awaiting="x")
    assert _owed(world, third) is None


def test_a_prerequisite_that_was_not_loaded_counts_as_open() -> None:
    """Waiting for a hook is safer than starting too early."""
    world = World()
    first = world.create()
    task = world.create(prerequisites=[first.task_id])
    world.act(first, "skip", ANN, reason="x")
    assert due(Scene(world.workflow, world.case, task), world.now) is None


def test_an_open_task_of_a_closed_case_is_ended_with_the_cases_reason() -> None:
    """Below a closed case every open task is work to do, whatever else is due on it."""
    world = World()
    task = world.create(dueTime="2026-11-22T08:01:00Z").task_id
    world.pass_time(hours=1)
    world.case = replace(world.case, state="closed", close_reason="withdrawn")
    result = due(world.context(as_caller(ANN), world[task]).scene, world.now)
    assert result is not None
    assert (result.action, result.input) == ("skip", {"reason": "withdrawn"})
    world.act(task, "skip", ANN, reason="x")
    assert _owed(world, task) is None


def test_a_timer_is_owed_from_its_very_moment_until_it_has_fired() -> None:
    """A timer fires at its time, not before; having fired it is gone."""
    world = World()
    task = world.create(dueTime="2026-11-22T09:00:00Z").task_id
    world.pass_time(minutes=59)
    assert _owed(world, task) is None
    world.pass_time(minutes=1)
    assert _owed(world, task) == "overdue"
    world.act(task, "overdue")
    assert _owed(world, task) is None


def test_a_stored_pair_that_the_workflow_has_not_is_an_error() -> None:
    """A pair that cannot be is reported, not worked around."""
    world = World()
    broken = replace(world.create(), state="Created", status="Passed")
    with pytest.raises(ValueError, match="no such status"):
        status_of(world.workflow, broken)
    with pytest.raises(ValueError, match="needs a task"):
        _ = world.context(as_caller(ANN)).scene.subject


def test_of_tasks_that_stand_in_a_circle_nothing_is_owed() -> None:
    """Only the doctor looks at them; whoever settles the case comes to an end."""
    world = World(workflow("appeals"))
    task = replace(World().create(), type="FoiaTask", state="open", status="assigned", parent_id="look-1.t2")
    world.tasks = {task.task_id: task, "look-1.t2": replace(task, task_id="look-1.t2", parent_id=task.task_id)}
    assert due(world.context(ENGINE, task).scene, world.now) is None
