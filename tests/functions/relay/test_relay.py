import json
from collections.abc import Sequence
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError

from functions.relay import handler as relay
from functions.relay.events import Bus
from functions.streams import FailureQueue
from shared.domain.counts.tally import Move, Number, Tally
from shared.storage.errors import Throttled
from tests.engine.world import BOB, World
from tests.functions.fakes import Context, Queue, failed, metrics_of
from tests.functions.relay.test_events import Client

DISPATCH = Tally("dispatch", "Looker Schedule Look")
CLAIMED = {Number("tab", "assigned"): 1, Number("standing", "inspection/Created/In Progress"): 1}


def run(world: World, records: Sequence[dict[str, Any]], context: Context, queue: Queue, client: Client) -> list[int]:
    """The numbers of the records that come again."""
    bus = Bus(client, "casetree", lambda seconds: None)
    failures = FailureQueue(lambda: queue, "https://queue", "relay")
    return failed(relay.relay({"Records": list(records)}, context, world.session, bus, failures))


def versions(client: Client) -> list[str]:
    """The ids of the events that were sent, in order."""
    return [json.loads(event["Detail"])["id"] for call in client.calls for event in call]


def claimed(world: World) -> str:
    """A task that bob has claimed."""
    world.case("look-1")
    task = world.task("look-1")
    world.act(task, "claim", BOB)
    return task


def test_every_change_is_announced_and_counted(world: World, context: Context, queue: Queue) -> None:
    """Each record is one event on the bus, in order, and the queue counts the task where it ended up."""
    task = claimed(world)
    client = Client()
    assert run(world, world.records(), context, queue, client) == []
    assert sorted(versions(client)) == sorted(["look-1/1", f"{task}/1", f"{task}/2"])
    assert world.store.queue_tallies("dispatch", "2026-11-22") == {DISPATCH: CLAIMED}


def test_what_nobody_sees_yet_is_neither_announced_nor_counted(world: World, context: Context, queue: Queue) -> None:
    """A case that follows on another is stored before anybody may know of it."""
    claimed(world)
    records = world.records()
    for record in records:
        record["dynamodb"]["NewImage"]["staged"] = {"BOOL": True}
    client = Client()
    assert run(world, records, context, queue, client) == []
    assert (versions(client), world.store.queue_tallies("dispatch", "2026-11-22")) == ([], {})


def test_what_comes_twice_is_announced_twice_and_counted_once(world: World, context: Context, queue: Queue) -> None:
    """Events go out at least once, with the same id; counters move exactly once."""
    claimed(world)
    client = Client()
    for _ in range(2):
        assert run(world, world.records(), context, queue, client) == []
    assert len(versions(client)) == 6
    assert len(set(versions(client))) == 3
    assert world.store.queue_tallies("dispatch", "2026-11-22") == {DISPATCH: CLAIMED}


def test_what_the_bus_does_not_take_comes_again(world: World, context: Context, queue: Queue) -> None:
    """A refused event fails its record; the others are not held up, and everything is counted."""
    claimed(world)
    assert run(world, world.records(), context, queue, Client([{1}] + [{0}] * 5)) == [1]
    assert world.store.queue_tallies("dispatch", "2026-11-22") == {DISPATCH: CLAIMED}


def test_a_bus_that_is_not_there_fails_the_batch(
    world: World, context: Context, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the bus cannot be reached, the records come again, and counting goes on."""
    claimed(world)

    def unreachable(self: Client, **_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://events")

    monkeypatch.setattr(Client, "put_events", unreachable)
    assert run(world, world.records(), context, queue, Client()) == [0, 1, 2]
    assert queue.messages == []
    assert world.store.queue_tallies("dispatch", "2026-11-22") == {DISPATCH: CLAIMED}


def test_a_record_that_cannot_be_read_is_put_aside(world: World, context: Context, queue: Queue) -> None:
    """It waits on the failure queue, and the others are announced and counted."""
    claimed(world)
    records = world.records()
    records[0]["dynamodb"]["NewImage"].pop("createdAt")
    client = Client()
    assert run(world, records, context, queue, client) == []
    assert len(versions(client)) == 2
    assert [message["function"] for message in queue.messages] == ["relay"]


def test_a_busy_table_fails_the_records(
    world: World, context: Context, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where counting is throttled, the records come again."""
    claimed(world)

    def throttled(self: Any, moves: Any) -> None:
        raise Throttled

    monkeypatch.setattr(type(world.store), "move_counts", throttled)
    assert run(world, world.records(), context, queue, Client()) == [0, 1, 2]
    assert queue.messages == []


def test_one_that_cannot_be_counted_does_not_spoil_the_others(
    world: World, context: Context, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries that cannot be counted together are counted one by one, and the one at fault is put aside."""
    bad = claimed(world)
    world.task("look-1", "QA")
    original = type(world.store).move_counts

    def fail(self: Any, moves: Sequence[Move]) -> None:
        if any(move.task_id == bad for move in moves):
            raise ValueError("no such number")
        original(self, moves)

    monkeypatch.setattr(type(world.store), "move_counts", fail)
    assert run(world, world.records(), context, queue, Client()) == []
    assert {message["error"] for message in queue.messages} == {"ValueError: no such number"}
    ready = Number("standing", "inspection/Created/Ready")
    expected = {Tally("quality-assurance", "QA"): {Number("tab", "unassigned"): 1, ready: 1}}
    assert world.store.queue_tallies("quality-assurance", "2026-11-22") == expected


def test_what_there_is_no_time_for_comes_again(world: World, queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    """The function stops before Lambda ends it, and hands back what it did not begin with."""
    monkeypatch.setattr(relay, "CHUNK", 1)
    claimed(world)
    client = Client()
    assert run(world, world.records(), Context(iter([60_000, 1_000, 900])), queue, client) == [1, 2]
    assert len(versions(client)) == 1


def test_what_was_consumed_is_measured(
    world: World, context: Context, queue: Queue, capsys: pytest.CaptureFixture[str]
) -> None:
    """The units that counting consumed are a metric with the action relay."""
    claimed(world)
    run(world, world.records(), context, queue, Client())
    (metric,) = metrics_of(capsys.readouterr().out, "ConsumedWriteUnits")
    assert (metric["action"], metric["service"]) == ("relay", "relay")


def test_the_function_finds_everything_in_its_environment(
    world: World, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Lambda calls works with the table, the bus and the queue that the stack names."""
    boto3.client("events").create_event_bus(Name="casetree")
    monkeypatch.setenv("CASETREE_TABLE", world.table)
    monkeypatch.setenv("CASETREE_BUS", "casetree")
    monkeypatch.setenv("CASETREE_FAILURE_QUEUE_URL", "https://queue")
    for made in (relay._session, relay._bus, relay._failures):  # noqa: SLF001 (made once per process)
        made.cache_clear()
    claimed(world)
    assert relay.handler({"Records": world.records()}, context) == {"batchItemFailures": []}
    assert world.store.queue_tallies("dispatch", "2026-11-22") == {DISPATCH: CLAIMED}
