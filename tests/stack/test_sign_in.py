"""Who gets in: tokens of the stack's own user pool, and people whom Casetree knows."""

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from infra.local import aws
from infra.local.calls import Api
from infra.local.home import Home
from infra.local.records import Stack
from infra.local.signin import create_sign_in
from tests.stack.conftest import AsPerson

pytestmark = pytest.mark.stack

PUBLIC = {"/health", "/openapi.json", "/docs"}
PASSWORD = "Correct-horse-battery-9"


def _status(stack: Stack, token: str) -> int:
    return Api(stack.api_url, token).call("GET", "/users/me").status


def test_without_a_token_every_route_is_closed(stack: Stack) -> None:
    """But for the three that are public: as the OpenAPI document lists them."""
    nobody = Api(stack.api_url)
    routes = nobody.need("GET", "/openapi.json")["paths"]
    closed = [(method.upper(), path) for path, methods in routes.items() if path not in PUBLIC for method in methods]
    assert len(closed) > 20
    answers = {route: nobody.call(*route).status for route in closed}
    assert set(answers.values()) == {401}


def test_a_forged_token_is_refused(stack: Stack) -> None:
    """One that is no token, one without a signature, one with another's, one whose claims were changed."""
    header, _, signature = stack.users["ann"].token.split(".")
    admin = stack.users["admin"].token.split(".")[1]
    unsigned = _encoded({"alg": "none", "typ": "JWT"})
    for forged in (
        "nonsense",
        f"{unsigned}.{admin}.",
        f"{header}.{admin}.{'A' * 342}",
        f"{header}.{admin}.{signature}",
    ):
        assert _status(stack, forged) == 401


def test_an_expired_token_is_refused(stack: Stack, home: Home) -> None:
    """Signed by the very key of the pool; the same one with some time left is good."""
    path = home.scratch / "state" / "cognito-pool-keys" / f"{stack.user_pool_id}-access.pem"
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    assert _status(stack, _with_expiry(stack.users["ann"].token, key, time.time() + 60)) == 200
    assert _status(stack, _with_expiry(stack.users["ann"].token, key, time.time() - 60)) == 401


def _with_expiry(token: str, key: rsa.RSAPrivateKey, moment: float) -> str:
    header, payload, _ = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    signed = f"{header}.{_encoded({**claims, 'exp': int(moment)})}"
    signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{_base64(signature)}"


def _encoded(part: Any) -> str:
    return _base64(json.dumps(part).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.fixture
def foreign_pool(stack: Stack) -> Iterator[str]:
    """Another user pool of the same account, in which somebody is called ann, too."""
    pools = aws.client("cognito-idp", stack.endpoint_url, stack.region)
    pool = pools.create_user_pool(PoolName="foreign")["UserPool"]["Id"]
    pools.admin_create_user(UserPoolId=pool, Username="ann", MessageAction="SUPPRESS", TemporaryPassword=PASSWORD)
    pools.admin_set_user_password(UserPoolId=pool, Username="ann", Password=PASSWORD, Permanent=True)
    yield pool
    pools.delete_user_pool(UserPoolId=pool)


def test_a_token_of_another_pool_is_refused(stack: Stack, foreign_pool: str) -> None:
    """Whatever name it holds."""
    assert _status(stack, _token(stack, foreign_pool, "ann", PASSWORD)) == 401


def test_a_token_for_another_client_is_refused(stack: Stack) -> None:
    """Of the same pool and the same person, but meant for another application."""
    assert _status(stack, _token(stack, stack.user_pool_id, "ann", stack.users["ann"].password)) == 401


def _token(stack: Stack, pool: str, name: str, password: str) -> str:
    """An access token that a new client of the pool was given."""
    pools = aws.client("cognito-idp", stack.endpoint_url, stack.region)
    flow = "ADMIN_USER_PASSWORD_AUTH"
    client = pools.create_user_pool_client(UserPoolId=pool, ClientName="another", ExplicitAuthFlows=[f"ALLOW_{flow}"])
    answer = pools.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client["UserPoolClient"]["ClientId"],
        AuthFlow=flow,
        AuthParameters={"USERNAME": name, "PASSWORD": password},
    )
    return str(answer["AuthenticationResult"]["AccessToken"])


def test_whoever_signs_in_must_also_be_known_and_active(stack: Stack, as_person: AsPerson) -> None:
    """Signed in, but unknown: 403. Once introduced, they are let in; deactivated, they are out on the next request."""
    admin = as_person("admin")
    fay = Api(stack.api_url, create_sign_in(stack, "fay", "fay@example.org").token)
    assert fay.call("GET", "/users/me").body["code"] == "unknown_user"
    person = {"displayName": "Fay Dow", "firstName": "Fay", "lastName": "Dow", "email": "fay@example.org"}
    admin.need("PUT", "/users/fay", {**person, "active": True})
    assert fay.need("GET", "/users/me")["displayName"] == "Fay Dow"
    admin.need("PUT", "/users/fay", {**person, "active": False})
    refused = fay.call("GET", "/users/me")
    assert (refused.status, refused.body["code"]) == (403, "unknown_user")


def test_an_administrator_is_one_by_the_sign_in_group(stack: Stack, as_person: AsPerson) -> None:
    """Nobody else may introduce people, whatever they are members of."""
    assert as_person("admin").need("GET", "/users/me")["administrator"]
    assert not as_person("ann").need("GET", "/users/me")["administrator"]
    refused = as_person("ann").call("PUT", "/users/gus", {"displayName": "Gus", "active": True})
    assert (refused.status, refused.body["code"]) == (403, "not_allowed")
    assert as_person("admin").call("GET", "/users/gus").status == 404
