"""Queues on the whole stack: rows, and counts that the stream keeps."""

from collections import Counter
from typing import Any

import pytest

from infra.local.calls import Api
from infra.local.functions import wait_until_at_rest
from infra.local.records import Stack
from tests.stack.conftest import AsPerson
from tests.stack.looks import act, eventually, new_task

pytestmark = pytest.mark.stack

TABS = ("unassigned", "assigned", "on_hold", "completed")
# Nobody else here works for this one.
COMMUNITY = "/queues/organizations/community"


def _queue(api: Api, **query: object) -> Any:
    return api.need("GET", f"{COMMUNITY}?{'&'.join(f'{name}={value}' for name, value in query.items())}")


def _listed(api: Api) -> dict[str, int]:
    """How many rows each tab really has."""
    return {tab: len(_queue(api, tab=tab, limit=100)["items"]) for tab in TABS}


def test_counts_are_exact_once_the_stream_is_drained(as_person: AsPerson, stack: Stack) -> None:
    """After tasks have moved through every tab of a queue, into it and out of it."""
    admin = as_person("admin")
    tasks = [new_task(admin, "Recruiting Needed") for _ in range(5)]
    arrived = new_task(admin, "QA")
    act(admin, arrived, "move", groupQueue="Community")
    act(admin, tasks[0], "move", groupQueue="CIS")
    act(admin, tasks[1], "claim")
    act(admin, tasks[2], "claim")
    act(admin, tasks[2], "pass")
    act(admin, tasks[3], "await", awaiting="Their number.")
    expected = {"unassigned": 2, "assigned": 1, "on_hold": 1, "completed": 1}
    assert wait_until_at_rest(stack)
    assert _listed(admin) == expected
    queue = eventually(lambda: _queue(admin, tab="unassigned"), lambda seen: seen["counts"] == expected)
    assert queue["facets"] == {"type": {"QA": 1, "Recruiting Needed": 1}}


def test_a_queue_is_read_page_by_page_without_loss(as_person: AsPerson) -> None:
    """Every task is on one page, whichever size the pages have; a cursor of another kind is refused."""
    ann = as_person("ann")
    wanted = Counter(new_task(ann, "MVR Check", priority=7)["taskId"] for _ in range(5))
    seen: Counter[str] = Counter()
    query = "/queues/organizations/cis?tab=unassigned&type=MVR%20Check&limit=2"
    cursor = ""
    while cursor is not None:
        page = ann.need("GET", query + (f"&cursor={cursor}" if cursor else ""))
        seen.update(item["taskId"] for item in page["items"])
        cursor = page["nextCursor"]
    assert seen == wanted
    assert ann.call("GET", f"{query}&cursor=nonsense").body["code"] == "invalid_request"


def test_a_persons_queue_shows_what_they_are_responsible_for(as_person: AsPerson) -> None:
    """Claimed tasks come into it, closed ones go to another tab; nobody sees a colleague's secrets in it."""
    dee, eve = as_person("dee"), as_person("eve")
    path = "/queues/users/dee?tab=assigned&limit=100"
    # Others who try things out here have her work, too.
    before = dee.need("GET", path)
    tasks = [new_task(dee, "Contact Schedule Refused") for _ in range(3)]
    for task in tasks:
        act(dee, task, "claim")
    act(dee, tasks[0], "pass")
    queue = dee.need("GET", path)
    known = {item["taskId"] for item in before["items"]}
    assert {item["taskId"] for item in queue["items"]} - known == {task["taskId"] for task in tasks[1:]}
    more = {tab: queue["counts"][tab] - before["counts"][tab] for tab in ("assigned", "completed")}
    assert more == {"assigned": 2, "completed": 1}
    assert eve.call("GET", "/queues/users/dee").status in {403, 404}
