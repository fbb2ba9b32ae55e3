"""What each end hears from the other, in every phase and assignment status; where that leads; where a task is listed.

The tables are collaboration.md's, "The assignment action", "Assignment status" and "Crossing messages", written anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import product

import pytest

from shared.domain.cases import create_case
from shared.domain.creation import create_task
from shared.domain.decide import act, offers
from shared.domain.drafts.places import tab_of
from shared.domain.model.ends import AssignmentStatus, EndKind
from shared.domain.model.people import Caller
from shared.domain.model.plan import Plan
from shared.domain.model.task import Task
from tests.domain.test_hand_off_rights import CLOSED, OPEN, OWNER, PARTNER, standing
from tests.domain.two_ends import OLA, begin, context_of, decide, end_of, flow, hear
from tests.domain.worlds import START, user

ENDS: tuple[EndKind, ...] = ("owner", "partner", "standalone")
SENT_IN = ("assign", "wait", "ready")
OUTSTANDING = ("ready", "sent", "accepted")
ASKED_FOR: tuple[AssignmentStatus, ...] = ("connectionRequired", "connectionRequested")
WORK = ("progress", "submit", "redo")
BACK_TO_READY = dict.fromkeys(WORK, "ready")
"""The owner's phase "goes back to `ready` if it was progress, submit or redo"."""


@dataclass(frozen=True)
class Word:
    """What an end hears, in which phases and assignment statuses; else it is dropped.

    `to` names the phase that a phase leads to, where it is left; `becomes` the assignment status, where it changes.
    """

    end: EndKind
    phases: tuple[str, ...]
    statuses: tuple[str, ...]
    to: Mapping[str, str] = field(default_factory=dict)
    becomes: str | None = None
    given: Mapping[str, object] = field(default_factory=dict)


REASON = {"reason": "No time."}
SUGGESTION = {**REASON, "name": "Brook", "email": "ida@example.org"}
HEARD: Mapping[str, Word] = {
    "partner_is_there": Word("owner", SENT_IN, ("ready",), becomes="sent"),
    "partner_accepts": Word("owner", SENT_IN, ("ready", "sent"), becomes="accepted"),
    "partner_declines": Word("owner", (*SENT_IN, *WORK), OUTSTANDING, BACK_TO_READY, "declined", REASON),
    "partner_refers": Word("owner", (*SENT_IN, *WORK), OUTSTANDING, BACK_TO_READY, "referred", SUGGESTION),
    # Of the owner: "in wait or ready: owner goes to progress".
    "partner_starts": Word("owner", ("wait", "ready"), ("accepted",), {"wait": "progress", "ready": "progress"}),
    "partner_submits": Word("owner", ("progress", "redo"), ("accepted",), {"progress": "submit", "redo": "submit"}),
    "connection_requested": Word("owner", SENT_IN, ("connectionRequired",), becomes="connectionRequested"),
    "connection_declined": Word("owner", SENT_IN, ASKED_FOR, becomes="connectionDeclined"),
    # To a partner "already in progress or later" it is dropped.
    "owner_waits": Word("partner", SENT_IN, ("accepted",), dict.fromkeys(SENT_IN, "wait")),
    "owner_is_ready": Word("partner", SENT_IN, ("accepted",), dict.fromkeys(SENT_IN, "ready")),
    "owner_asks_to_redo": Word("partner", ("submit",), ("accepted",), {"submit": "redo"}, given={"note": "Again."}),
    # And that "whatever the partner's phase, closed by decline or refer included".
    "owner_finishes": Word(
        "partner", (*OPEN[2:], "cancel"), PARTNER, dict.fromkeys((*OPEN[2:], "cancel"), "finish"), "accepted"
    ),
    "owner_recalls": Word(
        "partner", (*OPEN[2:], "cancel"), PARTNER, dict.fromkeys((*OPEN[2:], "cancel"), "cancel"), "recalled"
    ),
}


def possible(end: EndKind, phase: str, status: AssignmentStatus) -> bool:
    """Whether a partner's end can stand so: reviewed in `assign`, closed by what is over; the owner's can anyhow."""
    if end != "partner":
        return True
    where = {"received": ("assign",), "accepted": (*OPEN[2:], "finish")}
    return phase in where.get(status, ("cancel",))


def every() -> Iterator[tuple[EndKind, str, AssignmentStatus]]:
    """Each end in each phase, with each assignment status that it can have there."""
    known: Mapping[EndKind, tuple[AssignmentStatus, ...]] = {"owner": OWNER, "partner": PARTNER}
    for end, statuses in known.items():
        for phase, status in product((*OPEN, *CLOSED), statuses):
            if possible(end, phase, status):
                yield end, phase, status


