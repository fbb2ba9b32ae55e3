"""Two hundred siblings, opened, closed and counted by several processes at once, on AWS's own engine.

Whoever comes first, and whatever comes twice: the parent reacts once, to the same effect.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from shared.domain.model.task import Entry, TaskId
from shared.engine import cases, settle, tasks
from shared.engine.session import Refused, Request, Session
from tests.engine.races import Runners, shared_out
from tests.engine.soundness import check_case
from tests.engine.test_trees import OneWorkflow
from tests.engine.world import ANN, World
from tests.storage.table import create_table, delete_table
from tests.workflows.claims import claims

pytestmark = pytest.mark.dynamodb_local

SIBLINGS = 200
MINE = {"kind": "user", "id": "ann"}
Closing = tuple[TaskId, str]


@pytest.fixture(scope="module")
def office(dynamodb_local: str) -> Iterator[World]:
    """A world on DynamoDB Local whose cases are claims."""
    table = create_table(dynamodb_local)
    world = World(table, dynamodb_local)
    world.populate()
    world.session = replace(world.session, workflows=OneWorkflow(claims()))
    yield world
    delete_table(table, dynamodb_local)


def _case(world: World, case_id: str) -> None:
    given = {"workflow": "claims", "caseId": case_id, "attributes": {"channel": "phone"}}
    cases.create_case(world.session, ANN, given, Request())


def _open(session: Session, case_id: str, type_name: str, parent: TaskId | None = None) -> TaskId:
    given: dict[str, object] = {"type": type_name, "assignedParty": MINE}
    if parent is not None:
        given["parentId"] = parent
    return tasks.create_task(session, ANN, case_id, given, Request()).value.task.task_id


def grow(session: Session, share: tuple[TaskId, int]) -> list[TaskId]:
    """So many surveys stand under the parent."""
    parent, number = share
    return [_open(session, parent.partition(".")[0], "Survey", parent) for _ in range(number)]


def close(session: Session, share: list[Closing]) -> None:
    """The tasks are closed, while the closings of every other one are counted at once."""
    for number, (task_id, action) in enumerate(share):
        task = tasks.act(session, ANN, task_id, action, {}, Request()).value.task
        if number % 2:
            deliver(session, session.store.history(task_id, task.version - 1))


def deliver(session: Session, entries: list[Entry]) -> None:
    """The hooks have had the entries; one that met others too often comes again, as Lambda brings it."""
    ahead = deque(entries)
    while ahead:
        entry = ahead.popleft()
        try:
            settle.react(session, entry)
        except Refused as refused:
            assert refused.refusal.code == "conflict"  # noqa: PT017 (anything else is a failure)
            ahead.append(entry)


def _delivered(world: World, crew: Runners, seed: int) -> None:
    """The stream is delivered until nothing follows: everything to two processes, in no order, and again."""
    known: set[tuple[str | None, int]] = set()
    while fresh := [e for e in world.entries() if e.reacts and (e.task_id, e.version) not in known]:
        known |= {(entry.task_id, entry.version) for entry in fresh}
        twice = fresh * 2
        Random(seed).shuffle(twice)  # noqa: S311 (an order, no secret)
        crew.race(world, deliver, shared_out(twice))


def _closed_at_once(world: World, crew: Runners, parent: TaskId, endings: list[str], seed: int) -> None:
    """The parent has had that many children, each closed by its action, by all processes at once."""
    number, rest = divmod(len(endings), 4)
    assert not rest
    siblings = [child for made in crew.race(world, grow, [(parent, number)] * 4) for child in made]
    assert (world.stored(parent).status, world.stored(parent).children.open) == ("on_hold", len(endings))
    crew.race(world, close, shared_out(list(zip(siblings, endings, strict=True))))
    _delivered(world, crew, seed)


def _actions(world: World, task_id: TaskId) -> list[str]:
    return [entry.action for entry in world.store.history(task_id)]


@pytest.mark.parametrize(
    ("case_id", "number", "completed", "becomes"), [("c1", SIBLINGS, 1, "completed"), ("c2", 40, 0, "cancelled")]
)
def test_a_parent_that_closes_with_its_children_closes_once(
    office: World, crew: Runners, case_id: str, number: int, completed: int, becomes: str
) -> None:
    """Completed if any child was, whichever of them is counted last; and what is above it goes back to work."""
    _case(office, case_id)
    claim = _open(office.session, case_id, "Claim")
    folder = _open(office.session, case_id, "Folder", claim)
    endings = ["complete"] * completed + ["cancel"] * (number - completed)
    Random(case_id).shuffle(endings)  # noqa: S311 (an order, no secret)
    _closed_at_once(office, crew, folder, endings, seed=completed)
    parent = office.stored(folder)
    assert parent.status == becomes
    assert (parent.children.open, parent.children.closed, parent.children.completed) == (0, number, completed)
    assert _actions(office, folder) == ["create", "child_opened", "children_closed"]
    assert (office.stored(claim).status, _actions(office, claim)[2:]) == ("assigned", ["children_closed"])
    check_case(office, case_id)
    assert settle.settle(office.session, case_id) == 0


def test_a_parent_that_goes_back_to_work_does_so_once_each_time(office: World, crew: Runners) -> None:
    """It is on hold once and at work once for all of its children; and the same for the children after those."""
    _case(office, "c3")
    claim = _open(office.session, "c3", "Claim")
    seen = ["create"]
    for number in (SIBLINGS, 20):
        _closed_at_once(office, crew, claim, ["complete", "cancel"] * (number // 2), seed=number)
        seen += ["child_opened", "children_closed"]
        assert (office.stored(claim).status, _actions(office, claim)) == ("assigned", seen)
        check_case(office, "c3")
    assert office.stored(claim).children.closed == SIBLINGS + 20
    assert settle.settle(office.session, "c3") == 0


def test_children_that_come_while_others_go_keep_the_parent_on_hold(office: World, crew: Runners) -> None:
    """Closed, counted and opened all at once: in the end the parent has what the edges say."""
    _case(office, "c4")
    claim = _open(office.session, "c4", "Claim")
    crew.race(office, come_and_go, [claim] * 4)
    assert (office.stored(claim).status, office.stored(claim).children.open) == ("on_hold", 4)
    _delivered(office, crew, seed=4)
    assert (office.stored(claim).status, office.stored(claim).children.open) == ("on_hold", 4)
    check_case(office, "c4")


def come_and_go(session: Session, claim: TaskId) -> None:
    """Some children came and went, and were counted; one came and stayed."""
    for _ in range(6):
        (child,) = _insisting(session, claim)
        task = tasks.act(session, ANN, child, "complete", {}, Request()).value.task
        deliver(session, session.store.history(child, task.version - 1))
    _insisting(session, claim)


def _insisting(session: Session, claim: TaskId) -> list[TaskId]:
    """A new child of a parent that others keep changing: who meets them too often tries again."""
    while True:
        try:
            return grow(session, (claim, 1))
        except Refused as refused:
            assert refused.refusal.code == "conflict"  # noqa: PT017 (anything else is a failure)
