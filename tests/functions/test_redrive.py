"""`casetree redrive` over real functions, a real stream and a real queue, all of them in this process."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from time import sleep
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from functions.hooks import handler as hooks
from functions.relay import handler as relay
from functions.relay.events import Bus
from functions.streams import FailureQueue
from functions.timers import handler as timers
from infra.local import cli
from infra.local.redrive import Done, redrive
from infra.local.target import Target
from shared.domain.counts.tally import Number, Tally
from shared.engine import settle
from shared.storage.keys import history_of, key_item
from tests.engine.world import BOB, World
from tests.functions.fakes import Context
from tests.functions.relay.test_events import Client
from tests.storage.table import REGION

NAMES = {name: f"Casetree-{name}-1A2B" for name in ("api", "hooks", "relay", "timers")}
CLOSING = 3
"""The version of the first task that closes it."""
WAITING = Tally("dispatch", "Looker Schedule Look")


class Stopped(BaseException):
    """Somebody ends the command in the middle."""


@dataclass
class Functions:
    """Lambda, with the functions themselves behind it; those that are `broken` end with an error."""

    world: World
    bus: Client = field(default_factory=Client)
    broken: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def invoke(self, *, FunctionName: str, Payload: bytes) -> Mapping[str, Any]:  # noqa: N803 (named by AWS)
        name, event = FunctionName.split("-")[1], json.loads(Payload)
        self.asked.append(name)
        if name in self.broken:
            return {"FunctionError": "Unhandled", "Payload": BytesIO(b'{"errorMessage": "Out of memory"}')}
        assert name == "timers" or event["redrive"]
        return {"Payload": BytesIO(json.dumps(self._run(name, event)).encode())}

    def _run(self, name: str, event: dict[str, Any]) -> Any:
        session = self.world.session
        if name == "hooks":
            return hooks.react(event, Context(), session, None)
        if name == "relay":
            return relay.relay(event, Context(), session, Bus(self.bus, "casetree", lambda _: None), None)
        return timers.run(event, Context(), session)

    @property
    def heard(self) -> list[str]:
        """The ids of the events that went out."""
        return [json.loads(event["Detail"])["id"] for call in self.bus.calls for event in call]


@dataclass
class Place:
    """A stack in which a task waits for one that was passed, of which no record was delivered yet."""

    world: World
    functions: Functions
    target: Target
    queue: Any
    first: str
    waiting: str
    streams: Any
    begun: int = 0

    def put_aside(self, function: str, *versions: int) -> None:
        """The records of the first task's versions are put aside, as the function does it itself."""
        failures = FailureQueue(lambda: self.queue, self.target.failure_queue, function)
        task = self.world.store.history(self.first)
        keys = [history_of(entry) for version in versions for entry in task if entry.version == version]
        for key in keys:
            record = {"dynamodb": {"Keys": key_item(key)}}
            failures.put(record, ValueError("quoting ann@example.org"))

    def give_up(self, function: str) -> None:
        """Lambda gives up on all that the stream holds."""
        shard, records = self.stream()
        first, last = records[self.begun]["dynamodb"], records[-1]["dynamodb"]
        self.send({
            "requestContext": {"functionArn": f"arn:aws:lambda:{REGION}:123456789012:function:{NAMES[function]}"},
            "DDBStreamBatchInfo": {
                "shardId": shard,
                "startSequenceNumber": first["SequenceNumber"],
                "endSequenceNumber": last["SequenceNumber"],
                "approximateArrivalOfFirstRecord": "2026-11-22T09:01:00Z",
                "approximateArrivalOfLastRecord": "2026-11-22T09:02:00Z",
                "batchSize": len(records) - self.begun,
                "streamArn": self.arn,
            },
        })  # fmt: skip

    def stream(self) -> tuple[str, list[Any]]:
        """The only shard of the stream, and its records."""
        shard = self.streams.describe_stream(StreamArn=self.arn)["StreamDescription"]["Shards"][0]["ShardId"]
        start = self.streams.get_shard_iterator(StreamArn=self.arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
        return shard, self.streams.get_records(ShardIterator=start["ShardIterator"])["Records"]

    @property
    def arn(self) -> str:
        """The table's stream."""
        return str(self.world.client.describe_table(TableName=self.world.table)["Table"]["LatestStreamArn"])

    def send(self, message: object) -> None:
        """Something is on the queue."""
        self.queue.send_message(QueueUrl=self.target.failure_queue, MessageBody=json.dumps(message))

    def redrive(self) -> list[Done]:
        """What becomes of each message."""
        return list(redrive(self.target))

    def status(self) -> str:
        """Of the task that waits."""
        return self.world.stored(self.waiting).status


@pytest.fixture
def place(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """The stack, with an empty failure queue, and a stream from its beginning."""
    monkeypatch.setattr("infra.local.redrive.WAIT_SECONDS", 0)
    if "LatestStreamArn" not in world.client.describe_table(TableName=world.table)["Table"]:
        stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
        world.client.update_table(TableName=world.table, StreamSpecification=stream)
    queue, streams = boto3.client("sqs", region_name=REGION), boto3.client("dynamodbstreams", region_name=REGION)
    functions, url = Functions(world), queue.create_queue(QueueName="failures")["QueueUrl"]
    clients = {"sqs": queue, "lambda": functions, "dynamodb": world.client, "dynamodbstreams": streams}
    target = Target(clients.__getitem__, world.table, url, NAMES)
    place = Place(world, functions, target, queue, "", "", streams)
    place.begun = len(place.stream()[1])
    world.case("look-1")
    place.first = world.task("look-1")
    place.waiting = world.task("look-1", prerequisites=[place.first])
    world.act(place.first, "claim", BOB)
    world.act(place.first, "pass", BOB)
    yield place
    queue.delete_queue(QueueUrl=url)


def test_what_hooks_put_aside_is_done_once(place: Place) -> None:
    """However often a record was put aside: the task that waited is ready, and a second run finds nothing."""
    place.put_aside("hooks", CLOSING, CLOSING)
    assert [done.left for done in place.redrive()] == [False, False]
    assert place.status() == "Ready"
    assert [entry.action for entry in place.world.store.history(place.waiting)] == ["create", "ready"]
    assert place.redrive() == []


def test_events_that_did_not_go_out_do(place: Place) -> None:
    """A record that the relay put aside is announced, and counted."""
    place.put_aside("relay", 1)
    assert [done.left for done in place.redrive()] == [False]
    assert place.functions.heard == [f"{place.first}/1"]
    ready = {Number("tab", "unassigned"): 1, Number("standing", "inspection/Created/Ready"): 1}
    assert place.world.store.queue_tallies("dispatch", "2026-11-22") == {WAITING: ready}
    assert place.redrive() == []


@pytest.mark.parametrize("function", ["hooks", "relay"])
def test_what_lambda_gave_up_on_is_read_from_the_stream(place: Place, function: str) -> None:
    """The message has a place only; of what is there, history entries are sent to the function."""
    place.give_up(function)
    (done,) = place.redrive()
    assert (done.left, done.how) == (False, f"sent to {function} again (5)")
    assert (place.status() == "Ready") == (function == "hooks")
    assert (len(set(place.functions.heard)) == 5) == (function == "relay")
    assert place.redrive() == []


def gone(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream has lost what is older than a day."""

    def trimmed(**_: object) -> None:
        raise ClientError({"Error": {"Code": "TrimmedDataAccessException", "Message": ""}}, "GetShardIterator")

    monkeypatch.setattr(place.streams, "get_shard_iterator", trimmed)


def test_what_the_stream_has_lost_is_settled(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """What hooks left undone is found in the items of all cases, and the command says so."""
    place.give_up("hooks")
    gone(place, monkeypatch)
    (done,) = place.redrive()
    assert (done.left, done.how) == (False, "the stream has its records no more: all cases were settled")
    assert place.status() == "Ready"


def test_events_that_the_stream_has_lost_go_out_all_the_same(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table has every entry of that time: they are announced, those of other times are not."""
    place.give_up("relay")
    place.world.pass_time(hours=1)
    place.world.task("look-1")
    gone(place, monkeypatch)
    (done,) = place.redrive()
    assert not done.left
    expected = {"look-1/1", *(f"{place.first}/{version}" for version in (1, 2, 3)), f"{place.waiting}/1"}
    assert set(place.functions.heard) == expected


def test_a_record_that_hooks_cannot_process_is_settled_from_the_case(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What follows from it is found without it, also where it ends the function."""
    place.put_aside("hooks", CLOSING)

    def broken(*_: object) -> int:
        raise ValueError("no such status")

    monkeypatch.setattr(settle, "react", broken)
    (done,) = place.redrive()
    assert (done.left, done.how) == (False, "sent to hooks again (1); settled: look-1")
    assert place.status() == "Ready"
    place.put_aside("hooks", 1)
    place.functions.broken = {"hooks"}
    assert [done.left for done in place.redrive()] == [False]


@pytest.mark.parametrize("broken", [{"relay"}, {"hooks", "timers"}])
def test_what_cannot_be_done_stays(place: Place, broken: set[str]) -> None:
    """It is back on the queue at once, and done when the function is well again; the others are done meanwhile."""
    place.put_aside("hooks", 1)
    place.put_aside("relay", 1)
    place.functions.broken = broken
    assert sorted(done.left for done in place.redrive()) == [False, True]
    place.functions.broken = set()
    assert [done.left for done in place.redrive()] == [False]
    assert place.functions.heard == [f"{place.first}/1"]
    assert place.redrive() == []


def test_whoever_ends_it_in_the_middle_loses_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """At each message, after its work was done and before it was deleted: the next run does it again, to no effect."""
    place.put_aside("hooks", CLOSING, CLOSING, 1)

    def stop(**_: object) -> None:
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(place.queue, "delete_message", stop)
        for _ in range(3):
            with pytest.raises(Stopped):
                place.redrive()
    assert [done.left for done in place.redrive()] == [False] * 3
    assert [entry.action for entry in place.world.store.history(place.waiting)] == ["create", "ready"]


def test_a_record_of_what_is_gone_asks_for_nothing(place: Place) -> None:
    """A stage that was thrown away, or a table that was restored: there is no entry any more."""
    place.send({"keys": {"PK": "CASE#look-9", "SK": "HISTORY#a#00001"}, "error": "E: x", "function": "hooks"})
    (done,) = place.redrive()
    assert (done.left, place.functions.asked) == (False, [])


STRANGE: tuple[object, ...] = (
    {},
    [],
    "text",
    {"keys": {}, "function": "hooks", "error": ""},
    {"keys": {"PK": "a", "SK": "b"}, "error": "", "function": "others"},
    {"DDBStreamBatchInfo": {}, "requestContext": {"functionArn": "arn"}},
)


def test_what_is_of_no_known_form_stays(place: Place) -> None:
    """A person has to look at it."""
    for message in STRANGE:
        place.send(message)
    for _ in range(2):
        assert [done.left for done in place.redrive()] == [True] * len(STRANGE)


def test_more_messages_than_are_received_at_once(place: Place) -> None:
    """All of them are done in one run."""
    place.put_aside("relay", *[1, 2, 3] * 8)
    assert sum(not done.left for done in place.redrive()) == 24
    assert place.redrive() == []


# The command.


def run(place: Place, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str]:
    """The command, as a person types it for a deployed stack."""
    monkeypatch.setattr(
        cli, "on_aws", lambda name, region: place.target if (name, region) == ("Mine", REGION) else None
    )
    environment = {"COLUMNS": "200", "NO_COLOR": "1"}
    command = ["redrive", "--stack", "Mine", "--region", REGION, *arguments]
    result = CliRunner(env=environment).invoke(cli.app, command)
    return result.exit_code, result.output


def test_the_command_says_what_it_does(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dry run leaves all as it is; a run tells what became of each message, without what a person wrote."""
    place.put_aside("hooks", CLOSING)
    status, text = run(place, monkeypatch, "--dry-run")
    assert (status, "1 messages wait." in text, place.status()) == (0, True, "Pending")
    status, text = run(place, monkeypatch)
    assert (status, "1 done, 0 left." in text, place.status()) == (0, True, "Ready")
    assert "@example.org" not in text
    assert run(place, monkeypatch) == (0, "Nothing waits on the failure queue.\n")


def test_the_command_fails_where_something_is_left(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that scripts see it."""
    place.send({})
    status, text = run(place, monkeypatch)
    assert (status, "0 done, 1 left." in text) == (1, True)


def test_a_table_that_cannot_be_settled_whole_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settling that gets no further ends, and the message stays."""
    place.give_up("hooks")
    gone(place, monkeypatch)
    stuck = replace(place.target, client=lambda name: _Stuck() if name == "lambda" else place.target.client(name))
    (done,) = redrive(stuck)
    assert (done.left, "could not be settled" in done.how) == (True, True)


class _Stuck:
    def invoke(self, **_: object) -> Mapping[str, Any]:
        return {"Payload": BytesIO(b'{"failed": 1, "next": "look-1"}')}


def test_work_that_takes_longer_than_messages_stay_hidden(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that were received come back meanwhile: each is still looked at once, and none behind them is left out."""
    monkeypatch.setattr("infra.local.redrive.HIDDEN_SECONDS", 1)
    monkeypatch.setattr("infra.local.redrive.AT_ONCE", 2)
    for number in range(2):
        place.send({"strange": number})
    place.put_aside("relay", 1, 2, 3)
    results = list[Done]()
    for result in redrive(place.target):
        results.append(result)
        sleep(0.6)
    assert sorted(result.left for result in results) == [False, False, False, True, True]
    assert [result.left for result in place.redrive()] == [True, True]


def test_messages_that_are_back_already_need_not_be_released(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS refuses to release what is not hidden any more: everybody can receive it, which is all that was wanted."""
    place.send({})
    place.put_aside("relay", 1)

    def refuse(**_: object) -> None:
        raise ClientError({"Error": {"Code": "AWS.SimpleQueueService.MessageNotInflight"}}, "ChangeMessageVisibility")

    with monkeypatch.context() as patch:
        patch.setattr(place.queue, "change_message_visibility", refuse)
        assert sorted(done.left for done in place.redrive()) == [False, True]
