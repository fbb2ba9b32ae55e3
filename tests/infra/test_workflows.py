"""Workflows are checked before anything is deployed."""

import json
from pathlib import Path

import pytest

from infra import app, workflows
from infra.workflows import FOLDER, WorkflowError, verify_workflows
from tests.infra.conftest import CDK_JSON
from tests.workflows.broken import LIVES, OF_UNREAL, TIMER, UNREAL


def test_the_workflows_that_come_with_casetree_may_be_deployed() -> None:
    """Each file passes the checker, and its compiled form is what the file says."""
    verify_workflows()


def test_a_workflow_with_a_mistake_is_not_deployed(tmp_path: Path) -> None:
    """The deployment ends with file, line and reason."""
    text = (FOLDER / "inspection.yaml").read_text(encoding="utf-8").replace("to: passed", "to: past")
    broken = tmp_path / "inspection.yaml"
    broken.write_text(text, encoding="utf-8")
    with pytest.raises(WorkflowError, match=r"inspection\.yaml:\d+: There is no status 'past'"):
        verify_workflows([broken])


def test_what_has_passed_is_not_played_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the file says something else, or the checker is another one."""
    checked: list[Path] = []

    def check(paths: list[Path]) -> list[str]:
        checked.extend(paths)
        return []

    monkeypatch.setattr(workflows, "check", check)
    monkeypatch.setattr(workflows, "CHECKED", tmp_path / "checked")
    file, checker = tmp_path / "errands.yaml", tmp_path / "checker.py"
    monkeypatch.setattr(workflows, "CHECKER", (checker,))
    for rules, code in (("a", "1"), ("a", "1"), ("b", "1"), ("b", "2"), ("a", "2")):
        file.write_text(rules)
        checker.write_text(code)
        verify_workflows([file])
    assert len(checked) == 4


def test_what_has_not_passed_is_looked_at_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal is never remembered."""
    monkeypatch.setattr(workflows, "CHECKED", tmp_path / "checked")
    monkeypatch.setattr(workflows, "check", lambda paths: ["a mistake"])
    for _ in range(2):
        with pytest.raises(WorkflowError, match="a mistake"):
            verify_workflows([FOLDER / "inspection.yaml"])


def test_a_workflow_that_plays_badly_is_not_deployed(tmp_path: Path) -> None:
    """What is right as it is written may still leave tasks to nobody: the way there is told."""
    broken = tmp_path / "errands.yaml"
    broken.write_text(next(b.text for b in LIVES if b.rule == "somebody-can-act"), encoding="utf-8")
    with pytest.raises(WorkflowError, match=r"nobody can act.*\n.*--create by inside"):
        verify_workflows([broken])


def test_what_is_unproven_is_deployed_only_if_it_is_waived(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The deployment goes by the waivers of the file, and tells them each time, also when nothing is played again."""
    monkeypatch.setattr(workflows, "CHECKED", tmp_path / "checked")
    file = tmp_path / "errands.yaml"
    file.write_text(UNREAL.text, encoding="utf-8")
    with pytest.raises(WorkflowError, match="unproven"):
        verify_workflows([file])
    assert capsys.readouterr().err == ""
    file.write_text(UNREAL.text.replace(TIMER, OF_UNREAL), encoding="utf-8")
    for _ in range(2):
        verify_workflows([file])
        assert "errands.yaml: waived is open-statuses-have-a-way-out of 'Buy'" in capsys.readouterr().err


def test_waivers_are_told_of_a_file_that_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And nothing of one that cannot be read: its mistakes are told."""
    monkeypatch.setattr(workflows, "CHECKED", tmp_path / "checked")
    refused, torn = tmp_path / "errands.yaml", tmp_path / "torn.yaml"
    refused.write_text(UNREAL.text.replace(TIMER, OF_UNREAL).replace("to: ready", "to: raedy"), encoding="utf-8")
    torn.write_text("workflow: [", encoding="utf-8")
    with pytest.raises(WorkflowError, match="raedy"):
        verify_workflows([refused, torn])
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_no_template_is_made_while_a_workflow_has_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither `casetree up` nor `make deploy` gets any further: both have the CDK run this."""

    def refuse() -> None:
        raise WorkflowError("errands.yaml:85: A case gets to where nobody can act.")

    monkeypatch.setattr(app, "verify_workflows", refuse)
    with pytest.raises(SystemExit, match=r"casetree: errands\.yaml:85"):
        app.main()
    assert json.loads(CDK_JSON.read_text(encoding="utf-8"))["app"].endswith("-m infra.app")


def test_a_file_that_says_more_than_its_published_form_is_not_deployed(tmp_path: Path) -> None:
    """Functions load the compiled form: one that lags behind its file would deploy other rules."""
    text = (FOLDER / "inspection.yaml").read_text(encoding="utf-8")
    compiled = tmp_path / "compiled"
    compiled.mkdir()
    published = (FOLDER / "compiled" / "inspection-1.json").read_text(encoding="utf-8")
    (compiled / "inspection-1.json").write_text(published, encoding="utf-8")
    changed = tmp_path / "inspection.yaml"
    changed.write_text(text.replace("label: Pass\n", "label: Approve\n"), encoding="utf-8")
    with pytest.raises(WorkflowError, match="is published"):
        verify_workflows([changed])
