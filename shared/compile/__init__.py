"""Reads workflow files, checks them, and compiles them to what Lambdas load.

Needs a YAML parser and JSON Schema, so it runs where workflows are written and deployed, never in
a function.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from shared.compile.form import compiled
from shared.compile.problem import Problem, UnreadableError
from shared.compile.publish import FOLDER, compiled_file, publish
from shared.compile.shape import misshapen
from shared.compile.source import Source, read
from shared.domain.checks.finding import Finding
from shared.domain.checks.lives import Telling
from shared.domain.checks.verify import examine, verify
from shared.domain.checks.waivers import Waiver
from shared.domain.definitions.compiled import MalformedError, workflow_from
from shared.domain.definitions.workflow import Workflow
from shared.domain.pictures.counterexample import counterexample

__all__ = ["Problem", "UnreadableError", "check", "waived", "workflow_of"]


def check(
    paths: Iterable[Path], *, write: bool = False, force: bool = False, tell: Telling = lambda said: None
) -> list[Problem]:
    """Everything that is wrong with the files; nothing means that each may be deployed. `tell` hears how far it is.

    With `write`, the compiled form of a file without problems stands in the folder `compiled`
    beside it. A published version with another form stays as it is, unless `force` is given.
    """
    return [problem for path in paths for problem in _check(path, write=write, force=force, tell=tell)]


def workflow_of(path: Path) -> Workflow:
    """The workflow that a file describes, not yet played; raises UnreadableError with its problems."""
    source, workflow = _compiled(path)
    waivers = _waivers(source)
    found = [f for f in verify(workflow) if not (f.unproven and any(waiver.names(f) for waiver in waivers))]
    problems = tuple(sorted(_problem(source, finding) for finding in found))
    if problems:
        raise UnreadableError(*problems)
    return workflow


def published(paths: Iterable[Path]) -> list[Path]:
    """Where the compiled forms of the files stand, of those that were written; raises UnreadableError."""
    forms = (compiled_file(_compiled(path)[1], path.parent / FOLDER) for path in paths)
    return [form for form in forms if form.exists()]


def waived(paths: Iterable[Path]) -> list[str]:
    """What the files waive, and why, whatever else is said of them; nothing of one that cannot be read."""
    return [line for path in paths for line in _waived(path)]


def _waived(path: Path) -> list[str]:
    try:
        source, _ = _compiled(path)
    except UnreadableError:
        return []
    return [f"{source.file}: waived is {waiver}" for waiver in _waivers(source)]


def _check(path: Path, *, write: bool, force: bool, tell: Telling) -> tuple[Problem, ...]:
    try:
        source, workflow = _compiled(path)
    except UnreadableError as error:
        return error.problems
    problems = _findings(source, workflow, tell)
    return problems or publish(source, workflow, path.parent / FOLDER, write=write, force=force)


def _compiled(path: Path) -> tuple[Source, Workflow]:
    source = read(path)
    if problems := misshapen(source):
        raise UnreadableError(*sorted(problems))
    try:
        return source, workflow_from(compiled(source.value))
    except MalformedError as error:
        raise UnreadableError(source.problem((), f"The compiled form does not fit: {error}.")) from error


def _findings(source: Source, workflow: Workflow, tell: Telling) -> tuple[Problem, ...]:
    return tuple(sorted(_problem(source, finding) for finding in _verified(source, workflow, tell)))


def _verified(source: Source, workflow: Workflow, tell: Telling) -> tuple[Finding, ...]:
    """What the checker finds; it takes some seconds, so what was found is remembered by what the file says."""
    said = json.dumps(source.value)
    if said not in _FOUND:
        _FOUND[said] = examine(workflow, _waivers(source), tell)
    return _FOUND[said]


def _waivers(source: Source) -> tuple[Waiver, ...]:
    return tuple(Waiver(**waiver) for waiver in source.value.get("waived", ()))


_FOUND: dict[str, tuple[Finding, ...]] = {}


def _problem(source: Source, finding: Finding) -> Problem:
    path = tuple(str(step) for step in finding.path)
    title = f"Unproven: {finding.detail}" if finding.unproven else finding.detail
    picture = counterexample(title, finding.path) if finding.path else ""
    said = (finding.detail, finding.hint, finding.rule, path, picture, finding.unproven)
    return Problem(source.file, source.line(finding.where), *said)
