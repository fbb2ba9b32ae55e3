"""What both ends of a task show: whose turn it is, and the worker status. Computed, never stored."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared.domain.definitions.hand_off import Describing
from shared.domain.definitions.workflow import Status, Workflow
from shared.domain.model.ends import AssignmentStatus, End
from shared.domain.model.scene import status_of
from shared.domain.model.task import Task


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """Two words for where a task stands: `reference` controls which actions are offered, `name` describes."""

    reference: str
    name: str


def worker_status(workflow: Workflow, task: Task) -> WorkerStatus | None:
    """The worker status of one end of a task, by the first rule of the workflow that fits it; None without ends."""
    hand_off, end, status = workflow.hand_off, task.end, status_of(workflow, task)
    if hand_off is None or end is None:
        return None
    rule = next((r for r in hand_off.worker_status if r.fits(end.kind, status.key)), Describing(hold=True))
    return WorkerStatus(f"{status.key}Hold" if task.hold else status.key, _name(rule, status, end, hold=task.hold))


def others_turn(workflow: Workflow, task: Task) -> bool:
    """Whether the other end of the task has to do something now, so that this one waits."""
    hand_off, end = workflow.hand_off, task.end
    if hand_off is None or end is None:
        return False
    key = status_of(workflow, task).key
    return any(turn.fits(end.kind, key, end.assignment) for turn in hand_off.others_turn)


def in_words(assignment: AssignmentStatus) -> str:
    """An assignment status in words, in lower case: `connectionRequested` is `connection requested`."""
    return re.sub("[A-Z]", lambda letter: f" {letter[0].lower()}", assignment)


def _name(rule: Describing, status: Status, end: End, *, hold: bool) -> str:
    name = (status.status if rule.name == "status" else in_words(end.assignment)).capitalize()
    if rule.hold and hold:
        name += " Hold"
    adds = rule.adds_unless is not None and end.assignment != rule.adds_unless
    return f"{name} ({in_words(end.assignment)})" if adds else name
