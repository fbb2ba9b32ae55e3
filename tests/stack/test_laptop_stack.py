"""What `casetree up` promises, on a real stack: who gets in, what is enforced, what is reused."""

from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.local import aws
from infra.local.calls import Api
from infra.local.home import Home
from infra.local.people import PEOPLE
from infra.local.records import Stack, load_stack
from infra.local.signin import fresh_token
from tests.stack.conftest import AsPerson, Command
from tests.stack.sockets import listening

pytestmark = pytest.mark.stack


KNOWN = [person.name for person in PEOPLE if person.known]


def test_everybody_can_sign_in_and_is_known(as_person: AsPerson) -> None:
    """With a fresh token."""
    for name in KNOWN:
        assert as_person(name).need("GET", "/users/me")["active"]


def test_who_was_never_introduced_can_sign_in_all_the_same(stack: Stack, as_person: AsPerson) -> None:
    """Casetree takes the token, and knows nobody of that name, unless the demo has made an admin of them."""
    unknown = [person.name for person in PEOPLE if not person.known]
    assert unknown
    for name in unknown:
        answer = as_person(name).call("GET", "/users/me")
        assert answer.status == 200 or (answer.status, answer.body["code"]) == (403, "unknown_user")


def test_nobody_else_gets_in(stack: Stack) -> None:
    """No token, and one with another signature: refused before any function runs."""
    token = fresh_token(stack, "ann")
    header, payload, _ = token.split(".")
    for forged in ("", f"{header}.{payload}.{'A' * 342}"):
        assert Api(stack.api_url, forged).call("GET", "/users/me").status == 401


def test_what_is_public_needs_no_token(stack: Stack) -> None:
    """Health, the OpenAPI document and Swagger UI."""
    for path in ("/health", "/openapi.json", "/docs"):
        assert Api(stack.api_url).call("GET", path).status == 200


def test_people_belong_where_they_should(as_person: AsPerson) -> None:
    """Ann is an admin of dispatch; eve belongs to nothing."""
    assert as_person("admin").call("GET", "/organizations/dispatch").status == 200
    assert as_person("ann").call("GET", "/organizations/dispatch").status == 200
    assert as_person("eve").call("GET", "/organizations/dispatch").status == 404


def test_the_roles_of_the_functions_are_enforced(stack: Stack) -> None:
    """What a role does not grant is denied, as on AWS: a person without any rights cannot read the table."""
    iam = aws.client("iam", stack.endpoint_url, stack.region)
    iam.create_user(UserName="stranger")
    key = iam.create_access_key(UserName="stranger")["AccessKey"]
    table = boto3.client(
        "dynamodb",
        endpoint_url=stack.endpoint_url,
        region_name=stack.region,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    with pytest.raises(ClientError, match="AccessDenied"):
        table.scan(TableName=stack.table_name)


def test_a_second_up_uses_what_is_there(stack: Stack, home: Home, casetree: Command) -> None:
    """The same process, the same people, the same data; and the tokens in the record are good, for another hour."""
    again = casetree("up")
    assert again.returncode == 0, again.stderr
    assert "up to date" in again.stdout
    record = load_stack(home)
    assert record is not None
    assert (record.pid, record.api_url, record.table_name) == (stack.pid, stack.api_url, stack.table_name)
    assert {name: user.password for name, user in record.users.items()} == {
        name: user.password for name, user in stack.users.items()
    }
    for name in KNOWN:
        assert Api(stack.api_url, record.users[name].token).need("GET", "/users/me")["userId"] == name


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="Only Linux tells who listens where.")
def test_the_stack_is_not_seen_from_elsewhere(stack: Stack) -> None:
    """Nothing that the server starts listens on another address than the loopback one."""
    addresses = set(listening(stack.pid))
    assert ("127.0.0.1", stack.port) in addresses
    assert {address for address, _ in addresses} == {"127.0.0.1"}


def test_a_token_can_be_put_into_another_command(stack: Stack, casetree: Command) -> None:
    """It is printed alone, on one line."""
    printed = casetree("token", "bob").stdout
    assert Api(stack.api_url, printed.strip()).need("GET", "/users/me")["userId"] == "bob"
