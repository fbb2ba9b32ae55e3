from datetime import timedelta
from typing import Any

import pytest

from shared.domain.model.task import Party
from shared.engine import people
from shared.engine.queues import pages
from shared.engine.queues.pages import QueuePage, QueueQuery, organization_queue
from shared.engine.session import Identity, Refused
from shared.storage.values import QueueRow
from shared.timestamps import to_text
from tests.engine.world import ANN, BOB, EVE, PAT, ROOT, START, World, ids

ACME = {"kind": "organization", "id": "acme"}


def page(world: World, by: Identity = BOB, organization: str = "dispatch", **query: Any) -> QueuePage:
    """A page of an organization's queue."""
    return organization_queue(world.session, by, organization, QueueQuery(**query))


def whole(world: World, organization: str = "dispatch", **query: Any) -> list[str]:
    """The ids of all pages, one after another."""
    found: list[str] = []
    cursor = None
    for _ in range(50):
        part = page(world, organization=organization, cursor=cursor, **query)
        found += ids(part.items)
        cursor = part.next_cursor
        if cursor is None:
            return found
    raise AssertionError("the pages do not end")


def code(refused: pytest.ExceptionInfo[Refused]) -> str:
    """The stable code of a refusal."""
    return refused.value.refusal.code


def test_a_task_goes_through_the_tabs(world: World) -> None:
    """Unassigned, assigned, on hold, completed: a task is in one tab at a time, and counted there."""
    world.case("look-1")
    free, taken, done = (world.task("look-1") for _ in range(3))
    waiting = world.task("look-1", prerequisites=[free])
    world.act(taken, "claim", BOB)
    world.act(done, "claim", BOB)
    world.act(done, "pass", BOB)
    world.drain()
    tabs = {tab: whole(world, tab=tab) for tab in ("unassigned", "assigned", "on_hold", "completed")}
    assert tabs == {"unassigned": [free], "assigned": [taken], "on_hold": [waiting], "completed": [done]}
    assert page(world).counts == {"unassigned": 1, "assigned": 1, "on_hold": 1, "completed": 1}
    assert page(world, tab="completed").facets == {"type": {"Looker Schedule Look": 1}}


@pytest.mark.parametrize("caller", [ANN, BOB, ROOT])
def test_who_reads_the_queue_of_an_organization(world: World, caller: Identity) -> None:
    """An organization's queue is for its members, people inside and administrators."""
    world.case("look-1")
    task = world.task("look-1", "MVR Check")
    assert ids(page(world, caller, "cis").items) == [task]


def test_others_find_no_queue_of_an_organization(world: World) -> None:
    """To people outside, the queue of another organization is not there, and neither is that of none."""
    for caller, organization in ((PAT, "dispatch"), (EVE, "acme"), (BOB, "nowhere"), (BOB, "a#b"), (EVE, "nowhere")):
        with pytest.raises(Refused) as refused:
            page(world, caller, organization)
        assert code(refused) == "not_found"


def test_a_row_whose_task_the_caller_may_not_see_is_left_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever may read a queue need not see every task in it: the workflow's own rule decides on each."""
    world.case("look-1")
    seen, hidden = world.task("look-1"), world.task("look-1")
    assert whole(world) == [seen, hidden]
    monkeypatch.setattr(pages, "visible", lambda workflow, caller, case, task: task.task_id != hidden)
    assert whole(world) == [seen]


def test_a_partner_finds_its_tasks_in_the_queues_of_others(world: World) -> None:
    """An organization that is no group queue also lists what it is responsible for, with exact counts."""
    world.case("look-1")
    theirs = world.task("look-1", assignedParty=ACME)
    waiting = world.task("look-1", "QA", assignedParty=ACME, prerequisites=[theirs])
    done = world.task("look-1", "QA", assignedParty=ACME)
    world.act(done, "skip", PAT, reason="closed for winter")
    world.task("look-1")
    world.drain()
    found = page(world, PAT, "acme", tab="assigned")
    assert ids(found.items) == [theirs]
    assert found.counts == {"unassigned": 0, "assigned": 1, "on_hold": 1, "completed": 1}
    assert found.facets == {"type": {"Looker Schedule Look": 1}}
    assert ids(page(world, PAT, "acme", tab="on_hold").items) == [waiting]
    assert ids(page(world, PAT, "acme", tab="completed").items) == [done]
    assert ids(page(world, PAT, "acme", tab="unassigned", sort="createdAt").items) == []


