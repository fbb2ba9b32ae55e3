"""What the doctor finds between the two ends of a task, and says again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shared.domain.doctor.changes import differences
from shared.domain.doctor.whole import WholeCase
from shared.domain.model.ends import Counterpart, End, Message
from shared.domain.model.plan import Plan
from shared.domain.model.task import Task
from shared.domain.model.writes import PutMessage
from tests.domain.two_ends import begin, case_of
from tests.domain.wards import found, mended
from tests.domain.worlds import START, World, workflow

NAME = "ends-agree"
WORLD = World(workflow("collaboration"))
STATUSES = WORLD.workflow.statuses


def ends(owner: tuple[str, str], partner: tuple[str, str], **more: Any) -> tuple[Task, Task]:
    """An owner's and a partner's end, each in a phase and an assignment status; all that was said has arrived."""
    base = begin().owner
    return (
        _end(base, owner, End("owner", task_id="p-1.t2", counterpart=Counterpart("Harbor", "harbor"), **more)),
        _end(replace(base, task_id="p-1.t2", case_id="p-1"), partner, End("partner", task_id=base.task_id, **more)),
    )


def _end(task: Task, words: tuple[str, str], end: End) -> Task:
    status = STATUSES[words[0]]
    end = replace(end, assignment=words[1], generation=1)  # type: ignore[arg-type]
    return replace(task, state=status.state, status=status.status, end=end)


def told(task: Task, **values: Any) -> Task:
    """The task whose end has other numbers."""
    assert task.end is not None
    return replace(task, end=replace(task.end, **values))


def case(task: Task, other: Task | None, **more: Any) -> WholeCase:
    """The case of one end, with the other one beside it."""
    others = {other.task_id: other} if other is not None else {}
    return WholeCase(case_of("acme"), {task.task_id: task}, others=others, **more)


def agrees(task: Task, other: Task | None, **more: Any) -> bool:
    """Whether the doctor finds nothing between the ends."""
    return NAME not in found(WORLD, case(task, other, **more))


def said(task: Task, other: Task | None) -> list[tuple[int, str]]:
    """What is said again: each number with the action."""
    plan = mended(WORLD, case(task, other), NAME)
    assert isinstance(plan, Plan)
    assert any(difference.item.startswith("message") for difference in differences(plan.writes))
    return [(w.message.sequence, w.message.action) for w in plan.writes if isinstance(w, PutMessage)]


def test_ends_that_say_the_same_agree() -> None:
    """Sent is received; the phase counts only while one works for the other."""
    for owner, partner in (
        (("ready", "sent"), ("assign", "received")),
        (("progress", "accepted"), ("progress", "accepted")),
        (("ready", "declined"), ("cancel", "declined")),
    ):
        here, there = ends(owner, partner)
        assert agrees(here, there)
        assert agrees(there, here)


def test_ends_that_say_different_things_are_for_people() -> None:
    """All has arrived, so neither side can know which is right."""
    here, there = ends(("progress", "accepted"), ("submit", "accepted"))
    assert found(WORLD, case(here, there))[NAME].cure == "hand"
    here, there = ends(("ready", "sent"), ("ready", "accepted"))
    assert found(WORLD, case(there, here))[NAME].cure == "hand"


def test_while_a_message_is_under_way_nothing_is_wrong() -> None:
    """Of either side; and a deleted end has heard enough."""
    here, there = ends(("progress", "accepted"), ("submit", "accepted"))
    message = Message(here.task_id, 1, "to_partner", 1, "owner_waits")
    assert agrees(here, there, messages=(message,))
    assert agrees(here, there, incoming=(replace(message, task_id=there.task_id),))
    assert agrees(here, replace(there, deleted=True))
    assert agrees(replace(there, deleted=True), here)


def test_what_never_arrived_is_said_again() -> None:
    """The last thing by the phase; before it, where more is missing, what became of the assignment."""
    here, there = ends(("ready", "sent"), ("progress", "accepted"))
    assert said(told(there, sent=2), told(here, received=1)) == [(2, "partner_starts")]
    assert said(told(there, sent=3), told(here, received=1)) == [(2, "partner_accepts"), (3, "partner_starts")]
    assert said(told(there, sent=3), here) == [(1, "partner_accepts"), (2, "partner_accepts"), (3, "partner_starts")]
    assert found(WORLD, case(told(here, received=1), told(there, sent=3)))[NAME].cure == "hand"


def test_the_end_of_an_assignment_is_said_again() -> None:
    """Recalled by the owner, whatever its phase; declined by the partner; finished; asked to redo, with a note."""
    here, there = ends(("ready", "recalled"), ("progress", "accepted"))
    assert said(told(here, sent=1), there) == [(1, "owner_recalls")]
    here, there = ends(("ready", "sent"), ("cancel", "declined"))
    assert said(told(there, sent=1), here) == [(1, "partner_declines")]
    here, there = ends(("finish", "accepted"), ("submit", "accepted"))
    assert said(told(here, sent=1), there) == [(1, "owner_finishes")]
    here, there = ends(("redo", "accepted"), ("submit", "accepted"))
    assert said(told(here, sent=1), there) == [(1, "owner_asks_to_redo")]


def test_what_only_a_person_can_say_again_is_for_people() -> None:
    """No action tells of it, or it needs more than a note."""
    here, there = ends(("ready", "sent"), ("cancel", "referred"))
    assert found(WORLD, case(told(there, sent=1), here))[NAME].cure == "hand"


def test_an_offer_that_was_lost_is_made_again() -> None:
    """With what was said after it; the other end is not there yet."""
    here, _ = ends(("wait", "ready"), ("assign", "received"))
    assert said(told(here, sent=1), None) == [(1, "create")]
    assert said(told(here, sent=2), None) == [(1, "create"), (2, "owner_waits")]
    lone, _ = ends(("assign", "ready"), ("assign", "received"))
    assert found(WORLD, case(told(lone, sent=2), None))[NAME].cure == "hand"
    assert agrees(told(here, counterpart=None), None)


def test_an_end_of_an_earlier_assignment_is_over() -> None:
    """Whoever has it open has missed that; the owner's end is then another assignment's."""
    here, there = ends(("ready", "sent"), ("assign", "received"))
    anew = told(here, generation=2, task_id="p-2.t2")
    assert found(WORLD, case(there, anew))[NAME].cure == "hand"
    assert agrees(replace(there, state="closed", status="cancel", closed_at=START), anew)


def test_the_other_end_is_known_by_how_it_names_this_one() -> None:
    """An owner who has not heard of it yet does not know its id."""
    here, there = ends(("ready", "sent"), ("assign", "received"))
    unheard = told(here, task_id=None)
    assert agrees(unheard, there)
    assert not agrees(unheard, told(there, generation=3))
    assert not agrees(told(unheard, assignment="accepted"), replace(there, end=None))
