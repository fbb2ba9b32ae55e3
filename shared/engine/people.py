"""Use cases of people: users, and with them organizations, members and hand-back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from shared.domain import members as rules
from shared.domain.model.people import SYSTEM, Organization, User
from shared.domain.model.plan import FieldError
from shared.domain.model.writes import PutOrganization, PutUser
from shared.engine.administration import (
    UserView,
    accepted,
    administrator,
    bad_id,
    check_seen,
    chunked,
    commit_writes,
)
from shared.engine.bulk.handback import HandBack, HandedBack, hand_back
from shared.engine.inputs import Given
from shared.engine.organizations import (
    MemberView,
    delete_member,
    get_organization,
    list_members,
    list_organizations,
    put_member,
    put_organization,
)
from shared.engine.session import PLAIN, Answer, Identity, Request, Session, every_version, not_found, refuse
from shared.ids import is_user_id
from shared.storage.keys import OrganizationKey, UserKey

__all__ = [
    "HandBack",
    "HandedBack",
    "MemberView",
    "UserView",
    "bootstrap",
    "delete_member",
    "get_organization",
    "get_user",
    "hand_back",
    "list_members",
    "list_organizations",
    "me",
    "put_member",
    "put_organization",
    "put_user",
]

_USER_ID = "A user's id is 1 to 128 letters, digits or any of . _ @ | + : -; not me, . or .."


def me(session: Session, identity: Identity) -> UserView:
    """The caller, as Casetree knows them."""
    caller = session.caller(identity, session.store.load([UserKey(identity.user_id)]))
    if caller.user is None:
        raise TypeError("A caller with an identity is a user.")
    return UserView(caller.user, caller, caller.administrator)


def get_user(session: Session, identity: Identity, user_id: str) -> UserView:
    """The user, without what the caller may not know; raises Refused `not_found`."""
    loaded = session.store.load([UserKey(identity.user_id), UserKey(user_id)])
    caller, user = session.caller(identity, loaded), loaded[UserKey(user_id)]
    if user is None or not rules.sees_user(caller, user):
        not_found("user")
    return UserView(rules.as_seen(caller, user), caller, caller.administrator if user_id == identity.user_id else None)


def put_user(
    session: Session, identity: Identity, user_id: str, given: Given, request: Request = PLAIN
) -> Answer[UserView]:
    """The user is as given, what is not given as it was; a deactivated one is refused from now on."""

    def attempt() -> Answer[UserView] | None:
        loaded = session.store.load([UserKey(identity.user_id), UserKey(user_id)])
        caller = administrator(session, identity, loaded)
        existing = loaded[UserKey(user_id)]
        if not is_user_id(user_id):
            bad_id(_USER_ID)
        check_seen(request, existing)
        user = accepted(rules.user_of(user_id, existing, given))
        if user_id == identity.user_id and not user.active:
            _refuse_to_lock_out()
        if user != existing and not commit_writes(session, user, PutUser(user, existing.version if existing else None)):
            return None
        return Answer(UserView(user, caller), 200 if existing else 201)

    return session.retry(attempt)


def _refuse_to_lock_out() -> NoReturn:
    """Ends the use case: the last administrator could not be brought back by anybody."""
    detail = "Nobody deactivates themselves: ask another administrator to do it."
    refuse("invalid_input", "The user does not fit.", rule="input", errors=(FieldError("/active", detail),))


def bootstrap(session: Session, admin: User) -> None:
    """The organizations of all workflows exist, the first administrator, and the user `system`; none is changed.

    Those of older versions, too, whose cases go on; where versions disagree, the newest counts.
    """
    oldest_first = reversed(list(every_version(session.workflows)))
    wanted = {
        declared.id: Organization(declared.id, declared.label, declared.kind, declared.auto_assign)
        for workflow in oldest_first
        for declared in workflow.organizations.values()
    }
    for chunk in chunked(list(wanted.values())):
        session.retry(lambda chunk=chunk: _add_missing(session, chunk))  # type: ignore[misc]
    for user in (SYSTEM, admin):
        session.retry(lambda user=user: _add_user(session, user))  # type: ignore[misc]


def _add_missing(session: Session, organizations: Sequence[Organization]) -> bool | None:
    loaded = session.store.load([OrganizationKey(organization.id) for organization in organizations])
    missing = [o for o in organizations if loaded[OrganizationKey(o.id)] is None]
    return commit_writes(session, None, *(PutOrganization(o, None) for o in missing)) or None


def _add_user(session: Session, user: User) -> bool | None:
    if session.store.load([UserKey(user.id)])[UserKey(user.id)] is not None:
        return True
    return commit_writes(session, user, PutUser(user, None)) or None
