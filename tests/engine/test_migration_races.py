"""Cases that are migrated back and forth while everybody works in them, on AWS's own engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from random import Random

import pytest

from shared.engine import cases, settle, tasks
from shared.engine.migration import migrate_by_engine
from shared.engine.session import Refused, Request, Session
from shared.ids import new_id
from shared.storage.keys import CaseKey
from shared.storage.store import Store
from tests.engine.soundness import check_case, entries_of
from tests.engine.world import ANN, ROOT, World
from tests.storage.table import REGION, create_table, delete_table
from tests.workflows.claims import claims
from tests.workflows.versions import Several

pytestmark = pytest.mark.dynamodb_local

MINE = {"kind": "user", "id": "ann"}
STEPS = 12
"""What each of those who work does."""


@pytest.fixture(scope="module")
def office(dynamodb_local: str) -> Iterator[World]:
    """A world on DynamoDB Local whose cases are claims, in two versions."""
    table = create_table(dynamodb_local)
    world = World(table, dynamodb_local)
    world.populate()
    world.session = replace(world.session, workflows=Several(claims(), replace(claims(), version=2)), new_id=new_id)
    yield world
    delete_table(table, dynamodb_local)


def _session(world: World) -> Session:
    """A session of one's own, as each process has it."""
    return replace(world.session, store=Store(world.table, region=REGION, endpoint=world.endpoint))


Step = Callable[[Session, str], object]
WORK: tuple[Step, ...] = (
    lambda session, _: _create(session, type="Claim", assignedParty=MINE),
    lambda session, task: _create(session, type="Survey", parentId=task, assignedParty=MINE),
    lambda session, task: tasks.act(session, ROOT, task, "start", {}, Request()),
    lambda session, task: tasks.act(session, ROOT, task, "complete", {}, Request()),
    lambda session, task: cases.edit_case(session, ROOT, "c1", {"displayName": task}, Request()),
    lambda session, _: settle.settle(session, "c1"),
)


def _works(session: Session, seed: int) -> None:
    """Somebody opens claims and surveys, begins and ends them, and delivers what follows; as far as nothing refuses."""
    random = Random(seed)  # noqa: S311 (no secret)
    for _ in range(STEPS):
        task = random.choice(list(session.store.tasks("c1")))
        with suppress(Refused):
            random.choice(WORK)(session, task.task_id)


def _create(session: Session, **given: object) -> None:
    tasks.create_task(session, ANN, "c1", given, Request())


def _migrates(session: Session, busy: Callable[[], bool]) -> int:
    """How often the case was migrated, back and forth, while others were busy, and once more when they are not."""
    done = 0
    while busy():
        done += sum(_moves(session, version) for version in (1, 2))
    return done + sum(_moves(session, version) for version in (1, 2))


def _moves(session: Session, version: int) -> bool:
    """Whether the case was migrated; who is always too late is refused."""
    with suppress(Refused):
        moved = migrate_by_engine(session, "c1", session.workflows.get("claims", version), dry_run=False)
        return moved is not None and bool(moved.tasks)
    return False


def test_no_decision_straddles_a_migration(office: World) -> None:
    """All tasks of the case go by one version, and each entry by the version that the migration before it says."""
    given = {"workflow": "claims", "caseId": "c1", "attributes": {"channel": "phone"}}
    cases.create_case(office.session, ANN, given, Request())
    _create(office.session, type="Claim", assignedParty=MINE)
    with ThreadPoolExecutor(4) as pool:
        working = [pool.submit(_works, _session(office), seed) for seed in range(3)]
        migrating = pool.submit(_migrates, _session(office), lambda: not all(work.done() for work in working))
        for work in working:
            work.result()
    assert migrating.result() > 0
    settle.settle(office.session, "c1")
    assert settle.settle(office.session, "c1") == 0
    case = office.store.load([CaseKey("c1")])[CaseKey("c1")]
    assert case is not None
    assert {case.workflow_version} == {task.workflow_version for task in office.store.tasks("c1")}
    check_case(office, "c1")
    _check_versions(office)


def _check_versions(world: World) -> None:
    """Between two migrations of a task, every entry of it is of one version: that which the first of them gave it."""
    known: dict[str | None, int] = {}
    for entry in sorted(entries_of(world, "c1"), key=lambda e: (e.task_id or "", e.version)):
        if entry.action == "migrated" or entry.version == 1:
            known[entry.task_id] = entry.workflow_version
        assert entry.workflow_version == known[entry.task_id], entry
