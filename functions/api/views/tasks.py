"""Tasks and their history as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from functions.api import sizes
from functions.api.sizes import fitting, size
from functions.api.views.people import Json, party, person
from shared.domain.decide import Offer
from shared.domain.definitions.labels import label_of
from shared.domain.definitions.workflow import Workflow
from shared.domain.ends.worker_status import worker_status
from shared.domain.model.ends import Counterpart
from shared.domain.model.people import Caller
from shared.domain.model.task import Entry, Party, Task, Timer
from shared.domain.suggestion import suggested
from shared.domain.words.fields import input_schema
from shared.engine.session import Workflows
from shared.engine.tasks import TaskView
from shared.timestamps import to_text


def task(view: TaskView) -> Json:
    """The task, whole, but for old links and instructions where there are more than an answer holds."""
    texts = view.texts
    body = {**listed(view), "description": texts.description}
    body |= _newest("links", [{"type": link.type, "link": link.link, "name": link.name} for link in texts.links], body)
    return {**body, **_newest("instructions", list(texts.instructions), body)}


def _newest(name: str, values: Sequence[object], body: Json) -> Json:
    """As many of the values as fit beside the body, the last ones, and whether that is not all."""
    count = fitting(reversed(values), sizes.MOST - size(body))
    return {name: values[len(values) - count :], f"{name}Truncated": count < len(values)}


def listed(view: TaskView) -> Json:
    """The task as lists show it: without its long texts, which are kept beside it."""
    value, viewer = view.task, view.caller
    return {
        "taskId": value.task_id,
        "caseId": value.case_id,
        "parentId": value.parent_id,
        "workflow": value.workflow,
        "workflowVersion": value.workflow_version,
        "type": value.type,
        "label": view.label,
        "kind": value.kind,
        "state": value.state,
        "status": value.status,
        "open": view.status.open,
        "active": view.status.active,
        "overdue": value.overdue,
        "entity": {name: dict(reference) for name, reference in value.entity.items()},
        "groupQueue": queue_label(view.workflow, value.group_queue),
        "internal": value.internal,
        "assignedParty": party(value.assigned_party, viewer, colleagues=of_one_side(view.workflow)),
        "priority": value.priority,
        "dueTime": moment(value.due_time),
        "prerequisites": list(value.prerequisites),
        "awaiting": value.awaiting,
        "children": {"open": value.children.open, "closed": value.children.closed},
        **_people(value, viewer),
        **_times(value),
        "cancellationReason": value.cancellation_reason,
        "newCaseId": value.new_case_id,
        "timers": [timer(item) for item in value.timers],
        **_end(view),
        "version": value.version,
    }


def of_one_side(workflow: Workflow | None) -> bool:
    """Whether all who see a task of the workflow are colleagues: those of the organization that its case belongs to."""
    return workflow is not None and workflow.visibility == "organization"


def _end(view: TaskView) -> Json:
    """What tells of the two ends of a task: nothing of the other one but who has it."""
    end, status = view.task.end, worker_status(view.workflow, view.task)
    owner = end if end is not None and end.kind == "owner" else None
    return {
        "end": end.kind if end else None,
        "hold": view.task.hold,
        "assignmentStatus": end.assignment if end else None,
        "workerStatus": {"reference": status.reference, "name": status.name} if status else None,
        "counterpart": _counterpart(end.counterpart) if end and end.counterpart else None,
        "role": owner.role if owner else None,
        "autoRefer": owner.auto_refer if owner else None,
        "referral": {**_counterpart(end.referral), "email": end.referral.email} if end and end.referral else None,
    }


def _counterpart(value: Counterpart) -> Json:
    return {"organizationId": value.organization_id, "displayName": value.display_name}


def queue_label(workflow: Workflow | None, organization_id: str | None) -> str | None:
    """A group queue by its name, as the seed shows it; by its id where the workflow names none."""
    named = workflow.organizations.get(organization_id or "") if workflow else None
    return named.label if named else organization_id


def moment(value: datetime | None) -> str | None:
    """A timestamp as text, or null."""
    return None if value is None else to_text(value)


def timer(value: Timer) -> Json:
    """A timer that runs."""
    return {"timerId": value.timer_id, "name": value.name, "at": to_text(value.at)}


def entry(value: Entry, viewer: Caller, workflows: Workflows) -> Json:
    """One version of a task or a case."""
    known = value.workflow_version in workflows.versions(value.workflow)
    workflow = workflows.get(value.workflow, value.workflow_version) if known else None
    return {
        "taskId": value.task_id,
        "caseId": value.case_id,
        "version": value.version,
        "createdAt": to_text(value.created_at),
        "createdBy": person(value.created_by, viewer),
        "action": value.action,
        "label": label_of(value.action, workflow, value.type or ""),
        "type": value.type,
        "state": value.state,
        "status": value.status,
        "assignedParty": party(value.assigned_party, viewer, colleagues=of_one_side(workflow)),
        "groupQueue": queue_label(workflow, value.group_queue),
        "dueTime": moment(value.due_time),
        "changes": {name: _change(name, change, workflow, viewer) for name, change in value.changes.items()},
        "note": value.note,
    }


def _change(name: str, change: object, workflow: Workflow | None, viewer: Caller) -> Json:
    """A field before and after; for a long text nothing but that it changed."""
    pair = change if isinstance(change, Mapping) else {}
    return {when: _changed_value(name, value, workflow, viewer) for when, value in pair.items()}


def _changed_value(name: str, value: object, workflow: Workflow | None, viewer: Caller) -> object:
    if isinstance(value, datetime):
        return to_text(value)
    if name == "assignedParty" and isinstance(value, Mapping):
        changed = Party(value["kind"], value["id"], value["displayName"])
        return party(changed, viewer, colleagues=of_one_side(workflow))
    if name == "groupQueue" and isinstance(value, str):
        return queue_label(workflow, value)
    return value


def offered(offer: Offer, workflow: Workflow) -> Json:
    """An action that the caller may take now, with the JSON Schema of its input."""
    action = offer.action
    return {"name": action.name, "label": action.label, "inputSchema": input_schema(action, workflow)}


def suggestion(view: TaskView, offers: Iterable[Offer]) -> Json | None:
    """The action that most likely comes next, and the option of it, if it has some."""
    found = suggested(view.workflow, view.task, offers)
    if found is None:
        return None
    action, way = found
    option = next((name for name, each in action.options.items() if each == way), None)
    return {"action": action.name, "option": option}


def refused(offer: Offer) -> Json:
    """An action that the caller may not take now: the rule that refuses it, and who could."""
    refusal = offer.refusal
    return {
        "name": offer.action.name,
        "label": offer.action.label,
        "rule": refusal.rule if refusal else None,
        "reason": refusal.detail if refusal else "",
        "who": list(refusal.who) if refusal else [],
    }


def _people(value: Task, viewer: Caller) -> Json:
    people = {
        "createdBy": value.created_by,
        "updatedBy": value.updated_by,
        "assignedBy": value.assigned_by,
        "cancelledBy": value.cancelled_by,
        "completedBy": value.completed_by,
    }
    return {name: person(who, viewer) for name, who in people.items()}


def _times(value: Task) -> Json:
    times: Mapping[str, datetime | None] = {
        "createdAt": value.created_at,
        "updatedAt": value.updated_at,
        "assignedAt": value.assigned_at,
        "startedAt": value.started_at,
        "placedOnHoldAt": value.placed_on_hold_at,
        "closedAt": value.closed_at,
    }
    return {name: moment(at) for name, at in times.items()}
