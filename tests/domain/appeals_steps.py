"""An appeal on its way: how it gets to each stage, and what appeals.md says follows on what, as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from shared.domain.model.people import User
from shared.domain.model.task import Task
from tests.domain.appeal import APPEALS, CLEO, HANK, JO, MAY, ORGANIZATIONS, USERS, appeal, newest, of
from tests.domain.worlds import World, admin

Standing = tuple[str, str, str]
"""A task by its type, whose it is, and the type that it stands under."""
MO = of("mo", *(name for name in ORGANIZATIONS if name != "judges"))
"""A member of every organization but the judges."""
WRITES = {"organizationId": "vso", "writesIhp": True}
WRITES_NOT = {"organizationId": "vso", "writesIhp": False}


def begun(docket: str = "direct_review", **attributes: object) -> World:
    """An appeal that has just begun, with somebody in each organization."""
    world = appeal(docket, APPEALS, **attributes)
    world.users = {**USERS, "mo": MO}
    return world


def tree(world: World) -> set[Standing]:
    """All tasks that are open."""
    return {standing(world, task) for task in world.tasks.values() if task.closed_at is None}


def standing(world: World, task: Task) -> Standing:
    """How the task stands."""
    above = world.tasks[task.parent_id].type if task.parent_id else ""
    return task.type, task.assigned_party.id if task.assigned_party else "", above


ROOT, BOARD = ("RootTask", "bva", ""), ("DistributionTask", "bva", "RootTask")
TRACK = ("TrackVeteranTask", "vso", "RootTask")
PRESENTATION = ("InformalHearingPresentationTask", "vso", "DistributionTask")
WINDOW = ("EvidenceSubmissionWindowTask", "mail-team", "DistributionTask")
HEARING = ("HearingTask", "bva", "DistributionTask")
SCHEDULE = ("ScheduleHearingTask", "hearings-management", "HearingTask")


def to_judge(world: World) -> World:
    """The appeal when it was distributed to jo."""
    world.act(newest(world, "DistributionTask"), "distribute", MO, userId="jo")
    return world


def to_attorney(world: World) -> World:
    """The appeal when jo has given it to al."""
    world.act(newest(to_judge(world), "JudgeAssignTask"), "assign_to_attorney", JO, userId="al")
    return world


def drafted(world: World) -> World:
    """The appeal when al has drafted the decision."""
    world.act(newest(to_attorney(world), "AttorneyTask"), "complete", admin())
    world.settle()
    return world


def reviewed(world: World) -> World:
    """The appeal when jo has reviewed the draft."""
    world.act(newest(drafted(world), "JudgeDecisionReviewTask"), "complete", JO)
    return world


def scheduled(world: World) -> World:
    """The appeal with a date for its hearing."""
    world.act(newest(world, "ScheduleHearingTask"), "complete", HANK, date="2027-01-11T09:00:00Z")
    return world


def asked_for_a_switch(world: World) -> World:
    """The appeal when a clerk has mail about its docket."""
    world.create("DocketSwitchMailTask", CLEO)
    return world


def before_a_judge(world: World) -> World:
    """The appeal when the clerk has sent that to jo."""
    world.act(newest(asked_for_a_switch(world), "DocketSwitchMailTask"), "send_to_judge", CLEO, userId="jo")
    return world


def denied(world: World) -> World:
    """The appeal when jo has denied the switch."""
    world.act(newest(before_a_judge(world), "DocketSwitchRulingTask"), "rule", JO, ruling="denied")
    return world


def no_show() -> World:
    """An appeal to whose hearing nobody came."""
    world = scheduled(with_hearing())
    world.act(newest(world, "AssignHearingDispositionTask"), "set_disposition", HANK, disposition="no_show")
    return world


@dataclass(frozen=True)
class Step:
    """A row: the action on the newest task of a type, by whom; what it opens, and what it closes, and how."""

    type: str
    action: str
    by: User
    opens: set[Standing] = field(default_factory=set)
    closes: tuple[str, ...] = ()
    given: Mapping[str, object] = field(default_factory=dict)
    how: str = "completed"
    appeal: Callable[[], World] = begun


ASSIGN = ("JudgeAssignTask", "jo", "RootTask")
REVIEW, DRAFT = ("JudgeDecisionReviewTask", "jo", "RootTask"), ("AttorneyTask", "al", "JudgeDecisionReviewTask")
QUALITY, DISPATCH = ("QualityReviewTask", "quality-review", "RootTask"), ("BvaDispatchTask", "bva-dispatch", "RootTask")
DISPOSITION = ("AssignHearingDispositionTask", "hearings-management", "HearingTask")
RULING = ("DocketSwitchRulingTask", "jo", "DistributionTask")
CLERKS = "clerk-of-the-board"
GRANTED = {
    ("DocketSwitchGrantedTask", CLERKS, RULING[0]),
    ("DocketSwitchGrantedTask", "cleo", "DocketSwitchGrantedTask"),
}
DENIED = {("DocketSwitchDeniedTask", CLERKS, RULING[0]), ("DocketSwitchDeniedTask", "cleo", "DocketSwitchDeniedTask")}
DATE = {"date": "2027-01-11T09:00:00Z"}


def with_hearing() -> World:
    """An appeal that waits for a hearing."""
    return begun("hearing")


def _held(disposition: str) -> Mapping[str, object]:
    return {"disposition": disposition}


def _window(representative: object) -> World:
    return begun("evidence_submission", representative=representative)


STEPS: Mapping[str, Step] = {
    "distribute": Step("DistributionTask", "distribute", MO, {ASSIGN}, ("DistributionTask",), {"userId": "jo"}),
    "to an attorney": Step(
        "JudgeAssignTask",
        "assign_to_attorney",
        JO,
        {REVIEW, DRAFT},
        ("JudgeAssignTask",),
        {"userId": "al"},
        appeal=lambda: to_judge(begun()),
    ),
    "a draft": Step(
        "AttorneyTask", "complete", USERS["al"], closes=("AttorneyTask",), appeal=lambda: to_attorney(begun())
    ),
    "no draft": Step(
        "AttorneyTask",
        "cancel",
        USERS["al"],
        {ASSIGN},
        ("AttorneyTask", "JudgeDecisionReviewTask"),
        how="cancelled",
        appeal=lambda: to_attorney(begun()),
    ),
    "a review": Step(
        "JudgeDecisionReviewTask",
        "complete",
        JO,
        {DISPATCH},
        ("JudgeDecisionReviewTask",),
        appeal=lambda: drafted(begun(qualityReview=False)),
    ),
    "a review, with quality review": Step(
        "JudgeDecisionReviewTask",
        "complete",
        JO,
        {QUALITY},
        ("JudgeDecisionReviewTask",),
        appeal=lambda: drafted(begun(qualityReview=True)),
    ),
    "a good one": Step(
        "QualityReviewTask",
        "complete",
        MO,
        {DISPATCH},
        ("QualityReviewTask",),
        appeal=lambda: reviewed(begun(qualityReview=True)),
    ),
    # "When the organization task closes, in any way"
    "a quality review that is not needed": Step(
        "QualityReviewTask",
        "cancel",
        MO,
        {DISPATCH},
        ("QualityReviewTask",),
        how="cancelled",
        appeal=lambda: reviewed(begun(qualityReview=True)),
    ),
    "dispatch": Step(
        "BvaDispatchTask", "complete", MO, closes=("BvaDispatchTask", "RootTask"), appeal=lambda: reviewed(begun())
    ),
    "evidence, and nobody writes": Step(
        "EvidenceSubmissionWindowTask", "complete", MAY, closes=(WINDOW[0],), appeal=lambda: _window(WRITES_NOT)
    ),
    "evidence": Step(
        "EvidenceSubmissionWindowTask", "complete", MAY, {PRESENTATION}, (WINDOW[0],), appeal=lambda: _window(WRITES)
    ),
    "no evidence": Step(
        "EvidenceSubmissionWindowTask",
        "cancel",
        MAY,
        closes=(WINDOW[0],),
        how="cancelled",
        appeal=lambda: _window(WRITES),
    ),
    "a date": Step(
        "ScheduleHearingTask", "complete", HANK, {DISPOSITION}, ("ScheduleHearingTask",), DATE, appeal=with_hearing
    ),
    "withdrawn": Step(
        "ScheduleHearingTask",
        "cancel",
        HANK,
        closes=("HearingTask", "ScheduleHearingTask"),
        how="cancelled",
        appeal=with_hearing,
    ),
    "held": Step(
        DISPOSITION[0],
        "set_disposition",
        HANK,
        {("EvidenceSubmissionWindowTask", "mail-team", "HearingTask")},
        (DISPOSITION[0],),
        _held("held"),
        appeal=lambda: scheduled(with_hearing()),
    ),
    "postponed": Step(
        DISPOSITION[0],
        "set_disposition",
        HANK,
        {SCHEDULE},
        (DISPOSITION[0],),
        _held("postponed"),
        appeal=lambda: scheduled(with_hearing()),
    ),
    "no show": Step(
        DISPOSITION[0],
        "set_disposition",
        HANK,
        {
            ("NoShowHearingTask", "hearings-management", "HearingTask"),
            ("TimedHoldTask", "hearings-management", "NoShowHearingTask"),
        },
        (DISPOSITION[0],),
        _held("no_show"),
        appeal=lambda: scheduled(with_hearing()),
    ),
    "hearing cancelled": Step(
        DISPOSITION[0],
        "set_disposition",
        HANK,
        closes=(DISPOSITION[0],),
        given=_held("cancelled"),
        how="cancelled",
        appeal=lambda: scheduled(with_hearing()),
    ),
    "to a judge": Step(
        "DocketSwitchMailTask",
        "send_to_judge",
        CLEO,
        {RULING},
        ("DocketSwitchMailTask", "DocketSwitchMailTask"),
        {"userId": "jo"},
        appeal=lambda: asked_for_a_switch(begun()),
    ),
    "granted": Step(
        RULING[0],
        "rule",
        JO,
        GRANTED,
        (RULING[0],),
        {"ruling": "granted"},
        appeal=lambda: before_a_judge(begun()),
    ),
    "denied": Step(
        RULING[0], "rule", JO, DENIED, (RULING[0],), {"ruling": "denied"}, appeal=lambda: before_a_judge(begun())
    ),
    "no switch": Step(
        "DocketSwitchDeniedTask",
        "complete",
        CLEO,
        closes=("DocketSwitchDeniedTask", "DocketSwitchDeniedTask"),
        appeal=lambda: denied(begun()),
    ),
}
