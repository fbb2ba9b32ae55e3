"""How a partner's end of a task began: with what the owner had sent, as far as it shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import cast

from shared.domain.definitions.vocabulary import CREATE
from shared.domain.definitions.workflow import Workflow
from shared.domain.ends.arrival import Offered, arrive
from shared.domain.model.ends import End, Message
from shared.domain.model.people import Organization
from shared.domain.model.plan import Decision
from shared.domain.model.scene import Context
from shared.domain.model.task import Task, Texts, local_id
from shared.domain.whatif.asked import Asked
from shared.domain.whatif.by_itself import DEAF, NOTHING
from shared.domain.whatif.past import Commit, Past, at_first
from shared.domain.whatif.traces import Given


def may_have_been_sent(workflow: Workflow, past: Past) -> Iterable[str]:
    """The statuses that the owner may have said it is in: no entry tells, but what became of the task then does.

    Of a case that did not begin so, there is one, which says nothing.
    """
    ends = [task.end for task in past.tasks if task.end is not None and task.end.kind == "partner"]
    if workflow.hand_off is None or not ends:
        return ("",)
    return dict.fromkeys((str(ends[0].heard), *sorted(workflow.hand_off.sends)))


def arrived(past: Past, commit: Commit, status: str) -> Asked | None:
    """The partner's end, as something that was heard of the owner; None where the case began otherwise."""
    task = past.task(commit.created[0].task_id) if commit.created else None
    if commit.of_case is None or commit.of_case.action != CREATE or task is None or task.end is None:
        return None
    first = commit.created[0]
    priority = cast(int, at_first(past.of(task.task_id), "priority", task.priority))
    sent = replace(task, due_time=first.due_time, priority=priority)
    return Asked(CREATE, None, partial(_arrive, sent, task.end, status), (NOTHING,), heard=True)


def _arrive(sent: Task, end: End, status: str, context: Context, given: Given) -> Decision:
    workflow, case = context.scene.workflow, context.scene.case
    if workflow.hand_off is None or status not in workflow.statuses or sent.type not in workflow.types:
        return DEAF
    owner, task_id = end.counterpart, end.task_id or ""
    organization = Organization((owner.organization_id if owner is not None else None) or "", "", "team")
    offered = Offered(replace(sent, task_id=task_id), Texts(), organization, case.case_id)
    says = {"status": status, "organizationId": case.organization_id}
    message = Message(task_id, end.generation, "to_partner", 1, CREATE, says, local_id(sent.task_id))
    return arrive(context.occasion, context.scene, offered, message)
