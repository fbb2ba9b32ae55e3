"""What a million status changes cost on AWS, all in: what was measured here, times list prices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tests.bench.deployment import ENGINE, Deployment, deployed
from tests.bench.figure import Figure, Finding, Section, Table
from tests.bench.meter import Meter, Together
from tests.bench.prices import DISCOUNTS, MILLION, OTHERS, PRICES, REGION, Price
from tests.bench.sizes import Sizes
from tests.bench.usage import Usage, a_million, bill
from tests.bench.ways import Played, Way, ways
from tests.engine import board

ALONE, WITH_REACTION = 10.0, 17.0
LIFE: tuple[tuple[str, dict[str, str]], ...] = (
    ("claim", {}),
    ("fail", {"reason": "Nobody there."}),
    ("retry", {}),
    ("pass", {}),
)
WARM_UP = 3
"""Tasks before those that are measured: what a first invocation takes is measured as a cold start."""
BATCHES = Together(hooks=10, relay=100)
ONE_BY_ONE = Together(relay=1)


def measure(sizes: Sizes) -> Iterator[Finding]:
    """Lives of tasks without parents, and children whose parents react, each with all that AWS would bill."""
    number = _number(sizes)
    with deployed() as here:
        here.case("look-1")
        _alone(here, WARM_UP, Together())
        alone = Played(*(_alone(here, number, how) for how in (Together(), BATCHES, ONE_BY_ONE, None)))
        yield Figure("a million status changes, without parent reaction", a_million(alone.usual), "$", ALONE)
    with deployed() as here:
        board.seat(here)
        here.open_api()
        _with_reaction(here, WARM_UP, Together())
        both = Played(*(_with_reaction(here, number, how) for how in (Together(), BATCHES, ONE_BY_ONE, None)))
        yield Figure("a million, with one", a_million(both.usual), "$", WITH_REACTION)
    for name, (low, high, _) in OTHERS.items():
        yield Figure(f"beside it: {name}, from", low, "$")
        if high != low:
            yield Figure(f"beside it: {name}, to", high, "$")
    yield _table(alone.usual, both.usual)
    columns = ("", "how", "alone, $ a million", "with reaction, $ a million")
    yield Table("Other ways to deploy and to use it, each by itself", columns, [_row(way) for way in ways(alone, both)])
    yield Table("List prices", ("", "$", "seen", "as"), [_price(*item) for item in {**PRICES, **DISCOUNTS}.items()])


def _alone(here: Deployment, number: int, together: Together | None) -> Usage:
    """What tasks used that were claimed, failed, were tried again and passed; without `together` in bulk."""
    made = [here.task("look-1", "QA") for _ in range(number)]
    here.drain()
    events: list[dict[str, Any]] = []
    for name, given in LIFE:
        events += _events(here, "bob", made, name, given, bulk=together is None)
    return Meter(here, together or Together()).play(events, number * len(LIFE))


def _with_reaction(here: Deployment, number: int, together: Together | None) -> Usage:
    """What children used that closed, each the last one of a parent that reacts; without `together` in bulk."""
    children = []
    for _ in range(number):
        made = here.ask("root", "POST", "/cases", {"workflow": "appeals", "attributes": DOCKET})
        here.drain()
        (parent,) = (t for t in board.tasks_of(here, made["caseId"]) if t.type == "DistributionTask")
        children.append(here.task(made["caseId"], "EngineeringTask", parentId=parent.task_id))
        here.drain()
    events = _events(here, "root", children, "complete", {}, bulk=together is None)
    return Meter(here, together or Together()).play(events, number)


def _events(
    here: Deployment, who: str, tasks: Sequence[str], action: str, given: dict[str, str], *, bulk: bool
) -> list[dict[str, Any]]:
    """Requests for the action on each task: one for each, or one for all."""
    if bulk:
        return [here.event(who, "POST", "/bulk/actions", {"taskIds": tasks, "action": action, "input": given})]
    return [here.event(who, "POST", f"/tasks/{task}/actions/{action}", given) for task in tasks]


def _table(alone: Usage, both: Usage) -> Table:
    mine, its = bill(alone), bill(both)
    rows = [
        (
            thing,
            f"{mine.used.get(thing, 0.0) / alone.changes:.4g}",
            f"{mine.dollars().get(thing, 0.0) / alone.changes * MILLION:.2f}",
            f"{its.used.get(thing, 0.0) / both.changes:.4g}",
            f"{its.dollars().get(thing, 0.0) / both.changes * MILLION:.2f}",
        )
        for thing in PRICES
    ]
    columns = ("for each change", "alone", "$ a million", "with reaction", "$ a million")
    return Table(f"What they are made of, {REGION}", columns, rows)


def _row(way: Way) -> tuple[str, ...]:
    return way.name, way.how, f"{way.alone:.2f}", f"{way.both:.2f}"


def _price(name: str, price: Price) -> tuple[str, ...]:
    return name, f"{price.dollars:.10f}".rstrip("0"), price.seen, price.source


def _number(sizes: Sizes) -> int:
    return max(2, sizes.rounds // 10)


DOCKET = {"docket": "direct_review"}
SECTION = Section(
    name="money",
    title="Money",
    engine=f"{ENGINE}; list prices",
    measure=measure,
    sizes=lambda sizes: f"{_number(sizes)} tasks of each kind",
)
