"""What the doctor found and did, as JSON."""

from __future__ import annotations

from functions.api.views.people import Json
from shared.domain.doctor.changes import Difference
from shared.domain.doctor.finding import Finding
from shared.engine.doctor import Diagnosis, Repair, Repaired


def diagnosis(found: Diagnosis) -> Json:
    """All findings about a case."""
    return {"caseId": found.case_id, "findings": [finding(one) for one in found.findings]}


def repaired(done: Repaired) -> Json:
    """What was done, or would be, and what is left."""
    return {
        "caseId": done.case_id,
        "dryRun": done.dry_run,
        "repairs": [_repair(step) for step in done.repairs],
        "findings": [finding(one) for one in done.left],
    }


def finding(value: Finding) -> Json:
    """A finding."""
    return {
        "id": value.id,
        "invariant": value.invariant,
        "taskIds": list(value.task_ids),
        "detail": value.detail,
        "repair": value.repair,
        "repairable": value.repairable,
    }


def _repair(step: Repair) -> Json:
    changes = [_difference(change) for change in step.changes]
    return {"finding": finding(step.finding), "done": step.done, "changes": changes}


def _difference(change: Difference) -> Json:
    return {"item": change.item, "field": change.field, "before": change.before, "after": change.after}
