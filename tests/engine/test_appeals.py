"""Appeals on a table, one for each docket: from intake to a dispatched decision, by the stream and the clock."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from shared.compile import workflow_of
from shared.domain.people import User
from shared.domain.task import Party, Task
from shared.engine import cases, people, settle, tasks, timers
from shared.engine.session import Identity, Refused, Request
from tests.engine.test_trees import OneWorkflow
from tests.engine.world import ROOT, World
from tests.workflows.appeals import APPEALS

JO, JUNE, AL, QUIN, DEE, HANK, VI = (Identity(name) for name in ("jo", "june", "al", "quin", "dee", "hank", "vi"))
PLACES = {
    "judges": ("jo", "june"),
    "attorneys": ("al",),
    "quality-review": ("quin",),
    "bva-dispatch": ("dee",),
    "hearings-management": ("hank",),
    "vso": ("vi",),
}


@pytest.fixture
def board(world: World) -> World:
    """The Board: two judges, an attorney, a member of each team, and a representative that writes presentations."""
    world.session = replace(world.session, workflows=OneWorkflow(workflow_of(APPEALS)))
    people.bootstrap(world.session, User("root", "Root"))
    people.put_organization(world.session, ROOT, "vso", {"displayName": "Veterans' Friends", "kind": "representative"})
    for place, members in PLACES.items():
        for name in members:
            world.put_user(name)
            world.join(place, name)
    return world


def _intake(world: World, docket: str, **attributes: object) -> None:
    given = {"workflow": "appeals", "caseId": "a1", "attributes": {"docket": docket, **attributes}}
    cases.create_case(world.session, ROOT, given, Request())
    world.drain()


def _all(world: World) -> list[Task]:
    return list(world.store.tasks("a1"))


def _open(world: World) -> dict[str, str]:
    """The statuses of the open tasks, by type, without what only tracks, and what was passed on to a person."""
    found = [t for t in _all(world) if t.closed_at is None and t.type != "TrackVeteranTask" and not t.delegated]
    assert max(Counter(t.type for t in found).values(), default=1) == 1
    return {t.type.removesuffix("Task"): t.status for t in found}


def _act(world: World, who: Identity, type_name: str, action: str, **given: Any) -> None:
    """The action on the newest open task of the type; the stream is delivered."""
    task = next(t for t in reversed(_all(world)) if t.type == f"{type_name}Task" and t.closed_at is None)
    tasks.act(world.session, who, task.task_id, action, given, Request())
    world.drain()


def _advance(world: World, days: int) -> None:
    world.pass_time(days=days)
    timers.sweep(world.session, range(16), lambda: False, _raised)
    world.drain()


def _raised(what: str, error: Exception) -> None:
    raise AssertionError(what) from error


def _decide(world: World, *, review: bool) -> None:
    """From distribution to dispatch."""
    assert _open(world) == {"Root": "on_hold", "Distribution": "assigned"}
    _act(world, ROOT, "Distribution", "distribute", userId="jo")
    assert _open(world) == {"Root": "on_hold", "JudgeAssign": "assigned"}
    _act(world, JO, "JudgeAssign", "assign_to_attorney", userId="al")
    assert _open(world) == {"Root": "on_hold", "JudgeDecisionReview": "on_hold", "Attorney": "assigned"}
    _act(world, AL, "Attorney", "complete")
    assert _open(world) == {"Root": "on_hold", "JudgeDecisionReview": "assigned"}
    _act(world, JO, "JudgeDecisionReview", "complete")
    if review:
        assert _open(world) == {"Root": "on_hold", "QualityReview": "assigned"}
        _act(world, QUIN, "QualityReview", "complete")
    assert _open(world) == {"Root": "on_hold", "BvaDispatch": "assigned"}
    (dispatch,) = (t for t in _all(world) if t.type == "BvaDispatchTask" and t.closed_at is None and not t.delegated)
    assert (dispatch.assigned_party, dispatch.assigned_by) == (Party("user", "dee", "Dee Lee"), None)
    _act(world, DEE, "BvaDispatch", "complete")
    assert _open(world) == {}
    assert {t.status for t in _all(world) if t.parent_id is None} == {"completed"}
    assert settle.settle(world.session, "a1") == 0


def test_direct_review_without_a_representative_is_ready_at_once(board: World) -> None:
    """Nothing is under distribution, and nobody has assigned what intake created."""
    _intake(board, "direct_review")
    assert all(t.assigned_by is None for t in _all(board))
    _decide(board, review=False)


def test_a_representative_writes_a_presentation_first(board: World) -> None:
    """Distribution waits for it; the representative's members see and do their own task, and nothing else."""
    _intake(board, "direct_review", representative={"organizationId": "vso", "writesIhp": True}, qualityReview=True)
    assert _open(board) == {
        "Root": "on_hold",
        "Distribution": "on_hold",
        "InformalHearingPresentation": "assigned",
    }
    with pytest.raises(Refused) as caught:
        _act(board, VI, "Distribution", "distribute", userId="jo")
    assert caught.value.refusal.code == "not_found"
    with pytest.raises(Refused) as caught:
        _act(board, ROOT, "Distribution", "distribute", userId="jo")
    assert caught.value.refusal.code == "action_not_available"
    _act(board, VI, "InformalHearingPresentation", "complete")
    _decide(board, review=True)


