"""Cases as JSON."""

from __future__ import annotations

from functions.api.sizes import fitting
from functions.api.views import tasks
from functions.api.views.people import Json, person
from functions.api.views.tasks import moment
from shared.engine.cases import CaseView
from shared.timestamps import to_text


def case(view: CaseView) -> Json:
    """The case, with how many of its tasks are open and closed."""
    value, viewer = view.case, view.caller
    return {
        "caseId": value.case_id,
        "workflow": value.workflow,
        "workflowVersion": value.workflow_version,
        "caseType": value.case_type,
        "displayName": value.display_name,
        "organizationId": value.organization_id,
        "attributes": dict(value.attributes),
        "state": value.state,
        "createdAt": to_text(value.created_at),
        "createdBy": person(value.created_by, viewer),
        "updatedAt": to_text(value.updated_at),
        "updatedBy": person(value.updated_by, viewer),
        "closedAt": moment(value.closed_at),
        "closeReason": value.close_reason,
        "originalCaseId": value.original_case_id,
        "tasks": {"open": view.open, "closed": view.closed},
        "version": value.version,
    }


def created(view: CaseView) -> Json:
    """A case that was just created, with its tasks in the order given.

    A repeat shows the case as it is now, which may have more tasks than an answer holds.
    """
    items = [tasks.task(item) for item in view.tasks]
    return {**case(view), "tasks": {"open": view.open, "closed": view.closed, "items": items[: fitting(items)]}}
