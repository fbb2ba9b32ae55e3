"""`casetree check --against`: what workflow files would have made of cases, said case by case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from infra.local import export
from infra.local.obstacle import ObstacleError
from infra.local.steps import errors
from infra.local.target import Target

EVERY = 100
"""Cases after which it is said how far it has come."""


def judge(files: Sequence[Path], against: str, target: Target | None) -> None:
    """Print the verdicts of each file; an obstacle where a case would have been refused or stuck."""
    from shared import compile as workflows  # noqa: PLC0415 - takes a moment to load, and only this needs it
    from shared.compile import whatif  # noqa: PLC0415 - the same

    total = Counter[str]()
    for file in files:
        new = workflows.workflow_of(file)
        found = export.cases(target, new.name) if target else whatif.exported(_lines(against))
        try:
            verdicts = whatif.judge(file, new, _told(found), datetime.now(UTC))
            for verdict in verdicts:
                total.update(["fit" if verdict.fits else "misfit"])
                for line in whatif.told(verdict) if verdict.findings else ():
                    typer.echo(line)
        except (ValueError, LookupError) as error:
            raise ObstacleError(str(error)) from error
    typer.echo(f"{total.total()} cases: {total['fit']} fit, {total['misfit']} do not.")
    if total["misfit"]:
        raise ObstacleError(f"{total['misfit']} cases would have been refused or stuck.")


def _lines(against: str) -> Iterable[str]:
    try:
        with Path(against).open(encoding="utf-8") as file:
            yield from file
    except OSError as error:
        raise ObstacleError(f"{against} cannot be read: {error.strerror}.", "Or say: --against stack") from error


def _told(cases: Iterable[Any]) -> Iterable[Any]:
    """The cases, with a word now and then about how many there were."""
    for number, case in enumerate(cases, start=1):
        yield case
        if number % EVERY == 0:
            errors.print(f"  {number} cases looked at")
