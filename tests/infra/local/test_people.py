from typing import Any

import pytest

from infra.local import people
from infra.local.people import PEOPLE
from infra.local.records import SignIn, Stack

BY_NAME = {person.name: person for person in PEOPLE}


class Calls:
    """Stands in for the API as the administrator calls it."""

    def __init__(self) -> None:
        self.made: list[tuple[str, str, Any]] = []
        self.token = ""

    def __call__(self, url: str, token: str) -> "Calls":
        self.token = f"{token} at {url}"
        return self

    def need(self, method: str, path: str, body: Any) -> None:
        self.made.append((method, path, body))


@pytest.fixture
def calls(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Calls:
    """What introducing everybody asks of the API."""
    calls = Calls()
    monkeypatch.setattr(people, "Api", calls)
    people.introduce(stack)
    return calls


def test_there_are_all_the_people_that_demos_and_tests_need() -> None:
    """One administrator, people of inspections and of appeals, and somebody who belongs nowhere."""
    assert list(BY_NAME)[:6] == ["admin", "ann", "bob", "cho", "dee", "eve"]
    assert {"jo", "al", "kit", "vera"} <= set(BY_NAME)
    assert len({person.display_name for person in PEOPLE}) == len(PEOPLE)
    assert [person.name for person in PEOPLE if person.groups] == ["admin"]
    assert [person.name for person in PEOPLE if not person.member_of] == ["eve"]


def test_everybody_is_introduced_by_the_administrator(calls: Calls, stack: Stack) -> None:
    """Eve, too: she is known, and a member of nothing."""
    assert calls.token == f"token-2 at {stack.api_url}"
    users = {path: body for _, path, body in calls.made if path.startswith("/users/")}
    assert set(users) == {f"/users/{name}" for name in BY_NAME}
    assert users["/users/ann"] == {
        "displayName": "Ann Lee",
        "firstName": "Ann",
        "lastName": "Lee",
        "email": "ann@example.org",
        "active": True,
    }


def test_everybody_is_known_before_becoming_a_member(calls: Calls) -> None:
    """A membership of somebody unknown would be refused."""
    known: set[str] = set()
    for _, path, _ in calls.made:
        name = path.rpartition("/")[2]
        assert "/members/" not in path or name in known
        known.add(name)
    assert ("PUT", "/organizations/dispatch/members/ann", {"admin": True}) in calls.made
    assert ("PUT", "/organizations/dispatch/members/bob", {"admin": False}) in calls.made


def test_the_representative_is_there_before_anybody_is(calls: Calls) -> None:
    """No workflow brings it along."""
    given = {"displayName": "Veterans Aid", "kind": "representative"}
    assert calls.made[0] == ("PUT", "/organizations/veterans-aid", given)


def test_signing_in_gives_everybody_a_password_and_a_token(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The administrator comes into the group that makes one."""
    groups: dict[str, tuple[str, ...]] = {}

    def create(_: Stack, name: str, email: str, of: tuple[str, ...]) -> SignIn:
        groups[name] = of
        return SignIn(f"password of {email}", f"token of {name}")

    monkeypatch.setattr(people, "create_sign_in", create)
    signed_in = people.sign_everybody_in(stack)
    assert signed_in.users["eve"] == SignIn("password of eve@example.org", "token of eve")
    assert groups["admin"] == ("casetree-admins",)
    assert groups["ann"] == ()


def test_what_people_are_is_said_in_words() -> None:
    """Admins before members; whoever belongs nowhere, too."""
    assert BY_NAME["admin"].role == "administrator, admin of BVA"
    assert BY_NAME["ann"].role == "admin of Dispatch, member of Quality Assurance"
    assert BY_NAME["bob"].role == "member of Dispatch and Order Intake"
    assert BY_NAME["eve"].role == "member of nothing"
    assert BY_NAME["kit"].role == "member of Clerk of the Board"
    assert BY_NAME["max"].role == "member of BVA Dispatch"
