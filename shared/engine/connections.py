"""Use cases of connections between organizations: listed, asked for, accepted, declined (collaboration.md)."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NoReturn

from shared.domain.ends import answering as rules
from shared.domain.ends.roles import is_pattern, matches
from shared.domain.members import sees_organization
from shared.domain.model.connections import Connection, ConnectionState, Side, Tie
from shared.domain.model.people import SYSTEM, Caller, Organization, User
from shared.domain.model.plan import Decision, FieldError, Refusal
from shared.domain.model.scene import Occasion
from shared.domain.model.writes import PutRequest
from shared.engine.administration import accepted
from shared.engine.cursors import listed_after
from shared.engine.inputs import Given, misfit
from shared.engine.invitations import token_of
from shared.engine.organizations import declared_kind
from shared.engine.replay import earlier, record_key, remember, retry_once_known
from shared.engine.session import Answer, Identity, Page, Refused, Request, Session, not_found, refuse
from shared.ids import is_user_id
from shared.storage.keys import ConnectionKey, OrganizationKey, RequestKey, TieKey, UserKey
from shared.storage.store import Loaded


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """A connection as one of its two organizations sees it; `now_called` is the other by now, where that is known."""

    connection: Connection
    organization_id: str
    now: datetime
    now_called: str | None = None

    @property
    def state(self) -> ConnectionState:
        """The state by now."""
        return self.connection.state_at(self.now)

    @property
    def asked_for(self) -> bool:
        """Whether it is this organization that has asked."""
        return self.connection.asking.organization_id == self.organization_id

    @property
    def own(self) -> Side:
        """This organization's side."""
        return self.connection.asking if self.asked_for else self.connection.asked

    @property
    def other(self) -> Side:
        """The other side."""
        other = self.connection.asked if self.asked_for else self.connection.asking
        return other if self.now_called is None else replace(other, display_name=self.now_called)


def list_connections(
    session: Session, identity: Identity, organization_id: str, role: str | None, cursor: str | None, limit: int
) -> Page[ConnectionView]:
    """The connections of an organization, the oldest first, with others whose role fits; raises Refused."""
    loaded = session.store.load([UserKey(identity.user_id), OrganizationKey(organization_id)])
    caller = session.caller(identity, loaded)
    if loaded[OrganizationKey(organization_id)] is None or not (
        caller.administrator or caller.member_of(organization_id)
    ):
        not_found("organization")
    if role is not None and not is_pattern(role):
        refuse("invalid_request", "role is a role such as partner-surveyor, or the beginning of one with *.")
    keys = [ConnectionKey(id_) for id_ in session.store.listed_connections(organization_id)]
    loaded = session.store.load(keys) if keys else Loaded({})
    now = session.now()
    found = (ConnectionView(connection, organization_id, now) for key in keys if (connection := loaded[key]))
    fitting = [view for view in found if role is None or matches(role, view.other.role)]
    page = listed_after(fitting, lambda view: view.connection.id, cursor, limit)
    return Page(_called_as_now(session, page.items), page.next_cursor)


def ask(session: Session, identity: Identity, given: Given, request: Request) -> Answer[ConnectionView]:
    """A request for a connection; between two organizations, an administrator's is accepted at once. Raises Refused."""
    key = record_key(identity, request)

    def attempt() -> Answer[ConnectionView] | None:
        loaded = session.store.load([UserKey(identity.user_id), RequestKey(key or "")])
        caller, now = session.caller(identity, loaded), session.now()
        record = earlier(loaded[RequestKey(key or "")], request, now)
        if record is not None:
            return _repeated(session, caller, record, now)
        if not (caller.administrator or _is_an_admin(caller)):
            _only_admins()
        asking = accepted(rules.read_asking(given))
        if not (caller.administrator or caller.member_of(asking.organization_id, admin=True)):
            _only_admins()
        own, partner = _both(session, caller, asking)
        on = Occasion(caller, now, session.ids(now))
        return _commit(session, _Kept(request, key, 201), on, rules.ask(on, asking, own, partner), own.id)

    return retry_once_known(session, identity, request, attempt)


