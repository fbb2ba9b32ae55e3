"""When a task of an appeal entered its statuses, and who did it: null where that was the engine."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from shared.domain.model.task import Person, Task
from shared.engine import tasks
from shared.engine.session import Identity, Refused, Request
from shared.timestamps import to_text
from tests.engine.board import JO, act, advance, create, intake, seat, tasks_of
from tests.engine.world import ROOT, START, World

Times = tuple[datetime | None, ...]
KIM = Identity("kim")


@pytest.fixture
def board(world: World) -> World:
    """The Board; kim is a member of translation."""
    seat(world)
    world.put_user("kim")
    world.join("translation", "kim")
    return world


@pytest.fixture
def translation(board: World) -> Task:
    """An appeal, as it is after intake, with a translation under its distribution."""
    intake(board, "direct_review")
    board.pass_time(hours=1)
    return create(board, ROOT, "Translation", "Distribution").task


def _times(task: Task) -> Times:
    """Assigned, started, placed on hold, closed."""
    return task.assigned_at, task.started_at, task.placed_on_hold_at, task.closed_at


def _after(world: World, task: Task, who: Identity, action: str, **given: object) -> Task:
    """The task after the action, an hour later; it was changed just then, and the stream was delivered."""
    world.pass_time(hours=1)
    tasks.act(world.session, who, task.task_id, action, given, Request())
    world.drain()
    after = world.stored(task.task_id)
    assert (after.updated_at, after.created_at) == (world.now, task.created_at)
    return after


def _id(person: Person | None) -> str | None:
    return person.id if person else None


def test_a_task_begins_assigned(board: World, translation: Task) -> None:
    """Now; the other times are empty, and who created it has assigned it."""
    assert translation.created_at == translation.updated_at == board.now
    assert _times(translation) == (board.now, None, None, None)
    assert _id(translation.assigned_by) == "root"
    assert (translation.cancelled_by, translation.completed_by) == (None, None)


def test_a_task_may_have_been_assigned_earlier(board: World) -> None:
    """At the time given, and then again when it is assigned again."""
    intake(board, "direct_review")
    board.pass_time(days=2)
    task = create(board, ROOT, "Translation", "Distribution", assignedAt=to_text(START)).task
    assert (_times(task), task.created_at) == ((START, None, None, None), board.now)
    held = _after(board, task, KIM, "place_timed_hold", days=3)
    assert held.assigned_at == START
    assert _after(board, task, KIM, "end_hold").assigned_at == board.now


def test_intake_stamps_what_each_task_begins_with(board: World) -> None:
    """On hold the root, in progress what only tracks; nobody has assigned either."""
    intake(board, "direct_review", representative={"organizationId": "vso", "writesIhp": True})
    by_type = {task.type.removesuffix("Task"): task for task in tasks_of(board)}
    assert by_type["Root"].placed_on_hold_at == by_type["Distribution"].placed_on_hold_at == START
    assert by_type["TrackVeteran"].started_at == START
    assert {task.closed_at for task in by_type.values()} == {None}
    assert {task.assigned_by for task in by_type.values()} == {None}


def test_entering_a_status_again_sets_its_time_again(board: World, translation: Task) -> None:
    """Each of them, and only that one."""
    assigned = translation.assigned_at
    task = _after(board, translation, KIM, "start")
    first = board.now
    assert _times(task) == (assigned, first, None, None)
    task = _after(board, task, KIM, "place_timed_hold", days=9)
    held = board.now
    assert _times(task) == (assigned, first, held, None)
    task = _after(board, task, KIM, "end_hold")
    assert _times(task) == (board.now, first, held, None)
    again = board.now
    task = _after(board, task, KIM, "start")
    assert _times(task) == (again, board.now, held, None)
    second = board.now
    task = _after(board, task, KIM, "place_timed_hold", days=9)
    assert _times(task) == (again, second, board.now, None)
    held = board.now
    task = _after(board, task, KIM, "complete")
    assert _times(task) == (again, second, held, board.now)
    assert (_id(task.completed_by), task.cancelled_by) == ("kim", None)


def test_the_same_status_again_changes_no_time(board: World, translation: Task) -> None:
    """A second hold replaces the first, a second child joins it: on hold since the first one."""
    task = _after(board, translation, KIM, "place_timed_hold", days=9)
    times = _times(task)
    task = _after(board, task, KIM, "place_timed_hold", days=20)
    assert (task.status, _times(task)) == ("on_hold", times)
    task = _after(board, task, ROOT, "create_child", type="EngineeringTask")
    assert (task.status, _times(task)) == ("on_hold", times)
    board.pass_time(hours=1)
    create(board, ROOT, "Engineering", "Translation")
    assert board.stored(task.task_id).updated_at == task.updated_at


def test_what_is_not_offered_changes_nothing(board: World, translation: Task) -> None:
    """Starting what was started, ending a hold that is none, editing what is on hold, or closed."""
    started = _after(board, translation, KIM, "start")
    for action in ("start", "end_hold"):
        _check_refused(board, started, action)
    held = _after(board, started, KIM, "place_timed_hold", days=9)
    _check_refused(board, held, "edit", priority=3)
    closed = _after(board, held, KIM, "complete")
    for action, more in (("edit", {"priority": 3}), ("add_instructions", {"instructions": "Late."}), ("start", {})):
        _check_refused(board, closed, action, **more)


def _check_refused(world: World, task: Task, action: str, **given: object) -> None:
    world.pass_time(hours=1)
    with pytest.raises(Refused) as caught:
        tasks.act(world.session, KIM, task.task_id, action, given, Request())
    assert caught.value.refusal.code == "action_not_available"
    assert world.stored(task.task_id) == task


def test_opening_again_clears_how_it_ended(board: World, translation: Task) -> None:
    """When it was closed, by whom and why; it is assigned as of now, and may end otherwise."""
    cancelled = _after(board, translation, KIM, "cancel", cancellationReason="poa_change")
    assert (cancelled.closed_at, cancelled.cancellation_reason) == (board.now, "poa_change")
    assert (_id(cancelled.cancelled_by), cancelled.completed_by) == ("kim", None)
    opened = _after(board, cancelled, ROOT, "reopen")
    assert (opened.status, opened.assigned_at, opened.closed_at) == ("assigned", board.now, None)
    assert (opened.cancellation_reason, opened.cancelled_by, opened.completed_by) == (None, None, None)
    completed = _after(board, opened, KIM, "complete")
    assert (completed.closed_at, _id(completed.completed_by), completed.cancelled_by) == (board.now, "kim", None)
    opened = _after(board, completed, ROOT, "reopen")
    assert (opened.closed_at, opened.completed_by) == (None, None)
    cancelled = _after(board, opened, KIM, "cancel")
    assert (cancelled.cancellation_reason, _id(cancelled.cancelled_by)) == (None, "kim")


def test_a_reason_is_one_of_two_or_none(board: World, translation: Task) -> None:
    """Anything else is 422; free text goes to the instructions."""
    with pytest.raises(Refused) as caught:
        _after(board, translation, KIM, "cancel", cancellationReason="he asked for it")
    assert caught.value.refusal.code == "invalid_input"
    task = _after(board, translation, KIM, "cancel", cancellationReason="substitution", instructions="He asked for it.")
    assert task.cancellation_reason == "substitution"
    assert board.store.texts(task.task_id).instructions == ("He asked for it.",)


def test_instructions_are_appended_and_never_overwritten(board: World) -> None:
    """By whatever action they come, in their order; each task has its own."""
    intake(board, "direct_review")
    task = create(board, ROOT, "Translation", "Distribution", instructions="one").task
    for action, given in (
        ("add_instructions", {"instructions": "two"}),
        ("add_instructions", {"instructions": "two"}),
        ("place_timed_hold", {"days": 1, "instructions": "three"}),
        ("end_hold", {}),
        ("reassign", {"assignedParty": {"kind": "user", "id": "kim"}, "instructions": "four"}),
        ("cancel", {"instructions": "five"}),
    ):
        task = _after(board, task, KIM, action, **given)
    task = _after(board, task, ROOT, "reopen")
    assert board.store.texts(task.task_id).instructions == ("one", "two", "two", "three", "four", "five")
    versions = board.store.history(task.task_id)
    assert [entry.version for entry in versions if "instructions" in entry.changes] == [2, 3, 4, 6, 7]


def test_what_the_engine_does_nobody_did(board: World) -> None:
    """By time, by a child's end, or by a cascade: nobody assigned, completed or cancelled it."""
    intake(board, "evidence_submission", representative={"organizationId": "vso", "writesIhp": True})
    advance(board, 90)
    by_type = {task.type.removesuffix("Task"): task for task in tasks_of(board)}
    window, presentation = by_type["EvidenceSubmissionWindow"], by_type["InformalHearingPresentation"]
    assert (window.status, window.closed_at, window.completed_by) == ("completed", board.now, None)
    assert (presentation.assigned_at, presentation.assigned_by) == (board.now, None)
    board.pass_time(hours=1)
    act(board, ROOT, "Root", "cancel", cancellationReason="substitution")
    by_type = {task.type.removesuffix("Task"): task for task in tasks_of(board)}
    assert _id(by_type["Root"].cancelled_by) == "root"
    assert by_type["Root"].cancellation_reason == "substitution"
    for name in ("Distribution", "InformalHearingPresentation", "TrackVeteran"):
        ended = by_type[name]
        assert (ended.status, ended.closed_at) == ("cancelled", board.now)
        assert (ended.cancelled_by, ended.completed_by, ended.cancellation_reason) == (None, None, None)


