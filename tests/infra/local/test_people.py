from typing import Any

import pytest

from infra.local import people
from infra.local.calls import Answer
from infra.local.obstacle import ObstacleError
from infra.local.people import PEOPLE
from infra.local.records import SignIn, Stack

BY_NAME = {person.name: person for person in PEOPLE}


class Calls:
    """Stands in for the API as the administrator calls it."""

    def __init__(self, connected: Answer) -> None:
        self.made: list[tuple[str, str, Any]] = []
        self.token = ""
        self.connected = connected

    def __call__(self, url: str, token: str) -> "Calls":
        self.token = f"{token} at {url}"
        return self

    def need(self, method: str, path: str, body: Any) -> None:
        self.made.append((method, path, body))

    def call(self, method: str, path: str, body: Any) -> Answer:
        self.made.append((method, path, body))
        return self.connected


@pytest.fixture
def calls(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Calls:
    """What introducing everybody asks of the API."""
    calls = Calls(Answer(201, {}, {}))
    monkeypatch.setattr(people, "Api", calls)
    people.introduce(stack)
    return calls


def test_there_are_all_the_people_that_demos_and_tests_need() -> None:
    """One administrator, people of each workflow, somebody who belongs nowhere, and two whom Casetree does not know."""
    assert list(BY_NAME)[:6] == ["admin", "ann", "bob", "cho", "dee", "eve"]
    assert {"jo", "al", "kit", "vera", "ola", "hal", "tia"} <= set(BY_NAME)
    assert len({person.display_name for person in PEOPLE}) == len(PEOPLE)
    assert [person.name for person in PEOPLE if person.groups] == ["admin"]
    assert [person.name for person in PEOPLE if not person.member_of] == ["eve", "ida", "noa"]
    assert [person.name for person in PEOPLE if not person.known] == ["ida", "noa"]


def test_everybody_who_is_to_be_known_is_introduced_by_the_administrator(calls: Calls, stack: Stack) -> None:
    """Eve, too: she is known, and a member of nothing. Ida and Noa are not."""
    assert calls.token == f"token-2 at {stack.api_url}"
    users = {path: body for _, path, body in calls.made if path.startswith("/users/")}
    assert set(users) == {f"/users/{name}" for name in BY_NAME} - {"/users/ida", "/users/noa"}
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


def test_organizations_are_there_before_anybody_is(calls: Calls) -> None:
    """Those that no workflow brings along."""
    assert calls.made[:4] == [
        ("PUT", "/organizations/veterans-aid", {"displayName": "Veterans Aid", "kind": "representative"}),
        ("PUT", "/organizations/acme-claims", {"displayName": "Acme Claims", "kind": "team"}),
        ("PUT", "/organizations/harbor", {"displayName": "Harbor Surveyors", "kind": "partner"}),
        ("PUT", "/organizations/tidewater", {"displayName": "Tidewater Labs", "kind": "partner"}),
    ]


def test_the_owner_is_connected_with_its_partners(calls: Calls) -> None:
    """Once all of them are there; what the administrator asks for needs no answer."""
    assert calls.made[-2:] == [
        (
            "POST",
            "/connections",
            {"organizationId": "acme-claims", "partner": {"organizationId": partner}, "role": "partner"},
        )
        for partner in ("harbor", "tidewater")
    ]


def test_a_second_start_finds_the_connections(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """That they are connected already is as good; any other refusal is an obstacle."""
    monkeypatch.setattr(people, "Api", Calls(Answer(409, {"rule": "not_connected"}, {})))
    people.introduce(stack)
    monkeypatch.setattr(people, "Api", Calls(Answer(422, {"code": "invalid_input"}, {})))
    with pytest.raises(ObstacleError, match="acme-claims and harbor were not connected: 422"):
        people.introduce(stack)


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
    assert signed_in.users["ida"].token == "token of ida"


def test_what_people_are_is_said_in_words() -> None:
    """Admins before members; whoever belongs nowhere, too."""
    assert BY_NAME["admin"].role == "administrator, admin of BVA"
    assert BY_NAME["ann"].role == "admin of Dispatch, member of Quality Assurance"
    assert BY_NAME["bob"].role == "member of Dispatch and Order Intake"
    assert BY_NAME["eve"].role == "member of nothing"
    assert BY_NAME["kit"].role == "member of Clerk of the Board"
    assert BY_NAME["max"].role == "member of BVA Dispatch"
    assert BY_NAME["hal"].role == "admin of Harbor Surveyors"
    assert BY_NAME["ida"].role == "not known until invited"
