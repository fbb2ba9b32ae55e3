from typing import Any

import pytest

from shared.domain.members import (
    MEMBERSHIPS,
    as_seen,
    joined,
    left,
    organization_of,
    sees_organization,
    sees_user,
    user_of,
)
from shared.domain.model.people import ENGINE, SYSTEM, Caller, Membership, Organization, User
from shared.domain.model.plan import Refusal

QUEUE = Organization("dispatch", "Dispatch", "queue")
PARTNER = Organization("acme", "Acme", "partner")


def member(user_id: str, *organizations: Organization, email: str = "x@example.org") -> User:
    """A user who belongs to the organizations."""
    memberships = {o.id: Membership(o.id, o.display_name, o.kind) for o in organizations}
    return User(user_id, user_id.title(), email=email, memberships=memberships)


def refused(result: object) -> dict[str, str]:
    """What is wrong, by pointer."""
    assert isinstance(result, Refusal)
    assert result.code == "invalid_input"
    return {error.pointer: error.detail for error in result.errors}


def test_a_new_user_has_defaults() -> None:
    """A new user needs a display name only, and is active."""
    assert user_of("ann", None, {"displayName": "Ann Lee"}) == User("ann", "Ann Lee")


def test_what_is_not_given_stays() -> None:
    """Putting a user again changes what is given, keeps the rest, and counts the version up."""
    ann = User("ann", "Ann Lee", "Ann", "Lee", "ann@example.org", version=3)
    assert user_of("ann", ann, {"active": False}) == User(
        "ann", "Ann Lee", "Ann", "Lee", "ann@example.org", active=False, version=4
    )


def test_putting_the_same_changes_nothing() -> None:
    """Where nothing differs, the version stays, and there is nothing to write."""
    ann = User("ann", "Ann Lee", email="ann@example.org")
    assert user_of("ann", ann, {"displayName": "Ann Lee", "email": "ann@example.org"}) == ann


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("displayName", ""),
        ("displayName", "   "),
        ("displayName", "\u200f"),
        ("displayName", "x" * 201),
        ("displayName", 7),
        ("displayName", None),
        ("displayName", "Ann\x00"),
        ("firstName", "x" * 101),
        ("firstName", []),
        ("lastName", "Lee\n"),
        ("email", "nobody"),
        ("email", "a@example.org,b@example.org"),
        ("email", "a@example.org;b"),
        ("email", "Ann <a@example.org>"),
        ("email", "a\u202e@example.org"),
        ("displayName", "Ann\u202e Lee"),
        ("displayName", "\u2066Ann"),
        ("email", "a b@example.org"),
        ("email", "x" * 250 + "@example.org"),
        ("active", "yes"),
        ("active", 1),
        ("memberships", {}),
        ("a/b~", 1),
    ],
)
def test_a_user_that_does_not_fit_is_refused(name: str, value: Any) -> None:
    """A wrong or unknown field of a user is named by its pointer."""
    pointer = "/a~1b~0" if name == "a/b~" else f"/{name}"
    assert list(refused(user_of("ann", None, {"displayName": "Ann", name: value}))) == [pointer]


def test_names_may_be_empty() -> None:
    """First name, last name and email may be empty: not everybody has them."""
    assert user_of("ann", None, {"displayName": "A", "firstName": "", "email": ""}) == User("ann", "A")


def test_a_new_user_needs_a_name() -> None:
    """Without display name there is no new user."""
    assert refused(user_of("ann", None, {})) == {"/displayName": "This field is required."}


def test_a_new_organization_needs_name_and_kind() -> None:
    """An organization that no workflow declares needs both."""
    assert organization_of("acme", None, None, {"displayName": "Acme", "kind": "partner"}) == PARTNER
    assert refused(organization_of("acme", None, None, {})) == {
        "/displayName": "This field is required.",
        "/kind": "This field is required.",
    }


def test_an_unknown_kind_is_refused() -> None:
    """The kinds are those of the design, and the refusal names them."""
    errors = refused(organization_of("acme", None, None, {"displayName": "Acme", "kind": "club"}))
    assert "placeholder" in errors["/kind"]
    assert list(refused(organization_of("a", None, None, {"displayName": "A", "kind": ["queue"]}))) == ["/kind"]


def test_the_kind_of_an_organization_is_settled() -> None:
    """An organization keeps its kind: whether its members belong inside must not change unseen."""
    assert refused(organization_of("acme", PARTNER, None, {"kind": "team"})) == {
        "/kind": "It is a partner and stays one."
    }
    assert organization_of("acme", PARTNER, None, {"kind": "partner", "autoAssign": True}) == Organization(
        "acme", "Acme", "partner", auto_assign=True, version=2
    )


