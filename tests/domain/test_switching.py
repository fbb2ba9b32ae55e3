"""A case that follows on another, decided: what it takes, what it refuses, and what its one commit rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.decide import act
from shared.domain.model.people import User
from shared.domain.model.plan import Decision, Plan
from shared.domain.model.task import Children, Link, Task, Texts, Timer
from shared.domain.model.writes import (
    AddEntry,
    ChangeCase,
    ChangeTask,
    CheckCase,
    CheckTask,
    CreateCase,
    CreateTask,
    PutFirstTexts,
    PutTimer,
)
from tests.domain.appeal import AL, APPEALS, CLEO, JO, MAY, ORGANIZATIONS, USERS, appeal, newest, of
from tests.domain.worlds import World, admin, as_caller, refused


def ruled(world: World, ruling: str = "granted") -> World:
    """The appeal after a clerk has asked for a switch, and a judge has ruled."""
    world.create("DocketSwitchMailTask", CLEO)
    world.act(newest(world, "DocketSwitchMailTask"), "send_to_judge", CLEO, userId="jo")
    world.act(newest(world, "DocketSwitchRulingTask"), "rule", JO, ruling=ruling)
    return world


def grant(world: World, texts: Mapping[str, Texts] | None = None, **given: object) -> Decision:
    """What comes of the clerk's switching the docket; nothing is stored."""
    context = world.context(as_caller(CLEO), newest(world, "DocketSwitchGrantedTask"))
    context = replace(context, scene=replace(context.scene, texts=texts or {}))
    return act(context, "complete", {"docket": "hearing", **given})


def granted(world: World, **given: object) -> Plan:
    """The plan of the switch."""
    decision = grant(world, None, **given)
    assert isinstance(decision, Plan), decision
    return decision


def _copies(plan: Plan) -> list[Task]:
    return [write.task for write in plan.stage if isinstance(write, CreateTask)]


def test_everything_of_the_new_case_is_stored_unseen() -> None:
    """The case, its tasks and their history say so; no timer runs; one commit brings the case to light."""
    plan = granted(ruled(appeal()), docket="evidence_submission")
    (case,) = (write.case for write in plan.stage if isinstance(write, CreateCase))
    assert (case.staged, case.original_case_id, case.attributes["docket"]) == (True, "look-1", "evidence_submission")
    assert all(task.staged and task.case_id == case.case_id for task in _copies(plan))
    assert all(write.entry.staged for write in plan.stage if isinstance(write, AddEntry))
    assert not any(isinstance(write, PutTimer) for write in plan.stage)
    assert [t.timers != () for t in _copies(plan) if t.type == "EvidenceSubmissionWindowTask"] == [True]
    (light,) = (write for write in plan.writes if isinstance(write, ChangeCase))
    assert (light.before, light.after.staged, light.after.root_id) == (case, False, case.root_id)


def test_the_commit_rests_on_what_was_copied() -> None:
    """On each copied task, on the case, and on those that end above: with the children that they had."""
    world = appeal()
    world.create("TranslationTask", MAY, parentId=newest(world, "DistributionTask").task_id)
    plan = granted(ruled(world))
    checked = {write.task.type for write in plan.writes if isinstance(write, CheckTask)}
    assert checked == {"TranslationTask"}
    ended = {
        write.after.type: write.counters
        for write in plan.writes
        if isinstance(write, ChangeTask) and not write.after.is_delegate
    }
    assert ended == {"DocketSwitchGrantedTask": True, "DistributionTask": True, "RootTask": True}
    assert [write.case for write in plan.writes if isinstance(write, CheckCase)] == [world.case]


def test_a_task_on_a_timed_hold_is_copied_without_it() -> None:
    """It is assigned there: a hold does not go along."""
    world = appeal()
    world.create("FoiaTask", MAY, parentId=newest(world, "RootTask").task_id)
    world.act(newest(world, "FoiaTask"), "place_timed_hold", admin(MAY), days=9)
    (copy,) = (t for t in _copies(granted(ruled(world))) if t.type == "FoiaTask")
    assert (copy.status, copy.hold_id, copy.timers) == ("assigned", None, ())


def test_running_timers_are_copied() -> None:
    """What was due stays due at the same time."""
    world = appeal()
    world.create("FoiaTask", MAY, parentId=newest(world, "RootTask").task_id)
    foia = newest(world, "FoiaTask")
    due = world.now + timedelta(days=3)
    timer = Timer(foia.task_id, "t-due", "due", "remind", due)
    world.tasks[foia.task_id] = replace(foia, due_time=due, timers=(timer,))
    (copy,) = (t for t in _copies(granted(ruled(world))) if t.type == "FoiaTask")
    assert [(timer.name, timer.at, timer.task_id) for timer in copy.timers] == [("due", due, copy.task_id)]


