"""An appeal's task gets another assignee in place: nothing else of it, under it or above it moves."""

from __future__ import annotations

import pytest

from shared.domain.model.task import Task
from shared.engine import settle, tasks
from shared.engine.session import Identity, Refused, Request
from tests.engine.board import AL, JO, QUIN, act, advance, create, intake, seat, tasks_of
from tests.engine.soundness import check_case
from tests.engine.world import ROOT, World

ABE = Identity("abe")
TO_ABE = {"kind": "user", "id": "abe"}


@pytest.fixture
def board(world: World) -> World:
    """The Board, with a second attorney; jo has given al an appeal to draft."""
    seat(world)
    world.put_user("abe")
    world.join("attorneys", "abe")
    intake(world, "direct_review", qualityReview=True)
    act(world, ROOT, "Distribution", "distribute", userId="jo")
    act(world, JO, "JudgeAssign", "assign_to_attorney", userId="al")
    return world


def _the(world: World, type_name: str) -> Task:
    """The newest open task of the type."""
    return next(t for t in reversed(tasks_of(world)) if t.type == f"{type_name}Task" and t.closed_at is None)


def _refused(world: World, who: Identity, task: Task, party: dict[str, str]) -> str:
    with pytest.raises(Refused) as caught:
        tasks.act(world.session, who, task.task_id, "reassign", {"assignedParty": party}, Request())
    assert world.stored(task.task_id) == task
    return caught.value.refusal.code


def test_a_task_keeps_all_but_its_assignee(board: World) -> None:
    """Assigned by whom and when is new, and the history names from and to; the parent notices nothing."""
    before, parent = _the(board, "Attorney"), _the(board, "JudgeDecisionReview")
    board.pass_time(hours=3)
    act(board, JO, "Attorney", "reassign", assignedParty=TO_ABE, instructions="Al is ill.")
    after = board.stored(before.task_id)
    assert (after.status, after.version, after.parent_id) == ("assigned", before.version + 1, before.parent_id)
    assert (after.assigned_at, after.updated_at) == (board.now, board.now)
    assert after.created_at == before.created_at
    assert after.assigned_party is not None
    assert after.assigned_by is not None
    assert (after.assigned_party.id, after.assigned_by.id) == ("abe", "jo")
    assert board.store.texts(before.task_id).instructions == ("Al is ill.",)
    (entry,) = board.store.history(before.task_id, before.version)
    al, abe = ({"kind": "user", "id": i, "displayName": f"{i.title()} Lee"} for i in ("al", "abe"))
    assert entry.action == "reassign"
    assert entry.changes["assignedParty"] == {"from": al, "to": abe}
    assert board.stored(parent.task_id) == parent
    check_case(board, "a1")
    act(board, ABE, "Attorney", "complete")
    assert board.stored(parent.task_id).status == "assigned"


def test_work_that_had_begun_is_assigned_anew(board: World) -> None:
    """In progress becomes assigned; when it was first begun stays known."""
    act(board, AL, "Attorney", "start")
    started = _the(board, "Attorney").started_at
    board.pass_time(days=1)
    act(board, AL, "Attorney", "reassign", assignedParty=TO_ABE)
    after = _the(board, "Attorney")
    assert (after.status, after.assigned_at, after.started_at) == ("assigned", board.now, started)


def test_open_children_stay_and_keep_it_on_hold(board: World) -> None:
    """What the first assignee asked for comes back to the second one."""
    colocated = create(board, AL, "Colocated", "Attorney", kind="ihp").task
    before = _the(board, "Attorney")
    board.pass_time(hours=1)
    act(board, JO, "Attorney", "reassign", assignedParty=TO_ABE)
    after = board.stored(before.task_id)
    assert (after.status, after.placed_on_hold_at) == ("on_hold", before.placed_on_hold_at)
    assert (after.children, after.assigned_at) == (before.children, board.now)
    assert board.stored(colocated.task_id) == colocated
    act(board, ROOT, "Colocated", "complete")
    assert board.stored(before.task_id).status == "assigned"
    check_case(board, "a1")


def test_a_timed_hold_runs_on_and_ends_once(board: World) -> None:
    """With what remains of its days: the timer is due when it was."""
    act(board, AL, "Attorney", "place_timed_hold", days=30)
    held = _the(board, "Attorney")
    hold = board.stored(held.hold_id or "")
    running = board.store.timers("a1")
    advance(board, 20)
    act(board, JO, "Attorney", "reassign", assignedParty=TO_ABE)
    after = board.stored(held.task_id)
    assert (after.status, after.hold_id) == ("on_hold", hold.task_id)
    assert after.placed_on_hold_at == held.placed_on_hold_at
    assert (board.stored(hold.task_id), board.store.timers("a1")) == (hold, running)
    advance(board, 9)
    assert board.stored(held.task_id).status == "on_hold"
    advance(board, 1)
    assert board.stored(held.task_id).status == "assigned"
    assert board.stored(hold.task_id).status == "completed"
    assert settle.fire(board.session, running[0]) == 0
    assert [e.action for e in board.store.history(hold.task_id)] == ["create", "run_out"]
    assert [e.action for e in board.store.history(held.task_id)][-2:] == ["reassign", "hold_ended"]


def test_only_members_get_what_their_organization_passed_on(board: World) -> None:
    """409 for others and for organizations; for a member in place, and the organization's task notices nothing."""
    act(board, AL, "Attorney", "complete")
    act(board, JO, "JudgeDecisionReview", "complete")
    act(board, QUIN, "QualityReview", "assign_to_person", userId="quin")
    child = _the(board, "QualityReview")
    assert child.is_delegate
    for party in (TO_ABE, {"kind": "organization", "id": "quality-review"}, {"kind": "organization", "id": "vso"}):
        assert _refused(board, QUIN, child, party) == "assignee_not_member"
    above = board.stored(child.parent_id or "")
    board.join("quality-review", "abe")
    act(board, QUIN, "QualityReview", "reassign", assignedParty=TO_ABE)
    after = board.stored(child.task_id)
    assert after.assigned_party is not None
    assert (after.assigned_party.id, after.parent_id, after.queue) == ("abe", above.task_id, "quality-review")
    assert board.stored(above.task_id) == above
    act(board, ABE, "QualityReview", "complete")
    assert board.stored(above.task_id).status == "completed"


def test_who_may_have_it_is_asked_first(board: World) -> None:
    """Attorneys only; nobody who has left; and nothing at all once it is closed."""
    attorney = _the(board, "Attorney")
    assert _refused(board, JO, attorney, {"kind": "user", "id": "quin"}) == "assignee_not_member"
    assert _refused(board, JO, attorney, {"kind": "user", "id": "nobody"}) == "invalid_input"
    board.put_user("abe", active=False)
    assert _refused(board, JO, attorney, TO_ABE) == "invalid_input"
    assert _refused(board, QUIN, attorney, {"kind": "user", "id": "al"}) == "not_allowed"
    act(board, AL, "Attorney", "complete")
    assert _refused(board, AL, board.stored(attorney.task_id), {"kind": "user", "id": "al"}) == "action_not_available"


def test_who_has_it_already_keeps_it(board: World) -> None:
    """Nothing changes, and nothing is said."""
    before = _the(board, "Attorney")
    board.pass_time(hours=1)
    act(board, JO, "Attorney", "reassign", assignedParty={"kind": "user", "id": "al"})
    assert board.stored(before.task_id) == before
