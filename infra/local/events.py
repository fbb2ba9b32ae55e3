"""Following the event bus: a rule on it feeds a queue of our own, which is read until somebody stops."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from infra.local import aws
from infra.local.records import Stack

SOURCE = "casetree"
LONG_POLL_SECONDS = 1
# What the line says anyway, or nobody reads.
UNSHOWN = {"id", "caseId", "taskId", "workflow", "version", "at", "type", "action", "state", "status", "by"}


@contextmanager
def subscription(stack: Stack) -> Iterator[str]:
    """Give the address of a queue that gets every event of the bus from now on; it is gone afterwards."""
    name = f"casetree-events-{os.getpid()}"
    queues = aws.client("sqs", stack.endpoint_url, stack.region)
    bus = aws.client("events", stack.endpoint_url, stack.region)
    queue = str(queues.create_queue(QueueName=name)["QueueUrl"])
    named = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    bus.put_rule(Name=name, EventBusName=stack.bus_name, EventPattern=json.dumps({"source": [SOURCE]}))
    bus.put_targets(Rule=name, EventBusName=stack.bus_name, Targets=[{"Id": "queue", "Arn": named}])
    try:
        yield queue
    finally:
        bus.remove_targets(Rule=name, EventBusName=stack.bus_name, Ids=["queue"])
        bus.delete_rule(Name=name, EventBusName=stack.bus_name)
        queues.delete_queue(QueueUrl=queue)


def receive(stack: Stack, queue: str, wait: int = LONG_POLL_SECONDS) -> list[dict[str, Any]]:
    """Return the events that have come, oldest first; wait a moment if there are none."""
    queues = aws.client("sqs", stack.endpoint_url, stack.region)
    messages = queues.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=wait).get("Messages", [])
    for message in messages:
        queues.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(message["Body"]) for message in messages]


def as_line(event: dict[str, Any]) -> str:
    """Return an event as one line: when, what, which task, what was done, what it became, by whom."""
    detail = event.get("detail", {})
    what = str(detail.get("taskId") or detail.get("caseId") or detail.get("id") or "")
    parts = [event.get("time", "")[11:19], f"{event.get('detail-type', ''):<14}", what, *_words(detail)]
    return "  ".join(part for part in parts if part)


def _words(detail: dict[str, Any]) -> list[str]:
    became = " / ".join(str(detail[key]) for key in ("state", "status") if detail.get(key))
    known = [detail.get("type"), detail.get("action"), became]
    others = [f"{key}={value}" for key, value in detail.items() if key not in UNSHOWN and isinstance(value, str | int)]
    by = detail.get("by")
    return [str(word) for word in known if word] + others + ([f"by {by}"] if by else [])
