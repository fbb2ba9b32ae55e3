"""One open at a time, on AWS's own engine: of many who race exactly one wins, and all others hear why.

Several processes, each with several threads, create and reopen at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest

from shared.compile import workflow_of
from shared.domain.definitions.workflow import Workflow
from shared.domain.model.people import User
from shared.domain.model.task import Task, TaskId
from shared.engine import cases, people, tasks
from shared.engine.session import Identity, Refused, Request, Session
from tests.engine.races import RUNNERS, Runners
from tests.engine.soundness import check_case
from tests.engine.test_trees import OneWorkflow
from tests.engine.world import ANN, ROOT, World
from tests.storage.table import create_table, delete_table
from tests.workflows.appeals import APPEALS
from tests.workflows.claims import claims

pytestmark = pytest.mark.dynamodb_local

DUPLICATE = "duplicate_open_task"
MINE = {"kind": "user", "id": "ann"}
THREADS = 3
LETTER = {"channel": "letter"}


@pytest.fixture(scope="module")
def office(dynamodb_local: str) -> Iterator[World]:
    """A world on DynamoDB Local whose cases are claims."""
    with _world(dynamodb_local, claims()) as world:
        yield world


@pytest.fixture(scope="module")
def board(dynamodb_local: str) -> Iterator[World]:
    """One whose cases are appeals."""
    with _world(dynamodb_local, workflow_of(APPEALS)) as world:
        yield world


@contextmanager
def _world(endpoint: str, workflow: Workflow) -> Iterator[World]:
    table = create_table(endpoint)
    world = World(table, endpoint)
    world.populate()
    world.session = replace(world.session, workflows=OneWorkflow(workflow))
    people.bootstrap(world.session, User("root", "Root"))
    yield world
    delete_table(table, endpoint)


def _case(world: World, case_id: str, workflow: str, **attributes: object) -> None:
    given = {"workflow": workflow, "caseId": case_id, "attributes": attributes}
    cases.create_case(world.session, ROOT, given, Request())


Attempt = tuple[Identity, str, Mapping[str, object]]
"""Who tries; the case in which to create what is given, or the task to open again."""


def attempt(session: Session, share: Attempt) -> list[str]:
    """What became of it in each of several threads: the task that is open now, or the code of a refusal."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(lambda _: _once(session, share), range(THREADS)))


def _once(session: Session, share: Attempt) -> str:
    who, where, given = share
    try:
        if given:
            return tasks.create_task(session, who, where, given, Request()).value.task.task_id
        return tasks.act(session, who, where, "reopen", {}, Request()).value.task.task_id
    except Refused as refused:
        return refused.refusal.code


def _race(world: World, crew: Runners, *attempts: Attempt) -> TaskId:
    """The only winner; everybody else was told that it is a second one, or that the task is open again."""
    outcomes = Counter(code for made in crew.race(world, attempt, attempts) for code in made)
    (winner,) = (outcome for outcome in outcomes if "." in outcome)
    reopened = {"action_not_available"} if any(winner == where for _, where, _ in attempts) else set()
    assert outcomes[winner] == 1
    assert outcomes.keys() - {winner} <= {DUPLICATE} | reopened, outcomes
    return winner


def _is_the_only_one(world: World, winner: TaskId) -> bool:
    task = world.stored(winner)
    alike = [t for t in world.store.tasks(task.case_id) if t.type == task.type and t.closed_at is None]
    return [t.task_id for t in alike] == [winner]


def _raced_and_closed(world: World, crew: Runners, who: Identity, case_id: str, given: Mapping[str, object]) -> None:
    """One is open at a time, round after round: new ones, and closed ones that are opened again."""
    new: Attempt = (who, case_id, given)
    winner = _race(world, crew, *[new] * RUNNERS)
    for number in range(6):
        assert _is_the_only_one(world, winner)
        tasks.act(world.session, ROOT, winner, "cancel" if number % 2 else "complete", {}, Request())
        if number % 3:
            world.drain()
        again: Attempt = (ROOT, winner, {})
        winner = _race(world, crew, new, again, new, again)
    assert _is_the_only_one(world, winner)
    world.drain()
    check_case(world, case_id)


def test_one_task_of_an_organization_is_open_in_a_case(office: World, crew: Runners) -> None:
    """A review, under the same claim and under two of them."""
    _case(office, "r1", "claims", channel="phone")
    first, second = (_open(office, "r1", "Claim") for _ in range(2))
    dispatch = {"kind": "organization", "id": "dispatch"}
    given = {"type": "Review", "assignedParty": dispatch}
    _raced_and_closed(office, crew, ANN, "r1", {**given, "parentId": first})
    (open_one,) = (t for t in office.store.tasks("r1") if t.type == "Review" and t.closed_at is None)
    tasks.act(office.session, ROOT, open_one.task_id, "cancel", {}, Request())
    attempts: list[Attempt] = [(ANN, "r1", {**given, "parentId": parent}) for parent in (first, second) * 2]
    assert _is_the_only_one(office, _race(office, crew, *attempts))


def test_one_task_of_a_type_is_open_in_a_case(office: World, crew: Runners) -> None:
    """A decision, whoever decides; what follows on another task waits until there is room, or is left out."""
    _case(office, "d1", "claims", **LETTER)
    file = _first(office, "d1", "File")
    _raced_and_closed_decision(office, crew, {"type": "Decision", "parentId": file.task_id, "assignedParty": MINE})


def _raced_and_closed_decision(world: World, crew: Runners, given: Mapping[str, object]) -> None:
    new: Attempt = (ANN, "d1", given)
    for _ in range(3):
        winner = _race(world, crew, *[new] * RUNNERS)
        assert _is_the_only_one(world, winner)
        tasks.act(world.session, ROOT, winner, "cancel", {}, Request())
    world.drain()
    check_case(world, "d1")


@pytest.mark.parametrize("under", ["RootTask", "DistributionTask"])
def test_one_translation_is_open_under_one_task(board: World, crew: Runners, under: str) -> None:
    """Created and opened again at once, under the root and under distribution."""
    case_id = f"t-{under}"
    _case(board, case_id, "appeals", docket="direct_review")
    parent = _first(board, case_id, under)
    _raced_and_closed(board, crew, ROOT, case_id, {"type": "TranslationTask", "parentId": parent.task_id})


def _open(world: World, case_id: str, type_name: str) -> TaskId:
    given = {"type": type_name, "assignedParty": MINE}
    return tasks.create_task(world.session, ANN, case_id, given, Request()).value.task.task_id


def _first(world: World, case_id: str, type_name: str) -> Task:
    return next(task for task in world.store.tasks(case_id) if task.type == type_name)
