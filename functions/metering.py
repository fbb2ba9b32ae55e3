"""What an invocation did, and what it consumed of the table: one line in the log, which has both."""

from __future__ import annotations

from typing import Any, Protocol

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit


class Units(Protocol):
    """Read and write units, as the table reported them."""

    @property
    def read(self) -> float: ...

    @property
    def write(self) -> float: ...


def report(metrics: Metrics, log: Logger, consumed: Units, action: str, message: str, **facts: Any) -> None:
    """The log has one more line: the message and the facts.

    In it are the metrics, too, with the action as a dimension: what was consumed, and what was added before. One
    line has all of it, as each is paid by its length. Where there is nothing to measure, the line is a plain one.
    """
    if consumed.read or consumed.write:
        metrics.add_metric("ConsumedReadUnits", MetricUnit.Count, consumed.read)
        metrics.add_metric("ConsumedWriteUnits", MetricUnit.Count, consumed.write)
    if not metrics.metric_set:
        log.info(message, **facts)
        return
    metrics.add_dimension("action", action)
    for name, value in {"message": message, "correlation_id": log.get_correlation_id(), **facts}.items():
        if value is not None:
            metrics.add_metadata(name, value)
    metrics.flush_metrics()
