"""Who may do what in the workflow `inspection`, in every status, whoever has the task: all of it, and nothing else.

The tables are inspection.md's, "Actions", "Fields" and "Cases", written down anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from typing import Literal

import pytest

from shared.domain.cases import close_case, create_case
from shared.domain.decide import act, offer_of
from shared.domain.model.people import ENGINE, Caller
from shared.domain.model.plan import Plan, Refusal
from shared.domain.model.task import Party, Task
from tests.domain.worlds import ACME, ANN, BOB, EVE, World, admin, as_caller, played, user, workflow

Status = Literal["Pending", "Ready", "In Progress", "Failed", "Passed", "Skipped", "Cancelled"]
Standing = Literal["party", "member", "queue_admin", "administrator", "engine"]
OPEN: tuple[Status, ...] = ("Pending", "Ready", "In Progress", "Failed")
STATE: Mapping[Status, str] = {"Passed": "Completed", "Skipped": "Completed", "Cancelled": "Canceled"}
STATUSES: tuple[Status, ...] = (*OPEN, *STATE)


@dataclass(frozen=True)
class Row:
    """A row of the table of actions; `to` is nothing where the status stays the same."""

    when: tuple[Status, ...]
    who: tuple[Standing, ...]
    to: tuple[str, str] | None = None
    given: Mapping[str, object] | None = None


WATCHES: tuple[Standing, ...] = ("member",)
WORKS: tuple[Standing, ...] = ("party", "member")
HAS_BEGUN: tuple[Standing, ...] = ("party", "queue_admin")
ACTIONS: Mapping[str, Row] = {
    "ready": Row(("Pending",), ("engine",), ("Created", "Ready")),
    "provide": Row(("Pending",), WORKS, ("Created", "Ready")),
    "await": Row(("Ready",), WORKS, ("Created", "Pending"), {"awaiting": "the key code"}),
    "assign": Row(OPEN, WATCHES, given={"assignedParty": {"kind": "user", "id": "ann"}}),
    "claim": Row(("Ready",), WORKS, ("Created", "In Progress")),
    "release": Row(("In Progress",), HAS_BEGUN, ("Created", "Ready")),
    "pass": Row(("In Progress",), HAS_BEGUN, ("Completed", "Passed")),
    "fail": Row(("In Progress",), HAS_BEGUN, ("Created", "Failed"), {"reason": "rain"}),
    "retry": Row(("Failed",), WORKS, ("Created", "In Progress")),
    "skip": Row(OPEN, (*WORKS, "engine"), ("Canceled", "Skipped"), {"reason": "not needed"}),
    "move": Row(OPEN, WATCHES, given={"groupQueue": "cis"}),
    "reschedule": Row(OPEN, WATCHES, given={"dueTime": "2026-12-01T00:00:00Z"}),
    "edit": Row(OPEN, WORKS, given={"priority": 7}),
    "add_instructions": Row(OPEN, WORKS, given={"instructions": "Ring twice"}),
    # From "Fields": it passes "on an open task".
    "overdue": Row(OPEN, ("engine",)),
}

PARTIES: Mapping[str, Party | None] = {
    "nobody": None,
    "a person": Party("user", "pia", "Pia Lee"),
    "an organization": ACME.party,
    "an external party": Party("external", "looker-9", "Lou Field"),
}
PEOPLE: Mapping[str, Caller] = {
    "person": as_caller(user("pia", cis=False)),
    "colleague": as_caller(user("col", kind="partner", acme=False)),
    "member": as_caller(BOB),
    "queue admin": as_caller(ANN),
    "other queue": as_caller(user("oto", cis=True)),
    "stranger": as_caller(EVE),
    "administrator": admin(),
    "engine": ENGINE,
}


def standings(party: str, person: str) -> set[Standing]:
    """What somebody is to a task of such a party.

    "A task of an external party or of an organization: the party stays, group-queue members or that
    organization's members act for it."
    """
    acted_for = party in ("an organization", "an external party")
    held: Mapping[str, set[Standing]] = {
        "person": {"party"} if party == "a person" else set(),
        "colleague": {"party"} if party == "an organization" else set(),
        "member": {"member", "party"} if acted_for else {"member"},
        "queue admin": {"member", "queue_admin", "party"} if acted_for else {"member", "queue_admin"},
        # "Administrators may do all of this on any task."
        "administrator": {"party", "member", "queue_admin", "administrator"},
        "engine": {"engine"},
    }
    return held.get(person, set())


def allowed(status: Status, party: str, person: str) -> set[str]:
    """The actions that the page lets somebody take."""
    held = standings(party, person)
    found = {name for name, row in ACTIONS.items() if status in row.when and held & {*row.who}}
    # Another person's task is 409.
    return found - {"claim"} if party == "a person" and person != "person" else found


def standing(status: Status, party: str, action: str = "") -> tuple[World, Task]:
    """A task in that status, of that party, late; it awaits something, but for what the engine makes ready."""
    world = World()
    task = replace(
        world.create(awaiting="the address", dueTime="2026-11-22T09:00:00Z"),
        state=STATE.get(status, "Created"),
        status="Skipped" if status == "Cancelled" else status,
        awaiting="the address" if status == "Pending" and action != "ready" else None,
        assigned_party=PARTIES[party],
        remembered=("failed",) if status in ("Failed", "Skipped") else (),
    )
    world.tasks[task.task_id] = task
    world.pass_time(hours=2)
    return world, task


@pytest.mark.parametrize(("status", "party"), list(product(STATUSES, PARTIES)))
def test_everybody_may_do_what_the_page_says_and_nothing_else(status: Status, party: str) -> None:
    """By the status, by whose the task is, and by what somebody is to it; and what is offered is what act accepts."""
    found: dict[str, set[str]] = {person: set() for person in PEOPLE}
    for name, row in ACTIONS.items():
        world, task = standing(status, party, name)
        for person, caller in PEOPLE.items():
            context = world.context(caller, task)
            taken = act(context, name, row.given or {})
            refusal = offer_of(context, world.workflow.actions[name]).refusal
            assert refusal == (taken if isinstance(taken, Refusal) else None), (person, name)
            found[person] |= {name} if isinstance(taken, Plan) else set()
    assert found == {person: allowed(status, party, person) for person in PEOPLE}


def test_there_are_no_other_actions() -> None:
    """The page's table holds them all."""
    assert workflow().actions.keys() == ACTIONS.keys()


