from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shared.domain.members import MEMBERSHIPS
from shared.domain.model.people import User
from shared.domain.model.plan import Plan
from shared.domain.model.writes import PutUser
from shared.engine import people
from shared.engine.session import Identity, Refused
from shared.storage.keys import MemberKey, OrganizationKey, UserKey
from shared.storage.store import CommitFailed, Store, Unreachable
from tests.engine.between import Between, Torn, at
from tests.engine.world import ANN, BOB, EVE, NOTHING, PAT, ROOT, World


def refusal(refused: pytest.ExceptionInfo[Refused]) -> tuple[str, list[str]]:
    """The code, and the pointers of what does not fit."""
    return refused.value.refusal.code, [error.pointer for error in refused.value.refusal.errors]


def test_deploying_brings_the_organizations_of_every_workflow(world: World) -> None:
    """Bootstrap puts the organizations that workflows declare, with their kinds, and the first administrator."""
    dispatch = world.store.load([OrganizationKey("dispatch")])[OrganizationKey("dispatch")]
    assert dispatch is not None
    assert (dispatch.display_name, dispatch.kind) == ("Dispatch", "queue")
    for name in world.session.workflows.names:
        for declared in world.session.workflows.latest(name).organizations:
            assert world.store.load([OrganizationKey(declared)])[OrganizationKey(declared)] is not None
    assert people.me(world.session, ROOT).user.display_name == "Root"


def test_deploying_brings_the_user_system(world: World) -> None:
    """For tasks that no particular person has: active, a member of nothing, and nobody signs in as this one."""
    system = people.get_user(world.session, ROOT, "system").user
    assert (system.display_name, system.active, system.memberships) == ("Casetree", True, {})
    with pytest.raises(Refused) as refused:
        people.me(world.session, Identity("system", in_admin_group=True))
    assert refusal(refused)[0] == "unknown_user"


def test_deploying_again_changes_nothing(world: World) -> None:
    """Bootstrap leaves what there is as it is, whatever became of it since."""
    people.put_organization(world.session, ROOT, "dispatch", {"displayName": "The Dispatchers"})
    people.bootstrap(world.session, User("root", "Somebody Else"))
    assert people.get_organization(world.session, ROOT, "dispatch").display_name == "The Dispatchers"
    assert people.me(world.session, ROOT).user.display_name == "Root"


def test_one_sees_oneself_whole(world: World) -> None:
    """GET /users/me shows the caller with email, memberships, and whether they are an administrator."""
    view = people.me(world.session, BOB)
    assert view.user.email == "bob@example.org"
    assert set(view.user.memberships) == {"dispatch", "quality-assurance"}
    assert view.administrator is False
    assert people.me(world.session, ROOT).administrator is True


def test_an_administrator_is_a_user_too(world: World) -> None:
    """Being in the administrators' group is not enough without an active user item."""
    with pytest.raises(Refused) as refused:
        people.me(world.session, Identity("stranger", in_admin_group=True))
    assert refusal(refused)[0] == "unknown_user"


def test_a_new_user_answers_201_and_an_old_one_200(world: World) -> None:
    """Putting a user tells whether they are new."""
    assert people.put_user(world.session, ROOT, "cho", {"displayName": "Cho"}).status == 201
    answer = people.put_user(world.session, ROOT, "cho", {"displayName": "Cho Kim"})
    assert (answer.status, answer.value.user.display_name) == (200, "Cho Kim")


def test_a_deactivated_user_is_refused_at_once(world: World) -> None:
    """Deactivating somebody takes effect on their next request."""
    people.put_user(world.session, ROOT, "bob", {"active": False})
    with pytest.raises(Refused) as refused:
        people.me(world.session, BOB)
    assert refusal(refused)[0] == "unknown_user"


