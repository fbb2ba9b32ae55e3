"""The course of an appeal: what it begins with, what follows on what, whose it is, and what ends with what.

The tables are appeals.md's, "Types", "Mail", "Intake" and "Docket switch", written down anew; every row is played.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import product

import pytest

from shared.domain.cases import create_case, edit_case
from shared.domain.decide import act
from shared.domain.model.plan import Plan
from shared.domain.model.writes import CreateTask
from tests.domain.appeal import CLEO, HANK, JO, MAY, ORGANIZATIONS, newest, of
from tests.domain.appeals_rights import BLOCKING_MAIL
from tests.domain.appeals_steps import (
    BOARD,
    DISPOSITION,
    HEARING,
    MO,
    PRESENTATION,
    ROOT,
    RULING,
    SCHEDULE,
    STEPS,
    TRACK,
    WINDOW,
    WRITES,
    WRITES_NOT,
    Standing,
    before_a_judge,
    begun,
    denied,
    no_show,
    reviewed,
    scheduled,
    to_attorney,
    to_judge,
    tree,
    with_hearing,
)
from tests.domain.worlds import World, admin, as_caller, refused

INTAKE: Mapping[str, tuple[set[Standing], set[Standing]]] = {
    "direct_review": (set(), {PRESENTATION}),
    "evidence_submission": ({WINDOW}, {WINDOW}),
    "hearing": ({HEARING, SCHEDULE}, {HEARING, SCHEDULE}),
}
"""What distribution waits for, by the docket; where a representative writes presentations, the second."""


@pytest.mark.parametrize(("docket", "representative"), list(product(INTAKE, (None, WRITES_NOT, WRITES))))
def test_an_appeal_begins_with_what_its_docket_asks_for(docket: str, representative: object) -> None:
    """And with a task for its representative; distribution begins on hold, and is ready with nothing under it."""
    world = begun(docket, representative=representative)
    below = INTAKE[docket][representative == WRITES]
    assert tree(world) == {ROOT, BOARD, *below, *({TRACK} if representative else ())}
    board = newest(world, "DistributionTask")
    first = next(entry for entry in world.entries if entry.task_id == board.task_id)
    assert (first.status, board.status) == ("on_hold", "on_hold" if below else "assigned")
    assert newest(world, "RootTask").status == "on_hold"
    assert {task.assigned_by for task in world.tasks.values()} == {None}
    assert all(task.status == "in_progress" for task in world.tasks.values() if task.type == "TrackVeteranTask")


@pytest.mark.parametrize("name", STEPS)
def test_what_follows_is_what_the_table_says(name: str) -> None:
    """In the same transaction: what opens, whose it is and where it stands; what closes, and how."""
    step = STEPS[name]
    world = step.appeal()
    before, tasks = tree(world), dict(world.tasks)
    world.act(newest(world, step.type), step.action, step.by, **step.given)
    closed = {key: task for key, task in world.tasks.items() if key in tasks and tasks[key].closed_at is None}
    ended = [task for task in closed.values() if task.closed_at is not None]
    assert tree(world) - before == step.opens
    assert sorted(task.type for task in ended) == sorted(step.closes)
    assert {task.status for task in ended} == {step.how}


def test_a_presentation_that_is_open_is_not_asked_for_again() -> None:
    """A window is followed by one "if ... none is open"."""
    world = begun("hearing", representative=WRITES)
    board = newest(world, "DistributionTask")
    world.act(newest(scheduled(world), DISPOSITION[0]), "set_disposition", HANK, disposition="held")
    context = world.context(as_caller(MAY), newest(world, "EvidenceSubmissionWindowTask"))
    local = board.task_id.rpartition(".")[2]
    taken = frozenset({f"InformalHearingPresentationTask#{local}"})
    plan = act(replace(context, scene=replace(context.scene, taken=taken)), "complete", {})
    assert isinstance(plan, Plan)
    assert not [write for write in plan.writes if isinstance(write, CreateTask)]
    world.act(newest(world, "EvidenceSubmissionWindowTask"), "complete", MAY)
    assert PRESENTATION in tree(world)


@pytest.mark.parametrize("ruling", ["granted", "denied"])
def test_what_was_ruled_keeps_distribution_on_hold(ruling: str) -> None:
    """It hangs under a closed task, and counts at the distribution task until it closes."""
    world = before_a_judge(begun())
    world.act(newest(world, RULING[0]), "rule", JO, ruling=ruling)
    world.settle()
    assert newest(world, "DistributionTask").status == "on_hold"


def test_a_switch_that_is_denied_leaves_the_appeal_ready() -> None:
    """After "the clerk's `complete`" the tree is as it was, and distribution waits for nothing."""
    world = denied(begun())
    world.act(newest(world, "DocketSwitchDeniedTask"), "complete", CLEO)
    world.settle()
    assert (tree(world), newest(world, "DistributionTask").status) == ({ROOT, BOARD}, "assigned")


def test_a_hearing_ends_with_its_children() -> None:
    """It is completed if one of them was, and then distribution is ready."""
    world = scheduled(with_hearing())
    world.act(newest(world, "AssignHearingDispositionTask"), "set_disposition", HANK, disposition="cancelled")
    world.settle()
    assert (newest(world, "HearingTask").status, newest(world, "DistributionTask").status) == ("completed", "assigned")


DAYS: Mapping[str, tuple[Callable[[], World], str, int, str]] = {
    "a window": (lambda: begun("evidence_submission"), "EvidenceSubmissionWindowTask", 90, "completed"),
    "a no show": (no_show, "NoShowHearingTask", 15, "completed"),
}
"""What ends by itself, and after how many days."""


@pytest.mark.parametrize("name", DAYS)
def test_time_ends_what_the_table_says(name: str) -> None:
    """Not a day before."""
    make, type_name, days, status = DAYS[name]
    world = make()
    world.pass_time(days=days - 1)
    world.settle()
    assert newest(world, type_name).closed_at is None
    world.pass_time(days=1, minutes=1)
    world.settle()
    assert newest(world, type_name).status == status


def test_the_day_of_the_hearing_is_when_its_disposition_is_due() -> None:
    """`complete {date}`: that date."""
    world = scheduled(with_hearing())
    task = newest(world, DISPOSITION[0])
    assert task.due_time is not None
    assert (task.due_time.date().isoformat(), [timer.action for timer in task.timers]) == ("2027-01-11", ["remind"])
    world.pass_time(days=60)
    world.settle()
    assert (world[task].overdue, world.entries[-1].event) == (True, "TaskOverdue")


ROUTES: Mapping[str, str | None] = {
    "CongressionalInterestMailTask": "litigation-support",
    "ExtensionRequestMailTask": "colocated",
    "FoiaRequestMailTask": "privacy",
    "PrivacyActRequestMailTask": "privacy",
    "PrivacyComplaintMailTask": "privacy",
    "HearingRelatedMailTask": "colocated",
    "PowerOfAttorneyRelatedMailTask": "colocated",
    "AddressChangeMailTask": "colocated",
    "EvidenceOrArgumentMailTask": None,
    "AodMotionMailTask": "aod-team",
    "AppealWithdrawalMailTask": "case-review",
    "DeathCertificateMailTask": "colocated",
    "ReconsiderationMotionMailTask": "litigation-support",
    "StatusInquiryMailTask": "litigation-support",
    "VacateMotionMailTask": "litigation-support",
    "OtherMotionMailTask": "litigation-support",
}
"""To whom mail goes while no hearing is open: as a child of its own type; none where that is the mail team itself."""
TO_HEARINGS = ("HearingRelatedMailTask", "PowerOfAttorneyRelatedMailTask", "AddressChangeMailTask")


@pytest.mark.parametrize(("name", "docket"), list(product(ROUTES, ("direct_review", "hearing"))))
def test_mail_goes_where_the_table_says(name: str, docket: str) -> None:
    """To hearing-admin if a hearing task is open; what blocks stands under the distribution task."""
    world = begun(docket)
    before = tree(world)
    world.create(name, MAY)
    routed = "hearing-admin" if docket == "hearing" and name in TO_HEARINGS else ROUTES[name]
    place = "DistributionTask" if name in BLOCKING_MAIL else "RootTask"
    assert tree(world) - before == {(name, "mail-team", place), *({(name, routed, name)} if routed else ())}


@pytest.mark.parametrize("name", ROUTES)
def test_mail_after_the_decision_stands_under_the_root(name: str) -> None:
    """Also on a completed one, which stays so; on a cancelled one: 409 `parent_closed`."""
    world = reviewed(begun())
    world.act(newest(world, "BvaDispatchTask"), "complete", MO)
    world.settle()
    world.create(name, MAY)
    routed = "colocated" if name == "EvidenceOrArgumentMailTask" else ROUTES[name]
    assert tree(world) == {(name, "mail-team", "RootTask"), (name, str(routed), name)}
    assert newest(world, "RootTask").status == "completed"
    world = begun()
    world.act(newest(world, "RootTask"), "cancel", admin())
    world.settle()
    assert refused(world.decide_creation(name, MAY)).code == "parent_closed"


ASKED: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "TranslationTask": ("translation", {}),
    "FoiaTask": ("privacy", {}),
    "ColocatedTask": ("colocated", {"kind": "aoj"}),
    "EngineeringTask": ("system", {}),
}
"""Whose a task is that somebody asks for, without being asked for whom."""


@pytest.mark.parametrize("name", ASKED)
def test_what_is_asked_for_is_whose_the_table_says(name: str) -> None:
    """The organization in brackets, or the user `system`."""
    world = to_attorney(begun())
    world.users = {**world.users, "system": of("system")}
    whose, given = ASKED[name]
    parent = newest(world, "AttorneyTask" if name in ("ColocatedTask", "EngineeringTask") else "RootTask")
    task = world.create(name, admin(), parentId=parent.task_id, **given)
    assert task.assigned_party is not None
    assert task.assigned_party.id == whose


def test_a_review_of_another_decision_is_a_business_lines() -> None:
    """`DecisionReviewTask` [a business line]: of no other organization, and never of nobody."""
    world = begun()
    business = replace(ORGANIZATIONS["vso"], id="pension", kind="business_line")
    world.organizations = {**world.organizations, "pension": business}
    root = newest(world, "RootTask").task_id
    given = {"parentId": root, "assignedParty": {"kind": "organization", "id": "pension"}}
    assert isinstance(world.decide_creation("DecisionReviewTask", MAY, **given), Plan)
    for other in (None, {"kind": "organization", "id": "mail-team"}, {"kind": "user", "id": "mo"}):
        decision = world.decide_creation("DecisionReviewTask", MAY, **{**given, "assignedParty": other})
        assert not isinstance(decision, Plan), other


FOR_MEMBERS = {
    "JudgeAssignTask": "judges",
    "JudgeDecisionReviewTask": "judges",
    "DocketSwitchRulingTask": "judges",
    "AttorneyTask": "attorneys",
}


@pytest.mark.parametrize("name", FOR_MEMBERS)
def test_judges_and_attorneys_are_members_of_theirs(name: str) -> None:
    """Assigning such a task to others is 409 `assignee_not_member`."""
    make = {"JudgeAssignTask": to_judge, "DocketSwitchRulingTask": before_a_judge}.get(name, to_attorney)
    world = make(begun())
    others = of("una", FOR_MEMBERS[name]), of("ula", "mail-team")
    world.users = {**world.users, **{user.id: user for user in others}}
    for user, fits in zip(others, (True, False), strict=True):
        decision = world.decide(newest(world, name), "reassign", admin(), assignedParty={"kind": "user", "id": user.id})
        assert isinstance(decision, Plan) if fits else refused(decision).code == "assignee_not_member"


@pytest.mark.parametrize("before", [None, WRITES_NOT, WRITES])
@pytest.mark.parametrize("after", [None, "writes", "writes not"])
def test_a_change_of_representation_ends_the_old_ones_work(before: object, after: str | None) -> None:
    """With `poa_change`; if the new one writes presentations, one opens in place of an open one."""
    world = begun(representative=before)
    world.organizations = {**world.organizations, "new": replace(ORGANIZATIONS["vso"], id="new")}
    given = {"organizationId": "new", "writesIhp": after == "writes"} if after else None
    plan = edit_case(world.context(as_caller(MAY)), {"attributes": {"representative": given}})
    world.play(plan)
    ended = {task.type: task.cancellation_reason for task in world.tasks.values() if task.closed_at is not None}
    presentation = before == WRITES
    assert ended == {
        **({"TrackVeteranTask": "poa_change"} if before else {}),
        **({"InformalHearingPresentationTask": "poa_change"} if presentation else {}),
    }
    opened = {("TrackVeteranTask", "new", "RootTask")} if after else set()
    if presentation and after == "writes":
        opened.add(("InformalHearingPresentationTask", "new", "DistributionTask"))
    assert tree(world) == {ROOT, BOARD, *opened}


def test_people_inside_and_administrators_begin_appeals() -> None:
    """And nobody else does."""
    world, attributes = begun(), {"attributes": {"docket": "hearing"}}
    others = of("una"), of("rea", "vso")
    for caller, may in ((as_caller(MAY), True), (admin(), True), *((as_caller(other), False) for other in others)):
        assert isinstance(create_case(world.context(caller), attributes), Plan) == may


def test_nothing_follows_in_a_cascade() -> None:
    """When the root is cancelled everything below ends, and nothing opens."""
    world = to_attorney(begun())
    world.create("EngineeringTask", admin(), parentId=newest(world, "AttorneyTask").task_id, assignedParty=_mo())
    world.act(newest(world, "RootTask"), "cancel", admin())
    number = len(world.tasks)
    world.settle()
    assert (tree(world), len(world.tasks)) == (set(), number)


def _mo() -> dict[str, str]:
    return {"kind": "user", "id": "mo"}
