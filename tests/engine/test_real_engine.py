"""What moto might be too kind to: queues, counters, sweeps and people on AWS's own engine."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from shared.engine import people
from shared.engine.queues.pages import QueueQuery, organization_queue, user_queue
from shared.engine.queues.statistics import organization_statistics, user_statistics
from shared.engine.timers import settle_all, sweep
from shared.timestamps import to_text
from tests.engine.world import ANN, BOB, PAT, ROOT, START, World, ids
from tests.storage.table import create_table, delete_table

pytestmark = pytest.mark.dynamodb_local


@pytest.fixture
def world(dynamodb_local: str) -> Iterator[World]:
    """A deployment with a few people on DynamoDB Local."""
    table = create_table(dynamodb_local)
    made = World(table, dynamodb_local)
    made.populate()
    yield made
    delete_table(table, dynamodb_local)


def whole(world: World, organization: str = "dispatch", **query: object) -> list[str]:
    """The ids of all pages, one after another."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = organization_queue(world.session, BOB, organization, QueueQuery(cursor=cursor, **query))  # type: ignore[arg-type]
        found += ids(page.items)
        cursor = page.next_cursor
        if cursor is None:
            return found


def test_a_day_of_a_queue(world: World) -> None:
    """Tabs, sorts, pages, counters, facets, statistics and a due time, as on moto."""
    world.case("look-1", displayName="Look 1")
    tasks = [world.task("look-1", dueTime=to_text(START + timedelta(hours=9 - n))) for n in range(5)]
    partner = world.task("look-1", "QA", assignedParty={"kind": "organization", "id": "acme"})
    assert whole(world, limit=2) == tasks[::-1]
    assert whole(world, limit=2, order="desc") == tasks
    assert whole(world, limit=2, sort="createdAt") == tasks
    world.pass_time(hours=1)
    for task in tasks[:3]:
        world.act(task, "claim", BOB)
    world.pass_time(hours=2)
    for task in tasks[:2]:
        world.act(task, "pass", BOB)
    world.pass_time(hours=3)
    assert sweep(world.session, range(16), lambda: False, _never).fired == 2
    world.drain()
    assert whole(world, tab="completed", limit=1) == tasks[1::-1]
    assert whole(world, overdue=True) == [tasks[4], tasks[3]]
    page = organization_queue(world.session, BOB, "dispatch", QueueQuery(tab="assigned"))
    assert page.counts == {"unassigned": 2, "assigned": 1, "on_hold": 0, "completed": 2}
    own = user_queue(world.session, BOB, "bob", QueueQuery(tab="completed", sort="dueTime", limit=1))
    assert (ids(own.items), own.counts) == ([tasks[1]], {"assigned": 1, "on_hold": 0, "completed": 2})
    theirs = organization_queue(world.session, PAT, "acme", QueueQuery(tab="assigned"))
    assert (ids(theirs.items), theirs.counts["assigned"]) == ([partner], 1)
    (of_queue,) = organization_statistics(world.session, ANN, "dispatch").types
    (of_bob,) = user_statistics(world.session, BOB, "bob").types
    assert of_queue.endings == of_bob.endings == {"passed": 2}
    assert of_bob.working.median == 2 * 60 * 60
    report = settle_all(world.session, None, lambda: False, _never)
    assert (report.cases, report.found, report.miscounted) == (1, 0, 0)


def test_people_come_and_go(world: World) -> None:
    """Memberships at both ends, a new name of an organization, and hand-back."""
    people.put_organization(world.session, ROOT, "acme", {"displayName": "Acme Surveys"})
    assert people.me(world.session, PAT).user.memberships["acme"].display_name == "Acme Surveys"
    world.case("look-1")
    task = world.task("look-1")
    world.act(task, "claim", BOB)
    people.put_user(world.session, ROOT, "bob", {"active": False})
    (item,) = people.hand_back(world.session, ROOT, "bob", {}).tasks
    assert (item.task_id, item.action) == (task, "release")
    people.delete_member(world.session, ROOT, "dispatch", "bob")
    assert [m.user.user.id for m in people.list_members(world.session, ROOT, "dispatch").items] == ["ann"]


def _never(what: str, error: Exception) -> None:
    raise AssertionError(what) from error
