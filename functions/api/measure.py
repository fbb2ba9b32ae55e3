"""What a request consumed: in a header for the caller, and as a metric by action for the operator."""

from __future__ import annotations

from typing import Protocol

from aws_lambda_powertools import Metrics

from functions.metering import Units, report


class Meter(Protocol):
    """Adds up what is consumed until it is reset."""

    @property
    def consumed(self) -> Units: ...

    def reset_consumed(self) -> None: ...


class Measure:
    """One request's consumption; `operation`, `action` and whether it is `hidden` are set as soon as they are known."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._metrics = Metrics()
        self.operation = self.action = ""
        self.hidden = False

    def begin(self) -> None:
        """Nothing is consumed yet."""
        self._meter.reset_consumed()
        self.operation = self.action = ""
        self.hidden = False

    def end(self) -> None:
        """The metric is written to the log; a request that touched nothing leaves none."""
        report(self._metrics, self._meter.consumed, self.action)

    @property
    def header(self) -> str:
        """What was consumed, as in `read=1, write=9.5`."""
        consumed = self._meter.consumed
        return f"read={consumed.read:.10g}, write={consumed.write:.10g}"