def accept(
    session: Session, identity: Identity, connection_id: str, given: Given, request: Request
) -> Answer[ConnectionView]:
    """The two are connected; who was asked by email may be somebody whom Casetree did not know. Raises Refused."""

    def decide(asked: _Asked) -> tuple[Decision, str]:
        connection, user = asked.connection, asked.user
        organization_id = connection.asked.organization_id or asked.organization_id
        if organization_id is None:
            new_id = _free_id(session, connection.asked.display_name, asked.on)
            return rules.accept_anew(asked.on, connection, new_id, user, identity.user_id), new_id
        if user is None or not Caller(user).member_of(organization_id, admin=True):
            refuse("not_allowed", "You are no admin of this organization.", rule="who", who=("its admins",))
        if asked.organization_id not in (None, organization_id):
            misfit(FieldError("/organizationId", "Another organization was asked."))
        organization, tied = _with_ties(session, connection, organization_id)
        return rules.accept(asked.on, connection, organization, tied), organization_id

    return _answer(session, identity, connection_id, given, request, decide)


def decline(
    session: Session, identity: Identity, connection_id: str, given: Given, request: Request
) -> Answer[ConnectionView]:
    """The request is declined; raises Refused."""

    def decide(asked: _Asked) -> tuple[Decision, str]:
        own = asked.connection.asked.organization_id
        if own is not None and not (asked.user and Caller(asked.user).member_of(own, admin=True)):
            refuse("not_allowed", "You are no admin of the organization that was asked.", rule="who")
        return rules.decline(asked.on, asked.connection), own or ""

    return _answer(session, identity, connection_id, given, request, decide)


