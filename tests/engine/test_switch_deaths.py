"""A docket switch is all or nothing from outside, at whatever commit the function dies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from shared.domain.model.plan import Plan
from shared.domain.model.task import Task, TaskId
from shared.engine import cases, settle, showing, tasks
from shared.engine.session import Answer, Refused, Request, Session
from shared.engine.tasks import TaskView
from shared.engine.timers import settle_all
from shared.storage.schema import INDEXES, TIMELINE
from shared.storage.store import Store
from tests.engine.board import CLEO, JO, MAY, QUIN, act, create, intake, seat, tasks_of
from tests.engine.races import RUNNERS, Runners
from tests.engine.soundness import check_case
from tests.engine.world import ROOT, World
from tests.storage.faults import Line, cancelled, fine
from tests.storage.table import create_table, delete_table

pytestmark = pytest.mark.dynamodb_local

COMMIT = "TransactWriteItems"
Look = Callable[[], object]
ONCE = Request(route="POST /tasks/{taskId}/actions/complete", key="switch it", fingerprint="once")


@dataclass
class Moment:
    """The world as it is now, to go back to."""

    world: World
    items: list[dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.items = self.world.items()
        self.now, self.delivered = self.world.now, set(self.world.delivered)

    def again(self) -> World:
        """The world, in that moment."""
        self.world.begin(self.items)
        self.world.now, self.world.delivered = self.now, set(self.delivered)
        return self.world


@pytest.fixture(scope="module")
def seated(dynamodb_local: str) -> Iterator[Moment]:
    """The Board and its people, on DynamoDB Local, before anything happens."""
    table = create_table(dynamodb_local)
    yield Moment(seat(World(table, dynamodb_local)))
    delete_table(table, dynamodb_local)


@pytest.fixture
def board(seated: Moment) -> World:
    """The Board, as it was in the beginning."""
    return seated.again()


@pytest.fixture
def line(board: World) -> Iterator[Line]:
    """The line to the table, which may break."""
    line = Line(board.store)
    yield line
    line.mend()


def _granted(world: World, *mail: str) -> Task:
    """The clerk's task that is left to do; beside it are a translation, and mail of these types."""
    intake(world, "evidence_submission", representative={"organizationId": "vso", "writesIhp": True})
    create(world, QUIN, "Translation", "Distribution", instructions="All of it.")
    for name in mail:
        create(world, MAY, name)
    create(world, CLEO, "DocketSwitchMail")
    act(world, CLEO, "DocketSwitchMail", "send_to_judge", userId="jo")
    act(world, JO, "DocketSwitchRuling", "rule", ruling="granted")
    return next(t for t in reversed(tasks_of(world)) if t.type == "DocketSwitchGrantedTask")


def _switch(world: World, task: Task, request: Request = ONCE) -> Answer[TaskView]:
    return tasks.act(world.session, CLEO, task.task_id, "complete", {"docket": "hearing"}, request)


# What others see.


def _case_ids(world: World) -> set[str]:
    """Every case of which anything is stored, whether anybody can see it or not."""
    return {item["PK"]["S"].removeprefix("CASE#") for item in world.items() if item["PK"]["S"].startswith("CASE#")}


def _is_seen(world: World, case_id: str) -> bool:
    """Whether callers are shown the case: by all ways, or by none, and then they can do nothing there."""
    session, found = world.session, [task.task_id for task in world.store.tasks(case_id)]
    some = [*found[:2], *found[-2:]]
    looks: list[Look] = []
    for who in (ROOT, CLEO):
        looks += [
            partial(cases.get_case, session, who, case_id),
            partial(showing.case_tree, session, who, case_id),
            partial(showing.case_tasks, session, who, case_id, None, 100),
            partial(showing.timeline, session, who, case_id, None, 100),
            *(partial(tasks.get_task, session, who, task_id) for task_id in some),
            *(partial(tasks.available_actions, session, who, task_id) for task_id in some),
            *(partial(tasks.task_history, session, who, task_id, 0, 100) for task_id in some),
            *(partial(tasks.task_children, session, who, task_id, None, 100) for task_id in some),
        ]
    (answer,) = {_is_found(look) for look in looks}
    if not answer:
        given = {"type": "EngineeringTask"}
        assert not _is_found(partial(tasks.create_task, session, ROOT, case_id, given, Request()))
        for task_id in found:
            assert not _is_found(partial(tasks.act, session, ROOT, task_id, "cancel", {}, Request()))
    return answer


def _is_found(look: Look) -> bool:
    try:
        look()
    except Refused as refused:
        assert refused.refusal.code == "not_found"  # noqa: PT017 (anything else is a failure)
        return False
    return True