def test_the_group_queue_lists_it_as_well(world: World) -> None:
    """A task that a partner is responsible for stays in the group queue that watches it."""
    world.case("look-1")
    theirs = world.task("look-1", assignedParty=ACME)
    assert ids(page(world, tab="assigned").items) == [theirs]


def test_sorted_by_due_time_without_one_last(world: World) -> None:
    """By due time, tasks come soonest first, or latest first; those without come last."""
    world.case("look-1")
    never = world.task("look-1")
    late = world.task("look-1", dueTime=to_text(START + timedelta(days=2)))
    soon = world.task("look-1", dueTime=to_text(START + timedelta(days=1)))
    for limit in (1, 2, 15):
        assert whole(world, limit=limit) == [soon, late, never]
        assert whole(world, limit=limit, order="desc") == [late, soon, never]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 7])
def test_what_is_never_due_comes_last_both_ways(world: World, limit: int) -> None:
    """Also page by page, and with a filter; as in a person's queue."""
    world.case("look-1")
    own = {"groupQueue": "dispatch", "assignedParty": ACME}
    dues = [None, START + timedelta(days=3), None, START + timedelta(days=1), START + timedelta(days=2), None]
    made = [world.task("look-1", "QA", dueTime=to_text(due) if due else None, **own) for due in dues]
    first, second, third = made[3], made[4], made[1]
    never = [made[0], made[2], made[5]]
    query: dict[str, Any] = {"organization": "acme", "tab": "assigned", "limit": limit}
    for more in ({}, {"types": ("QA",)}, {"status": "Ready"}):
        assert whole(world, **query, **more) == [first, second, third, *never]
        assert whole(world, **query, **more, order="desc") == [third, second, first, *never[::-1]]


def test_unassigned_sorted_by_creation(world: World) -> None:
    """What nobody has can be listed oldest first."""
    world.case("look-1")
    tasks = []
    for number in range(4):
        world.pass_time(seconds=1)
        tasks.append(world.task("look-1", dueTime=to_text(START + timedelta(days=9 - number))))
    assert whole(world, sort="createdAt", limit=2) == tasks
    assert whole(world, sort="createdAt", order="desc", limit=3) == tasks[::-1]


def test_completed_shows_a_week_newest_first(world: World) -> None:
    """Completed is today and the six days before, in UTC, and counts the same tasks."""
    world.case("look-1")
    closed = []
    for _ in range(9):
        task = world.task("look-1")
        world.act(task, "skip", ANN, reason="not needed")
        closed.append(task)
        world.pass_time(days=1)
    world.pass_time(hours=-33)
    world.drain()
    expected = closed[:1:-1]
    assert len(expected) == 7
    assert whole(world, tab="completed", limit=2) == expected
    assert page(world, tab="completed").counts["completed"] == 7


def test_filters_of_an_organization(world: World) -> None:
    """Types, case, status, queue and overdue filter; pages may be short, but together they are complete."""
    world.case("look-1")
    world.case("look-2")
    looks = [world.task(case) for case in ("look-1", "look-2") for _ in range(3)]
    assists = [world.task(case, "Looker Schedule Assist") for case in ("look-1", "look-2")]
    assert whole(world, types=("Looker Schedule Assist",), limit=1) == assists
    assert set(whole(world, types=("Looker Schedule Assist", "Looker Schedule Look"))) == {*looks, *assists}
    assert whole(world, case_id="look-2", types=("Looker Schedule Assist",)) == assists[1:]
    assert set(whole(world, status="Ready", case_id="look-1", limit=2)) == {*looks[:3], assists[0]}
    assert whole(world, status="Failed") == []
    assert set(whole(world, group_queue="dispatch", limit=3)) == {*looks, *assists}
    assert whole(world, group_queue="cis") == []
    assert whole(world, overdue=True) == []