def _called_as_now(session: Session, views: Sequence[ConnectionView]) -> tuple[ConnectionView, ...]:
    """The views, where the two are connected with the names that the others have by now: they may have got new ones."""
    others = [view.other.organization_id if view.state == "connected" else None for view in views]
    keys = {OrganizationKey(other) for other in others if other is not None}
    loaded = session.store.load(keys) if keys else Loaded({})
    found = [loaded[OrganizationKey(other)] if other is not None else None for other in others]
    return tuple(replace(v, now_called=o.display_name if o else None) for v, o in zip(views, found, strict=True))


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that its caller may answer: who they are, if they are known, and for which organization they do."""

    connection: Connection
    on: Occasion
    user: User | None
    organization_id: str | None


@dataclass(frozen=True, slots=True)
class _Kept:
    """A request, as it is remembered with what it did."""

    request: Request
    key: str | None
    status: int


def _answer(
    session: Session,
    identity: Identity,
    connection_id: str,
    given: Given,
    request: Request,
    decide: Callable[[_Asked], tuple[Decision, str]],
) -> Answer[ConnectionView]:
    key = record_key(identity, request)

    def attempt() -> Answer[ConnectionView] | None:
        keys = UserKey(identity.user_id), ConnectionKey(connection_id), RequestKey(key or "")
        loaded, now = session.store.load(keys), session.now()
        user, connection = _person(identity, loaded), loaded[ConnectionKey(connection_id)]
        record = earlier(loaded[RequestKey(key or "")], request, now)
        if record is not None:
            return _repeated(session, Caller(user or User(identity.user_id, "")), record, now)
        token, organization_id = _read(given)
        if connection is None or not _may_answer(session, connection, user, token):
            _no_request()
        _check_open(connection, now)
        answers = accepted(rules.read_answer(given))
        on = Occasion(Caller(user or User(identity.user_id, "")), now, session.ids(now))
        decision, own = decide(_Asked(connection, on, user, answers[1] if organization_id else None))
        return _commit(session, _Kept(request, key, 200), on, decision, own)

    return retry_once_known(session, identity, request, attempt)


def _commit(
    session: Session, kept: _Kept, on: Occasion, decision: Decision, organization_id: str
) -> Answer[ConnectionView] | None:
    """The answer once the plan has committed; None if it has to be decided again. Raises Refused."""
    if isinstance(decision, Refusal):
        raise Refused(decision)
    connection = decision.subject
    if not isinstance(connection, Connection):
        raise TypeError("A decision on a connection gives a connection.")
    resource = f"{connection.id} {organization_id}"
    if not session.commit(remember(decision, kept.key, kept.request, kept.status, resource, on.now)):
        return None
    return Answer(ConnectionView(connection, organization_id, on.now), kept.status)


def _repeated(session: Session, caller: Caller, record: PutRequest, now: datetime) -> Answer[ConnectionView]:
    """What an earlier request did, as it is now, shown to the organization that it was for.

    Who has left that organization since is shown nothing.
    """
    connection_id, _, organization_id = record.resource.partition(" ")
    if organization_id and not (caller.administrator or caller.member_of(organization_id)):
        refuse("not_allowed", "You are no member of the organization that this was for.", rule="who")
    connection = session.store.load([ConnectionKey(connection_id)])[ConnectionKey(connection_id)]
    if connection is None:
        not_found("connection")
    (view,) = _called_as_now(session, (ConnectionView(connection, organization_id, now),))
    return Answer(view, record.status, replayed=True)


def _person(identity: Identity, loaded: Loaded) -> User | None:
    """The user who answers, or nobody whom Casetree knows; raises Refused for who is known and no active user."""
    user = loaded[UserKey(identity.user_id)]
    known_badly = user is not None and (not user.active or user.id == SYSTEM.id)
    if known_badly or not is_user_id(identity.user_id):
        refuse("unknown_user", "Casetree knows no active user of this id.")
    return user


def _may_answer(session: Session, connection: Connection, user: User | None, token: str | None) -> bool:
    """Whether the caller was asked: by email, with the right token; or as an organization, as a member of it.

    A member of it who is no admin learns that; others learn nothing.
    """
    if connection.asked.email is not None:
        return token is not None and hmac.compare_digest(
            token.encode(), token_of(session.secret(), connection).encode()
        )
    return user is not None and Caller(user).member_of(connection.asked.organization_id)


def _check_open(connection: Connection, now: datetime) -> None:
    """Raises Refused for a request that was answered, was withdrawn or has expired: its token is good for nothing."""
    if connection.open_at(now):
        return
    if connection.asked.email is not None:
        _no_request()
    refuse("action_not_available", f"The request is {connection.state_at(now)} already.", rule="from")


def _no_request() -> NoReturn:
    refuse("not_found", "There is no open request of this id for you: was it answered, or is the token a wrong one?")


def _read(given: Given) -> tuple[str | None, str | None]:
    """Token and organization as they were sent, whatever else is wrong with the body."""
    token, organization_id = given.get("token"), given.get("organizationId")
    return token if isinstance(token, str) else None, organization_id if isinstance(organization_id, str) else None


def _both(session: Session, caller: Caller, asking: rules.Asking) -> tuple[Organization, Organization | None]:
    """The two organizations, if the caller may know of both, and they are not connected; raises Refused."""
    own_key = OrganizationKey(asking.organization_id)
    if asking.partner_id is None:
        own, partner = session.store.load([own_key])[own_key], None
    else:
        key, tie = OrganizationKey(asking.partner_id), TieKey(asking.organization_id, asking.partner_id)
        loaded = session.store.load({own_key, key, tie})
        own, partner = loaded[own_key], loaded[key]
        if loaded[tie] is not None:
            refuse("action_not_available", "The two are connected already.", rule="not_connected")
        if partner is None or not sees_organization(caller, partner.id):
            detail = f"There is no organization {asking.partner_id!r} that you may see. Ask by name and email."
            misfit(FieldError("/partner/organizationId", detail))
    if own is None:
        misfit(FieldError("/organizationId", f"There is no organization {asking.organization_id!r}."))
    return own, partner


def _with_ties(
    session: Session, connection: Connection, organization_id: str
) -> tuple[Organization, tuple[Tie, Tie] | None]:
    """The organization that accepts, and its ties with the one that asks, if they are connected already."""
    key, asking = OrganizationKey(organization_id), connection.asking.organization_id or ""
    there, back = TieKey(asking, organization_id), TieKey(organization_id, asking)
    loaded = session.store.load({key, there, back})
    organization, tie, other = loaded[key], loaded[there], loaded[back]
    if organization is None:
        not_found("organization")
    return organization, (tie, other) if tie is not None and other is not None else None


def _free_id(session: Session, name: str, on: Occasion) -> str:
    """An id for a new organization of this name that none has yet."""
    wanted = rules.slug(name) or "partner"
    loaded = session.store.load([OrganizationKey(wanted)])
    taken = loaded[OrganizationKey(wanted)] is not None or declared_kind(session, wanted) is not None
    return f"{wanted}-{on.ids.local()[-6:]}" if taken else wanted


def _is_an_admin(caller: Caller) -> bool:
    """Whether the caller is an admin of any organization."""
    return caller.user is not None and any(m.admin for m in caller.user.memberships.values())


def _only_admins() -> NoReturn:
    refuse("not_allowed", "You may not ask for connections of this organization.", rule="who", who=("its admins",))
