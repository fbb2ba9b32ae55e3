"""The owner's assignments and the partner's answers: what is offered when, what is refused, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from shared.domain.ends.assignment import TRIED
from shared.domain.model.ends import Counterpart
from shared.domain.model.plan import Plan, Refusal
from shared.domain.model.task import Task
from tests.domain.two_ends import (
    Ends,
    accepted_connection,
    begin,
    decide,
    deliver,
    end_of,
    next_ones,
    offered,
    owes,
    passed,
    played,
    settle,
    with_connection,
)
from tests.domain.worlds import refused

Given = Mapping[str, object]
TO_HARBOR = {"option": "to", "organizationId": "harbor"}
BY_EMAIL = {"option": "to", "name": "Brook", "email": "Ida@example.org"}
ACCEPT = {"option": "accept"}
DECLINE = {"option": "decline", "reason": "No time."}


def did(ends: Ends, task: Task | None, action: str, **given: object) -> Ends:
    """Both ends after an action on one of them, and all that follows."""
    assert task is not None
    return settle(played(ends, decide(ends, task, action, **given)))


def accepted(**given: object) -> Ends:
    """A task that harbor has accepted, and may start."""
    ends = handed("prepare", "ready", **given)
    return did(ends, ends.partner, "assign", **ACCEPT)


def handed(*actions: str, **given: object) -> Ends:
    """A task of the owner's after these actions; it goes to harbor at the end."""
    ends = begin(**given)
    for action in actions:
        ends = did(ends, ends.owner, action)
    return did(ends, ends.owner, "assign", **TO_HARBOR)


def options(ends: Ends, task: Task | None) -> set[str]:
    """The options of `assign` that the people of an end may choose now."""
    assert task is not None
    offer = offered(ends, task).get("assign")
    return set(offer.action.options) if offer else set()


def where(task: Task | None) -> tuple[str, str]:
    """The phase and the assignment status of an end."""
    assert task is not None
    return task.status, end_of(task).assignment


@pytest.mark.parametrize(("action", "phase"), [("begin_assignment", "assign"), ("wait", "wait"), ("ready", "ready")])
def test_an_assignment_made_in_prepare_is_sent_on_getting_further(action: str, phase: str) -> None:
    """Until then it is assigned, and the partner knows nothing."""
    ends = handed("prepare")
    assert where(ends.owner) == ("prepare", "assigned")
    assert not ends.partners
    ends = did(ends, ends.owner, action)
    assert (where(ends.owner), where(ends.partner)) == ((phase, "sent"), ("assign", "received"))


@pytest.mark.parametrize("phase", ["wait", "ready"])
def test_an_assignment_made_later_is_sent_at_once(phase: str) -> None:
    """And the partner who accepts gets to where the owner is."""
    ends = handed("prepare", phase)
    assert (where(ends.owner), where(ends.partner)) == ((phase, "sent"), ("assign", "received"))
    ends = did(ends, ends.partner, "assign", **ACCEPT)
    assert (where(ends.owner), where(ends.partner)) == ((phase, "accepted"), (phase, "accepted"))


def test_which_options_are_open_follows_from_end_phase_and_status() -> None:
    """The owner assigns what is not assigned and recalls what is; the partner answers what it received."""
    new = begin()
    assert options(new, new.owner) == {"to"}
    assert options(begin(collaborative=False), begin(collaborative=False).owner) == set()
    ends = handed("prepare", "ready")
    assert (options(ends, ends.owner), options(ends, ends.partner)) == ({"recall"}, {"accept", "decline", "refer"})
    ends = did(ends, ends.partner, "assign", **ACCEPT)
    assert (options(ends, ends.owner), options(ends, ends.partner)) == ({"recall"}, {"decline", "refer"})
    ends = did(ends, ends.partner, "start")
    assert (options(ends, ends.owner), options(ends, ends.partner)) == ({"recall"}, {"decline", "refer"})
    ends = did(ends, ends.partner, "assign", **DECLINE)
    assert (options(ends, ends.owner), options(ends, ends.partner)) == ({"to"}, set())
    ends = did(ends, ends.owner, "cancel")
    assert options(ends, ends.owner) == set()


