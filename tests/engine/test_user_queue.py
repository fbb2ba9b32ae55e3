from datetime import timedelta
from typing import Any

import pytest

from shared.engine.queues.pages import QueuePage, QueueQuery, user_queue
from shared.engine.session import Identity, Refused
from shared.engine.timers import sweep
from shared.storage import indexes
from shared.timestamps import to_text
from tests.engine.world import ANN, BOB, EVE, PAT, ROOT, START, World, ids

ME = {"kind": "user", "id": "bob"}


def page(world: World, by: Identity = BOB, **query: Any) -> QueuePage:
    """A page of bob's queue."""
    return user_queue(world.session, by, "bob", QueueQuery(**query))


def whole(world: World, **query: Any) -> list[str]:
    """The ids of all pages, one after another."""
    found: list[str] = []
    cursor = None
    while True:
        part = page(world, cursor=cursor, **query)
        found += ids(part.items)
        cursor = part.next_cursor
        if cursor is None:
            return found


def code(refused: pytest.ExceptionInfo[Refused]) -> str:
    """The stable code of a refusal."""
    return refused.value.refusal.code


def test_the_tabs_of_a_person(world: World) -> None:
    """What is open is assigned, what waits is on hold, what is closed is completed; counts are exact."""
    world.case("look-1")
    first = world.task("look-1", assignedParty=ME)
    waiting = world.task("look-1", "QA", assignedParty=ME, prerequisites=[first])
    done = world.task("look-1", "QA")
    world.act(done, "claim", BOB)
    world.act(done, "pass", BOB)
    world.task("look-1")
    assert ids(page(world).items) == [first]
    assert ids(page(world, tab="on_hold").items) == [waiting]
    completed = page(world, tab="completed")
    assert ids(completed.items) == [done]
    assert completed.counts == {"assigned": 1, "on_hold": 1, "completed": 1}
    assert completed.facets == {"type": {"QA": 1}}
    assert not completed.truncated


@pytest.mark.parametrize("caller", [BOB, ANN, ROOT])
def test_who_reads_the_queue_of_a_person(world: World, caller: Identity) -> None:
    """A person's queue is for themselves, people inside and administrators."""
    world.case("look-1")
    task = world.task("look-1", assignedParty=ME)
    assert ids(page(world, caller).items) == [task]


def test_others_find_no_queue_of_a_person(world: World) -> None:
    """To people outside, the queue of somebody else is not there, and neither is that of nobody."""
    for caller, user_id in ((PAT, "bob"), (EVE, "bob"), (EVE, "nobody"), (BOB, "nobody"), (BOB, "a#b")):
        with pytest.raises(Refused) as refused:
            user_queue(world.session, caller, user_id, QueueQuery())
        assert code(refused) == "not_found"


def test_people_outside_read_their_own_queue(world: World) -> None:
    """A person who belongs to nothing sees what was assigned to them."""
    world.case("look-1")
    task = world.task("look-1", assignedParty={"kind": "user", "id": "eve"})
    assert ids(user_queue(world.session, EVE, "eve", QueueQuery()).items) == [task]


def test_filters_add_up(world: World) -> None:
    """Several types mean any of them; everything else has to fit, too. Counts and facets are of the whole tab."""
    world.case("look-1")
    world.case("look-2")
    look = world.task("look-1", assignedParty=ME)
    qa = world.task("look-1", "QA", assignedParty=ME)
    other = world.task("look-2", "QA", assignedParty=ME)
    begun = world.task("look-2", "Hover Inspection")
    world.act(begun, "claim", BOB)
    assert set(whole(world, types=("QA", "Looker Schedule Look"))) == {look, qa, other}
    assert whole(world, types=("QA",), case_id="look-2") == [other]
    assert whole(world, status="In Progress") == [begun]
    assert whole(world, group_queue="dispatch") == [look]
    assert set(whole(world, group_queue="Quality Assurance")) == {qa, other, begun}
    assert whole(world, overdue=True) == []
    filtered = page(world, types=("QA",))
    assert filtered.counts["assigned"] == 4
    assert filtered.facets["type"] == {"QA": 2, "Looker Schedule Look": 1, "Hover Inspection": 1}


