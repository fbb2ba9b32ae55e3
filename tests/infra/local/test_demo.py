"""The stage on which demos are played; what they play is tried on the whole stack."""

from dataclasses import replace
from typing import Any

import pytest

from infra.local import clock, functions
from infra.local.calls import Answer
from infra.local.clock import Timer
from infra.local.demos import appeals, figures
from infra.local.demos import stage as stages
from infra.local.demos.stage import Stage
from infra.local.obstacle import ObstacleError
from infra.local.records import Stack
from infra.local.steps import console

TASK: dict[str, Any] = {
    "taskId": "look-1.t1",
    "caseId": "look-1",
    "type": "QA",
    "label": "QA",
    "state": "Created",
    "status": "Ready",
    "open": True,
    "assignedParty": {"kind": "user", "id": "ann"},
}
OFFERS = {"items": [{"name": "fail", "label": "Find fault"}]}


class Api:
    """Stands in for the API: answers what a test has laid out, in order."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, Any]] = []

    def call(self, method: str, path: str, body: Any = None, **_: str) -> Answer:
        self.asked.append((method, path, body))
        return self.answers.pop(0)

    def need(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.call(method, path, body, **headers).body


def _stage(stack: Stack, monkeypatch: pytest.MonkeyPatch, *answers: Answer) -> tuple[Stage, Api]:
    api = Api(*answers)
    monkeypatch.setattr(stages, "Api", lambda *_: api)
    stack = replace(stack, users={**stack.users, "kit": stack.users["ann"]})
    return Stage(stack, {"Ready": "readies"}), api


def _ok(body: Any, status: int = 200) -> Answer:
    return Answer(status, body, {})


def test_a_number_that_is_taken_is_passed_over(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second run makes new cases beside those of the first."""
    taken, made = _ok({"code": "case_exists"}, 409), _ok({"tasks": {"items": [TASK]}}, 201)
    stage, api = _stage(stack, monkeypatch, taken, made)
    assert stage.create_case("ann", "look", range(7, 9), workflow="inspection") == [TASK]
    assert [body["caseId"] for _, _, body in api.asked] == ["look-7", "look-8"]
    assert capsys.readouterr().out.split() == ["Ann", "Lee", "creates", "look-8", "->", "1", "task"]


