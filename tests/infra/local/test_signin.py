from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local import signin
from infra.local.obstacle import ObstacleError
from infra.local.records import Stack


def refused(code: str) -> ClientError:
    """What a client raises whose classes of errors somebody else has asked for: it fits none of one's own."""
    return ClientError({"Error": {"Code": code, "Message": ""}}, "AdminCreateUser")


class Pool:
    """Stands in for the user pool: final passwords, groups, and tokens for those who know the password."""

    def __init__(self) -> None:
        self.passwords: dict[str, str] = {}
        self.groups: list[tuple[str, str]] = []
        self.known: set[str] = set()
        self.client: dict[str, Any] = {
            "AllowedOAuthFlows": ["code"],
            "CallbackURLs": ["https://api.example/console/index.html"],
            "ClientName": "",
            "CreationDate": "long ago",
        }

    def describe_user_pool_client(self, **_: str) -> dict[str, Any]:
        return {"UserPoolClient": self.client}

    def update_user_pool_client(self, **client: Any) -> None:
        assert not {"CreationDate", "ClientSecret"} & set(client), "AWS takes back no more than it lets one choose."
        assert "" not in client.values(), "AWS takes no empty name."
        self.client = client

    def admin_create_user(self, *, Username: str, **_: Any) -> None:  # noqa: N803
        if Username in self.known:
            raise refused("UsernameExistsException")
        if "@" in Username:
            raise refused("InvalidParameterException")
        self.known.add(Username)

    def admin_set_user_password(self, *, Username: str, Password: str, Permanent: bool, **_: Any) -> None:  # noqa: N803
        assert Permanent
        self.passwords[Username] = Password

    def admin_add_user_to_group(self, *, Username: str, GroupName: str, **_: Any) -> None:  # noqa: N803
        self.groups.append((Username, GroupName))

    def admin_initiate_auth(self, *, AuthParameters: dict[str, str], **_: Any) -> dict[str, Any]:  # noqa: N803
        name = AuthParameters["USERNAME"]
        assert self.passwords[name] == AuthParameters["PASSWORD"]
        return {"AuthenticationResult": {"AccessToken": f"token of {name}"}}


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Pool:
    """The stand-in, in place."""
    pool = Pool()
    monkeypatch.setattr(signin, "_client", lambda *_: pool)
    return pool


def test_a_person_can_sign_in_at_once(pool: Pool, stack: Stack) -> None:
    """The password is final: nobody is asked to change it first."""
    made = signin.create_sign_in(stack, "cho", "cho@example.org", ("casetree-admins",))
    assert made.token == "token of cho"
    assert pool.groups == [("cho", "casetree-admins")]


def test_a_person_keeps_the_password(pool: Pool, stack: Stack) -> None:
    """`up` may be run again while somebody is using the stack."""
    first = signin.create_sign_in(stack, "cho", "cho@example.org")
    again = signin.create_sign_in(replace(stack, users={"cho": first}), "cho", "cho@example.org")
    assert again.password == first.password
    assert signin.fresh_token(replace(stack, users={"cho": first}), "cho") == "token of cho"
    assert pool.known == {"cho"}


@pytest.mark.usefixtures("pool")
def test_only_being_known_already_is_no_obstacle(stack: Stack) -> None:
    """Whatever else the user pool refuses is told."""
    with pytest.raises(ClientError, match="InvalidParameter"):
        signin.create_sign_in(stack, "cho@example.org", "cho@example.org")


@pytest.mark.usefixtures("pool")
def test_no_two_people_have_the_same_password(stack: Stack) -> None:
    """Nor do two stacks. Every one meets the rules of the user pool."""
    first, second = (signin.create_sign_in(stack, name, "x@example.org").password for name in ("cho", "dee"))
    assert first != second
    assert len(first) >= 14


def test_a_name_that_nobody_has_is_answered_with_those_there_are(stack: Stack) -> None:
    """The person sees whom the stack knows."""
    with pytest.raises(ObstacleError, match="'zoe' is nobody here") as caught:
        signin.fresh_token(stack, "zoe")
    assert "admin, ann" in caught.value.remedy


def test_signing_in_to_the_console_ends_at_its_address_here(pool: Pool, stack: Stack) -> None:
    """The template knows the address on AWS alone; all else stays as it was deployed."""
    signin.admit_console(stack)
    here = [f"{stack.api_url}/console/index.html"]
    assert pool.client == {
        "UserPoolId": stack.user_pool_id,
        "ClientId": stack.console_client_id,
        "AllowedOAuthFlows": ["code"],
        "CallbackURLs": here,
        "LogoutURLs": here,
    }