def _listed(world: World) -> set[TaskId]:
    """All tasks that stand in any queue, or have a timer that will be due: what the indexes hold, whole."""
    found = set[TaskId]()
    for index in INDEXES:
        if index is not TIMELINE:
            pages = world.client.get_paginator("scan").paginate(TableName=world.table, IndexName=index.name)
            rows = [(row["PK"]["S"], row["SK"]["S"]) for page in pages for row in page["Items"]]
            found |= {f"{case.removeprefix('CASE#')}.{item.split('#')[1]}" for case, item in rows}
    return found


def _check_outside(world: World, granted: Task) -> bool:
    """Whether the switch is seen: then the old case shows it, and one new case; else neither does, anywhere."""
    seen = {case_id for case_id in _case_ids(world) if _is_seen(world, case_id)}
    old = {task.task_id: task for task in tasks_of(world)}
    root = next(task for task in old.values() if task.parent_id is None)
    ends = {old[granted.task_id].status, old[granted.parent_id or ""].status, root.status}
    new = seen - {"a1"}
    if new:
        assert ends == {"completed", "cancelled"}
        (case_id,) = new
        assert {old[granted.task_id].new_case_id} == new
        case = cases.get_case(world.session, CLEO, case_id).case
        assert (case.original_case_id, case.attributes["docket"]) == ("a1", "hearing")
    else:
        assert ends == {"assigned", "on_hold"}
        assert old[granted.task_id].new_case_id is None
    heard = {entry.case_id for entry in world.entries()}
    assert heard <= seen
    assert {task_id.partition(".")[0] for task_id in _listed(world)} <= seen
    return bool(new)


def _check_done(world: World, granted: Task, *taken: str) -> None:
    """The switch is complete: in both cases nothing is owed, and of what was abandoned nothing is left."""
    world.drain()
    world.pass_time(hours=2)
    _settle_all(world)
    world.drain()
    assert _check_outside(world, granted)
    new_case = world.stored(granted.task_id).new_case_id or ""
    assert _case_ids(world) == {"a1", new_case}
    assert not any(task.closed_at is None for task in tasks_of(world))
    new = tasks_of(world, new_case)
    begun = ("Root", "Distribution", "Hearing", "ScheduleHearing", "TrackVeteran")
    assert {t.type.removesuffix("Task") for t in new if t.closed_at is None} == {*begun, *taken}
    assert not any(task.staged for task in new)
    listed = {task.task_id for task in new if task.tab is not None}
    assert {task_id for task_id in _listed(world) if task_id.startswith(new_case)} == listed
    assert settle.settle(world.session, "a1") == settle.settle(world.session, new_case) == 0
    check_case(world, "a1")
    check_case(world, new_case)


def _settle_all(world: World) -> None:
    settle_all(world.session, None, lambda: False, _raised)


def _raised(what: str, error: Exception) -> None:
    raise AssertionError(what) from error


MAIL = ("CongressionalInterestMail", "StatusInquiryMail", "OtherMotionMail", "VacateMotionMail", "AodMotionMail") * 3


def test_at_whatever_commit_the_request_dies(board: World, line: Line) -> None:
    """Parts of the stage, or the last commit, before it takes effect or after: the same request completes it."""
    granted = _granted(board, *MAIL)
    moment, number, died, seen = Moment(board), 0, True, list[bool]()
    while died:
        number += 1
        for took_effect in (False, True):
            moment.again()
            died = line.dies(partial(_switch, board, granted), COMMIT, number, took_effect=took_effect)
            seen.append(_check_outside(board, granted))
            answer = _switch(board, granted)
            assert answer.replayed == seen[-1]
            assert answer.value.task.new_case_id is not None
            assert _check_outside(board, granted)
            _check_done(board, granted, "Translation", *MAIL)
    # The stage has two parts at least. Nothing is seen before the last commit, everything after it.
    assert number >= 4
    assert seen == [False] * (len(seen) - 3) + [True] * 3


def test_at_whatever_commit_the_hooks_die(board: World, line: Line) -> None:
    """What comes to light, and what ends, may take several commits: both cases show the switch all the time."""
    granted = _granted(board)
    _switch(board, granted)
    moment, number, died = Moment(board), 0, True
    while died:
        number += 1
        for took_effect in (False, True):
            moment.again()
            died = line.dies(board.drain, COMMIT, number, took_effect=took_effect)
            assert _check_outside(board, granted)
            _check_done(board, granted, "Translation")
    assert number > 5