@pytest.mark.parametrize("caller", [ANN, BOB, EVE])
def test_only_administrators_change_people(world: World, caller: Identity) -> None:
    """Users, organizations and members are put by administrators, and not by an organization's own admins."""
    for attempt in (
        lambda: people.put_user(world.session, caller, "cho", {"displayName": "Cho"}),
        lambda: people.put_organization(world.session, caller, "club", {"displayName": "C", "kind": "team"}),
        lambda: people.put_member(world.session, caller, "dispatch", "eve", NOTHING),
        lambda: people.delete_member(world.session, caller, "dispatch", "bob"),
        lambda: people.hand_back(world.session, caller, "bob", {"dryRun": True}),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.refusal.who == ("administrators",)
        assert refusal(refused)[0] == "not_allowed"


def test_who_may_see_a_user(world: World) -> None:
    """People inside see everybody without email; people outside only those they share an organization with."""
    assert people.get_user(world.session, BOB, "pat").user.email == ""
    assert people.get_user(world.session, ROOT, "pat").user.email == "pat@example.org"
    assert people.get_user(world.session, EVE, "eve").user.email == "eve@example.org"
    for caller, other in ((PAT, "bob"), (EVE, "pat"), (BOB, "nobody"), (BOB, "a#b")):
        with pytest.raises(Refused) as refused:
            people.get_user(world.session, caller, other)
        assert refusal(refused)[0] == "not_found"


@pytest.mark.parametrize("user_id", ["", "a b", "a#b", "x" * 129, "a\n", "\u00e4"])
def test_an_awkward_user_id_is_refused(world: World, user_id: str) -> None:
    """A user cannot have an id that could reach into another key."""
    with pytest.raises(Refused) as refused:
        people.put_user(world.session, ROOT, user_id, {"displayName": "X"})
    assert refusal(refused) == ("invalid_input", [""])


@pytest.mark.parametrize("organization_id", ["", "Dispatch", "a#b", "x" * 65])
def test_an_awkward_organization_id_is_refused(world: World, organization_id: str) -> None:
    """An organization's id is lower case, digits and hyphens."""
    with pytest.raises(Refused) as refused:
        people.put_organization(world.session, ROOT, organization_id, {"displayName": "X", "kind": "team"})
    assert refusal(refused) == ("invalid_input", [""])


def test_a_wrong_field_changes_nothing(world: World) -> None:
    """A user is put whole or not at all."""
    with pytest.raises(Refused) as refused:
        people.put_user(world.session, ROOT, "bob", {"displayName": "Robert", "email": "nowhere"})
    assert refusal(refused) == ("invalid_input", ["/email"])
    assert people.me(world.session, BOB).user.display_name == "Bob Lee"


def test_a_membership_stands_at_both_ends(world: World) -> None:
    """The user and the organization's list of members change together, with the same copies."""
    answer = people.put_member(world.session, ROOT, "dispatch", "eve", {"admin": True})
    assert answer.status == 201
    loaded = world.store.load([UserKey("eve"), MemberKey("dispatch", "eve")])
    eve, listed = loaded[UserKey("eve")], loaded[MemberKey("dispatch", "eve")]
    assert eve is not None
    assert eve.memberships["dispatch"] == listed == answer.value.membership
    assert people.put_member(world.session, ROOT, "dispatch", "eve", {"admin": True}).status == 200
    people.delete_member(world.session, ROOT, "dispatch", "eve")
    loaded = world.store.load([UserKey("eve"), MemberKey("dispatch", "eve")])
    assert loaded[MemberKey("dispatch", "eve")] is None
    assert people.me(world.session, EVE).user.memberships == {}


def test_members_and_organizations_must_exist(world: World) -> None:
    """A membership needs both ends, and only a member can leave."""
    for attempt in (
        lambda: people.put_member(world.session, ROOT, "nowhere", "eve", NOTHING),
        lambda: people.put_member(world.session, ROOT, "dispatch", "nobody", NOTHING),
        lambda: people.delete_member(world.session, ROOT, "dispatch", "eve"),
        lambda: people.get_organization(world.session, ROOT, "nowhere"),
        lambda: people.list_members(world.session, ROOT, "nowhere"),
        lambda: people.hand_back(world.session, ROOT, "nobody", {"dryRun": True}),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refusal(refused)[0] == "not_found"


def test_a_user_joins_up_to_a_limit(world: World) -> None:
    """All memberships are read with every request of a user, so there is a limit, and the refusal names it."""
    user = people.me(world.session, BOB).user
    one = user.memberships["dispatch"]
    many = {f"team-{n}": replace(one, organization_id=f"team-{n}") for n in range(MEMBERSHIPS)}
    full = replace(user, id="max", memberships=many, version=1)
    world.store.commit(Plan("c-max", (PutUser(full, None),)))
    with pytest.raises(Refused) as refused:
        people.put_member(world.session, ROOT, "dispatch", "max", NOTHING)
    assert str(MEMBERSHIPS) in refused.value.refusal.detail


def test_a_new_name_reaches_the_members(world: World) -> None:
    """What members carry of their organization's name is renewed, at both ends."""
    people.put_organization(world.session, ROOT, "acme", {"displayName": "Acme Surveys"})
    assert people.me(world.session, PAT).user.memberships["acme"].display_name == "Acme Surveys"
    (member,) = people.list_members(world.session, ROOT, "acme").items
    assert member.membership.display_name == "Acme Surveys"


def test_a_new_name_reaches_many_members(world: World) -> None:
    """More members than fit one transaction get the new name chunk by chunk."""
    for number in range(45):
        world.put_user(f"p{number:02}")
        world.join("acme", f"p{number:02}", admin=number == 7)
    people.put_organization(world.session, ROOT, "acme", {"displayName": "Acme Surveys"})
    members = people.list_members(world.session, ROOT, "acme").items
    assert {m.membership.display_name for m in members} == {"Acme Surveys"}
    assert [m.user.user.id for m in members if m.membership.admin] == ["p07"]


@pytest.mark.parametrize("name", ["Acme", "Acme Claims"], ids=["back", "on"])
@pytest.mark.parametrize("torn", [True, False], ids=["before it is read", "after it is read"])
def test_members_carry_the_last_of_two_names(world: World, name: str, torn: bool) -> None:  # noqa: FBT001 (a parameter of the test)
    """Somebody else renames the organization while its members get a new name, also back to the name that they have."""
    rename = lambda: people.put_organization(world.session, ROOT, "acme", {"displayName": name})  # noqa: E731
    store: Torn | Between = Torn(world.store, rename, 1) if torn else Between(world.store, rename, 1)
    people.put_organization(at(world.session, store), ROOT, "acme", {"displayName": "Acme Surveys"})
    assert people.get_organization(world.session, ROOT, "acme").display_name == name
    assert people.me(world.session, PAT).user.memberships["acme"].display_name == name
    (member,) = people.list_members(world.session, ROOT, "acme").items
    assert member.membership.display_name == name


def test_a_new_name_that_a_member_misses_is_not_called_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another was faster at a member each time: the organization is renamed, and putting it again completes that."""

    def late(store: Store, plan: Plan) -> None:
        if any(isinstance(write, PutUser) for write in plan.writes):
            raise CommitFailed(plan.writes[0], "conflict")
        commit(store, plan)

    commit, again = Store.commit, {"displayName": "Acme Surveys"}
    monkeypatch.setattr(Store, "commit", late)
    with pytest.raises(Unreachable, match="took effect"):
        people.put_organization(world.session, ROOT, "acme", again)
    assert people.get_organization(world.session, ROOT, "acme").display_name == "Acme Surveys"
    monkeypatch.setattr(Store, "commit", commit)
    people.put_organization(world.session, ROOT, "acme", again)
    assert people.me(world.session, PAT).user.memberships["acme"].display_name == "Acme Surveys"


def test_who_lists_members(world: World) -> None:
    """Members, people inside and administrators see who belongs to an organization, page by page."""
    first = people.list_members(world.session, BOB, "dispatch", limit=1)
    assert [m.user.user.id for m in first.items] == ["ann"]
    second = people.list_members(world.session, BOB, "dispatch", first.next_cursor, limit=1)
    assert [(m.user.user.id, m.membership.admin) for m in second.items] == [("bob", False)]
    assert second.next_cursor is None
    with pytest.raises(Refused) as refused:
        people.list_members(world.session, PAT, "dispatch")
    assert refusal(refused)[0] == "not_found"


def test_who_lists_organizations(world: World) -> None:
    """People inside list all organizations, others their own, page by page."""
    everything = people.list_organizations(world.session, BOB).items
    assert {"acme", "dispatch", "cis"} <= {o.id for o in everything}
    assert [o.id for o in everything] == sorted(o.id for o in everything)
    assert [o.id for o in people.list_organizations(world.session, PAT).items] == ["acme"]
    assert people.list_organizations(world.session, EVE).items == ()
    page = people.list_organizations(world.session, BOB, limit=2)
    rest = people.list_organizations(world.session, BOB, page.next_cursor)
    assert [*page.items, *rest.items] == list(everything)


def test_two_administrators_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where somebody else changed the same people first, the change is made on what is there now."""
    original = type(world.store).commit
    interfering: list[Callable[[], object]] = [
        lambda: people.put_user(world.session, ROOT, "bob", {"lastName": "Ray"}),
        lambda: people.put_organization(world.session, ROOT, "acme", {"autoAssign": True}),
        lambda: people.put_member(world.session, ROOT, "cis", "bob", NOTHING),
    ]

    def commit(self: Any, plan: Plan) -> None:
        if interfering and not busy:
            busy.append(True)
            interfering.pop(0)()
            busy.clear()
        original(self, plan)

    busy: list[bool] = []
    monkeypatch.setattr(type(world.store), "commit", commit)
    people.put_user(world.session, ROOT, "bob", {"firstName": "Bob"})
    people.put_organization(world.session, ROOT, "acme", {"displayName": "Acme Surveys"})
    people.put_member(world.session, ROOT, "acme", "bob", NOTHING)
    bob = people.me(world.session, BOB).user
    assert (bob.first_name, bob.last_name) == ("Bob", "Ray")
    assert {"acme", "cis"} <= set(bob.memberships)
    acme = people.get_organization(world.session, ROOT, "acme")
    assert (acme.display_name, acme.auto_assign) == ("Acme Surveys", True)


@pytest.mark.parametrize("cursor", ["", "!", "bm90IGpzb24", "W10", "MQ"])
def test_a_foreign_cursor_is_refused(world: World, cursor: str) -> None:
    """A cursor that this list did not give is 400, never a wrong page."""
    with pytest.raises(Refused) as refused:
        people.list_organizations(world.session, BOB, cursor)
    assert refusal(refused)[0] == "invalid_request"
