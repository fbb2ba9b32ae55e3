"""Cold start: a fresh interpreter imports a function and answers its first request, beside one with botocore alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from functions.runtime import clock
from shared.engine import counting, settle, timers
from shared.engine.session import Session
from shared.storage.case_items import entry_item
from tests.bench.deployment import ENGINE, Deployment, deployed
from tests.bench.figure import Figure, Finding, Section, Table
from tests.bench.fresh import BARE, FUNCTION, fresh
from tests.bench.imports import COLUMNS, imported
from tests.bench.recorder import recorded
from tests.bench.rounds import Times
from tests.bench.sizes import Sizes
from tests.engine.world import record_of

BACKGROUND, API = 1.1, 1.25


@dataclass(frozen=True, slots=True)
class Start:
    """A function, its first event, what that asks of the table, and what its start may take of the bare one's."""

    function: str
    event: dict[str, Any]
    work: Callable[[Session], object]
    most: float
    resolver: bool = False
    events: bool = False


def measure(sizes: Sizes) -> Iterator[Finding]:
    """Each function and its bare counterpart, in turns."""
    with deployed() as here:
        assert here.endpoint is not None
        starter = fresh(here.table, here.endpoint)
        rows, made_of = [], []
        for start in _starts(here):
            ours, bare = Times(), Times()
            requests = _requests(here, start)
            works = [
                partial(starter.run, FUNCTION, {"function": start.function, "events": [start.event]}),
                partial(starter.run, BARE, _bare(start, requests)),
            ]
            for turn in range(-1, sizes.starts):
                kept = (ours, bare) if turn >= 0 else (Times(), Times())
                for work, times in zip(works, kept, strict=True):
                    work(times)
            yield Figure(f"{start.function}, wall, of the bare one's", ours.wall / bare.wall, "times", start.most)
            yield Figure(f"{start.function}, processor, of the bare one's", ours.cpu / bare.cpu, "times")
            shares = imported(starter, {"function": start.function, "events": [start.event]}, 3)
            made_of.append((start.function, *(f"{shares[group]:.0f}" for group in COLUMNS)))
            rows.append((start.function, *(f"{t:.0f}" for t in (ours.wall, ours.cpu, bare.wall, bare.cpu))))
        columns = ("function", "ms", "ms of processor", "bare, ms", "bare, ms of processor")
        yield Table("From the start of the interpreter to its end, on this machine", columns, rows)
        yield Table("Of that, importing, in ms", ("function", *COLUMNS), made_of)


def _starts(here: Deployment) -> list[Start]:
    """A request that reads a task; a record of a claim, for which nothing is left to do; a sweep of four shards."""
    here.case("look-1")
    task = here.task("look-1", "QA")
    here.drain()
    here.act(task, "claim")
    (plan,) = here.observed.taken()
    (entry,) = plan.entries
    counting.count(here.session, [entry])
    child = replace(entry, reacts=("children",))
    records = {name: {"Records": [record_of(entry_item(it))]} for name, it in (("relay", entry), ("hooks", child))}
    read = here.event("bob", "GET", f"/tasks/{task}")
    return [
        Start("api", read, lambda session: here.answer(read), API, resolver=True),
        Start("hooks", records["hooks"], lambda session: settle.react(session, child), BACKGROUND),
        Start("relay", records["relay"], lambda session: counting.count(session, [entry]), BACKGROUND, events=True),
        Start("timers", {"job": "sweep", "shards": [0, 1, 2, 3]}, _sweep, BACKGROUND),
    ]


def _sweep(session: Session) -> object:
    return timers.sweep(session, range(4), lambda: False, lambda what, error: None)


def _requests(here: Deployment, start: Start) -> list[tuple[str, dict[str, Any]]]:
    """What the function asks of the table, also for the time: on this machine that is read from the table, too."""
    session = here.session
    here.session = replace(session, now=clock(here.endpoint, here.store.clock_offset))
    here.open_api()
    with recorded(here.store) as recorder:
        start.work(here.session)
    here.session = session
    prepared = [asked.again() for asked in recorder.asked]
    return [(request.method, request.parameters) for request in prepared]


def _bare(start: Start, requests: list[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    return {"requests": requests, "resolver": start.resolver, "event": start.event, "events": start.events}


SECTION = Section(
    name="cold-start",
    title="Cold start",
    engine=f"{ENGINE}; the asset and the layer as built for this machine",
    measure=measure,
    sizes=lambda sizes: f"{sizes.starts} starts of each",
)