def test_a_case_that_is_refused_is_an_obstacle(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what the API said."""
    stage, _ = _stage(stack, monkeypatch, _ok({"code": "invalid_input"}, 422))
    with pytest.raises(ObstacleError, match="invalid_input"):
        stage.create_case("ann", "look", range(7, 9))


def test_what_is_done_is_told(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who did what, by the label that the API shows for it, what the person said, and what became of the task."""
    failed = _ok({**TASK, "status": "Failed"})
    stage, api = _stage(stack, monkeypatch, _ok(OFFERS), failed, failed)
    stage.act("ann", "fail", TASK, reason="Blurred.")
    stage.act("ann", "fail", TASK)
    assert api.asked == [
        ("GET", "/tasks/look-1.t1/actions", None),
        ("POST", "/tasks/look-1.t1/actions/fail", {"reason": "Blurred."}),
        ("POST", "/tasks/look-1.t1/actions/fail", {}),
    ]
    told = capsys.readouterr().out
    assert "Ann Lee     finds fault: QA" in told
    assert "-> Created / Failed" in told
    assert '"Blurred."' in told


OPTIONS = {
    "oneOf": [
        {"title": "Assign to a partner", "properties": {"option": {"const": "to"}}, "required": ["option"]},
        {"title": "Recall", "properties": {"option": {"const": "recall"}}, "required": ["option"]},
    ]
}
# One of these groups has to be given: that is no option.
GROUPS = {"oneOf": [{"required": ["organizationId"]}, {"required": ["name", "email"]}]}


def test_an_option_is_told_by_its_own_label(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An action may have several, of which not all are offered at any time."""
    offers = {"items": [{"name": "assign", "label": "Assign", "inputSchema": OPTIONS}]}
    stage, _ = _stage(stack, monkeypatch, _ok(offers), _ok(TASK), _ok(TASK))
    stage.act("ann", "assign", TASK, option="to", organizationId="harbor")
    stage.act("ann", "assign", TASK, option="recall")
    told = capsys.readouterr().out
    assert "Ann Lee     assigns to a partner: QA" in told
    assert "to Harbor Surveyors" in told
    assert "Ann Lee     recalls QA" in told


def test_the_options_of_an_action_are_those_that_are_offered(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """None where the action has none, or is not offered at all."""
    offers = {
        "items": [
            {"name": "assign", "label": "Assign", "inputSchema": OPTIONS},
            {"name": "refer", "label": "Refer", "inputSchema": GROUPS},
        ]
    }
    stage, _ = _stage(stack, monkeypatch, *[_ok(offers)] * 3)
    assert stage.options("ann", "assign", TASK) == {"to": "Assign to a partner", "recall": "Recall"}
    assert stage.options("ann", "refer", TASK) == {}
    assert stage.options("ann", "submit", TASK) == {}


def test_what_is_not_there_is_nothing_and_no_error(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any other refusal is one."""
    stage, _ = _stage(stack, monkeypatch, _ok(TASK), _ok({}, 404), _ok({"code": "unknown_user"}, 403))
    assert stage.find("ann", "/tasks/look-1.t1") == TASK
    assert stage.find("ann", "/tasks/look-1.t1") is None
    with pytest.raises(ObstacleError, match="unknown_user"):
        stage.find("ann", "/tasks/look-1.t1")


def test_what_is_posted_about_something_is_told_with_its_state(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And given back, for what follows from it."""
    stage, api = _stage(stack, monkeypatch, _ok({"state": "connected"}))
    made = stage.post("ann", "accepts the connection", "/connections/c1/accept", {"token": "t"})
    assert made == {"state": "connected"}
    assert api.asked == [("POST", "/connections/c1/accept", {"token": "t"})]
    told = capsys.readouterr().out.split()
    assert told[:7] == ["Ann", "Lee", "accepts", "the", "connection", "->", "connected"]


def test_a_new_task_is_told(stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Where it stands is said only where that is chosen."""
    stage, api = _stage(stack, monkeypatch, _ok(TASK), _ok(TASK))
    stage.create_task("ann", "look-1", "QA")
    stage.create_task("ann", "look-1", "QA", TASK, kind="late")
    assert [body for _, _, body in api.asked] == [
        {"type": "QA"},
        {"type": "QA", "parentId": "look-1.t1", "kind": "late"},
    ]
    assert "Ann Lee     creates QA" in capsys.readouterr().out


def test_of_two_open_tasks_of_a_type_the_last_is_meant(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The person's stands under the organization's."""
    theirs, closed = {**TASK, "taskId": "look-1.t2"}, {**TASK, "taskId": "look-1.t3", "open": False}
    stage, _ = _stage(stack, monkeypatch, _ok({"items": [TASK, theirs, closed]}), _ok({"items": [closed]}))
    assert stage.task("ann", "look-1", "QA") == theirs
    with pytest.raises(ObstacleError, match="no open QA"):
        stage.task("ann", "look-1", "QA")


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


def test_what_may_not_be_read_is_told_as_well(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the reason."""
    refused = _ok({"code": "unknown_user", "detail": "Casetree knows no active user of this id."}, 403)
    stage, api = _stage(stack, monkeypatch, refused)
    stage.try_to_read("ann", "who she is", "/users/me")
    assert api.asked == [("GET", "/users/me", None)]
    told = capsys.readouterr().out
    assert "Ann Lee     tries to read who she is" in told
    assert "403 unknown_user" in told
    assert "knows no active user" in told


def test_a_refusal_that_does_not_come_is_an_obstacle(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The story says that it is refused."""
    stage, _ = _stage(stack, monkeypatch, _ok(TASK), _ok(TASK))
    with pytest.raises(ObstacleError, match="was to be refused"):
        stage.try_to("ann", "pass", TASK)
    with pytest.raises(ObstacleError, match="was to be refused"):
        stage.try_to_read("ann", "who she is", "/users/me")


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
    assert "Casetree    readies QA" in capsys.readouterr().out


def test_a_stream_that_does_nothing_is_an_obstacle(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not an endless wait."""
    monkeypatch.setattr(stages, "PATIENCE_SECONDS", -1)
    pending = {**TASK, "status": "Pending"}
    stage, _ = _stage(stack, monkeypatch, _ok({"items": [pending]}))
    with pytest.raises(ObstacleError, match=r"look-1\.t1"):
        stage.await_status("ann", [pending], "Ready")


def test_a_task_is_waited_for_by_type_status_and_assignee(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last one of the type counts, and it may have to come first."""
    monkeypatch.setattr(stages, "LOOK_AGAIN_SECONDS", 0)
    bobs = {**TASK, "assignedParty": {"kind": "user", "id": "bob"}}
    stage, _ = _stage(stack, monkeypatch, _ok({"items": []}), _ok({"items": [TASK]}), _ok({"items": [TASK, bobs]}))
    assert stage.await_task("ann", "look-1", "QA", "Ready", by="bob", verb="assigns") == bobs
    assert "Casetree    assigns QA" in capsys.readouterr().out


def test_a_stream_without_rest_is_an_obstacle(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is there is not what stays."""
    stage, _ = _stage(stack, monkeypatch)
    monkeypatch.setattr(functions, "wait_until_at_rest", lambda *_: True)
    stage.await_rest()
    monkeypatch.setattr(functions, "wait_until_at_rest", lambda *_: False)
    with pytest.raises(ObstacleError, match="rest"):
        stage.await_rest()


def test_time_passes_for_the_story_alone(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Timers of other cases may fire as well, and are not shown."""
    timers = [Timer(case, "TIMER#t1#due", f"2026-12-01T17:00:00.000Z#{case}.t1#due") for case in ("look-1", "look-9")]
    monkeypatch.setattr(clock, "advance", lambda _, seconds: timers if seconds == 15 * 24 * 3600 else [])
    stage, _ = _stage(stack, monkeypatch, _ok({"tasks": {"items": [TASK]}}, 201), _ok(TASK))
    stage.create_case("ann", "look", [1])
    stage.advance("ann", 15)
    told = capsys.readouterr().out
    assert "casetree advance 15d" in told
    assert "2026-12-01 17:00  look-1  QA" in told
    assert "look-9" not in told


TREE = """\
Appeal appeal-1 (Rivera) ─ │ ID           │ STATUS  │ ASGN_BY │ ASGN_TO │ UPDATED_AT              │
└── RootTask               │ appeal-1.t1  │ on_hold │         │ Board   │ 2026-11-22 08:10:30 UTC │
                           └──────────────────────────────────────────────────────────────────────┘
"""


@pytest.mark.parametrize(("columns", "shown"), [(None, "2026-11-22 08:10:30 UTC │"), ("60", "2026-11-22 08:10 │")])
def test_a_tree_is_whole_where_nothing_says_how_wide_it_may_be(
    stack: Stack,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    columns: str | None,
    shown: str,
) -> None:
    """In a pipe; else it is fitted in."""
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns:
        monkeypatch.setenv("COLUMNS", columns)
        monkeypatch.setattr(console, "_width", int(columns))
    stage, _ = _stage(stack, monkeypatch, _ok(TREE))
    stage.tree("ann", "appeal-1")
    assert shown in capsys.readouterr().out


def test_a_tree_that_is_not_the_figure_is_an_error(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo ends with each node that differs."""
    root = {"task": {"type": "RootTask", "status": "on_hold"}, "children": []}
    stage, _ = _stage(stack, monkeypatch, _ok(TREE), _ok({"roots": [root]}))
    monkeypatch.setattr(functions, "wait_until_at_rest", lambda *_: True)
    with pytest.raises(ObstacleError, match="not the figure 'X'") as caught:
        appeals.hold_against(stage, "appeal-1", "the figure 'X'", figures.GRANTED)
    assert caught.value.remedy == "at the top: RootTask cancelled in the figure, RootTask on_hold here"
