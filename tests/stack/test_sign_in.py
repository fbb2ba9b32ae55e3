"""Who gets in: tokens of the stack's own user pool, and people whom Casetree knows."""

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from infra.local import aws
from infra.local.calls import Api
from infra.local.home import Home
from infra.local.records import Stack
from infra.local.signin import create_sign_in, fresh_token
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
    header, _, signature = fresh_token(stack, "ann").split(".")
    admin = fresh_token(stack, "admin").split(".")[1]
    unsigned = _encoded({"alg": "none", "typ": "JWT"})
    for forged in (
        "nonsense",
        f"{unsigned}.{admin}.",
        f"{header}.{admin}.{'A' * 342}",
        f"{header}.{admin}.{signature}",
    ):
        assert _status(stack, forged) == 401


@pytest.fixture
def pool_key(stack: Stack, home: Home) -> rsa.RSAPrivateKey:
    """The very key of the pool: what is signed with it is refused for its claims alone."""
    path = home.scratch / "state" / "cognito-pool-keys" / f"{stack.user_pool_id}-access.pem"
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


@pytest.fixture
def own_keys() -> Iterator[tuple[rsa.RSAPrivateKey, str, list[str]]]:
    """A key that somebody made, the address at which they publish it, and who asked for it there."""
    key, asked = rsa.generate_private_key(65537, 2048), list[str]()

    class Published(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = json.dumps({"keys": [_jwk(key, "own")]}).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is said of it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Published) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield key, f"http://127.0.0.1:{server.server_port}/keys.json", asked
        server.shutdown()
        thread.join()


def test_an_expired_token_is_refused(stack: Stack, pool_key: rsa.RSAPrivateKey) -> None:
    """Signed by the very key of the pool; the same one with some time left is good, and one without an end is not."""
    header, claims = _opened(fresh_token(stack, "ann"))
    assert _status(stack, _signed(header, {**claims, "exp": int(time.time() + 60)}, pool_key)) == 200
    assert _status(stack, _signed(header, {**claims, "exp": int(time.time() - 60)}, pool_key)) == 401
    assert _status(stack, _signed(header, {name: claims[name] for name in claims if name != "exp"}, pool_key)) == 401
    assert _status(stack, _signed(header, {**claims, "nbf": int(time.time() + 60)}, pool_key)) == 401


def test_a_token_that_says_it_needs_no_signature_is_refused(stack: Stack, pool_key: rsa.RSAPrivateKey) -> None:
    """In whatever letters, also where the header names the pool's key."""
    header, claims = _opened(fresh_token(stack, "admin"))
    for none in ("none", "None", "NONE", "nOnE", ""):
        for signature in (b"", b"none", pool_key.public_key().public_numbers().n.to_bytes(256, "big")):
            assert _status(stack, _token_of({**header, "alg": none}, claims, partial(_unseen, signature))) == 401


def test_the_public_key_is_no_secret_to_sign_with(stack: Stack, pool_key: rsa.RSAPrivateKey) -> None:
    """Everybody knows it: a token whose header says HMAC, and which is signed with its bytes, is refused."""
    header, claims = _opened(fresh_token(stack, "admin"))
    public, encodings = pool_key.public_key(), (serialization.Encoding.PEM, serialization.Encoding.DER)
    written = [public.public_bytes(each, serialization.PublicFormat.SubjectPublicKeyInfo) for each in encodings]
    jwk = _jwk(pool_key, header["kid"])
    for secret in (*written, written[0].strip(), json.dumps(jwk).encode(), jwk["n"].encode(), b""):
        for algorithm, digest in (("HS256", "sha256"), ("HS384", "sha384"), ("HS512", "sha512")):
            assert (
                _status(stack, _token_of({**header, "alg": algorithm}, claims, partial(_hmac, secret, digest))) == 401
            )


def test_a_key_that_the_token_brings_or_names_is_not_believed(
    stack: Stack, own_keys: tuple[rsa.RSAPrivateKey, str, list[str]]
) -> None:
    """Neither one in its header, nor one at an address in it, which nobody even asks; nor under the pool's own name."""
    header, claims = _opened(fresh_token(stack, "admin"))
    key, address, asked = own_keys
    brought = _jwk(key, header["kid"])
    for more in (
        {},
        {"kid": "own"},
        {"jwk": brought},
        {"jwk": _jwk(key, "own"), "kid": "own"},
        {"jku": address},
        {"jku": address, "kid": "own"},
        {"x5u": address, "kid": "own"},
        {"kid": address},
        {"kid": "../../../../dev/null"},
    ):
        assert _status(stack, _signed({**header, **more}, claims, key)) == 401, more
    assert asked == []


def test_the_key_of_the_pool_is_known_by_its_name_only(stack: Stack, pool_key: rsa.RSAPrivateKey) -> None:
    """Rightly signed, but under the name of another key, or of none."""
    header, claims = _opened(fresh_token(stack, "ann"))
    assert _status(stack, _signed(header, claims, pool_key)) == 200
    assert _status(stack, _signed({**header, "kid": "another"}, claims, pool_key)) == 401
    assert _status(stack, _signed({"alg": "RS256"}, claims, pool_key)) == 401


def test_an_issuer_that_is_not_quite_ours_is_refused(stack: Stack, pool_key: rsa.RSAPrivateKey) -> None:
    """Although the pool's own key has signed it."""
    header, claims = _opened(fresh_token(stack, "ann"))
    ours = claims["iss"]
    assert _status(stack, _signed(header, claims, pool_key)) == 200
    changed = (f"{ours}/", f"{ours}x", ours.replace("https", "http"), ours.upper(), "https://issuer.example", "", None)
    for issuer in (*changed, [ours]):
        assert _status(stack, _signed(header, {**claims, "iss": issuer}, pool_key)) == 401, issuer
    without = {name: value for name, value in claims.items() if name != "iss"}
    assert _status(stack, _signed(header, without, pool_key)) == 401


def _opened(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The header and the claims of the token."""
    header, claims, _ = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in token.split("."))
    return json.loads(header), json.loads(claims)


def _signed(header: Mapping[str, Any], claims: Mapping[str, Any], key: rsa.RSAPrivateKey) -> str:
    return _token_of(header, claims, lambda signed: key.sign(signed, padding.PKCS1v15(), hashes.SHA256()))


def _token_of(header: Mapping[str, Any], claims: Mapping[str, Any], sign: Callable[[bytes], bytes]) -> str:
    signed = f"{_encoded(header)}.{_encoded(claims)}"
    return f"{signed}.{_base64(sign(signed.encode()))}"


def _unseen(signature: bytes, _: bytes) -> bytes:
    return signature


def _hmac(secret: bytes, digest: str, signed: bytes) -> bytes:
    return hmac.digest(secret, signed, digest)


def _jwk(key: rsa.RSAPrivateKey, name: str) -> dict[str, str]:
    """The public part of the key, as issuers publish it."""
    numbers = key.public_key().public_numbers()
    modulus, exponent = (_base64(n.to_bytes((n.bit_length() + 7) // 8, "big")) for n in (numbers.n, numbers.e))
    return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": name, "n": modulus, "e": exponent}


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