def test_at_whatever_commit_one_dies_that_came_too_late(
    board: World, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was staged does not count any more: it is taken away, and the rest is decided on what there is now."""
    granted = _granted(board)
    (translation,) = (task for task in tasks_of(board) if task.type == "TranslationTask")
    moment, number, died = Moment(board), 0, True
    commit = Store.commit

    def late(store: Store, plan: Plan) -> None:
        if plan.stage:
            monkeypatch.setattr(Store, "commit", commit)
            tasks.act(board.session, ROOT, translation.task_id, "complete", {}, Request())
        commit(store, plan)

    while died:
        number += 1
        for took_effect in (False, True):
            moment.again()
            monkeypatch.setattr(Store, "commit", late)
            died = line.dies(partial(_switch, board, granted), COMMIT, number, took_effect=took_effect)
            monkeypatch.setattr(Store, "commit", commit)
            _check_outside(board, granted)
            _switch(board, granted)
            there = () if board.stored(translation.task_id).status == "completed" else ("Translation",)
            _check_done(board, granted, *there)
    assert number > 6


def test_a_switch_that_meets_another_transaction_is_decided_again(board: World, line: Line) -> None:
    """At whatever commit, of its stage too; what it had staged is gone, and if that fails, it is swept later."""
    granted = _granted(board)
    moment = Moment(board)
    for number in range(3):
        moment.again()
        line.fail(COMMIT, *[fine] * number, *[cancelled("TransactionConflict")] * 2)
        _switch(board, granted)
        _check_done(board, granted, "Translation")


def test_an_abandoned_stage_is_swept_after_an_hour(board: World, line: Line) -> None:
    """Not before, and by the next sweep if one dies at it, at whatever commit."""
    granted = _granted(board)
    assert line.dies(partial(_switch, board, granted), COMMIT, 2, took_effect=False)
    board.pass_time(minutes=59)
    _settle_all(board)
    assert len(_case_ids(board)) == 2
    board.pass_time(minutes=2)
    moment, number, died = Moment(board), 0, True
    while died:
        number += 1
        for took_effect in (False, True):
            moment.again()
            died = line.dies(partial(_settle_all, board), COMMIT, number, took_effect=took_effect)
            assert not _check_outside(board, granted)
            _settle_all(board)
            assert _case_ids(board) == {"a1"}
    assert number > 2
    _switch(board, granted)
    _check_done(board, granted, "Translation")


def test_what_is_done_before_the_hooks_have_come_is_heard(board: World) -> None:
    """A task of the new case is closed, and another gets a child, before either has its place in the queues."""
    granted = _granted(board)
    new_case = _switch(board, granted).value.task.new_case_id or ""
    by_type = {task.type.removesuffix("Task"): task for task in tasks_of(board, new_case)}
    tasks.act(board.session, ROOT, by_type["Translation"].task_id, "complete", {}, Request())
    given = {"type": "EngineeringTask", "parentId": by_type["ScheduleHearing"].task_id}
    tasks.create_task(board.session, ROOT, new_case, given, Request())
    board.drain()
    heard = {(entry.task_id, entry.version): entry.event for entry in board.entries()}
    for name in ("Translation", "ScheduleHearing"):
        task = board.stored(by_type[name].task_id)
        assert task.version == 3
        assert (task.task_id, 2) in heard
        assert heard[task.task_id, 3] == "TaskCreated"
    _check_done(board, granted, "Engineering")


def grant(session: Session, share: tuple[TaskId, Request]) -> tuple[str, bool]:
    """The new case, and whether that was told again; or why there is none."""
    task_id, request = share
    try:
        answer = tasks.act(session, CLEO, task_id, "complete", {"docket": "hearing"}, request)
    except Refused as refused:
        return refused.refusal.code, False
    return answer.value.task.new_case_id or "", answer.replayed


@pytest.mark.parametrize("request_", [Request(), ONCE], ids=["without a key", "with one key"])
def test_of_many_who_switch_at_once_one_does(board: World, crew: Runners, request_: Request) -> None:
    """The others find the task or its tree closed, or with the same key are told the same; no stage of theirs is left.

    Their two reads are no snapshot: one may see the task before the switch, and the root after it.
    """
    granted = _granted(board, *MAIL[:3])
    outcomes = crew.race(board, grant, [(granted.task_id, request_)] * RUNNERS)
    new_case = board.stored(granted.task_id).new_case_id or ""
    assert outcomes.count((new_case, False)) == 1
    others = {outcome for outcome in outcomes if outcome != (new_case, False)}
    if request_.key:
        assert others == {(new_case, True)}
    else:
        assert others <= {("action_not_available", False), ("parent_closed", False)}
    assert _case_ids(board) == {"a1", new_case}
    assert _check_outside(board, granted)
    _check_done(board, granted, "Translation", *MAIL[:3])
