"""Connections by request of people: asked for without a task, accepted, declined (collaboration.md, Connections)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import cast

from shared.domain.ends.connections import PARTNER, begun, changed, ties
from shared.domain.ends.roles import LONGEST, is_role
from shared.domain.members import MEMBERSHIPS, membership_of, with_membership
from shared.domain.model.connections import Connection, Side, Tie
from shared.domain.model.people import Organization, User
from shared.domain.model.plan import Decision, FieldError, Plan, Refusal
from shared.domain.model.scene import Occasion
from shared.domain.model.skew import SKEW
from shared.domain.model.writes import ListConnection, PutMember, PutOrganization, PutUser, Write
from shared.domain.words.kind import Invalid, escape, object_of, text_of
from shared.domain.words.plain_kinds import email_of

Given = Mapping[str, object]
LASTS = timedelta(days=14)
"""How long a request that is for no task can be answered (collaboration.md)."""
NAME = 200
ID = 64


@dataclass(frozen=True, slots=True)
class Asking:
    """What a request for a connection says, read: who asks whom, and what each is to the other."""

    organization_id: str
    partner_id: str | None
    name: str
    email: str | None
    role: str = PARTNER
    own_role: str = PARTNER


def read_asking(given: Given) -> Asking | Refusal:
    """The request, if it is well-formed; whom it names is for others to look up."""
    reader = _Reader(given)
    own = reader.read("organizationId", lambda value: text_of(value, ID, lines=False), required=True)
    partner = reader.read("partner", _partner, required=True)
    role, own_role = reader.read("role", _role), reader.read("ownRole", _role)
    refusal = reader.refusal({"organizationId", "partner", "role", "ownRole"})
    if refusal is not None:
        return refusal
    named = cast(Mapping[str, str], partner)
    return Asking(
        str(own),
        named.get("organizationId"),
        named.get("name", ""),
        named.get("email"),
        str(role or PARTNER),
        str(own_role or PARTNER),
    )


def ask(on: Occasion, asking: Asking, own: Organization, partner: Organization | None) -> Decision:
    """The plan of a request for a connection; an administrator's between two organizations needs no answer."""
    if partner is not None and partner.id == own.id:
        return _misfit("/partner/organizationId", "An organization is not connected with itself.")
    at_once = partner is not None and on.caller.administrator
    connection = Connection(
        id=on.ids.local(),
        asking=Side(asking.own_role, own.display_name, own.id),
        asked=Side(asking.role, partner.display_name, partner.id)
        if partner is not None
        else Side(asking.role, asking.name, email=asking.email),
        created_at=on.now,
        updated_at=on.now,
        expires_at=on.now + LASTS,
        nonce=on.ids.local(),
        created_by=on.caller.person,
        state="connected" if at_once else "requested",
    )
    return Plan(on.ids.commit, begun(on, connection), connection, SKEW)


def accept(
    on: Occasion, connection: Connection, organization: Organization, tied: tuple[Tie, Tie] | None = None
) -> Decision:
    """The plan by which an existing organization accepts; the caller is an admin of it.

    Two that are `tied` already, by an earlier request of either, keep the roles that they have.
    """
    if organization.id == connection.asking.organization_id:
        return _misfit("/organizationId", "An organization is not connected with itself.")
    return _accepted(on, connection, organization, (), tied)


def accept_anew(
    on: Occasion, connection: Connection, organization_id: str, user: User | None, user_id: str
) -> Decision:
    """The plan by which an organization of the name that was asked for comes to be, and accepts.

    The caller is its admin; who was unknown becomes a user, with the name and the email of the request.
    """
    organization = Organization(organization_id, connection.asked.display_name, "partner")
    known = user or User(user_id, connection.asked.display_name, email=connection.asked.email or "", version=0)
    if len(known.memberships) >= MEMBERSHIPS:
        return Refusal("action_not_available", f"You belong to {MEMBERSHIPS} organizations, and cannot join more.")
    membership = membership_of(organization, admin=True)
    writes = (
        PutOrganization(organization, None),
        PutUser(with_membership(known, membership), user.version if user else None),
        PutMember(organization.id, known.id, membership),
    )
    return _accepted(on, connection, organization, writes)


def decline(on: Occasion, connection: Connection) -> Plan:
    """The plan by which the request is declined."""
    writes = changed(on, connection, "declined")
    return Plan(on.ids.commit, writes, replace(connection, state="declined", version=connection.version + 1), SKEW)


def slug(name: str) -> str:
    """An organization's id made of its name; empty where no letter or digit of it can stand in one."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:48].strip("-")


def _accepted(
    on: Occasion,
    connection: Connection,
    by: Organization,
    first: tuple[Write, ...],
    tied: tuple[Tie, Tie] | None = None,
) -> Plan:
    asking, asked = connection.asking, replace(connection.asked, organization_id=by.id, display_name=by.display_name)
    if tied is not None:
        asked, asking = (replace(side, role=tie.role) for side, tie in zip((asked, asking), tied, strict=True))
    after = replace(connection, state="connected", asking=asking, asked=asked, version=connection.version + 1)
    new = ties(after) if tied is None else ()
    writes = (*first, *changed(on, connection, "connected", asking=asking, asked=asked), *new)
    return Plan(on.ids.commit, (*writes, ListConnection(by.id, connection.id)), after, SKEW)


class _Reader:
    """Reads the fields of a body, and keeps what is wrong with each."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._errors: list[FieldError] = []

    def read(self, name: str, how: Callable[[object], object], *, required: bool = False) -> object:
        if name not in self._given:
            if required:
                self._errors.append(FieldError(f"/{name}", "This field is required."))
            return None
        try:
            return how(self._given[name])
        except Invalid as invalid:
            self._errors.append(FieldError(f"/{name}{invalid.error.pointer}", invalid.error.detail))
            return None

    def refusal(self, known: set[str]) -> Refusal | None:
        """What is wrong with the body; None if nothing is."""
        unknown = [
            FieldError(f"/{escape(name)}", "There is no such field.") for name in self._given if name not in known
        ]
        errors = (*unknown, *self._errors)
        return Refusal("invalid_input", "The input does not fit.", rule="input", errors=errors) if errors else None


def read_answer(given: Given) -> tuple[str | None, str | None] | Refusal:
    """The token and the organization that an answer names; None for what it does not name."""
    reader = _Reader(given)
    token = reader.read("token", lambda value: text_of(value, NAME, lines=False))
    organization_id = reader.read("organizationId", lambda value: text_of(value, ID, lines=False))
    return reader.refusal({"token", "organizationId"}) or (
        cast("str | None", token),
        cast("str | None", organization_id),
    )


def _partner(value: object) -> object:
    """An organization by id, or somebody by name and email."""
    if isinstance(value, Mapping) and "organizationId" in value:
        partner = object_of(value, {"organizationId"}, set())
        return {"organizationId": text_of(partner["organizationId"], ID, lines=False, pointer="/organizationId")}
    partner = object_of(value, {"name", "email"}, set())
    name = text_of(partner["name"], NAME, lines=False, pointer="/name")
    return {"name": name, "email": email_of(partner["email"], pointer="/email")}


def _role(value: object) -> str:
    if not isinstance(value, str) or not is_role(value):
        raise Invalid(f"A role is up to {LONGEST} lower-case letters and digits, tied by hyphens: partner-surveyor.")
    return value


def _misfit(pointer: str, detail: str) -> Refusal:
    return Refusal("invalid_input", "The input does not fit.", rule="input", errors=(FieldError(pointer, detail),))