@pytest.mark.parametrize(("name", "status"), [(name, status) for name, row in ACTIONS.items() for status in row.when])
def test_an_action_leads_where_the_page_says(name: str, status: Status) -> None:
    """To its status, or to none; `skip` to Completed if the task ever was Failed."""
    row = ACTIONS[name]
    world, task = standing(status, "a person", name)
    by = ENGINE if row.who == ("engine",) else admin(user("pia"))
    wanted = row.to or (task.state, task.status)
    if name == "skip" and status == "Failed":
        wanted = ("Completed", "Skipped")
    after = world.act(task, name, by, **(row.given or {}))
    assert (after.state, after.status) == wanted


def test_what_is_late_is_told_once() -> None:
    """A late task: "a history entry is written, a `TaskOverdue` event goes out"."""
    for status in OPEN:
        world, task = standing(status, "nobody")
        assert world.act(task, "overdue").overdue
        assert [entry.event for entry in world.entries if entry.action == "overdue"] == ["TaskOverdue"]


MAKERS = ("member", "queue admin", "other queue", "person", "administrator")
"""Who creates tasks and cases, and closes these: "people inside, administrators"."""


@pytest.mark.parametrize("person", [*PEOPLE])
def test_people_inside_and_administrators_create_and_close(person: str) -> None:
    """Tasks, cases and the closing of cases are theirs, and nobody else's."""
    world, caller = World(), PEOPLE[person]
    context = world.context(caller)
    decisions = (
        world.decide_creation(caller=caller),
        create_case(context, {}),
        close_case(context, {"reason": "not needed"}),
    )
    assert [isinstance(decision, Plan) for decision in decisions] == [person in MAKERS] * 3


@pytest.mark.parametrize("status", OPEN)
def test_a_task_of_somebody_who_leaves_becomes_nobodys(status: Status) -> None:
    """In a hand-back "`release` where in progress, else the party is cleared": the first way that is offered."""
    world, task = standing(status, "a person")
    ways = ((way.action, act(world.context(admin(), task), way.action, way.input)) for way in workflow().hand_back)
    action, taken = next((action, decision) for action, decision in ways if isinstance(decision, Plan))
    assert (action, played(taken).assigned_party) == ("release" if status == "In Progress" else "assign", None)


GROUP_QUEUES: Mapping[str, str] = {
    "Follow-Up": "Follow-Ups",
    "OSC Change Request": "Client Support",
    "Recruiting Needed": "Community",
    "Looker Schedule Look": "Dispatch",
    "Looker Schedule Assist": "Dispatch",
    "Look Schedule Review": "Dispatch",
    "Invalid Look Information": "Order Intake",
    "Contact Schedule Refused": "Customer Support",
    "Expense Review": "Account Management",
    "QA": "Quality Assurance",
    "Hover Inspection": "Quality Assurance",
    "MVR Check": "CIS",
    "Schedule Car Service": "Vehicle Transport",
    "Vacation Mode Reminder": "Looker Support",
    "Order Verify": "Order Intake",
}


def test_each_type_is_watched_by_its_group_queue() -> None:
    """Each type has a default group queue, an organization of kind `queue`; one has a time until due."""
    world, organizations = World(), workflow().organizations
    assert workflow().types.keys() == GROUP_QUEUES.keys()
    for name, label in GROUP_QUEUES.items():
        task = world.create(name)
        queue = organizations[task.group_queue or ""]
        assert (queue.id, queue.label, queue.kind) == (label.lower().replace(" ", "-"), label, "queue")
        due = world.now + timedelta(days=30) if name == "Vacation Mode Reminder" else None
        assert task.due_time == due
