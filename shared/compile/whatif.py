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
from shared.domain.whatif.past import Past
from shared.domain.whatif.verdict import Verdict, what_if
from shared.storage.case_items import case_of_item, entry_of_item
from shared.storage.schema import SORT
from shared.storage.task_items import task_of_item
from shared.workflows import Registry, UnknownWorkflowError

Items = Sequence[Mapping[str, Any]]


def judge(path: Path, new: Workflow, cases: Iterable[Items], now: datetime) -> Iterator[Verdict]:
    """The verdict on each case of the workflow; raises UnknownWorkflowError where its own version is not published.

    Published are those whose compiled forms stand beside the file.
    """
    published = Registry(path.parent / FOLDER)
    for items in cases:
        past = past_of(items)
        if past is None or past.case.workflow != new.name or past.case.staged:
            continue
        try:
            old = published.get(new.name, past.case.workflow_version)
        except UnknownWorkflowError as error:
            raise UnknownWorkflowError(f"{past.case.case_id}: {error}") from error
        yield what_if(old, new, past, now)


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
                yield [dict(item) for item in items]
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"Line {number} is no exported case.") from error


def told(verdict: Verdict) -> Iterator[str]:
    """The verdict in words: a line for the case, and one for each thing that is said of a step."""
    kinds = [finding.kind for finding in verdict.findings]
    words = {
        "refused": "would have been refused",
        "unfit": "has no place as it is now",
        "stuck": "would be stuck",
        "elsewhere": "would have gone elsewhere",
        "not_judged": "not judged",
    }
    said = [f"{kinds.count(kind)} {word}" for kind, word in words.items() if kind in kinds]
    yield f"{verdict.case_id}: {verdict.steps} steps, {', '.join(said) or 'fits'}"
    for finding in verdict.findings:
        where = f"step {finding.step}, {finding.action}" if finding.step else "now"
        yield f"    {words[finding.kind]}: {where}, {finding.task_id or 'the case'} [{finding.rule}] {finding.detail}"