def test_overdue_tasks_are_found(world: World) -> None:
    """The filter `overdue` shows what is late, or what is not."""
    world.case("look-1")
    late = world.task("look-1", assignedParty=ME, dueTime=to_text(START + timedelta(hours=1)))
    fine = world.task("look-1", assignedParty=ME)
    world.pass_time(hours=2)
    sweep(world.session, range(16), lambda: False, lambda what, error: None)
    assert whole(world, overdue=True) == [late]
    assert whole(world, overdue=False) == [fine]


@pytest.mark.parametrize(
    "query",
    [
        {"tab": "unassigned"},
        {"tab": "x"},
        {"sort": "color"},
        {"sort": "closedAt"},
        {"types": ("Nothing",)},
        {"status": "Nothing"},
        {"group_queue": "No such queue"},
        {"case_id": "a#b"},
        {"cursor": "nonsense"},
        {"cursor": "W10"},
    ],
)
def test_what_cannot_be_is_400(world: World, query: dict[str, Any]) -> None:
    """An unknown tab, sort or filter value, or a foreign cursor, is an invalid request, not an empty list."""
    with pytest.raises(Refused) as refused:
        page(world, **query)
    assert code(refused) == "invalid_request"


def test_a_cursor_is_good_for_its_sort_only(world: World) -> None:
    """A cursor handed back with another sort or order is refused, rather than skipping rows."""
    world.case("look-1")
    for _ in range(3):
        world.task("look-1", assignedParty=ME)
    cursor = page(world, limit=1, sort="createdAt").next_cursor
    others: list[dict[str, Any]] = [
        {"sort": "dueTime"},
        {"sort": "createdAt", "order": "desc"},
        {"sort": "priority"},
    ]
    for query in others:
        with pytest.raises(Refused) as refused:
            page(world, cursor=cursor, **query)
        assert code(refused) == "invalid_request"


def test_completed_shows_a_week(world: World) -> None:
    """Completed is today and the six days before, in UTC, newest first; cancelled tasks are among them."""
    world.case("look-1")
    closed = []
    for _ in range(9):
        task = world.task("look-1", assignedParty=ME)
        world.act(task, "skip", BOB, reason="not needed")
        closed.append(task)
        world.pass_time(days=1)
    world.pass_time(hours=-33)
    assert whole(world, tab="completed") == closed[:1:-1][: len(closed) - 2]
    assert page(world, tab="completed").counts["completed"] == 7


def test_the_index_is_checked_against_the_task(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row of a lagging index whose task is somebody else's by now is not shown."""
    world.case("look-1")
    kept, moved = (world.task("look-1", assignedParty=ME) for _ in range(2))
    rows = world.store.party_queue(indexes.user_queue("bob"), prefix=indexes.OPEN)
    world.act(moved, "assign", ANN, assignedParty={"kind": "user", "id": "ann"})
    lagging = lambda self, partition, prefix, **within: rows if prefix == indexes.OPEN else []  # noqa: E731
    monkeypatch.setattr(type(world.store), "party_queue", lagging)
    assert ids(page(world).items) == [kept]


def test_more_than_a_thousand_open_tasks_say_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit, counts and facets are of the first thousand, and the page says that there is more."""
    monkeypatch.setattr("shared.engine.queues.pages.OPEN_TASKS", 2)
    world.case("look-1")
    for _ in range(3):
        world.task("look-1", assignedParty=ME)
    cut = page(world)
    assert cut.truncated
    assert cut.counts["assigned"] == 2


def test_every_page_of_every_sort(world: World) -> None:
    """However a queue is sorted, its pages together are all of its tasks, each once."""
    world.case("look-1")
    tasks = []
    for number in range(5):
        world.pass_time(seconds=1)
        due = to_text(START + timedelta(hours=5 - number // 2)) if number else None
        tasks.append(world.task("look-1", assignedParty=ME, priority=number % 3, dueTime=due))
    a, b, c, d, e = tasks
    in_order = {
        "dueTime": [e, c, d, b, a],
        "createdAt": tasks,
        "assignedAt": tasks,
        "priority": [a, d, b, e, c],
        "type": tasks,
    }
    for sort, expected in in_order.items():
        assert whole(world, sort=sort, limit=2) == expected
        backwards = expected[::-1] if sort != "dueTime" else [b, d, c, e, a]
        assert whole(world, sort=sort, order="desc", limit=2) == backwards
