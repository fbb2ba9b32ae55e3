from datetime import UTC, datetime, timedelta

import pytest
from moto import mock_aws

from functions.runtime import clock, is_loopback, make_client, open_session, required, utc_now
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
def test_the_secret_is_read_once_and_not_before_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cold start asks for no secret; the first token does, and no other one after it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    manager = make_client("secretsmanager", ENVIRONMENT)
    arn = manager.create_secret(Name="casetree", SecretString="of the stack")["ARN"]
    session = open_session({**ENVIRONMENT, "CASETREE_SECRET_ARN": arn})
    assert session.secret() == b"of the stack"
    manager.put_secret_value(SecretId=arn, SecretString="another")
    assert session.secret() == b"of the stack"


def test_a_process_without_a_secret_says_so_only_when_it_needs_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not set is named, when somebody asks for it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
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
