"""Tasks of appeals that are opened again: under parents that are closed, and under parents on a timed hold."""

from __future__ import annotations

import pytest

from shared.domain.model.task import Task
from shared.engine import tasks
from shared.engine.session import PLAIN, Refused, Session
from tests.engine.between import Between, at
from tests.engine.board import CLEO, JO, QUIN, act, create, intake, seat, tasks_of
from tests.engine.soundness import check_case
from tests.engine.world import ROOT, World


@pytest.fixture
def board(world: World) -> World:
    """The Board, with somebody who translates."""
    made = seat(world)
    made.join("translation", "quin")
    return made


def _denied(board: World) -> Task:
    """The organization's task that stands under the ruling, completed by the clerk."""
    intake(board, "direct_review")
    create(board, CLEO, "DocketSwitchMail")
    act(board, CLEO, "DocketSwitchMail", "send_to_judge", userId="jo")
    act(board, JO, "DocketSwitchRuling", "rule", ruling="denied")
    act(board, CLEO, "DocketSwitchDenied", "complete")
    return next(t for t in tasks_of(board) if t.type == "DocketSwitchDeniedTask" and not t.is_delegate)


def test_what_counts_further_up_is_opened_again_although_its_parent_is_closed(board: World) -> None:
    """The task at which it counts is on hold for it again, and comes back when it is completed."""
    denied = _denied(board)
    above = board.stored(denied.counts_at or "")
    assert (above.type, above.status) == ("DistributionTask", "assigned")
    assert board.act(denied.task_id, "reopen").value.task.status == "assigned"
    board.drain()
    assert board.stored(above.task_id).status == "on_hold"
    act(board, CLEO, "DocketSwitchDenied", "complete")
    assert board.stored(above.task_id).status == "assigned"
    check_case(board, "a1")


def test_what_counts_at_a_closed_task_is_not_opened_again(board: World) -> None:
    """409 `parent_closed`: the appeal has gone on to a judge."""
    denied = _denied(board)
    act(board, ROOT, "Distribution", "distribute", userId="jo")
    with pytest.raises(Refused) as caught:
        board.act(denied.task_id, "reopen")
    assert caught.value.refusal.code == "parent_closed"


def test_opening_a_child_again_ends_the_hold_of_its_parent(board: World) -> None:
    """As a new child does: no hold is left running that nothing names."""
    intake(board, "evidence_submission")
    task = create(board, ROOT, "Translation", "Distribution").task
    child = create(board, ROOT, "Engineering", "Translation").task
    act(board, ROOT, "Engineering", "complete")
    act(board, QUIN, "Translation", "place_timed_hold", days=10)
    board.act(child.task_id, "reopen")
    board.drain()
    (hold,) = (t for t in tasks_of(board) if t.type == "TimedHoldTask")
    assert (hold.status, board.stored(task.task_id).hold_id) == ("cancelled", None)
    check_case(board, "a1")


@pytest.mark.parametrize("first", ["reopen", "reassign"])
def test_who_gets_a_parent_while_its_child_is_opened_again_for_them_has_one_of_them(board: World, first: str) -> None:
    """Whichever of the two commits second is decided anew, in sight of the other: 409 or 422."""
    intake(board, "evidence_submission")
    task = create(board, ROOT, "Translation", "Distribution").task
    act(board, ROOT, "Translation", "assign_to_person", userId="quin")
    child = tasks_of(board)[-1]
    create(board, ROOT, "Engineering", parentId=task.task_id)
    act(board, QUIN, "Translation", "complete")

    def reopen(session: Session) -> object:
        return tasks.act(session, ROOT, child.task_id, "reopen", {}, PLAIN)

    def reassign(session: Session) -> object:
        to_quin = {"assignedParty": {"kind": "user", "id": "quin"}}
        return tasks.act(session, ROOT, task.task_id, "reassign", to_quin, PLAIN)

    one, other = (reopen, reassign) if first == "reopen" else (reassign, reopen)
    with pytest.raises(Refused) as caught:
        other(at(board.session, Between(board.store, lambda: one(board.session))))
    assert caught.value.refusal.rule == "not_its_parents_twin"
    holder = board.stored(task.task_id).assigned_party
    assert holder is not None
    assert (holder.id == "quin") is (first == "reassign")
    board.drain()
    check_case(board, "a1")
