"""Requests for connections on the bus: the one event with an address and a token, and what follows once it is out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from functions.relay import handler as relay
from shared.engine import connections, invitations
from shared.engine.session import Request
from tests.engine.parties import OLA, UNKNOWN, Parties, by_email
from tests.engine.world import World
from tests.functions.fakes import Context, Queue, log_of
from tests.functions.relay.test_events import Client
from tests.functions.relay.test_relay import run

SECRETS = {"organization", "organizationId", "name", "email", "token", "expiresAt"}


@pytest.fixture
def parties(world: World) -> Parties:
    """The organizations with their people, and a task of ola's, `job-1`, that is assigned to somebody by email."""
    here = Parties(world)
    here.populate()
    task_id = here.task()
    for action in ("prepare", "begin_assignment"):
        here.act(task_id, action)
    here.act(task_id, "assign", OLA, **by_email())
    return here


def _records(world: World) -> list[dict[str, Any]]:
    """The records of connections, oldest first."""
    return [r for r in world.records() if r["dynamodb"]["Keys"]["PK"]["S"].startswith("CONNECTION#")]


def _events(client: Client) -> list[tuple[str, Mapping[str, Any]]]:
    """Type and detail of what was sent, in order."""
    return [(event["DetailType"], json.loads(event["Detail"])) for call in client.calls for event in call]


def _task(parties: Parties) -> str:
    [task_id] = {e.task_id for e in parties.world.entries() if e.task_id}
    return str(task_id)


def _sent(parties: Parties, context: Context, queue: Queue, records: Sequence[dict[str, Any]] | None = None) -> Client:
    client = Client()
    assert run(parties.world, _records(parties.world) if records is None else records, context, queue, client) == []
    return client


def test_a_request_goes_out_with_all_that_a_mail_needs(parties: Parties, context: Context, queue: Queue) -> None:
    """Who asks, who is asked and where, until when; the token that was sent is the one that is taken."""
    sent = dict(_events(_sent(parties, context, queue)))
    connection = parties.connection(_task(parties))
    detail = sent["ConnectionRequested"]
    assert {name: detail[name] for name in SECRETS - {"token"}} == {
        "organization": "Acme-Claims",
        "organizationId": "acme-claims",
        "name": "Brook Labs",
        "email": "ida@example.org",
        "expiresAt": "2026-12-06T09:00:00.000Z",
    }
    assert (detail["connectionId"], detail["id"]) == (connection.id, f"connection/{connection.id}/1")
    taken = connections.accept(parties.world.session, UNKNOWN, connection.id, {"token": detail["token"]}, Request())
    assert taken.value.state == "connected"


