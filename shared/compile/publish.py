"""Compiled forms on disk: a version that is published never changes."""

from __future__ import annotations

import json
from pathlib import Path

from shared.compile.problem import Problem
from shared.compile.source import Source
from shared.domain.definitions.compiled import plain_from
from shared.domain.definitions.workflow import Workflow

FOLDER = "compiled"


def publish(source: Source, workflow: Workflow, folder: Path, *, write: bool, force: bool) -> tuple[Problem, ...]:
    """The compiled form stands in the folder, if it may; cases rely on what their version said."""
    file = compiled_file(workflow, folder)
    new = text(workflow)
    old = file.read_text(encoding="utf-8") if file.exists() else None
    if old is not None and old != new and not (write and force):
        return (_changed(source, workflow),)
    if write and old != new:
        folder.mkdir(exist_ok=True)
        file.write_text(new, encoding="utf-8")
    return ()


def compiled_file(workflow: Workflow, folder: Path) -> Path:
    """Where the compiled form of the workflow's version stands."""
    return folder / f"{workflow.name}-{workflow.version}.json"


def text(workflow: Workflow) -> str:
    """The compiled form as it stands in its file: laid out so that a review shows what changed."""
    return json.dumps(plain_from(workflow), indent=2, ensure_ascii=False) + "\n"


def _changed(source: Source, workflow: Workflow) -> Problem:
    return source.problem(
        ("version",),
        f"Version {workflow.version} of {workflow.name!r} is published, and this file now says something else.",
        f"Write `version: {workflow.version + 1}`: cases that began with {workflow.version} keep its rules. "
        "(While nothing is deployed yet, `casetree check --write --force` replaces the published form.)",
        "published-version",
    )
