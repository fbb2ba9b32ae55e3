"""The Board on a table: its people, and appeals that they take on their way."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache
from typing import Any

from shared.compile import workflow_of
from shared.domain.definitions.workflow import Workflow
from shared.domain.model.people import User
from shared.domain.model.task import Task
from shared.engine import cases, people, tasks, timers
from shared.engine.session import Identity, Request
from shared.engine.tasks import TaskView
from tests.engine.test_trees import OneWorkflow
from tests.engine.world import ROOT, World
from tests.workflows.appeals import APPEALS

JO, JUNE, AL, QUIN, DEE, HANK, VI = (Identity(name) for name in ("jo", "june", "al", "quin", "dee", "hank", "vi"))
CLEO, MAY = Identity("cleo"), Identity("may")
HEARING = "2027-01-12T09:00:00Z"
PLACES = {
    "judges": ("jo", "june"),
    "attorneys": ("al",),
    "quality-review": ("quin",),
    "bva-dispatch": ("dee",),
    "hearings-management": ("hank",),
    "clerk-of-the-board": ("cleo",),
    "mail-team": ("may",),
    "vso": ("vi",),
}


@cache
def _appeals() -> Workflow:
    return workflow_of(APPEALS)


def seat(world: World) -> World:
    """The Board: two judges, an attorney, a member of each team, and a representative that writes presentations."""
    world.session = replace(world.session, workflows=OneWorkflow(_appeals()))
    people.bootstrap(world.session, User("root", "Root"))
    people.put_organization(world.session, ROOT, "vso", {"displayName": "Veterans' Friends", "kind": "representative"})
    for place, members in PLACES.items():
        for name in members:
            world.put_user(name)
            world.join(place, name)
    return world


def intake(world: World, docket: str, **attributes: object) -> None:
    """The appeal a1 has begun, and what follows from that is done."""
    given = {"workflow": "appeals", "caseId": "a1", "attributes": {"docket": docket, **attributes}}
    cases.create_case(world.session, ROOT, given, Request())
    world.drain()


def tasks_of(world: World, case_id: str = "a1") -> list[Task]:
    """The tasks of the appeal, oldest first."""
    return list(world.store.tasks(case_id))


def open_tasks(world: World) -> dict[str, str]:
    """The statuses of the open tasks, by type, without what only tracks, and what was passed on to a person."""
    found = [t for t in tasks_of(world) if t.closed_at is None and t.type != "TrackVeteranTask" and not t.delegated]
    assert max(Counter(t.type for t in found).values(), default=1) == 1
    return {t.type.removesuffix("Task"): t.status for t in found}


def act(world: World, who: Identity, type_name: str, action: str, **given: Any) -> None:
    """The action on the newest open task of the type; the stream is delivered."""
    task = next(t for t in reversed(tasks_of(world)) if t.type == f"{type_name}Task" and t.closed_at is None)
    tasks.act(world.session, who, task.task_id, action, given, Request())
    world.drain()


def create(world: World, who: Identity, type_name: str, parent: str | None = None, **given: object) -> TaskView:
    """The task is there, under the newest open one of the parent's type; the stream is delivered."""
    fields = {"type": f"{type_name}Task", **given}
    if parent is not None:
        above = next(t for t in reversed(tasks_of(world)) if t.type == f"{parent}Task" and t.closed_at is None)
        fields["parentId"] = above.task_id
    view = tasks.create_task(world.session, who, "a1", fields, Request()).value
    world.drain()
    return view


def advance(world: World, days: int) -> None:
    """The clock has gone on, what was due has fired, and what follows from that is done."""
    world.pass_time(days=days)
    timers.sweep(world.session, range(16), lambda: False, _raised)
    world.drain()


def _raised(what: str, error: Exception) -> None:
    raise AssertionError(what) from error
