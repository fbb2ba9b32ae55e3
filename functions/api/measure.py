"""What a request consumed: in a header for the caller, and as a metric by action in the log for the operator."""

from __future__ import annotations

from typing import Protocol

from aws_lambda_powertools import Logger, Metrics

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

    def end(self, log: Logger, status: int) -> None:
        """The log has a line of what was asked and answered, with the metric, if the request touched anything."""
        facts = {"operation": self.operation, "status": status}
        report(self._metrics, log, self._meter.consumed, self.action, "answered", **facts)

    @property
    def header(self) -> str:
        """What was consumed, as in `read=1, write=9.5`."""
        consumed = self._meter.consumed
        return f"read={consumed.read:.10g}, write={consumed.write:.10g}"
