"""What work costs on AWS: quantities that were measured, times list prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.bench.prices import PRICES
from tests.bench.rounds import MILLISECONDS

WHOLE_PROCESSOR = 1_769
"""MB of memory at which a function has one whole processor; with less, it has that share of one."""
PLATFORM_LOG = 350
"""Bytes that Lambda itself writes for an invocation, where it is let: START, END and REPORT."""
ACCESS_LOG = 210
"""Bytes that API Gateway writes for a request: what infra/api.py asks for, as JSON."""
GIGABYTE = 1_000_000_000
MEGABYTES = 1_024


@dataclass(slots=True)
class Bill:
    """How much of each thing that has a price was used."""

    used: dict[str, float] = field(default_factory=dict)

    def use(self, thing: str, amount: float) -> None:
        """So much more of it was used; raises KeyError if it has no price."""
        assert thing in PRICES, thing
        self.used[thing] = self.used.get(thing, 0.0) + amount

    def request(self) -> None:
        """The API was asked for something."""
        self.use("api gateway: request to an HTTP API", 1)
        self.use("cloudwatch: GB of log", ACCESS_LOG / GIGABYTE)

    def invoke(self, memory: int, wall: float, cpu: float, log: int) -> None:
        """A function of so many MB ran: it waited as long as here, and computed with its share of a processor."""
        self.use("lambda: request", 1)
        self.use("lambda: GB-second", memory / MEGABYTES * billed(memory, wall, cpu) / MILLISECONDS)
        self.use("cloudwatch: GB of log", log / GIGABYTE)

    def dollars(self) -> Mapping[str, float]:
        """What each thing comes to."""
        return {thing: amount * PRICES[thing].dollars for thing, amount in self.used.items()}

    @property
    def total(self) -> float:
        return sum(self.dollars().values())


def billed(memory: int, wall: float, cpu: float) -> float:
    """Milliseconds that a function of so many MB would be billed, had it a processor like this machine's."""
    return cpu * max(1.0, WHOLE_PROCESSOR / memory) + max(0.0, wall - cpu)
