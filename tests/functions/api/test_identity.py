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
    return {"requestContext": {"authorizer": {"jwt": {"claims": {"exp": "1795996800", **claims}}}}}


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


@pytest.mark.parametrize("exp", [None, "", "never", "NaN", "Infinity", "1" * 400, [], {"at": 1795996800}])
def test_a_token_without_an_end_is_401(world: World, exp: object) -> None:
    """A gateway that lets a token in which names no time of expiry does not make it good for ever."""
    event = world.as_("ann").event("GET", "/users/me", None, None, {})
    claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
    assert world.api(event, None)["statusCode"] == 200
    claims["exp"] = exp
    answer = world.api(event, None)
    assert (answer["statusCode"], answer["headers"]["WWW-Authenticate"]) == (401, "Bearer")
    assert "exp" in answer["body"]
    del claims["exp"]
    assert world.api(event, None)["statusCode"] == 401


@pytest.mark.parametrize("exp", [1795996800, 1795996800.5, "1795996800", "1.7959968E9"])
def test_an_end_may_be_written_as_any_number(exp: object) -> None:
    """HTTP APIs hand it on as a text, other gateways as it is in the token."""
    assert identify(_event(username="ann", exp=exp), SETTINGS).user_id == "ann"


@pytest.mark.parametrize(
    ("claim", "groups"),
    [
        ("[a b]", ["a", "b"]),
        ("[a  b]", ["a", "b"]),
        ("[a\u00a0casetree-admins b]", ["a\u00a0casetree-admins", "b"]),
        ("[a\tcasetree-admins\nb\u2003c\u3000d\u2028e\x1ff]", ["a\tcasetree-admins\nb\u2003c\u3000d\u2028e\x1ff"]),
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
    "claim",
    [
        "[not-casetree-admins]",
        "[casetree-admins2 x]",
        "[x casetree]",
        "",
        "[CASETREE-ADMINS]",
        "[x\u00a0casetree-admins]",
        "[x\u3000casetree-admins\u2003y]",
        "[\tcasetree-admins]",
    ],
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