def test_an_organizations_task_that_ends_with_its_child_was_ended_by_nobody(board: World, translation: Task) -> None:
    """Who completed the child is known there."""
    _after(board, translation, KIM, "assign_to_person", userId="kim")
    child = next(t for t in tasks_of(board) if t.parent_id == translation.task_id)
    assert (_id(child.assigned_by), child.assigned_at) == ("kim", board.now)
    child = _after(board, child, KIM, "complete")
    above = board.stored(translation.task_id)
    assert (above.status, above.closed_at, above.completed_by) == ("completed", board.now, None)
    assert _id(child.completed_by) == "kim"


def test_what_follows_on_an_action_was_assigned_by_who_took_it(board: World) -> None:
    """The judge who passes the appeal on has assigned the draft."""
    intake(board, "direct_review", qualityReview=True)
    act(board, ROOT, "Distribution", "distribute", userId="jo")
    board.pass_time(minutes=5)
    act(board, JO, "JudgeAssign", "assign_to_attorney", userId="al")
    by_type = {task.type.removesuffix("Task"): task for task in tasks_of(board)}
    assert _id(by_type["JudgeAssign"].assigned_by) == "root"
    assert _id(by_type["JudgeAssign"].completed_by) == "jo"
    assert _id(by_type["Attorney"].assigned_by) == "jo"
    assert by_type["Attorney"].assigned_at == board.now == START + timedelta(minutes=5)
