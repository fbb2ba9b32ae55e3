from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.model import writes as p
from shared.domain.model.task import Party, Task
from shared.storage.indexes import CLOSED, OPEN, organization_party_queue, user_queue
from shared.storage.store import Store
from shared.storage.values import QueueRow
from tests.storage.examples import BARE_TASK, CASE_ID, LATER, NOW, TASK_ID, TYPICAL_TASK
from tests.storage.faults import Line
from tests.storage.plans import commit

ANN = Party("user", "ann", "Ann Lee")
ACME = Party("organization", "acme", "Acme")
WATCHED = replace(BARE_TASK, queue="dispatch", tab="unassigned")


def numbered(task: Task, *days: int) -> list[Task]:
    """Tasks like this one, due on the days from now on, created in this order; 99 is never."""
    return [
        replace(
            task,
            task_id=f"{CASE_ID}.t{number}",
            due_time=None if day == 99 else NOW + timedelta(days=day),
        )
        for number, day in enumerate(days)
    ]


def fill(store: Store, tasks: list[Task]) -> None:
    """The tasks are there."""
    commit(store, *map(p.CreateTask, tasks))


def short(rows: list[QueueRow]) -> list[str]:
    """The tasks' own ids, in the order of the rows."""
    return [row.task_id.split(".")[1] for row in rows]


def test_a_queue_is_in_the_order_of_due_times(store: Store) -> None:
    """What is due first comes first, what is never due last; unassigned tasks are also listed by creation."""
    fill(store, numbered(WATCHED, 3, 99, 1, 2))
    assert short(store.organization_queue("dispatch", "unassigned")) == ["t2", "t3", "t0", "t1"]
    assert short(store.organization_queue("dispatch", "unassigned", ascending=False)) == ["t1", "t0", "t3", "t2"]
    assert short(store.unassigned("dispatch")) == ["t0", "t1", "t2", "t3"]
    assert short(store.unassigned("dispatch", ascending=False, limit=2)) == ["t3", "t2"]


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 10])
def test_pages_leave_nothing_out(store: Store, limit: int, *, ascending: bool) -> None:
    """Read page by page from the last row's position on, a queue is as if read at once, in both directions."""
    fill(store, numbered(WATCHED, 3, 99, 1, 2, 99, 0, 3))
    whole = store.organization_queue("dispatch", "unassigned", ascending=ascending)
    assert len(whole) == 7
    found: list[QueueRow] = []
    while True:
        after = found[-1].position if found else None
        page = store.organization_queue("dispatch", "unassigned", ascending=ascending, after=after, limit=limit)
        assert len(page) <= limit
        found += page
        if len(page) < limit:
            break
    assert found == whole


def test_a_page_is_one_request(store: Store) -> None:
    """A page of a queue takes one request, the first as well as those behind a position."""
    fill(store, numbered(WATCHED, 1, 2, 3, 4, 5, 6))
    line = Line(store)
    rows = store.organization_queue("dispatch", "unassigned", limit=2)
    rows = store.organization_queue("dispatch", "unassigned", limit=2, after=rows[-1].position)
    line.mend()
    assert short(rows) == ["t2", "t3"]
    assert line.sent == ["Query", "Query"]


def test_a_part_of_a_queue_can_be_asked_for(store: Store) -> None:
    """Bounds are included, a prefix separates open from closed, and what crosses itself is empty."""
    mine = replace(BARE_TASK, assigned_party=ANN, tab="assigned")
    fill(store, [*numbered(mine, 1, 2), replace(mine, task_id=f"{CASE_ID}.c1", closed_at=LATER)])
    queue = user_queue("ann")
    first, second = store.party_queue(queue, prefix=OPEN)
    assert short([first, second]) == ["t0", "t1"]
    assert short(store.party_queue(queue, prefix=CLOSED)) == ["c1"]
    assert store.party_queue(queue, lower=second.position) == [second]
    assert store.party_queue(queue, upper=first.position, prefix=OPEN) == [first]
    assert store.party_queue(queue, prefix=OPEN, after=first.position, upper=first.position) == []
    assert store.party_queue(queue, prefix=CLOSED, upper=first.position, after=second.position, limit=3) == []


