"""The clock of the local stack: moved ahead, then everything that has become due is fired."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.local import aws
from infra.local.functions import invoke, wait_until_at_rest
from infra.local.home import current_home, shown
from infra.local.obstacle import ObstacleError
from infra.local.records import Stack

OFFSET_KEY = {"PK": {"S": "CLOCK"}, "SK": {"S": "OFFSET"}}
# As the minute rule shares them out.
SHARDS = tuple(list(range(first, first + 4)) for first in range(0, 16, 4))
ROUNDS = 50


@dataclass(frozen=True)
class Timer:
    """A timer that waits, by its keys; `due` is `<moment>#<task>#<timer>`."""

    case_id: str
    sort_key: str
    due: str

    @property
    def task_id(self) -> str:
        """The id of the task, which the place among all that are due holds whole."""
        return self.due.split("#")[1]


def offset(stack: Stack) -> int:
    """Return by how many seconds the stack's clock is ahead."""
    table = aws.client("dynamodb", stack.endpoint_url, stack.region)
    item = table.get_item(TableName=stack.table_name, Key=OFFSET_KEY, ConsistentRead=True).get("Item", {})
    return int(item.get("seconds", {}).get("N", 0))


def now(stack: Stack) -> datetime:
    """Return the time that the stack's clock shows."""
    return datetime.now(UTC) + timedelta(seconds=offset(stack))


def advance(stack: Stack, seconds: int) -> list[Timer]:
    """Move the clock ahead and fire what is due, and what that makes due; return the timers that are gone."""
    # Some of these the minute rule may fire before anybody else looks.
    expected = due_timers(stack, ahead=seconds)
    move(stack, seconds)
    return list(dict.fromkeys([*expected, *sweep(stack)]))


def move(stack: Stack, seconds: int) -> None:
    """Move the clock ahead, and leave what becomes due to the minute rule."""
    table = aws.client("dynamodb", stack.endpoint_url, stack.region)
    table.update_item(
        TableName=stack.table_name,
        Key=OFFSET_KEY,
        UpdateExpression="ADD #seconds :more",
        ExpressionAttributeNames={"#seconds": "seconds"},
        ExpressionAttributeValues={":more": {"N": str(seconds)}},
    )


def sweep(stack: Stack) -> list[Timer]:
    """Run the timers function over every shard until nothing is due and the stream is at rest."""
    fired: dict[Timer, None] = {}
    for _ in range(ROUNDS):
        waiting = due_timers(stack)
        if not waiting:
            return list(fired)
        _run_all_shards(stack)
        wait_until_at_rest(stack)
        fired |= dict.fromkeys(timer for timer in waiting if timer not in set(due_timers(stack)))
    raise ObstacleError(
        f"{len(waiting)} timers are due and do not fire.",
        f"The log says what stands in their way: {shown(current_home().server_log)}",
    )


def _run_all_shards(stack: Stack) -> None:
    with ThreadPoolExecutor(len(SHARDS)) as pool:
        list(pool.map(lambda shards: invoke(stack, "timers", {"job": "sweep", "shards": shards}), SHARDS))


def due_timers(stack: Stack, ahead: int = 0) -> list[Timer]:
    """Return the timers that should have fired by now, or by so many seconds later, the oldest first."""
    limit = (now(stack) + timedelta(seconds=ahead)).isoformat(timespec="milliseconds")[:-6]
    timers = (
        Timer(_text(item, "PK").removeprefix("CASE#"), _text(item, "SK"), _text(item, "dueSort"))
        for item in _index(stack)
    )
    return sorted((timer for timer in timers if timer.due[: len(limit)] <= limit), key=lambda timer: timer.due)


def _index(stack: Stack) -> Iterator[dict[str, Any]]:
    table = aws.client("dynamodb", stack.endpoint_url, stack.region)
    for page in table.get_paginator("scan").paginate(TableName=stack.table_name, IndexName="due"):
        yield from page["Items"]


def _text(item: dict[str, Any], name: str) -> str:
    return str(item[name]["S"])
