"""Appeals on a table, one for each docket: from intake to a dispatched decision, by the stream and the clock."""

from __future__ import annotations

import pytest

from shared.domain.model.task import Party
from shared.engine import cases, people, settle, tasks
from shared.engine.session import Refused, Request
from tests.engine.board import (
    AL,
    DEE,
    HANK,
    HEARING,
    JO,
    JUNE,
    QUIN,
    VI,
    act,
    advance,
    create,
    intake,
    open_tasks,
    seat,
    tasks_of,
)
from tests.engine.world import ROOT, World

pytestmark = pytest.mark.usefixtures("sound")


@pytest.fixture
def board(world: World) -> World:
    """The Board and its people."""
    return seat(world)


def _decide(world: World, *, review: bool) -> None:
    """From distribution to dispatch."""
    assert open_tasks(world) == {"Root": "on_hold", "Distribution": "assigned"}
    act(world, ROOT, "Distribution", "distribute", userId="jo")
    assert open_tasks(world) == {"Root": "on_hold", "JudgeAssign": "assigned"}
    act(world, JO, "JudgeAssign", "assign_to_attorney", userId="al")
    assert open_tasks(world) == {"Root": "on_hold", "JudgeDecisionReview": "on_hold", "Attorney": "assigned"}
    act(world, AL, "Attorney", "complete")
    assert open_tasks(world) == {"Root": "on_hold", "JudgeDecisionReview": "assigned"}
    act(world, JO, "JudgeDecisionReview", "complete")
    if review:
        assert open_tasks(world) == {"Root": "on_hold", "QualityReview": "assigned"}
        act(world, QUIN, "QualityReview", "complete")
    assert open_tasks(world) == {"Root": "on_hold", "BvaDispatch": "assigned"}
    (dispatch,) = (
        t for t in tasks_of(world) if t.type == "BvaDispatchTask" and t.closed_at is None and not t.delegated
    )
    assert (dispatch.assigned_party, dispatch.assigned_by) == (Party("user", "dee", "Dee Lee"), None)
    act(world, DEE, "BvaDispatch", "complete")
    assert open_tasks(world) == {}
    assert {t.status for t in tasks_of(world) if t.parent_id is None} == {"completed"}
    assert settle.settle(world.session, "a1") == 0


def test_direct_review_without_a_representative_is_ready_at_once(board: World) -> None:
    """Nothing is under distribution, and nobody has assigned what intake created."""
    intake(board, "direct_review")
    assert all(t.assigned_by is None for t in tasks_of(board))
    _decide(board, review=False)


def test_a_representative_writes_a_presentation_first(board: World) -> None:
    """Distribution waits for it; the representative's members see and do their own task, and nothing else."""
    intake(board, "direct_review", representative={"organizationId": "vso", "writesIhp": True}, qualityReview=True)
    assert open_tasks(board) == {
        "Root": "on_hold",
        "Distribution": "on_hold",
        "InformalHearingPresentation": "assigned",
    }
    with pytest.raises(Refused) as caught:
        act(board, VI, "Distribution", "distribute", userId="jo")
    assert caught.value.refusal.code == "not_found"
    with pytest.raises(Refused) as caught:
        act(board, ROOT, "Distribution", "distribute", userId="jo")
    assert caught.value.refusal.code == "open_children"
    act(board, VI, "InformalHearingPresentation", "complete")
    _decide(board, review=True)


def test_evidence_may_be_handed_in_for_90_days(board: World) -> None:
    """Then the presentation, if a representative writes one."""
    intake(board, "evidence_submission", representative={"organizationId": "vso", "writesIhp": True})
    assert open_tasks(board)["EvidenceSubmissionWindow"] == "assigned"
    advance(board, 89)
    assert "EvidenceSubmissionWindow" in open_tasks(board)
    advance(board, 1)
    assert open_tasks(board)["InformalHearingPresentation"] == "assigned"
    act(board, VI, "InformalHearingPresentation", "complete")
    _decide(board, review=False)


def test_a_hearing_is_scheduled_held_and_followed_by_evidence(board: World) -> None:
    """Postponed once, missed once; the hearing task closes with its children."""
    intake(board, "hearing", qualityReview=False)
    assert open_tasks(board) == {
        "Root": "on_hold",
        "Distribution": "on_hold",
        "Hearing": "on_hold",
        "ScheduleHearing": "assigned",
    }
    act(board, HANK, "ScheduleHearing", "complete", date=HEARING)
    act(board, HANK, "AssignHearingDisposition", "set_disposition", disposition="postponed")
    act(board, HANK, "ScheduleHearing", "complete", date=HEARING)
    act(board, HANK, "AssignHearingDisposition", "set_disposition", disposition="held")
    assert open_tasks(board)["EvidenceSubmissionWindow"] == "assigned"
    advance(board, 90)
    _decide(board, review=False)
    assert [t.status for t in tasks_of(board) if t.type == "HearingTask"] == ["completed"]


