"""The table in memory answers as AWS's own engine does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any

import pytest
from pynamodb.exceptions import TransactWriteError

from shared.domain.model import writes as p
from shared.domain.model.plan import Plan
from shared.domain.model.task import Children, Edge
from shared.storage.errors import CommitFailed
from shared.storage.store import Store
from tests.simulation.table import Memory, MemoryStore
from tests.storage import examples as e
from tests.storage.table import REGION, client, create_table, delete_table

pytestmark = pytest.mark.dynamodb_local

PLANS = 300
_commits = count(1)


@pytest.fixture
def table(dynamodb_local: str) -> Iterator[str]:
    """An empty table of AWS's own engine."""
    name = create_table(dynamodb_local)
    yield name
    delete_table(name, dynamodb_local)


@pytest.mark.parametrize("seed", range(4))
def test_random_plans_have_the_same_outcome(table: str, dynamodb_local: str, seed: int) -> None:
    """Each plan goes through on both tables, or fails on both at the same write; and both hold the same items."""
    memory = Memory()
    ours, theirs = MemoryStore(memory), Store(table, region=REGION, endpoint=dynamodb_local)
    random = Random(seed)  # noqa: S311 (an order, no secret)
    outcomes = []
    for _ in range(PLANS):
        plan = Plan(f"{seed}-{next(_commits)}", _some_writes(random))
        outcome = _committed(ours, plan)
        assert outcome == _committed(theirs, plan), plan
        outcomes.append(outcome)
    assert 0.1 < outcomes.count(None) / PLANS < 0.9, "neither all go through nor all fail"
    assert _sorted(memory.items()) == _sorted(_items(table, dynamodb_local))


def test_reads_give_the_same(table: str, dynamodb_local: str) -> None:
    """Lists, ranges, prefixes, pages and indexes: the same values in the same order."""
    ours, theirs = MemoryStore(Memory()), Store(table, region=REGION, endpoint=dynamodb_local)
    stores: tuple[Store, ...] = (ours, theirs)
    tasks = [replace(e.FULL_TASK, task_id=f"{e.CASE_ID}.{n:03}", version=1) for n in range(9)]
    for store in stores:
        for number, task in enumerate(tasks):
            timer = replace(e.TIMER, task_id=task.task_id, at=e.LATER + timedelta(minutes=number))
            writes: Sequence[Any] = (
                p.CreateTask(task),
                p.PutTimer(timer),
                p.AddEntry(replace(e.FULL_ENTRY, case_id=e.CASE_ID, task_id=task.task_id, version=1)),
                p.CreateEdge(Edge(tasks[0].task_id, task.task_id, tasks[0].task_id)),
            )
            store.commit(Plan(f"reads-{next(_commits)}", tuple(writes)))
    reads: Sequence[Callable[[Store], object]] = (
        lambda store: list(store.tasks(e.CASE_ID)),
        lambda store: list(store.tasks(e.CASE_ID, after=tasks[3].task_id, limit=2)),
        lambda store: store.children(tasks[0].task_id, after=tasks[5].task_id),
        lambda store: store.timers(e.CASE_ID),
        lambda store: [list(store.due(shard, e.LATER + timedelta(minutes=5))) for shard in range(16)],
        lambda store: store.timeline(e.CASE_ID, limit=4),
        lambda store: store.history(tasks[2].task_id),
    )
    for read in reads:
        assert read(ours) == read(theirs)


def test_a_plan_that_comes_again_is_the_same_commit(table: str, dynamodb_local: str) -> None:
    """The token of a commit is known again, so nothing fails and nothing is done twice."""
    for store in (MemoryStore(Memory()), Store(table, region=REGION, endpoint=dynamodb_local)):
        plan = Plan(f"again-{next(_commits)}", (p.CreateTask(e.BARE_TASK), p.TakeLock(e.TASK_ID, "one")))
        store.commit(plan)
        store.commit(plan)


def test_the_token_of_another_commit_is_refused(table: str, dynamodb_local: str) -> None:
    """AWS's engine refuses it; in memory it is a mistake of whoever made the plan, and told at once."""
    name = f"again-{next(_commits)}"
    one, other = Plan(name, (p.CreateTask(e.BARE_TASK),)), Plan(name, (p.TakeLock(e.TASK_ID, "one"),))
    theirs = Store(table, region=REGION, endpoint=dynamodb_local)
    theirs.commit(one)
    with pytest.raises(TransactWriteError) as refused:
        theirs.commit(other)
    assert refused.value.cause_response_code == "IdempotentParameterMismatchException"
    ours = MemoryStore(Memory())
    ours.commit(one)
    with pytest.raises(AssertionError, match="a token stands for one transaction"):
        ours.commit(other)


