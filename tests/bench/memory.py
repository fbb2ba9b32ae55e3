"""The most memory that each function takes, each in a process of its own, in the largest of what it does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from shared import workflows
from shared.domain.model.task import Entry, Party
from shared.engine import cases
from shared.engine.session import Request
from shared.storage.case_items import entry_item
from tests.bench.deployment import ENGINE, Deployment, deployed
from tests.bench.figure import Figure, Finding, Section
from tests.bench.fresh import FUNCTION, Fresh, fresh
from tests.bench.rounds import Times
from tests.bench.sizes import Sizes
from tests.bench.stock import items_of, tasks
from tests.engine.nursery import Nursery
from tests.engine.world import ROOT, record_of

MEGABYTES = 256.0
KILOBYTES_EACH = 1_024
RECORDS = 100
"""Those of a batch of the relay; the hooks get the one that makes the most of them work."""
Event = dict[str, Any]


def measure(sizes: Sizes) -> Iterator[Finding]:
    """A page of a person's queue, and a whole tree; a cascade; a batch of records; the settling of a whole case."""
    with deployed() as here:
        assert here.endpoint is not None
        starter = fresh(here.table, here.endpoint)
        ann = Party("user", "ann", "Ann Lee")
        here.put(items_of(list(tasks("quality-assurance", sizes.own_queue, "in_progress", ann))))
        top = _tree(here, sizes.trees[-1])
        yield Figure("api", _peak(starter, "api", _requests(here)), "MB", MEGABYTES)
        yield Figure("relay", _peak(starter, "relay", [_batch(here)]), "MB", MEGABYTES)
        yield Figure("timers", _peak(starter, "timers", [{"job": "settle", "caseId": "whole"}]), "MB", MEGABYTES)
        here.act(top, "cancel")
        entries = [entry for plan in here.observed.taken() for entry in plan.entries]
        yield Figure("hooks", _peak(starter, "hooks", [_records(entries)]), "MB", MEGABYTES)


def _tree(here: Deployment, number: int) -> str:
    """A case of so many tasks, all of them open and right below the one whose id this is."""
    given = {"workflow": "appeals", "caseId": "whole", "attributes": {"docket": "direct_review"}}
    cases.create_case(here.session, ROOT, given, Request())
    here.drain()
    nursery = Nursery("whole", workflows.load().latest("appeals"))
    top = nursery.plant("EngineeringTask")
    for _ in range(number - 1):
        nursery.plant("EngineeringTask", top)
    nursery.put_into(here)
    return top


def _requests(here: Deployment) -> list[Event]:
    """The largest answers: a page of a long queue, a page of a case, a whole tree."""
    return [
        here.event("ann", "GET", "/queues/users/ann", query={"limit": 100, "sort": "priority"}),
        here.event("root", "GET", "/cases/whole/tasks", query={"limit": 500}),
        here.event("root", "GET", "/cases/whole/tree"),
    ]


def _batch(here: Deployment) -> Event:
    """Records of as many tasks as come together."""
    here.case("look-1")
    for _ in range(RECORDS):
        here.task("look-1", "QA")
    return _records([entry for plan in here.observed.taken() for entry in plan.entries][-RECORDS:])


def _records(entries: list[Entry]) -> Event:
    return {"Records": [record_of(entry_item(entry), number) for number, entry in enumerate(entries)]}


def _peak(starter: Fresh, function: str, events: list[Event]) -> float:
    """The peak of a process in which the function answers the events, in MB."""
    said = starter.run(FUNCTION, {"function": function, "events": events}, Times())
    return float(json.loads(said.splitlines()[-1])["peak"]) / KILOBYTES_EACH


SECTION = Section(
    name="memory",
    title="Memory",
    engine=f"{ENGINE}; the asset and the layer as built for this machine",
    measure=measure,
    sizes=lambda s: f"a case of {s.trees[-1]:,} tasks, a person's queue of {s.own_queue:,}, {RECORDS} records",
)
