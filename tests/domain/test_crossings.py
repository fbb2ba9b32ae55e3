"""Both sides act whenever they like, and messages take their time: in the end, the two ends agree.

What is explored, is explored whole: two assignments, two messages under way in each direction, every order in
which they may arrive. Nothing here knows how the workflow does it; the tables of collaboration.md are the judge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from shared.domain.definitions.vocabulary import CREATE
from shared.domain.drafts.draft import Draft
from shared.domain.ends.telling import end_of as end_of_draft
from shared.domain.ends.telling import hand_off_of
from shared.domain.model.ends import PENDING, Message
from shared.domain.model.people import ENGINE
from shared.domain.model.task import Task
from shared.domain.model.writes import DeleteMessage
from shared.domain.words.hand_off_effects import accept_connection
from tests.domain.two_ends import (
    Ends,
    Way,
    accepted_connection,
    arrived,
    begin,
    context_of,
    decide,
    deliver,
    deliveries,
    end_of,
    explore,
    next_ones,
    offered,
    owes,
    passed,
    plans_of,
    played,
    settle,
    with_connection,
    within_bounds,
)
from tests.domain.worlds import World

Given = Mapping[str, object]
Moves = Callable[[Ends], Iterable[tuple[str, Ends]]]
TO_HARBOR = {"option": "to", "organizationId": "harbor"}
TO_TIDE = {"option": "to", "organizationId": "tide"}
BY_EMAIL = {"option": "to", "name": "Brook", "email": "ida@example.org"}
ACCEPT = {"option": "accept"}
RECALL = {"option": "recall"}
DECLINE = {"option": "decline", "reason": "No time."}
REFER = {"option": "refer", "organizationId": "tide", "reason": "They can."}
OWNERS: Mapping[str, Given] = {
    "prepare": {},
    "begin_assignment": {},
    "wait": {},
    "ready": {},
    "redo": {"note": "Again."},
    "finish": {},
    "cancel": {},
}
PARTNERS: Mapping[str, Given] = {"start": {}, "submit": {}}
HOLDS: Mapping[str, Given] = {"hold": {}, "resume": {}}


def moves(*assignments: Given, holds: Mapping[str, Given] | None = None) -> Moves:
    """Everything that can happen next, with these assignments, in their order."""

    def wanted(ends: Ends, task: Task) -> Iterator[tuple[str, Given]]:
        kind = end_of(task).kind
        yield from (OWNERS if kind == "owner" else PARTNERS).items()
        yield from (holds or {}).items()
        for given in (ACCEPT, DECLINE, REFER) if kind == "partner" else (RECALL,):
            yield "assign", given
        if kind == "owner" and ends.end.generation < len(assignments):
            yield "assign", assignments[ends.end.generation]

    def found(ends: Ends) -> Iterator[tuple[str, Ends]]:
        yield from deliveries(ends)
        for task in ends.tasks():
            for name, plan in plans_of(ends, task, wanted(ends, task)):
                after = played(ends, plan)
                if within_bounds(after):
                    yield name, after
        yield from connecting(ends)

    return found


def connecting(ends: Ends) -> Iterator[tuple[str, Ends]]:
    """What may become of a request for a connection, and the task hears of it."""
    connection = ends.connection
    if connection is not None and connection.state == "requested":
        if connection.requested_at is None:
            yield "the request goes out", with_connection(ends, requested_at=connection.created_at)
        yield "the request is accepted", accepted_connection(ends)
        yield "the request is declined", with_connection(ends, state="declined")
        yield "the request expires", passed(ends, days=14)
    owed = owes(ends)
    if owed is not None:
        yield "the task hears of its connection", played(ends, owed)


def at_rest(ends: Ends) -> bool:
    """Whether everything has arrived, and the task knows what became of its connection."""
    return not ends.flight and owes(ends) is None


def disagreement(ends: Ends) -> str | None:
    """What is wrong with two ends that have heard everything (collaboration.md, Crossing messages); None if nothing."""
    owner, end, partner = ends.owner, ends.end, ends.partner
    for generation, task in ends.partners.items():
        if generation < end.generation and task.status != "cancel":
            return f"the assignment {generation} is over, and its end still open"
    if end.assignment in ("initial", "assigned", "connectionDeclined", *PENDING):
        return "a partner's end is there already" if partner else None
    if partner is None:
        # Recalled before it was sent, or while it waited for a connection.
        return None if end.assignment == "recalled" else "no partner's end is there"
    return _disagreement(owner, partner)


def _disagreement(owner: Task, partner: Task) -> str | None:
    mine, theirs = end_of(owner).assignment, end_of(partner).assignment
    expected = {
        "sent": (owner.status in ("assign", "wait", "ready"), ("assign", "received")),
        "accepted": (owner.state == "open", (owner.status, "accepted")),
    }.get(mine, (True, ("cancel", mine)))
    if owner.status == "finish":
        expected = (mine == "accepted", ("finish", "accepted"))
    right, there = expected
    return None if right and (partner.status, theirs) == there else f"{mine} against {partner.status}, {theirs}"


def told(way: Way) -> str:
    """The steps that led there, and where both ends are."""
    ends = [(task.status, end_of(task).assignment) for task in way.ends.tasks()]
    return " / ".join((*way.steps, str(ends)))


def check(first: Ends, next_moves: Moves) -> int:
    """How many states there are; fails with the shortest steps to one that is at rest, and where the ends disagree."""
    count = 0
    for way in explore(first, next_moves):
        count += 1
        if at_rest(way.ends):
            wrong = disagreement(way.ends)
            assert wrong is None, f"{wrong}: {told(way)}"
        if way.ends.owner.state == "open":
            assert "cancel" in offered(way.ends, way.ends.owner), told(way)
    return count


def test_two_assignments_end_with_both_ends_agreeing() -> None:
    """Whatever two parties do to two assignments after each other, and however their messages cross."""
    assert check(begin(), moves(TO_HARBOR, TO_TIDE)) > 50_000


def test_referrals_that_are_followed_end_with_both_ends_agreeing() -> None:
    """The same where the task goes at once to whom the first partner suggests."""
    assert check(begin(autoRefer=True), moves(TO_HARBOR)) > 5_000


def test_holds_keep_nothing_from_arriving() -> None:
    """The same where each side stops and resumes its end at any time."""
    assert check(begin(), moves(TO_HARBOR, holds=HOLDS)) > 3_000


def test_requests_for_connections_end_with_both_ends_agreeing() -> None:
    """The same where a partner has to be connected first, which may be accepted, declined, or never answered."""
    assert check(begin(), moves(BY_EMAIL)) > 1_000


def test_what_arrives_again_changes_nothing_and_what_comes_early_waits() -> None:
    """In every state, a message that was heard is dropped whole, and one before its turn is not taken."""
    heard: dict[Any, Message] = {}
    for way in explore(begin(), moves(TO_HARBOR)):
        for message in next_ones(way.ends):
            after = deliver(way.ends, message)
            if message.action == CREATE:
                continue
            again = arrived(after, message)
            assert [type(write) for write in again.writes] == [DeleteMessage], told(way)
            heard[message.action] = message
        for message in way.ends.flight:
            first = next(m for m in way.ends.flight if m.direction == message.direction)
            if message is not first and first.action != CREATE:
                with pytest.raises(ValueError, match="not yet those before"):
                    arrived(way.ends, message)
    assert len(heard) > 10


# --- one after another, by name

WORK: Mapping[str, tuple[tuple[str, Given], ...]] = {
    "received": (("prepare", {}), ("begin_assignment", {}), ("assign", TO_HARBOR)),
    "received while ready": (("prepare", {}), ("ready", {}), ("assign", TO_HARBOR)),
    "accepted": (("prepare", {}), ("begin_assignment", {}), ("assign", TO_HARBOR), ("assign", ACCEPT)),
    "ready": (("prepare", {}), ("ready", {}), ("assign", TO_HARBOR), ("assign", ACCEPT)),
    "progress": (("prepare", {}), ("ready", {}), ("assign", TO_HARBOR), ("assign", ACCEPT), ("start", {})),
    "submitted": (
        *(("prepare", {}), ("ready", {}), ("assign", TO_HARBOR), ("assign", ACCEPT)),
        *(("start", {}), ("submit", {})),
    ),
}


def at(name: str) -> Ends:
    """Both ends once the named work was done, and everything has arrived."""
    ends = begin()
    for action, given in WORK[name]:
        for task in (ends.partner, ends.owner) if ends.partner else (ends.owner,):
            if action in offered(ends, task) and given.get("option") not in _not_offered(ends, task):
                ends = settle(played(ends, decide(ends, task, action, **given)))
                break
        else:
            pytest.fail(f"nobody may {action} now")
    return ends


def _not_offered(ends: Ends, task: Task) -> set[str]:
    options = offered(ends, task)["assign"].action.options if "assign" in offered(ends, task) else {}
    return {"to", "recall", "accept", "decline", "refer"} - set(options)


CANCELLED = ("cancel", "recalled")
Crossing = tuple[str, str, Given, str, Given, tuple[str, str], tuple[str, str]]
CROSSINGS: tuple[Crossing, ...] = (
    # where both are, what the owner does, what the partner does, what becomes of the owner's end and the partner's
    ("received", "assign", RECALL, "assign", ACCEPT, ("assign", "recalled"), CANCELLED),
    ("received", "assign", RECALL, "assign", DECLINE, ("assign", "recalled"), CANCELLED),
    ("received", "assign", RECALL, "assign", REFER, ("assign", "recalled"), CANCELLED),
    ("received", "cancel", {}, "assign", ACCEPT, ("cancel", "recalled"), CANCELLED),
    ("received", "cancel", {}, "assign", DECLINE, ("cancel", "recalled"), CANCELLED),
    ("received", "wait", {}, "assign", ACCEPT, ("wait", "accepted"), ("wait", "accepted")),
    ("received", "ready", {}, "assign", ACCEPT, ("ready", "accepted"), ("ready", "accepted")),
    ("received", "ready", {}, "assign", DECLINE, ("ready", "declined"), ("cancel", "declined")),
    ("received while ready", "wait", {}, "assign", ACCEPT, ("wait", "accepted"), ("wait", "accepted")),
    ("accepted", "ready", {}, "assign", DECLINE, ("ready", "declined"), ("cancel", "declined")),
    ("accepted", "wait", {}, "assign", REFER, ("wait", "referred"), ("cancel", "referred")),
    ("ready", "wait", {}, "start", {}, ("progress", "accepted"), ("progress", "accepted")),
    ("ready", "assign", RECALL, "start", {}, ("ready", "recalled"), CANCELLED),
    ("ready", "cancel", {}, "start", {}, ("cancel", "recalled"), CANCELLED),
    ("ready", "wait", {}, "assign", DECLINE, ("wait", "declined"), ("cancel", "declined")),
    ("progress", "assign", RECALL, "submit", {}, ("ready", "recalled"), CANCELLED),
    ("progress", "assign", RECALL, "assign", DECLINE, ("ready", "recalled"), CANCELLED),
    ("progress", "cancel", {}, "submit", {}, ("cancel", "recalled"), CANCELLED),
    ("progress", "cancel", {}, "assign", REFER, ("cancel", "recalled"), CANCELLED),
    ("submitted", "finish", {}, "assign", DECLINE, ("finish", "accepted"), ("finish", "accepted")),
    ("submitted", "finish", {}, "assign", REFER, ("finish", "accepted"), ("finish", "accepted")),
    ("submitted", "redo", {"note": "Again."}, "assign", DECLINE, ("ready", "declined"), ("cancel", "declined")),
    ("submitted", "assign", RECALL, "assign", DECLINE, ("ready", "recalled"), CANCELLED),
    ("submitted", "cancel", {}, "assign", DECLINE, ("cancel", "recalled"), CANCELLED),
)


@pytest.mark.parametrize("owner_first", [True, False])
@pytest.mark.parametrize("crossing", CROSSINGS)
def test_actions_that_cross_end_as_the_tables_say(crossing: Crossing, *, owner_first: bool) -> None:
    """Each side has acted before it hears of the other: the owner wins, or what comes too late is dropped."""
    where, mine, given, theirs, theirs_given, owner, partner = crossing
    ends = at(where)
    assert ends.partner is not None
    both = (decide(ends, ends.owner, mine, **given), decide(ends, ends.partner, theirs, **theirs_given))
    for decision in both:
        ends = played(ends, decision)
    lanes = [message for message in next_ones(ends) if (message.direction == "to_partner") == owner_first]
    ends = settle(deliver(ends, lanes[0]) if lanes else ends)
    assert ends.partner is not None
    assert (ends.owner.status, ends.end.assignment) == owner
    assert (ends.partner.status, end_of(ends.partner).assignment) == partner


def test_a_message_of_an_earlier_assignment_is_dropped() -> None:
    """The first partner declines while the task is recalled and given to the second: nobody hears of it any more."""
    ends = at("received")
    assert ends.partner is not None
    declined = played(ends, decide(ends, ends.partner, "assign", **DECLINE))
    recalled = played(declined, decide(declined, declined.owner, "assign", **RECALL))
    anew = played(recalled, decide(recalled, recalled.owner, "assign", **TO_TIDE))
    late = next(message for message in anew.flight if message.direction == "to_owner")
    assert [type(write) for write in arrived(anew, late).writes] == [DeleteMessage]
    after = settle(anew)
    assert (after.owner.status, after.end.assignment) == ("assign", "sent")
    assert (after.partners[1].status, end_of(after.partners[1]).assignment) == CANCELLED


def test_a_deleted_end_hears_nothing() -> None:
    """What the owner does after the partner has deleted its end changes nothing there."""
    ends = at("received")
    assert ends.partner is not None
    declined = settle(played(ends, decide(ends, ends.partner, "assign", **DECLINE)))
    assert declined.partner is not None
    deleted = played(declined, decide(declined, declined.partner, "delete"))
    late = Message(deleted.owner.task_id, 1, "to_partner", end_of(declined.partner).received + 1, "owner_recalls")
    plan = arrived(replace(deleted, flight=(late,)), late)
    assert [type(write) for write in plan.writes] == [DeleteMessage]


def test_what_the_other_end_could_not_have_told_is_a_mistake() -> None:
    """A message that does not fit is kept, and reported: to drop it would hide that the two ends differ."""
    ends = at("progress")
    assert ends.partner is not None
    wrong = Message(ends.partner.task_id, 1, "to_owner", ends.end.received + 1, "partner_submits", {"note": 7})
    with pytest.raises(ValueError, match="and refused"):
        arrived(replace(ends, flight=(wrong,)), wrong)


def test_the_partners_end_is_due_when_the_owners_is() -> None:
    """With a timer of its own, and the owner's priority."""
    ends = begin(dueTime="2026-12-01T17:00:00Z", priority=7)
    for action, given in WORK["received"]:
        ends = settle(played(ends, decide(ends, ends.owner, action, **given)))
    assert ends.partner is not None
    assert (ends.partner.due_time, ends.partner.priority) == (ends.owner.due_time, 7)
    assert [timer.name for timer in ends.partner.timers] == ["due"]


def test_tasks_with_one_end_have_nobody_to_talk_to() -> None:
    """Who asks for the other end of such a task has made a mistake."""
    world = World()
    draft = Draft(world.context(ENGINE), world.create(), action="x", given={})
    with pytest.raises(ValueError, match="no end of a task"):
        end_of_draft(draft)
    with pytest.raises(ValueError, match="hands nothing off"):
        hand_off_of(world.workflow)


def test_a_connection_that_is_not_there_is_not_accepted() -> None:
    """The engine takes that action only once it was."""
    ends = at("received")
    with pytest.raises(ValueError, match="waits for no connection"):
        accept_connection(Draft(context_of(ends), ends.owner, action="x", given={}), {})