@pytest.mark.parametrize(
    ("given", "code", "pointer"),
    [
        ({}, "invalid_input", "/option"),
        ({"option": "nothing"}, "invalid_input", "/option"),
        ({"option": 1}, "invalid_input", "/option"),
        ({"option": "to"}, "invalid_input", ""),
        ({**TO_HARBOR, "name": "Brook", "email": "ida@example.org"}, "invalid_input", ""),
        ({"option": "to", "name": "Brook"}, "invalid_input", "/email"),
        ({"option": "to", "name": "Brook", "email": "nowhere"}, "invalid_input", "/email"),
        ({"option": "to", "organizationId": "acme"}, "invalid_input", "/organizationId"),
        ({"option": "to", "organizationId": "brook"}, "invalid_input", "/organizationId"),
        ({"option": "to", "organizationId": "nobody"}, "invalid_input", "/organizationId"),
        ({**TO_HARBOR, "reason": "why not"}, "invalid_input", "/reason"),
        ({"option": "recall"}, "action_not_available", None),
        ({"option": "accept"}, "not_allowed", None),
        ({"option": "decline", "reason": "No."}, "not_allowed", None),
    ],
)
def test_an_assignment_that_does_not_fit_is_refused(given: Given, code: str, pointer: str | None) -> None:
    """To oneself, to who is not connected, to nobody, to two at once; what is for the other end, or not for now."""
    ends = begin()
    refusal = refused(decide(ends, ends.owner, "assign", **given))
    assert refusal.code == code
    assert [error.pointer for error in refusal.errors] == ([] if pointer is None else [pointer])


def test_who_is_unconnected_and_who_there_is_not_are_told_apart_by_nobody() -> None:
    """The owner's people learn nothing of organizations that they are not connected with."""
    ends = begin()
    told = [
        refused(decide(ends, ends.owner, "assign", option="to", organizationId=name))
        .errors[0]
        .detail.replace(name, "x")
        for name in ("brook", "nobody")
    ]
    assert told[0] == told[1]


def test_a_partner_of_another_role_is_refused() -> None:
    """The owner picks among connections whose role matches the task's pattern."""
    ends = begin(role="partner-surveyor*")
    refusal = refused(decide(ends, ends.owner, "assign", **TO_HARBOR))
    assert (refusal.code, refusal.rule, refusal.errors[0].pointer) == ("invalid_input", "role", "/organizationId")


def test_nothing_is_offered_of_assign_where_nothing_can_be_done_with_it() -> None:
    """What is asked for is refused with the reason of the option, or with that of the first that could be one day."""
    new = begin()
    ends = did(new, new.owner, "cancel")
    assert refused(decide(ends, ends.owner, "assign")).code == "action_not_available"
    alone = begin(collaborative=False)
    refusal = refused(decide(alone, alone.owner, "assign", **TO_HARBOR))
    assert (refusal.code, refusal.rule) == ("not_allowed", "end")
    assert refused(decide(alone, alone.owner, "assign")).code == "not_allowed"
    assert refusal.detail == "It is for tasks with a partner; this one is standalone."


def test_what_is_for_the_other_end_is_never_allowed() -> None:
    """The owner of a collaborative task does not work on it, and the partner does not finish it."""
    ends = handed("prepare", "ready")
    assert ends.partner is not None
    owner = refused(decide(ends, ends.owner, "start"))
    partner = refused(decide(ends, ends.partner, "finish"))
    assert (owner.code, owner.rule, owner.detail) == ("not_allowed", "end", "It is for the partner's end of the task.")
    assert (partner.code, partner.detail) == ("not_allowed", "It is for the owner's end of the task.")


def test_a_task_that_is_not_accepted_is_not_started() -> None:
    """The partner accepts first."""
    ends = handed("prepare", "ready")
    assert ends.partner is not None
    refusal = refused(decide(ends, ends.partner, "start"))
    assert (refusal.code, refusal.rule) == ("action_not_available", "from")
    waiting = replace(ends.partner, status="ready")
    refusal = refused(decide(replace(ends, partners={1: waiting}), waiting, "start"))
    assert (refusal.rule, refusal.detail) == ("assignment", "The assignment status is received.")


