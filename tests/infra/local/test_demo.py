"""The stage on which demos are played; what they play is tried on the whole stack."""

from typing import Any

import pytest

from infra.local.calls import Answer
from infra.local.demos import stage as stages
from infra.local.demos.stage import Stage
from infra.local.obstacle import ObstacleError
from infra.local.records import Stack

TASK: dict[str, Any] = {"taskId": "look-1.t1", "caseId": "look-1", "label": "QA", "state": "Created", "status": "Ready"}


class Api:
    """Stands in for the API: answers what a test has laid out, in order."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, Any]] = []

    def call(self, method: str, path: str, body: Any = None) -> Answer:
        self.asked.append((method, path, body))
        return self.answers.pop(0)

    def need(self, method: str, path: str, body: Any = None) -> Any:
        return self.call(method, path, body).body


def _stage(stack: Stack, monkeypatch: pytest.MonkeyPatch, *answers: Answer) -> tuple[Stage, Api]:
    api = Api(*answers)
    monkeypatch.setattr(stages, "Api", lambda *_: api)
    return Stage(stack), api


def _ok(body: Any, status: int = 200) -> Answer:
    return Answer(status, body, {})


def test_a_number_that_is_taken_is_passed_over(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second run makes new cases beside those of the first."""
    taken, made = _ok({"code": "case_exists"}, 409), _ok({"tasks": {"items": [TASK]}}, 201)
    stage, api = _stage(stack, monkeypatch, taken, made)
    assert stage.create_look("ann", range(7, 9), workflow="inspection") == [TASK]
    assert [body["caseId"] for _, _, body in api.asked] == ["look-7", "look-8"]


def test_a_case_that_is_refused_is_an_obstacle(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what the API said."""
    stage, _ = _stage(stack, monkeypatch, _ok({"code": "invalid_input"}, 422))
    with pytest.raises(ObstacleError, match="invalid_input"):
        stage.create_look("ann", range(7, 9))


def test_what_is_done_is_told(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who did what, what the person said, and what became of the task."""
    stage, api = _stage(stack, monkeypatch, _ok({**TASK, "status": "Failed"}))
    stage.act("ann", "fail", TASK, reason="Blurred.")
    assert api.asked == [("POST", "/tasks/look-1.t1/actions/fail", {"reason": "Blurred."})]
    told = capsys.readouterr().out
    assert "Ann Lee   fails QA" in told
    assert "-> Created / Failed" in told
    assert '"Blurred."' in told


def test_a_refusal_is_part_of_the_story(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told, and who could do it."""
    refused = _ok({"code": "not_allowed", "detail": "No.", "rule": "who", "who": ["Bob Ray"]}, 403)
    stage, _ = _stage(stack, monkeypatch, refused)
    stage.try_to("ann", "pass", TASK)
    told = capsys.readouterr().out
    assert "403 not_allowed" in told
    assert "Who could: Bob Ray." in told


def test_what_the_stream_does_is_waited_for(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As often as it takes, and told as Casetree's own doing."""
    monkeypatch.setattr(stages, "LOOK_AGAIN_SECONDS", 0)
    pending = {**TASK, "status": "Pending"}
    stage, api = _stage(
        stack, monkeypatch, _ok({"items": [pending]}), _ok({"items": [pending]}), _ok({"items": [TASK]})
    )
    assert stage.await_status("ann", [pending], "Ready") == [TASK]
    assert len(api.asked) == 3
    assert "Casetree  readies QA" in capsys.readouterr().out


def test_a_stream_that_does_nothing_is_an_obstacle(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not an endless wait."""
    monkeypatch.setattr(stages, "PATIENCE_SECONDS", -1)
    pending = {**TASK, "status": "Pending"}
    stage, _ = _stage(stack, monkeypatch, _ok({"items": [pending]}))
    with pytest.raises(ObstacleError, match=r"look-1\.t1"):
        stage.await_status("ann", [pending], "Ready")