def test_a_row_shows_what_a_listing_needs(store: Store) -> None:
    """A row of a person's queue has everything that filters and sorting look at."""
    task = replace(TYPICAL_TASK, priority=2, overdue=True)
    commit(store, p.CreateTask(task))
    (row,) = store.party_queue(user_queue("ann"))
    assert row == QueueRow(
        position=f"O#2026-12-01T04:35:01.124Z#{TASK_ID.split('.')[1]}",
        task_id=TASK_ID,
        type="Looker Schedule Look",
        status="In Progress",
        tab="assigned",
        priority=2,
        due_time=LATER,
        created_at=NOW,
        assigned_at=NOW,
        group_queue="Dispatch",
        overdue=True,
    )


def test_a_row_of_an_organizations_queue_shows_the_type(store: Store) -> None:
    """A row of an organization's queue has no more than task and type: the index stays cheap to change."""
    commit(store, p.CreateTask(WATCHED))
    local = TASK_ID.split(".")[1]
    assert store.organization_queue("dispatch", "unassigned") == [QueueRow(f"~#{local}", TASK_ID, "QA")]
    assert store.unassigned("dispatch") == [QueueRow(f"TASK#{local}", TASK_ID, "QA")]


def test_a_task_moves_between_queues(store: Store) -> None:
    """Claimed, handed to an organization, moved and closed, a task is listed where it belongs, and only there."""

    def places() -> set[str]:
        tabs = ("unassigned", "assigned", "completed")
        rows = {f"{q}#{tab}": store.organization_queue(q, tab) for q in ("dispatch", "cis") for tab in tabs}
        rows |= {f"acme#{tab}": store.party_queue(organization_party_queue("acme", tab)) for tab in tabs}
        rows |= {"ann": store.party_queue(user_queue("ann")), "free": store.unassigned("dispatch")}
        return {place for place, listed in rows.items() if listed}

    steps = [
        (WATCHED, {"dispatch#unassigned", "free"}),
        (replace(WATCHED, assigned_party=ANN, tab="assigned"), {"dispatch#assigned", "ann"}),
        (replace(WATCHED, assigned_party=ACME, tab="assigned"), {"dispatch#assigned", "acme#assigned"}),
        (replace(WATCHED, assigned_party=ACME, queue="cis", tab="assigned"), {"cis#assigned", "acme#assigned"}),
        (
            replace(WATCHED, assigned_party=ACME, queue="cis", tab="completed", closed_at=LATER),
            {"cis#completed", "acme#completed"},
        ),
        (replace(WATCHED, queue=None, tab=None), set()),
    ]
    before = replace(WATCHED, queue=None, tab=None)
    commit(store, p.CreateTask(before))
    for task, expected in steps:
        after = replace(task, version=before.version + 1)
        commit(store, p.ChangeTask(before, after))
        assert places() == expected
        before = after


@pytest.mark.parametrize("text", ["", "\x00", "\u00e4", "\ud800", "x" * 2000, "a\nb"])
def test_awkward_positions_and_names_find_nothing(store: Store, text: str) -> None:
    """A position or a name that no queue can have is no error and no request: nothing is there."""
    commit(store, p.CreateTask(WATCHED))
    store.reset_consumed()
    assert store.organization_queue(text + "\x00", "unassigned") == []
    assert store.unassigned(text) == []
    assert store.party_queue(text) == []
    if text:
        assert store.organization_queue("dispatch", "unassigned", after=text) == []
        assert store.organization_queue("dispatch", "unassigned", lower=text) == []
        assert store.organization_queue("dispatch", "unassigned", upper=text) == []
        assert store.organization_queue("dispatch", "unassigned", prefix=text) == []
        assert store.consumed.read == 0
