"""What status changes used of all that has a price, kept apart so that it can be billed on other terms, too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from statistics import median
from typing import NamedTuple

from tests.bench.bill import GIGABYTE, Bill
from tests.bench.prices import MILLION, PRICES

MEMORY: Mapping[str, int] = {"api": 1_024, "hooks": 512, "relay": 512}
"""MB, as infra/functions.py gives them."""


class Run(NamedTuple):
    """One invocation of a function: milliseconds, bytes that it logged, and units."""

    function: str
    wall: float
    cpu: float
    log: int
    write: float
    read: float


@dataclass(frozen=True, slots=True)
class Usage:
    """So many changes took so many requests and events, and these invocations."""

    changes: int
    requests: int
    events: int
    runs: tuple[Run, ...]

    def with_runs_of(self, other: Usage, function: str) -> Usage:
        """The same, but with the function invoked as it was for the other, which made as many changes."""
        assert self.changes == other.changes, "what is compared has to have done as much"
        kept = tuple(run for run in self.runs if run.function != function)
        return replace(self, runs=kept + tuple(run for run in other.runs if run.function == function))


@dataclass(frozen=True, slots=True)
class Terms:
    """How it is deployed, and what AWS asks for it."""

    memory: Mapping[str, int] = field(default_factory=lambda: MEMORY)
    prices: Mapping[str, float] = field(default_factory=lambda: {name: price.dollars for name, price in PRICES.items()})
    platform_log: int = 0
    """Bytes that Lambda itself writes for an invocation."""

    counted: bool = True
    """Whether the relay counts."""


DEPLOYED = Terms()


def bill(usage: Usage, terms: Terms = DEPLOYED) -> Bill:
    """What the usage comes to; each run of a function took as long as half of them, whatever else the machine did."""
    found = Bill()
    walls, cpus = (_medians(usage, time) for time in ("wall", "cpu"))
    for _ in range(usage.requests):
        found.request()
    found.use("eventbridge: event", usage.events)
    for run in usage.runs:
        found.invoke(terms.memory[run.function], walls[run.function], cpus[run.function], run.log)
        found.use("cloudwatch: GB of log", terms.platform_log / GIGABYTE)
        if terms.counted or run.function != "relay":
            found.use("dynamodb: write unit", run.write)
            found.use("dynamodb: read unit", run.read)
    return found


def _medians(usage: Usage, time: str) -> Mapping[str, float]:
    functions = {run.function for run in usage.runs}
    return {name: median(getattr(run, time) for run in usage.runs if run.function == name) for name in functions}


def a_million(usage: Usage, terms: Terms = DEPLOYED) -> float:
    """Dollars for a million changes."""
    used = bill(usage, terms).used
    return sum(amount * terms.prices[thing] for thing, amount in used.items()) / usage.changes * MILLION
