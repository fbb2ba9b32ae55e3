"""Cases as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from functions.api.sizes import fitting
from functions.api.views import tasks
from functions.api.views.people import Json, person
from functions.api.views.tasks import moment, timer
from shared.domain.cases import kept_from_closing
from shared.domain.model.scene import Scene
from shared.domain.model.task import Task
from shared.domain.words.relations import visible
from shared.engine.cases import CaseView
from shared.timestamps import to_text

if TYPE_CHECKING:
    from shared.engine.migration import Migration


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
        "attributes": _attributes(view),
        "state": value.state,
        "createdAt": to_text(value.created_at),
        "createdBy": person(value.created_by, viewer),
        "updatedAt": to_text(value.updated_at),
        "updatedBy": person(value.updated_by, viewer),
        "closedAt": moment(value.closed_at),
        "closeReason": value.close_reason,
        "originalCaseId": value.original_case_id,
        "mayClose": kept_from_closing(Scene(view.workflow, value), viewer) is None,
        "tasks": {"open": view.open, "closed": view.closed},
        "version": value.version,
    }


def _attributes(view: CaseView) -> Json:
    """The attributes; to who may not see the whole case, none that names an organization which is not theirs."""
    case, viewer = view.case, view.caller
    if visible(view.workflow, viewer, case):
        return dict(case.attributes)
    fields = view.workflow.case_types[case.case_type].attributes
    naming = {field.name for field in fields if field.kind == "flagged_organization"}
    known = cast(Mapping[str, Mapping[str, str]], {n: v for n, v in case.attributes.items() if n in naming})
    hidden = {name for name, value in known.items() if not viewer.member_of(value["organizationId"])}
    return {name: value for name, value in case.attributes.items() if name not in hidden}


def created(view: CaseView) -> Json:
    """A case that was just created, with its tasks in the order given.

    A repeat shows the case as it is now, which may have more tasks than an answer holds.
    """
    items = [tasks.task(item) for item in view.tasks]
    return {**case(view), "tasks": {"open": view.open, "closed": view.closed, "items": items[: fitting(items)]}}


def migration(done: Migration) -> Json:
    """What a migration did, or would do."""
    return {
        "caseId": done.case.case_id,
        "workflow": done.case.workflow,
        "fromVersion": done.from_version,
        "toVersion": done.to_version,
        "dryRun": done.dry_run,
        "items": [_migrated(before, after) for before, after in done.tasks],
        "version": done.case.version,
    }


def _migrated(before: Task, after: Task) -> Json:
    """A task, with what is other than it was, apart from the version that all of them go by."""
    pairs = {
        "tab": (before.tab, after.tab),
        "queue": (before.queue, after.queue),
        "dueTime": (moment(before.due_time), moment(after.due_time)),
        "timers": ([timer(t) for t in before.timers], [timer(t) for t in after.timers]),
    }
    changes = {name: {"from": was, "to": now} for name, (was, now) in pairs.items() if was != now}
    return {
        "taskId": after.task_id,
        "type": after.type,
        "state": after.state,
        "status": after.status,
        "changes": changes,
    }