@pytest.mark.parametrize(("action", "given"), [("cancel", {}), ("complete", {"disposition": "cancelled"})])
def test_a_hearing_that_is_withdrawn_or_cancelled(board: World, action: str, given: dict[str, str]) -> None:
    """The hearing task closes, and the appeal is ready for distribution."""
    intake(board, "hearing")
    act(board, HANK, "ScheduleHearing", action, **({"date": HEARING} if given else {}))
    if given:
        act(board, HANK, "AssignHearingDisposition", "set_disposition", **given)
    assert open_tasks(board) == {"Root": "on_hold", "Distribution": "assigned"}


def test_a_missed_hearing_is_over_after_15_days(board: World) -> None:
    """By time alone: the hold that it begins with runs out."""
    intake(board, "hearing")
    act(board, HANK, "ScheduleHearing", "complete", date=HEARING)
    act(board, HANK, "AssignHearingDisposition", "set_disposition", disposition="no_show")
    assert {name: open_tasks(board)[name] for name in ("NoShowHearing", "TimedHold")} == {
        "NoShowHearing": "on_hold",
        "TimedHold": "assigned",
    }
    advance(board, 14)
    assert open_tasks(board)["NoShowHearing"] == "on_hold"
    advance(board, 1)
    assert open_tasks(board) == {"Root": "on_hold", "Distribution": "assigned"}


def test_an_attorneys_task_that_is_cancelled_goes_back_to_the_judge(board: World) -> None:
    """The review is cancelled and a new assignment opens for the same judge, in one transaction."""
    intake(board, "direct_review")
    act(board, ROOT, "Distribution", "distribute", userId="jo")
    act(board, JO, "JudgeAssign", "assign_to_attorney", userId="al")
    attorney = next(t for t in tasks_of(board) if t.type == "AttorneyTask")
    tasks.act(board.session, AL, attorney.task_id, "cancel", {}, Request())
    assert open_tasks(board) == {"Root": "on_hold", "JudgeAssign": "assigned"}
    (again,) = (t for t in tasks_of(board) if t.type == "JudgeAssignTask" and t.closed_at is None)
    assert again.assigned_party is not None
    assert again.assigned_party.id == "jo"
    board.drain()
    act(board, JO, "JudgeAssign", "assign_to_attorney", userId="al")
    assert open_tasks(board)["Attorney"] == "assigned"


def test_a_review_that_was_passed_on_leads_to_dispatch(board: World) -> None:
    """Cancelled, it comes back to its organization; completed, the organization's task closes and dispatch opens."""
    intake(board, "direct_review", qualityReview=True)
    act(board, ROOT, "Distribution", "distribute", userId="jo")
    act(board, JO, "JudgeAssign", "assign_to_attorney", userId="al")
    act(board, AL, "Attorney", "complete")
    act(board, JO, "JudgeDecisionReview", "complete")
    for action, left in (("cancel", "QualityReviewTask"), ("complete", "BvaDispatchTask")):
        act(board, QUIN, "QualityReview", "assign_to_person", userId="quin")
        child = next(
            t for t in tasks_of(board) if t.type == "QualityReviewTask" and t.closed_at is None and not t.delegated
        )
        tasks.act(board.session, QUIN, child.task_id, action, {}, Request())
        board.drain()
        assert [t.type for t in tasks_of(board) if t.closed_at is None and not t.delegated] == ["RootTask", left]


@pytest.mark.parametrize("user_id", ["al", "nobody"])
def test_only_judges_are_given_appeals(board: World, user_id: str) -> None:
    """409 for those who are none, 422 for those who are not there; distribution stays as it is."""
    intake(board, "direct_review")
    with pytest.raises(Refused) as caught:
        act(board, ROOT, "Distribution", "distribute", userId=user_id)
    assert caught.value.refusal.code == ("assignee_not_member" if user_id == "al" else "invalid_input")
    assert open_tasks(board) == {"Root": "on_hold", "Distribution": "assigned"}


def test_there_is_one_root_and_nobody_creates_another(board: World) -> None:
    """Nor any task that only follows on another."""
    intake(board, "direct_review")
    for given in ({"type": "RootTask"}, {"type": "JudgeAssignTask", "parentId": tasks_of(board)[0].task_id}):
        with pytest.raises(Refused) as caught:
            tasks.create_task(board.session, ROOT, "a1", given, Request())
        assert caught.value.refusal.code == "not_allowed"


@pytest.mark.parametrize("attributes", [{}, {"docket": "legacy"}, {"docket": "hearing", "representative": {"id": "x"}}])
def test_an_appeal_needs_a_docket(board: World, attributes: dict[str, object]) -> None:
    """422, and there is no case."""
    with pytest.raises(Refused) as caught:
        cases.create_case(
            board.session, ROOT, {"workflow": "appeals", "caseId": "a2", "attributes": attributes}, Request()
        )
    assert caught.value.refusal.code == "invalid_input"


def test_an_administrator_cancels_an_appeal_whole(board: World) -> None:
    """Everything open ends with the root, with the reason on it."""
    intake(board, "hearing")
    board.join("bva", "june")
    with pytest.raises(Refused) as caught:
        act(board, JUNE, "Root", "cancel")
    assert (caught.value.refusal.code, caught.value.refusal.who) == ("not_allowed", ("administrators",))
    act(board, ROOT, "Root", "cancel", cancellationReason="substitution")
    assert open_tasks(board) == {}
    assert {t.status for t in tasks_of(board)} == {"cancelled"}


