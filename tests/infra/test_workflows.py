"""Workflows are checked before anything is deployed."""

from pathlib import Path

import pytest

from infra.workflows import FOLDER, WorkflowError, verify_workflows


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
