"""Mail: for the mail team, passed on at once, blocking or not, and changed into another type."""

from __future__ import annotations

from itertools import count

import pytest

from shared.domain.model.task import Task
from shared.engine import settle, tasks
from shared.engine.session import Identity, Refused, Request
from tests.engine.between import Torn, at
from tests.engine.board import AL, DEE, HANK, HEARING, JO, MAY, act, create, intake, open_tasks, seat, tasks_of
from tests.engine.world import ROOT, World

pytestmark = pytest.mark.usefixtures("sound")

LEE = Identity("lee")
BLOCKING = {
    "CongressionalInterest": "litigation-support",
    "ExtensionRequest": "colocated",
    "FoiaRequest": "privacy",
    "HearingRelated": "colocated",
    "PowerOfAttorneyRelated": "colocated",
    "PrivacyActRequest": "privacy",
    "PrivacyComplaint": "privacy",
}
OTHER = {
    "AddressChange": "colocated",
    "AodMotion": "aod-team",
    "AppealWithdrawal": "case-review",
    "DeathCertificate": "colocated",
    "EvidenceOrArgument": None,
    "OtherMotion": "litigation-support",
    "ReconsiderationMotion": "litigation-support",
    "StatusInquiry": "litigation-support",
    "VacateMotion": "litigation-support",
}


@pytest.fixture
def board(world: World) -> World:
    """The Board and its people, and lee, who works at litigation support."""
    seat(world)
    world.put_user("lee")
    world.join("litigation-support", "lee")
    return world


def _branch(world: World, type_name: str) -> list[tuple[str, str]]:
    """Whose the tasks of the type are, and how they stand, oldest first."""
    found = [t for t in tasks_of(world) if t.type == f"{type_name}MailTask"]
    return [(_party(task), task.status) for task in found]


def _party(task: Task) -> str:
    assert task.assigned_party is not None
    return task.assigned_party.id


def _parent(world: World, type_name: str) -> str:
    mail = next(t for t in tasks_of(world) if t.type == f"{type_name}MailTask")
    return world.stored(mail.parent_id or "").type


@pytest.mark.parametrize(("type_name", "passed_on"), [*BLOCKING.items(), *OTHER.items()])
def test_mail_goes_where_it_belongs(board: World, type_name: str, passed_on: str | None) -> None:
    """Blocking mail under distribution, all other under the root; each to its organization, in one transaction."""
    intake(board, "direct_review")
    create(board, MAY, f"{type_name}Mail")
    blocks = type_name in BLOCKING
    assert _parent(board, type_name) == ("DistributionTask" if blocks else "RootTask")
    wanted = [("mail-team", "assigned")] if passed_on is None else [("mail-team", "on_hold"), (passed_on, "assigned")]
    assert _branch(board, type_name) == wanted
    assert open_tasks(board)["Distribution"] == ("on_hold" if blocks else "assigned")


@pytest.mark.parametrize("type_name", ["HearingRelated", "PowerOfAttorneyRelated", "AddressChange"])
def test_mail_about_a_hearing_goes_to_those_who_hold_it(board: World, type_name: str) -> None:
    """While a hearing task is open."""
    intake(board, "hearing")
    create(board, MAY, f"{type_name}Mail")
    assert _branch(board, type_name) == [("mail-team", "on_hold"), ("hearing-admin", "assigned")]
    act(board, HANK, "ScheduleHearing", "cancel")
    create(board, MAY, f"{type_name}Mail")
    assert _branch(board, type_name)[2:] == [("mail-team", "on_hold"), ("colocated", "assigned")]


def test_blocking_mail_after_distribution_blocks_nothing(board: World) -> None:
    """It stands under the root then."""
    intake(board, "direct_review")
    act(board, ROOT, "Distribution", "distribute", userId="jo")
    create(board, MAY, "FoiaRequestMail")
    assert _parent(board, "FoiaRequest") == "RootTask"
    assert open_tasks(board)["JudgeAssign"] == "assigned"


def test_mail_ends_with_the_task_that_it_was_passed_on_to(board: World) -> None:
    """By a member of the organization, or the organization itself: whichever it was, the whole branch is closed."""
    intake(board, "direct_review")
    create(board, MAY, "CongressionalInterestMail")
    organizations = next(t for t in reversed(tasks_of(board)) if t.type == "CongressionalInterestMailTask")
    tasks.act(board.session, LEE, organizations.task_id, "assign_to_person", {"userId": "lee"}, Request())
    board.drain()
    act(board, LEE, "CongressionalInterestMail", "complete")
    assert [status for _, status in _branch(board, "CongressionalInterest")] == ["completed"] * 3
    assert open_tasks(board) == {"Root": "on_hold", "Distribution": "assigned"}


