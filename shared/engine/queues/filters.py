"""Filters of a queue as they are asked for: each value is one that a task can have."""

from __future__ import annotations

from dataclasses import replace

from shared.domain.definitions.workflow import Workflow
from shared.engine.queues.listing import QueueQuery
from shared.engine.session import Workflows, every_version, refuse
from shared.ids import is_case_id


def read_filters(workflows: Workflows, query: QueueQuery) -> QueueQuery:
    """The query with a group queue by its id, whichever way it was named.

    Raises Refused `invalid_request` for a type, status, queue or case that no task can have.
    """
    if not (query.types or query.status or query.group_queue or query.case_id):
        return query
    known = list(every_version(workflows))
    for name in query.types:
        if not any(name in workflow.types for workflow in known):
            refuse("invalid_request", f"There is no type of task {name!r}.")
    if query.status is not None and not any(_has_status(workflow, query.status) for workflow in known):
        refuse("invalid_request", f"There is no status {query.status!r}.")
    if query.case_id is not None and not is_case_id(query.case_id):
        refuse("invalid_request", "The filter caseId is no id of a case.")
    if query.group_queue is None:
        return query
    return replace(query, group_queue=_queue_id(known, query.group_queue))


def _has_status(workflow: Workflow, status: str) -> bool:
    return any(s.status == status for s in workflow.statuses.values())


def _queue_id(known: list[Workflow], text: str) -> str:
    """The id of the group queue of this id or label, which some workflow declares."""
    named = (workflow.organization_named(text) for workflow in known)
    found = next((organization.id for organization in named if organization is not None), None)
    if found is None:
        refuse("invalid_request", f"There is no group queue {text!r}.")
    return found
