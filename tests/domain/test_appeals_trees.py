"""What appeals.md says of the trees of an appeal: what ends with what, what stands where, and how many at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from shared.domain.model.people import ENGINE
from shared.domain.model.task import Task
from shared.domain.settling import due
from shared.domain.trees.locks import lock_names
from shared.domain.trees.tree import may_stand_under
from tests.domain.appeal import APPEALS, CLEO, MAY, ORGANIZATIONS, USERS, newest
from tests.domain.appeals_rights import BLOCKING_MAIL, KINDS, MAIL_TYPES
from tests.domain.appeals_steps import DISPOSITION, MO, begun, reviewed, to_attorney
from tests.domain.worlds import World, admin, played

SHARED = {kind.type: kind for kind in KINDS if "assign_to_person" in kind.rows and not kind.of_user}
RETURNED = ("QualityReviewTask", "BvaDispatchTask")
AT_ONCE = ("DocketSwitchMailTask", "DocketSwitchGrantedTask", "DocketSwitchDeniedTask")


def _passed_on(name: str) -> tuple[World, Task]:
    """An organization's task that was passed on to mo, who has its child."""
    world = to_attorney(begun())
    kind = SHARED[name]
    template = newest(world, "AttorneyTask")
    parent = replace(
        template,
        task_id=f"look-1.{name}",
        type=name,
        assigned_party=ORGANIZATIONS[kind.party].party,
        parent_id=newest(world, "RootTask").task_id,
    )
    world.tasks[parent.task_id] = parent
    world.locks |= dict.fromkeys(lock_names(APPEALS, parent), parent.task_id)
    world.act(parent, "assign_to_person", admin(), userId="mo")
    return world, world[world[parent].delegate_id or ""]


@pytest.mark.parametrize(
    ("name", "action"), [(name, action) for name in SHARED if name not in AT_ONCE for action in ("complete", "cancel")]
)
def test_an_organizations_task_ends_with_the_child_that_it_was_passed_on_to(name: str, action: str) -> None:
    """Completed if it was, else cancelled; some are *cancelled with return*, and are assigned again."""
    world, child = _passed_on(name)
    parent = world[child.parent_id or ""]
    world.act(child, action, admin())
    world.count(child)
    wanted = {"complete": "completed", "cancel": "assigned" if name in RETURNED else "cancelled"}[action]
    assert world[parent].status == wanted


FATES: Mapping[str, str | None] = {
    **dict.fromkeys((*MAIL_TYPES, "FoiaTask", "DecisionReviewTask", "EngineeringTask"), None),
    "TrackVeteranTask": "conclude",
}
"""What outlives a completed root, or is completed with it; "anything else still open under it is cancelled"."""
NEVER_LEFT = ("TimedHoldTask", "DocketSwitchGrantedTask")
"""A hold ends with its task; what marks a new case is closed from the start."""


def test_what_stands_under_a_completed_root_goes_its_way() -> None:
    """Each type that may stand there, mail and all; under a cancelled one everything ends."""
    world = reviewed(begun())
    root = newest(world, "RootTask")
    for status in ("completed", "cancelled"):
        world.tasks[root.task_id] = replace(root, state="closed", status=status, closed_at=world.now)
        for name in (name for name in APPEALS.types if "RootTask" in PARENTS[name] and name not in NEVER_LEFT):
            child = replace(newest(world, "JudgeDecisionReviewTask"), type=name, status="assigned", state="open")
            child = replace(child, task_id="look-1.child", closed_at=None, parent_id=root.task_id)
            world.tasks[child.task_id] = child
            owed = due(world.context(ENGINE, child).scene, world.now)
            fate = FATES.get(name, "end") if status == "completed" else "end"
            assert (owed.action if owed else None) == fate, (name, status)


