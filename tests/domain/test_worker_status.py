"""The worker status of every phase, hold, assignment status and end, against the rules of collaboration.md."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from shared.domain.ends.worker_status import WorkerStatus, in_words, worker_status
from shared.domain.model.ends import ASSIGNMENT_STATUSES, ENDS, AssignmentStatus, EndKind
from tests.domain.two_ends import begin, end_of, flow
from tests.domain.worlds import World

PHASES = ("initial", "prepare", "assign", "wait", "ready", "progress", "submit", "redo", "finish", "cancel")
CLOSED = ("finish", "cancel")
WORDS: dict[str, str] = {
    "initial": "Initial",
    "assigned": "Assigned",
    "ready": "Ready",
    "sent": "Sent",
    "received": "Received",
    "accepted": "Accepted",
    "declined": "Declined",
    "referred": "Referred",
    "recalled": "Recalled",
    "connectionRequired": "Connection required",
    "connectionRequested": "Connection requested",
    "connectionDeclined": "Connection declined",
}
TASK = begin().owner
EVERY = [
    (end, phase, hold, assignment)
    for end, phase, hold, assignment in product(ENDS, PHASES, (False, True), ASSIGNMENT_STATUSES)
    # Closing clears the hold.
    if not (hold and phase in CLOSED)
]


def expected(end: str, phase: str, assignment: str, *, hold: bool) -> WorkerStatus:
    """The table of collaboration.md, "Worker status", row by row."""
    reference, label = phase + ("Hold" if hold else ""), phase.capitalize()
    status = WORDS[assignment]
    if end == "standalone":
        return WorkerStatus(reference, label + (" Hold" if hold else ""))
    if end == "owner" and phase == "assign":
        return WorkerStatus(reference, status)
    if end == "owner" and phase in ("initial", "prepare"):
        return WorkerStatus(reference, label if assignment == "initial" else f"{label} ({status.lower()})")
    if end == "owner" and phase not in CLOSED:
        return WorkerStatus(reference, label if assignment == "accepted" else f"{label} ({status.lower()})")
    if end == "partner" and phase == "cancel":
        return WorkerStatus(reference, status)
    return WorkerStatus(reference, label)


@pytest.mark.parametrize(("end", "phase", "hold", "assignment"), EVERY)
def test_the_worker_status_is_as_the_table_says(
    end: EndKind, phase: str, assignment: AssignmentStatus, *, hold: bool
) -> None:
    """By the end, the phase, the hold and the assignment status, and by nothing else."""
    state = "closed" if phase in CLOSED else "open"
    at = replace(end_of(TASK), kind=end, assignment=assignment)
    task = replace(TASK, state=state, status=phase, hold=hold, end=at)
    assert worker_status(flow(), task) == expected(end, phase, assignment, hold=hold)


@pytest.mark.parametrize(
    ("end", "phase", "hold", "assignment", "reference", "name"),
    [
        ("standalone", "ready", True, "initial", "readyHold", "Ready Hold"),
        ("owner", "assign", False, "sent", "assign", "Sent"),
        ("owner", "assign", True, "sent", "assignHold", "Sent"),
        ("owner", "prepare", False, "assigned", "prepare", "Prepare (assigned)"),
        ("owner", "ready", False, "declined", "ready", "Ready (declined)"),
        ("owner", "wait", False, "connectionRequested", "wait", "Wait (connection requested)"),
        ("partner", "cancel", False, "declined", "cancel", "Declined"),
        ("partner", "progress", False, "accepted", "progress", "Progress"),
    ],
)
def test_the_examples_of_the_page(
    end: EndKind, phase: str, assignment: AssignmentStatus, reference: str, name: str, *, hold: bool
) -> None:
    """What the page itself gives as examples."""
    state = "closed" if phase in CLOSED else "open"
    at = replace(end_of(TASK), kind=end, assignment=assignment)
    task = replace(TASK, state=state, status=phase, hold=hold, end=at)
    assert worker_status(flow(), task) == WorkerStatus(reference, name)


def test_the_words_are_those_of_the_statuses() -> None:
    """A status is read as words, in lower case."""
    assert {status: in_words(status).capitalize() for status in WORDS} == WORDS  # type: ignore[arg-type]


def test_what_no_rule_fits_is_named_by_its_status() -> None:
    """Where a workflow says nothing of an end, the phase is the worker status, with `Hold` where people stopped it."""
    hand_off = flow().hand_off
    assert hand_off is not None
    silent = replace(flow(), hand_off=replace(hand_off, worker_status=()))
    assert worker_status(silent, replace(TASK, status="ready", hold=True)) == WorkerStatus("readyHold", "Ready Hold")


def test_a_task_without_ends_has_no_worker_status() -> None:
    """Where tasks have no two ends, there is nothing to describe."""
    world = World()
    assert worker_status(world.workflow, world.create()) is None
