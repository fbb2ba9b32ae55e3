"""A docket switch: asked for by a clerk, ruled by a judge, denied, or granted and carried out in a case of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.domain.model.task import Task
from shared.engine import cases, people, settle, surroundings, tasks
from shared.engine.session import ATTEMPTS, Identity, Refused, Request, Session
from shared.storage.keys import CaseKey
from tests.engine.board import CLEO, JO, MAY, QUIN, act, advance, create, intake, open_tasks, seat, tasks_of
from tests.engine.world import ROOT, World
from tests.workflows.versions import Several

pytestmark = pytest.mark.usefixtures("sound")

Figure = tuple[str, str, tuple[Any, ...]]

GRANTED: Figure = (
    "RootTask",
    "cancelled",
    (
        (
            "DistributionTask",
            "cancelled",
            (
                ("DocketSwitchMailTask", "completed", (("DocketSwitchMailTask", "completed", ()),)),
                (
                    "DocketSwitchRulingTask",
                    "completed",
                    (("DocketSwitchGrantedTask", "completed", (("DocketSwitchGrantedTask", "completed", ()),)),),
                ),
            ),
        ),
    ),
)
"""The first figure of the seed."""
DENIED: Figure = (
    "RootTask",
    "on_hold",
    (
        (
            "DistributionTask",
            "on_hold",
            (
                ("EvidenceSubmissionWindowTask", "assigned", ()),
                ("DocketSwitchMailTask", "completed", (("DocketSwitchMailTask", "completed", ()),)),
                (
                    "DocketSwitchRulingTask",
                    "completed",
                    (("DocketSwitchDeniedTask", "completed", (("DocketSwitchDeniedTask", "completed", ()),)),),
                ),
            ),
        ),
    ),
)
"""The second figure of the seed."""


@pytest.fixture
def board(world: World) -> World:
    """The Board and its people."""
    return seat(world)


def _figure(world: World, case_id: str = "a1") -> Figure:
    found = tasks_of(world, case_id)
    (root,) = (task for task in found if task.parent_id is None)
    return _node(root, found)


def _node(task: Task, found: list[Task]) -> Figure:
    return task.type, task.status, tuple(_node(t, found) for t in found if t.parent_id == task.task_id)


def _ask(world: World) -> None:
    """A clerk has asked, and sent it to a judge."""
    create(world, CLEO, "DocketSwitchMail")
    act(world, CLEO, "DocketSwitchMail", "send_to_judge", userId="jo")


def _grant(world: World, docket: str = "hearing", **given: object) -> str:
    """The clerk has switched the docket; the id of the new case."""
    granted = next(t for t in reversed(tasks_of(world)) if t.type == "DocketSwitchGrantedTask")
    answer = tasks.act(world.session, CLEO, granted.task_id, "complete", {"docket": docket, **given}, Request())
    assert answer.value.task.new_case_id is not None
    return answer.value.task.new_case_id


def test_a_denied_switch_leaves_the_tree_of_the_figure(board: World) -> None:
    """Distribution waits for the switch, and then for the window that was open all the time."""
    intake(board, "evidence_submission")
    _ask(board)
    assert open_tasks(board)["DocketSwitchRuling"] == "assigned"
    act(board, JO, "DocketSwitchRuling", "rule", ruling="denied")
    assert open_tasks(board)["DocketSwitchDenied"] == "assigned"
    act(board, CLEO, "DocketSwitchDenied", "complete")
    assert _figure(board) == DENIED
    assert settle.settle(board.session, "a1") == 0


def test_distribution_is_ready_once_a_switch_is_denied(board: World) -> None:
    """What hangs under the ruling, which is closed, counts at the distribution task."""
    intake(board, "direct_review")
    _ask(board)
    act(board, JO, "DocketSwitchRuling", "rule", ruling="denied")
    assert open_tasks(board)["Distribution"] == "on_hold"
    act(board, CLEO, "DocketSwitchDenied", "complete")
    assert open_tasks(board) == {"Root": "on_hold", "Distribution": "assigned"}


def test_a_granted_switch_leaves_the_tree_of_the_figure(board: World) -> None:
    """And a new case, begun as at intake, with the granted task that shows where it comes from."""
    intake(board, "direct_review")
    _ask(board)
    act(board, JO, "DocketSwitchRuling", "rule", ruling="granted")
    new_case = _grant(board)
    board.drain()
    assert _figure(board) == GRANTED
    assert _figure(board, new_case) == (
        "RootTask",
        "on_hold",
        (
            ("DistributionTask", "on_hold", (("HearingTask", "on_hold", (("ScheduleHearingTask", "assigned", ()),)),)),
            ("DocketSwitchGrantedTask", "completed", ()),
        ),
    )
    assert settle.settle(board.session, "a1") == settle.settle(board.session, new_case) == 0
    case = board.store.load([CaseKey(new_case)])[CaseKey(new_case)]
    assert case is not None
    assert (case.original_case_id, case.attributes["docket"], case.staged) == ("a1", "hearing", False)
    assert not any(task.staged for task in tasks_of(board, new_case))
    assert next(t for t in tasks_of(board, new_case) if t.parent_id is None).children.open == 1


def test_who_assigned_what_in_a_switch(board: World) -> None:
    """The clerk assigned the ruling, the judge what follows on it, as in the figures."""
    intake(board, "direct_review")
    _ask(board)
    act(board, JO, "DocketSwitchRuling", "rule", ruling="granted")
    by = [(t.type, t.assigned_party.id if t.assigned_party else "", t.assigned_by.id if t.assigned_by else "")
          for t in tasks_of(board) if t.type.startswith("DocketSwitch")]  # fmt: skip
    assert by == [
        ("DocketSwitchMailTask", "clerk-of-the-board", "cleo"),
        ("DocketSwitchMailTask", "cleo", "cleo"),
        ("DocketSwitchRulingTask", "jo", "cleo"),
        ("DocketSwitchGrantedTask", "clerk-of-the-board", "jo"),
        ("DocketSwitchGrantedTask", "cleo", "jo"),
    ]


def test_open_tasks_are_taken_along(board: World) -> None:
    """With those of their own type that passed them on, with their texts, where they would stand if created anew."""
    intake(board, "evidence_submission")
    create(board, QUIN, "Foia", "Root", description="All records.", instructions="Ask twice.")
    create(board, QUIN, "Translation", "Distribution")
    create(board, MAY, "CongressionalInterestMail", description="A letter.")
    create(board, MAY, "StatusInquiryMail")
    _ask(board)
    act(board, JO, "DocketSwitchRuling", "rule", ruling="granted")
    translation = next(t for t in tasks_of(board) if t.type == "TranslationTask")
    new_case = _grant(board, leaveOut=[translation.task_id])
    board.drain()
    assert {t.status for t in tasks_of(board) if t.closed_at is None} == set()
    mail = ("CongressionalInterestMailTask", "on_hold", (("CongressionalInterestMailTask", "assigned", ()),))
    assert _figure(board, new_case) == (
        "RootTask",
        "on_hold",
        (
            (
                "DistributionTask",
                "on_hold",
                (("HearingTask", "on_hold", (("ScheduleHearingTask", "assigned", ()),)), mail),
            ),
            ("FoiaTask", "assigned", ()),
            ("StatusInquiryMailTask", "on_hold", (("StatusInquiryMailTask", "assigned", ()),)),
            ("DocketSwitchGrantedTask", "completed", ()),
        ),
    )
    foia = next(t for t in tasks_of(board, new_case) if t.type == "FoiaTask")
    texts = board.store.texts(foia.task_id)
    assert (texts.description, texts.instructions) == ("All records.", ("Ask twice.",))
    assert [e.action for e in board.store.history(foia.task_id)] == ["create", "switched"]
    assert (foia.queue, foia.tab) == ("privacy", "unassigned")
    assert {row.task_id for row in board.store.organization_queue("privacy", "unassigned")} == {foia.task_id}


def test_a_new_case_is_worked_on_like_any_other(board: World) -> None:
    """Its timers run, its locks hold, its children count."""
    intake(board, "direct_review")
    create(board, QUIN, "Translation", "Distribution")
    _ask(board)
    act(board, JO, "DocketSwitchRuling", "rule", ruling="granted")
    new_case = _grant(board, "evidence_submission")
    board.drain()
    copy = next(t for t in tasks_of(board, new_case) if t.type == "TranslationTask")
    given = {"type": "TranslationTask", "parentId": copy.parent_id}
    with pytest.raises(Refused) as caught:
        tasks.create_task(board.session, ROOT, new_case, given, Request())
    assert caught.value.refusal.code == "duplicate_open_task"
    tasks.act(board.session, ROOT, copy.task_id, "complete", {}, Request())
    board.drain()
    (distribution,) = (t for t in tasks_of(board, new_case) if t.type == "DistributionTask")
    assert (distribution.status, distribution.children.open) == ("on_hold", 1)
    advance(board, 90)
    assert board.stored(distribution.task_id).status == "assigned"


@pytest.mark.parametrize("type_name", ["EvidenceSubmissionWindow", "DocketSwitchGranted", "Root", "TrackVeteran"])
def test_what_is_not_taken_along_cannot_be_left_out(board: World, type_name: str) -> None:
    """422 with the place in the list, and nothing happens."""
    intake(board, "evidence_submission", representative={"organizationId": "vso"})
    _ask(board)
    act(board, JO, "DocketSwitchRuling", "rule", ruling="granted")
    before = board.items()
    named = next(t for t in reversed(tasks_of(board)) if t.type == f"{type_name}Task")
    with pytest.raises(Refused) as caught:
        _grant(board, leaveOut=[named.task_id])
    refusal = caught.value.refusal
    assert (refusal.code, [e.pointer for e in refusal.errors]) == ("invalid_input", ["/leaveOut/0"])
    assert board.items() == before


def test_more_than_25_tasks_are_not_taken_along(board: World) -> None:
    """422: the clerk leaves some out, and then it is done."""
    intake(board, "direct_review")
    for _ in range(26):
        tasks.create_task(board.session, MAY, "a1", {"type": "OtherMotionMailTask"}, Request())
    _ask(board)
    act(board, JO, "DocketSwitchRuling", "rule", ruling="granted")
    with pytest.raises(Refused) as caught:
        _grant(board)
    assert [e.pointer for e in caught.value.refusal.errors] == ["/leaveOut"]
    leaf = next(t for t in reversed(tasks_of(board)) if t.type == "OtherMotionMailTask" and not t.delegated)
    new_case = _grant(board, leaveOut=[leaf.task_id])
    board.drain()
    assert len([t for t in tasks_of(board, new_case) if t.type == "OtherMotionMailTask"]) == 50


def _translated(board: World) -> str:
    """The id of quin's task under one of an organization; a switch that was ruled would take both along."""
    intake(board, "evidence_submission")
    _ask(board)
    act(board, JO, "DocketSwitchRuling", "rule", ruling="granted")
    create(board, QUIN, "Translation", "Distribution")
    board.join("translation", "quin")
    act(board, QUIN, "Translation", "assign_to_person", userId="quin")
    return next(t for t in reversed(tasks_of(board)) if t.type == "TranslationTask").task_id


