from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.model.task import Timer
from shared.engine import settle, timers
from shared.engine.timers import settle_all, settle_on, sweep
from shared.storage import indexes
from shared.storage.keys import Address
from shared.storage.store import Store, Throttled
from shared.storage.table import Table
from shared.storage.values import SettlingProgress
from shared.timestamps import to_text
from tests.engine.world import ANN, BOB, START, World

SHARDS = range(16)


def never() -> bool:
    """There is always time."""
    return False


def silent(what: str, error: Exception) -> None:
    """Nobody wants to know."""
    raise AssertionError(what) from error


def due_task(world: World, case_id: str = "look-1", hours: float = 1) -> str:
    """A task that is due in some hours."""
    return world.task(case_id, dueTime=to_text(START + timedelta(hours=hours)))


def test_what_is_due_fires_once(world: World) -> None:
    """A due time that passed makes the task overdue, with one entry in its history, however often is swept."""
    world.case("look-1")
    task = due_task(world)
    assert sweep(world.session, SHARDS, never, silent).fired == 0
    world.pass_time(hours=1)
    assert sweep(world.session, SHARDS, never, silent) == timers.SweepReport(fired=1)
    assert sweep(world.session, SHARDS, never, silent) == timers.SweepReport()
    assert world.stored(task).overdue
    assert [entry.action for entry in world.store.history(task)] == ["create", "overdue"]


def test_a_sweep_looks_at_its_own_shards(world: World) -> None:
    """Sweeps that share the shards fire each timer once between them."""
    world.case("look-1")
    for _ in range(12):
        due_task(world)
    world.pass_time(hours=2)
    fired = [sweep(world.session, range(first, first + 4), never, silent).fired for first in (0, 4, 8, 12)]
    assert sum(fired) == 12
    assert sum(count > 0 for count in fired) > 1


def test_a_cancelled_or_moved_timer_does_nothing(world: World) -> None:
    """A task that was closed, or is due later now, does not fire at the old time."""
    world.case("look-1")
    closed, moved, cleared = (due_task(world) for _ in range(3))
    world.act(closed, "skip", ANN, reason="not needed")
    world.act(moved, "reschedule", ANN, dueTime=to_text(START + timedelta(hours=9)))
    world.act(cleared, "reschedule", ANN, dueTime=None)
    world.pass_time(hours=2)
    assert sweep(world.session, SHARDS, never, silent) == timers.SweepReport()
    world.pass_time(hours=8)
    assert sweep(world.session, SHARDS, never, silent).fired == 1
    assert world.stored(moved).overdue


