"""Whole trees that are cancelled, with a function that dies on the way: on AWS's own engine.

What one run has committed stays, and the next one goes on from there: nobody has to know where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import pytest

from shared.domain.model.scene import status_of
from shared.domain.model.task import TaskId
from shared.engine import cases, settle, tasks
from shared.engine.session import Request
from tests.engine.nursery import Nursery
from tests.engine.soundness import check_case, entries_of
from tests.engine.test_trees import OneWorkflow
from tests.engine.world import ROOT, World
from tests.storage.faults import Line
from tests.storage.table import create_table, delete_table
from tests.workflows.claims import claims

pytestmark = pytest.mark.dynamodb_local

COMMIT = "TransactWriteItems"
Plan = Callable[[Nursery, TaskId], None]
Work = Callable[[], object]


@pytest.fixture(scope="module")
def office(dynamodb_local: str) -> Iterator[World]:
    """A world on DynamoDB Local whose cases are claims."""
    table = create_table(dynamodb_local)
    world = World(table, dynamodb_local)
    world.populate()
    world.session = replace(world.session, workflows=OneWorkflow(claims()))
    yield world
    delete_table(table, dynamodb_local)


@pytest.fixture
def line(office: World) -> Iterator[Line]:
    """The line to the engine, which may break."""
    line = Line(office.store)
    yield line
    line.mend()


def _planted(world: World, case_id: str, plan: Plan) -> tuple[Nursery, TaskId]:
    """A case with a file, and whatever the plan puts below it."""
    given = {"workflow": "claims", "caseId": case_id, "attributes": {"channel": "phone"}}
    cases.create_case(world.session, ROOT, given, Request())
    nursery = Nursery(case_id, claims())
    file = nursery.plant("File")
    plan(nursery, file)
    nursery.put_into(world)
    return nursery, file


def _mixed(width: int, chains: int, depth: int) -> Plan:
    """Wide and deep, with closed tasks in between, with timed holds, and with types that something follows on."""

    def plan(nursery: Nursery, file: TaskId) -> None:
        for number in range(width):
            task = nursery.plant("Sorting", file, "completed" if number % 10 == 9 else "assigned")
            if number % 10 == 0:
                nursery.pause(task, days=1)
        for number in range(chains):
            below = file
            for level in range(depth):
                below = nursery.plant("Sorting", below, "cancelled" if (number + level) % 5 == 4 else "in_progress")
                payment = nursery.plant("Payment", below)
                if level % 4 == 0:
                    nursery.pause(nursery.plant("Check", payment), days=2)

    return plan


def _cancelled(world: World, case_id: str, plan: Plan) -> tuple[Nursery, TaskId]:
    """A tree as planned, of which nothing but the top is cancelled yet."""
    nursery, file = _planted(world, case_id, plan)
    tasks.act(world.session, ROOT, file, "cancel", {}, Request())
    return nursery, file


def _check_ended(world: World, nursery: Nursery) -> None:
    """What was open is cancelled by one version more, what was closed is as it was, and nothing is new."""
    found = {task.task_id: task for task in world.store.tasks(nursery.case_id)}
    assert found.keys() == nursery.tasks.keys()
    for task_id, before in nursery.tasks.items():
        after = found[task_id]
        if status_of(nursery.workflow, before).open:
            assert (after.status, after.version, after.timers, after.hold_id) == ("cancelled", 2, (), None)
        else:
            assert replace(after, children=before.children) == before
    said = {entry.action for entry in entries_of(world, nursery.case_id) if entry.version > 1}
    assert said == {"cancel", "end", "hold_ended"}
    assert world.store.timers(nursery.case_id) == []
    assert settle.settle(world.session, nursery.case_id) == 0
    check_case(world, nursery.case_id)


def _deliver(world: World, nursery: Nursery) -> None:
    """The stream is delivered until nothing follows from it any more."""
    known: set[tuple[TaskId | None, int]] = set()
    while fresh := [e for e in entries_of(world, nursery.case_id) if e.reacts and (e.task_id, e.version) not in known]:
        known |= {(entry.task_id, entry.version) for entry in fresh}
        for entry in fresh:
            settle.react(world.session, entry)


def test_whatever_commit_a_function_dies_at_the_cascade_is_completed(office: World, line: Line) -> None:
    """Before it takes effect or after; by its records, delivered again, or by settling alone."""
    small, number, died = _mixed(width=3, chains=1, depth=3), 0, True
    while died:
        number += 1
        for took_effect in (True, False):
            nursery, _ = _cancelled(office, f"d{number}-{took_effect}", small)
            deliver = partial(_deliver, office, nursery)
            died = line.dies(deliver, COMMIT, number, took_effect=took_effect)
            again = partial(settle.settle, office.session, nursery.case_id) if number % 2 else deliver
            again()
            _check_ended(office, nursery)
    assert number > len(nursery.tasks)


def test_whatever_commit_settling_dies_at_the_next_one_completes_it(office: World, line: Line) -> None:
    """Some chunks, and some that were counted, stay; nothing is done twice."""
    small, number, died = _mixed(width=40, chains=1, depth=3), 0, True
    while died:
        number += 1
        for took_effect in (True, False):
            nursery, _ = _cancelled(office, f"s{number}-{took_effect}", small)
            work = partial(settle.settle, office.session, nursery.case_id)
            died = line.dies(work, COMMIT, number, took_effect=took_effect)
            work()
            _check_ended(office, nursery)
    assert number > 5


def test_a_tree_of_five_thousand_is_cancelled_whole(office: World, line: Line) -> None:
    """However often the function dies; what one task costs does not grow with their number."""
    few, _ = _cancelled(office, "few", _mixed(width=391, chains=1, depth=40))
    settle_few = partial(settle.settle, office.session, "few")
    least = _cost(office, line, few, [settle_few])
    _check_ended(office, few)

    many, file = _cancelled(office, "many", _mixed(width=3910, chains=10, depth=40))
    assert len(many.tasks) > 5000
    (entry,) = office.store.history(file, after=1)
    react = partial(settle.react, office.session, entry)
    settle_many = partial(settle.settle, office.session, "many")
    deaths: list[Work] = [
        partial(line.dies, work, COMMIT, number, took_effect=number % 2 == 0)
        for work, number in ((react, 20), (react, 5), (settle_many, 1), (settle_many, 10), (settle_many, 40))
    ]
    most = _cost(office, line, many, [*deaths, settle_many])
    _check_ended(office, many)
    assert most.requests <= 1.1 * least.requests
    assert most.written <= 1.1 * least.written
    # Each run reads the case anew.
    assert most.read <= least.read * (len(deaths) + 1)


@dataclass(frozen=True)
class Cost:
    """Requests, units read and units written, for one task."""

    requests: float
    read: float
    written: float


def _cost(world: World, line: Line, nursery: Nursery, works: list[Work]) -> Cost:
    """What the works cost together, for each task of the tree."""
    world.store.reset_consumed()
    line.sent.clear()
    for work in works:
        assert work()
    number, consumed = len(nursery.tasks), world.store.consumed
    return Cost(len(line.sent) / number, consumed.read / number, consumed.write / number)
