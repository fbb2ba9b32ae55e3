"""Migration over the API: a case goes by another version of its workflow, whole or not at all."""

from __future__ import annotations

from typing import Any

from tests.functions.api.conftest import World
from tests.functions.api.releases import Release, errand
from tests.workflows.versions import FIRST, SECOND, changed

HELD = changed(FIRST, ("status: Ready, open: true,", "status: Ready, open: true, tab: on_hold,"))
"""Errands in which what is ready is listed among what is on hold."""


def migrate(world: World, case_id: str, version: int = 2, who: str = "admin", **more: Any) -> Any:
    """The answer to a migration."""
    headers = more.pop("headers", {})
    return world.as_(who).post(f"/cases/{case_id}/migration", {"toVersion": version, **more}, **headers)


def test_a_migrated_case_goes_by_the_new_rules_from_then_on(world: World, release: Release) -> None:
    """The case, its tasks and their histories say so, and what the new version offers can be done."""
    release(FIRST)
    _, task = errand(world, "trip")
    bob = world.as_("bob")
    bob.act(task, "start")
    release(FIRST, SECOND)
    bob = world.as_("bob")
    answer = migrate(world, "trip")
    assert answer.status == 200
    assert (answer.json["fromVersion"], answer.json["toVersion"], answer.json["dryRun"]) == (1, 2, False)
    assert [item["taskId"] for item in answer.json["items"]] == [task]
    world.settle()
    assert bob.get(f"/tasks/{task}").json["workflowVersion"] == 2
    assert world.as_("ann").get("/cases/trip").json["workflowVersion"] == 2
    assert bob.act(task, "pause").json["status"] == "Paused"
    entry = bob.get(f"/tasks/{task}/history").json["items"][2]
    assert (entry["action"], entry["createdBy"]["id"]) == ("migrated", "admin")
    assert entry["changes"] == {"workflowVersion": {"from": 1, "to": 2}}
    newest = next(e for e in bob.get("/cases/trip/timeline").json["items"] if e["taskId"] is None)
    assert (newest["action"], newest["changes"]) == ("migrated", {"workflowVersion": {"from": 1, "to": 2}})


def test_a_dry_run_says_what_would_be_and_changes_nothing(world: World, release: Release) -> None:
    """Every task is named, with its new tab, due time and timers where those change; the answer has the old version."""
    release(FIRST, HELD)
    errand(world, "trip")
    before = world.items()
    answer = migrate(world, "trip", 1, dryRun=True)
    assert (answer.status, answer.json["dryRun"]) == (200, True)
    (item,) = answer.json["items"]
    assert item["changes"] == {"tab": {"from": "on_hold", "to": "unassigned"}}
    assert world.items() == before


def test_what_has_no_place_is_refused_with_every_reason(world: World, release: Release) -> None:
    """409 `does_not_fit` names task and rule, in a dry run as well, and nothing has changed."""
    release(FIRST, SECOND)
    _, task = errand(world, "trip")
    bob = world.as_("bob")
    bob.act(task, "start")
    bob.act(task, "pause")
    before = world.items()
    for dry_run in (True, False):
        answer = migrate(world, "trip", 1, dryRun=dry_run)
        assert (answer.status, answer.code, answer.json["rule"]) == (409, "does_not_fit", "fits")
        assert answer.json["errors"] == [
            {"pointer": f"/tasks/{task}/status", "detail": "There is no status Open / Paused in version 1."}
        ]
    assert world.items() == before


def test_a_migration_is_taken_back_where_the_old_version_still_fits(world: World, release: Release) -> None:
    """Any version can be named, so that a release that was none too good can be left again."""
    release(FIRST)
    _, task = errand(world, "trip")
    release(FIRST, SECOND)
    assert [migrate(world, "trip", version).status for version in (2, 1)] == [200, 200]
    shown = world.as_("bob").get(f"/tasks/{task}").json
    assert (shown["workflowVersion"], shown["version"]) == (1, 3)


def test_only_administrators_migrate(world: World, release: Release) -> None:
    """Who sees the case may not, and who does not see it is not told that it is there."""
    release(FIRST, SECOND)
    errand(world, "trip")
    refused = migrate(world, "trip", 1, "ann")
    assert (refused.status, refused.code, refused.json["who"]) == (403, "not_allowed", ["administrators"])
    assert migrate(world, "trip", 1, "fay").code == "not_found"
    assert migrate(world, "none", 1).code == "not_found"
    assert migrate(world, "trip", 1, "zed").code == "unknown_user"


def test_a_repeat_of_a_migration_is_answered_with_what_is(world: World, release: Release) -> None:
    """With its key it is a repeat; without, a case that goes by the version already stays as it is."""
    release(FIRST)
    errand(world, "trip")
    release(FIRST, SECOND)
    key = {"Idempotency_Key": "k1"}
    first, repeat = (migrate(world, "trip", headers=key) for _ in range(2))
    assert (first.status, "idempotency-replayed" in first.headers) == (200, False)
    assert (repeat.status, repeat.headers["idempotency-replayed"]) == (200, "true")
    again = migrate(world, "trip")
    assert (again.json["fromVersion"], again.json["items"], again.json["version"]) == (2, [], first.json["version"])
    assert migrate(world, "trip", 1, headers=key).code == "idempotency_key_reused"


def test_a_migration_is_for_the_version_of_the_case_that_was_seen(world: World, release: Release) -> None:
    """If-Match names the case's version, and another one is 412; the answer has the new ETag."""
    release(FIRST, SECOND)
    errand(world, "trip")
    assert migrate(world, "trip", 1, headers={"If_Match": '"9"'}).code == "version_mismatch"
    answer = migrate(world, "trip", 1, headers={"If_Match": '"1"'})
    assert (answer.status, answer.headers["etag"]) == (200, '"2"')


def test_a_migration_names_a_version_that_there_is(world: World, release: Release) -> None:
    """Anything else is 422, at its place in the body."""
    release(FIRST, SECOND)
    errand(world, "trip")
    admin = world.as_("admin")
    for body, pointer in (
        ({}, "/toVersion"),
        ({"toVersion": 3}, "/toVersion"),
        ({"toVersion": True}, "/toVersion"),
        ({"toVersion": "1"}, "/toVersion"),
        ({"toVersion": 1, "dryRun": 1}, "/dryRun"),
        ({"toVersion": 1, "force": True}, "/force"),
    ):
        answer = admin.post("/cases/trip/migration", body)
        assert (answer.code, answer.pointers) == ("invalid_input", [pointer])


def test_a_closed_case_keeps_its_version(world: World, release: Release) -> None:
    """There is nothing to be done in it by any rules."""
    release(FIRST, SECOND)
    errand(world, "trip")
    world.as_("ann").post("/cases/trip/close", {"reason": "Nobody is hungry."})
    assert migrate(world, "trip", 1).code == "case_closed"


def test_queues_and_counters_follow_a_migration(world: World, release: Release) -> None:
    """A task is listed and counted where the new version says, once the stream is drained."""
    release(FIRST, HELD)
    errand(world, "trip")
    query = "/queues/organizations/household"
    assert world.as_("bob").get(query, {"tab": "on_hold"}).json["counts"]["on_hold"] == 1
    migrate(world, "trip", 1)
    world.settle()
    queue = world.as_("bob").get(query, {"tab": "unassigned"}).json
    assert (len(queue["items"]), queue["counts"]["unassigned"], queue["counts"]["on_hold"]) == (1, 1, 0)
