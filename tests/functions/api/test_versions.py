"""Two versions of a workflow beside each other, over the API: each case goes on with its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shared.engine.timers import sweep
from tests.functions.api.conftest import World
from tests.functions.api.releases import Release, errand
from tests.workflows.versions import FIRST, SECOND


def names(answer: Any) -> set[str]:
    """The names of the actions that are offered."""
    return {action["name"] for action in answer.json["items"]}


def test_new_cases_start_with_the_newest_version_and_old_ones_go_on_with_theirs(world: World, release: Release) -> None:
    """Once a second version is deployed, what can be done depends on the version that a case began with."""
    release(FIRST)
    old, first = errand(world, "old")
    release(FIRST, SECOND)
    new, second = errand(world, "new")
    assert (old["workflowVersion"], new["workflowVersion"]) == (1, 2)
    bob = world.as_("bob")
    assert [bob.act(task, "start").json["workflowVersion"] for task in (first, second)] == [1, 2]
    assert "pause" not in names(bob.get(f"/tasks/{first}/actions"))
    assert "pause" in names(bob.get(f"/tasks/{second}/actions"))
    assert bob.act(first, "pause").code == "invalid_input"
    assert bob.act(second, "pause").json["status"] == "Paused"


def test_one_queue_lists_and_counts_tasks_of_both_versions(world: World, release: Release) -> None:
    """Each task is in the tab that its own version says; a status of either can be asked for."""
    release(FIRST)
    errand(world, "old")
    release(FIRST, SECOND)
    _, second = errand(world, "new")
    bob = world.as_("bob")
    bob.act(second, "start")
    bob.act(second, "pause")
    world.settle()
    queue = bob.get("/queues/organizations/household", {"tab": "on_hold", "status": "Paused"}).json
    assert [task["taskId"] for task in queue["items"]] == [second]
    assert queue["counts"] == {"unassigned": 1, "assigned": 0, "on_hold": 1, "completed": 0}


def test_timers_follow_the_version_of_the_case(world: World, release: Release) -> None:
    """What the first version makes due in two days is never due in the second."""
    release(FIRST)
    _, first = errand(world, "old")
    release(FIRST, SECOND)
    _, second = errand(world, "new")
    world.clock.now += timedelta(days=3)
    report = sweep(world.session, range(16), lambda: False, lambda what, error: None)
    assert (report.fired, report.failed) == (1, 0)
    assert [world.as_("ann").get(f"/tasks/{task}").json["overdue"] for task in (first, second)] == [True, False]


def test_each_version_can_be_read_and_drawn(world: World, release: Release) -> None:
    """`GET /workflows` lists the versions; `version` asks for one, and one that there is not is 404."""
    release(FIRST, SECOND)
    ann = world.as_("ann")
    listed = next(item for item in ann.get("/workflows").json["items"] if item["name"] == "errands")
    assert (listed["version"], listed["versions"]) == (2, [1, 2])
    for version, known in ((None, True), ("1", False), ("2", True)):
        query = {"version": version} if version else None
        read = ann.get("/workflows/errands", query).json
        assert ("pause" in {action["name"] for action in read["actions"]}) is known
        assert ("Paused" in ann.get("/workflows/errands/diagram", query).text) is known
    for version in ("3", "0", "01", "newest"):
        assert ann.get("/workflows/errands", {"version": version}).code == "not_found"
        assert ann.get("/workflows/errands/diagram", {"version": version}).code == "not_found"