def test_only_what_was_submitted_is_finished_unless_it_stands_alone() -> None:
    """A standalone task is finished also while it is worked on; a collaborative one once it was submitted."""
    alone = begin(collaborative=False)
    for action in ("prepare", "ready", "start"):
        alone = did(alone, alone.owner, action)
    assert where(did(alone, alone.owner, "finish").owner)[0] == "finish"
    ends = accepted()
    ends = did(ends, ends.partner, "start")
    refusal = refused(decide(ends, ends.owner, "finish"))
    assert (refusal.rule, refusal.detail) == ("only_from", "At this end it is possible while submit.")


def test_a_standalone_task_goes_its_way_alone() -> None:
    """Prepared, made ready, started, submitted, redone and finished, with nobody told."""
    ends = begin(collaborative=False)
    steps: tuple[tuple[str, Given], ...] = (
        ("prepare", {}),
        ("wait", {}),
        ("ready", {}),
        ("start", {}),
        ("submit", {"note": "Done."}),
        ("redo", {"note": "Not yet."}),
        ("submit", {}),
        ("finish", {}),
    )
    for action, given in steps:
        ends = did(ends, ends.owner, action, **given)
    assert ends.owner.status == "finish"
    assert not ends.partners
    assert end_of(ends.owner).sent == 0


def test_a_hold_refuses_phases_but_not_what_arrives() -> None:
    """While it is set, `assign` and `cancel` still work, and so does what comes from the other end."""
    ends = handed("prepare", "ready")
    ends = did(did(ends, ends.owner, "hold", note="Wait."), ends.partner, "hold")
    assert refused(decide(ends, ends.owner, "wait")).rule == "not_stopped"
    ends = did(ends, ends.partner, "assign", **ACCEPT)
    assert (where(ends.owner), where(ends.partner)) == (("ready", "accepted"), ("ready", "accepted"))
    assert ends.partner is not None
    assert refused(decide(ends, ends.partner, "start")).detail == "It is on hold: resume it first."
    ends = did(ends, ends.partner, "resume")
    assert ends.partner is not None
    assert refused(decide(ends, ends.partner, "resume")).detail == "It is not on hold."
    ends = did(ends, ends.partner, "start")
    ends = did(ends, ends.owner, "cancel")
    assert (where(ends.owner), where(ends.partner)) == (("cancel", "recalled"), ("cancel", "recalled"))
    assert not ends.owner.hold


def test_a_referral_reaches_the_owner_who_decides() -> None:
    """Without `autoRefer`, the task stays referred, with the suggestion."""
    ends = handed("prepare", "ready")
    ends = did(ends, ends.partner, "assign", option="refer", organizationId="tide", reason="They can.")
    assert (where(ends.owner), where(ends.partner)) == (("ready", "referred"), ("cancel", "referred"))
    assert ends.end.referral == Counterpart("Tide", "tide")
    assert ends.partner is not None
    # The partner is not connected with it, and learns no name that it did not know.
    assert end_of(ends.partner).referral == Counterpart("tide", "tide")


def test_a_partner_does_not_refer_a_task_to_itself() -> None:
    """It could accept it."""
    ends = handed("prepare", "ready")
    assert ends.partner is not None
    given = {"option": "refer", "organizationId": "harbor", "reason": "We can."}
    assert refused(decide(ends, ends.partner, "assign", **given)).errors[0].pointer == "/organizationId"


def refer_to(ends: Ends, reason: str = "They can.", **party: object) -> Ends:
    """Both ends after the partner has suggested somebody."""
    return did(ends, ends.partner, "assign", option="refer", reason=reason, **party)


def test_a_referral_is_followed_at_once_where_the_task_says_so() -> None:
    """The suggested party is assigned the task, in a step of its own, and has an end of its own."""
    ends = refer_to(handed("prepare", "ready", autoRefer=True), organizationId="tide")
    assert (where(ends.owner), ends.end.generation) == (("ready", "sent"), 2)
    assert (where(ends.partners[1]), where(ends.partners[2])) == (("cancel", "referred"), ("assign", "received"))


