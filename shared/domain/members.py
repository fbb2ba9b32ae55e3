"""Users, organizations and memberships: what may be said of them, and who may see whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar, get_args

from shared.domain.model.people import SYSTEM, Caller, Membership, Organization, OrganizationKind, User
from shared.domain.model.plan import FieldError, Refusal
from shared.domain.model.text import EMAIL, is_blank, is_plain
from shared.domain.words.kind import escape

Given = Mapping[str, object]
Kept = TypeVar("Kept", User, Organization)
MEMBERSHIPS = 200
"""Organizations that one user may belong to: all of them are read with every request of theirs."""
KINDS: tuple[str, ...] = get_args(OrganizationKind)


def _text(value: object, limit: int, least: int = 0) -> str | None:
    if not isinstance(value, str) or len(value) > limit or (least and is_blank(value)):
        return f"This must be a text of {least} to {limit} characters."
    return None if is_plain(value) else "This must not contain control characters."


def _email(value: object) -> str | None:
    wrong = _text(value, 254)
    return wrong or (None if value == "" or EMAIL.fullmatch(str(value)) else "This must be an email address.")


def _flag(value: object) -> str | None:
    return None if isinstance(value, bool) else "This must be true or false."


def _kind(value: object) -> str | None:
    return None if value in KINDS else f"This must be one of: {', '.join(KINDS)}."


Fields = Mapping[str, tuple[str, Callable[[object], str | None]]]
"""By the API's name: the attribute, and a check that answers what is wrong with a value."""
USER: Fields = {
    "displayName": ("display_name", lambda value: _text(value, 200, least=1)),
    "firstName": ("first_name", lambda value: _text(value, 100)),
    "lastName": ("last_name", lambda value: _text(value, 100)),
    "email": ("email", _email),
    "active": ("active", _flag),
}
ORGANIZATION: Fields = {
    "displayName": ("display_name", lambda value: _text(value, 200, least=1)),
    "kind": ("kind", _kind),
    "autoAssign": ("auto_assign", _flag),
}
MEMBER: Fields = {"admin": ("admin", _flag)}


def user_of(user_id: str, existing: User | None, given: Given) -> User | Refusal:
    """The user as the request says; what it does not say stays as it is."""
    values, errors = _read(USER, given, () if existing else ("displayName",))
    if user_id == SYSTEM.id and values.get("active") is False:
        errors = (
            *errors,
            FieldError("/active", "This user has tasks that no particular person has, and stays active."),
        )
    if errors:
        return _misfit("user", errors)
    if existing is None:
        return User(user_id, **values)
    return _changed(existing, values)


def organization_of(
    organization_id: str, existing: Organization | None, declared: OrganizationKind | None, given: Given
) -> Organization | Refusal:
    """The organization as the request says; what it does not say stays as it is.

    Its kind is settled once it exists, or by the workflow that declares it: memberships carry a
    copy, and whether somebody belongs inside follows from it.
    """
    settled = existing.kind if existing else declared
    needed = ("displayName",) if settled else ("displayName", "kind")
    values, errors = _read(ORGANIZATION, given, () if existing else needed)
    if settled and values.get("kind", settled) != settled:
        errors = (*errors, FieldError("/kind", f"It is a {settled} and stays one."))
    if errors:
        return _misfit("organization", errors)
    if existing is None:
        return Organization(organization_id, **{"kind": settled, **values})
    return _changed(existing, values)


def joined(user: User, organization: Organization, given: Given) -> User | Refusal:
    """The user as a member of the organization; as an admin of it if the request says so."""
    values, errors = _read(MEMBER, given, ())
    if errors:
        return _misfit("member", errors)
    if user.id == SYSTEM.id:
        return Refusal("invalid_input", f"{user.id} is no person, and a member of no organization.", rule="system")
    if organization.id not in user.memberships and len(user.memberships) >= MEMBERSHIPS:
        return Refusal("invalid_input", f"{user.id} belongs to {MEMBERSHIPS} organizations, and cannot join more.")
    return with_membership(user, membership_of(organization, admin=values.get("admin", False)))


def with_membership(user: User, membership: Membership) -> User:
    """The user with this membership, in place of an earlier one of the same organization."""
    memberships = {**user.memberships, membership.organization_id: membership}
    return _changed(user, {"memberships": memberships})


def membership_of(organization: Organization, *, admin: bool) -> Membership:
    """A place in the organization, with copies of its name and kind."""
    return Membership(organization.id, organization.display_name, organization.kind, admin)


def left(user: User, organization_id: str) -> User:
    """The user without their membership of the organization."""
    rest = {id_: m for id_, m in user.memberships.items() if id_ != organization_id}
    return _changed(user, {"memberships": rest})


def sees_user(caller: Caller, user: User) -> bool:
    """One sees oneself and the members of shared organizations; people inside see all."""
    own = caller.user
    return caller.inside or (own is not None and (own.id == user.id or bool(_shared(own, user))))


def as_seen(caller: Caller, user: User) -> User:
    """The user without what the caller may not know.

    The email is for oneself and administrators; of memberships, people outside see shared ones.
    """
    own = caller.user
    if caller.administrator or (own is not None and own.id == user.id):
        return user
    shared = user.memberships if caller.inside or own is None else _shared(own, user)
    return replace(user, email="", memberships=shared)


def sees_organization(caller: Caller, organization_id: str) -> bool:
    """People inside see all organizations, everybody else their own."""
    return caller.inside or caller.member_of(organization_id)


def _shared(own: User, other: User) -> dict[str, Membership]:
    return {id_: m for id_, m in other.memberships.items() if id_ in own.memberships}


def _read(fields: Fields, given: Given, required: tuple[str, ...]) -> tuple[dict[str, Any], tuple[FieldError, ...]]:
    """The values by attribute, and every error with a pointer to it."""
    errors = [FieldError(f"/{name}", "This field is required.") for name in required if name not in given]
    values = {}
    for name, value in given.items():
        attribute, check = fields.get(name, ("", _unknown))
        wrong = check(value)
        if wrong is None:
            values[attribute] = value
        else:
            errors.append(FieldError(f"/{escape(name)}", wrong))
    return values, tuple(errors)


def _unknown(value: object) -> str:
    del value
    return "There is no such field."


def _changed(before: Kept, values: Mapping[str, Any]) -> Kept:
    """The value with a new version if anything differs, else as it was."""
    after = replace(before, **values)
    return before if after == before else replace(after, version=before.version + 1)


def _misfit(what: str, errors: tuple[FieldError, ...]) -> Refusal:
    return Refusal("invalid_input", f"The {what} does not fit.", rule="input", errors=errors)
