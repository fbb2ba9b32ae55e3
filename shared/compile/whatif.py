"""What a workflow file would have made of cases that there are: read from an export, one case in each line.

A line is `{"items": [...]}`: the case, its tasks and its history, as DynamoDB's own JSON has them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from shared.compile.publish import FOLDER
from shared.domain.definitions.workflow import Workflow
from shared.domain.whatif.judging import what_if
from shared.domain.whatif.past import Past
from shared.domain.whatif.verdict import Finding, Outcome, Verdict
from shared.domain.whatif.versions import Versions
from shared.storage.case_items import case_of_item, entry_of_item
from shared.storage.schema import SORT
from shared.storage.task_items import task_of_item
from shared.timestamps import to_text
from shared.workflows import Registry, UnknownWorkflowError

__all__ = ["WORDS", "Finding", "Verdict", "as_json", "exported", "judge", "past_of", "told"]

Items = Sequence[Mapping[str, Any]]


def judge(path: Path, new: Workflow, cases: Iterable[Items], now: datetime) -> Iterator[Verdict]:
    """The verdict on each case of the workflow; raises UnknownWorkflowError where its own version is not published.

    Published are those whose compiled forms stand beside the file.
    """
    published, versions = Registry(path.parent / FOLDER), dict[int, Versions]()
    for items in cases:
        past = past_of(items)
        if past is None or past.case.workflow != new.name or past.case.staged:
            continue
        number = past.case.workflow_version
        went_by = {entry.workflow_version for entry in past.entries} - {number}
        try:
            known = versions.get(number)
            if known is None or went_by - known.earlier.keys():
                earlier = went_by | (known.earlier.keys() if known is not None else set())
                found = [published.get(new.name, each) for each in (number, *sorted(earlier))]
                versions[number] = Versions.of(found[0], new, *found[1:])
        except UnknownWorkflowError as error:
            raise UnknownWorkflowError(f"{past.case.case_id}: {error}") from error
        yield what_if(versions[number], past, now)


def past_of(items: Items) -> Past | None:
    """The case that the items are of, with its tasks and history; None where there is none among them."""
    case = next((case_of_item(dict(item)) for item in items if item[SORT]["S"] == "CASE"), None)
    if case is None:
        return None
    tasks = (task_of_item(dict(item)) for item in items if item[SORT]["S"].startswith("TASK#"))
    entries = (entry_of_item(dict(item)) for item in items if item[SORT]["S"].startswith("HISTORY#"))
    return Past(case, tuple(task for task in tasks if not task.deleted), tuple(entries))


def exported(lines: Iterable[str]) -> Iterator[Items]:
    """The cases in an export; raises ValueError with the number of a line that is none."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                items: Items = json.loads(line)["items"]
                past_of(items)
                yield items
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise ValueError(f"Line {number} is no exported case.") from error


WORDS: Mapping[Outcome, str] = {
    "same": "would have gone the same way",
    "stuck": "would have been stuck",
    "refused": "would have been refused",
    "unfit": "would have no place now",
    "otherwise": "would have gone otherwise",
    "not_judged": "not judged",
}
"""What may be said of a case: nothing, then the gravest thing first."""


def told(verdict: Verdict) -> Iterator[str]:
    """The verdict in words: a line for the case, and one for each thing that is said of it."""
    yield f"{verdict.case_id}: {WORDS[verdict.outcome]}, {verdict.steps} steps"
    for finding in verdict.findings:
        yield f"    {WORDS[finding.kind]}: {', '.join(_where(finding))} [{finding.rule}] {finding.detail}"


def _where(finding: Finding) -> Iterator[str]:
    if finding.kind == "unfit":
        yield "now"
    elif finding.by is not None:
        yield f"step {finding.step}, {finding.action}"
    else:
        yield f"after step {finding.step}"
    if finding.at is not None:
        yield to_text(finding.at) + (f" by {finding.by}" if finding.by is not None else "")
    yield finding.task_id or "the case"


def as_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict as an object for programs."""
    findings = [
        {
            "kind": finding.kind,
            "step": finding.step,
            "action": finding.action,
            "at": to_text(finding.at) if finding.at is not None else None,
            "by": finding.by,
            "taskId": finding.task_id,
            "code": finding.code,
            "rule": finding.rule,
            "detail": finding.detail,
        }
        for finding in verdict.findings
    ]
    return {"caseId": verdict.case_id, "outcome": verdict.outcome, "steps": verdict.steps, "findings": findings}
