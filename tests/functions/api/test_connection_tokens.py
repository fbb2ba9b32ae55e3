"""The token of a request for a connection: it works once, for one request, for as long as that can be answered."""

from __future__ import annotations

import base64
import json
import logging
import re
import string
from collections.abc import Iterator

import pytest

from shared.engine.timers import sweep
from shared.storage.indexes import DUE_SHARDS
from tests.functions.api.conftest import World
from tests.functions.api.parties import BROOK, Parties, expect, parties

LETTERS = f"{string.ascii_uppercase}{string.ascii_lowercase}{string.digits}-_"


@pytest.fixture
def here(world: World) -> Parties:
    """The organizations, connected."""
    return parties(world)


def _tried(here: Parties, connection: str, token: object, how: str = "accept") -> tuple[int, str]:
    """What somebody unknown is answered who tries the token."""
    answer = here.world.as_("ida").post(f"/connections/{connection}/{how}", {"token": token})
    return answer.status, answer.json.get("code", "")


def _altered(token: str) -> Iterator[object]:
    """The token with one bit of it changed, in part, with something more, and what is no token at all."""
    raw = base64.urlsafe_b64decode(f"{token}=")
    for bit in range(len(raw) * 8):
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << bit % 8
        yield base64.urlsafe_b64encode(bytes(flipped)).decode().rstrip("=")
    # The last letter has bits to spare: the same bytes in another spelling are another token.
    yield token[:-1] + LETTERS[LETTERS.index(token[-1]) ^ 1]
    yield from (token[:-1], token[1:], f"{token}=", f"{token}A", f" {token}", f"{token}\n", token.swapcase(), "")
    yield from ("\u00e9" * 43, "\x00", None, 7, True, [token], {"token": token}, "x" * 10_000)


def test_an_altered_token_opens_nothing(here: Parties) -> None:
    """404, whatever is changed of it; and the right one still works."""
    _, connection = here.asked()
    token = here.world.tokens[connection]
    before = here.world.items()
    for altered in _altered(token):
        assert _tried(here, connection, altered) == (404, "not_found"), altered
    assert _tried(here, "none", token) == (404, "not_found")
    assert here.world.items() == before
    assert _tried(here, connection, token)[0] == 200


def test_a_token_is_good_for_its_own_request_alone(here: Parties) -> None:
    """Although both ask the same person for the same task's sake."""
    _, first = here.asked()
    _, second = here.asked(case_id="job-2")
    tokens = here.world.tokens
    assert tokens[first] != tokens[second]
    assert _tried(here, first, tokens[second]) == _tried(here, second, tokens[first]) == (404, "not_found")


@pytest.mark.parametrize("how", ["accept", "decline"])
def test_a_token_works_once(here: Parties, how: str) -> None:
    """After the answer it is as good as none, for accepting and for declining; what follows is sent, or over."""
    task_id, connection = here.asked()
    token = here.world.tokens[connection]
    assert _tried(here, connection, token, how)[0] == 200
    here.settle()
    for again in ("accept", "decline"):
        assert _tried(here, connection, token, again) == (404, "not_found")
    assert here.shown("ola", task_id)[1] == ("sent" if how == "accept" else "connectionDeclined")


def test_a_request_expires_after_fourteen_days(here: Parties) -> None:
    """At that moment, whether or not anybody has noticed; the task's assignment is declined then."""
    task_id, connection = here.asked()
    token = here.world.tokens[connection]
    here.world.clock.advance(days=14, milliseconds=-1)
    assert _state(here, connection) == "requested"
    here.world.clock.advance(milliseconds=1)
    assert _tried(here, connection, token) == _tried(here, connection, token, "decline") == (404, "not_found")
    assert _state(here, connection) == "expired"
    assert here.shown("ola", task_id) == ("assign", "connectionRequested")
    sweep(here.world.session, range(DUE_SHARDS), lambda: False, _raise)
    here.settle()
    assert here.shown("ola", task_id) == ("assign", "connectionDeclined")
    assert _tried(here, connection, token) == (404, "not_found")


def test_a_request_can_be_answered_until_it_expires(here: Parties) -> None:
    """A millisecond before the end of the fourteen days."""
    task_id, connection = here.asked()
    here.world.clock.advance(days=14, milliseconds=-1)
    assert _tried(here, connection, here.world.tokens[connection])[0] == 200
    here.settle()
    assert here.shown("ola", task_id) == ("assign", "sent")
    assert here.shown("ida", here.partner(task_id)) == ("assign", "received")


@pytest.mark.parametrize(("action", "given"), [("assign", {"option": "recall"}), ("cancel", {})])
def test_a_request_is_withdrawn_with_its_assignment(here: Parties, action: str, given: dict[str, str]) -> None:
    """At once, before the stream has said anything: a recalled or cancelled task cannot be accepted any more."""
    task_id, connection = here.asked()
    expect(200, here.world.as_("ola").act(task_id, action, given))
    for _ in range(2):
        assert _tried(here, connection, here.world.tokens[connection]) == (404, "not_found")
        here.settle()
    assert _state(here, connection) == "withdrawn"
    assert here.shown("ola", task_id)[1] == "recalled"


def test_recalling_and_accepting_at_once_make_one_of_both(here: Parties) -> None:
    """The owner recalls after the answer, before the task has heard of it: connected, and not handed over."""
    task_id, connection = here.asked()
    assert _tried(here, connection, here.world.tokens[connection])[0] == 200
    expect(200, here.world.as_("ola").act(task_id, "assign", {"option": "recall"}))
    here.settle()
    assert (_state(here, connection), here.shown("ola", task_id)) == ("connected", ("assign", "recalled"))
    assert here.world.as_("ida").get("/queues/organizations/brook-labs").json["items"] == []
    here.assign("ola", task_id, "to", organizationId="brook-labs")
    assert here.shown("ida", here.partner(task_id, 2)) == ("assign", "received")


def test_nothing_that_is_stored_or_logged_can_be_used_as_a_token(
    here: Parties, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither the token itself nor anything else of the table, of an answer, or of what the functions log."""
    with caplog.at_level(logging.INFO):
        _, connection = here.asked()
        token = here.world.tokens[connection]
        shown = here.world.as_("ola").get("/connections", {"organizationId": "acme"}).text
        _tried(here, connection, token[:-1])
        stored = [text for text in map(json.dumps, here.world.items()) if connection in text]
        for word in sorted(set(re.findall(r"[\w@.#-]{8,200}", f"{stored} {shown}"))):
            assert _tried(here, connection, word) == (404, "not_found")
        assert _tried(here, connection, token)[0] == 200
        here.settle()
    logged = capsys.readouterr().out + caplog.text
    assert "answered" in logged
    for text in (logged, shown, json.dumps(here.world.items())):
        assert token not in text
        assert "a secret of tests" not in text
    assert BROOK["email"] not in logged


def _state(here: Parties, connection: str) -> str:
    items = here.world.as_("otto").get("/connections", {"organizationId": "acme"}).json["items"]
    return next(str(item["state"]) for item in items if item["connectionId"] == connection)


def _raise(what: object, error: Exception) -> None:
    raise error
