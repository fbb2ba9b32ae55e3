"""Messages of the failure queue: what a function put aside by its keys, and what Lambda gave up on by its place."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from infra.local.target import Target

HISTORY = "HISTORY#"
# A stream keeps its records for a day. Then it answers with the first, or has lost the whole shard.
GONE = {"TrimmedDataAccessException", "ResourceNotFoundException"}
# An entry says when its change was decided: some seconds before its record arrived, by another clock.
MARGIN = timedelta(minutes=5)
# A page may be empty before the next one is not.
QUIET_PAGES = 20
Item = Mapping[str, Any]


@dataclass(frozen=True)
class ByKeys:
    """A record that was alone at fault; the function put it aside itself."""

    function: str
    partition: str
    sort: str
    error: str

    def __str__(self) -> str:
        return f"{self.partition} {self.sort} of {self.function} ({self.error.partition(':')[0]})"

    def entries(self, target: Target) -> list[Item]:
        """Return the history entry, as the table has it: it never changes; none where it is gone."""
        key = {"PK": {"S": self.partition}, "SK": {"S": self.sort}}
        found = target.client("dynamodb").get_item(TableName=target.table, Key=key, ConsistentRead=True)
        return [found["Item"]] if "Item" in found else []


@dataclass(frozen=True)
class ByPlace:
    """Records that Lambda gave up on: they were too old, tried too often, or killed the function."""

    function: str
    stream: str
    shard: str
    first: str
    last: str
    since: datetime
    until: datetime

    def __str__(self) -> str:
        return f"{self.shard} {self.first} to {self.last} of {self.function}"

    def records(self, target: Target) -> list[Item] | None:
        """Return the history entries that the stream holds there; None where it holds them no more."""
        place = {"StreamArn": self.stream, "ShardId": self.shard, "SequenceNumber": self.first}
        try:
            return self._read(target.client("dynamodbstreams"), {"ShardIteratorType": "AT_SEQUENCE_NUMBER", **place})
        except ClientError as error:
            if error.response["Error"]["Code"] in GONE:
                return None
            raise

    def _read(self, streams: Any, start: Mapping[str, str]) -> list[Item] | None:
        """Read up to the last record, which is there unless all of them have gone meanwhile."""
        found: list[Item] = []
        iterator, quiet = streams.get_shard_iterator(**start)["ShardIterator"], 0
        while iterator and quiet < QUIET_PAGES:
            answer = streams.get_records(ShardIterator=iterator)
            for record in answer["Records"]:
                if _number(record) <= int(self.last) and _is_entry(record):
                    found.append(record["dynamodb"]["NewImage"])
                if _number(record) >= int(self.last):
                    return found
            iterator, quiet = answer.get("NextShardIterator"), 0 if answer["Records"] else quiet + 1
        return None

    def entries_of_the_time(self, target: Target) -> Iterator[Item]:
        """Give the entries of that time which the table has: those of the records, and more."""
        limits = (_text(self.since - MARGIN), _text(self.until + MARGIN))
        pages = (
            target.client("dynamodb")
            .get_paginator("scan")
            .paginate(
                TableName=target.table,
                FilterExpression="begins_with(SK, :history) AND createdAt BETWEEN :since AND :until",
                ExpressionAttributeValues={
                    ":history": {"S": HISTORY},
                    ":since": {"S": limits[0]},
                    ":until": {"S": limits[1]},
                },
            )
        )
        for page in pages:
            yield from page["Items"]


Failure = ByKeys | ByPlace


def read(body: str, target: Target) -> Failure | None:
    """Return what a message tells of; None where it is of neither form."""
    try:
        said = json.loads(body)
        return _by_place(said, target) if "DDBStreamBatchInfo" in said else _by_keys(said, target)
    except (KeyError, TypeError, ValueError, IndexError):
        return None


def _by_keys(said: Any, target: Target) -> ByKeys | None:
    known = said["function"] in target.functions
    return ByKeys(said["function"], said["keys"]["PK"], said["keys"]["SK"], str(said["error"])) if known else None


def _by_place(said: Any, target: Target) -> ByPlace | None:
    place, name = said["DDBStreamBatchInfo"], said["requestContext"]["functionArn"].split(":")[6]
    function = next((known for known, full in target.functions.items() if full == name), None)
    if function is None:
        return None
    moments = (place[f"approximateArrivalOf{which}Record"] for which in ("First", "Last"))
    since, until = (datetime.fromisoformat(moment) for moment in moments)
    first, last = place["startSequenceNumber"], place["endSequenceNumber"]
    return ByPlace(function, place["streamArn"], place["shardId"], first, last, since, until)


def _is_entry(record: Any) -> bool:
    """Whether the mapping would hand the record to a function."""
    return record["eventName"] == "INSERT" and str(record["dynamodb"]["Keys"]["SK"]["S"]).startswith(HISTORY)


def _number(record: Any) -> int:
    return int(record["dynamodb"]["SequenceNumber"])


def _text(moment: datetime) -> str:
    """The moment as the table keeps it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