def test_everything_due_fires_after_an_outage(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep goes on until nothing is due, page after page."""
    monkeypatch.setattr(timers, "PAGE", 2)
    world.case("look-1")
    tasks = [due_task(world, hours=number / 10) for number in range(1, 8)]
    world.pass_time(days=30)
    assert sweep(world.session, SHARDS, never, silent) == timers.SweepReport(fired=7)
    assert all(world.stored(task).overdue for task in tasks)


def test_a_sweep_stops_when_its_time_is_up(world: World) -> None:
    """What a sweep could not do in time is left to the next one, and the report says so."""
    world.case("look-1")
    for _ in range(5):
        due_task(world)
    world.pass_time(hours=2)
    left = iter([False, False, True])
    first = sweep(world.session, SHARDS, lambda: next(left), silent)
    assert (first.fired, first.complete) == (2, False)
    assert sweep(world.session, SHARDS, never, silent) == timers.SweepReport(fired=3)


def test_one_that_fails_does_not_hold_up_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A timer that cannot fire is reported, and those behind it fire, even where it fills a whole page."""
    monkeypatch.setattr(timers, "PAGE", 1)
    world.case("look-1")
    bad, *good = (due_task(world, hours=number / 10) for number in range(1, 20))
    original = settle.fire
    failed: list[str] = []

    def fire(session: Any, timer: Timer) -> int:
        if timer.task_id == bad:
            raise ValueError("no such status")
        return original(session, timer)

    monkeypatch.setattr(timers, "fire", fire)
    world.pass_time(hours=2)
    report = sweep(world.session, SHARDS, never, lambda what, error: failed.append(what))
    assert (report.fired, report.failed, report.complete) == (18, 1, True)
    assert failed == [f"{bad} due"]
    assert all(world.stored(task).overdue for task in good)


def test_timers_that_fail_are_read_but_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many of a shard cannot fire, the sweep does not read all of them again with each page behind them."""
    monkeypatch.setattr(timers, "PAGE", 2)
    monkeypatch.setattr(indexes, "DUE_SHARDS", 1)
    world.case("look-1")
    for number in range(1, 41):
        due_task(world, hours=number / 100)
    read = list[int]()
    original = Table.batch_get

    def batch_get(self: Table, addresses: Iterable[Address], *, lagging: bool = False) -> list[Any]:
        wanted = list(addresses)
        read.append(len(wanted))
        return original(self, wanted, lagging=lagging)

    def fire(session: Any, timer: Timer) -> int:
        raise ValueError("no such status")

    monkeypatch.setattr(Table, "batch_get", batch_get)
    monkeypatch.setattr(timers, "fire", fire)
    world.pass_time(hours=2)
    assert sweep(world.session, [0], never, lambda what, error: None).failed == 40
    assert sum(read) == 2 * 40


def test_a_busy_shard_does_not_hold_up_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Timers that cannot be listed now are the next sweep's, which the report says; the others fire."""
    world.case("look-1")
    tasks = [due_task(world) for _ in range(12)]
    world.pass_time(hours=2)
    original = type(world.store).due
    failed: list[str] = []

    def due(self: Store, shard: int, until: Any, page: int) -> Iterator[Timer]:
        if shard == busy:
            raise Throttled
        return original(self, shard, until, page)

    busy = next(shard for shard in SHARDS if list(world.store.due(shard, world.now)))
    waiting = len(list(world.store.due(busy, world.now)))
    monkeypatch.setattr(type(world.store), "due", due)
    report = sweep(world.session, SHARDS, never, lambda what, error: failed.append(what))
    assert (report.fired, report.failed, report.complete) == (len(tasks) - waiting, 1, False)
    assert failed == [f"shard {busy}"]
    monkeypatch.setattr(type(world.store), "due", original)
    assert sweep(world.session, SHARDS, never, silent) == timers.SweepReport(fired=waiting)


def test_a_timer_that_nothing_is_owed_for_does_not_keep_the_sweep_busy(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A timer that stays though there is nothing to do is looked at once, not for ever."""
    world.case("look-1")
    task = due_task(world)
    stray = Timer(task, "stray", "due", "overdue", START)
    monkeypatch.setattr(type(world.store), "due", lambda self, shard, until, page: [stray] if shard == 3 else [])
    assert sweep(world.session, SHARDS, never, silent) == timers.SweepReport(idle=1)


def test_every_night_what_was_lost_is_done(world: World) -> None:
    """Settling finds the task whose record was lost, and the queue that was not counted."""
    world.case("look-1")
    first = world.task("look-1")
    waiting = world.task("look-1", prerequisites=[first])
    world.act(first, "claim", BOB)
    world.act(first, "pass", BOB)
    report = settle_all(world.session, None, never, silent)
    assert world.stored(waiting).status == "Ready"
    assert (report.cases, report.found, report.miscounted, report.next) == (1, 1, 2, None)
    again = settle_all(world.session, None, never, silent)
    assert (again.found, again.miscounted) == (0, 0)


def test_settling_goes_on_where_it_stopped(world: World) -> None:
    """When its time is up, settling says behind which case to go on, and no case is left out."""
    for number in range(5):
        world.case(f"look-{number}")
    left = iter([False, False, True])
    first = settle_all(world.session, None, lambda: next(left), silent)
    assert (first.cases, first.complete) == (2, False)
    rest = settle_all(world.session, first.next, never, silent)
    assert (rest.cases, rest.complete, rest.next) == (3, True, None)


def test_settling_that_has_no_time_at_all_starts_over(world: World) -> None:
    """Without time for a single case, there is nothing to go on behind but where it began."""
    world.case("look-1")
    nothing = settle_all(world.session, None, lambda: True, silent)
    assert (nothing.cases, nothing.complete, nothing.next) == (0, False, None)
    assert settle_all(world.session, "look-0", lambda: True, silent).next == "look-0"


def test_a_case_that_cannot_be_settled_is_reported(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One case that fails is reported by its id; the others are settled, and all tasks are counted right."""
    for case_id in ("look-1", "look-2"):
        world.case(case_id)
        world.task(case_id)
    original = settle.settle
    failed: list[str] = []

    def settling(session: Any, case_id: str) -> int:
        if case_id == "look-1":
            raise ValueError("no such status")
        return original(session, case_id)

    monkeypatch.setattr(timers, "settle", settling)
    report = settle_all(world.session, None, never, lambda what, error: failed.append(what))
    assert (report.cases, report.failed, report.miscounted) == (2, 1, 2)
    assert failed == ["look-1"]


@pytest.mark.parametrize(("busy", "has_time"), [(1, True), (2, True), (1, False)])
def test_what_the_table_was_too_busy_for_is_done_behind_the_other_cases(
    world: World, *, busy: int, has_time: bool
) -> None:
    """Once more, in the same round, while there is time; the rest of what is done to a case is not done again."""
    for number in range(3):
        world.case(f"look-{number}")
    first, *_ = order = list(world.store.cases())
    looked, failed = list[str](), list[str]()

    def look(case_id: str) -> None:
        looked.append(case_id)
        if case_id == first and looked.count(first) <= busy:
            raise Throttled

    def out_of_time() -> bool:
        return not has_time and len(looked) == len(order)

    report = settle_all(world.session, None, out_of_time, lambda what, error: failed.append(what), look)
    assert looked == [*order, *([first] if has_time else [])]
    assert (report.cases, failed) == (3, [] if busy == 1 and has_time else [first])
    assert report.failed == len(failed)


def test_how_far_settling_came_is_not_lost_where_the_table_is_busy(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list of cases that breaks off is a round that is not complete: the next run goes on behind the last case."""
    for number in range(5):
        world.case(f"look-{number}")
    order = list(world.store.cases())

    def cases(self: Store, after: str | None) -> Iterator[str]:
        yield from order[:2]
        raise Throttled

    failed: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(Store, "cases", cases)
        report = settle_on(world.session, never, lambda what, error: failed.append(what))
    assert (report.cases, report.failed, report.complete, report.next) == (2, 1, False, order[1])
    assert failed == ["the table"]
    rest = settle_on(world.session, never, silent)
    assert (rest.cases, rest.complete) == (3, True)


def test_a_case_that_cuts_off_every_run_holds_up_no_other(world: World) -> None:
    """A run of which nothing was heard is made up for by one that keeps account; the third passes over the case."""
    for number in range(5):
        world.case(f"look-{number}")
    order = list(world.store.cases())
    looked, failed = list[str](), list[str]()

    def look(case_id: str) -> None:
        looked.append(case_id)
        if case_id == order[2]:
            raise KeyboardInterrupt  # as if the process were gone

    def fail(what: str, error: Exception) -> None:
        failed.append(f"{what} {type(error).__name__}")

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            settle_on(world.session, never, silent, look)
    third = settle_on(world.session, never, fail, look)
    assert looked == [*order[:3], *order[:3], *order[3:]]
    assert (third.cases, third.failed, third.complete) == (2, 1, True)
    assert failed == [f"{order[2]} RunLostError"]
    world.pass_time(days=1)
    with pytest.raises(KeyboardInterrupt):
        settle_on(world.session, never, silent, look)


def test_a_run_that_was_cut_off_once_costs_no_case_its_round(world: World) -> None:
    """What cut it off need not come again: then the run after it goes through all cases, and nothing has failed."""
    for number in range(3):
        world.case(f"look-{number}")
    order, cut = list(world.store.cases()), [True]

    def look(case_id: str) -> None:
        if case_id == order[1] and cut.pop():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        settle_on(world.session, never, silent, look)
    cut.append(False)
    again = settle_on(world.session, never, silent, look)
    assert (again.cases, again.failed, again.complete) == (3, 0, True)
    assert settle_on(world.session, never, silent, look).cases == 0


def test_a_busy_table_does_not_end_a_run_that_keeps_account(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A case that could not be noted is settled all the same."""
    world.case("look-1")
    original = Store.set_settling_progress

    def put(self: Store, progress: SettlingProgress) -> None:
        if progress.at is not None:
            raise Throttled
        original(self, progress)

    monkeypatch.setattr(Store, "set_settling_progress", put)
    world.store.set_settling_progress(SettlingProgress(running=True))
    assert settle_on(world.session, never, silent).cases == 1
