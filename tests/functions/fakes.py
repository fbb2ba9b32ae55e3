"""What stands in for Lambda and the queues in tests of the functions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import StringIO
from itertools import repeat
from typing import Any

import pytest
from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError

from functions.bus import EventBus


@dataclass
class Context:
    """An invocation with so many milliseconds left each time somebody asks."""

    left: Iterator[int] = field(default_factory=lambda: repeat(60_000))

    def get_remaining_time_in_millis(self) -> int:
        return next(self.left)


@dataclass
class Queue:
    """Keeps what is sent to it, or refuses it."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    refuses: bool = False

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> object:  # noqa: N803 (named by AWS)
        if self.refuses:
            raise ClientError({"Error": {"Code": "ServiceUnavailable"}}, "SendMessage")
        self.messages.append({"url": QueueUrl, **json.loads(MessageBody)})
        return {}


@dataclass
class Bus:
    """Keeps what is put on it, or refuses it."""

    events: list[dict[str, Any]] = field(default_factory=list)
    refuses: bool = False

    def put_events(self, *, Entries: Any) -> dict[str, Any]:  # noqa: N803 (named by AWS)
        self.events += [] if self.refuses else [json.loads(event["Detail"]) for event in Entries]
        return {"Entries": [{"ErrorCode": "Busy"} if self.refuses else {} for _ in Entries]}


@pytest.fixture(autouse=True)
def night_bus(monkeypatch: pytest.MonkeyPatch) -> Bus:
    """The bus on which the nightly rule announces what the doctor finds."""
    made = Bus()
    monkeypatch.setattr("functions.timers.handler._bus", lambda: EventBus(made, "casetree", lambda seconds: None))
    return made


@pytest.fixture
def context() -> Context:
    """An invocation with a minute left."""
    return Context()


@pytest.fixture
def queue() -> Queue:
    """An empty failure queue."""
    return Queue()


def metrics_of(text: str, name: str) -> list[dict[str, Any]]:
    """The metrics of this name among the lines that were logged."""
    lines = (json.loads(line) for line in text.splitlines() if line.startswith('{"_aws"'))
    return [line for line in lines if name in line]


def log_of(logger: Logger, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[dict[str, Any]]]:
    """What gives the lines that the logger wrote since."""
    stream = StringIO()
    monkeypatch.setattr(logger.handlers[0], "stream", stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def failed(answer: dict[str, Any]) -> list[int]:
    """The numbers of the records that come again."""
    return [int(item["itemIdentifier"]) for item in answer["batchItemFailures"]]