@pytest.mark.parametrize("suggested", ["acme", "brook", "harbor"])
def test_a_referral_that_cannot_be_followed_stays_referred(suggested: str) -> None:
    """To the owner itself, to who is not connected with it, and to who had the task before."""
    ends = handed("prepare", "ready", autoRefer=True)
    if suggested == "harbor":
        # Who would suggest it is the second partner then.
        ends = refer_to(ends, organizationId="tide")
    ends = refer_to(ends, organizationId=suggested)
    assert where(ends.owner) == ("ready", "referred")
    assert options(ends, ends.owner) == {"to"}


def test_a_referral_to_a_partner_of_another_role_stays_referred() -> None:
    """The owner picks among connections of the task's role, and nobody picks others for it."""
    ends = handed("prepare", "ready", autoRefer=True)
    narrow = replace(ends.end, role="lab*")
    ends = refer_to(replace(ends, owner=replace(ends.owner, end=narrow)), organizationId="tide")
    assert where(ends.owner) == ("ready", "referred")


def test_a_chain_of_referrals_ends() -> None:
    """However many the task was with, the chain ends at the latest where the task remembers no more."""
    ends = handed("prepare", "ready", autoRefer=True)
    full = replace(ends.end, tried=tuple(f"party-{n}" for n in range(TRIED)))
    ends = refer_to(replace(ends, owner=replace(ends.owner, end=full)), organizationId="tide")
    assert where(ends.owner) == ("ready", "referred")


def test_a_referral_by_email_asks_for_a_connection() -> None:
    """Somebody named by email can be followed to without a connection; not twice, however the address is written."""
    ends = handed("prepare", "ready", autoRefer=True)
    ends = refer_to(ends, name="Brook", email="ida@example.org")
    assert where(ends.owner) == ("ready", "connectionRequired")
    assert ends.connection is not None
    assert (ends.connection.asked.email, ends.connection.task_id) == ("ida@example.org", ends.owner.task_id)
    ends = settle(accepted_connection(ends))
    assert (where(ends.owner), ends.end.counterpart) == (("ready", "sent"), Counterpart("Brook", "brook"))
    again = refer_to(ends, name="Brook", email="IDA@example.org")
    assert where(again.owner) == ("ready", "referred")


def test_an_assignment_by_email_waits_for_the_connection() -> None:
    """Asked for when it is to be sent; requested once the request is out; sent once it is accepted."""
    new = begin()
    ends = did(new, new.owner, "prepare")
    ends = did(ends, ends.owner, "assign", **BY_EMAIL)
    assert (where(ends.owner), ends.connection) == (("prepare", "assigned"), None)
    ends = did(ends, ends.owner, "wait")
    assert where(ends.owner) == ("wait", "connectionRequired")
    assert [timer.name for timer in ends.owner.timers] == ["connection"]
    assert ends.connection is not None
    ends = settle(with_connection(ends, requested_at=ends.connection.created_at))
    assert where(ends.owner) == ("wait", "connectionRequested")
    ends = settle(accepted_connection(ends))
    assert (where(ends.owner), where(ends.partner)) == (("wait", "sent"), ("assign", "received"))
    assert not ends.owner.timers


def asked() -> Ends:
    """A task that waits for a connection."""
    new = begin()
    ends = did(new, new.owner, "prepare")
    ends = did(ends, ends.owner, "ready")
    return did(ends, ends.owner, "assign", **BY_EMAIL)


def test_a_connection_that_is_declined_leaves_the_task_to_be_assigned_anew() -> None:
    """Declined is the connection, not the task."""
    ends = settle(with_connection(asked(), state="declined"))
    assert where(ends.owner) == ("ready", "connectionDeclined")
    assert options(ends, ends.owner) == {"to"}
    assert not ends.owner.timers


def test_a_request_that_nobody_answers_expires() -> None:
    """After 14 days it is as if it was declined, and can be accepted no more."""
    ends = settle(passed(asked(), days=14))
    assert where(ends.owner) == ("ready", "connectionDeclined")
    assert ends.connection is not None
    assert ends.connection.state == "expired"


def test_a_recall_withdraws_the_request() -> None:
    """Its token is worth nothing from then on; one that was accepted a moment before stays a connection."""
    ends = asked()
    recalled = played(ends, decide(ends, ends.owner, "assign", option="recall"))
    assert recalled.connection is not None
    assert (where(recalled.owner), recalled.connection.state) == (("ready", "recalled"), "withdrawn")
    connected = accepted_connection(ends)
    late = played(connected, decide(connected, connected.owner, "cancel"))
    assert late.connection is not None
    assert (where(late.owner), late.connection.state) == (("cancel", "recalled"), "connected")
    assert owes(late) is None


