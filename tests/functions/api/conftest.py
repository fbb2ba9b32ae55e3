"""The API on the real engine, over a table that moto keeps in memory; time stands still unless a test moves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from functions.api.app import Api
from functions.api.settings import Settings
from shared import workflows
from shared.domain.model.people import User
from shared.domain.model.task import Entry
from shared.engine import invitations, organizations, people
from shared.engine.counting import count
from shared.engine.session import Identity, Session
from shared.engine.settle import react
from shared.ids import new_id
from shared.storage.case_items import entry_of_item
from shared.storage.schema import PARTITION, SORT
from shared.storage.store import Store
from tests.functions.api.client import ADMIN_GROUP, Answer, Client
from tests.functions.api.gauges import create_queue, gauges
from tests.storage.table import REGION, client, create_table
from tests.workflows.versions import published

TABLE = "casetree-api"
START = datetime(2026, 11, 22, 8, tzinfo=UTC)
SETTINGS = Settings(("username", "cognito:username", "sub"), ADMIN_GROUP, gauges())
ADMIN = Identity("admin", in_admin_group=True)
INSIDE = {
    "ann": {"quality-assurance": True, "dispatch": False, "order-intake": True},
    "bob": {"quality-assurance": False},
    "cho": {"cis": False},
}
OUTSIDE = {"fay": "harbor", "gil": "harbor"}


@dataclass
class Clock:
    """The time of a test."""

    now: datetime = START

    def advance(self, **how_far: float) -> None:
        self.now += timedelta(**how_far)


@dataclass
class World:
    """A table with people in it, and the API over it."""

    session: Session
    clock: Clock
    api: Api
    clients: dict[str, Client] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def as_(self, user: str | None) -> Client:
        """The API as this person calls it."""
        groups = f"[somebody {ADMIN_GROUP}]" if user == "admin" else None
        return self.clients.setdefault(user or "", Client(self.api, user, groups))

    def settle(self, seen: set[tuple[str, str]] | None = None) -> None:
        """Everything follows that the stream's records would make follow, but for those seen; queues are counted."""
        seen = set() if seen is None else seen
        while fresh := [item for item in self.items("HISTORY#") if _key(item) not in seen]:
            seen |= {_key(item) for item in fresh}
            # As the stream's readers do, who pass over what nobody sees yet.
            entries = [entry for entry in map(entry_of_item, fresh) if not entry.staged]
            for entry in entries:
                react(self.session, entry)
                self._send(entry)
            count(self.session, entries)

    def _send(self, entry: Entry) -> None:
        """A request for a connection goes out, as the relay sends it; its token is kept for who was asked."""
        invitation = invitations.invitation(self.session, entry)
        if invitation is not None:
            self.tokens[invitation.connection.id] = invitation.token
            invitations.went_out(self.session, invitation.connection.id)

    def items(self, prefix: str = "") -> list[dict[str, Any]]:
        """The stored items whose sort key begins so."""
        begins = {
            "FilterExpression": f"begins_with({SORT}, :prefix)",
            "ExpressionAttributeValues": {":prefix": {"S": prefix}},
        }
        # Left to the table, as most items are not asked for and take long to hand on.
        pages = client().get_paginator("scan").paginate(TableName=TABLE, **(begins if prefix else {}))
        return [dict(row) for page in pages for row in page["Items"]]

    def look(self, case_id: str = "look-1", **more: Any) -> Answer:
        """A case, created by ann."""
        body = {"workflow": "inspection", "caseId": case_id, "displayName": "Look 1", **more}
        answer = self.as_("ann").post("/cases", body)
        assert answer.status == 201, answer.text
        return answer

    def task(self, case_id: str = "look-1", **fields: Any) -> Any:
        """A task in a case, created by ann; the case too where it is not there."""
        if self.as_("ann").get(f"/cases/{case_id}").status == 404:
            self.look(case_id)
        answer = self.as_("ann").post(f"/cases/{case_id}/tasks", {"type": "QA", **fields})
        assert answer.status == 201, answer.text
        return answer.json


def _key(item: dict[str, Any]) -> tuple[str, str]:
    return item[PARTITION]["S"], item[SORT]["S"]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """People and organizations, and no case yet."""
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Casetree")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "api")
    with mock_aws():
        create_table(name=TABLE)
        create_queue()
        clock = Clock()
        session = Session(
            _store(),
            workflows.load(),
            lambda: clock.now,
            _ids(),
            pause=lambda seconds: None,
            secret=lambda: b"a secret of tests",
        )
        _populate(session)
        yield World(session, clock, Api(SETTINGS, session))


@pytest.fixture
def ann(world: World) -> Client:
    """Admin of quality-assurance and order-intake, member of dispatch."""
    return world.as_("ann")


@pytest.fixture
def bob(world: World) -> Client:
    """Member of quality-assurance."""
    return world.as_("bob")


@pytest.fixture
def eve(world: World) -> Client:
    """A user who is a member of nothing."""
    return world.as_("eve")


@pytest.fixture
def admin(world: World) -> Client:
    """An administrator."""
    return world.as_("admin")


@pytest.fixture
def release(world: World, tmp_path: Path) -> Callable[..., None]:
    """Deploys the table's API anew with these versions of errands; bob lives in the household."""

    def deploy(*texts: str) -> None:
        session = replace(world.session, workflows=published(tmp_path, *texts))
        world.session, world.api = session, Api(SETTINGS, session)
        world.clients.clear()
        people.bootstrap(session, User("admin", "Ada Min"))
        organizations.put_member(session, ADMIN, "household", "bob", {})

    return deploy


@cache
def _store() -> Store:
    """One for all tests: making a connection takes longer than most requests of a test."""
    return Store(TABLE, region=REGION)


def _ids() -> Callable[[datetime], str]:
    """Ids that are new although the time stands still."""
    given = iter(range(10**6))
    return lambda now: new_id(now + timedelta(milliseconds=next(given)))


def _populate(session: Session) -> None:
    """The table holds people and organizations: made by the engine once, and copied from then on."""
    if not _PEOPLE:
        _make_people(session)
        _PEOPLE.extend(client().scan(TableName=TABLE)["Items"])
        return
    requests = [{"PutRequest": {"Item": item}} for item in _PEOPLE]
    for start in range(0, len(requests), 25):
        client().batch_write_item(RequestItems={TABLE: requests[start : start + 25]})


_PEOPLE: list[dict[str, Any]] = []


def _make_people(session: Session) -> None:
    people.bootstrap(session, User("admin", "Ada Min", "Ada", "Min", "ada@example.org"))
    organizations.put_organization(session, ADMIN, "harbor", {"displayName": "Harbor Surveyors", "kind": "partner"})
    for name in (*INSIDE, *OUTSIDE, "eve"):
        _put_user(session, name)
    for name, member_of in INSIDE.items():
        for organization, is_admin in member_of.items():
            organizations.put_member(session, ADMIN, organization, name, {"admin": is_admin})
    for name, organization in OUTSIDE.items():
        organizations.put_member(session, ADMIN, organization, name, {})


def _put_user(session: Session, name: str) -> None:
    first = name.title()
    given = {"displayName": f"{first} Lee", "firstName": first, "lastName": "Lee", "email": f"{name}@example.org"}
    people.put_user(session, ADMIN, name, given)
