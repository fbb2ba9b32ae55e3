"""What people may do at each end, in every phase, hold and assignment status: all of it, and nothing else.

The table is collaboration.md's, "Phases" and "The assignment action", written down anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import product

import pytest

from shared.domain.model.ends import AssignmentStatus, EndKind
from shared.domain.model.task import Party, Task
from tests.domain.two_ends import Ends, begin, case_of, end_of, offered

BEFORE = ("initial", "prepare", "assign", "wait", "ready")
OPEN = (*BEFORE, "progress", "submit", "redo")
CLOSED = ("finish", "cancel")
OWNER: tuple[AssignmentStatus, ...] = (
    *("initial", "assigned", "ready", "sent", "accepted", "declined", "referred", "recalled"),
    *("connectionRequired", "connectionRequested", "connectionDeclined"),
)
PARTNER: tuple[AssignmentStatus, ...] = ("received", "accepted", "declined", "referred", "recalled")
ASSIGNABLE = ("initial", "declined", "referred", "recalled", "connectionDeclined")
RECALLABLE = ("assigned", "ready", "sent", "accepted", "connectionRequired", "connectionRequested")
# Phase actions: from where they lead, by whom they are taken.
PHASES: dict[str, dict[EndKind, tuple[str, ...]]] = {
    "prepare": {"owner": ("initial",), "standalone": ("initial",)},
    "begin_assignment": {"owner": ("prepare",)},
    "wait": dict.fromkeys(("owner", "standalone"), ("prepare", "assign", "ready")),
    "ready": dict.fromkeys(("owner", "standalone"), ("prepare", "assign", "wait")),
    "start": dict.fromkeys(("standalone", "partner"), ("ready",)),
    "submit": dict.fromkeys(("standalone", "partner"), ("progress", "redo")),
    "redo": dict.fromkeys(("owner", "standalone"), ("submit",)),
    "finish": {"owner": ("submit",), "standalone": ("submit", "progress", "redo")},
}


def every() -> Iterator[tuple[EndKind, str, AssignmentStatus, bool]]:
    """Each end in each phase, with each assignment status that it knows, stopped and not."""
    known: dict[EndKind, tuple[AssignmentStatus, ...]] = {
        "standalone": ("initial",),
        "owner": OWNER,
        "partner": PARTNER,
    }
    for end, statuses in known.items():
        for phase, status, hold in product((*OPEN, *CLOSED), statuses, (False, True)):
            if not (hold and phase in CLOSED):
                yield end, phase, status, hold


def allowed(end: EndKind, phase: str, status: str, *, hold: bool) -> set[str]:
    """The actions that the page lets people take; options of `assign` by their names."""
    found = {name for name, ends in PHASES.items() if phase in ends.get(end, ()) and not hold}
    if end == "partner" and status != "accepted":
        found -= {"start", "submit"}
    if phase in OPEN:
        found |= {"resume" if hold else "hold", "claim"}
        found |= {"cancel"} if end != "partner" else set()
        found |= {"edit"}
    if end == "partner" and phase == "cancel":
        found.add("delete")
    return found | _options(end, phase, status)


def _options(end: EndKind, phase: str, status: str) -> set[str]:
    if end == "owner":
        to = {"assign to"} if phase in BEFORE and status in ASSIGNABLE else set[str]()
        return to | ({"assign recall"} if phase in OPEN and status in RECALLABLE else set())
    if end == "partner":
        accept = {"assign accept"} if phase == "assign" and status == "received" else set[str]()
        leaving = phase in OPEN[2:] and status in ("received", "accepted")
        return accept | ({"assign decline", "assign refer"} if leaving else set())
    return set()


@cache
def new() -> Ends:
    """A task as it is when it is new: what it comes to stand like differs, and it itself never changes."""
    return begin()


def standing(end: EndKind, phase: str, status: AssignmentStatus, *, hold: bool) -> tuple[Ends, Task]:
    """An end that stands so, and both ends with it."""
    first = new()
    state = "closed" if phase in CLOSED else "open"
    at = replace(end_of(first.owner), kind=end, assignment=status, generation=1)
    task = replace(first.owner, state=state, status=phase, hold=hold, end=at)
    if end == "partner":
        return Ends(first.owner, {1: task}, cases={1: case_of("harbor")}), task
    return Ends(task), task


@pytest.mark.parametrize(("end", "phase", "status", "hold"), list(every()))
def test_people_may_do_what_the_page_says_and_nothing_else(
    end: EndKind, phase: str, status: AssignmentStatus, *, hold: bool
) -> None:
    """By the end, the phase, the hold and the assignment status."""
    ends, task = standing(end, phase, status, hold=hold)
    found: set[str] = set()
    for name, offer in offered(ends, task).items():
        found |= {f"{name} {option}" for option in offer.action.options} or {name}
    assert found == allowed(end, phase, status, hold=hold)


@pytest.mark.parametrize("phase", [*OPEN, *CLOSED])
def test_a_task_that_a_colleague_has_is_released_first(phase: str) -> None:
    """Nobody takes it from them by claiming it; any member puts it back while it is open."""
    ends, task = standing("owner", phase, "initial", hold=False)
    theirs = replace(task, assigned_party=Party("user", "olga", "Olga Lee"))
    found = offered(replace(ends, owner=theirs), theirs)
    assert "claim" not in found
    assert ("release" in found) == (phase in OPEN)