ANYWHERE = frozenset(APPEALS.types) - {"TimedHoldTask", "TrackVeteranTask"}
PARENTS: Mapping[str, frozenset[str]] = {
    "RootTask": frozenset(),
    **dict.fromkeys(
        (
            *("DistributionTask", "JudgeAssignTask", "JudgeDecisionReviewTask", "QualityReviewTask"),
            *("BvaDispatchTask", "TrackVeteranTask", "DecisionReviewTask"),
            *(name for name in MAIL_TYPES if name not in BLOCKING_MAIL),
        ),
        frozenset({"RootTask"}),
    ),
    "AttorneyTask": frozenset({"JudgeDecisionReviewTask"}),
    "EvidenceSubmissionWindowTask": frozenset({"DistributionTask", "HearingTask"}),
    **dict.fromkeys(
        ("InformalHearingPresentationTask", "HearingTask", "DocketSwitchMailTask", "DocketSwitchRulingTask"),
        frozenset({"DistributionTask"}),
    ),
    **dict.fromkeys(("ScheduleHearingTask", DISPOSITION[0], "NoShowHearingTask"), frozenset({"HearingTask"})),
    **dict.fromkeys(("TranslationTask", "FoiaTask"), frozenset({"DistributionTask", "RootTask", "ColocatedTask"})),
    "ColocatedTask": frozenset({"AttorneyTask"}),
    # "any open task"; but "timed holds take no children", and a representative's has no actions.
    "EngineeringTask": ANYWHERE,
    "TimedHoldTask": ANYWHERE | {"TrackVeteranTask"},
    **dict.fromkeys(BLOCKING_MAIL, frozenset({"DistributionTask", "RootTask"})),
    # One is the mark under the root of the new case.
    "DocketSwitchGrantedTask": frozenset({"DocketSwitchRulingTask", "RootTask"}),
    "DocketSwitchDeniedTask": frozenset({"DocketSwitchRulingTask"}),
}
"""The column "parent" of the table of types."""


def test_tasks_stand_under_the_types_that_the_table_names() -> None:
    """And under no others."""
    task = newest(begun(), "RootTask")
    for name in APPEALS.types:
        found = {above for above in APPEALS.types if may_stand_under(APPEALS, name, replace(task, type=above))}
        assert found == PARENTS[name], name


STAY = {"RootTask", "DistributionTask", "TrackVeteranTask", "TimedHoldTask"}
STAY_WITH_ALL_BELOW = {"EvidenceSubmissionWindowTask", "HearingTask"}


def test_what_is_taken_along_to_another_docket() -> None:
    """Not eligible are these, all of the docket switch, and what stands below a window or a hearing."""
    switching = {name for name in APPEALS.types if name.startswith("DocketSwitch")}
    found = {name: task_type.moves for name, task_type in APPEALS.types.items() if task_type.moves != "along"}
    assert found == {
        **dict.fromkeys(STAY | switching, "stays"),
        **dict.fromkeys(STAY_WITH_ALL_BELOW, "all_stay"),
    }


ONCE = {"RootTask", "DistributionTask", "JudgeAssignTask", "JudgeDecisionReviewTask", "AttorneyTask", "HearingTask"}
ONCE_FOR_ORGANIZATIONS = {"QualityReviewTask", "BvaDispatchTask"}
ANY_NUMBER = {"TrackVeteranTask", "TimedHoldTask", "EngineeringTask"}


def _rivals(first: Task, second: Task) -> bool:
    """Whether one of them keeps the other from being open."""
    return bool({*lock_names(APPEALS, first)} & {*lock_names(APPEALS, second)})


def test_only_one_is_open_where_rule_7_says_so() -> None:
    """In the appeal, under one parent, of a kind, or as what was passed on; else any number."""
    task = newest(begun(), "RootTask")
    for name in APPEALS.types:
        here = replace(task, type=name, parent_id="look-1.a", kind="aoj")
        elsewhere = replace(here, parent_id="look-1.b")
        passed_on = replace(here, is_delegate=True, assigned_party=MO.party)
        found = (
            _rivals(here, elsewhere),
            _rivals(here, here),
            _rivals(here, replace(here, kind="foia")),
            _rivals(passed_on, replace(passed_on, assigned_party=CLEO.party)),
            _rivals(passed_on, replace(passed_on, parent_id="look-1.b")),
        )
        mail, asked = name in MAIL_TYPES, name == "ColocatedTask"
        several = name in ANY_NUMBER
        wanted = (
            name in ONCE or name in ONCE_FOR_ORGANIZATIONS,
            not several and not mail,
            not several and not mail and not asked,
            not several,
            name in ONCE,
        )
        assert found == wanted, name


