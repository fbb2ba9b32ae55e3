"""The order in which a request is checked: 401, 413, 400, 404, replay, 412, 403, 409, 422, other 409."""

from __future__ import annotations

import pytest

from tests.functions.api.client import Client
from tests.functions.api.conftest import World

LARGE = "x" * (256 * 1024 + 1)
STALE = {"If_Match": '"9"'}


def test_a_request_with_every_mistake_is_refused_for_the_first(world: World) -> None:
    """Mending one mistake after the other meets the errors in their order."""
    task_id = world.task()["taskId"]
    path = f"/tasks/{task_id}/actions/pass"
    nobody, eve, cho, ann = (world.as_(who) for who in (None, "eve", "cho", "ann"))
    steps = [
        (nobody.send("POST", path, LARGE, {"colour": "red"}, **STALE), 401, "unauthenticated"),
        (eve.send("POST", path, LARGE, {"colour": "red"}, **STALE), 413, "too_large"),
        (eve.send("POST", path, "{", {"colour": "red"}, **STALE), 400, "invalid_request"),
        (eve.send("POST", path, "{", **STALE), 400, "invalid_request"),
        (eve.act(task_id, "pass", {"colour": "red"}, **STALE), 404, "not_found"),
        (cho.act(task_id, "pass", {"colour": "red"}, **STALE), 412, "version_mismatch"),
        (cho.act(task_id, "pass", {"colour": "red"}), 403, "not_allowed"),
        (ann.act(task_id, "pass", {"colour": "red"}), 409, "action_not_available"),
        (ann.act(task_id, "claim", {"colour": "red"}), 422, "invalid_input"),
        (ann.act(task_id, "claim"), 200, None),
    ]
    for answer, status, code in steps:
        assert (answer.status, answer.json.get("code")) == (status, code)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/nowhere", 404),
        ("PATCH", "/cases/a\n", 404),
        ("PUT", "/cases", 405),
        ("DELETE", "/users/me", 405),
        ("PUT", "/users/me", 405),
    ],
)
def test_what_is_too_large_is_so_at_any_address(world: World, method: str, path: str, status: int) -> None:
    """401 and 413 come before 404 and 405, also where there is nothing."""
    nobody, eve = world.as_(None), world.as_("eve")
    assert nobody.send(method, path, LARGE).status == 401
    assert eve.send(method, path, LARGE).code == "too_large"
    assert eve.send(method, path, "{}").status == status


def test_a_replay_comes_before_412_403_and_409(world: World, ann: Client, admin: Client) -> None:
    """What succeeded is answered again, whatever has changed since; but not to whom it has become invisible."""
    task_id = world.task(assignedParty={"kind": "user", "id": "eve"})["taskId"]
    eve = world.as_("eve")
    assert eve.act(task_id, "claim", If_Match='"1"', Idempotency_Key="k").status == 200
    assert eve.act(task_id, "claim", If_Match='"1"', Idempotency_Key="k").headers["idempotency-replayed"] == "true"
    assert ann.act(task_id, "assign", {"assignedParty": None}).status == 200
    assert eve.act(task_id, "claim", If_Match='"1"', Idempotency_Key="k").code == "not_found"
    assert admin.get(f"/tasks/{task_id}").json["version"] == 3


def test_an_existing_case_is_the_last_thing_to_be_noticed(world: World, ann: Client) -> None:
    """422 comes before `case_exists`."""
    world.look()
    body = {"workflow": "inspection", "caseId": "look-1"}
    assert ann.post("/cases", {**body, "colour": "red"}).status == 422
    assert ann.post("/cases", body).code == "case_exists"


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/users/zoe"), ("PUT", "/organizations/new"), ("PUT", "/organizations/harbor/members/bob")],
)
def test_what_only_administrators_may_do_is_403_before_422(ann: Client, method: str, path: str) -> None:
    """Whatever was sent."""
    assert ann.call(method, path, {"colour": "red"}).code == "not_allowed"
