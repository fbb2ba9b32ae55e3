"""Cursors altered bit by bit: refused, or a place in the very list that the path leads to.

Each fifth bit is, so that each place of a byte has its turn; with FUZZ_EXAMPLES set, every one.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from typing import Any

import pytest

from functions.api import routes
from tests.functions.api.board import Board, staffed
from tests.functions.api.client import Client
from tests.functions.api.conftest import World
from tests.functions.api.security.scene import Scene, scene

STEP = 1 if "FUZZ_EXAMPLES" in os.environ else 5
QUEUE = "quality-assurance"
# Of each route that has cursors: who asks, and for what; the queues once for each kind of order that they have.
LISTS = {
    "/cases/{caseId}/tasks": ("ola", "/cases/job-1/tasks", {}),
    "/cases/{caseId}/timeline": ("ola", "/cases/job-1/timeline", {}),
    "/tasks/{taskId}/history": ("ola", "/tasks/{owner}/history", {}),
    "/tasks/{taskId}/children": ("al", "/tasks/{root}/children", {}),
    "/queues/users/{userId}": ("ola", "/queues/users/ola", {"sort": "createdAt"}),
    "/queues/organizations/{organizationId}": ("ann", f"/queues/organizations/{QUEUE}", {"sort": "createdAt"}),
    "by due time": ("ann", f"/queues/organizations/{QUEUE}", {"sort": "dueTime"}),
    "by closing": ("ann", f"/queues/organizations/{QUEUE}", {"tab": "completed"}),
    "/organizations": ("ola", "/organizations", {}),
    "/organizations/{organizationId}/members": ("ola", "/organizations/acme/members", {}),
    "/connections": ("ola", "/connections", {"organizationId": "acme"}),
}

# Its pages hold numbers that add up, and no rows of a list.
STATISTICS = "/workflows/{name}/statistics"


@pytest.fixture
def here(world: World) -> Scene:
    """The scene, with a second one of everything that is listed."""
    found = scene(world)
    for _ in range(2):
        found.parties.task(assignedParty={"kind": "user", "id": "ola"})
        world.task(groupQueue=QUEUE, dueTime="2026-12-01T17:00:00Z")
        closed = world.task(groupQueue=QUEUE)
        world.as_("ann").act(closed["taskId"], "skip", {"reason": "Not needed."})
    world.settle()
    return found


def test_every_list_is_tried() -> None:
    """Each route that takes a cursor."""
    taking = {known.path for known in routes.OPERATIONS for query in known.query if query.name == "cursor"}
    assert taking == {path for path in LISTS if path.startswith("/")} | {STATISTICS}


@pytest.mark.parametrize("name", LISTS)
def test_an_altered_cursor_shows_nothing_else(here: Scene, name: str) -> None:
    """Whichever bit of it was changed: 400, or rows of the same list and no others."""
    who, path, query = LISTS[name]
    client, path = here.world.as_(who), _path(here, path)
    listed = client.get(path, {**query, "limit": "100"}).json["items"]
    cursor = client.get(path, {**query, "limit": "1"}).json["nextCursor"]
    assert len(listed) > 1
    assert _rows(client, path, query, cursor) == listed[1:3]
    for altered in _altered(cursor):
        assert [row for row in _rows(client, path, query, altered) if row not in listed] == []


def test_an_altered_cursor_counts_nothing_else(here: Scene) -> None:
    """Whichever bit of it was changed: 400, or numbers that are within those of all queues."""
    client, path = here.world.as_("ann"), STATISTICS.format(name="inspection")
    whole = {each["type"]: each["open"] for each in client.get(path).json["types"]}
    cursor = client.get(path, {"limit": "1"}).json["nextCursor"]
    assert whole
    for altered in (cursor, *_altered(cursor)):
        answer = client.get(path, {"cursor": altered})
        assert answer.status == 200 or (answer.status, answer.code) == (400, "invalid_request"), (altered, answer.text)
        for each in answer.json.get("types", []):
            assert each["open"] <= whole[each["type"]]


def _rows(client: Client, path: str, query: dict[str, str], cursor: str) -> list[Any]:
    """What the list shows behind the cursor; nothing where it is refused."""
    answer = client.get(path, {**query, "cursor": cursor, "limit": "2"})
    assert answer.status == 200 or (answer.status, answer.code) == (400, "invalid_request"), (cursor, answer.text)
    return list(answer.json.get("items", []))


def _altered(cursor: str) -> Iterator[str]:
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    for bit in range(0, len(raw) * 8, STEP):
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << bit % 8
        yield base64.urlsafe_b64encode(bytes(flipped)).decode().rstrip("=")
    yield from (cursor[:-1], cursor[1:], cursor[: len(cursor) // 2], cursor * 2, f"{cursor}=", cursor.swapcase())
    yield from (encode(value) for value in ODD)


def encode(text: str) -> str:
    """The cursor that holds this JSON."""
    return base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")


ODD = (
    '""', "null", "0", "-1", "1e400", "NaN", "[]", "{}", '"\\ud800"', '"\\u0000"', '"' + "x" * 700 + '"', "1" * 700,
    '"#"', '"TASK#"', '"CASE#1#2"', '"9999-12-31T23:59:59Z#x#000001"', '"2026-02-31T00:00:00.000Z#x#000001"',
    "[" * 700, '"\ud800"', "\ufeff1", '"999999999"', '"99999999999999999999"', '"\u0664"', "[null]", '["a","b"]',
    "true", '[1e400,"x"]',
)  # fmt: skip
"""JSON that holds no position, or one that there cannot be."""


def _path(here: Scene, path: str) -> str:
    if "{root}" not in path:
        return path.replace("{owner}", here.names["owner"]["taskId"])
    board: Board = staffed(here.world)
    board.intake()
    board.act("admin", "DistributionTask", "distribute", userId="jo")
    return path.replace("{root}", next(task["taskId"] for task in board.tasks() if task["parentId"] is None))
