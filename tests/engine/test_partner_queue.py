from __future__ import annotations

from typing import Any

import pytest

from shared.engine.queues.pages import QueueQuery, organization_queue, user_queue
from tests.engine.conftest import Items
from tests.engine.parties import HAL, Parties
from tests.engine.world import World, ids


@pytest.fixture
def parties(deployment: tuple[World, Items]) -> Parties:
    """The parties, and three tasks that harbor was given."""
    world, items = deployment
    world.begin(items)
    parties = Parties(world)
    parties.populate()
    for number in range(3):
        parties.do(parties.task(f"job-{number}"), "prepare", "begin_assignment", "assign:harbor")
    return parties


def _whole(parties: Parties, **query: Any) -> list[str]:
    """The tasks of harbor's queue, read page by page."""
    found: list[str] = []
    cursor = None
    while True:
        page = organization_queue(parties.world.session, HAL, "harbor", QueueQuery(limit=1, cursor=cursor, **query))
        found += ids(page.items)
        cursor = page.next_cursor
        if cursor is None:
            return found


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("sort", ["dueTime", "createdAt"])
def test_no_end_hides_another_in_the_partners_queue(parties: Parties, sort: str, order: str) -> None:
    """Ends without a due time stand next to each other there, each at a place of its own: no page leaves one out."""
    found = _whole(parties, tab="unassigned", sort=sort, order=order)
    assert len(found) == len(set(found)) == 3


def test_the_partners_ends_come_as_they_were_sent(parties: Parties) -> None:
    """What is sorted by creation is sorted by when the owners handed it over."""
    sent = [parties.partner(next(t.task_id for t in parties.world.store.tasks(f"job-{n}"))) for n in range(3)]
    assert _whole(parties, tab="unassigned", sort="createdAt") == sent
    assert _whole(parties, tab="unassigned", sort="createdAt", order="desc") == sent[::-1]


def test_no_end_hides_another_in_the_queue_of_who_sees_to_them(parties: Parties) -> None:
    """Nor in a person's own queue."""
    for task_id in _whole(parties, tab="unassigned"):
        parties.act(task_id, "claim", by=HAL)
    first = user_queue(parties.world.session, HAL, "hal", QueueQuery(limit=2))
    second = user_queue(parties.world.session, HAL, "hal", QueueQuery(limit=2, cursor=first.next_cursor))
    assert len({*ids(first.items), *ids(second.items)}) == 3
