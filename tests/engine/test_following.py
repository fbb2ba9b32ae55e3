"""Follow-ons on a table: with the end of the task, by whoever ends it, once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.domain.definitions.workflow import Follow
from shared.engine import cases, settle, tasks
from shared.engine.organizations import put_organization
from shared.engine.session import Identity, Refused, Request
from tests.engine.test_trees import OneWorkflow
from tests.engine.world import ANN, BOB, ROOT, World
from tests.workflows.claims import claims


@pytest.fixture
def office(world: World) -> World:
    """A world whose cases are claims; ann and bob are rulers, acme writes letters."""
    world.session = replace(world.session, workflows=OneWorkflow(claims()))
    put_organization(world.session, ROOT, "rulers", {"displayName": "Rulers"})
    for name in ("ann", "bob"):
        world.join("rulers", name)
    attributes = {"channel": "letter", "agent": {"organizationId": "acme", "writes": True}}
    given = {"workflow": "claims", "caseId": "c1", "attributes": attributes}
    cases.create_case(world.session, ANN, given, Request())
    return world


def _only(world: World, type_name: str) -> str:
    (task,) = (t.task_id for t in world.store.tasks("c1") if t.type == type_name)
    return task


def _act(world: World, who: Identity, type_name: str, action: str, **given: Any) -> None:
    tasks.act(world.session, who, _only(world, type_name), action, given, Request())


def _open(world: World) -> list[str]:
    return sorted(t.type for t in world.store.tasks("c1") if t.closed_at is None)


def test_a_claim_goes_its_way(office: World) -> None:
    """From what it begins with to the end of its root, each step in one transaction, the rest by the stream."""
    assert _open(office) == ["File", "Letter", "Sorting", "Watch"]
    _act(office, ANN, "Sorting", "complete")
    _act(office, ANN, "Decision", "decide", userId="bob", outcome="paid")
    office.drain()
    assert _open(office) == ["Check", "File", "Letter", "Payment", "Watch"]
    _act(office, BOB, "Check", "complete")
    office.drain()
    _act(office, ANN, "Payment", "complete")
    office.drain()
    assert _open(office) == []
    statuses = {t.type: t.status for t in office.store.tasks("c1")}
    assert (statuses["File"], statuses["Watch"], statuses["Letter"]) == ("completed", "completed", "cancelled")
    assert settle.settle(office.session, "c1") == 0


def test_what_follows_on_work_that_was_passed_on_follows_by_the_hook(office: World) -> None:
    """In the transaction that ends the organization's task; delivered again, it does nothing."""
    _act(office, ANN, "Sorting", "assign_to_person", userId="bob")
    child = next(t.task_id for t in office.store.tasks("c1") if t.type == "Sorting" and t.parent_id and not t.delegated)
    tasks.act(office.session, BOB, child, "complete", {}, Request())
    office.drain()
    assert _open(office) == ["Decision", "File", "Letter", "Watch"]
    assert sum(settle.react(office.session, entry) for entry in office.entries()) == 0


def test_the_engine_goes_without_what_is_open_already(office: World) -> None:
    """The lock is found by the commit; the task ends all the same, and its history says what was left out."""
    _act(office, ANN, "Sorting", "assign_to_person", userId="bob")
    sorting = next(t for t in office.store.tasks("c1") if t.type == "Sorting" and t.delegated)
    given = {"type": "Decision", "parentId": _only(office, "File")}
    held = tasks.create_task(office.session, ANN, "c1", given, Request()).value.task.task_id
    tasks.act(office.session, BOB, sorting.delegate_id or "", "complete", {}, Request())
    office.drain()
    assert office.stored(sorting.task_id).status == "completed"
    assert _only(office, "Decision") == held
    (entry,) = (e for e in office.store.history(sorting.task_id) if e.action == "children_closed")
    assert entry.changes["notOpened"] == {"type": "Decision", "reason": "duplicate_open_task"}


def test_a_person_is_told_what_is_open_already(office: World) -> None:
    """409 `duplicate_open_task`, and the task stays open."""
    given = {"type": "Decision", "parentId": _only(office, "File")}
    tasks.create_task(office.session, ANN, "c1", given, Request())
    with pytest.raises(Refused) as caught:
        _act(office, ANN, "Sorting", "complete")
    assert caught.value.refusal.code == "duplicate_open_task"
    assert office.stored(_only(office, "Sorting")).status == "assigned"


def test_a_lock_passes_from_the_task_that_ends_to_the_one_that_follows(office: World) -> None:
    """In one transaction; nobody takes it in between, and a third task has it no more than before."""
    given = {"type": "Query", "parentId": _only(office, "File"), "assignedParty": {"kind": "user", "id": "ann"}}
    query = tasks.create_task(office.session, ANN, "c1", given, Request()).value.task.task_id
    tasks.act(office.session, ANN, query, "answer", {"answer": "none"}, Request())
    (again,) = (t.task_id for t in office.store.tasks("c1") if t.type == "Query" and t.closed_at is None)
    with pytest.raises(Refused) as caught:
        tasks.create_task(office.session, ANN, "c1", given, Request())
    assert caught.value.refusal.code == "duplicate_open_task"
    tasks.act(office.session, ANN, again, "answer", {"answer": "given"}, Request())
    assert tasks.create_task(office.session, ANN, "c1", given, Request()).status == 201


def test_what_follows_by_an_attribute_follows_on_two_tasks_at_once(world: World) -> None:
    """Each of the plans rests on the graph of the case: they do not share a transaction, and both are done."""
    one = claims()
    opens = Follow(after="completed", opens="Survey", under="parent", attribute="agent")
    one = replace(one, types={**one.types, "Window": replace(one.types["Window"], follows=(opens,))})
    world.session = replace(world.session, workflows=OneWorkflow(one))
    attributes = {"channel": "phone", "agent": {"organizationId": "acme", "writes": True}}
    cases.create_case(world.session, ANN, {"workflow": "claims", "caseId": "c1", "attributes": attributes}, Request())
    for _ in range(2):
        given: dict[str, object] = {"type": "Claim", "assignedParty": {"kind": "user", "id": "ann"}}
        claim = tasks.create_task(world.session, ANN, "c1", given, Request()).value.task.task_id
        tasks.create_task(world.session, ANN, "c1", {"type": "Window", "parentId": claim}, Request())
    world.drain()
    world.pass_time(days=91)
    assert settle.settle(world.session, "c1") > 0
    assert _open(world) == ["Claim", "Claim", "Survey", "Survey"]
    assert settle.settle(world.session, "c1") == 0
