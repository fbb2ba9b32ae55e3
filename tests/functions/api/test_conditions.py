"""If-Match and Idempotency-Key."""

from __future__ import annotations

import re

import pytest

from functions.api import routes
from functions.api.conditions import NEVER, etag, idempotency_key, if_match
from functions.api.problems import Problem
from functions.api.routing import Operation
from tests.functions.api.client import Client
from tests.functions.api.conftest import World


@pytest.mark.parametrize(
    ("given", "version"),
    [
        ('"3"', 3),
        ('W/"3"', 3),
        (' "3" ', 3),
        ("*", None),
        ('"3", "3"', 3),
        ('"other", "3"', 3),
        ('"other"', NEVER),
        ('"03"', NEVER),
        ('""', NEVER),
    ],
)
def test_an_entity_tag_is_a_version(given: str, version: int | None) -> None:
    """A tag that is none of ours never matches; `*` always does."""
    assert if_match({"if-match": given}) == version


def test_without_if_match_any_version_will_do() -> None:
    """The header is optional."""
    assert if_match({}) is None
    assert etag(3) == '"3"'


@pytest.mark.parametrize("given", ["3", '"3', "", "W/3", '"1", "2"', '"3";', '"a"b"', "*, *"])
def test_what_is_no_entity_tag_is_400(given: str) -> None:
    """So is a list of several versions, of which one alone can be the present one."""
    with pytest.raises(Problem, match="invalid_request"):
        if_match({"if-match": given})


UNVERSIONED = [o for o in routes.OPERATIONS if o.method != "GET" and not o.versioned]


@pytest.mark.parametrize("operation", UNVERSIONED, ids=lambda o: o.name)
@pytest.mark.parametrize("given", ['"3"', "*", "nonsense"])
def test_a_write_that_knows_no_version_refuses_if_match(
    world: World, admin: Client, operation: Operation, given: str
) -> None:
    """Before anything is read: it could not keep what the caller demands."""
    world.look()
    before = world.items()
    answer = admin.call(operation.method, re.sub("{.*?}", "x", operation.path), {}, If_Match=given)
    assert (answer.status, answer.code) == (400, "invalid_request")
    assert "Leave it out" in answer.json["detail"]
    assert world.items() == before


@pytest.mark.parametrize("operation", [o for o in routes.OPERATIONS if o.method != "GET"], ids=lambda o: o.name)
@pytest.mark.parametrize("header", ["If-None-Match", "If-Unmodified-Since"])
def test_a_write_refuses_a_condition_that_is_never_judged(
    world: World, admin: Client, operation: Operation, header: str
) -> None:
    """Who asks for a user only if there is none yet must not get somebody overwritten."""
    world.look()
    before = world.items()
    answer = admin.call(operation.method, re.sub("{.*?}", "x", operation.path), {}, **{header: "*"})
    assert (answer.status, answer.code) == (400, "invalid_request")
    assert "Leave it out" in answer.json["detail"]
    assert world.items() == before


def test_reading_passes_over_if_match(world: World, ann: Client) -> None:
    """Nothing can be lost by it."""
    world.look()
    assert ann.get("/cases/look-1", If_Match='"9"').status == 200


def test_a_key_is_1_to_255_printable_characters() -> None:
    """Any other key is 400."""
    assert idempotency_key({"idempotency-key": "k" * 255}) == "k" * 255
    assert idempotency_key({}) is None
    for given in ("", "k" * 256, "tab\t", "line\n", "é"):
        with pytest.raises(Problem, match="invalid_request"):
            idempotency_key({"idempotency-key": given})


def test_a_stale_etag_changes_nothing(world: World, ann: Client) -> None:
    """412, and the task is as it was."""
    task_id = world.task()["taskId"]
    first = ann.get(f"/tasks/{task_id}").headers["etag"]
    assert ann.act(task_id, "reschedule", {"dueTime": "2026-12-01T17:00:00Z"}, If_Match=first).status == 200
    before = world.items()
    answers = [
        ann.act(task_id, "claim", If_Match=first),
        ann.patch(f"/tasks/{task_id}", {"priority": 1}, If_Match=first),
    ]
    assert {(answer.status, answer.code) for answer in answers} == {(412, "version_mismatch")}
    assert world.items() == before


