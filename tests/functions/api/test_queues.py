"""Routes of queues and their statistics."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.api.client import Client
from tests.functions.api.conftest import World

USER = "/queues/users/bob"
ORGANIZATION = "/queues/organizations/quality-assurance"


def _ids(page: Any) -> list[str]:
    return [item["taskId"] for item in page["items"]]


def _assigned(world: World, **fields: Any) -> str:
    return str(world.task(assignedParty={"kind": "user", "id": "bob"}, **fields)["taskId"])


def test_a_person_has_a_queue_by_tabs(world: World, ann: Client, bob: Client) -> None:
    """What can be worked on, what waits, and what was closed in the last days; with the size of each."""
    ready, waiting, closed = (_assigned(world) for _ in range(3))
    ann.act(waiting, "await", {"awaiting": "The address."})
    bob.act(closed, "skip", {"reason": "Not needed."})
    page = bob.get(USER).json
    assert _ids(page) == [ready]
    assert page["counts"] == {"assigned": 1, "on_hold": 1, "completed": 1}
    assert page["facets"] == {"type": {"QA": 1}}
    assert (page["nextCursor"], page["truncated"]) == (None, False)
    assert _ids(bob.get(USER, {"tab": "on_hold"}).json) == [waiting]
    assert _ids(bob.get(USER, {"tab": "completed"}).json) == [closed]
    world.clock.advance(days=7)
    assert bob.get(USER, {"tab": "completed"}).json["items"] == []


def test_a_listed_task_is_as_the_task_itself(world: World, bob: Client) -> None:
    """But for its long texts."""
    task_id = _assigned(world, description="Long.")
    [listed] = bob.get(USER).json["items"]
    whole = bob.get(f"/tasks/{task_id}").json
    texts = {"description", "instructions", "instructionsTruncated", "links", "linksTruncated"}
    assert listed == {name: value for name, value in whole.items() if name not in texts}


def test_a_queue_is_filtered(world: World, ann: Client, bob: Client) -> None:
    """By type, of which several may match, by case, queue, status and overdue; all filters must pass."""
    one, two = _assigned(world), _assigned(world, type="Expense Review", priority=3)
    three = str(world.task("look-2", assignedParty={"kind": "user", "id": "bob"}, groupQueue="CIS")["taskId"])
    bob.act(one, "claim")
    ann.act(two, "reschedule", {"dueTime": "2026-11-22T09:00:00Z"})
    world.clock.advance(hours=2)
    world.session.store.reset_consumed()
    found = [
        (bob.get(USER, query).json, expected)
        for query, expected in [
            ({"type": "QA"}, {one, three}),
            ({"type": ["QA", "Expense Review"]}, {one, two, three}),
            ({"type": "MVR Check"}, set()),
            ({"caseId": "look-2"}, {three}),
            ({"caseId": "none"}, set()),
            ({"groupQueue": "cis"}, {three}),
            ({"groupQueue": "Quality Assurance"}, {one}),
            ({"status": "In Progress"}, {one}),
            ({"overdue": "false"}, {one, two, three}),
            ({"type": "QA", "caseId": "look-1"}, {one}),
        ]
    ]
    assert [set(_ids(page)) for page, _ in found] == [expected for _, expected in found]


def test_a_queue_is_sorted(world: World, bob: Client) -> None:
    """In both directions; what has no due time comes last."""
    tasks = [
        _assigned(world, priority=priority, dueTime=due)
        for priority, due in [(2, "2026-12-02T00:00:00Z"), (1, None), (3, "2026-12-01T00:00:00Z")]
    ]
    orders = [
        ({}, [2, 0, 1]),
        ({"sort": "dueTime", "order": "desc"}, [0, 2, 1]),
        ({"sort": "priority"}, [1, 0, 2]),
        ({"sort": "priority", "order": "desc"}, [2, 0, 1]),
    ]
    for query, expected in orders:
        assert _ids(bob.get(USER, query).json) == [tasks[index] for index in expected]


@pytest.mark.parametrize("path", [USER, ORGANIZATION])
def test_a_queue_comes_in_pages(world: World, bob: Client, path: str) -> None:
    """Each cursor leads to what follows; 15 at a time unless it is said otherwise."""
    world.look()
    made = {_assigned(world) for _ in range(5)}
    world.settle()
    query = {"tab": "assigned", "limit": "2"}
    pages = [bob.get(path, query).json]
    while (cursor := pages[-1]["nextCursor"]) is not None:
        pages.append(bob.get(path, {**query, "cursor": cursor}).json)
    assert [len(page["items"]) for page in pages] == [2, 2, 1]
    assert {task_id for page in pages for task_id in _ids(page)} == made


def test_an_organization_has_a_queue_by_tabs(world: World, ann: Client, bob: Client) -> None:
    """Counts follow the stream."""
    free, taken, waiting, closed = (world.task()["taskId"] for _ in range(4))
    bob.act(taken, "claim")
    ann.act(waiting, "await", {"awaiting": "The address."})
    bob.act(closed, "skip", {"reason": "Not needed."})
    world.settle()
    tabs = {tab: bob.get(ORGANIZATION, {"tab": tab}).json for tab in ("unassigned", "assigned", "on_hold", "completed")}
    assert {tab: _ids(page) for tab, page in tabs.items()} == {
        "unassigned": [free],
        "assigned": [taken],
        "on_hold": [waiting],
        "completed": [closed],
    }
    assert bob.get(ORGANIZATION).json["items"] == tabs["unassigned"]["items"]
    assert tabs["assigned"]["counts"] == {"unassigned": 1, "assigned": 1, "on_hold": 1, "completed": 1}
    assert tabs["assigned"]["facets"] == {"type": {"QA": 1}}


def test_a_type_that_a_tab_has_no_more_is_no_facet(world: World, bob: Client) -> None:
    """Counters stay when they are back at zero; nobody needs a filter that finds nothing."""
    task_id = world.task()["taskId"]
    world.settle()
    assert bob.get(ORGANIZATION).json["facets"] == {"type": {"QA": 1}}
    bob.act(task_id, "claim")
    world.settle()
    assert bob.get(ORGANIZATION).json["facets"] == {"type": {}}
    assert bob.get(ORGANIZATION, {"tab": "assigned"}).json["facets"] == {"type": {"QA": 1}}


def test_a_party_outside_has_a_queue_too(world: World) -> None:
    """The tasks assigned to it, whoever watches them."""
    task_id = world.task(assignedParty={"kind": "organization", "id": "harbor"})["taskId"]
    world.settle()
    page = world.as_("fay").get("/queues/organizations/harbor", {"tab": "assigned"}).json
    assert _ids(page) == [task_id]
    assert page["counts"]["assigned"] == 1


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (USER, {"tab": "unassigned"}),
        (USER, {"tab": ""}),
        (USER, {"tab": "Assigned"}),
        (USER, {"sort": "closedAt"}),
        (USER, {"sort": "colour"}),
        (USER, {"order": "up"}),
        (USER, {"limit": "0"}),
        (USER, {"limit": "101"}),
        (USER, {"type": "Tea"}),
        (USER, {"status": "Boiling"}),
        (USER, {"groupQueue": "Tea!"}),
        (USER, {"groupQueue": "nothing-such"}),
        (USER, {"caseId": "a#b"}),
        (USER, {"overdue": "maybe"}),
        (USER, {"assignedTo": "bob"}),
        (ORGANIZATION, {"tab": "mine"}),
        (ORGANIZATION, {"sort": "priority"}),
        (ORGANIZATION, {"tab": "assigned", "sort": "createdAt"}),
        (ORGANIZATION, {"tab": "completed", "sort": "dueTime"}),
    ],
)
def test_an_unknown_tab_filter_or_sort_is_400(bob: Client, path: str, query: dict[str, str]) -> None:
    """Nothing that is asked for is passed over in silence."""
    answer = bob.get(path, query)
    assert (answer.status, answer.code) == (400, "invalid_request")


@pytest.mark.parametrize("path", [USER, ORGANIZATION])
@pytest.mark.parametrize("cursor", ["x", "W10", "InQi", "MQ", "bnVsbA", "!!!", "é", "A" * 1_000])
def test_an_altered_cursor_is_400(world: World, bob: Client, path: str, cursor: str) -> None:
    """It shows nothing that the path would not, and here nothing at all."""
    _assigned(world)
    assert bob.get(path, {"cursor": cursor, "tab": "assigned"}).code == "invalid_request"


def test_a_cursor_is_good_for_its_own_sort(world: World, bob: Client) -> None:
    """A place in one order is none in another."""
    for _ in range(3):
        _assigned(world)
    cursor = bob.get(USER, {"limit": "1"}).json["nextCursor"]
    assert bob.get(USER, {"sort": "priority", "cursor": cursor}).code == "invalid_request"
    assert bob.get(USER, {"order": "desc", "cursor": cursor}).code == "invalid_request"


def test_whose_queue_one_may_not_see_has_none(world: World, bob: Client, eve: Client) -> None:
    """One's own, and everybody's to people inside; 404 to others, as for those there are not."""
    assert eve.get("/queues/users/eve").json["items"] == []
    assert bob.get("/queues/users/ann").status == 200
    for path in ("/queues/users/bob", "/queues/users/none", ORGANIZATION, "/queues/organizations/harbor"):
        for suffix in ("", "/statistics"):
            assert eve.get(path + suffix).code == "not_found"
    assert bob.get("/queues/users/none").code == "not_found"
    assert bob.get("/queues/organizations/none").code == "not_found"
    assert bob.get("/queues/organizations/A#B").code == "not_found"


@pytest.mark.parametrize("path", [USER, ORGANIZATION])
def test_statistics_say_how_closed_tasks_went(world: World, bob: Client, path: str) -> None:
    """Endings, and how long they waited and took, by type."""
    for minutes in (10, 20, 30):
        task_id = world.task()["taskId"]
        world.clock.advance(minutes=5)
        bob.act(task_id, "claim")
        world.clock.advance(minutes=minutes)
        bob.act(task_id, "pass")
    world.settle()
    answer = bob.get(f"{path}/statistics", {"from": "2026-11-22", "to": "2026-11-22"}).json
    assert (answer["from"], answer["to"], answer["truncated"]) == ("2026-11-22", "2026-11-22", False)
    [qa] = answer["types"]
    assert (qa["type"], qa["closed"], qa["endings"]) == ("QA", 3, {"passed": 3})
    assert qa["waiting"]["median"] == pytest.approx(300, rel=0.2)
    assert qa["working"]["median"] == pytest.approx(1200, rel=0.2)
    assert qa["working"]["p90"] == pytest.approx(1800, rel=0.2)
    assert bob.get(f"{path}/statistics", {"to": "2026-11-21"}).json["types"] == []


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-11-23", "to": "2026-11-22"},
        {"from": "2025-01-01"},
        {"from": "soon"},
        {"tab": "assigned"},
        {"to": "0001-01-01"},
        {"to": "0001-01-29"},
        {"from": "9999-12-31"},
    ],
)
def test_statistics_of_an_odd_period_are_400(bob: Client, query: dict[str, str]) -> None:
    """In order, and at most 366 days."""
    for path in (USER, ORGANIZATION):
        assert bob.get(f"{path}/statistics", query).code == "invalid_request"