def _dispatch(world: World) -> None:
    act(world, ROOT, "Distribution", "distribute", userId="jo")
    act(world, JO, "JudgeAssign", "assign_to_attorney", userId="al")
    act(world, AL, "Attorney", "complete")
    act(world, JO, "JudgeDecisionReview", "complete")
    act(world, DEE, "BvaDispatch", "complete")


def test_mail_comes_in_after_dispatch(board: World) -> None:
    """The root stays completed, and the mail is worked on; evidence goes to another team by then."""
    intake(board, "direct_review")
    create(board, MAY, "StatusInquiryMail")
    _dispatch(board)
    create(board, MAY, "EvidenceOrArgumentMail")
    assert _branch(board, "EvidenceOrArgument") == [("mail-team", "on_hold"), ("colocated", "assigned")]
    root = tasks_of(board)[0]
    assert (root.status, root.children.open) == ("completed", 2)
    act(board, ROOT, "EvidenceOrArgumentMail", "complete")
    act(board, LEE, "StatusInquiryMail", "complete")
    root = board.stored(root.task_id)
    assert (root.status, root.children.open) == ("completed", 0)
    assert open_tasks(board) == {}
    assert settle.settle(board.session, "a1") == 0


def test_nothing_but_mail_comes_in_after_dispatch(board: World) -> None:
    """A completed root takes no other child."""
    intake(board, "direct_review")
    _dispatch(board)
    root = tasks_of(board)[0]
    for type_name in ("FoiaTask", "EngineeringTask"):
        with pytest.raises(Refused) as caught:
            tasks.create_task(board.session, ROOT, "a1", {"type": type_name, "parentId": root.task_id}, Request())
        assert caught.value.refusal.code == "parent_closed"


@pytest.mark.parametrize("type_name", ["StatusInquiryMail", "PrivacyComplaintMail", "DocketSwitchMail"])
def test_a_cancelled_appeal_takes_no_mail(board: World, type_name: str) -> None:
    """409, and nothing is there."""
    intake(board, "direct_review")
    act(board, ROOT, "Root", "cancel")
    who = Identity("cleo")
    with pytest.raises(Refused) as caught:
        create(board, who, type_name)
    assert caught.value.refusal.code == "parent_closed"
    assert len(tasks_of(board)) == 2


def test_mail_has_no_other_place_than_its_own(board: World) -> None:
    """A request may name it, or leave it out; any other is 422."""
    intake(board, "direct_review")
    root, distribution = tasks_of(board)
    with pytest.raises(Refused) as caught:
        create(board, MAY, "FoiaRequestMail", "Root")
    assert [e.pointer for e in caught.value.refusal.errors] == ["/parentId"]
    with pytest.raises(Refused) as caught:
        create(board, MAY, "StatusInquiryMail", "Distribution")
    assert [e.pointer for e in caught.value.refusal.errors] == ["/parentId"]
    assert create(board, MAY, "FoiaRequestMail", "Distribution").task.parent_id == distribution.task_id
    assert create(board, MAY, "StatusInquiryMail", "Root").task.parent_id == root.task_id


def test_mail_turns_out_to_be_of_another_type(board: World) -> None:
    """A new branch where that type belongs, with what the mail says; the old one is cancelled, whole."""
    intake(board, "direct_review")
    old = create(board, MAY, "CongressionalInterestMail", description="A letter.", instructions="Read it.").task
    passed_on = next(t for t in reversed(tasks_of(board)) if t.type == "CongressionalInterestMailTask")
    change = {"type": "AodMotionMailTask"}
    tasks.act(board.session, LEE, passed_on.task_id, "change_type", change, Request())
    assert [status for _, status in _branch(board, "CongressionalInterest")] == ["cancelled", "cancelled"]
    board.drain()
    assert _branch(board, "AodMotion") == [("mail-team", "on_hold"), ("aod-team", "assigned")]
    assert _parent(board, "AodMotion") == "RootTask"
    new = next(t for t in tasks_of(board) if t.type == "AodMotionMailTask")
    texts = board.store.texts(new.task_id)
    assert (texts.description, texts.instructions) == ("A letter.", ("Read it.",))
    assert board.store.history(new.task_id)[0].changes["changedFrom"] == {"from": None, "to": old.task_id}
    assert open_tasks(board)["Distribution"] == "assigned"
    assert settle.settle(board.session, "a1") == 0


