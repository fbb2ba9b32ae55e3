"""Pages of queues: an organization's with few and with many open tasks, and a person's with a thousand."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from shared.domain.model.task import Party
from tests.bench.cost import Cost, metered
from tests.bench.deployment import ENGINE, Deployment, deployed
from tests.bench.figure import Figure, Finding, Section, Table
from tests.bench.rounds import Times, interleaved
from tests.bench.sizes import Sizes
from tests.bench.stock import count, items_of, tasks

GROWTH, REQUESTS = 2.0, 3
FEW, MANY = "quality-assurance", "dispatch"
Query = dict[str, str]
PAGES: dict[str, tuple[Query, Query]] = {
    "unassigned, by due time": ({}, {}),
    "unassigned, by due time, last first": ({"order": "desc"}, {"order": "desc"}),
    "unassigned, by creation": ({"sort": "createdAt"}, {"sort": "createdAt"}),
    "unassigned, of one type": ({"type": "QA"}, {"type": "Look Schedule Review"}),
    "assigned, by due time": ({"tab": "assigned"}, {"tab": "assigned"}),
}
"""What is asked of the queue with few tasks, and of the one with many."""
SORTS = ("dueTime", "createdAt", "assignedAt", "priority", "type")
OWN: dict[str, Query] = {
    **{f"by {by}, {order}": {"sort": by, "order": order} for by in SORTS for order in ("asc", "desc")},
    "of one type": {"type": "QA"},
    "by status": {"status": "In Progress"},
    "overdue": {"overdue": "true"},
}
ANN = Party("user", "ann", "Ann Lee")


def measure(sizes: Sizes) -> Iterator[Finding]:
    """Both kinds of queues."""
    with deployed() as here:
        for queue, number in zip((FEW, MANY), sizes.queue, strict=True):
            _fill(here, queue, number)
        yield from _organizations(here, sizes)
    with deployed() as here:
        here.put(items_of(list(tasks(FEW, sizes.own_queue, "in_progress", ANN))))
        yield from _persons(here, sizes)


def _fill(here: Deployment, queue: str, number: int) -> None:
    """Nine in ten of the open tasks are unassigned, the others assigned."""
    taken = number // 10
    for some in (tasks(queue, number - taken), tasks(queue, taken, "in_progress", ANN)):
        listed = list(some)
        here.put(items_of(listed))
        count(here, listed)


def _organizations(here: Deployment, sizes: Sizes) -> Iterator[Finding]:
    few, many = sizes.queue
    rows = []
    for name, (asked_few, asked_many) in PAGES.items():
        works = {FEW: partial(_page, here, FEW, asked_few), MANY: partial(_page, here, MANY, asked_many)}
        times = interleaved(sizes.rounds, works)
        costs = {queue: _cost(here, works[queue]) for queue in works}
        yield Figure(f"{name}: wall, {many:,} to {few}", times[MANY].wall / times[FEW].wall, "times", GROWTH)
        yield Figure(f"{name}: read units, {many:,} to {few}", costs[MANY].read / costs[FEW].read, "times", GROWTH)
        yield Figure(f"{name}: requests to DynamoDB", costs[MANY].requests, "", REQUESTS)
        rows += [_row(name, f"{n:,}", times[q], costs[q]) for q, n in ((FEW, few), (MANY, many))]
    columns = ("page", "open tasks", "ms", "read units", "requests")
    yield Table("An organization's queue, a page of 15 with counts and facets", columns, rows)


def _persons(here: Deployment, sizes: Sizes) -> Iterator[Finding]:
    works = {name: partial(_own, here, query) for name, query in OWN.items()}
    times = interleaved(max(5, sizes.rounds // 10), works)
    costs = {name: _cost(here, work) for name, work in works.items()}
    most = max(cost.requests for cost in costs.values())
    yield Figure("a person's queue, requests to DynamoDB at most", most, "", REQUESTS)
    slowest = max(works, key=lambda name: times[name].wall)
    yield Figure(f"a person's queue, slowest page ({slowest})", times[slowest].wall, "ms", here=True)
    rows = [_row(name, f"{sizes.own_queue:,}", times[name], costs[name]) for name in works]
    columns = ("page", "open tasks", "ms", "read units", "requests")
    yield Table("A person's queue, a page of 15 with counts and facets", columns, rows)


def _row(name: str, number: str, times: Times, cost: Cost) -> tuple[str, ...]:
    return name, number, f"{times.wall:.1f}", f"{cost.read:g}", str(cost.requests)


def _page(here: Deployment, queue: str, query: Query, _number: int) -> None:
    here.answer(here.event("bob", "GET", f"/queues/organizations/{queue}", query=query))


def _own(here: Deployment, query: Query, _number: int) -> None:
    here.answer(here.event("ann", "GET", "/queues/users/ann", query=query))


def _cost(here: Deployment, work: partial[None]) -> Cost:
    with metered(here) as cost:
        work(0)
    return cost


SECTION = Section(
    name="queue",
    title="Queues",
    engine=ENGINE,
    measure=measure,
    sizes=lambda sizes: (
        f"organizations with {sizes.queue[0]:,} and {sizes.queue[1]:,} open tasks, "
        f"a person with {sizes.own_queue:,}; {sizes.rounds} rounds"
    ),
)