def test_the_present_etag_lets_through(world: World, ann: Client) -> None:
    """Also in its weak form, and `*` for any version."""
    task_id = world.task()["taskId"]
    for tag in ('"1"', 'W/"2"', "*"):
        assert ann.patch(f"/tasks/{task_id}", {"priority": len(tag)}, If_Match=tag).status == 200


def test_a_case_has_an_etag_too(world: World, ann: Client) -> None:
    """Changing and closing a case honour If-Match."""
    world.look()
    assert ann.patch("/cases/look-1", {"displayName": "Other"}, If_Match='"1"').headers["etag"] == '"2"'
    assert ann.patch("/cases/look-1", {"displayName": "More"}, If_Match='"1"').status == 412
    assert ann.post("/cases/look-1/close", {"reason": "Done."}, If_Match='"1"').status == 412
    assert ann.post("/cases/look-1/close", {"reason": "Done."}, If_Match='"2"').status == 200


@pytest.mark.parametrize("path", ["/users/bob", "/organizations/harbor"])
def test_people_and_organizations_have_etags_too(world: World, admin: Client, path: str) -> None:
    """Putting them honours If-Match, also where nothing would change."""
    tag = admin.get(path).headers["etag"]
    assert admin.put(path, {"displayName": "One"}, If_Match='"99"').code == "version_mismatch"
    changed = admin.put(path, {"displayName": "One"}, If_Match=tag)
    assert changed.status == 200
    before = world.items()
    for name in ("One", "Two"):
        assert admin.put(path, {"displayName": name}, If_Match=tag).status == 412
    assert world.items() == before
    for tag in (changed.headers["etag"], "*"):
        assert admin.put(path, {"displayName": "Two"}, If_Match=tag).status == 200


@pytest.mark.parametrize("path", ["/users/zoe", "/organizations/new"])
def test_what_is_not_there_has_no_version(world: World, admin: Client, path: str) -> None:
    """Whoever has seen a version does not mean to make something new."""
    before = world.items()
    assert admin.put(path, {"displayName": "New", "kind": "team"}, If_Match='"1"').status == 412
    assert world.items() == before


@pytest.mark.parametrize("path", ["/users/zoe", "/organizations/new"])
def test_the_version_of_what_one_may_not_change_is_not_told(ann: Client, path: str) -> None:
    """Whatever If-Match names: 403."""
    for tag in ('"1"', '"9"'):
        assert ann.put(path, {}, If_Match=tag).code == "not_allowed"


def test_headers_that_cannot_be_read_are_400_where_they_are_read(world: World, ann: Client, admin: Client) -> None:
    """And a key is passed over where the document does not list it."""
    task_id = world.task()["taskId"]
    written = [
        ann.patch(f"/tasks/{task_id}", {}, If_Match="3"),
        ann.act(task_id, "claim", If_Match="3"),
        ann.patch("/cases/look-1", {}, If_Match="3"),
        ann.post("/cases/look-1/close", {"reason": "x"}, If_Match="3"),
        admin.put("/users/bob", {}, If_Match="3"),
        admin.put("/organizations/harbor", {}, If_Match="3"),
        ann.post("/cases", {"workflow": "inspection"}, Idempotency_Key=""),
        ann.post("/cases/look-1/tasks", {"type": "QA"}, Idempotency_Key=""),
        admin.post("/users/bob/hand-back", {"dryRun": True}, Idempotency_Key=""),
    ]
    assert {(answer.status, answer.code) for answer in written} == {(400, "invalid_request")}
    assert admin.put("/organizations/harbor/members/bob", {}, Idempotency_Key="").status == 201
    assert admin.delete("/organizations/harbor/members/bob", Idempotency_Key="").status == 204


