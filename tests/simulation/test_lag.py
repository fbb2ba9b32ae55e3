"""Indexes lag behind the table: what acts on what they list looks at the table first, and comes back for the rest."""

from __future__ import annotations

import pytest

from shared.engine import bulk, timers
from shared.engine.people import hand_back
from shared.storage import indexes
from tests.engine.world import ANN, BOB, ROOT
from tests.simulation.small import Office
from tests.simulation.table import up_to_date
from tests.simulation.world import SimulatedWorld


@pytest.fixture
def office() -> Office:
    """A claim whose timed hold has run out."""
    office = Office()
    claim = office.open("Claim")
    office.act(claim, "place_timed_hold", ANN, days=1)
    office.pass_time(days=2)
    return office


@pytest.fixture
def world() -> SimulatedWorld:
    """A case with its people."""
    world = SimulatedWorld()
    world.populate()
    world.case("look-1")
    return world


def _behind(world: SimulatedWorld) -> None:
    """From now on indexes show each item as it was before its last change."""
    world.memory.lag = lambda _: 1


def _swept(world: SimulatedWorld) -> tuple[int, int]:
    report = timers.sweep(world.session, range(16), lambda: False, lambda *_: pytest.fail("a timer failed"))
    return report.fired, report.idle


def test_an_index_that_lags_shows_what_was(office: Office) -> None:
    """A row is there before its item is, to whoever asks the index; and is still there when it is gone."""
    queue = indexes.user_queue("ann")
    before = [row.task_id for row in office.store.party_queue(queue)]
    new = office.open("Claim")
    _behind(office)
    assert new not in [row.task_id for row in office.store.party_queue(queue)]
    office.memory.lag = up_to_date
    assert sorted(row.task_id for row in office.store.party_queue(queue)) == sorted([*before, new])


def test_a_timer_that_is_not_listed_yet_fires_in_a_later_sweep(office: Office) -> None:
    """A sweep that does not see it does nothing; the next one that does fires it."""
    _behind(office)
    assert _swept(office) == (0, 0)
    office.memory.lag = up_to_date
    assert _swept(office)[0] == 1
    assert _swept(office) == (0, 0)


def test_a_timer_that_is_still_listed_fires_no_second_time(office: Office) -> None:
    """It is looked for in the table, and gone from there."""
    assert _swept(office)[0] == 1
    items = office.items()
    _behind(office)
    assert _swept(office)[0] == 0
    assert office.items() == items


def test_a_timer_that_was_put_off_does_not_fire_at_its_old_time(world: SimulatedWorld) -> None:
    """The index lists it under the moment that has come; the table knows the one that has not."""
    task = world.task("look-1", dueTime="2026-11-22T10:00:00Z")
    world.pass_time(hours=2)
    world.act(task, "reschedule", ROOT, dueTime="2026-11-23T10:00:00Z")
    _behind(world)
    assert _swept(world)[0] == 0
    assert world.stored(task).overdue is False


def test_a_task_that_somebody_else_has_by_now_is_not_handed_back(world: SimulatedWorld) -> None:
    """The row says that it is the departing user's; the task says that it is not."""
    task = world.task("look-1")
    world.act(task, "claim", BOB)
    world.act(task, "assign", ANN, assignedParty={"kind": "user", "id": "ann"})
    before = world.stored(task)
    _behind(world)
    assert [row.task_id for row in world.store.party_queue(indexes.user_queue("bob"))] == [task]
    assert hand_back(world.session, ROOT, "bob", {}).tasks == ()
    assert world.stored(task) == before


def test_a_task_that_is_not_listed_yet_is_handed_back_by_a_repeat(world: SimulatedWorld) -> None:
    """What the first call cannot see, the next one does."""
    task = world.task("look-1")
    world.act(task, "claim", BOB)
    _behind(world)
    assert hand_back(world.session, ROOT, "bob", {}).tasks == ()
    world.memory.lag = up_to_date
    assert [item.task_id for item in hand_back(world.session, ROOT, "bob", {}).tasks] == [task]


def test_a_task_that_somebody_has_taken_is_not_assigned_with_others(world: SimulatedWorld) -> None:
    """It is still listed as nobody's: it is passed over, and the next one is given."""
    taken, free = world.task("look-1"), world.task("look-1")
    world.act(taken, "claim", BOB)
    world.memory.lag = lambda versions: 1 if versions > 1 else 0
    assert [row.task_id for row in world.store.unassigned("dispatch")] == [taken, free]
    done = bulk.bulk_assign(world.session, ANN, "dispatch", {"userId": "ann", "count": 1}).value.outcomes
    assert [outcome.task_id for outcome in done] == [free]
    assert world.stored(taken).assigned_party != world.stored(free).assigned_party
