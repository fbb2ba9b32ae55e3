"""Where a task is listed: in which tab of whose queue."""

from __future__ import annotations

from shared.domain.definitions.workflow import Workflow
from shared.domain.ends.worker_status import others_turn
from shared.domain.model.scene import status_of
from shared.domain.model.task import Task


def queue_of(workflow: Workflow, task: Task, owner: str | None = None) -> str | None:
    """The organization in whose queue the task is listed; `owner` is the one that its case belongs to.

    What an organization passes on to a person stays in its queue: `queue` says so from then on.
    """
    rule, party = workflow.types[task.type].queue, task.assigned_party
    if rule == "group_queue":
        return task.group_queue
    if rule == "none" or task.deleted:
        return None
    if rule == "case_organization":
        return owner
    return party.id if party is not None and party.kind == "organization" else task.queue


def tab_of(workflow: Workflow, task: Task) -> str | None:
    """The tab of that queue: terminal ones are completed, the rest by status and party; none for what is hidden.

    On hold is also what people have stopped, and what waits for the other end of the task.
    """
    rule, status = workflow.types[task.type].queue, status_of(workflow, task)
    if rule == "none" or task.deleted:
        return None
    if not status.open:
        return "completed"
    if task.hold or others_turn(workflow, task):
        return "on_hold"
    party = task.assigned_party
    # An organization that is assigned its own task has still to find somebody for it.
    free = party is None or (rule == "assignee" and party.kind == "organization")
    return status.tab or ("unassigned" if free else "assigned")
