"""A busy table and the functions that nobody waits for: what they could not do comes again, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from functions.hooks import handler as hooks
from functions.relay import handler as relay
from functions.relay.events import Bus
from functions.streams import FailureQueue
from functions.timers import handler as timers
from shared.storage.counts import Tallies
from shared.timestamps import to_text
from tests.engine.world import BOB, START, World
from tests.functions.fakes import Context, Queue, failed
from tests.functions.relay.test_events import Client
from tests.storage.faults import Line, answer, fine

BUSY = answer("ThrottlingException")
NIGHT = {"job": "settle", "nightly": True}


@pytest.fixture
def line(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """The line to the table; nobody waits between attempts."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    line = Line(world.store)
    yield line
    line.mend()


@pytest.fixture
def waiting(world: World) -> str:
    """A task that waits for one that was passed, and is due; the stream has delivered nothing of it."""
    world.case("look-1")
    first = world.task("look-1")
    waiting = world.task("look-1", prerequisites=[first], dueTime=to_text(START + timedelta(hours=1)))
    world.act(first, "claim", BOB)
    world.act(first, "pass", BOB)
    world.pass_time(hours=2)
    return waiting


def _wherever(world: World, line: Line, work: Callable[[], bool], step: int = 1) -> int:
    """At how many requests the work failed: each time the table was busy from that one on, and then well."""
    items, now = world.items(), world.now
    done, after = False, -step
    while not done:
        after += step
        world.begin(items)
        world.now = now
        line.fail_after(after, BUSY)
        done = work()
        line.fail_after(0, fine)
        assert work()
    return after


def test_hooks_take_it_up_again(world: World, line: Line, waiting: str, context: Context, queue: Queue) -> None:
    """Records that a busy table held up come again, none is put aside, and what they made due is done once."""
    records = [record for record in world.records() if "reacts" in record["dynamodb"]["NewImage"]]
    failures = FailureQueue(lambda: queue, "https://queue", "hooks")

    def react() -> bool:
        return not failed(hooks.react({"Records": records}, context, world.session, failures))

    assert _wherever(world, line, react) > 2
    assert world.stored(waiting).status == "Ready"
    assert [entry.action for entry in world.store.history(waiting)].count("ready") == 1
    assert queue.messages == []


@pytest.mark.usefixtures("waiting")
def test_the_relay_takes_it_up_again(world: World, line: Line, context: Context, queue: Queue) -> None:
    """Everything is announced whatever the table does, and counted once it is well."""
    records, heard = world.records(), Client()
    failures = FailureQueue(lambda: queue, "https://queue", "relay")
    bus = Bus(heard, "casetree", lambda seconds: None)

    def announce() -> bool:
        return not failed(relay.relay({"Records": records}, context, world.session, bus, failures))

    def counted() -> Tallies:
        return world.store.queue_tallies("dispatch", "2026-11-22")

    assert announce()
    expected = counted()
    world.forget_counts()
    assert counted() == {}
    assert _wherever(world, line, announce) > 1
    assert counted() == expected
    assert all(len(call) == len(records) for call in heard.calls)
    assert queue.messages == []


@pytest.mark.parametrize("job", [{"job": "sweep", "shards": [*range(16)]}, NIGHT], ids=["sweep", "settle"])
def test_the_clock_takes_it_up_again(
    world: World, line: Line, waiting: str, context: Context, job: dict[str, object]
) -> None:
    """A sweep, or a night, that a busy table cut off fails, so that the alarm tells; the next one does the rest."""

    def run() -> bool:
        world.pass_time(days=1)
        try:
            timers.run(job, context, world.session)
        except Exception as error:  # noqa: BLE001 (Lambda takes all alike)
            assert type(error).__name__ in {"NotAllDoneError", "Throttled"}  # noqa: PT017 (anything else is a failure)
            return False
        return True

    assert _wherever(world, line, run, step=7) > 7
    assert world.stored(waiting).overdue
    assert [entry.action for entry in world.store.history(waiting)].count("overdue") == 1