def test_evidence_may_be_handed_in_for_90_days(board: World) -> None:
    """Then the presentation, if a representative writes one."""
    _intake(board, "evidence_submission", representative={"organizationId": "vso", "writesIhp": True})
    assert _open(board)["EvidenceSubmissionWindow"] == "assigned"
    _advance(board, 89)
    assert "EvidenceSubmissionWindow" in _open(board)
    _advance(board, 1)
    assert _open(board)["InformalHearingPresentation"] == "assigned"
    _act(board, VI, "InformalHearingPresentation", "complete")
    _decide(board, review=False)


def test_a_hearing_is_scheduled_held_and_followed_by_evidence(board: World) -> None:
    """Postponed once, missed once; the hearing task closes with its children."""
    _intake(board, "hearing", qualityReview=False)
    assert _open(board) == {
        "Root": "on_hold",
        "Distribution": "on_hold",
        "Hearing": "on_hold",
        "ScheduleHearing": "assigned",
    }
    _act(board, HANK, "ScheduleHearing", "complete")
    _act(board, HANK, "AssignHearingDisposition", "set_disposition", disposition="postponed")
    _act(board, HANK, "ScheduleHearing", "complete")
    _act(board, HANK, "AssignHearingDisposition", "set_disposition", disposition="held")
    assert _open(board)["EvidenceSubmissionWindow"] == "assigned"
    _advance(board, 90)
    _decide(board, review=False)
    assert [t.status for t in _all(board) if t.type == "HearingTask"] == ["completed"]


@pytest.mark.parametrize(("action", "given"), [("cancel", {}), ("complete", {"disposition": "cancelled"})])
def test_a_hearing_that_is_withdrawn_or_cancelled(board: World, action: str, given: dict[str, str]) -> None:
    """The hearing task closes, and the appeal is ready for distribution."""
    _intake(board, "hearing")
    _act(board, HANK, "ScheduleHearing", action)
    if given:
        _act(board, HANK, "AssignHearingDisposition", "set_disposition", **given)
    assert _open(board) == {"Root": "on_hold", "Distribution": "assigned"}


def test_a_missed_hearing_is_over_after_15_days(board: World) -> None:
    """By time alone."""
    _intake(board, "hearing")
    _act(board, HANK, "ScheduleHearing", "complete")
    _act(board, HANK, "AssignHearingDisposition", "set_disposition", disposition="no_show")
    assert _open(board)["NoShowHearing"] == "assigned"
    _advance(board, 15)
    assert _open(board) == {"Root": "on_hold", "Distribution": "assigned"}


