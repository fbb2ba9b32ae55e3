"""A small deployment on moto: people, cases, and a stream that is delivered when a test says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from shared import workflows
from shared.domain.model.people import User
from shared.domain.model.task import Entry, Task
from shared.engine import cases, counting, people, settle, tasks
from shared.engine.session import Answer, Identity, Request, Session
from shared.engine.tasks import TaskView
from shared.storage.case_items import entry_of_item
from shared.storage.keys import TaskKey
from shared.storage.store import Store
from tests.storage.table import REGION, client

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
ROOT = Identity("root", in_admin_group=True)
ANN, BOB, EVE, PAT = (Identity(name) for name in ("ann", "bob", "eve", "pat"))
NOTHING: Mapping[str, object] = {}
# Of all worlds together: a commit's id is also the token by which DynamoDB knows it again.
NUMBERS = count(1)


@dataclass
class World:
    """A table with the workflows' organizations, an administrator, and a clock that a test moves.

    ann is an admin of dispatch, bob a member of dispatch and quality-assurance, pat a member of the
    partner acme, eve a member of nothing. New ids are numbers, so they sort by when they were made.
    """

    table: str
    endpoint: str | None = None
    now: datetime = START
    delivered: set[tuple[str, int]] = field(default_factory=set)
    client: Any = field(init=False)
    store: Store = field(init=False)
    session: Session = field(init=False)

    def __post_init__(self) -> None:
        self.client = client(self.endpoint)
        self.store = Store(self.table, region=REGION, endpoint=self.endpoint)
        self.session = Session(
            self.store,
            workflows.load(),
            now=lambda: self.now,
            new_id=lambda now: f"{next(NUMBERS):016}",
            pause=lambda seconds: None,
            secret=lambda: b"a secret of tests",
        )
        people.bootstrap(self.session, User("root", "Root"))

    def begin(self, items: list[dict[str, Any]]) -> None:
        """The table holds these items and no others; clock and stream are where they were in the beginning."""
        now, then = ({(item["PK"]["S"], item["SK"]["S"]): item for item in found} for found in (self.items(), items))
        gone = [{"PK": now[key]["PK"], "SK": now[key]["SK"]} for key in now.keys() - then.keys()]
        requests: list[Any] = [{"DeleteRequest": {"Key": key}} for key in gone]
        requests += [{"PutRequest": {"Item": item}} for key, item in then.items() if now.get(key) != item]
        for start in range(0, len(requests), 25):
            self.client.batch_write_item(RequestItems={self.table: requests[start : start + 25]})
        self.now = START
        self.delivered = set()

    def forget_counts(self) -> None:
        """Nothing has been counted yet."""
        words = ("COUNTED#", "OPEN#", "DAY#")
        self.begin([item for item in self.items() if not item["SK"]["S"].startswith(words)])

    def items(self) -> list[dict[str, Any]]:
        """All items of the table."""
        pages = self.client.get_paginator("scan").paginate(TableName=self.table, ConsistentRead=True)
        return [dict(item) for page in pages for item in page["Items"]]

    def populate(self) -> None:
        """The people are there."""
        for name in ("ann", "bob", "eve", "pat"):
            self.put_user(name)
        people.put_organization(self.session, ROOT, "acme", {"displayName": "Acme", "kind": "partner"})
        self.join("dispatch", "ann", admin=True)
        self.join("dispatch", "bob")
        self.join("quality-assurance", "bob")
        self.join("acme", "pat")

    def put_user(self, user_id: str, **more: object) -> None:
        """The user is there, with a name and an email."""
        given = {"displayName": f"{user_id.title()} Lee", "email": f"{user_id}@example.org", **more}
        people.put_user(self.session, ROOT, user_id, given)

    def join(self, organization_id: str, user_id: str, *, admin: bool = False) -> None:
        """The user is a member."""
        people.put_member(self.session, ROOT, organization_id, user_id, {"admin": admin})

    def pass_time(self, **time: float) -> None:
        """The clock goes on."""
        self.now += timedelta(**time)

    def case(self, case_id: str, **more: object) -> None:
        """The case of a look is there."""
        given = {"workflow": "inspection", "caseType": "look", "caseId": case_id, **more}
        cases.create_case(self.session, ROOT, given, Request())

    def task(self, case_id: str, type_name: str = "Looker Schedule Look", **more: object) -> str:
        """The id of a new task in the case."""
        given = {"type": type_name, **more}
        return tasks.create_task(self.session, ROOT, case_id, given, Request()).value.task.task_id

    def act(self, task_id: str, action: str, by: Identity = ROOT, **given: object) -> Answer[TaskView]:
        """The action is taken."""
        return tasks.act(self.session, by, task_id, action, given, Request())

    def stored(self, task_id: str) -> Task:
        """The task as it is in the table."""
        task = self.store.load([TaskKey(task_id)])[TaskKey(task_id)]
        assert task is not None
        return task

    def records(self) -> list[dict[str, Any]]:
        """What the stream holds: an insert for every history entry, oldest first, as Lambda gets it.

        Those of what nobody sees yet are left out, as both functions pass over them.
        """
        entries = (item for item in self.items() if item["SK"]["S"].startswith("HISTORY#"))
        items = [item for item in entries if "staged" not in item]
        items.sort(key=lambda item: (item["createdAt"]["S"], item["SK"]["S"]))
        return [record_of(item, number) for number, item in enumerate(items)]

    def entries(self) -> list[Entry]:
        """All history entries, oldest first."""
        return [entry_of_item(record["dynamodb"]["NewImage"]) for record in self.records()]

    def drain(self) -> None:
        """The stream is delivered until nothing follows from it any more, and everything is counted."""
        while fresh := [entry for entry in self.entries() if _key(entry) not in self.delivered]:
            self.delivered |= {_key(entry) for entry in fresh}
            for entry in fresh:
                settle.react(self.session, entry)
            counting.count(self.session, fresh)


def _key(entry: Entry) -> tuple[str, int]:
    return entry.task_id or entry.case_id, entry.version


def record_of(item: Mapping[str, Any], number: int = 0) -> dict[str, Any]:
    """The item as a record of the stream."""
    return {
        "eventID": str(number),
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {
            "Keys": {name: item[name] for name in ("PK", "SK")},
            "NewImage": dict(item),
            "SequenceNumber": f"{number:021}",
            "StreamViewType": "NEW_IMAGE",
        },
    }


def ids(views: Iterable[TaskView]) -> list[str]:
    """The ids of the tasks, in order."""
    return [view.task.task_id for view in views]