def test_texts_are_copied() -> None:
    """All of them, in one item."""
    world = appeal()
    world.create("FoiaTask", MAY, parentId=newest(world, "RootTask").task_id)
    foia, texts = newest(world, "FoiaTask"), Texts("All.", ("One.", "Two."), (Link("a", "b", "c"),))
    decision = grant(ruled(world), {foia.task_id: texts})
    assert isinstance(decision, Plan)
    assert [write.texts for write in decision.stage if isinstance(write, PutFirstTexts)] == [texts]


def test_texts_that_fit_no_item_are_not_copied() -> None:
    """The clerk is told which task to leave out."""
    world = appeal()
    world.create("FoiaTask", MAY, parentId=newest(world, "RootTask").task_id)
    foia, texts = newest(world, "FoiaTask"), Texts(instructions=("x" * 10_000,) * 31)
    decision = grant(ruled(world), {foia.task_id: texts})
    (error,) = refused(decision).errors
    assert (error.pointer, foia.task_id in error.detail) == ("/leaveOut", True)


def test_what_stands_under_a_hearing_stays() -> None:
    """With whatever is below it, of any type."""
    world = appeal("hearing")
    world.create(
        "EngineeringTask", admin(MAY), parentId=newest(world, "ScheduleHearingTask").task_id, assignedParty=_party(AL)
    )
    plan = granted(ruled(world), docket="direct_review")
    assert "EngineeringTask" not in {task.type for task in _copies(plan)}


def _party(user: User) -> dict[str, str]:
    return {"kind": "user", "id": user.id}


def test_what_begins_anew_is_not_copied() -> None:
    """An open presentation is not taken to a docket that begins with one."""
    world = appeal("evidence_submission", representative={"organizationId": "vso", "writesIhp": True})
    world.act(newest(world, "EvidenceSubmissionWindowTask"), "complete", MAY)
    plan = granted(ruled(world), docket="direct_review")
    assert [t.type for t in _copies(plan)].count("InformalHearingPresentationTask") == 1


def test_an_open_presentation_is_taken_along() -> None:
    """To a docket that does not begin with one."""
    world = appeal("direct_review", representative={"organizationId": "vso", "writesIhp": True})
    copies = {t.type: t for t in _copies(granted(ruled(world), docket="hearing"))}
    above = copies["InformalHearingPresentationTask"].parent_id
    assert above == copies["DistributionTask"].task_id


def test_tasks_that_share_a_parent_of_their_type_are_copied_under_one() -> None:
    """Two that were passed on by the same task stand under one copy of it."""
    free = replace(APPEALS.types["StatusInquiryMailTask"], one_open=(), opens_with=())
    world = appeal(workflow=replace(APPEALS, types={**APPEALS.types, free.name: free}))
    world.create(free.name, MAY)
    top = newest(world, free.name)
    world.act(top.task_id, "assign_to_organization", admin(MAY), organizationId="privacy")
    child = newest(world, free.name)
    other = replace(child, task_id="look-1.zz", assigned_party=ORGANIZATIONS["colocated"].party)
    world.tasks[other.task_id] = other
    copies = [t for t in _copies(granted(ruled(world))) if t.type == free.name]
    assert len(copies) == 3
    assert len({t.parent_id for t in copies if t.is_delegate}) == 1


def test_a_tree_that_has_ended_is_not_followed_on() -> None:
    """409: there is nothing left to switch."""
    world = ruled(appeal())
    root = newest(world, "RootTask")
    world.tasks[root.task_id] = replace(root, state="closed", status="cancelled")
    assert refused(grant(world)).code == "parent_closed"


def test_what_cannot_begin_is_refused() -> None:
    """The refusal of a task of the new case is that of the switch."""
    hearing = replace(APPEALS.types["HearingTask"], parents=frozenset({"RootTask"}))
    world = ruled(appeal(workflow=replace(APPEALS, types={**APPEALS.types, "HearingTask": hearing})))
    assert refused(grant(world)).rule == "parents"


def test_a_mark_that_has_no_place_is_refused() -> None:
    """So is that of the task that shows where the new case comes from."""
    mark = replace(APPEALS.types["DocketSwitchGrantedTask"], parents=frozenset({"DocketSwitchRulingTask"}))
    world = ruled(appeal(workflow=replace(APPEALS, types={**APPEALS.types, mark.name: mark})))
    assert refused(grant(world)).rule == "parents"