def test_an_attorneys_task_that_is_cancelled_goes_back_to_the_judge(board: World) -> None:
    """The review is cancelled and a new assignment opens for the same judge, in one transaction."""
    _intake(board, "direct_review")
    _act(board, ROOT, "Distribution", "distribute", userId="jo")
    _act(board, JO, "JudgeAssign", "assign_to_attorney", userId="al")
    attorney = next(t for t in _all(board) if t.type == "AttorneyTask")
    tasks.act(board.session, AL, attorney.task_id, "cancel", {}, Request())
    assert _open(board) == {"Root": "on_hold", "JudgeAssign": "assigned"}
    (again,) = (t for t in _all(board) if t.type == "JudgeAssignTask" and t.closed_at is None)
    assert again.assigned_party is not None
    assert again.assigned_party.id == "jo"
    board.drain()
    _act(board, JO, "JudgeAssign", "assign_to_attorney", userId="al")
    assert _open(board)["Attorney"] == "assigned"


def test_a_review_that_was_passed_on_leads_to_dispatch(board: World) -> None:
    """Cancelled, it comes back to its organization; completed, the organization's task closes and dispatch opens."""
    _intake(board, "direct_review", qualityReview=True)
    _act(board, ROOT, "Distribution", "distribute", userId="jo")
    _act(board, JO, "JudgeAssign", "assign_to_attorney", userId="al")
    _act(board, AL, "Attorney", "complete")
    _act(board, JO, "JudgeDecisionReview", "complete")
    for action, left in (("cancel", "QualityReviewTask"), ("complete", "BvaDispatchTask")):
        _act(board, QUIN, "QualityReview", "assign_to_person", userId="quin")
        child = next(
            t for t in _all(board) if t.type == "QualityReviewTask" and t.closed_at is None and not t.delegated
        )
        tasks.act(board.session, QUIN, child.task_id, action, {}, Request())
        board.drain()
        assert [t.type for t in _all(board) if t.closed_at is None and not t.delegated] == ["RootTask", left]


@pytest.mark.parametrize("user_id", ["al", "nobody"])
def test_only_judges_are_given_appeals(board: World, user_id: str) -> None:
    """409 for those who are none, 422 for those who are not there; distribution stays as it is."""
    _intake(board, "direct_review")
    with pytest.raises(Refused) as caught:
        _act(board, ROOT, "Distribution", "distribute", userId=user_id)
    assert caught.value.refusal.code == ("assignee_not_member" if user_id == "al" else "invalid_input")
    assert _open(board) == {"Root": "on_hold", "Distribution": "assigned"}


def test_there_is_one_root_and_nobody_creates_another(board: World) -> None:
    """Nor any task that only follows on another."""
    _intake(board, "direct_review")
    for given in ({"type": "RootTask"}, {"type": "JudgeAssignTask", "parentId": _all(board)[0].task_id}):
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
    _intake(board, "hearing")
    board.join("bva", "june")
    with pytest.raises(Refused) as caught:
        _act(board, JUNE, "Root", "cancel")
    assert (caught.value.refusal.code, caught.value.refusal.who) == ("not_allowed", ("administrators",))
    _act(board, ROOT, "Root", "cancel", cancellationReason="substitution")
    assert _open(board) == {}
    assert {t.status for t in _all(board)} == {"cancelled"}


def test_a_representative_tracks_the_appeal_until_it_ends(board: World) -> None:
    """In no queue, without actions, and completed with the root."""
    _intake(board, "direct_review", representative={"organizationId": "vso"})
    (track,) = (t for t in _all(board) if t.type == "TrackVeteranTask")
    assert (track.status, track.tab, track.started_at) == ("in_progress", None, board.now)
    offers = tasks.available_actions(board.session, VI, track.task_id)[1]
    assert [offer for offer in offers if offer.refusal is None] == []
    _decide(board, review=False)
    assert board.stored(track.task_id).status == "completed"


def _create(world: World, who: Identity, type_name: str, parent: str, **given: object) -> None:
    above = next(t for t in _all(world) if t.type == f"{parent}Task" and t.closed_at is None)
    fields = {"type": f"{type_name}Task", "parentId": above.task_id, **given}
    tasks.create_task(world.session, who, "a1", fields, Request())
    world.drain()