def _committed(store: Store, plan: Plan) -> tuple[str, object] | None:
    try:
        store.commit(plan)
    except CommitFailed as failed:
        return failed.kind, failed.write
    return None


def _some_writes(random: Random) -> tuple[p.Write, ...]:
    """Up to four writes of different items, of few tasks in few versions, so that they meet each other."""
    chosen = random.sample(_WRITES, random.randint(1, 4))
    made = [make(random) for make in chosen]
    return tuple(write for writes in made for write in writes)


def _task(random: Random) -> Any:
    children = Children(open=random.randint(0, 3), closed=random.randint(0, 2))
    hold = random.choice((None, f"{e.CASE_ID}.hold"))
    state = random.choice(("Created", "Closed"))
    return replace(
        e.BARE_TASK, version=random.randint(1, 3), children=children, hold_id=hold, state=state, end=e.FULL_TASK.end
    )


def _change(random: Random) -> Any:
    before, after = _task(random), _task(random)
    return p.ChangeTask(before, after, counters=random.random() < 0.3)


def _count(random: Random) -> Any:
    before = _task(random)
    after = replace(before, children=replace(before.children, open=before.children.open - 1, closed=1))
    return p.ChangeCounters(before, after, not_last=random.random() < 0.5)


def _about_task(random: Random) -> Any:
    return random.choice((lambda r: p.CreateTask(_task(r)), _change, _change, _count, lambda r: p.CheckTask(_task(r))))(
        random
    )


def _about_edge(random: Random) -> Any:
    edge = Edge(e.TASK_ID, e.OTHER_ID, e.TASK_ID, counted_version=random.randint(0, 2))
    later = replace(edge, counted_version=edge.counted_version + 1, counted_completed=True)
    return random.choice((p.CreateEdge(replace(edge, counted_version=0)), p.ChangeEdge(edge, later)))


def _about_lock(random: Random) -> Any:
    one, other = random.sample((e.TASK_ID, e.OTHER_ID, f"{e.CASE_ID}.third"), 2)
    return random.choice((p.TakeLock(one, "lock"), p.ReleaseLock(one, "lock"), p.PassLock(one, other, "lock")))


def _about_timer(random: Random) -> Any:
    timer = replace(e.TIMER, at=e.LATER + timedelta(minutes=random.randint(0, 1)))
    return random.choice((p.PutTimer(timer), p.DeleteTimer(timer), p.DeleteTimer(timer, must_exist=True)))


def _about_case(random: Random) -> Any:
    case = replace(e.BARE_CASE, version=random.randint(1, 2), graph_version=random.randint(0, 1))
    later = replace(case, version=case.version + 1, graph_version=random.randint(0, 1))
    pinned = replace(case, workflow_version=random.randint(1, 2))
    checks = (p.CheckCase(case), p.CheckCaseOpen(pinned), p.CheckPinned(pinned))
    changes = (p.CreateCase(pinned), p.ChangeCase(case, later), p.AdvanceGraph(case), p.GrowGraph(pinned))
    return random.choice((*checks, *changes))


def _about_organization(random: Random) -> Any:
    organization = replace(e.DISPATCH, version=random.randint(1, 3))
    put = p.PutOrganization(organization, random.choice((None, 1, 2)))
    return random.choice((put, put, p.CheckOrganization(organization)))


_WRITES: Sequence[Callable[[Random], tuple[Any, ...]]] = (
    lambda r: (_about_task(r),),
    lambda r: (_about_edge(r),),
    lambda r: (_about_lock(r),),
    lambda r: (_about_timer(r),),
    lambda r: (_about_case(r),),
    lambda r: (p.AddEntry(replace(e.FULL_ENTRY, version=r.randint(1, 200))),),
    lambda r: (random_message(r),),
    lambda r: (_about_organization(r),),
    lambda r: (p.PassTurn("dispatch", r.choice("ab"), r.choice((None, "a", "b"))),),
    lambda r: (replace(e.REQUEST, now=e.REQUEST.now + r.choice((0, 90_000, 200_000))),),
)


def random_message(random: Random) -> Any:
    """A message is sent, or has arrived."""
    message = replace(e.MESSAGE, sequence=random.randint(1, 2))
    return random.choice((p.PutMessage(message), p.DeleteMessage(message)))


def _items(table: str, endpoint: str) -> list[dict[str, Any]]:
    pages = client(endpoint).get_paginator("scan").paginate(TableName=table)
    return [item for page in pages for item in page["Items"]]


def _sorted(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items in one order, and what is in a set of theirs, too."""
    plain = [{n: {"SS": sorted(v["SS"])} if "SS" in v else v for n, v in item.items()} for item in items]
    return sorted(plain, key=lambda item: (item["PK"]["S"], item["SK"]["S"]))
