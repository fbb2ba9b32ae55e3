"""Who calls."""

from __future__ import annotations

from typing import Any

import pytest

from functions.api.identity import group_names, identify
from functions.api.problems import Problem
from functions.api.settings import Settings
from tests.functions.api.client import Client
from tests.functions.api.conftest import World

SETTINGS = Settings(("username", "cognito:username", "sub"), "casetree-admins")


def _event(**claims: Any) -> dict[str, Any]:
    return {"requestContext": {"authorizer": {"jwt": {"claims": claims}}}}


def test_the_user_is_the_first_claim_in_order() -> None:
    """`username`, then `cognito:username`, then `sub`: the order is the deployment's choice."""
    claims = {"sub": "3", "cognito:username": "2", "username": "1"}
    for expected in ("1", "2", "3"):
        assert identify(_event(**claims), SETTINGS).user_id == expected
        claims.popitem()
    turned = Settings(("sub", "username"), "casetree-admins")
    assert identify(_event(username="ann", sub="7"), turned).user_id == "7"


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"requestContext": {}},
        {"requestContext": {"authorizer": None}},
        {"requestContext": {"authorizer": {"jwt": {"claims": []}}}},
        _event(),
        _event(username=""),
        _event(username=7),
    ],
)
def test_a_token_that_names_nobody_is_401(event: dict[str, Any]) -> None:
    """Nobody's request is answered, however it got here."""
    with pytest.raises(Problem, match="unauthenticated"):
        identify(event, SETTINGS)


@pytest.mark.parametrize(
    ("claim", "groups"),
    [
        ("[a b]", ["a", "b"]),
        ("[casetree-admins]", ["casetree-admins"]),
        ("[]", []),
        ("casetree-admins", ["casetree-admins"]),
        (["a", "b"], ["a", "b"]),
        (None, []),
        (7, []),
    ],
)
def test_groups_arrive_as_one_string(claim: object, groups: list[str]) -> None:
    """An HTTP API hands a list on as its items in brackets."""
    assert list(group_names(claim)) == groups


@pytest.mark.parametrize(
    "claim", ["[not-casetree-admins]", "[casetree-admins2 x]", "[x casetree]", "", "[CASETREE-ADMINS]"]
)
def test_groups_are_matched_exactly(claim: str) -> None:
    """A group that only looks like the administrators' is another group."""
    assert not identify(_event(username="ann", **{"cognito:groups": claim}), SETTINGS).in_admin_group


def test_the_groups_claim_of_other_issuers_counts_too() -> None:
    """Cognito and other issuers name the claim differently."""
    assert identify(_event(sub="x", groups="[a casetree-admins]"), SETTINGS).in_admin_group


def test_nobody_is_401_with_a_challenge(world: World) -> None:
    """Whatever the address, and before anything else is said."""
    nobody = world.as_(None)
    for method, path in [("GET", "/cases/look-1"), ("POST", "/cases"), ("GET", "/nowhere"), ("PUT", "/cases")]:
        answer = nobody.send(method, path, "{", {"colour": "red"})
        assert (answer.status, answer.code) == (401, "unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_caller_without_an_active_user_is_403_everywhere(world: World, admin: Client) -> None:
    """A valid token is not enough, and deactivation acts at once."""
    world.look()
    assert admin.put("/users/bob", {"active": False}).status == 200
    for who in ("zed", "bob"):
        client = world.as_(who)
        answers = [
            client.get("/cases/look-1"),
            client.get("/tasks/look-1.none"),
            client.get("/users/me"),
            client.get("/organizations"),
            client.get("/queues/users/bob"),
            client.get("/workflows"),
            client.post("/cases", {"workflow": "none"}),
            client.put("/users/zed", {"displayName": "Zed"}),
        ]
        assert {(answer.status, answer.code) for answer in answers} == {(403, "unknown_user")}


def test_the_group_alone_makes_no_administrator(world: World) -> None:
    """An administrator is in the group and an active user."""
    stranger = Client(world.api, "zed", "[casetree-admins]")
    assert stranger.put("/users/zed", {"displayName": "Zed"}).code == "unknown_user"


def test_an_odd_user_id_is_nobody_casetree_knows(world: World) -> None:
    """An id that no user can have reaches no other item."""
    for user in ("a#b", "ann ", "ANN", "\x00", "USER#ann", "x" * 100):
        assert Client(world.api, user).get("/users/me").code == "unknown_user"
