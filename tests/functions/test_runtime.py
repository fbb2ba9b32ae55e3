from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from functions import runtime
from functions.environment import is_loopback, required
from functions.runtime import clock, make_client, open_session, utc_now
from functions.streams import is_transient
from tests.storage.table import create_table

ENVIRONMENT = {"CASETREE_TABLE": "casetree", "AWS_REGION": "eu-west-1"}


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("http://127.0.0.1:4566", True),
        ("http://localhost:4566", True),
        ("http://[::1]:8000", True),
        ("http://127.1.2.3", True),
        ("https://dynamodb.eu-west-1.amazonaws.com", False),
        ("http://127.0.0.1.example.org", False),
        ("http://localhost.example.org", False),
        ("http://10.0.0.1:4566", False),
        ("127.0.0.1", False),
        ("", False),
    ],
)
def test_what_is_on_this_machine(address: str, *, local: bool) -> None:
    """Only an address that leads to this machine itself is local, whatever it looks like."""
    assert is_loopback(address) is local


@pytest.mark.parametrize("endpoint", [None, "https://dynamodb.eu-west-1.amazonaws.com"])
def test_the_clock_on_aws_cannot_be_moved(endpoint: str | None) -> None:
    """Away from a local stack, the offset is not even read."""

    def offset() -> int:
        raise AssertionError("nobody may ask")

    assert abs(clock(endpoint, offset)() - datetime.now(UTC)) < timedelta(seconds=5)


def test_the_clock_of_a_local_stack_is_moved_at_once() -> None:
    """On a local stack, the offset is looked up each time, so that moving the clock needs no restart."""
    offsets = iter([0, 90 * 86400])
    now = clock("http://127.0.0.1:4566", lambda: next(offsets))
    assert now() < datetime.now(UTC) + timedelta(days=1)
    assert now() > datetime.now(UTC) + timedelta(days=89)


def test_moments_are_cut_to_milliseconds() -> None:
    """The time has a zone, and no more digits than are stored."""
    moment = utc_now()
    assert moment.tzinfo is UTC
    assert moment.microsecond % 1000 == 0


@mock_aws
def test_the_secret_is_read_once_and_not_before_it_is_needed() -> None:
    """A cold start asks for no secret; the first token does, and no other one after it."""
    manager = make_client("secretsmanager", ENVIRONMENT)
    arn = manager.create_secret(Name="casetree", SecretString="before it is needed")["ARN"]
    session = open_session({**ENVIRONMENT, "CASETREE_SECRET_ARN": arn})
    manager.put_secret_value(SecretId=arn, SecretString="when it is needed")
    assert session.secret() == b"when it is needed"
    manager.put_secret_value(SecretId=arn, SecretString="later")
    assert session.secret() == b"when it is needed"


def test_a_cold_start_makes_no_client_for_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """To make one takes longer than most requests, which need none."""
    monkeypatch.setattr(runtime, "make_client", lambda *_: pytest.fail("nobody needs it yet"))
    open_session({**ENVIRONMENT, "CASETREE_SECRET_ARN": "casetree"})


@mock_aws
def test_a_secret_that_cannot_be_read_is_asked_for_again() -> None:
    """The failure passes as those of other services do, and is not kept: the next delivery may well succeed."""
    session = open_session({**ENVIRONMENT, "CASETREE_SECRET_ARN": "casetree"})
    with pytest.raises(ClientError) as failed:
        session.secret()
    assert is_transient(failed.value)
    make_client("secretsmanager", ENVIRONMENT).create_secret(Name="casetree", SecretString="of the stack")
    assert session.secret() == b"of the stack"


def test_a_process_without_a_secret_says_so_only_when_it_needs_one() -> None:
    """What is not set is named, when somebody asks for it."""
    session = open_session(ENVIRONMENT)
    with pytest.raises(ValueError, match="CASETREE_SECRET_ARN"):
        session.secret()


@pytest.mark.parametrize("environment", [{}, {"CASETREE_TABLE": " "}])
def test_what_is_not_set_is_named(environment: dict[str, str]) -> None:
    """A missing or empty variable is named when it is needed."""
    with pytest.raises(ValueError, match="CASETREE_TABLE"):
        required(environment, "CASETREE_TABLE")


def test_a_session_works_with_the_table_that_is_named() -> None:
    """A session reads the table, region and workflows of its environment."""
    with mock_aws():
        table = create_table()
        session = open_session({**ENVIRONMENT, "CASETREE_TABLE": table})
        assert session.store.organizations() == []
        assert "inspection" in session.workflows.names
        assert len(session.new_id(session.now())) == 16


def test_a_client_gives_up_soon() -> None:
    """Clients of other services wait seconds, not minutes, and go where the environment says."""
    client = make_client("sqs", {**ENVIRONMENT, "AWS_ENDPOINT_URL": "http://127.0.0.1:4566"})
    assert client.meta.endpoint_url == "http://127.0.0.1:4566"
    assert (client.meta.config.connect_timeout, client.meta.config.read_timeout) == (1, 3)
