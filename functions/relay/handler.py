"""The function behind the stream that announces every change and keeps the queue counters."""

from __future__ import annotations

import os
import time
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics

from functions.environment import required
from functions.metering import report
from functions.relay.events import Bus
from functions.runtime import make_client, open_session
from functions.streams import Batch, Context, FailureQueue, is_redriven, is_transient
from shared.domain.model.task import Entry
from shared.engine import counting
from shared.engine.invitations import Invitation, invitation, went_out
from shared.engine.session import Session

CHUNK = 30
"""Entries that are announced and counted together: as many tasks as one transaction can count."""

SERVICE = "relay"

logger = Logger(service=SERVICE)
metrics = Metrics(service=SERVICE)


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """What Lambda calls with records of the table's stream."""
    return relay(event, context, _session(), _bus(), None if is_redriven(event) else _failures())


def relay(
    event: dict[str, Any], context: Context, session: Session, bus: Bus, failures: FailureQueue | None
) -> dict[str, Any]:
    """Every record is announced on the bus and counted; the answer names those that have to come again."""
    session.store.reset_consumed()
    batch = Batch(event["Records"], failures, context, logger)
    entries = batch.entries()
    for start in range(0, len(entries), CHUNK):
        chunk = entries[start : start + CHUNK]
        if batch.out_of_time:
            batch.postpone([number for number, _ in chunk])
        else:
            _announce(batch, bus, session, chunk)
            _count(batch, session, chunk)
    report(metrics, logger, session.store.consumed, SERVICE, "relayed", **batch.tally())
    return batch.answer()


def _announce(batch: Batch, bus: Bus, session: Session, chunk: list[tuple[int, Entry]]) -> None:
    """The entries are on the bus; those that it did not take come again.

    A request for a connection goes out with its token, which is made here and kept nowhere.
    """
    found: dict[int, Invitation | None] = {}
    for number, entry in chunk:
        # One by one: without the secret a request cannot go out, but everything else can.
        batch.attempt([number], lambda number=number, entry=entry: found.update({number: invitation(session, entry)}))  # type: ignore[misc]
    ready = [(number, entry) for number, entry in chunk if number in found]

    def publish() -> None:
        invitations = {position: value for position, (n, _) in enumerate(ready) if (value := found[n]) is not None}
        failed = bus.publish([entry for _, entry in ready], invitations)
        batch.postpone([ready[position][0] for position in failed])
        for position in invitations.keys() - failed:
            went_out(session, invitations[position].connection.id)

    batch.attempt([number for number, _ in ready], publish)


def _count(batch: Batch, session: Session, chunk: list[tuple[int, Entry]]) -> None:
    """The entries are counted together, which is cheaper, or one by one where one of them cannot be."""
    try:
        counting.count(session, [entry for _, entry in chunk])
    except Exception as error:  # noqa: BLE001 (which of them is at fault shows below)
        if is_transient(error):
            batch.fail([number for number, _ in chunk], error)
            return
        for number, entry in chunk:
            batch.attempt([number], lambda entry=entry: counting.count(session, [entry]))  # type: ignore[misc]


@cache
def _session() -> Session:
    return open_session(os.environ)


@cache
def _bus() -> Bus:
    return Bus(make_client("events", os.environ), required(os.environ, "CASETREE_BUS"), time.sleep)


@cache
def _failures() -> FailureQueue:
    return FailureQueue(_queue, required(os.environ, "CASETREE_FAILURE_QUEUE_URL"), SERVICE)


@cache
def _queue() -> Any:
    return make_client("sqs", os.environ)