def test_a_workflow_settles_the_kind_of_what_it_declares() -> None:
    """An organization that a workflow declares is of the declared kind from its first day on."""
    assert organization_of("dispatch", None, "queue", {"displayName": "Dispatch"}) == QUEUE
    assert list(refused(organization_of("dispatch", None, "queue", {"displayName": "D", "kind": "team"}))) == ["/kind"]


def test_joining_copies_name_and_kind() -> None:
    """A membership carries the organization's name and kind, and whether the user is an admin of it."""
    after = joined(User("ann", "Ann"), QUEUE, {"admin": True})
    assert after == User(
        "ann", "Ann", memberships={"dispatch": Membership("dispatch", "Dispatch", "queue", admin=True)}, version=2
    )


def test_joining_again_without_admin_takes_it_back() -> None:
    """PUT says it all: without `admin`, a member is a plain one."""
    admin = joined(User("ann", "Ann"), QUEUE, {"admin": True})
    assert isinstance(admin, User)
    plain = joined(admin, QUEUE, {})
    assert isinstance(plain, User)
    assert not plain.memberships["dispatch"].admin
    assert joined(plain, QUEUE, {}) == plain


def test_a_member_that_does_not_fit_is_refused() -> None:
    """A membership takes `admin`, true or false, and nothing else."""
    assert list(refused(joined(User("ann", "Ann"), QUEUE, {"admin": "yes", "role": "x"}))) == ["/admin", "/role"]


def test_nobody_belongs_to_too_many_organizations() -> None:
    """A user joins up to a limit, and can still change a membership there is."""
    many = [Organization(f"team-{n}", f"Team {n}", "team") for n in range(MEMBERSHIPS)]
    full = member("ann", *many)
    result = joined(full, QUEUE, {})
    assert isinstance(result, Refusal)
    assert str(MEMBERSHIPS) in result.detail
    assert isinstance(joined(full, many[0], {"admin": True}), User)


def test_leaving_takes_the_membership_away() -> None:
    """Who left an organization is no member of it, and stays one of the others."""
    assert list(left(member("ann", QUEUE, PARTNER), "dispatch").memberships) == ["acme"]


INSIDE = Caller(member("bob", QUEUE))
OUTSIDE = Caller(member("eve"))
OF_PARTNER = Caller(member("pat", PARTNER))
ADMINISTRATOR = Caller(member("root"), administrator=True)


@pytest.mark.parametrize(
    ("caller", "seen"),
    [
        (INSIDE, True),
        (OUTSIDE, False),
        (OF_PARTNER, True),
        (ADMINISTRATOR, True),
        (ENGINE, True),
        (Caller(member("zoe")), True),
    ],
)
def test_who_sees_a_user(caller: Caller, *, seen: bool) -> None:
    """One sees oneself and members of shared organizations; people inside and administrators see all."""
    assert sees_user(caller, member("zoe", PARTNER)) is seen


@pytest.mark.parametrize(("caller", "email"), [(INSIDE, ""), (OF_PARTNER, ""), (ADMINISTRATOR, "x@example.org")])
def test_who_sees_an_email(caller: Caller, email: str) -> None:
    """An email is for oneself and administrators only."""
    assert as_seen(caller, member("zoe", PARTNER)).email == email
    assert as_seen(Caller(member("zoe", PARTNER)), member("zoe", PARTNER)).email == "x@example.org"


def test_people_outside_see_shared_memberships_only() -> None:
    """Which other organizations somebody belongs to is nothing to people outside."""
    zoe = member("zoe", PARTNER, QUEUE)
    assert list(as_seen(OF_PARTNER, zoe).memberships) == ["acme"]
    assert list(as_seen(INSIDE, zoe).memberships) == ["acme", "dispatch"]
    assert list(as_seen(ENGINE, zoe).memberships) == ["acme", "dispatch"]


def test_who_sees_an_organization() -> None:
    """People inside see every organization, others the ones they belong to."""
    assert sees_organization(INSIDE, "acme")
    assert sees_organization(OF_PARTNER, "acme")
    assert not sees_organization(OF_PARTNER, "dispatch")
    assert not sees_organization(OUTSIDE, "acme")


def test_the_user_that_no_person_is_stays_active_and_joins_nothing() -> None:
    """Tasks are assigned to it where nobody is named; its name may change."""
    for existing in (SYSTEM, None):
        refusal = user_of("system", existing, {"displayName": "Casetree", "active": False})
        assert isinstance(refusal, Refusal)
        assert [error.pointer for error in refusal.errors] == ["/active"]
    renamed = user_of("system", SYSTEM, {"displayName": "Engine", "active": True})
    assert isinstance(renamed, User)
    assert renamed.display_name == "Engine"
    refusal = joined(SYSTEM, Organization("crew", "Crew", "team"), {})
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.rule) == ("invalid_input", "system")
