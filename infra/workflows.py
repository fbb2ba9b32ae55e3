"""The workflow files that come with the stack: none is deployed that its checker refuses."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path

from shared.compile import check, waived

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "shared" / "workflows"
CHECKED = ROOT / ".local" / "checked"
CHECKER = (ROOT / "shared" / "compile", ROOT / "shared" / "domain", FOLDER / "workflow.schema.json")


class WorkflowError(Exception):
    """A workflow file has mistakes, or its compiled form is not what the file says."""


def verify_workflows(files: Iterable[Path] | None = None) -> None:
    """Every workflow file is in order, and published as it stands; raises WorkflowError.

    What the files waive is printed each time, so that the deployer knows which counterexamples were not counted. It
    goes to the standard error, which the CDK shows as it comes.

    Playing workflows takes some seconds, and the CDK runs this at each of its commands. So an empty file tells
    that the checker, as it is now, found nothing in files that said just this.
    """
    paths = sorted(FOLDER.glob("*.yaml")) if files is None else list(files)
    sys.stderr.writelines(f"{line}\n" for line in waived(paths))
    passed = CHECKED / _hash(paths)
    if passed.exists():
        return
    problems = check(paths)
    if problems:
        raise WorkflowError("\n".join(str(problem) for problem in problems))
    CHECKED.mkdir(parents=True, exist_ok=True)
    passed.touch()


def _hash(paths: Iterable[Path]) -> str:
    """Changes with the files, their compiled forms, and the checker."""
    digest = hashlib.sha256()
    compiled = {path.parent / "compiled" for path in paths}
    for path in (*CHECKER, *paths, *sorted(compiled)):
        for file in _files(path):
            content = file.read_bytes()
            digest.update(f"{file} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _files(path: Path) -> list[Path]:
    """The file, or those below the folder; none where there is neither."""
    if path.is_file():
        return [path]
    return sorted(file for kind in ("*.py", "*.json") for file in path.rglob(kind))
