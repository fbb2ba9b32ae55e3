"""One busy case: how many transitions a second one partition of the table takes, and how many were made here."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from shared import workflows
from shared.domain.model.plan import Plan
from shared.engine import tasks as engine
from shared.engine.session import Request, Session
from shared.ids import new_id
from shared.storage.schema import INDEXES, PARTITION, TIMELINE
from shared.storage.sizes import kilobytes
from shared.storage.store import Store
from shared.storage.writes import actions
from tests.bench.deployment import ENGINE, Deployment, deployed
from tests.bench.figure import Figure, Finding, Section
from tests.bench.sizes import Sizes
from tests.engine.world import BOB, START
from tests.storage.table import REGION

PARTITION_UNITS = 1_000
"""Write units a second that DynamoDB takes in one partition, of the table as of an index."""
PROCESSES = 2


def measure(sizes: Sizes) -> Iterator[Finding]:
    """Computed from what a transition writes in its partition; made, by some processes at once, on this machine."""
    with deployed() as here:
        here.case("look-1")
        made = [here.task("look-1", "QA") for _ in range(sizes.transitions + 1)]
        here.observed.taken()
        here.act(made.pop(), "claim", BOB)
        (plan,) = here.observed.taken()
        begun = time.perf_counter()
        _claim_all(here, made)
        seconds = time.perf_counter() - begun
    table, timeline = _table_units(plan), _timeline_units(plan)
    yield Figure("write units of a transition in the case's partition", table)
    yield Figure("and in that of its timeline", timeline)
    yield Figure("transitions a second in one case, by DynamoDB's limit", PARTITION_UNITS / max(table, timeline))
    yield Figure(f"made a second by {PROCESSES} processes, without that limit", len(made) / seconds, here=True)


def _table_units(plan: Plan) -> int:
    """What the plan writes and checks in the case's partition, without indexes: two units for each begun kilobyte."""
    sides = [[side for side in (action.before, action.after) if side] for action in actions(plan)]
    return sum(2 * max(map(kilobytes, each)) for each in sides if each[0][PARTITION]["S"].startswith("CASE#"))


def _timeline_units(plan: Plan) -> int:
    """What the plan writes in the one index that has the case for its partition, too."""
    assert [index for index in INDEXES if index.partition == PARTITION] == [TIMELINE]
    found = (action.after for action in actions(plan))
    return sum(kilobytes(item) for item in found if item and TIMELINE.sort in item)


def _claim_all(here: Deployment, made: Sequence[str]) -> None:
    assert here.endpoint is not None
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        shares = [made[share::PROCESSES] for share in range(PROCESSES)]
        list(pool.map(_claim, [here.table] * PROCESSES, [here.endpoint] * PROCESSES, shares))


def _claim(table: str, endpoint: str, share: Sequence[str]) -> None:
    """A process's share of the tasks of the case is claimed."""
    session = Session(Store(table, region=REGION, endpoint=endpoint), workflows.load(), lambda: START, new_id)
    for task_id in share:
        engine.act(session, BOB, task_id, "claim", {}, Request())


SECTION = Section(
    name="busy-case",
    title="One busy case",
    engine=ENGINE,
    measure=measure,
    sizes=lambda sizes: f"{sizes.transitions:,} transitions",
)