def test_no_more_is_checked_than_one_transaction_holds() -> None:
    """Long chains of delegates count with each of their tasks."""
    world = appeal()
    for _ in range(20):
        world.create("OtherMotionMailTask", MAY)
        task = newest(world, "OtherMotionMailTask")
        for turn in range(3):
            name = ("privacy", "colocated")[turn % 2]
            world.act(task, "assign_to_organization", admin(MAY), organizationId=name)
            task = newest(world, "OtherMotionMailTask")
    (error,) = refused(grant(ruled(world))).errors
    assert "would be taken along, at most 80 can" in error.detail


@pytest.mark.parametrize("value", [["look-1.nothing"], [7], "x"])
def test_what_is_left_out_is_a_task_of_the_case(value: object) -> None:
    """Anything else is 422."""
    assert refused(grant(ruled(appeal()), leaveOut=value)).errors[0].pointer.startswith("/leaveOut")


def test_mail_that_fits_nowhere_keeps_its_type() -> None:
    """A root that is gone takes no new branch; nor does a place where the new type does not stand."""
    world = appeal()
    world.create("StatusInquiryMailTask", MAY)
    lee = of("lee", "litigation-support")
    task = newest(world, "StatusInquiryMailTask")
    world.case = replace(world.case, root_id=None)
    world.locks.pop("RootTask")
    decision = world.decide(task, "change_type", lee, type="AodMotionMailTask")
    assert refused(decision).code == "parent_closed"


def test_a_new_branch_that_cannot_be_is_refused() -> None:
    """The old one stays as it is."""
    elsewhere = replace(APPEALS.types["AodMotionMailTask"], parents=frozenset({"HearingTask"}))
    world = appeal(workflow=replace(APPEALS, types={**APPEALS.types, elsewhere.name: elsewhere}))
    world.create("StatusInquiryMailTask", MAY)
    lee = of("lee", "litigation-support")
    decision = world.decide(newest(world, "StatusInquiryMailTask"), "change_type", lee, type="AodMotionMailTask")
    assert refused(decision).rule == "parents"


def test_whoever_assigned_a_ruling_must_still_be_there() -> None:
    """Else the organization's own task waits for another member."""
    world = appeal()
    world.create("DocketSwitchMailTask", CLEO)
    world.act(newest(world, "DocketSwitchMailTask"), "send_to_judge", CLEO, userId="jo")
    world.users = {**USERS, "cleo": replace(CLEO, active=False)}
    world.act(newest(world, "DocketSwitchRulingTask"), "rule", JO, ruling="denied")
    denied = [t for t in world.tasks.values() if t.type == "DocketSwitchDeniedTask"]
    assert [(t.assigned_party.id if t.assigned_party else "", t.status) for t in denied] == [
        ("clerk-of-the-board", "assigned")
    ]


def test_a_task_with_another_open_child_does_not_end_with_its_delegate() -> None:
    """409: that child is to be closed first."""
    world = appeal()
    world.create("DocketSwitchMailTask", CLEO)
    above = next(t for t in world.tasks.values() if t.type == "DocketSwitchMailTask")
    world.create("EngineeringTask", admin(MAY), parentId=above.task_id, assignedParty=_party(AL))
    decision = world.decide(newest(world, "DocketSwitchMailTask"), "send_to_judge", CLEO, userId="jo")
    assert refused(decision).code == "open_children"


def test_work_that_was_given_back_does_not_end() -> None:
    """A clerk who leaves gives the task back, also where it would end at once with theirs."""
    world = appeal()
    world.create("DocketSwitchMailTask", CLEO)
    above = next(t for t in world.tasks.values() if t.type == "DocketSwitchMailTask")
    world.act(newest(world, "DocketSwitchMailTask"), "hand_back", admin(MAY))
    world.settle()
    assert (world[above].status, world[above].delegated) == ("assigned", False)


def test_a_copy_stands_where_one_created_anew_would() -> None:
    """Under the first of its places that the new case has."""
    elsewhere = replace(APPEALS.types["StatusInquiryMailTask"], placed=("HearingTask", "RootTask"))
    world = appeal("evidence_submission", replace(APPEALS, types={**APPEALS.types, elsewhere.name: elsewhere}))
    world.create(elsewhere.name, MAY)
    copies = {t.task_id: t for t in _copies(granted(ruled(world), docket="direct_review"))}
    (top,) = (t for t in copies.values() if t.type == elsewhere.name and not t.is_delegate)
    assert copies[top.parent_id or ""].type == "RootTask"


