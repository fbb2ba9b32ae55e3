"""What work on a deployment costs: write units as transactions are charged, read units, and requests.

DynamoDB Local reports half of what a transaction costs, so write units are those that the plans say;
that these are right is held against an engine that counts right by tests/stack/test_capacity.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.bench.deployment import Deployment
from tests.bench.recorder import recorded


@dataclass(slots=True)
class Cost:
    """What it came to; known at the end of the block in which it was metered."""

    write: float = 0.0
    read: float = 0.0
    operations: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return len(self.operations)


@contextmanager
def metered(here: Deployment) -> Iterator[Cost]:
    """What is done within the block, by the engine on this deployment, costs so much."""
    cost = Cost()
    here.observed.costs()
    here.store.reset_consumed()
    with recorded(here.store) as recorder:
        yield cost
    cost.read, cost.operations = here.store.consumed.read, recorder.operations
    cost.write = sum(here.observed.costs())
