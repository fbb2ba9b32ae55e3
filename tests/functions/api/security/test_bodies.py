"""Bodies of which one field holds what no form would send, and values at the limits of what a field may hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from functions.api import routes
from functions.api.body import MAX_BYTES
from functions.api.openapi import document
from functions.api.routing import Operation
from tests.functions.api.client import Answer, Client
from tests.functions.api.conftest import World
from tests.functions.api.security.matrix import Row, rows
from tests.functions.api.security.scene import Scene, scene

# As they stand in the text of a body.
ODD = (
    '"\\ud800"', '"\\u0000"', '"#"', "1e400", "1.5", "9" * 400, "[" * 200 + "]" * 200, "[[], {}]",
    '{"__proto__": {"administrator": true}}', "true", '"' + "x" * 20_000 + '"',
)  # fmt: skip
# The first thing of which each route with a body is asked in the matrix.
ASKED: dict[str, Row] = {row.route: row for row in reversed(tuple(rows()))}


@pytest.fixture
def here(world: World) -> Scene:
    """The scene, as those find it who may do most there."""
    return scene(world)


def _with(body: dict[str, Any], name: str, odd: str) -> str:
    """The text of the body with the odd value in a field."""
    return json.dumps({**body, name: "@"}).replace('"@"', odd)


@pytest.mark.parametrize("operation", [o for o in routes.OPERATIONS if o.body], ids=lambda o: o.name)
def test_no_value_of_any_field_breaks_anything(here: Scene, operation: Operation) -> None:
    """It fits or is refused, and what is refused writes nothing; the answer is one that the document knows."""
    row = ASKED[f"{operation.method} {operation.path}"]
    client, body = here.as_("administrator"), here.filled(row.body or {})
    fields = document()["components"]["schemas"][operation.body or ""].get("properties", {})
    for name in (*fields, "__proto__", "version"):
        for odd in ODD:
            answer = client.send(operation.method, here.address(row.path, row.of), _with(body, name, odd))
            assert answer.status in {200, 201, 204, 400, 403, 404, 409, 422}, answer.text
            if answer.status >= 400:
                assert here.world.session.store.consumed.write == 0
            else:
                here.restore()


_PLACE = {"displayName": "X", "kind": "team"}
_NAME = {"displayName": "X"}
Limited = Callable[[Client, Scene, int], Answer]


def _task(field: str, value: Callable[[int], object]) -> Limited:
    return lambda client, here, n: client.post("/cases/look-1/tasks", {"type": "QA", field: value(n)})


def _text(n: int) -> str:
    return "x" * n


def _links(n: int) -> list[dict[str, str]]:
    return [{"type": "photo", "link": f"https://example.net/{number}", "name": "A"} for number in range(n)]


LIMITS: dict[str, tuple[int, Limited]] = {
    "description": (10_000, _task("description", _text)),
    "instructions": (10_000, _task("instructions", _text)),
    "awaiting": (500, _task("awaiting", _text)),
    "links": (100, _task("links", _links)),
    "priority": (100, _task("priority", lambda n: n)),
    "caseId": (40, lambda c, here, n: c.post("/cases", {"workflow": "inspection", "caseId": _text(n)})),
    "a name of a case": (200, lambda c, here, n: c.patch("/cases/look-1", {"displayName": _text(n)})),
    "tasks of a new case": (15, lambda c, here, n: c.post("/cases", {"workflow": "inspection", "tasks": _tasks(n)})),
    "a user's id": (128, lambda c, here, n: c.put(f"/users/{_text(n)}", {"displayName": "X"})),
    "a user's name": (200, lambda c, here, n: c.put("/users/zoe", {"displayName": _text(n)})),
    "an organization's id": (64, lambda c, here, n: c.put(f"/organizations/{_text(n)}", _PLACE)),
    "a page": (500, lambda c, here, n: c.get("/organizations", {"limit": str(n)})),
    "a page of a queue": (100, lambda c, here, n: c.get("/queues/users/bob", {"limit": str(n)})),
    "a body": (MAX_BYTES, lambda c, here, n: c.send("PATCH", "/cases/look-1", _padded(n))),
    "an idempotency key": (255, lambda c, here, n: c.patch("/cases/look-1", _NAME, Idempotency_Key=_text(n))),
    "types of a queue": (100, lambda c, here, n: c.get("/queues/users/bob", [("type", "QA")] * n)),
}


def _tasks(n: int) -> list[dict[str, str]]:
    return [{"type": "QA", "key": str(number)} for number in range(n)]


def _padded(n: int) -> str:
    return json.dumps(_NAME).ljust(n)


@pytest.mark.parametrize("name", LIMITS)
def test_a_value_may_be_as_large_as_its_limit_and_no_larger(here: Scene, name: str) -> None:
    """Exactly: one more is refused, and writes nothing."""
    limit, send = LIMITS[name]
    client = here.as_("administrator")
    assert send(client, here, limit).status in {200, 201}
    over = send(client, here, limit + 1)
    assert over.status in {400, 413, 422}, over.text
    assert here.world.session.store.consumed.write == 0


def test_a_task_may_wait_for_fifty_others_and_no_more(here: Scene) -> None:
    """One that names 51 is refused whatever they are; those of a new case name up to 30 in all."""
    client = here.as_("admin")
    known = [here.names["look"]["taskId"]]
    known += [here.world.task("look-1")["taskId"] for _ in range(50)]
    body = {"type": "QA", "prerequisites": known}
    assert client.post("/cases/look-1/tasks", body).status == 422
    assert here.world.session.store.consumed.write == 0
    assert client.post("/cases/look-1/tasks", {**body, "prerequisites": known[:50]}).status == 201
