"""Use cases of organizations and their members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain import members as rules
from shared.domain.model.people import Caller, Membership, Organization, OrganizationKind, User
from shared.domain.model.writes import CheckOrganization, DeleteMember, PutMember, PutOrganization, PutUser, Write
from shared.engine.administration import (
    UserView,
    accepted,
    administrator,
    bad_id,
    check_seen,
    chunked,
    commit_writes,
)
from shared.engine.cursors import listed_after
from shared.engine.inputs import Given
from shared.engine.session import PLAIN, Answer, Identity, Page, Request, Session, every_version, not_found
from shared.ids import is_organization_id
from shared.storage.keys import OrganizationKey, TieKey, UserKey
from shared.storage.store import Loaded


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member of an organization as one caller sees them."""

    user: UserView
    membership: Membership


def get_organization(session: Session, identity: Identity, organization_id: str) -> Organization:
    """The organization; raises Refused `not_found`."""
    loaded = session.store.load([UserKey(identity.user_id), OrganizationKey(organization_id)])
    caller, organization = session.caller(identity, loaded), loaded[OrganizationKey(organization_id)]
    if organization is None or not (
        rules.sees_organization(caller, organization_id) or _is_connected(session, caller, organization_id)
    ):
        not_found("organization")
    return organization


def list_organizations(
    session: Session, identity: Identity, cursor: str | None = None, limit: int = 100
) -> Page[Organization]:
    """The organizations that the caller may see, by id: outside their own, and those connected with them."""
    caller = session.caller(identity, session.store.load([UserKey(identity.user_id)]))
    if caller.inside:
        organizations = list(session.store.organizations())
    else:
        own = caller.user.memberships if caller.user else {}
        known = {*own, *(tie.other_id for id_ in own for tie in session.store.ties(id_))}
        loaded = session.store.load([OrganizationKey(id_) for id_ in known]) if known else Loaded({})
        found = (loaded[OrganizationKey(id_)] for id_ in known)
        organizations = [organization for organization in found if organization is not None]
    return listed_after(sorted(organizations, key=lambda o: o.id), lambda o: o.id, cursor, limit)


def put_organization(
    session: Session, identity: Identity, organization_id: str, given: Given, request: Request = PLAIN
) -> Answer[Organization]:
    """The organization is as given, what is not given as it was; its kind stays what it once was.

    Members carry a copy of its name. Where there are many, they get a new one chunk by chunk
    after the organization itself; should that end half-way, putting the same again completes it.
    """

    def attempt() -> Answer[Organization] | None:
        loaded = session.store.load([UserKey(identity.user_id), OrganizationKey(organization_id)])
        administrator(session, identity, loaded)
        existing = loaded[OrganizationKey(organization_id)]
        if not is_organization_id(organization_id):
            bad_id("An organization's id is 1 to 64 lower-case letters, digits or hyphens.")
        check_seen(request, existing)
        declared = declared_kind(session, organization_id)
        wanted = accepted(rules.organization_of(organization_id, existing, declared, given))
        write = PutOrganization(wanted, existing.version if existing else None)
        if wanted != existing and not commit_writes(session, wanted, write):
            return None
        return Answer(wanted, 200 if existing else 201)

    answer = session.retry(attempt)
    if answer.status == 200:  # noqa: PLR2004 (it was there before, and may have members)
        session.read_back(lambda: _refresh_copies(session, answer.value))
    return answer


def declared_kind(session: Session, organization_id: str) -> OrganizationKind | None:
    """The kind of an organization that a workflow declares, in its newest version that does; None if none does."""
    declared = (workflow.organizations.get(organization_id) for workflow in every_version(session.workflows))
    return next((organization.kind for organization in declared if organization is not None), None)


def put_member(
    session: Session, identity: Identity, organization_id: str, user_id: str, given: Given
) -> Answer[MemberView]:
    """The user belongs to the organization, as an admin of it if the request says so.

    The user and the organization's list of members change together. What is read and not guarded:
    the organization, which is never deleted; a new name of it reaches the copy when it is put again.
    """

    def attempt() -> Answer[MemberView] | None:
        caller, user, organization = _for_change(session, identity, organization_id, user_id)
        after = accepted(rules.joined(user, organization, given))
        membership = after.memberships[organization_id]
        writes = PutUser(after, user.version), PutMember(organization_id, user_id, membership)
        if after != user and not commit_writes(session, after, *writes):
            return None
        status = 200 if organization_id in user.memberships else 201
        return Answer(MemberView(UserView(after, caller), membership), status)

    return session.retry(attempt)


