"""The function behind the stream that lets parents, dependents and receivers react to a change."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from functions.environment import required
from functions.metering import report
from functions.runtime import make_client, open_session
from functions.streams import Batch, Context, FailureQueue, is_redriven
from shared.domain.model.task import Entry
from shared.engine import settle
from shared.engine.session import Session

SERVICE = "hooks"

logger = Logger(service=SERVICE)
metrics = Metrics(service=SERVICE)


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """What Lambda calls with records of the table's stream."""
    return react(event, context, _session(), None if is_redriven(event) else _failures())


def react(event: dict[str, Any], context: Context, session: Session, failures: FailureQueue | None) -> dict[str, Any]:
    """Everything is done that the records made due; the answer names those that have to come again."""
    session.store.reset_consumed()
    batch = Batch(event["Records"], failures, context, logger)
    for number, entry in batch.entries():
        if batch.out_of_time:
            batch.postpone([number])
        elif batch.attempt([number], lambda entry=entry: settle.react(session, entry)):  # type: ignore[misc]
            _measure_age(session, entry)
    report(metrics, logger, session.store.consumed, SERVICE, "reacted", **batch.tally())
    return batch.answer()


def _measure_age(session: Session, entry: Entry) -> None:
    """From the commit that wrote the entry to the end of what followed from it."""
    age = session.now() - entry.created_at
    metrics.add_metric("HookAge", MetricUnit.Milliseconds, max(0.0, age.total_seconds() * 1000))


@cache
def _session() -> Session:
    return open_session(os.environ)


@cache
def _failures() -> FailureQueue:
    return FailureQueue(_queue, required(os.environ, "CASETREE_FAILURE_QUEUE_URL"), SERVICE)


@cache
def _queue() -> Any:
    return make_client("sqs", os.environ)
