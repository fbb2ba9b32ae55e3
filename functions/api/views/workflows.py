"""Workflows as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from functions.api.views.people import Json
from functions.api.views.tasks import queue_label
from shared.domain.definitions.workflow import Action, CaseType, Status, TaskType, Workflow
from shared.domain.words.fields import input_schema, json_schema
from shared.engine.queues.status_counts import TypeCounts
from shared.engine.session import Page


def listed(value: Workflow, versions: Sequence[int], *, may_begin: bool) -> Json:
    """A workflow as lists show it, with all its versions."""
    return {
        "name": value.name,
        "label": value.label,
        "version": value.version,
        "versions": list(versions),
        "mayBegin": may_begin,
    }


def workflow(value: Workflow, versions: Sequence[int], *, may_begin: bool) -> Json:
    """A workflow, whole: what a client needs to offer forms for its cases and tasks."""
    return {
        **listed(value, versions, may_begin=may_begin),
        "caseTypes": [_case_type(item, value) for item in value.case_types.values()],
        "types": [_type(item, value) for item in value.types.values()],
        "statuses": [_status(item) for item in value.statuses.values()],
        "actions": [_action(item, value) for item in value.actions.values() if item.listed],
        "creationSchema": json_schema(value.creation.fields, value),
    }


def statistics(value: Workflow, found: Page[TypeCounts]) -> Json:
    """How many open tasks of the workflow stand where; the newest version names the types that it has."""
    types = [_type_counts(item, value) for item in found.items]
    return {"workflow": value.name, "types": types, "nextCursor": found.next_cursor}


def _type_counts(value: TypeCounts, within: Workflow) -> Json:
    known = within.types.get(value.type)
    statuses = [{"state": state, "status": status, "open": n} for (state, status), n in value.statuses.items()]
    return {
        "type": value.type,
        "label": known.label if known else value.type,
        "open": value.open,
        "statuses": statuses,
    }


def _case_type(value: CaseType, within: Workflow) -> Json:
    return {
        "name": value.name,
        "label": value.label,
        "attributesSchema": json_schema(value.attributes, within),
        "templates": list(value.templates),
        "creationSchema": _new_case(value, within),
    }


def _new_case(value: CaseType, within: Workflow) -> Json:
    """JSON Schema of a new case of the type; what is the same for every type is left out."""
    owned = within.visibility == "organization"
    attributes = json_schema(value.attributes, within)
    properties: Json = {"displayName": {"type": "string", "minLength": 1, "maxLength": 200}}
    if owned:
        properties["organizationId"] = {"type": "string", "pattern": "^[a-z0-9-]{1,64}$"}
    if value.templates:
        # First, as it says most of what a new case is.
        hint = {} if value.begins else {"description": "Without a template, the case begins without tasks."}
        properties["template"] = {"type": "string", "enum": list(value.templates), **hint}
    if value.attributes:
        properties["attributes"] = attributes
    properties["caseId"] = {"type": "string", "pattern": "^(?!p-)[A-Za-z0-9_-]{1,40}$"}
    required = ["organizationId"] * owned + ["attributes"] * bool(attributes.get("required"))
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _type(value: TaskType, within: Workflow) -> Json:
    due_in = value.due_in
    return {
        "name": value.name,
        "label": value.label,
        "groupQueue": queue_label(within, value.group_queue),
        "dueInSeconds": None if due_in is None else int(due_in.total_seconds()),
    }


def _status(value: Status) -> Json:
    return {"state": value.state, "status": value.status, "open": value.open, "active": value.active}


def _action(value: Action, within: Workflow) -> Json:
    return {
        "name": value.name,
        "label": value.label,
        "from": [_status(status) for key, status in within.statuses.items() if key in value.sources],
        "who": list(value.who),
        "inputSchema": input_schema(value, within),
    }