def test_few_rows_are_looked_at_for_a_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter that few tasks pass gives short or empty pages with a cursor, and at the end every task."""
    monkeypatch.setattr("shared.engine.queues.listing.ROWS", 3)
    for module in ("listing", "pages"):
        monkeypatch.setattr(f"shared.engine.queues.{module}.TASKS", 2)
    world.case("look-1")
    for _ in range(6):
        world.task("look-1")
    rare = world.task("look-1", "Looker Schedule Assist")
    first = page(world, types=("Looker Schedule Assist",))
    assert first.items == ()
    assert first.next_cursor is not None
    assert whole(world, types=("Looker Schedule Assist",)) == [rare]
    assert whole(world, status="Ready", types=("Looker Schedule Assist",)) == [rare]
    assert len(whole(world, status="Ready")) == 7


@pytest.mark.parametrize(
    "query",
    [
        {"tab": "team"},
        {"sort": "priority"},
        {"sort": "createdAt", "tab": "assigned"},
        {"sort": "dueTime", "tab": "completed"},
        {"types": ("QA", "Nothing")},
        {"status": "Open"},
        {"cursor": "x"},
        {"cursor": "IkNBU0Ui"},
    ],
)
def test_what_cannot_be_is_400(world: World, query: dict[str, Any]) -> None:
    """An unknown tab, sort or filter value, or a foreign cursor, is an invalid request, not an empty list."""
    with pytest.raises(Refused) as refused:
        page(world, **query)
    assert code(refused) == "invalid_request"


def test_the_index_is_checked_against_the_task(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row of a lagging index whose task is in another tab by now is not shown."""
    world.case("look-1")
    free, taken = (world.task("look-1") for _ in range(2))
    rows = world.store.organization_queue("dispatch", "unassigned")
    world.act(taken, "claim", BOB)
    monkeypatch.setattr(type(world.store), "organization_queue", lambda self, queue, tab, **within: rows)
    assert ids(page(world).items) == [free]


def test_a_row_of_what_is_not_there_is_not_shown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row of the index whose task is gone, as after a restore, is passed over."""
    rows = [QueueRow("~#1", "look-9.1", "QA")]
    monkeypatch.setattr(type(world.store), "organization_queue", lambda self, queue, tab, **within: rows)
    assert page(world).items == ()


def test_a_page_takes_three_requests(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the queue, a page of a group queue is one index query, one batch read, one read of counters."""
    world.case("look-1")
    for _ in range(20):
        world.task("look-1")
    asked: list[str] = []
    table = type(world.store._table)  # noqa: SLF001 (counts requests)
    for name in ("query", "batch_get", "get"):
        original = getattr(table, name)

        def counting(self: Any, *args: Any, original: Any = original, name: str = name, **more: Any) -> Any:
            asked.append(name)
            return original(self, *args, **more)

        monkeypatch.setattr(table, name, counting)
    assert len(page(world).items) == 15
    assert sorted(asked) == ["batch_get", "query", "query"]


def test_the_queue_of_an_organization_that_no_workflow_declares(world: World) -> None:
    """Whether an organization is a group queue is looked up where no workflow says so."""
    people.put_organization(world.session, ROOT, "club", {"displayName": "Club", "kind": "queue"})
    assert page(world, ROOT, "club").counts == {"unassigned": 0, "assigned": 0, "on_hold": 0, "completed": 0}


def test_parties_are_told_apart_by_kind(world: World) -> None:
    """A user who is called like an organization is not that organization."""
    world.put_user("acme")
    world.case("look-1")
    task = world.task("look-1", assignedParty={"kind": "user", "id": "acme"})
    assert world.stored(task).assigned_party == Party("user", "acme", "Acme Lee")
    assert ids(page(world, PAT, "acme", tab="assigned").items) == []
