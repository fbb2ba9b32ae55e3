"""People and organizations as JSON: who sees which name."""

from __future__ import annotations

from shared.domain.model.people import Caller, Membership, Organization
from shared.domain.model.task import Party, Person
from shared.domain.words.relations import is_party
from shared.engine.administration import UserView
from shared.engine.bulk.handback import HandedBack
from shared.engine.organizations import MemberView

NOBODYS_ORGANIZATION = "No organization"
ANOTHER_PARTY = "Another party"

Json = dict[str, object]


def person(value: Person | None, viewer: Caller) -> Json | None:
    """Names and email to people of the same side; to others the organization alone (api.md, "A task")."""
    if value is None:
        return None
    if not same_side(value, viewer):
        return {"displayName": value.organization or NOBODYS_ORGANIZATION}
    return {
        "id": value.id,
        "firstName": value.first_name,
        "lastName": value.last_name,
        "email": value.email,
    }


def same_side(value: Person, viewer: Caller) -> bool:
    """Whether both are inside, are of one organization, or are the same person."""
    itself = viewer.user is not None and viewer.user.id == value.id
    return itself or (viewer.inside and value.inside) or viewer.member_of(value.organization_id)


def party(value: Party | None, viewer: Caller, *, colleagues: bool = False) -> Json | None:
    """Who is, or was, responsible; to people outside, of any party but themselves just its kind.

    A party has no side written down, so who is outside is told their `colleagues` only where all who see
    the task are.
    """
    if value is None:
        return None
    if not (colleagues or viewer.inside or is_party(viewer, value)):
        return {"kind": value.kind, "displayName": ANOTHER_PARTY}
    return {"kind": value.kind, "id": value.id, "displayName": value.display_name}


def user(view: UserView) -> Json:
    """A user; the email address only to themselves and to administrators."""
    value, viewer = view.user, view.caller
    itself = viewer.user is not None and viewer.user.id == value.id
    body: Json = {
        "userId": value.id,
        "displayName": value.display_name,
        "firstName": value.first_name,
        "lastName": value.last_name,
        "active": value.active,
        "inside": value.inside,
        "organizations": [membership(m) for _, m in sorted(value.memberships.items())],
        "version": value.version,
    }
    if itself or viewer.administrator:
        body["email"] = value.email
    if view.administrator is not None:
        body["administrator"] = view.administrator
    return body


def member(view: MemberView) -> Json:
    """A member of an organization."""
    who, place = view.user.user, view.membership
    return {
        "organizationId": place.organization_id,
        "userId": who.id,
        "displayName": who.display_name,
        "active": who.active,
        "admin": place.admin,
    }


def membership(value: Membership) -> Json:
    """A user's place in an organization."""
    return {
        "organizationId": value.organization_id,
        "displayName": value.display_name,
        "kind": value.kind,
        "admin": value.admin,
    }


def organization(value: Organization) -> Json:
    """An organization."""
    return {
        "organizationId": value.id,
        "displayName": value.display_name,
        "kind": value.kind,
        "autoAssign": value.auto_assign,
        "version": value.version,
    }


def handed_back(value: HandedBack) -> Json:
    """What became of an open task; without an action, why it stays where it is."""
    return {
        "taskId": value.task_id,
        "action": value.action,
        "reason": value.refusal.detail if value.refusal else None,
    }