def heard(word: Word, phase: str, status: str) -> bool:
    """Whether an end of the right kind hears it."""
    # Where the partner has not reviewed it, the owner's phase is remembered.
    remembered = status == "received" and word.to in ({}, HEARD["owner_waits"].to, HEARD["owner_is_ready"].to)
    return phase in word.phases and (status in word.statuses or remembered)


@pytest.mark.parametrize("name", HEARD)
def test_an_end_hears_what_the_table_says_and_goes_where_it_says(name: str) -> None:
    """In every phase and assignment status; a hold keeps nothing from arriving; the rest is dropped."""
    word = HEARD[name]
    for (end, phase, status), hold in product(every(), (False, True)):
        if end != word.end or (hold and phase in CLOSED):
            continue
        ends, task = standing(end, phase, status, hold=hold)
        decision = hear(ends, task, name, **word.given)
        assert isinstance(decision, Plan) == heard(word, phase, status), (phase, status)
        if isinstance(decision, Plan):
            assert isinstance(decision.subject, Task)
            waits = status == "received" and word.becomes is None
            to = phase if waits else word.to.get(phase, phase)
            assert (decision.subject.status, end_of(decision.subject).assignment) == (to, word.becomes or status)


@pytest.mark.parametrize("name", HEARD)
def test_nobody_hears_what_is_said_to_the_other_end(name: str) -> None:
    """Neither the end that says it nor a standalone task, whatever it believes of the assignment."""
    for end, phase, status in product(ENDS, (*OPEN, *CLOSED), {*OWNER, *PARTNER}):
        if end != HEARD[name].end:
            ends, task = standing(end, phase, status, hold=False)
            assert not isinstance(hear(ends, task, name, **HEARD[name].given), Plan), (end, phase, status)


@pytest.mark.parametrize("name", HEARD)
def test_people_do_not_say_what_only_an_end_may_hear(name: str) -> None:
    """What the ends tell each other is Casetree's own to do."""
    word = HEARD[name]
    for end, phase, status in every():
        if end == word.end and heard(word, phase, status):
            ends, task = standing(end, phase, status, hold=False)
            assert not isinstance(decide(ends, task, name, **word.given), Plan)


def test_an_owner_who_waits_for_a_connection_hears_that_it_is_there() -> None:
    """It hears "Accepted: `ready`", in assign, wait or ready; only then, and only where one was asked for."""
    for end, phase, status in every():
        ends, task = standing(end, phase, status, hold=False)
        if end != "owner" or phase not in SENT_IN or status not in ASKED_FOR:
            assert not isinstance(hear(ends, task, "connection_accepted"), Plan), (end, phase, status)
    for other, phase, status in product(ENDS[1:], SENT_IN, ASKED_FOR):
        ends, task = standing(other, phase, status, hold=False)
        assert not isinstance(hear(ends, task, "connection_accepted"), Plan), (other, phase, status)


@pytest.mark.parametrize(("end", "phase"), list(product(ENDS, (*OPEN, *CLOSED))))
def test_an_open_task_becomes_overdue_at_either_end(end: EndKind, phase: str) -> None:
    """Whatever its phase, once its time has passed; a closed one does not."""
    ends, task = standing(end, phase, "accepted" if end == "partner" else "initial", hold=False)
    late = replace(task, due_time=START - timedelta(hours=1))
    assert not isinstance(hear(ends, task, "overdue"), Plan)
    decision = hear(ends, late, "overdue")
    assert isinstance(decision, Plan) == (phase in OPEN)
    if isinstance(decision, Plan):
        assert [entry.event for entry in decision.entries] == ["TaskOverdue"]


def test_a_due_time_has_a_timer() -> None:
    """When it comes, the task becomes overdue."""
    task = begin(dueTime=(START + timedelta(hours=1)).isoformat()).owner
    assert [(timer.at, timer.action) for timer in task.timers] == [(START + timedelta(hours=1), "overdue")]


@pytest.mark.parametrize("phase", OPEN)
def test_a_recall_takes_work_that_has_begun_back_to_ready(phase: str) -> None:
    """A recall: "from progress, submit or redo the owner's phase goes back to `ready`"; others stay."""
    ends, task = standing("owner", phase, "accepted", hold=False)
    plan = decide(ends, task, "assign", option="recall")
    assert isinstance(plan, Plan)
    assert isinstance(plan.subject, Task)
    after = (plan.subject.status, end_of(plan.subject).assignment)
    assert after == (BACK_TO_READY.get(phase, phase), "recalled")


