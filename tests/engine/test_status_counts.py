from collections.abc import Mapping
from typing import Any

import pytest

from shared.engine import counting
from shared.engine.queues.status_counts import status_counts
from shared.engine.session import Identity, Refused
from tests.engine.world import ANN, BOB, ROOT, World


def counts(world: World, caller: Identity) -> Mapping[str, Mapping[str, int]]:
    """The open tasks of inspections by type and status, as the caller is told."""
    return {
        found.type: {status: count for (_, status), count in found.statuses.items()}
        for found in status_counts(world.session, caller, "inspection").items
    }


def test_open_tasks_are_counted_by_type_and_status(world: World) -> None:
    """Over all queues; what is closed counts no more, and neither do statuses without any task."""
    world.case("look-1")
    first, second, _ = world.task("look-1"), world.task("look-1"), world.task("look-1", "QA")
    world.act(first, "claim", BOB)
    counting.count(world.session, world.entries())
    assert counts(world, ROOT) == {"Looker Schedule Look": {"Ready": 1, "In Progress": 1}, "QA": {"Ready": 1}}
    world.act(first, "fail", BOB, reason="locked")
    world.act(second, "skip", ANN, reason="not needed")
    counting.count(world.session, world.entries())
    assert counts(world, BOB) == {"Looker Schedule Look": {"Failed": 1}, "QA": {"Ready": 1}}


def test_a_tasks_queue_does_not_matter_to_the_sum(world: World) -> None:
    """What moves to another queue is counted there."""
    world.case("look-1")
    task = world.task("look-1", "QA")
    world.act(task, "move", BOB, groupQueue="cis")
    counting.count(world.session, world.entries())
    (found,) = status_counts(world.session, ANN, "inspection").items
    assert (found.type, found.open) == ("QA", 1)


def test_there_is_nothing_to_count_of_other_workflows(world: World) -> None:
    """Each answers for its own tasks alone."""
    world.case("look-1")
    world.task("look-1")
    counting.count(world.session, world.entries())
    assert status_counts(world.session, ROOT, "appeals").items == ()


def test_the_queues_are_told_of_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One call reads no more of them than its limit; the numbers of all pages add up, and an odd cursor is refused."""
    world.case("look-1")
    world.act(world.task("look-1", "QA"), "move", BOB, groupQueue="cis")
    for _ in range(2):
        world.task("look-1", "QA")
    counting.count(world.session, world.entries())
    asked, read = list[str](), type(world.store).open_tallies

    def open_tallies(self: Any, queue: str) -> Any:
        asked.append(queue)
        return read(self, queue)

    monkeypatch.setattr(type(world.store), "open_tallies", open_tallies)
    total, cursor, pages = 0, None, 0
    while pages == 0 or cursor is not None:
        page = status_counts(world.session, ROOT, "inspection", cursor, 1)
        total, cursor, pages = total + sum(found.open for found in page.items), page.next_cursor, pages + 1
        assert len(asked) == pages
    assert (total, asked) == (3, sorted(organization.id for organization in world.store.organizations()))
    for odd in ("x", "7", "bnVsbA"):
        with pytest.raises(Refused) as error:
            status_counts(world.session, ROOT, "inspection", odd)
        assert error.value.refusal.code == "invalid_request"


@pytest.mark.parametrize("name", ["none", "inspection/Created"])
def test_an_unknown_workflow_is_not_found(world: World, name: str) -> None:
    """Whatever it looks like."""
    with pytest.raises(Refused) as error:
        status_counts(world.session, BOB, name)
    assert error.value.refusal.code == "not_found"