def test_a_repeat_answers_the_same_and_does_nothing(world: World, ann: Client) -> None:
    """With its key, a write takes effect once; the answer says that it is a repeat."""
    task_id = world.task()["taskId"]
    first = ann.act(task_id, "claim", Idempotency_Key="k")
    assert "idempotency-replayed" not in first.headers
    before = world.items()
    again = ann.act(task_id, "claim", Idempotency_Key="k")
    assert (again.status, again.headers["idempotency-replayed"]) == (200, "true")
    assert again.json == first.json
    assert world.items() == before


def test_a_repeated_creation_answers_201_and_where_it_is(world: World, ann: Client) -> None:
    """The first status comes again, with the resource as it is now."""
    body = {"workflow": "inspection", "displayName": "Look 7", "tasks": [{"type": "QA"}]}
    first = ann.post("/cases", body, Idempotency_Key="k")
    task_id = first.json["tasks"]["items"][0]["taskId"]
    assert ann.act(task_id, "claim").status == 200
    again = ann.post("/cases", body, Idempotency_Key="k")
    assert (again.status, again.headers["location"]) == (201, first.headers["location"])
    assert again.json["tasks"]["items"][0]["status"] == "In Progress"
    created = [ann.post(f"{first.headers['location']}/tasks", {"type": "QA"}, Idempotency_Key="t") for _ in range(2)]
    assert created[0].json == created[1].json
    assert created[1].status == 201
    assert len(world.items("TASK#")) == 2


def test_a_repeat_comes_before_412(world: World, ann: Client) -> None:
    """A repeat of what succeeded is no stale write."""
    task_id = world.task()["taskId"]
    for _ in range(2):
        assert ann.act(task_id, "claim", If_Match='"1"', Idempotency_Key="k").status == 200


def test_a_key_with_another_body_is_422(world: World, ann: Client) -> None:
    """The key stands for one request."""
    task_id = world.task()["taskId"]
    assert ann.act(task_id, "skip", {"reason": "One."}, Idempotency_Key="k").status == 200
    answer = ann.act(task_id, "skip", {"reason": "Two."}, Idempotency_Key="k")
    assert (answer.status, answer.code) == (422, "idempotency_key_reused")


def test_another_caller_or_route_has_keys_of_its_own(world: World, ann: Client, bob: Client) -> None:
    """A key is good for one caller, one method and one address."""
    one, two = world.task()["taskId"], world.task()["taskId"]
    assert ann.act(one, "claim", Idempotency_Key="k").status == 200
    assert ann.act(two, "claim", Idempotency_Key="k").json["taskId"] == two
    assert bob.act(one, "claim", Idempotency_Key="k").code == "action_not_available"


def test_a_refusal_is_not_remembered(world: World, ann: Client) -> None:
    """What was refused can be tried again under the same key."""
    task_id = world.task()["taskId"]
    assert ann.act(task_id, "pass", Idempotency_Key="k").status == 409
    assert ann.act(task_id, "claim").status == 200
    assert ann.act(task_id, "pass", Idempotency_Key="k").status == 200


def test_a_key_is_good_for_24_hours(world: World, ann: Client) -> None:
    """After that it is a new request."""
    task_id = world.task()["taskId"]
    assert ann.patch(f"/tasks/{task_id}", {"priority": 1}, Idempotency_Key="k").json["version"] == 2
    world.clock.advance(hours=24)
    assert ann.patch(f"/tasks/{task_id}", {"priority": 1}, Idempotency_Key="k").json["version"] == 2
    world.clock.advance(seconds=1)
    answer = ann.patch(f"/tasks/{task_id}", {"priority": 2}, Idempotency_Key="k")
    assert (answer.status, answer.json["version"]) == (200, 3)


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_key_that_cannot_be_is_400(world: World, ann: Client, key: str) -> None:
    """Before the task is even looked for."""
    assert ann.act("look-1.none", "claim", Idempotency_Key=key).code == "invalid_request"
