"""What a million status changes cost on AWS, all in: what was measured here, times list prices."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any

from functions.hooks.handler import react
from functions.relay.events import Bus
from functions.relay.handler import relay
from functions.streams import FailureQueue
from shared.domain.model.task import Entry
from shared.storage.case_items import entry_item
from tests.bench.bill import Bill
from tests.bench.cost import metered
from tests.bench.deployment import ENGINE, Deployment, deployed, entries_of
from tests.bench.figure import Figure, Finding, Section, Table
from tests.bench.prices import MILLION, OTHERS, PRICES, REGION
from tests.bench.rounds import Times
from tests.bench.sizes import Sizes
from tests.engine import board
from tests.engine.world import record_of
from tests.functions.fakes import Context, Queue

ALONE, WITH_REACTION = 10.0, 17.0
MEMORY = {"api": 1_024, "hooks": 512, "relay": 512}
"""MB, as infra/functions.py gives them."""
RELAYED = 10
"""Records that the relay gets together: some, as it waits a second for company."""
LIFE: tuple[tuple[str, dict[str, str]], ...] = (
    ("claim", {}),
    ("fail", {"reason": "Nobody there."}),
    ("retry", {}),
    ("pass", {}),
)


class _Taken:
    """Stands for the client of a bus that takes everything."""

    def put_events(self, *, Entries: Sequence[Any]) -> Any:  # noqa: N803 (named by AWS)
        return {"Entries": [{"EventId": "e"} for _ in Entries]}


@dataclass(slots=True)
class Meter:
    """Calls functions as AWS would, and writes down what it would bill."""

    here: Deployment
    bill: Bill

    def request(self, event: dict[str, Any]) -> None:
        """A request over the API, with all that follows in the hooks; what is announced is left to `announce`."""
        self.bill.request()
        self._run("api", lambda: self.here.answer(event))

    def react(self, entry: Entry) -> None:
        """A record reaches the hooks, alone: the dearest case."""
        event = {"Records": [record_of(entry_item(entry))]}
        self._run("hooks", lambda: react(event, Context(), self.here.session, _failures()))

    def announce(self, entries: Sequence[Entry]) -> None:
        """Records reach the relay, some together: one event each, and the counters."""
        self.bill.use("eventbridge: event", len(entries))
        event = {"Records": [record_of(entry_item(entry), number) for number, entry in enumerate(entries)]}
        bus = Bus(_Taken(), "casetree", lambda seconds: None)
        self._run("relay", lambda: relay(event, Context(), self.here.session, bus, _failures()))

    def _run(self, function: str, work: Callable[[], object]) -> None:
        times = Times()
        with metered(self.here) as cost, _log() as written:
            times.take(work)
        self.bill.use("dynamodb: write unit", cost.write)
        self.bill.use("dynamodb: read unit", cost.read)
        self.bill.invoke(MEMORY[function], times.wall, times.cpu, written())


def measure(sizes: Sizes) -> Iterator[Finding]:
    """Lives of tasks without parents, and children whose parents react, each with all that AWS would bill."""
    with deployed() as here:
        alone, changes = _alone(here, sizes.rounds)
        yield Figure("a million status changes, without parent reaction", alone.total / changes * MILLION, "$", ALONE)
    with deployed() as here:
        both, closings = _with_reaction(here, sizes.rounds)
        yield Figure("a million, with one", both.total / closings * MILLION, "$", WITH_REACTION)
    for name, (low, high, _) in OTHERS.items():
        yield Figure(f"beside it: {name}, from", low, "$")
        if high != low:
            yield Figure(f"beside it: {name}, to", high, "$")
    yield _table(alone, changes, both, closings)
    yield Table("List prices", ("", "$", "seen", "as"), [_price(name) for name in PRICES])


def _alone(here: Deployment, rounds: int) -> tuple[Bill, int]:
    """The bill of tasks that are claimed, fail, are tried again and pass, and how many changes that were."""
    here.case("look-1")
    made = [here.task("look-1", "QA") for _ in range(max(2, rounds // 10))]
    here.drain()
    meter = Meter(here, Bill())
    events = [here.event("bob", "POST", f"/tasks/{t}/actions/{name}", given) for name, given in LIFE for t in made]
    _play(meter, events)
    return meter.bill, len(events)


def _with_reaction(here: Deployment, rounds: int) -> tuple[Bill, int]:
    """The bill of children that close, each the last one of a parent that reacts."""
    board.seat(here)
    here.open_api()
    children = []
    for number in range(max(2, rounds // 10)):
        case_id = f"a{number}"
        here.ask("root", "POST", "/cases", {"workflow": "appeals", "caseId": case_id, "attributes": DOCKET})
        here.drain()
        (parent,) = (t for t in board.tasks_of(here, case_id) if t.type == "DistributionTask")
        children.append(here.task(case_id, "EngineeringTask", parentId=parent.task_id))
        here.drain()
    meter = Meter(here, Bill())
    _play(meter, [here.event("root", "POST", f"/tasks/{child}/actions/complete", {}) for child in children])
    return meter.bill, len(children)


def _play(meter: Meter, events: Sequence[dict[str, Any]]) -> None:
    """The requests are made, and what they make due is done, and announced."""
    changed: list[Entry] = []
    for event in events:
        meter.request(event)
        while fresh := entries_of(meter.here.observed.taken()):
            changed += fresh
            for entry in fresh:
                if entry.reacts:
                    meter.react(entry)
    for start in range(0, len(changed), RELAYED):
        meter.announce(changed[start : start + RELAYED])


def _failures() -> FailureQueue:
    return FailureQueue(Queue, "failures", "bench")


@contextmanager
def _log() -> Iterator[Callable[[], int]]:
    """How many bytes are logged within the block: to the standard output, as in Lambda."""
    sys.stdout.flush()
    kept = os.dup(1)
    with TemporaryFile() as file:
        os.dup2(file.fileno(), 1)
        try:
            yield lambda: size
        finally:
            sys.stdout.flush()
            size = os.fstat(file.fileno()).st_size
            os.dup2(kept, 1)
            os.close(kept)


def _table(alone: Bill, changes: int, both: Bill, closings: int) -> Table:
    mine, its = alone.dollars(), both.dollars()
    rows = [
        (
            thing,
            f"{alone.used.get(thing, 0.0) / changes:.4g}",
            f"{mine.get(thing, 0.0) / changes * MILLION:.2f}",
            f"{both.used.get(thing, 0.0) / closings:.4g}",
            f"{its.get(thing, 0.0) / closings * MILLION:.2f}",
        )
        for thing in PRICES
    ]
    columns = ("for each change", "alone", "$ a million", "with reaction", "$ a million")
    return Table(f"What they are made of, {REGION}", columns, rows)


def _price(name: str) -> tuple[str, ...]:
    price = PRICES[name]
    return name, f"{price.dollars:.10f}".rstrip("0"), price.seen, price.source


DOCKET = {"docket": "direct_review"}
SECTION = Section(
    name="money",
    title="Money",
    engine=f"{ENGINE}; list prices",
    measure=measure,
    sizes=lambda sizes: f"{max(2, sizes.rounds // 10)} tasks of each kind",
)
