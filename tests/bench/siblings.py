"""Closing the last of n children, with all that follows at the parent: what it takes must not grow with n."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from shared import workflows
from shared.engine import cases
from shared.engine.session import Request
from tests.bench.cost import Cost, metered
from tests.bench.deployment import ENGINE, Deployment, deployed
from tests.bench.figure import Figure, Finding, Section, Table
from tests.bench.rounds import Times
from tests.bench.sizes import Sizes
from tests.engine.nursery import Nursery
from tests.engine.world import ROOT

FLAT = 1.1
WARM_UP = 3
CHILD = "EngineeringTask"


def measure(sizes: Sizes) -> Iterator[Finding]:
    """The last child closes, the parent reacts, the child is opened again: in turns, for each number of children."""
    with deployed() as here:
        last = {number: _family(here, number) for number in sizes.siblings}
        times = {number: Times() for number in sizes.siblings}
        for turn in range(WARM_UP + sizes.rounds):
            for number, child in last.items():
                _close(here, child, times[number] if turn >= WARM_UP else Times())
                here.act(child, "reopen")
                here.drain()
        costs = {number: _cost(here, child) for number, child in last.items()}
    few, many = sizes.siblings[0], sizes.siblings[-1]
    yield Figure(f"wall, {many:,} children to {few}", times[many].wall / times[few].wall, "times", FLAT)
    yield Figure(f"processor, {many:,} children to {few}", times[many].cpu / times[few].cpu, "times", FLAT)
    yield Figure(f"write units, {many:,} children to {few}", costs[many].write / costs[few].write, "times", FLAT)
    yield Figure(f"read units, {many:,} children to {few}", costs[many].read / costs[few].read, "times", FLAT)
    rows = [_row(number, times[number], costs[number]) for number in sizes.siblings]
    columns = ("children", "ms", "ms of processor", "write units", "read units", "requests")
    yield Table("Closing the last child, with the parent's reaction", columns, rows)


def _row(number: int, times: Times, cost: Cost) -> tuple[str, ...]:
    return (
        f"{number:,}",
        f"{times.wall:.1f}",
        f"{times.cpu:.1f}",
        f"{cost.write:g}",
        f"{cost.read:g}",
        f"{cost.requests}",
    )


def _family(here: Deployment, number: int) -> str:
    """A parent with so many children, all closed but one; its id."""
    appeals, case_id = workflows.load().latest("appeals"), f"n{number}"
    cases.create_case(here.session, ROOT, _case(case_id), Request())
    here.drain()
    nursery = Nursery(case_id, appeals)
    parent = nursery.plant("JudgeAssignTask")
    for _ in range(number - 1):
        nursery.plant(CHILD, parent, "completed")
    last = nursery.plant(CHILD, parent)
    nursery.put_into(here)
    return last


def _case(case_id: str) -> dict[str, object]:
    return {"workflow": "appeals", "caseId": case_id, "attributes": {"docket": "direct_review"}}


def _close(here: Deployment, child: str, times: Times) -> None:
    """The child is closed, and what follows is done; the hook and the relay are part of it."""
    times.take(partial(_closed, here, child))


def _closed(here: Deployment, child: str) -> None:
    here.act(child, "complete")
    here.drain()


def _cost(here: Deployment, child: str) -> Cost:
    with metered(here) as cost:
        _closed(here, child)
    return cost


SECTION = Section(
    name="siblings",
    title="Siblings",
    engine=ENGINE,
    measure=measure,
    sizes=lambda sizes: f"parents of {', '.join(f'{n:,}' for n in sizes.siblings)} children, {sizes.rounds} rounds",
)
