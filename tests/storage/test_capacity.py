from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from shared.domain.model.plan import Plan
from shared.domain.model.task import Party, Task, Timer
from shared.domain.model.writes import (
    AddEntry,
    ChangeTask,
    CheckCaseOpen,
    CreateTask,
    DeleteTimer,
    PutRequest,
    PutTimer,
    Write,
)
from shared.storage.capacity import capacity
from shared.storage.values import Capacity
from tests.storage import examples
from tests.storage.examples import BARE_CASE, BARE_TASK, FULL_ENTRY, REQUEST, TIMER, TYPICAL_TASK
from tests.storage.lives import lives

ANN = Party("user", "ann", "Ann Lee")
WATCHED = replace(BARE_TASK, queue="dispatch", tab="unassigned")
PUT_OFF = "reschedule as the assigned party's"
BUDGETS = {
    "case": 2,
    "create": 11,
    "create with timer, text and prerequisite": 11 + 3 + 2 + 2,
    "claim": 9,
    "fail": 7,
    "retry": 7,
    "pass": 9,
    "become ready": 11,
    "reschedule": 13,
    "assign": 9,
    "add instructions": 7 + 2,
    "claim as the assigned party": 9,
    "timer fires": 11,
    "move": 9,
    "release": 9,
    "await": 9,
    "skip": 9,
    "create with party and timer": 11 + 3,
    PUT_OFF: 13,
    "skip with timer": 9 + 3,
}


def units(*writes: Write) -> float:
    """The write units of a plan of these writes."""
    return capacity(Plan("c", writes)).write


def change(before: Task, **values: object) -> float:
    """The write units of changing the task so."""
    return units(ChangeTask(before, replace(before, version=2, **values)))  # type: ignore[arg-type]


def test_every_action_has_a_budget() -> None:
    """Each step of the lives that are lived here is held to a budget, and the other way round."""
    figures = {name: capacity(plan).write for name, plan in lives()}
    print(figures)  # noqa: T201 - the figures are worth reading
    assert figures.keys() == BUDGETS.keys()


@pytest.mark.parametrize("name", sorted(BUDGETS))
def test_an_action_keeps_its_budget(name: str) -> None:
    """No action of the inspection workflow costs more than the engine's design allows."""
    assert capacity(dict(lives())[name]).write <= BUDGETS[name]


def test_a_plan_reads_nothing() -> None:
    """A commit writes and checks; it costs no read units. An empty one costs nothing."""
    assert capacity(Plan("c", (CreateTask(BARE_TASK),))) == Capacity(read=0, write=2)
    assert capacity(Plan("c", ())) == Capacity()


@pytest.mark.parametrize(("characters", "expected"), [(1, 2), (700, 2), (900, 4), (1900, 6)])
def test_each_begun_kilobyte_costs_two(characters: int, expected: int) -> None:
    """A large item costs two units for each begun kilobyte, in whichever direction it changes."""
    large = replace(BARE_TASK, awaiting="x" * characters)
    assert units(CreateTask(large)) == expected
    assert change(large, awaiting=None) == change(BARE_TASK, awaiting="x" * characters) == expected


def test_a_check_costs_as_a_write_but_for_indexes() -> None:
    """A condition check is charged by its item, and moves nothing in an index."""
    assert units(CheckCaseOpen(BARE_CASE)) == 2
    assert units(CheckCaseOpen(replace(BARE_CASE, display_name="x" * 1000))) == 4
    assert units(ChangeTask(WATCHED, WATCHED)) == 2


def test_indexes_cost_what_happens_in_them() -> None:
    """One unit for an entry that comes, goes or changes, two for one that moves, none for one that stays."""
    assert units(CreateTask(WATCHED)) == 2 + 1 + 1
    assert change(WATCHED, priority=1) == 2
    assert change(WATCHED, due_time=examples.NOW) == 2 + 2
    assert change(WATCHED, tab="assigned", assigned_party=ANN) == 2 + 2 + 1 + 1
    mine = replace(WATCHED, tab="assigned", assigned_party=ANN)
    assert change(mine, priority=1) == 2 + 1
    assert change(mine, working=1) == 2
    assert change(mine, due_time=examples.NOW) == 2 + 2 + 2
    assert change(mine, closed_at=examples.NOW, tab="completed") == 2 + 2 + 2


def test_a_history_entry_is_in_the_timeline() -> None:
    """An entry costs two units and one in the timeline, which holds all of it; doubled beyond a kilobyte."""
    assert units(AddEntry(FULL_ENTRY)) == 3
    assert units(AddEntry(replace(FULL_ENTRY, note="x" * 1000))) == 6


def test_a_timer_that_is_put_off_moves_in_its_index() -> None:
    """A timer set anew under its id is known from the task: it moves, where one beside it would come and go."""
    before = replace(TYPICAL_TASK, timers=(TIMER,))
    put_off = replace(TIMER, at=TIMER.at + timedelta(days=1))
    after = replace(before, timers=(put_off,), version=5)
    task = units(ChangeTask(before, after))
    assert units(PutTimer(TIMER)) == 3
    assert units(ChangeTask(before, after), PutTimer(put_off)) - task == 4
    other = Timer(put_off.task_id, "other", put_off.name, put_off.action, put_off.at)
    assert units(ChangeTask(before, after), DeleteTimer(TIMER), PutTimer(other)) - task == 6


def test_remembering_a_request_costs_two() -> None:
    """An idempotency key adds two units."""
    assert isinstance(REQUEST, PutRequest)
    assert units(REQUEST) == 2


@given(examples.tasks(), examples.tasks())
def test_changing_back_costs_the_same(one: Task, other: Task) -> None:
    """Between any two states of a task both directions cost the same: what comes here goes there."""
    there = replace(other, task_id=one.task_id, case_id=one.case_id)
    assert units(ChangeTask(one, there)) == units(ChangeTask(there, one))