def test_a_representative_tracks_the_appeal_until_it_ends(board: World) -> None:
    """In no queue, without actions, and completed with the root."""
    intake(board, "direct_review", representative={"organizationId": "vso"})
    (track,) = (t for t in tasks_of(board) if t.type == "TrackVeteranTask")
    assert (track.status, track.tab, track.started_at) == ("in_progress", None, board.now)
    offers = tasks.available_actions(board.session, VI, track.task_id)[1]
    assert [offer for offer in offers if offer.refusal is None] == []
    _decide(board, review=False)
    assert board.stored(track.task_id).status == "completed"


def test_what_is_asked_for_blocks_what_it_stands_under(board: World) -> None:
    """A translation blocks distribution, a colocated task the draft; an engineering task whatever it is under."""
    intake(board, "direct_review")
    create(board, QUIN, "Translation", "Distribution")
    assert open_tasks(board) == {"Root": "on_hold", "Distribution": "on_hold", "Translation": "assigned"}
    act(board, ROOT, "Translation", "complete")
    act(board, ROOT, "Distribution", "distribute", userId="jo")
    act(board, JO, "JudgeAssign", "assign_to_attorney", userId="al")
    create(board, AL, "Colocated", "Attorney", kind="ihp")
    assert open_tasks(board)["Attorney"] == "on_hold"
    with pytest.raises(Refused) as caught:
        create(board, JUNE, "Colocated", "Attorney", kind="other")
    assert caught.value.refusal.code == "not_allowed"
    with pytest.raises(Refused) as caught:
        act(board, AL, "Attorney", "complete")
    assert caught.value.refusal.code == "open_children"
    act(board, ROOT, "Colocated", "complete")
    create(board, ROOT, "Engineering", "Attorney", assignedParty={"kind": "user", "id": "root"})
    assert open_tasks(board)["Attorney"] == "on_hold"
    with pytest.raises(Refused) as caught:
        create(board, AL, "Engineering", "Attorney")
    assert caught.value.refusal.code == "not_allowed"
    act(board, ROOT, "Engineering", "complete")
    assert open_tasks(board)["Attorney"] == "assigned"


def test_what_may_outlives_the_root(board: World) -> None:
    """A request for records stays open when the decision is dispatched, a translation does not."""
    intake(board, "direct_review")
    create(board, QUIN, "Foia", "Root")
    create(board, QUIN, "Translation", "Root")
    act(board, ROOT, "Distribution", "distribute", userId="jo")
    act(board, JO, "JudgeAssign", "assign_to_attorney", userId="al")
    act(board, AL, "Attorney", "complete")
    act(board, JO, "JudgeDecisionReview", "complete")
    act(board, DEE, "BvaDispatch", "complete")
    assert open_tasks(board) == {"Foia": "assigned"}
    (translation,) = (t for t in tasks_of(board) if t.type == "TranslationTask")
    assert translation.status == "cancelled"
    act(board, ROOT, "Foia", "complete")
    assert open_tasks(board) == {}


def test_an_attorney_waits_for_some_days(board: World) -> None:
    """The hold is hidden, and over when its days are; the judge reassigns meanwhile, and it runs on."""
    intake(board, "direct_review")
    act(board, ROOT, "Distribution", "distribute", userId="jo")
    act(board, JO, "JudgeAssign", "assign_to_attorney", userId="al")
    act(board, AL, "Attorney", "place_timed_hold", days=30)
    assert open_tasks(board)["Attorney"] == "on_hold"
    board.put_user("abe")
    board.join("attorneys", "abe")
    with pytest.raises(Refused) as caught:
        act(board, AL, "Attorney", "reassign", assignedParty={"kind": "user", "id": "june"})
    assert caught.value.refusal.code == "assignee_not_member"
    act(board, AL, "Attorney", "reassign", assignedParty={"kind": "user", "id": "abe"})
    advance(board, 30)
    assert open_tasks(board)["Attorney"] == "assigned"
    assert "TimedHold" not in open_tasks(board)


def test_a_departing_attorney_gives_the_appeal_back_to_the_judge(board: World) -> None:
    """Their task is cancelled, and the judge has the appeal to assign again; what a judge has stays, and is listed."""
    intake(board, "direct_review")
    act(board, ROOT, "Distribution", "distribute", userId="jo")
    act(board, JO, "JudgeAssign", "assign_to_attorney", userId="al")
    dry = people.hand_back(board.session, ROOT, "al", {"dryRun": True})
    assert [item.action for item in dry.tasks] == ["cancel"]
    assert people.hand_back(board.session, ROOT, "al", {}).tasks == dry.tasks
    board.drain()
    assert open_tasks(board) == {"Root": "on_hold", "JudgeAssign": "assigned"}
    (left,) = people.hand_back(board.session, ROOT, "jo", {}).tasks
    assert left.refusal is not None
    assert left.refusal.detail == "Nothing hands a JudgeAssignTask back: find somebody else for it."
