"""The workflow files that come with the stack: none is deployed that its checker refuses."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from shared.compile import check

FOLDER = Path(__file__).parent.parent / "shared" / "workflows"


class WorkflowError(Exception):
    """A workflow file has mistakes, or its compiled form is not what the file says."""


def verify_workflows(files: Iterable[Path] | None = None) -> None:
    """Every workflow file is in order, and published as it stands; raises WorkflowError."""
    problems = check(sorted(FOLDER.glob("*.yaml")) if files is None else files)
    if problems:
        raise WorkflowError("\n".join(str(problem) for problem in problems))
