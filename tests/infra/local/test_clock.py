from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.local import aws, clock
from infra.local.obstacle import ObstacleError
from infra.local.records import Stack


@pytest.fixture
def table(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A table with the index of due timers, in the place of the local stack's."""
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        client.create_table(
            TableName=stack.table_name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": n, "AttributeType": "S"} for n in ("PK", "SK", "dueShard", "dueSort")
            ],
            KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "due",
                    "KeySchema": [
                        {"AttributeName": "dueShard", "KeyType": "HASH"},
                        {"AttributeName": "dueSort", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            ],
        )
        monkeypatch.setattr(aws, "client", lambda *_: client)
        yield client


def _timer(table: Any, stack: Stack, number: int, due: datetime) -> None:
    item = {
        "PK": "CASE#look-1",
        "SK": f"TIMER#t{number}#due",
        "dueShard": str(number % 16),
        "dueSort": f"{due:%Y-%m-%dT%H:%M:%S}.000Z#look-1.t{number}#due",
    }
    table.put_item(TableName=stack.table_name, Item={name: {"S": value} for name, value in item.items()})


class Timers:
    """Stands in for the timers function: deletes what is due in its shards, as far as it works."""

    def __init__(self, table: Any) -> None:
        self.table = table
        self.works = True
        self.shards: list[int] = []

    def __call__(self, stack: Stack, function: str, event: dict[str, Any]) -> None:
        assert (function, event["job"]) == ("timers", "sweep")
        self.shards += event["shards"]
        for timer in clock.due_timers(stack) if self.works else []:
            key = {"PK": {"S": f"CASE#{timer.case_id}"}, "SK": {"S": timer.sort_key}}
            self.table.delete_item(TableName=stack.table_name, Key=key)


@pytest.fixture
def timers(table: Any, monkeypatch: pytest.MonkeyPatch) -> Timers:
    """The stand-in, in place, on a stream that is always at rest."""
    timers = Timers(table)
    monkeypatch.setattr(clock, "invoke", timers)
    monkeypatch.setattr(clock, "wait_until_at_rest", lambda _: True)
    return timers


@pytest.mark.usefixtures("timers")
def test_the_clock_is_moved_by_the_sum_of_all_moves(stack: Stack) -> None:
    """It starts with the real time, and never moves back."""
    assert clock.offset(stack) == 0
    clock.advance(stack, 60)
    clock.advance(stack, 3_600)
    assert clock.offset(stack) == 3_660
    assert clock.now(stack) - datetime.now(UTC) > timedelta(seconds=3_655)


def test_what_has_become_due_is_fired_and_named(table: Any, stack: Stack, timers: Timers) -> None:
    """In the order in which it was due; what is not due yet stays."""
    now = datetime.now(UTC)
    for number, days in enumerate((3, 1, 5)):
        _timer(table, stack, number, now + timedelta(days=days))
    fired = clock.advance(stack, 4 * 86_400)
    assert [timer.task_id for timer in fired] == ["look-1.t1", "look-1.t0"]
    assert sorted(timers.shards) == list(range(16))
    assert [timer.task_id for timer in clock.advance(stack, 4 * 86_400)] == ["look-1.t2"]


def test_what_the_minute_rule_is_first_to_fire_is_named_as_well(
    table: Any, stack: Stack, timers: Timers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may run at any moment, also between the moving of the clock and the look at what is due."""
    move = clock.move

    def move_and_fire(stack: Stack, seconds: int) -> None:
        move(stack, seconds)
        timers(stack, "timers", {"job": "sweep", "shards": []})

    monkeypatch.setattr(clock, "move", move_and_fire)
    _timer(table, stack, 1, datetime.now(UTC) + timedelta(days=1))
    assert [timer.task_id for timer in clock.advance(stack, 2 * 86_400)] == ["look-1.t1"]
    assert clock.due_timers(stack) == []


def test_where_nothing_is_due_nothing_is_run(stack: Stack, timers: Timers) -> None:
    """Moving the clock by a little costs next to nothing."""
    assert clock.advance(stack, 60) == []
    assert timers.shards == []


def test_a_timer_that_does_not_fire_is_an_obstacle(
    table: Any, stack: Stack, timers: Timers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not go round forever."""
    monkeypatch.setattr(clock, "ROUNDS", 3)
    timers.works = False
    _timer(table, stack, 1, datetime.now(UTC))
    with pytest.raises(ObstacleError, match="1 timers are due and do not fire"):
        clock.advance(stack, 60)
    assert len(timers.shards) == 3 * 16