def test_what_has_just_closed_is_counted_first(board: World) -> None:
    """A task whose child has closed unseen by the hook would wait for it in the new case, for ever."""
    own = _translated(board)
    board.act(own, "complete", QUIN)
    new_case = _grant(board)
    board.drain()
    assert [t.status for t in tasks_of(board) if t.type == "TranslationTask"] == ["completed", "completed"]
    assert "TranslationTask" not in {t.type for t in tasks_of(board, new_case)}


def test_what_closes_after_that_has_the_switch_decided_anew(board: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody ends their task just before all tasks are read: it is counted by the next attempt."""
    own, count = _translated(board), settle.settle

    def late(session: Session, case_id: str) -> int:
        monkeypatch.setattr(surroundings, "settle", count)
        counted = count(session, case_id)
        board.act(own, "complete", QUIN)
        return counted

    monkeypatch.setattr(surroundings, "settle", late)
    new_case = _grant(board)
    board.drain()
    assert "TranslationTask" not in {t.type for t in tasks_of(board, new_case)}


def test_who_meets_what_has_just_closed_again_and_again_is_told(board: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a bounded number of attempts, as in any other conflict."""
    own, tried = _translated(board), list[str]()
    board.act(own, "complete", QUIN)
    monkeypatch.setattr(surroundings, "settle", lambda _, case_id: tried.append(case_id))
    with pytest.raises(Refused) as caught:
        _grant(board)
    assert (caught.value.refusal.code, len(tried)) == ("conflict", ATTEMPTS)


def test_what_begins_with_the_new_case_has_its_turn(board: World) -> None:
    """An organization that assigns by turns does so for a case that follows on another, too."""
    people.put_organization(board.session, ROOT, "vso", {"autoAssign": True})
    intake(board, "evidence_submission", representative={"organizationId": "vso", "writesIhp": True})
    _ask(board)
    act(board, JO, "DocketSwitchRuling", "rule", ruling="granted")
    new_case = _grant(board, "direct_review")
    board.drain()
    presentations = [t for t in tasks_of(board, new_case) if t.type == "InformalHearingPresentationTask"]
    assert [t.assigned_party.id for t in presentations if t.assigned_party] == ["vso", "vi"]


def test_a_case_that_follows_on_goes_on_with_the_version_of_the_old_one(board: World) -> None:
    """What is taken along has a place in it for certain, whatever a newer version says."""
    intake(board, "direct_review")
    first = board.session.workflows.latest("appeals")
    board.session = replace(board.session, workflows=Several(first, replace(first, version=2)))
    _ask(board)
    act(board, JO, "DocketSwitchRuling", "rule", ruling="granted")
    case = board.store.load([CaseKey(new := _grant(board))])[CaseKey(new)]
    assert case is not None
    assert case.workflow_version == 1
    assert {task.workflow_version for task in tasks_of(board, new)} == {1}
    later = {"workflow": "appeals", "caseId": "a2", "attributes": {"docket": "direct_review"}}
    assert cases.create_case(board.session, ROOT, later, Request()).value.case.workflow_version == 2


def _gone_over(board: World) -> Task:
    """The clerk has asked for a switch; the organization's task has gone over to another clerk, who is the assignee."""
    board.put_user("cam")
    board.join("clerk-of-the-board", "cam")
    create(board, CLEO, "DocketSwitchMail")
    above = next(t for t in tasks_of(board) if t.type == "DocketSwitchMailTask" and not t.is_delegate)
    to_cam = {"assignedParty": {"kind": "user", "id": "cam"}}
    tasks.act(board.session, Identity("cam"), above.task_id, "reassign", to_cam, Request())
    board.drain()
    return board.stored(above.task_id)


def test_a_judge_rules_though_the_clerks_task_has_gone_over_to_a_person(board: World) -> None:
    """What the delegate was given is given to the task above, whoever has that: the ruling is the judge's."""
    intake(board, "direct_review")
    above = _gone_over(board)
    assert above.assigned_party is not None
    assert (above.assigned_party.id, above.delegated) == ("cam", True)
    act(board, CLEO, "DocketSwitchMail", "send_to_judge", userId="jo")
    ruling = next(t for t in tasks_of(board) if t.type == "DocketSwitchRulingTask")
    assert ruling.assigned_party is not None
    assert (ruling.assigned_party.id, ruling.tab) == ("jo", "assigned")
    assert board.stored(above.task_id).status == "completed"
    act(board, JO, "DocketSwitchRuling", "rule", ruling="denied")


def test_a_judge_rules_though_the_delegate_has_passed_it_on_once_more(board: World) -> None:
    """From the person who has it in the end, up through all that it was passed on by."""
    intake(board, "direct_review")
    above = _gone_over(board)
    child = next(t for t in tasks_of(board) if t.type == "DocketSwitchMailTask" and t.is_delegate)
    to_mail = {"assignedParty": {"kind": "organization", "id": "mail-team"}}
    tasks.act(board.session, CLEO, child.task_id, "reassign", to_mail, Request())
    act(board, MAY, "DocketSwitchMail", "assign_to_person", userId="may")
    act(board, MAY, "DocketSwitchMail", "send_to_judge", userId="jo")
    assert {t.status for t in tasks_of(board) if t.type == "DocketSwitchMailTask"} == {"completed"}
    assert board.stored(above.task_id).completed_by is not None
    (ruling,) = (t for t in tasks_of(board) if t.type == "DocketSwitchRulingTask")
    assert ruling.assigned_party is not None
    assert ruling.assigned_party.id == "jo"


def test_a_switch_is_shown_as_that_of_whoever_has_the_clerks_task(board: World) -> None:
    """The completed task of the new case is the one of the task above, though that has gone over to a person."""
    intake(board, "direct_review")
    _ask(board)
    act(board, JO, "DocketSwitchRuling", "rule", ruling="granted")
    board.put_user("cam")
    board.join("clerk-of-the-board", "cam")
    granted = next(t for t in tasks_of(board) if t.type == "DocketSwitchGrantedTask" and not t.is_delegate)
    to_cam = {"assignedParty": {"kind": "user", "id": "cam"}}
    tasks.act(board.session, Identity("cam"), granted.task_id, "reassign", to_cam, Request())
    (mark,) = (t for t in tasks_of(board, _grant(board)) if t.type == "DocketSwitchGrantedTask")
    assert mark.assigned_party is not None
    assert mark.assigned_party.id == "cam"
    board.drain()
    assert {t.state for t in tasks_of(board)} == {"closed"}
