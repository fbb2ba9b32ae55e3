"""The doctor on the command line: shares of the table at once, what is printed, and the status for scripts."""

import json
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from infra.local import cli, doctor
from infra.local.target import Target

FINDING = {
    "id": "look-1/lock-matches-1",
    "caseId": "look-1",
    "taskIds": ["look-1.1"],
    "invariant": "lock-matches",
    "detail": "Nobody holds the lock.",
    "repair": "look-1.1 holds it.",
    "repairable": True,
}
BY_HAND = {**FINDING, "id": "look-1/a", "invariant": "somebody-can-act", "repairable": False, "repair": "Assign it."}
CHANGE = {"item": "lock QA", "field": "held by", "before": None, "after": "look-1.1"}


def answer(*, next_: str | None = None, findings: Any = (), repairs: Any = (), failed: int = 0) -> dict[str, Any]:
    """What the function says of one case."""
    return {"cases": 1, "failed": failed, "next": next_, "findings": list(findings), "repairs": list(repairs)}


class Asked(Target):
    """A stack that answers as a test says, and knows what it was asked."""

    events: list[dict[str, Any]]
    answers: dict[Any, dict[str, Any]]

    def invoke(self, function: str, event: Any) -> Any:
        assert function == "timers"
        self.events.append(dict(event))
        return self.answers.get(event.get("after", event.get("caseId")), answer())


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """The stack that is up."""
    made = Asked(lambda _: None, "table", "queue", {})
    object.__setattr__(made, "events", [])
    object.__setattr__(made, "answers", {})
    monkeypatch.setattr(cli, "_stack", lambda: None)
    monkeypatch.setattr(cli, "on_this_machine", lambda _: made)
    return made


def run(*arguments: str) -> tuple[int, str]:
    """The status of the command, and what it printed."""
    result = CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1"}).invoke(cli.app, ["doctor", *arguments])
    return result.exit_code, result.output


def test_one_case_is_asked_for_by_its_id(target: Asked) -> None:
    """Nothing is changed unless somebody says so."""
    status, text = run("look-1")
    assert (status, target.events) == (0, [{"job": "doctor", "caseId": "look-1", "repair": False, "dryRun": False}])
    assert "1 case looked at; nothing is wrong." in text


def test_a_case_that_there_is_not_is_no_sound_one(target: Asked) -> None:
    """Who mistypes its id is told."""
    target.answers["look-1"] = {**answer(), "cases": 0}
    status, text = run("look-1")
    assert status == 1
    assert "There is no case 'look-1'." in text


def test_the_table_is_shared_among_runs_that_each_go_on_to_their_end(target: Asked) -> None:
    """The rate is that of all of them; progress is shown."""
    target.answers[None] = answer(next_="look-7")
    status, text = run("--parallel", "2", "--rate", "10", "--repair")
    assert status == 0
    assert {(tuple(event["share"]), event["after"]) for event in target.events} == {
        ((0, 2), None),
        ((0, 2), "look-7"),
        ((1, 2), None),
        ((1, 2), "look-7"),
    }
    assert {(event["rate"], event["repair"]) for event in target.events} == {(5.0, True)}
    assert "4 cases looked at; nothing is wrong." in text
    assert "looked at, 0 findings" in text


def test_findings_are_a_table_and_status_1(target: Asked) -> None:
    """Each with its case, what is wrong, and what to do."""
    target.answers["look-1"] = answer(findings=[FINDING, BY_HAND])
    status, text = run("look-1")
    assert status == 1
    for word in ("lock-matches", "Nobody holds the lock.", "2 findings: 1 lock-matches, 1 somebody-can-act"):
        assert word in text


def test_a_dry_run_shows_each_field_before_and_after(target: Asked) -> None:
    """What would be healed, and what a person has to do."""
    steps = [
        {"finding": FINDING, "done": False, "changes": [CHANGE]},
        {"finding": BY_HAND, "done": False, "changes": []},
    ]
    target.answers["look-1"] = answer(findings=[FINDING, BY_HAND], repairs=steps)
    status, text = run("look-1", "--dry-run")
    assert (status, target.events[0]["dryRun"], target.events[0]["repair"]) == (1, True, True)
    for word in ("What would be done", "would be", "by hand", "lock QA", "held by", "look-1.1"):
        assert word in text


def test_a_repair_says_what_was_healed_and_what_is_left(target: Asked) -> None:
    """Status 0 once nothing is wrong any more; 1 where something failed."""
    step = {"finding": FINDING, "done": True, "changes": [CHANGE]}
    target.answers["look-1"] = answer(repairs=[step])
    status, text = run("look-1", "--repair")
    assert (status, "healed" in text) == (0, True)
    target.answers["look-1"] = answer(repairs=[{**step, "done": False, "changes": []}], failed=1)
    status, text = run("look-1", "--repair")
    assert (status, "left" in text, "1 could not be looked at" in text) == (1, True, True)


def test_programs_get_one_json_object(target: Asked) -> None:
    """Everything, in the order of cases, and nothing else."""
    target.answers[None] = answer(findings=[FINDING, BY_HAND])
    status, text = run("--json", "--parallel", "1")
    found = json.loads(text)
    assert (status, found["cases"], [f["id"] for f in found["findings"]]) == (1, 1, [BY_HAND["id"], FINDING["id"]])


def test_what_is_printed_fits_a_narrow_terminal() -> None:
    """Columns that may flow do; nothing raises."""
    visited = doctor.Visit()
    visited.add(answer(findings=[FINDING]))
    console = Console(width=60, record=True)
    for part in doctor.told(visited, dry_run=False):
        console.print(part)
    assert "lock-matches" in console.export_text()