HOLD_ENDERS: Mapping[str, Mapping[str, object]] = {
    "start": {},
    "end_hold": {},
    "assign_to_person": {"userId": "mo"},
    "assign_to_organization": {"organizationId": "colocated"},
    "place_timed_hold": {"days": 5},
    "complete": {},
    "cancel": {},
    "create_child": {"type": "EngineeringTask", "assignedParty": {"kind": "user", "id": "mo"}},
}
"""What ends a timed hold that runs: work that begins, another hold, a new sibling, and the end of its task."""


@pytest.mark.parametrize("action", HOLD_ENDERS)
def test_what_ends_a_timed_hold(action: str) -> None:
    """The hold is `cancelled`, in the same transaction; all else lets it run."""
    world = begun()
    task = world.create("TranslationTask", MAY, parentId=newest(world, "RootTask").task_id)
    world.act(task, "place_timed_hold", MO, days=9, instructions="Until the letter is there.")
    hold = newest(world, "TimedHoldTask")
    world.play(world.decide(task, action, admin() if action == "create_child" else MO, **HOLD_ENDERS[action]))
    assert world[hold].status == "cancelled"


TEXTS = ("cancel", "reassign", "place_timed_hold", "add_instructions")


@pytest.mark.parametrize("action", TEXTS)
def test_free_text_goes_to_the_instructions(action: str) -> None:
    """It is appended, with whatever is done."""
    given: Mapping[str, Mapping[str, object]] = {
        "reassign": {"assignedParty": {"kind": "organization", "id": "colocated"}},
        "place_timed_hold": {"days": 3},
    }
    world = begun()
    task = world.create("TranslationTask", MAY, parentId=newest(world, "RootTask").task_id)
    after = world.act(task, action, admin(), instructions="Why.", **given.get(action, {}))
    assert after.texts == task.texts + 1


def test_what_is_cancelled_says_why() -> None:
    """`cancellationReason`: `poa_change`, `substitution`, or null."""
    world = begun()
    task = world.create("TranslationTask", MAY, parentId=newest(world, "RootTask").task_id)
    assert world.act(task, "cancel", MO, cancellationReason="substitution").cancellation_reason == "substitution"
    world, child = _passed_on("BvaDispatchTask")
    after = world.act(child, "cancel", MO, cancellationReason="poa_change", instructions="Why.")
    assert (after.cancellation_reason, after.texts) == ("poa_change", child.texts + 1)


def test_dispatch_goes_to_members_by_turns() -> None:
    """It is auto-assigned: the organization `bva-dispatch`, and no other, gives its task to the next member."""
    assert [o.id for o in APPEALS.organizations.values() if o.auto_assign] == ["bva-dispatch"]
    world = reviewed(begun())
    world.organizations = {
        **world.organizations,
        "bva-dispatch": replace(ORGANIZATIONS["bva-dispatch"], auto_assign=True),
    }
    world.settle()
    assert newest(world, "BvaDispatchTask").assigned_party == MO.party


def test_what_takes_a_task_off_somebody_who_leaves() -> None:
    """What was passed on to them is given back, an attorney's is cancelled; for all else somebody is to be found."""
    assert [(way.action, way.types) for way in APPEALS.hand_back] == [("hand_back", ()), ("cancel", ("AttorneyTask",))]
    world, child = _passed_on("TranslationTask")
    assert world.act(child, "hand_back", admin()).status == "cancelled"
    world.count(child)
    assert world[child.parent_id or ""].status == "assigned"


def test_an_opened_task_says_so_in_its_event() -> None:
    """`reopen` is told as what it is."""
    world = to_attorney(begun())
    task = newest(world, "AttorneyTask")
    world.act(task, "complete", USERS["al"])
    world.act(task, "reopen", admin())
    assert "TaskReopened" in [entry.event for entry in world.entries]
    assert played(world.play(world.decide(task, "start", USERS["al"]))).status == "in_progress"
