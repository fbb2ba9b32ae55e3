"""What the readers of the table's stream have in common: which records failed, and what becomes of them.

A record that alone is at fault is put aside, so that it does not block those behind it. What is at
fault beside the record (a table that is busy or refuses everything, a lost answer, no time left) fails:
Lambda delivers the batch again from the first such record on, and everything done twice has its effect once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from shared.domain.model.task import Entry
from shared.engine.session import Refused
from shared.storage.case_items import entry_of_item
from shared.storage.errors import CommitFailed, Throttled, Unreachable, is_refusal_of_all

Record = Mapping[str, Any]
MARGIN = 5_000
"""Milliseconds that must be left to begin with another record.

Most take less. A cascade may take longer: where Lambda cuts it off, the record is delivered again and
goes on where it was, as each of its commits stays.
"""
MAX_TEXT = 1_000
"""Characters of an error's text that are kept on the queue."""


class Context(Protocol):
    """What Lambda says about an invocation, as far as it matters here."""

    def get_remaining_time_in_millis(self) -> int: ...


class Queue(Protocol):
    """The client of the queue on which records are put aside."""

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> object: ...  # noqa: N803 (named by AWS)


@dataclass(frozen=True, slots=True)
class FailureQueue:
    """Where records wait for a person: their keys, the error, and the function to send them to again.

    `client` gives the client, which is dear to make, and which most processes never need.
    """

    client: Callable[[], Queue]
    url: str
    function: str

    def put(self, record: Record, error: Exception) -> None:
        """The record's keys are on the queue."""
        keys = {name: value.get("S") for name, value in record.get("dynamodb", {}).get("Keys", {}).items()}
        text = f"{type(error).__name__}: {error}"[:MAX_TEXT]
        body = json.dumps({"keys": keys, "error": text, "function": self.function})
        self.client().send_message(QueueUrl=self.url, MessageBody=body)


@dataclass(slots=True)
class Batch:
    """The records of one invocation, and which of them have to come again.

    Without a queue nothing is put aside: records that were taken from there stay there if they fail again.
    """

    records: Sequence[Record]
    failures: FailureQueue | None
    context: Context
    log: Logger
    again: set[int] = field(default_factory=set)
    aside: int = 0

    @property
    def out_of_time(self) -> bool:
        """Whether what is left of the time may not do for another record."""
        return self.context.get_remaining_time_in_millis() < MARGIN

    def entries(self) -> list[tuple[int, Entry]]:
        """The history entries that the records bring, each with its record's number; none of what nobody sees yet.

        They are left out here, not by the mapping's filter: that costs an invocation for a case that
        follows on another, which is rare, and needs no pattern that AWS and the local stack read alike.
        """
        read: list[tuple[int, Entry]] = []

        def decode(number: int) -> None:
            read.append((number, entry_of_item(self.records[number]["dynamodb"]["NewImage"])))

        for number in range(len(self.records)):
            self.attempt([number], lambda number=number: decode(number))  # type: ignore[misc]
        return [(number, entry) for number, entry in read if not entry.staged]

    def attempt(self, numbers: Iterable[int], work: Callable[[], object]) -> bool:
        """Whether the work on these records is done; if not, they are put aside or come again."""
        numbers = list(numbers)
        try:
            work()
        except Exception as error:  # noqa: BLE001 (whatever it is, the other records go on)
            self.fail(numbers, error)
            return False
        return True

    def fail(self, numbers: Sequence[int], error: Exception) -> None:
        """The records come again if the error is transient; else they are put aside."""
        # The error's text may quote what a person wrote: it goes to the queue, not into the log.
        lasting = not is_transient(error)
        for number in numbers:
            kept = lasting and self._put_aside(number, error)
            if not kept:
                self.again.add(number)
        self.log.warning("failed", exception_name=type(error).__name__, records=len(numbers), lasting=lasting)

    def postpone(self, numbers: Iterable[int]) -> None:
        """The records come again: there is no time left for them."""
        self.again.update(numbers)

    def _put_aside(self, number: int, error: Exception) -> bool:
        if self.failures is None:
            return False
        try:
            self.failures.put(self.records[number], error)
        except (BotoCoreError, ClientError):
            return False
        self.aside += 1
        return True

    def tally(self) -> dict[str, int]:
        """How many records there were, how many of them come again, and how many were put aside."""
        return {"records": len(self.records), "again": len(self.again), "aside": self.aside}

    def answer(self) -> dict[str, list[dict[str, str]]]:
        """What Lambda is told: it delivers again from the lowest of the records named."""
        numbers = sorted(self.again)
        return {"batchItemFailures": [{"itemIdentifier": _sequence_number(self.records[n])} for n in numbers]}


def is_redriven(event: Mapping[str, Any]) -> bool:
    """Whether the records were taken from the failure queue, and not read from the stream."""
    return event.get("redrive") is True


def is_transient(error: Exception) -> bool:
    """Whether the same record may well succeed later."""
    if isinstance(error, Refused):
        return error.refusal.code == "conflict"
    if isinstance(error, CommitFailed | Throttled | Unreachable | BotoCoreError | ClientError):
        return True
    return is_refusal_of_all(error)


def _sequence_number(record: Record) -> str:
    return str(record["dynamodb"]["SequenceNumber"])
