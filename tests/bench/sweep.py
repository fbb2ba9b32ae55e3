"""Timers that are due in the same minute: fired by as many processes as the rule starts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context

from infra.schedule import SHARDS, SWEEPS
from shared import workflows
from shared.engine import timers
from shared.engine.session import Session
from shared.ids import new_id
from shared.storage.store import Store
from tests.bench.cost import metered
from tests.bench.deployment import ENGINE, Deployment, deployed
from tests.bench.figure import Figure, Finding, Section
from tests.bench.prices import MILLION, PRICES, dynamodb
from tests.bench.sizes import Sizes
from tests.bench.stock import items_of, tasks, with_timers
from tests.storage.table import REGION

MINUTES = 10.0
SAMPLE = 20
MEMORY = 0.5
"""GB of the function `timers`."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What one process did."""

    fired: int
    seconds: float


def measure(sizes: Sizes) -> Iterator[Finding]:
    """All of them are due; a few are fired to see what that costs, the others by all processes at once."""
    with deployed() as here:
        due = with_timers(list(tasks("dispatch", sizes.timers)))
        here.put(items_of(due))
        here.pass_time(minutes=2)
        write, read = _cost(here)
        begun = time.perf_counter()
        swept = _sweep_all(here)
        seconds = time.perf_counter() - begun
    fired = sum(each.fired for each in swept)
    assert fired == sizes.timers - SAMPLE, f"{fired} of {sizes.timers - SAMPLE} have fired"
    busy = sum(each.seconds for each in swept) / fired
    compute = busy * MEMORY * PRICES["lambda: GB-second"].dollars
    yield Figure(f"{fired:,} timers, all fired after", seconds / 60, "minutes", MINUTES, here=True)
    yield Figure("for each timer", busy * 1000, "ms", here=True)
    yield Figure("write units for each timer", write)
    yield Figure("read units for each timer", read)
    yield Figure("a million timers, DynamoDB", dynamodb(read, write) * MILLION, "$")
    yield Figure("a million timers, Lambda, as long as here", compute * MILLION, "$", here=True)


def _cost(here: Deployment) -> tuple[float, float]:
    """Write and read units for each timer of a sample, from a sweep that ends after it."""
    left = iter(range(SAMPLE))
    with metered(here) as cost:
        report = timers.sweep(here.session, range(SHARDS), lambda: next(left, None) is None, _raised)
    assert report.fired == SAMPLE
    return cost.write / SAMPLE, cost.read / SAMPLE


def _sweep_all(here: Deployment) -> list[Swept]:
    each = SHARDS // SWEEPS
    assert here.endpoint is not None
    place = here.table, here.endpoint, here.now
    with ProcessPoolExecutor(SWEEPS, mp_context=get_context("spawn")) as pool:
        running = [pool.submit(_sweep, *place, range(at, at + each)) for at in range(0, SHARDS, each)]
        return [done.result() for done in running]


def _sweep(table: str, endpoint: str, now: datetime, shards: range) -> Swept:
    """A process's share. Its time is up only when nothing is due: on AWS the next minute's sweep goes on."""
    store = Store(table, region=REGION, endpoint=endpoint)
    begun = time.perf_counter()

    def clock() -> datetime:
        """The time goes on: in a single millisecond, 50,000 commits would not all find an id of their own."""
        return now + timedelta(milliseconds=int((time.perf_counter() - begun) * 1000))

    session = Session(store, workflows.load(), clock, new_id)
    report = timers.sweep(session, shards, lambda: False, _raised)
    return Swept(report.fired, time.perf_counter() - begun)


def _raised(what: str, error: Exception) -> None:
    raise AssertionError(what) from error


SECTION = Section(
    name="timers",
    title="Timers",
    engine=ENGINE,
    measure=measure,
    sizes=lambda sizes: f"{sizes.timers:,} due in the same minute, {SWEEPS} processes, {SHARDS} shards",
)
