"""Both sides act whenever they like, and messages take their time: in the end, the two ends agree.

The checker has looked at every state of both, with two messages under way in each direction, and every order in which
they may arrive. Nothing here knows how the workflow does it; the tables of collaboration.md are the judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

import pytest

from shared.domain.checks.worlds.happenings import owed_by_connection
from shared.domain.decide import receive
from shared.domain.definitions.vocabulary import CREATE
from shared.domain.drafts.draft import Draft
from shared.domain.ends.telling import end_of as end_of_draft
from shared.domain.ends.telling import hand_off_of
from shared.domain.model.ends import PENDING, Direction, Message
from shared.domain.model.people import ENGINE
from shared.domain.model.task import Task
from shared.domain.model.writes import DeleteMessage
from shared.domain.words.hand_off_effects import accept_connection
from tests.domain.crossed import at_rest, tasks, told
from tests.domain.two_ends import (
    Ends,
    arrived,
    begin,
    context_of,
    decide,
    deliver,
    end_of,
    next_ones,
    offered,
    played,
    settle,
)
from tests.domain.worlds import World

Given = Mapping[str, object]
TO_HARBOR = {"option": "to", "organizationId": "harbor"}
TO_TIDE = {"option": "to", "organizationId": "tide"}
ACCEPT = {"option": "accept"}
RECALL = {"option": "recall"}
DECLINE = {"option": "decline", "reason": "No time."}
REFER = {"option": "refer", "organizationId": "tide", "reason": "They can."}


def disagreement(owner: Task, partner: Task | None) -> str | None:
    """What is wrong with two ends that have heard everything (collaboration.md, Crossing messages); None if nothing."""
    assignment = end_of(owner).assignment
    if assignment in ("initial", "assigned", "connectionDeclined", *PENDING):
        return "a partner's end is there already" if partner else None
    if partner is None:
        # Recalled before it was sent, or while it waited for a connection.
        return None if assignment == "recalled" else "no partner's end is there"
    return None if partner.deleted else _disagreement(owner, partner)


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


def test_both_ends_agree_as_the_tables_say() -> None:
    """Whatever both sides do, however many assignments follow on each other, and however their messages cross."""
    found, looked_at = tasks(), 0
    for pair in at_rest(found):
        owner, partner = found.ends(pair)
        waits = owner is not None and owed_by_connection(owner) is not None
        if owner is None:
            assert partner is None or partner.status == "cancel", told(found.way(pair))
        elif owner.end.kind == "owner" and not waits:
            looked_at += 1
            wrong = disagreement(owner.task, partner.task if partner else None)
            assert wrong is None, f"{wrong}:\n{told(found.way(pair))}"
    assert found.whole
    assert len(found.pairs) > 40_000
    assert looked_at > 500


def test_an_owner_can_always_cancel() -> None:
    """In every state of an open end that is not the partner's, also while it is stopped."""
    found = tasks()
    owners = {pair.owner for pair in found.pairs if pair.owner is not None}
    for number in owners:
        names = {turn.step.action for turn in found.numbered.turns(number)}
        assert ("cancel" in names) == found.numbered.sides[number].open


def test_what_arrives_again_changes_nothing_and_what_comes_early_waits() -> None:
    """In every state of an end, a message that was heard is dropped whole, and one before its turn is not taken."""
    numbered, heard = tasks().numbered, set[str]()
    for side, word in product(numbered.sides, numbered.words):
        if side.end.kind == "standalone" or word.action == CREATE:
            continue
        direction: Direction = "to_partner" if side.end.kind == "partner" else "to_owner"
        context, now = side.world.context(ENGINE, side.task), side.end.received
        again, early = (
            Message("another", side.end.generation, direction, number, word.action, word.input)
            for number in (now, now + 2)
        )
        assert [type(write) for write in receive(context, again).writes] == [DeleteMessage]
        heard.add(word.action)
        if not side.task.deleted:
            with pytest.raises(ValueError, match="not yet those before"):
                receive(context, early)
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
