"""A deployment on DynamoDB Local: the engine and the API function in this process, and the stream on demand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from functions.api.app import Api
from functions.api.settings import Settings
from shared.domain.counts.tally import Move
from shared.domain.model.plan import Plan
from shared.domain.model.task import Entry
from shared.engine import counting, invitations, settle
from shared.engine.counting import TASKS
from shared.engine.invitations import Invitation
from shared.storage.attributes import Item
from shared.storage.capacity import capacity, capacity_of
from shared.storage.counts import count_actions
from shared.storage.schema import PARTITION, SORT
from shared.storage.store import Store
from tests import dynamodb_local
from tests.engine.world import World
from tests.functions.api.client import ADMIN_GROUP, Client
from tests.storage.table import REGION, client, create_table

ENGINE = "DynamoDB Local"
TABLE = "casetree-bench"
BATCH = 25
OK = 400


class Observed(Store):
    """A table on which it is known what was committed."""

    def __init__(self, table_name: str, endpoint: str | None) -> None:
        super().__init__(table_name, region=REGION, endpoint=endpoint)
        self._plans: list[Plan] = []
        self._written: list[Plan | Sequence[Move]] = []

    def commit(self, plan: Plan) -> None:
        super().commit(plan)
        self._plans.append(plan)
        self._written.append(plan)

    def move_counts(self, moves: Sequence[Move]) -> None:
        super().move_counts(moves)
        self._written.append(moves)

    def taken(self) -> list[Plan]:
        """The plans that took effect since this was asked last."""
        plans, self._plans = self._plans, []
        return plans

    def costs(self) -> list[float]:
        """The write units of each transaction since this was asked last; reckoned now, not while it was timed."""
        written, self._written = self._written, []
        return [_write_units(one) for one in written]


@dataclass
class Deployment(World):
    """A world whose stream brings what was committed, without a look at the table; and the API over it."""

    api: Api = field(init=False)
    observed: Observed = field(init=False)
    invitations: list[Invitation] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.store = self.observed = Observed(self.table, self.endpoint)
        self.session = replace(self.session, store=self.store)
        self.open_api()

    def open_api(self) -> None:
        """The API function works with the session as it is now."""
        self.api = Api(Settings(("username", "cognito:username", "sub"), ADMIN_GROUP), self.session)

    def drain(self) -> None:
        """The stream is delivered until nothing follows from it any more, and everything is counted."""
        while entries := entries_of(self.observed.taken()):
            for entry in entries:
                settle.react(self.session, entry)
                self._announce(entry)
            for start in range(0, len(entries), TASKS):
                counting.count(self.session, entries[start : start + TASKS])

    def _announce(self, entry: Entry) -> None:
        """A request for a connection goes out, as the relay sends it."""
        found = invitations.invitation(self.session, entry)
        if found is not None:
            self.invitations.append(found)
            invitations.went_out(self.session, found.connection.id)

    def event(self, user: str, method: str, path: str, body: Any = None, query: Any = None) -> dict[str, Any]:
        """A request as API Gateway hands it on; `root` is an administrator."""
        client = Client(self.api, user, f"[{ADMIN_GROUP}]" if user == "root" else None)
        return client.event(method, path, None if body is None else json.dumps(body), query, {})

    def answer(self, event: dict[str, Any]) -> Mapping[str, Any]:
        """What the function answers, which is no refusal."""
        answer = self.api(event, None)
        assert answer["statusCode"] < OK, answer["body"]
        return answer

    def ask(self, user: str, method: str, path: str, body: Any = None, query: Any = None) -> Any:
        """The body of the answer to a request."""
        return json.loads(self.answer(self.event(user, method, path, body, query))["body"])

    def put(self, items: Iterable[Item]) -> None:
        """The items are in the table, past the engine."""
        chunk: list[Any] = []
        for item in items:
            chunk.append({"PutRequest": {"Item": item}})
            if len(chunk) == BATCH:
                self._write(chunk)
                chunk = []
        if chunk:
            self._write(chunk)

    def _write(self, chunk: list[Any]) -> None:
        answer = self.client.batch_write_item(RequestItems={self.table: chunk})
        assert not answer["UnprocessedItems"]


def _write_units(written: Plan | Sequence[Move]) -> float:
    if isinstance(written, Plan):
        return capacity(written).write
    return capacity_of(count_actions(written)).write


def entries_of(plans: list[Plan]) -> list[Entry]:
    """The history entries of the plans, without those of what nobody sees yet: what both functions pass over."""
    return [entry for plan in plans for entry in plan.entries if not entry.staged]


@contextmanager
def deployed() -> Iterator[Deployment]:
    """A deployment with a few people on an engine of its own, which ends with the block."""
    with dynamodb_local.running() as endpoint:
        table = create_table(endpoint, TABLE)
        _warm_up(endpoint, table)
        deployment = Deployment(table, endpoint)
        deployment.populate()
        deployment.drain()
        deployment.observed.costs()
        yield deployment


def _warm_up(endpoint: str, table: str) -> None:
    """The engine has made a transaction: on a busy machine its first one takes longer than the storage waits."""
    key = {PARTITION: {"S": "WARM"}, SORT: {"S": "UP"}}
    for write in ({"Put": {"TableName": table, "Item": key}}, {"Delete": {"TableName": table, "Key": key}}):
        client(endpoint).transact_write_items(TransactItems=[write])