def waits_for_the_other_end(end: EndKind, phase: str, status: str) -> bool:
    """Whether it is the other end's turn: to answer, to work, or to say how to go on."""
    if end == "owner":
        working = status == "accepted" and phase in ("ready", "progress", "redo")
        return status in ("ready", "sent", *ASKED_FOR) or working
    return status == "accepted" and phase in ("assign", "submit")


def test_a_queue_lists_a_task_by_whose_turn_it_is() -> None:
    """Queue tabs: "closed is `completed`; on hold, in `wait`, or the other end's turn is `on_hold`"."""
    for (end, phase, status), hold in product(every(), (False, True)):
        _, task = standing(end, phase, status, hold=hold)
        theirs = replace(task, assigned_party=OLA.party)
        wanted = ("unassigned", "assigned")
        if hold or phase == "wait" or waits_for_the_other_end(end, phase, status):
            wanted = ("on_hold", "on_hold")
        if phase in CLOSED:
            wanted = ("completed", "completed")
        assert (tab_of(flow(), task), tab_of(flow(), theirs)) == wanted, (end, phase, status, hold)


PARTY = ({"organizationId": "tide"}, {"name": "Brook", "email": "ida@example.org"})
HALVES: tuple[Mapping[str, str], ...] = ({}, {"name": "Brook"}, {"email": "ida@example.org"})


@pytest.mark.parametrize(
    ("end", "phase", "status", "option"),
    [("owner", "ready", "initial", {"option": "to"}), ("partner", "assign", "received", {"option": "refer", **REASON})],
)
def test_a_party_is_named_by_its_id_or_by_name_and_email(
    end: EndKind, phase: str, status: AssignmentStatus, option: Mapping[str, object]
) -> None:
    """As "`{organizationId}` or `{name, email}`"; half of it is 422."""
    ends, task = standing(end, phase, status, hold=False)
    for party in PARTY:
        assert isinstance(decide(ends, task, "assign", **option, **party), Plan), party
    for half in HALVES:
        assert not isinstance(decide(ends, task, "assign", **option, **half), Plan), half


def test_a_referral_that_is_heard_names_its_party_as_well() -> None:
    """By its id, or by name and email: with half of it, nothing could be assigned to it."""
    ends, task = standing("owner", "ready", "accepted", hold=False)
    for party in PARTY:
        assert isinstance(hear(ends, task, "partner_refers", **REASON, **party), Plan), party
    for half in HALVES:
        assert not isinstance(hear(ends, task, "partner_refers", **REASON, **half), Plan), half


MEMBER = Caller(OLA)
ADMINISTRATOR = Caller(user("root"), administrator=True)
STRANGERS = (Caller(user("sue")), Caller(user("sam", kind="partner", tide=True)))


def test_members_and_administrators_do_the_same_and_others_nothing() -> None:
    """As "Within an organization a task is seen and worked by its members"; an administrator may act as one."""
    for phase in (*OPEN, *CLOSED):
        context = context_of(standing("owner", phase, "initial", hold=False)[0])
        found = [
            {offer.action.name for offer in offers(replace(context, caller=caller), unlisted=True) if not offer.refusal}
            for caller in (MEMBER, ADMINISTRATOR, *STRANGERS)
        ]
        assert (found[0] == found[1], found[2:]) == (True, [set(), set()])
        assert bool(found[0]) == (phase in OPEN)


def test_members_and_administrators_begin_cases_and_others_do_not() -> None:
    """Cases of the organization."""
    context = context_of(begin())
    for caller in (MEMBER, ADMINISTRATOR, *STRANGERS):
        made = create_case(replace(context, caller=caller), {"organizationId": "acme"})
        assert isinstance(made, Plan) == (caller in (MEMBER, ADMINISTRATOR))


def test_a_hand_back_leaves_a_task_to_the_other_members() -> None:
    """In whatever phase: nobody has it any more."""
    (way,) = flow().hand_back
    for phase in OPEN:
        ends, task = standing("owner", phase, "initial", hold=False)
        context = context_of(replace(ends, owner=replace(task, assigned_party=OLA.party)))
        plan = act(replace(context, caller=ADMINISTRATOR), way.action, way.input)
        assert isinstance(plan, Plan)
        assert isinstance(plan.subject, Task)
        assert plan.subject.assigned_party is None


def test_members_and_administrators_create_tasks_and_others_do_not() -> None:
    """In the organization's own cases."""
    context = context_of(begin())
    made = [create_task(replace(context, caller=caller), {"type": "Task"}) for caller in (MEMBER, ADMINISTRATOR)]
    assert all(isinstance(decision, Plan) for decision in made)
    for caller in STRANGERS:
        assert not isinstance(create_task(replace(context, caller=caller), {"type": "Task"}), Plan)