def delete_member(session: Session, identity: Identity, organization_id: str, user_id: str) -> None:
    """The user does not belong to the organization any more; raises Refused `not_found` if they did not."""

    def attempt() -> bool | None:
        _, user, _ = _for_change(session, identity, organization_id, user_id)
        if organization_id not in user.memberships:
            not_found("member")
        after = rules.left(user, organization_id)
        writes = PutUser(after, user.version), DeleteMember(organization_id, user_id)
        return commit_writes(session, after, *writes) or None

    session.retry(attempt)


def list_members(
    session: Session, identity: Identity, organization_id: str, cursor: str | None = None, limit: int = 100
) -> Page[MemberView]:
    """The members of the organization, by user id; raises Refused `not_found`."""
    caller, _ = _seen(session, identity, organization_id)
    rows = sorted(session.store.members(organization_id))
    page = listed_after(rows, lambda row: row[0], cursor, limit)
    loaded = session.store.load([UserKey(user_id) for user_id, _ in page.items])
    users = ((loaded[UserKey(user_id)], membership) for user_id, membership in page.items)
    views = (MemberView(UserView(rules.as_seen(caller, u), caller), m) for u, m in users if u is not None)
    return Page(tuple(views), page.next_cursor)


def _is_connected(session: Session, caller: Caller, organization_id: str) -> bool:
    """Whether an organization of the caller's is connected with this one."""
    keys = [TieKey(own, organization_id) for own in (caller.user.memberships if caller.user else ())]
    loaded = session.store.load(keys) if keys else Loaded({})
    return any(loaded[key] is not None for key in keys)


def _seen(session: Session, identity: Identity, organization_id: str) -> tuple[Caller, Organization]:
    loaded = session.store.load([UserKey(identity.user_id), OrganizationKey(organization_id)])
    caller, organization = session.caller(identity, loaded), loaded[OrganizationKey(organization_id)]
    if organization is None or not rules.sees_organization(caller, organization_id):
        not_found("organization")
    return caller, organization


def _for_change(
    session: Session, identity: Identity, organization_id: str, user_id: str
) -> tuple[Caller, User, Organization]:
    keys = UserKey(identity.user_id), OrganizationKey(organization_id), UserKey(user_id)
    loaded = session.store.load(keys)
    caller = administrator(session, identity, loaded)
    organization, user = loaded[OrganizationKey(organization_id)], loaded[UserKey(user_id)]
    if organization is None:
        not_found("organization")
    if user is None:
        not_found("user")
    return caller, user, organization


def _refresh_copies(session: Session, organization: Organization) -> None:
    """Every member's copies carry the organization's name, or one that it has got since; each member's two together."""
    stale = [u for u, m in session.store.members(organization.id) if m.display_name != organization.display_name]
    for chunk in chunked(sorted(stale)):
        session.retry(lambda chunk=chunk: _refresh(session, organization.id, chunk))  # type: ignore[misc]


def _refresh(session: Session, organization_id: str, user_ids: Sequence[str]) -> bool | None:
    """Their copies carry the name that the organization has at that moment; who renames it later finds them so."""
    loaded = session.store.load([OrganizationKey(organization_id), *(UserKey(user_id) for user_id in user_ids)])
    organization = loaded[OrganizationKey(organization_id)]
    if organization is None:
        raise TypeError("An organization is never deleted.")
    writes: list[Write] = [CheckOrganization(organization)]
    for user_id in user_ids:
        user = loaded[UserKey(user_id)]
        if user is not None and organization.id in user.memberships:
            fresh = rules.membership_of(organization, admin=user.memberships[organization.id].admin)
            after = rules.with_membership(user, fresh)
            writes += PutUser(after, user.version), PutMember(organization.id, user_id, fresh)
    return commit_writes(session, organization, *writes) or None
