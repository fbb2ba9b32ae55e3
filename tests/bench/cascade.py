"""Cancelling a whole tree: what it takes for each of its tasks must not grow with their number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from shared import workflows
from shared.domain.model.scene import status_of
from shared.engine import cases
from shared.engine.session import Request
from tests.bench.cost import Cost, metered
from tests.bench.deployment import ENGINE, Deployment, deployed
from tests.bench.figure import Figure, Finding, Section, Table
from tests.bench.rounds import Times
from tests.bench.sizes import Sizes
from tests.engine.nursery import Nursery
from tests.engine.world import ROOT

LINEAR = 1.2
TURNS = 3
WIDTH = 10
"""Children of each task, until there are enough."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What cancelling a tree took, for each of its tasks."""

    wall: float
    cpu: float
    cost: Cost


def measure(sizes: Sizes) -> Iterator[Finding]:
    """Trees of each size are cancelled in turns, with all that the stream makes of that."""
    found: dict[int, list[Cancelled]] = {number: [] for number in sizes.trees}
    with deployed() as here:
        for turn in range(TURNS):
            for number in sizes.trees:
                found[number].append(_cancelled(here, f"t{number}-{turn}", number))
    few, many = sizes.trees[0], sizes.trees[-1]
    wall = {number: median(each.wall for each in found[number]) for number in found}
    cpu = {number: median(each.cpu for each in found[number]) for number in found}
    write = {number: found[number][0].cost.write / number for number in found}
    read = {number: found[number][0].cost.read / number for number in found}
    for name, each in (("wall", wall), ("processor", cpu), ("write units", write), ("read units", read)):
        yield Figure(f"{name} for each task, {many:,} tasks to {few}", each[many] / each[few], "times", LINEAR)
    rows = [
        (f"{n:,}", *(f"{each[n]:.2f}" for each in (wall, cpu, write, read)), f"{found[n][0].cost.requests / n:.2f}")
        for n in sizes.trees
    ]
    columns = ("tasks", "ms", "ms of processor", "write units", "read units", "requests")
    yield Table("Cancelling a tree, for each of its tasks", columns, rows)


def _cancelled(here: Deployment, case_id: str, number: int) -> Cancelled:
    top = _tree(here, case_id, number)
    times = Times()
    with metered(here) as cost:
        times.take(lambda: _cancel(here, top))
    workflow = here.session.workflows.latest("appeals")
    left = [task for task in here.store.tasks(case_id) if task.type == TYPE and status_of(workflow, task).open]
    assert not left, f"{len(left)} of {number} tasks are still open"
    return Cancelled(times.wall / number, times.cpu / number, cost)


def _cancel(here: Deployment, top: str) -> None:
    here.act(top, "cancel")
    here.drain()


def _tree(here: Deployment, case_id: str, number: int) -> str:
    """The top of a tree of so many tasks, each with ten below it until there are enough."""
    given = {"workflow": "appeals", "caseId": case_id, "attributes": {"docket": "direct_review"}}
    cases.create_case(here.session, ROOT, given, Request())
    here.drain()
    nursery = Nursery(case_id, workflows.load().latest("appeals"))
    planted = [nursery.plant(TYPE)]
    for position in range(1, number):
        planted.append(nursery.plant(TYPE, planted[(position - 1) // WIDTH]))
    nursery.put_into(here)
    return planted[0]


TYPE = "EngineeringTask"
SECTION = Section(
    name="cascade",
    title="Cascade",
    engine=ENGINE,
    measure=measure,
    sizes=lambda sizes: f"trees of {', '.join(f'{n:,}' for n in sizes.trees)} tasks, {TURNS} turns",
)
