"""Cases in which a test breaks something by hand, past all rules, as only a mistake or a restored backup would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from shared.domain.doctor.finding import Finding
from shared.domain.model.people import User
from shared.domain.model.task import Children, Party, Task, Timer
from shared.engine import cases, doctor, people, tasks
from shared.engine.session import Request
from shared.storage.attributes import Item
from shared.storage.case_items import entry_item, timer_item
from shared.storage.task_items import task_item
from shared.storage.tree_items import edge_item
from tests.engine.test_trees import OneWorkflow
from tests.engine.world import ANN, World
from tests.workflows.claims import claims

MINE = {"kind": "user", "id": "ann"}


@dataclass
class Ward:
    """A case whose tasks have names, and that was sound before a test came."""

    world: World
    case_id: str
    named: dict[str, str] = field(default_factory=dict)

    def task(self, name: str) -> Task:
        """The task of that name, as it is stored."""
        return self.world.stored(self.named[name])

    def change(self, name: str, **values: Any) -> None:
        """The stored task has these values, and nothing else says so."""
        self.put(task_item(replace(self.task(name), **values)))

    def put(self, *items: Item) -> None:
        """The items are there."""
        for item in items:
            self.world.client.put_item(TableName=self.world.table, Item=item)

    def drop(self, prefix: str) -> None:
        """The items of the case whose sort keys begin so are gone."""
        found = [
            i for i in self.world.items() if i["PK"]["S"] == f"CASE#{self.case_id}" and i["SK"]["S"].startswith(prefix)
        ]
        assert found, prefix
        for item in found:
            self.world.client.delete_item(TableName=self.world.table, Key={name: item[name] for name in ("PK", "SK")})

    def local(self, name: str) -> str:
        """The id of the task within its case."""
        return self.named[name].rpartition(".")[2]

    def found(self) -> dict[str, Finding]:
        """What the doctor finds, by invariant, once nothing can be on its way any more."""
        diagnosis = doctor.diagnose(self.world.session, self.case_id)
        assert diagnosis is not None
        return {finding.invariant: finding for finding in diagnosis.findings}

    def repaired(self, *, dry_run: bool = False) -> doctor.Repaired:
        """What the doctor has done, or would do, about everything."""
        repaired = doctor.repair(self.world.session, self.case_id, None, dry_run=dry_run)
        assert repaired is not None
        return repaired


Break = Callable[[Ward], None]


def office(world: World) -> Ward:
    """Claims: one with an open review and a survey that was completed, one that waits some days, one cancelled."""
    world.session = replace(world.session, workflows=OneWorkflow(claims()))
    people.bootstrap(world.session, User("root", "Root"))
    given = {"workflow": "claims", "caseId": "c1", "attributes": {"channel": "phone"}}
    cases.create_case(world.session, ANN, given, Request())
    ward = Ward(world, "c1")

    def new(name: str, type_name: str, under: str | None = None) -> None:
        body = {"type": type_name, "assignedParty": MINE}
        body |= {"parentId": ward.named[under]} if under is not None else {}
        ward.named[name] = tasks.create_task(world.session, ANN, "c1", body, Request()).value.task.task_id

    for name in ("claim", "paused", "done"):
        new(name, "Claim")
    new("survey", "Survey", "claim")
    new("review", "Review", "claim")
    world.act(ward.named["survey"], "complete", ANN)
    world.act(ward.named["paused"], "place_timed_hold", ANN, days=15)
    world.act(ward.named["done"], "cancel", ANN)
    world.drain()
    return ward


def looks(world: World) -> Ward:
    """A look with a task that bob has, with a due time, and one that waits for it."""
    world.case("look-1")
    ward = Ward(world, "look-1")
    first = world.task("look-1", dueTime="2026-12-01T09:00:00Z", assignedParty={"kind": "user", "id": "bob"})
    ward.named = {"first": first, "second": world.task("look-1", prerequisites=[first])}
    world.drain()
    return ward


def a_second_review(ward: Ward) -> None:
    """A copy of the review stands beside it, and counts, as if no lock had kept it out."""
    review, (entry, *_) = ward.task("review"), ward.world.store.history(ward.named["review"])
    twin = replace(review, task_id=f"{review.task_id}x")
    edge = next(e for e in ward.world.store.edges("c1") if e.child_id == review.task_id)
    ward.change("claim", children=replace(ward.task("claim").children, open=2))
    ward.put(
        task_item(twin),
        entry_item(replace(entry, task_id=twin.task_id)),
        edge_item(replace(edge, child_id=twin.task_id)),
    )


def _closing_above(ward: Ward) -> None:
    closed_at = ward.world.now
    ward.change("claim", state="closed", status="cancelled", closed_at=closed_at, tab="completed")


def _stray_timer(ward: Ward) -> None:
    ward.put(timer_item(Timer(ward.named["done"], "t1", "due", "note_delay", ward.world.now)))


def _misplaced(ward: Ward) -> None:
    item = task_item(ward.task("claim"))
    ward.put({name: value for name, value in item.items() if name not in ("partyQueue", "partySort")})


def _undelivered(ward: Ward) -> None:
    ward.world.act(ward.named["review"], "complete", ANN)


OFFICE: dict[str, Break] = {
    "status-allowed": lambda ward: ward.change("claim", status="lost"),
    "edge-matches-parent": lambda ward: ward.drop(f"CHILD#{ward.local('claim')}#{ward.local('review')}"),
    "closed-has-closed-at": lambda ward: ward.change("done", closed_at=None),
    "open-has-none": lambda ward: ward.change("claim", closed_at=ward.world.now),
    "cancelled-has-canceller": lambda ward: ward.change("done", cancelled_by=None),
    "open-child-parent-on-hold": lambda ward: ward.change("claim", status="assigned"),
    "on-hold-has-reason": lambda ward: ward.change("paused", hold_id="c1.none"),
    "closed-root-no-open-tasks": _closing_above,
    "counts-match": lambda ward: ward.change("claim", children=Children(open=5)),
    "one-open-of-type": a_second_review,
    "lock-matches": lambda ward: ward.drop("LOCK#"),
    "closed-no-timer": _stray_timer,
    "timer-not-overdue": lambda ward: ward.drop("TIMER#"),
    "settled": _undelivered,
    "history-complete": lambda ward: ward.drop(f"HISTORY#{ward.local('done')}#000001"),
    "index-matches": _misplaced,
}
LOOKS: dict[str, Break] = {
    "prerequisites-satisfied": lambda ward: ward.change("second", status="Ready"),
    "assignee-exists": lambda ward: ward.change("first", assigned_party=Party("user", "gone", "Gone")),
    "assignee-active": lambda ward: ward.world.put_user("bob", active=False),
    "queue-counts-match": lambda ward: ward.drop(f"COUNTED#{ward.local('first')}"),
}