def test_urgent_mail_is_urgent_for_whoever_gets_it(board: World) -> None:
    """The team that it is passed on to, a member of that, and whoever has it once it turns out to be another mail."""
    intake(board, "direct_review")
    create(board, MAY, "StatusInquiryMail", priority=50)
    act(board, LEE, "StatusInquiryMail", "assign_to_person", userId="lee")
    mail = [task for task in tasks_of(board) if task.type == "StatusInquiryMailTask"]
    assert [(_party(task), task.priority) for task in mail] == [
        ("mail-team", 50),
        ("litigation-support", 50),
        ("lee", 50),
    ]
    create(board, MAY, "CongressionalInterestMail", priority=50)
    act(board, LEE, "CongressionalInterestMail", "edit", priority=70)
    act(board, LEE, "CongressionalInterestMail", "change_type", type="ExtensionRequestMailTask")
    changed = [task for task in tasks_of(board) if task.type == "ExtensionRequestMailTask"]
    assert [(_party(task), task.priority) for task in changed] == [("mail-team", 70), ("colocated", 70)]


@pytest.mark.parametrize("wanted", ["StatusInquiryMailTask", "FoiaTask", "NoTask", 7])
def test_mail_is_changed_into_another_mail_only(board: World, wanted: object) -> None:
    """Neither into what it is, nor into what is no mail."""
    intake(board, "direct_review")
    create(board, MAY, "StatusInquiryMail")
    with pytest.raises(Refused) as caught:
        act(board, LEE, "StatusInquiryMail", "change_type", type=wanted)
    assert [e.pointer for e in caught.value.refusal.errors] == ["/type"]


def test_what_was_passed_on_to_a_person_is_not_changed(board: World) -> None:
    """Only the organization's own task, while it holds it itself."""
    intake(board, "direct_review")
    create(board, MAY, "StatusInquiryMail")
    passed_on = next(t for t in reversed(tasks_of(board)) if t.type == "StatusInquiryMailTask")
    tasks.act(board.session, LEE, passed_on.task_id, "assign_to_person", {"userId": "lee"}, Request())
    for who, code in ((LEE, "not_allowed"), (ROOT, "not_allowed")):
        with pytest.raises(Refused) as caught:
            act(board, who, "StatusInquiryMail", "change_type", type="AodMotionMailTask")
        assert caught.value.refusal.code == code
    with pytest.raises(Refused) as caught:
        tasks.act(board.session, ROOT, passed_on.task_id, "change_type", {"type": "AodMotionMailTask"}, Request())
    assert caught.value.refusal.code == "action_not_available"


def test_a_hearing_has_its_date(board: World) -> None:
    """What is to be decided after it is due then; nobody sets a date that has passed."""
    intake(board, "hearing")
    with pytest.raises(Refused) as caught:
        act(board, HANK, "ScheduleHearing", "complete", date="2020-01-01T00:00:00Z")
    assert [e.pointer for e in caught.value.refusal.errors] == ["/date"]
    with pytest.raises(Refused) as caught:
        act(board, HANK, "ScheduleHearing", "complete")
    assert [e.pointer for e in caught.value.refusal.errors] == ["/date"]
    act(board, HANK, "ScheduleHearing", "complete", date=HEARING)
    (disposition,) = (t for t in tasks_of(board) if t.type == "AssignHearingDispositionTask")
    assert disposition.due_time is not None
    assert disposition.due_time.isoformat() == "2027-01-12T09:00:00+00:00"


def test_mail_that_comes_while_the_case_is_distributed_is_taken(board: World) -> None:
    """It stands under the root then: wherever between its reads distribution closes."""
    items = board.items()
    parents = list[str]()
    for read in count():
        board.begin(items)
        intake(board, "direct_review")
        torn = Torn(board.store, lambda: act(board, ROOT, "Distribution", "distribute", userId="jo"), read)
        mail = tasks.create_task(at(board.session, torn), MAY, "a1", {"type": "FoiaRequestMailTask"}, Request())
        if not torn.done:
            break
        parents.append(board.stored(mail.value.task.parent_id or "").type)
    assert set(parents) == {"RootTask"}
