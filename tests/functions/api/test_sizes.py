"""Answers stay under the 6 MB that a function may answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.api import sizes
from functions.api.sizes import MOST, fitting, size
from tests.functions.api.client import Client
from tests.functions.api.conftest import World

LAMBDA = 6 * 1024 * 1024
LONG = "\U0001f3e0" * 10_000


def _whole(client: Client, path: str, **query: str) -> tuple[list[Any], list[int]]:
    """The items of all pages, and how many each page had."""
    items: list[Any] = []
    counts: list[int] = []
    more: str | None = ""
    while more is not None:
        page = client.get(path, {**query, **({"cursor": more} if more else {})}).json
        items += page["items"]
        counts.append(len(page["items"]))
        more = page["nextCursor"]
    return items, counts


@pytest.mark.parametrize("text", ["plain", 'a "quoted" \\ word', "é\n\t", "\U0001f3e0", "\u2028"])
def test_a_value_is_no_larger_than_its_size(text: str) -> None:
    """However the runtime writes the answer that holds it."""
    body = json.dumps({"text": text}, ensure_ascii=False)
    for escaped in (True, False):
        answer = json.dumps(body, ensure_ascii=escaped).encode()
        assert len(answer) <= size({"text": text}) + len(": ")


def test_at_least_one_item_fits() -> None:
    """A page that shows nothing would lead nowhere."""
    assert [fitting(items, 29) for items in ([], ["x"], ["x" * 99], ["x" * 9, "y" * 9], ["x"] * 3)] == [0, 1, 1, 1, 3]
    assert LAMBDA - MOST > 1_000_000


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/tasks/{task}/history", {}),
        ("/cases/look-1/timeline", {}),
        ("/cases/look-1/tasks", {}),
        ("/queues/users/bob", {}),
        ("/queues/users/bob", {"sort": "priority", "order": "desc"}),
        ("/queues/organizations/quality-assurance", {"tab": "assigned"}),
        ("/queues/organizations/quality-assurance", {"tab": "assigned", "order": "desc", "type": "QA"}),
    ],
)
def test_a_page_ends_before_it_is_too_large(
    world: World, ann: Client, monkeypatch: pytest.MonkeyPatch, path: str, query: dict[str, str]
) -> None:
    """And its cursor goes on there: nothing is left out, nothing comes twice."""
    bob = {"kind": "user", "id": "bob"}
    for day in (3, 1, 2):
        task = world.task(assignedParty=bob, dueTime=f"2026-12-0{day}T00:00:00Z")["taskId"]
        world.task(assignedParty=bob, priority=day)
    for priority in range(1, 6):
        ann.patch(f"/tasks/{task}", {"priority": priority})
    world.settle()
    path = path.format(task=task)
    whole, counts = _whole(ann, path, **query)
    assert len(counts) == 1
    monkeypatch.setattr(sizes, "MOST", 2_500)
    cut, counts = _whole(ann, path, **query)
    assert cut == whole
    assert len(counts) > 1
    monkeypatch.setattr(sizes, "MOST", 1)
    assert _whole(ann, path, limit="2", **query) == (whole, [1] * len(whole))


def test_a_task_shows_the_newest_instructions_that_fit(
    world: World, ann: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And says so; history has them all."""
    task_id = world.task(description="Look.", instructions="first" + "x" * 2_000)["taskId"]
    for text in ("second" + "x" * 2_000, "third"):
        whole = ann.act(task_id, "add_instructions", {"instructions": text}).json
    assert [text[:5] for text in whole["instructions"]] == ["first", "secon", "third"]
    assert whole["instructionsTruncated"] is False
    monkeypatch.setattr(sizes, "MOST", 4_500)
    cut = ann.get(f"/tasks/{task_id}").json
    assert cut["instructionsTruncated"] is True
    assert cut == {**whole, "instructions": whole["instructions"][1:], "instructionsTruncated": True}
    monkeypatch.setattr(sizes, "MOST", 1)
    assert ann.get(f"/tasks/{task_id}").json["instructions"] == ["third"]


def test_a_task_shows_the_newest_links_that_fit(world: World, ann: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Links can be added without end, as the partner's end of a task adds them; the answer says if it has not all."""
    links = [{"type": "photo", "link": "https://example.org/" + "x" * 1_900, "name": name} for name in ("a", "b", "c")]
    task_id = world.task(links=links)["taskId"]
    whole = ann.get(f"/tasks/{task_id}").json
    assert (len(whole["links"]), whole["linksTruncated"]) == (3, False)
    monkeypatch.setattr(sizes, "MOST", 6_000)
    cut = ann.get(f"/tasks/{task_id}").json
    assert cut == {**whole, "links": whole["links"][1:], "linksTruncated": True}


def test_the_largest_task_is_answered(world: World, ann: Client) -> None:
    """With the longest texts, all of characters that take the most room."""
    task_id = world.task(description=LONG)["taskId"]
    for _ in range(45):
        assert ann.act(task_id, "add_instructions", {"instructions": LONG}).status == 200
    answer = ann.get(f"/tasks/{task_id}")
    assert answer.json["instructionsTruncated"] is True
    assert 30 < len(answer.json["instructions"]) < 45
    assert len(json.dumps(answer.text)) < LAMBDA


def test_a_repeated_creation_shows_the_tasks_that_fit(
    world: World, ann: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A case may have grown since."""
    body = {"workflow": "inspection", "caseId": "look-1", "tasks": [{"type": "QA"}]}
    assert ann.post("/cases", body, Idempotency_Key="k").status == 201
    for _ in range(5):
        world.task()
    monkeypatch.setattr(sizes, "MOST", 2_500)
    tasks = ann.post("/cases", body, Idempotency_Key="k").json["tasks"]
    assert (tasks["open"], tasks["closed"]) == (6, 0)
    assert 1 <= len(tasks["items"]) < 6