def test_a_switch_to_the_same_docket_changes_nothing() -> None:
    """422, with the field."""
    assert refused(grant(ruled(appeal("hearing")))).errors[0].pointer == "/docket"


def test_one_task_begins_one_case() -> None:
    """Neither it nor the record in the new case, opened again, begins another one."""
    world = ruled(appeal())
    plan = granted(world)
    (mark,) = (t for t in _copies(plan) if t.type == "DocketSwitchGrantedTask")
    assert mark.new_case_id == mark.case_id
    own = newest(world, "DocketSwitchGrantedTask")
    world.tasks[own.task_id] = replace(own, new_case_id=mark.case_id)
    assert refused(grant(world)).code == "action_not_available"


def test_a_child_that_is_still_to_be_counted_is_waited_for() -> None:
    """What seems to wait for it would wait for ever in the new case: the decision is made again."""
    world = appeal()
    world.create("TranslationTask", MAY, parentId=newest(world, "RootTask").task_id)
    translation = newest(world, "TranslationTask")
    ruled(world)
    world.tasks[translation.task_id] = replace(translation, children=Children(open=1))
    assert refused(grant(world)).code == "conflict"


def test_two_of_which_one_may_be_open_are_not_taken_to_one_place() -> None:
    """The clerk leaves one out."""
    translation = replace(APPEALS.types["TranslationTask"], placed=("RootTask",))
    world = appeal()
    for above in ("RootTask", "DistributionTask"):
        world.create("TranslationTask", MAY, parentId=newest(world, above).task_id)
    world.workflow = replace(APPEALS, types={**APPEALS.types, translation.name: translation})
    (error,) = refused(grant(ruled(world))).errors
    assert error.detail == "Only one TranslationTask may be open there: leave the others out."


def test_a_task_keeps_what_it_is_about() -> None:
    """Where that is another thing than the case."""
    world = appeal()
    for name in ("FoiaTask", "TranslationTask"):
        world.create(name, MAY, parentId=newest(world, "RootTask").task_id)
    foia, entity = newest(world, "FoiaTask"), {"appeal": {"id": "other", "displayName": "Another"}}
    world.tasks[foia.task_id] = replace(foia, entity=entity)
    about = {t.type: t.entity for t in _copies(granted(ruled(world)))}
    assert about["FoiaTask"] == entity
    assert about["TranslationTask"] == about["RootTask"] != entity


def test_a_clerk_carries_out_what_another_judge_ruled() -> None:
    """Whoever asked the judge, also where the ruling was handed to another one."""
    world = appeal()
    world.users = {**USERS, "june": of("june", "judges")}
    world.create("DocketSwitchMailTask", CLEO)
    world.act(newest(world, "DocketSwitchMailTask"), "send_to_judge", CLEO, userId="jo")
    world.act(newest(world, "DocketSwitchRulingTask"), "reassign", JO, assignedParty={"kind": "user", "id": "june"})
    world.act(newest(world, "DocketSwitchRulingTask"), "rule", world.users["june"], ruling="denied")
    assert newest(world, "DocketSwitchDeniedTask").assigned_party == CLEO.party


def test_a_new_branch_takes_over_what_was_said_on_the_way() -> None:
    """The texts of all tasks of the old one, and its priority; not more than one item holds."""
    world = appeal()
    lee = of("lee", "litigation-support")
    top = world.create("StatusInquiryMailTask", MAY, priority=7)
    child = newest(world, "StatusInquiryMailTask")
    texts = {top.task_id: Texts("A letter.", ("One.",)), child.task_id: Texts(instructions=("Two.",))}
    context = world.context(as_caller(lee), child)
    context = replace(context, scene=replace(context.scene, texts=texts))
    decision = act(context, "change_type", {"type": "AodMotionMailTask"})
    assert isinstance(decision, Plan)
    (written,) = (write.texts for write in decision.writes if isinstance(write, PutFirstTexts))
    assert written == Texts("A letter.", ("One.", "Two."))
    (new,) = (w.task for w in decision.writes if isinstance(w, CreateTask) and not w.task.is_delegate)
    assert new.priority == 7
    context = replace(context, scene=replace(context.scene, texts={top.task_id: Texts("x" * 300_001)}))
    assert refused(act(context, "change_type", {"type": "AodMotionMailTask"})).rule == "texts"
