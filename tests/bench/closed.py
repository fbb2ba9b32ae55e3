"""Statistics of a queue over few and over many closed tasks: none of them is read for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

from shared.domain.model.task import Task
from tests.bench.cost import metered
from tests.bench.deployment import ENGINE, Deployment, deployed
from tests.bench.figure import Figure, Finding, Section, Table
from tests.bench.rounds import interleaved
from tests.bench.sizes import Sizes
from tests.bench.stock import count, tasks

GROWTH, REQUESTS = 2.0, 2
DAYS = 30
FEW, MANY = "quality-assurance", "dispatch"


def measure(sizes: Sizes) -> Iterator[Finding]:
    """The statistics of thirty days, of a queue with few and of one with many tasks closed on each of them."""
    with deployed() as here:
        for queue, number in zip((FEW, MANY), sizes.closed, strict=True):
            count(here, list(_closed(here, queue, number)))
        works = {queue: partial(_ask, here, queue) for queue in (FEW, MANY)}
        times = interleaved(sizes.rounds, works)
        costs = {}
        for queue, work in works.items():
            with metered(here) as costs[queue]:
                work(0)
    few, many = sizes.closed
    yield Figure(f"wall, {many:,} closed tasks to {few}", times[MANY].wall / times[FEW].wall, "times", GROWTH)
    yield Figure(f"read units, {many:,} closed tasks to {few}", costs[MANY].read / costs[FEW].read, "times", GROWTH)
    yield Figure("requests to DynamoDB", costs[MANY].requests, "", REQUESTS)
    rows = [
        (f"{n:,}", f"{times[q].wall:.1f}", f"{costs[q].read:g}", str(costs[q].requests))
        for q, n in ((FEW, few), (MANY, many))
    ]
    yield Table("Statistics of thirty days", ("closed tasks", "ms", "read units", "requests"), rows)


def _closed(here: Deployment, queue: str, number: int) -> Iterator[Task]:
    """Tasks closed on each of the last thirty days, none of which is in the table: only counters are read."""
    for position, task in enumerate(tasks(queue, number, "passed")):
        day = here.now - timedelta(days=position * DAYS // number)
        waiting, working = 60 * (1 + position % 500), 60 * (1 + position % 90)
        yield replace(task, closed_at=day, waiting=waiting, working=working)


def _ask(here: Deployment, queue: str, _number: int) -> None:
    here.answer(here.event("bob", "GET", f"/queues/organizations/{queue}/statistics"))


SECTION = Section(
    name="statistics",
    title="Statistics",
    engine=ENGINE,
    measure=measure,
    sizes=lambda s: f"queues with {s.closed[0]:,} and {s.closed[1]:,} tasks closed in thirty days; {s.rounds} rounds",
)