def test_what_is_asked_for_blocks_what_it_stands_under(board: World) -> None:
    """A translation blocks distribution, a colocated task the draft; an engineering task whatever it is under."""
    _intake(board, "direct_review")
    _create(board, QUIN, "Translation", "Distribution")
    assert _open(board) == {"Root": "on_hold", "Distribution": "on_hold", "Translation": "assigned"}
    _act(board, ROOT, "Translation", "complete")
    _act(board, ROOT, "Distribution", "distribute", userId="jo")
    _act(board, JO, "JudgeAssign", "assign_to_attorney", userId="al")
    _create(board, AL, "Colocated", "Attorney")
    assert _open(board)["Attorney"] == "on_hold"
    with pytest.raises(Refused) as caught:
        _create(board, JUNE, "Colocated", "Attorney")
    assert caught.value.refusal.code == "not_allowed"
    with pytest.raises(Refused) as caught:
        _act(board, AL, "Attorney", "complete")
    assert caught.value.refusal.code == "open_children"
    _act(board, ROOT, "Colocated", "complete")
    _create(board, ROOT, "Engineering", "Attorney", assignedParty={"kind": "user", "id": "root"})
    assert _open(board)["Attorney"] == "on_hold"
    with pytest.raises(Refused) as caught:
        _create(board, AL, "Engineering", "Attorney")
    assert caught.value.refusal.code == "not_allowed"
    _act(board, ROOT, "Engineering", "complete")
    assert _open(board)["Attorney"] == "assigned"


def test_what_may_outlives_the_root(board: World) -> None:
    """A request for records stays open when the decision is dispatched, a translation does not."""
    _intake(board, "direct_review")
    _create(board, QUIN, "Foia", "Root")
    _create(board, QUIN, "Translation", "Root")
    _act(board, ROOT, "Distribution", "distribute", userId="jo")
    _act(board, JO, "JudgeAssign", "assign_to_attorney", userId="al")
    _act(board, AL, "Attorney", "complete")
    _act(board, JO, "JudgeDecisionReview", "complete")
    _act(board, DEE, "BvaDispatch", "complete")
    assert _open(board) == {"Foia": "assigned"}
    (translation,) = (t for t in _all(board) if t.type == "TranslationTask")
    assert translation.status == "cancelled"
    _act(board, ROOT, "Foia", "complete")
    assert _open(board) == {}


def test_an_attorney_waits_for_some_days(board: World) -> None:
    """The hold is hidden, and over when its days are; the judge reassigns meanwhile, and it runs on."""
    _intake(board, "direct_review")
    _act(board, ROOT, "Distribution", "distribute", userId="jo")
    _act(board, JO, "JudgeAssign", "assign_to_attorney", userId="al")
    _act(board, AL, "Attorney", "place_timed_hold", days=30)
    assert _open(board)["Attorney"] == "on_hold"
    board.put_user("abe")
    board.join("attorneys", "abe")
    with pytest.raises(Refused) as caught:
        _act(board, AL, "Attorney", "reassign", assignedParty={"kind": "user", "id": "june"})
    assert caught.value.refusal.code == "assignee_not_member"
    _act(board, AL, "Attorney", "reassign", assignedParty={"kind": "user", "id": "abe"})
    _advance(board, 30)
    assert _open(board)["Attorney"] == "assigned"
    assert "TimedHold" not in _open(board)


def test_a_departing_attorney_gives_the_appeal_back_to_the_judge(board: World) -> None:
    """Their task is cancelled, and the judge has the appeal to assign again; what a judge has stays, and is listed."""
    _intake(board, "direct_review")
    _act(board, ROOT, "Distribution", "distribute", userId="jo")
    _act(board, JO, "JudgeAssign", "assign_to_attorney", userId="al")
    dry = people.hand_back(board.session, ROOT, "al", dry_run=True)
    assert [item.action for item in dry.tasks] == ["cancel"]
    assert people.hand_back(board.session, ROOT, "al", dry_run=False).tasks == dry.tasks
    board.drain()
    assert _open(board) == {"Root": "on_hold", "JudgeAssign": "assigned"}
    (left,) = people.hand_back(board.session, ROOT, "jo", dry_run=False).tasks
    assert left.refusal is not None
    assert left.refusal.detail == "Nothing hands a JudgeAssignTask back: find somebody else for it."
