"""People in every relation to three tasks: one of an inspection, and both ends of one that was handed to a partner."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from shared.engine import organizations, people
from tests.functions.api.client import ADMIN_GROUP, Client
from tests.functions.api.conftest import ADMIN, TABLE, World
from tests.functions.api.parties import IDS, Parties, made_once, parties
from tests.storage.table import REGION

# What a relation is called, and who stands in it.
PEOPLE: Mapping[str, str | None] = {
    "nobody": None,
    "unknown": "zed",
    "deactivated": "dex",
    "former": "fox",
    "stranger": "eve",
    "member": "bob",
    "admin": "ann",
    "assignee": "gus",
    "owner": "ola",
    "partner": "hal",
    "administrator": "admin",
}
# Their tokens say that they are administrators: one is, and one was until they were deactivated.
IN_ADMIN_GROUP = ("admin", "dex")
PLACES = ("quality-assurance", "acme")


@dataclass(frozen=True)
class Scene:
    """What the addresses of a request stand for, by what they are of: `look`, `owner` or `partner`."""

    world: World
    parties: Parties
    names: Mapping[str, Mapping[str, str]]
    table: Any

    def as_(self, relation: str) -> Client:
        """The API as somebody in this relation calls it."""
        user = PEOPLE[relation]
        groups = f"[{ADMIN_GROUP}]" if user in IN_ADMIN_GROUP else None
        return Client(self.world.api, user, groups)

    def address(self, path: str, of: str) -> str:
        """The path with its parameters filled in; one that says what it is, as `{action=claim}`, is that."""
        return re.sub(r"{(\w+)(?:=(\w+))?}", lambda found: found[2] or self.names[of][found[1]], path)

    def filled(self, value: Any) -> Any:
        """A body in which `$owner.taskId` stands for the id of the owner's end, and so on."""
        if isinstance(value, dict):
            return {name: self.filled(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        if isinstance(value, str) and value.startswith("$"):
            of, _, name = value[1:].partition(".")
            return self.names[of][name]
        return value

    def restore(self) -> None:
        """The table holds what it held at the beginning."""
        hold(self.table)


def held() -> Any:
    """The table as moto has it: a scan takes longer than a test."""
    return deepcopy(_backend().tables[TABLE])


def hold(table: Any) -> None:
    """The table is as it was when it was `held`."""
    _backend().tables[TABLE] = deepcopy(table)


def _backend() -> Any:
    return dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION]


def scene(world: World) -> Scene:
    """The scene, made by the engine once and copied from then on."""
    if not _MADE:
        here = parties(world)
        _MADE.append((made_once(here, "scene", lambda: _make(here)), frozenset(here.delivered), held()))
    names, delivered, table = _MADE[0]
    hold(table)
    # What is made from now on has other ids than what is there.
    for _ in range(IDS):
        world.session.new_id(world.clock.now)
    return Scene(world, Parties(world, set(delivered)), names, table)


_MADE: list[Any] = []


def _make(here: Parties) -> dict[str, dict[str, str]]:
    _people(here)
    party = {"kind": "user", "id": "gus"}
    look = here.world.task("look-1", groupQueue="quality-assurance", assignedParty=party, internal=False)
    owner, partner = here.sent()
    _, connection = here.asked(case_id="job-2")
    common = {"connectionId": connection, "token": here.world.tokens[connection], "name": "inspection"}
    names = {
        "look": _names(look["taskId"], "gus", "quality-assurance"),
        "owner": _names(owner, "ola", "acme"),
        "partner": _names(partner, "hal", "harbor"),
        "missing": {**_names("no-case.no-task", "no-user", "no-place"), "connectionId": "no-connection"},
    }
    return {of: {**common, **given} for of, given in names.items()}


def _names(task_id: str, user_id: str, organization_id: str) -> dict[str, str]:
    case_id = task_id.partition(".")[0]
    return {"caseId": case_id, "taskId": task_id, "userId": user_id, "organizationId": organization_id}


def _people(here: Parties) -> None:
    """One, gus, is a member of nothing; fox and dex were admins, until one was removed and the other deactivated."""
    session = here.world.session
    for name in ("gus", "fox", "dex"):
        given = {"displayName": f"{name.title()} Lee", "email": f"{name}@example.org"}
        people.put_user(session, ADMIN, name, given)
    for place in PLACES:
        organizations.put_member(session, ADMIN, place, "fox", {"admin": True})
        organizations.put_member(session, ADMIN, place, "dex", {"admin": True})
        organizations.delete_member(session, ADMIN, place, "fox")
    people.put_user(session, ADMIN, "dex", {"active": False})
