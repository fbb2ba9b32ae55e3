"""What works on a hundred tasks in one call: it must answer before API Gateway gives up."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from tests.bench.cost import metered
from tests.bench.deployment import ENGINE, Deployment, deployed
from tests.bench.figure import Figure, Finding, Section
from tests.bench.rounds import MILLISECONDS, Times
from tests.bench.sizes import Sizes
from tests.engine.world import World

SECONDS = 30.0


def measure(sizes: Sizes) -> Iterator[Finding]:
    """Bulk assignment, an action on many tasks, and the hand-back of all of them."""
    with deployed() as here:
        made = _looks(here, sizes.bulk)
        everybody = {"userId": "bob", "count": sizes.bulk}
        assign = partial(here.ask, "root", "POST", "/organizations/dispatch/bulk-assign", everybody)
        yield from _timed(here, f"bulk assignment of {sizes.bulk} tasks", assign, sizes.bulk)
        claim = {"taskIds": made, "action": "claim", "input": {}}
        act = partial(here.ask, "bob", "POST", "/bulk/actions", claim)
        yield from _timed(here, f"an action on {sizes.bulk} tasks", act, sizes.bulk)
        back = partial(here.ask, "root", "POST", "/users/bob/hand-back", {"dryRun": False})
        yield from _timed(here, f"hand-back of {sizes.bulk} tasks", back, sizes.bulk)


def _looks(here: World, number: int) -> list[str]:
    here.case("look-1")
    return [here.task("look-1") for _ in range(number)]


def _timed(here: Deployment, name: str, work: partial[Any], number: int) -> Iterator[Finding]:
    times = Times()
    here.observed.taken()
    with metered(here) as cost:
        times.take(work)
    assert len(here.observed.taken()) == number, f"{name}: not every task was changed"
    yield Figure(name, times.wall / MILLISECONDS, "s", SECONDS, here=True)
    yield Figure(f"{name}, requests to DynamoDB for each", cost.requests / number)


SECTION = Section(
    name="bulk",
    title="Bulk",
    engine=ENGINE,
    measure=measure,
    sizes=lambda sizes: f"{sizes.bulk} tasks",
)
