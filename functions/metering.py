"""What an invocation consumed of the table, as a metric by what it did."""

from __future__ import annotations

from typing import Protocol

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit


class Units(Protocol):
    """Read and write units, as the table reported them."""

    @property
    def read(self) -> float: ...

    @property
    def write(self) -> float: ...


def report(metrics: Metrics, consumed: Units, action: str) -> None:
    """The units are in the log as metrics, with the action as a dimension; none where nothing was consumed."""
    if not (consumed.read or consumed.write):
        return
    metrics.add_dimension("action", action)
    metrics.add_metric("ConsumedReadUnits", MetricUnit.Count, consumed.read)
    metrics.add_metric("ConsumedWriteUnits", MetricUnit.Count, consumed.write)
    metrics.flush_metrics()
