"""Errors that are nobody's mistake, and what errors look like."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

import pytest

from functions.api.problems import KINDS, Problem
from shared.domain.model.plan import Code, FieldError, Refusal
from shared.storage.errors import Throttled, Unreachable
from tests.functions.api.client import Client
from tests.functions.api.conftest import World

SECRET = "the customer's diary"


@dataclass(frozen=True)
class Log:
    """What the function writes, as Lambda would keep it."""

    lines: io.StringIO
    metrics: pytest.CaptureFixture[str]

    def read(self) -> str:
        """What was written since it was last read."""
        written = self.lines.getvalue()
        self.lines.truncate(self.lines.seek(0))
        return "".join((*self.metrics.readouterr(), written))

    def line(self, message: str) -> dict[str, Any]:
        """The line with this message."""
        lines = (json.loads(line) for line in self.read().splitlines())
        found: dict[str, Any] = next(line for line in lines if line.get("message") == message)
        return found


@pytest.fixture
def log(world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Log:
    """The log of the API in `world`: lines go through the logger's handler, metrics are printed."""
    del world
    lines = io.StringIO()
    monkeypatch.setattr(logging.getLogger("api").handlers[0], "stream", lines)
    return Log(lines, capsys)


def _fail(world: World, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Every read of the table fails so."""

    def load(*_: object) -> Any:
        raise error

    monkeypatch.setattr(type(world.session.store), "load", load)


def test_every_code_of_the_engine_has_a_status() -> None:
    """No refusal can leave without one."""
    assert set(get_args(Code)) <= KINDS.keys()


def test_statuses_are_those_of_the_contract() -> None:
    """The table of api.md, line by line, and what a migration is refused with."""
    expected = {
        400: {"invalid_request"},
        401: {"unauthenticated"},
        403: {"not_allowed", "unknown_user"},
        404: {"not_found"},
        405: {"method_not_allowed"},
        409: {
            "action_not_available",
            "open_children",
            "parent_closed",
            "duplicate_open_task",
            "assignee_not_member",
            "case_exists",
            "case_closed",
            "does_not_fit",
            "conflict",
        },
        412: {"version_mismatch"},
        413: {"too_large"},
        422: {"invalid_input", "idempotency_key_reused"},
        500: {"internal_error"},
        503: {"throttled", "unavailable"},
    }
    assert {code: kind.status for code, kind in KINDS.items()} == {
        code: status for status, codes in expected.items() for code in codes
    }


def test_a_problem_says_what_there_is_to_say() -> None:
    """Members without content are left out."""
    assert Problem("not_found", "There is no such task.").body() == {
        "type": "urn:problem-type:casetree:not_found",
        "title": "There is no such thing",
        "status": 404,
        "detail": "There is no such task.",
        "code": "not_found",
    }
    refusal = Refusal("invalid_input", "It does not fit.", "input", ("ann",), (FieldError("/a", "No."),))
    body = Problem.of(refusal).body()
    assert (body["rule"], body["who"], body["errors"]) == ("input", ["ann"], [{"pointer": "/a", "detail": "No."}])


@pytest.mark.parametrize(
    ("error", "code"), [(Throttled("ThrottlingException"), "throttled"), (Unreachable("timeout"), "unavailable")]
)
def test_a_busy_or_silent_table_is_503(
    world: World, ann: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str
) -> None:
    """With the time after which to try again."""
    _fail(world, monkeypatch, error)
    for answer in (ann.get("/tasks/look-1.x"), ann.post("/cases", {"workflow": "inspection"}), ann.get("/users/me")):
        assert (answer.status, answer.code, answer.headers["retry-after"]) == (503, code, "1")


def test_an_unexpected_error_is_500_without_a_word_about_it(
    world: World, ann: Client, monkeypatch: pytest.MonkeyPatch, log: Log
) -> None:
    """The log has its kind and place under the request id that the caller is told; its text is in neither."""
    _fail(world, monkeypatch, RuntimeError(SECRET))
    answer = ann.get("/tasks/look-1.x")
    assert (answer.status, answer.code) == (500, "internal_error")
    assert answer.json["detail"] == "It is logged under the request id request-1."
    logged = log.line("unexpected")
    assert (logged["level"], logged["exception_name"], logged["correlation_id"]) == (
        "ERROR",
        "RuntimeError",
        "request-1",
    )
    assert any("engine" in frame for frame in logged["frames"])
    assert SECRET not in answer.text + json.dumps(logged)


def test_what_follows_an_error_is_as_ever(world: World, ann: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """One failed request leaves nothing behind."""
    with monkeypatch.context() as patch:
        _fail(world, patch, RuntimeError(SECRET))
        assert ann.get("/users/me").status == 500
    assert ann.get("/users/me").status == 200


def test_a_request_leaves_one_line(world: World, ann: Client, log: Log) -> None:
    """What was asked and answered, under the request's id, and the metric of what it consumed, by action."""
    task_id = world.task()["taskId"]
    log.read()
    answer = ann.act(task_id, "claim")
    (line,) = map(json.loads, log.read().splitlines())
    assert (line["message"], line["operation"], line["status"]) == ("answered", "takeAction", 200)
    assert line["correlation_id"] == "request-1"
    assert line["action"] == "claim"
    assert line["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Casetree"
    assert answer.headers["casetree-capacity"].startswith(f"read={line['ConsumedReadUnits'][0]:g}, ")


def test_a_request_that_consumes_nothing_leaves_a_line_too(ann: Client, log: Log) -> None:
    """A plain one: there is nothing to measure."""
    log.read()
    ann.get("/health")
    (line,) = map(json.loads, log.read().splitlines())
    assert (line["message"], line["operation"], line["status"]) == ("answered", "checkHealth", 200)
    assert "_aws" not in line


def test_what_is_not_found_does_not_tell_what_it_cost(world: World, eve: Client) -> None:
    """A hidden case and none at all are answered alike, header by header."""
    case_id = world.task()["caseId"]
    hidden, missing = eve.get(f"/cases/{case_id}"), eve.get("/cases/nothing-here")
    assert (hidden.status, hidden.headers) == (missing.status, missing.headers)
    assert "casetree-capacity" not in hidden.headers


def test_unknown_actions_make_no_metrics_of_their_own(world: World, ann: Client, log: Log) -> None:
    """What callers make up is no dimension."""
    task_id = world.task()["taskId"]
    log.read()
    ann.act(task_id, "fly")
    metric = json.loads(log.read().splitlines()[0])
    assert metric["action"] == "takeAction"


@pytest.mark.parametrize(
    "send",
    [
        lambda c, t: c.post("/cases", {"workflow": "inspection", "displayName": SECRET}),
        lambda c, t: c.act(t, "add_instructions", {"instructions": SECRET}),
        lambda c, t: c.act(t, "skip", {"reason": SECRET, SECRET: 1}),
        lambda c, t: c.patch(f"/tasks/{t}", {"description": SECRET}, Idempotency_Key=SECRET),
        lambda c, t: c.send("POST", "/cases", '{"x": "' + SECRET),
        lambda c, t: c.get("/cases/look-1", {SECRET: SECRET}),
        lambda c, t: c.get("/users/ann", Authorization=f"Bearer {SECRET}"),
        lambda c, t: c.get(f"/users/{SECRET}"),
        lambda c, t: c.put("/users/ann", {"email": SECRET}),
    ],
)
def test_logs_hold_nothing_of_what_people_wrote(
    world: World, ann: Client, log: Log, send: Callable[[Client, str], Any]
) -> None:
    """No text, no token, no name, no address: what is logged is about the request alone."""
    task_id = world.task()["taskId"]
    log.read()
    send(ann, task_id)
    out = log.read()
    assert '"answered"' in out
    for word in (SECRET, "ann", "example.org", "Lee"):
        assert word not in out