def test_an_assignment_that_was_never_sent_is_recalled_without_a_word() -> None:
    """There is nobody to tell."""
    ends = handed("prepare")
    ends = played(ends, decide(ends, ends.owner, "assign", option="recall"))
    assert (where(ends.owner), ends.flight) == (("prepare", "recalled"), ())


def test_a_partner_deletes_what_it_declined() -> None:
    """It is gone from every list; only a closed end is deleted."""
    ends = handed("prepare", "ready")
    assert ends.partner is not None
    assert refused(decide(ends, ends.partner, "delete")).rule == "from"
    ends = did(ends, ends.partner, "assign", **DECLINE)
    ends = did(ends, ends.partner, "delete")
    assert ends.partner is not None
    assert (ends.partner.deleted, ends.partner.queue, ends.partner.tab) == (True, None, None)


def test_what_the_partner_submits_reaches_the_owner() -> None:
    """Its note and its links, and the owner's note on a redo the partner."""
    ends = accepted()
    ends = did(ends, ends.partner, "start")
    links = [{"type": "report", "link": "https://example.org/1", "name": "Report"}]
    assert ends.partner is not None
    sent = played(ends, decide(ends, ends.partner, "submit", note="All there.", links=links))
    (message,) = next_ones(sent)
    assert (message.action, message.input) == ("partner_submits", {"note": "All there.", "links": links})
    heard = deliver(sent, message)
    assert where(heard.owner) == ("submit", "accepted")
    redo = decide(heard, heard.owner, "redo", note="The date is missing.")
    (back,) = next_ones(played(heard, redo))
    assert back.input == {"note": "The date is missing."}


@pytest.mark.parametrize("given", [{"role": "partner*"}, {"autoRefer": True}])
def test_a_standalone_task_has_no_partner(given: Given) -> None:
    """What only a collaborative task has is refused on another."""
    with pytest.raises(AssertionError, match="collaborative"):
        begin(collaborative=False, **given)


@pytest.mark.parametrize("role", ["", "Partner", "partner-", "*partner", "-", "partner--x", "p" * 65, 1, "partner-*-x"])
def test_a_role_that_cannot_be_one_is_refused(role: Any) -> None:
    """Lower-case words tied by hyphens, and an asterisk at the end."""
    with pytest.raises(AssertionError, match="role"):
        begin(role=role)


@pytest.mark.parametrize("role", ["partner", "partner*", "partner-*", "partner-surveyor", "lab2*", "*"])
def test_a_role_is_kept_as_a_pattern(role: str) -> None:
    """As it was given."""
    assert begin(role=role).end.role == role


def test_members_see_to_a_task_among_themselves() -> None:
    """Whoever claims it has it, until they release it."""
    new = begin()
    assert refused(decide(new, new.owner, "release")).detail == "Nobody has it."
    ends = did(new, new.owner, "claim")
    assert ends.owner.assigned_party is not None
    assert ends.owner.tab == "assigned"
    ends = did(ends, ends.owner, "release")
    assert ends.owner.tab == "unassigned"


def test_a_task_is_on_hold_in_its_queue_while_it_is_the_other_ends_turn() -> None:
    """Stopped, waiting, or the other end's turn; else somebody is to do something about it."""
    ends = handed("prepare", "ready")
    tabs = [(ends.owner.tab, ends.partner.tab if ends.partner else None)]
    steps: tuple[tuple[str, Given], ...] = (("assign", ACCEPT), ("start", {}), ("submit", {}))
    for action, given in steps:
        ends = did(ends, ends.partner, action, **given)
        tabs.append((ends.owner.tab, ends.partner.tab if ends.partner else None))
    working, waiting = "unassigned", "on_hold"
    assert tabs == [(waiting, working), (waiting, working), (waiting, working), (working, waiting)]
    assert did(ends, ends.owner, "hold").owner.tab == waiting
    assert isinstance(decide(ends, ends.owner, "finish"), Plan)
    assert not isinstance(decide(ends, ends.owner, "finish"), Refusal)