def test_without_the_secret_everything_else_goes_out(
    parties: Parties, context: Context, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the record of the request comes again: nobody else waits for Secrets Manager."""

    def down() -> bytes:
        raise EndpointConnectionError(endpoint_url="https://secretsmanager")

    monkeypatch.setattr(parties.world, "session", replace(parties.world.session, secret=down))
    client, records = Client(), parties.world.records()
    (waiting,) = run(parties.world, records, context, queue, client)
    assert records[waiting]["dynamodb"]["NewImage"]["event"]["S"] == "ConnectionRequested"
    assert (len(_events(client)), queue.messages) == (len(records) - 1, [])


def test_once_it_is_out_the_task_says_so(parties: Parties, context: Context, queue: Queue) -> None:
    """The record of that is delivered to the other function, and the assignment is connectionRequested."""
    assert parties.shown(_task(parties)) == ("assign", "connectionRequired", "Connection required")
    _sent(parties, context, queue)
    assert parties.connection(_task(parties)).requested_at == parties.world.now
    parties.drain()
    assert parties.shown(_task(parties)) == ("assign", "connectionRequested", "Connection requested")


def test_no_other_event_of_a_connection_holds_an_address_or_a_token(
    parties: Parties, context: Context, queue: Queue
) -> None:
    """Neither that it went out, nor that it was accepted, declined or withdrawn, nor any event of the task."""
    world, task_id = parties.world, _task(parties)
    token = dict(_events(_sent(parties, context, queue)))["ConnectionRequested"]["token"]
    parties.drain()
    connections.accept(world.session, UNKNOWN, parties.connection(task_id).id, {"token": token}, Request())
    for partner in ("One", "Two"):
        given = {"organizationId": "acme-claims", "partner": {"name": partner, "email": "o@example.org"}}
        asked = connections.ask(world.session, OLA, given, Request()).value.connection
        if partner == "One":
            known = invitations.token_of(world.session.secret(), asked)
            connections.decline(world.session, UNKNOWN, asked.id, {"token": known}, Request())
    parties.drain()
    second = parties.task("job-2")
    for action in ("prepare", "begin_assignment", "assign", "cancel"):
        parties.act(second, action, OLA, **(by_email() if action == "assign" else {}))
    client = _sent(parties, context, queue, world.records())
    kinds = {kind for kind, detail in _events(client) if "connectionId" in detail}
    assert kinds == {
        "ConnectionRequested",
        "ConnectionChanged",
        "ConnectionAccepted",
        "ConnectionDeclined",
        "ConnectionWithdrawn",
    }
    for kind, detail in _events(client):
        open_request = kind == "ConnectionRequested" and "token" in detail
        assert open_request or not (SECRETS & detail.keys() or "@" in str(detail)), (kind, detail)
    # What was answered or withdrawn meanwhile is announced without them; only the request that is open has them.
    assert [detail["name"] for _, detail in _events(client) if "token" in detail] == ["Two"]


def test_a_record_that_comes_twice_sends_the_same_and_changes_nothing_more(
    parties: Parties, context: Context, queue: Queue
) -> None:
    """Whoever is asked may get two mails; both have the token that works."""
    records = _records(parties.world)
    first = dict(_events(_sent(parties, context, queue, records)))
    before = parties.world.items()
    again = dict(_events(_sent(parties, context, queue, records)))
    assert first["ConnectionRequested"] == again["ConnectionRequested"]
    assert parties.world.items() == before


def test_what_the_bus_did_not_take_has_not_gone_out(parties: Parties, context: Context, queue: Queue) -> None:
    """The record comes again, and the task waits as connectionRequired until then."""
    records, client = _records(parties.world), Client([{len(_records(parties.world)) - 1}, *[{0}] * 9])
    assert run(parties.world, records, context, queue, client) == [int(records[-1]["eventID"])]
    assert parties.connection(_task(parties)).requested_at is None
    assert parties.shown(_task(parties))[1] == "connectionRequired"
    assert "ConnectionRequested" in dict(_events(_sent(parties, context, queue, records)))
    assert parties.connection(_task(parties)).requested_at is not None


def test_a_request_that_was_withdrawn_or_expired_goes_out_without_a_token(
    parties: Parties, context: Context, queue: Queue
) -> None:
    """A late record sends nobody a token that would be refused."""
    records = _records(parties.world)
    parties.world.pass_time(days=14)
    expired = dict(_events(_sent(parties, context, queue, records)))
    assert "token" not in expired["ConnectionRequested"]
    parties.world.pass_time(days=-14)
    parties.act(_task(parties), "assign", option="recall")
    withdrawn = dict(_events(_sent(parties, context, queue, records)))
    assert not SECRETS & withdrawn["ConnectionRequested"].keys()


def test_neither_the_log_nor_the_table_holds_a_token(
    parties: Parties,
    context: Context,
    queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Also where the bus fails, and where what is sent cannot be read."""
    logged = log_of(relay.logger, monkeypatch)
    token = dict(_events(_sent(parties, context, queue)))["ConnectionRequested"]["token"]

    def broken(self: Client, **_: Any) -> None:
        raise ValueError("the bus answers nonsense")

    monkeypatch.setattr(Client, "put_events", broken)
    run(parties.world, _records(parties.world), context, queue, Client())
    lines, printed = logged(), capsys.readouterr().out
    assert [line["message"] for line in lines] == ["failed"]
    assert printed.count('"relayed"') == 2
    for text in (str(lines), printed, str(queue.messages), str(parties.world.items())):
        assert token not in text
    assert "@" not in f"{lines} {printed} {queue.messages}"
