"""`casetree check --against`: what workflow files would have made of cases, all together and case by case."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from infra.local import export
from infra.local.obstacle import ObstacleError
from infra.local.steps import errors
from infra.local.target import Target

if TYPE_CHECKING:
    from shared.compile.whatif import Finding, Verdict

EVERY = 100
"""Cases after which it is said how far it has come."""
PLACES = 20
"""Places at which something is said of cases, the most frequent first, that are listed before the cases."""
SAME, MISFIT, OTHER = 0, 3, 4
"""The status of the command: all the same; some refused, stuck or without a place; else, some otherwise or not judged.

A file with mistakes, and what cannot be read, has 1.
"""
EXPORT = "An export is what casetree export prints for a workflow."


def judge(files: Sequence[Path], against: str, target: Target | None, *, as_json: bool) -> int:
    """Print what the files would have made of the cases, and give the status that says so."""
    told: list[tuple[str, Verdict]] = []
    for file in files:
        try:
            told += [(str(file), verdict) for verdict in _counted(_verdicts(file, against, target))]
        except (ValueError, LookupError) as error:
            raise ObstacleError(str(error), EXPORT if isinstance(error, ValueError) else "") from error
    if as_json:
        typer.echo(json.dumps(_as_json(told)))
    else:
        for line in _lines_of([verdict for _, verdict in told]):
            typer.echo(line)
    outcomes = {verdict.outcome for _, verdict in told}
    if not all(verdict.fits for _, verdict in told):
        return MISFIT
    return OTHER if outcomes - {"same"} else SAME


def _verdicts(file: Path, against: str, target: Target | None) -> Iterator[Verdict]:
    from shared import compile as workflows  # noqa: PLC0415 - takes a moment to load, and only this needs it
    from shared.compile import whatif  # noqa: PLC0415 - the same

    new = workflows.workflow_of(file)
    found = export.cases(target, new.name) if target else whatif.exported(_lines(against))
    return whatif.judge(file, new, found, datetime.now(UTC))


def _lines(against: str) -> Iterable[str]:
    try:
        with Path(against).open(encoding="utf-8") as file:
            yield from file
    except OSError as error:
        raise ObstacleError(f"{against} cannot be read: {error.strerror}.", "Or say: --against stack") from error
    except UnicodeDecodeError as error:
        raise ObstacleError(f"{against} is no export: it is not UTF-8.", EXPORT) from error


def _counted(verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
    """The verdicts, with a word now and then about how many there were."""
    for number, verdict in enumerate(verdicts, start=1):
        yield verdict
        if number % EVERY == 0:
            errors.print(f"  {number} cases looked at")


def _lines_of(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """How many cases came to what; at which places how often; then each case of which something is said."""
    from shared.compile import whatif  # noqa: PLC0415 - takes a moment to load, and only this needs it

    each = (f"{count} {whatif.WORDS[outcome]}" for outcome, count in _outcomes(verdicts).items() if count)
    yield f"{len(verdicts)} cases: {', '.join(each) or 'none to judge'}."
    places = Counter(place for verdict in verdicts for place in {_place(f, whatif.WORDS) for f in verdict.findings})
    for place, count in places.most_common(PLACES):
        yield f"{count:>7} {place}"
    for verdict in verdicts:
        if verdict.findings:
            yield from whatif.told(verdict)


def _place(finding: Finding, words: Mapping[Any, str]) -> str:
    return f"{words[finding.kind]}: {finding.action or 'as time went on'} [{finding.rule}]"


def _outcomes(verdicts: Iterable[Verdict]) -> dict[Any, int]:
    """How many cases came to what."""
    from shared.compile import whatif  # noqa: PLC0415 - takes a moment to load, and only this needs it

    counted = Counter(verdict.outcome for verdict in verdicts)
    return {outcome: counted[outcome] for outcome in whatif.WORDS}


def _as_json(told: Sequence[tuple[str, Verdict]]) -> dict[str, Any]:
    from shared.compile import whatif  # noqa: PLC0415 - takes a moment to load, and only this needs it

    cases = [{"file": file, **whatif.as_json(verdict)} for file, verdict in told]
    return {"cases": len(told), "outcomes": _outcomes(verdict for _, verdict in told), "verdicts": cases}
