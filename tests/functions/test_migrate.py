"""`casetree migrate` over the real function: all cases of a workflow, those that do not fit with their reasons."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from itertools import repeat
from typing import Any

import pytest
from typer.testing import CliRunner

from functions.timers import handler as timers
from infra.local import cli
from infra.local.migrate import Summary, migrate, told
from infra.local.target import Target
from shared.compile import workflow_of
from shared.domain.model.people import User
from shared.engine import cases, mass_migration, people, tasks
from shared.engine.session import Request
from shared.storage.errors import Throttled
from shared.storage.keys import CaseKey
from shared.workflows import load
from tests.engine.world import ANN, ROOT, World
from tests.functions.fakes import Context
from tests.workflows.broken import ERRANDS
from tests.workflows.versions import Several

FIRST = workflow_of(ERRANDS)
SECOND = replace(FIRST, version=2, types={"Buy": FIRST.types["Buy"]})
"""Lists are written no more."""


@dataclass
class Functions:
    """Lambda, with the timers function itself behind it."""

    world: World
    events: list[Mapping[str, Any]] = field(default_factory=list)

    def invoke(self, *, FunctionName: str, Payload: bytes) -> Mapping[str, Any]:  # noqa: N803 (named by AWS)
        assert FunctionName == "timers-1"
        event = json.loads(Payload)
        self.events.append(event)
        result = timers.run(event, Context(repeat(900_000)), self.world.session)
        return {"Payload": BytesIO(json.dumps(result).encode())}


@pytest.fixture
def trips(world: World) -> World:
    """Five trips that began before the second version was there, and a look, which is of another workflow."""
    world.session = replace(world.session, workflows=load())
    world.case("look-1")
    world.session = replace(world.session, workflows=Several(FIRST))
    people.bootstrap(world.session, User("root", "Root"))
    for case_id, type_name in (("t1", "Buy"), ("t2", "Write the list"), ("t3", "Buy"), ("t4", "Buy"), ("t5", "Buy")):
        body = {"workflow": "errands", "caseId": case_id, "tasks": [{"type": type_name}]}
        cases.create_case(world.session, ROOT, body, Request())
    cases.close_case(world.session, ANN, "t4", {"reason": "Enough."}, Request())
    world.session = replace(world.session, workflows=Several(FIRST, SECOND))
    return world


def target(world: World) -> tuple[Target, Functions]:
    """The stack as its operator sees it."""
    functions = Functions(world)
    return Target(lambda _: functions, "table", "queue", {"timers": "timers-1"}), functions


def versions(world: World) -> dict[str, int]:
    """By which versions the cases go."""
    loaded = {
        name: world.store.load([CaseKey(name)])[CaseKey(name)] for name in ("t1", "t2", "t3", "t4", "t5", "look-1")
    }
    return {name: case.workflow_version for name, case in loaded.items() if case is not None}


def last(summaries: Any) -> Summary:
    """What was said in the end."""
    (*_, summary) = summaries
    assert isinstance(summary, Summary)
    return summary


def test_every_case_that_fits_goes_by_the_version(trips: World) -> None:
    """Closed cases and other workflows are left alone, and what is refused is told with its reasons."""
    summary = last(migrate(target(trips)[0], "errands", 2, None, dry_run=False))
    assert summary.counts == {"cases": 5, "migrated": 3, "already": 0, "closed": 1, "failed": 0}
    (left,) = summary.refused
    (task,) = trips.store.tasks("t2")
    assert (left["case_id"], left["code"], left["count"]) == ("t2", "does_not_fit", 1)
    assert left["reasons"] == [f"/tasks/{task.task_id}/type: There is no type 'Write the list' in version 2."]
    assert versions(trips) == {"t1": 2, "t2": 1, "t3": 2, "t4": 1, "t5": 2, "look-1": 1}
    entry = trips.store.case_history("t1")[-1]
    assert (entry.action, entry.created_by) == ("migrated", None)


def test_a_dry_run_says_the_same_and_changes_nothing(trips: World) -> None:
    """So that an operator looks before they do it."""
    before = trips.items()
    summary = last(migrate(target(trips)[0], "errands", 2, None, dry_run=True))
    assert summary.counts == {"cases": 5, "migrated": 3, "already": 0, "closed": 1, "failed": 0}
    assert trips.items() == before
    assert "3 would be migrated" in next(told(summary, dry_run=True))


def test_it_goes_on_run_by_run_and_begun_anew_does_nothing_twice(trips: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run ends when its time is up or its answer is full; the next one begins behind it."""
    monkeypatch.setattr(mass_migration, "REFUSALS", 1)
    stack, functions = target(trips)
    last(migrate(stack, "errands", 2, None, dry_run=False))
    assert [event["after"] for event in functions.events] == [None, "t2"]
    done = {task.task_id: task.version for case in ("t1", "t3", "t5") for task in trips.store.tasks(case)}
    again = last(migrate(stack, "errands", 2, None, dry_run=False))
    assert (again.counts["migrated"], again.counts["already"], len(again.refused)) == (0, 3, 1)
    assert done == {task_id: trips.stored(task_id).version for task_id in done}


def test_a_run_stops_in_time(trips: World) -> None:
    """With no time left nothing is migrated, and the answer says where to go on: at the beginning."""
    event = {"job": "migrate", "workflow": "errands", "toVersion": 2, "dryRun": False, "after": None}
    result = timers.run(event, Context(repeat(1_000)), trips.session)
    assert (result["migrated"], result["complete"], result["next"]) == (0, False, None)


def test_one_case_can_be_named(trips: World) -> None:
    """The others go on; one of another workflow, or that there is not, is none of those."""
    stack, _ = target(trips)
    for case, found in (("t3", 1), ("look-1", 0), ("none", 0)):
        assert last(migrate(stack, "errands", 2, case, dry_run=False)).counts["cases"] == found
    assert versions(trips) == {"t1": 1, "t2": 1, "t3": 2, "t4": 1, "t5": 1, "look-1": 1}


def test_a_case_on_which_it_fails_holds_up_no_other(trips: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is counted, and can be tried again."""
    whole = mass_migration.migrate_by_engine  # type: ignore[attr-defined]

    def fails_once(session: Any, case_id: str, *rest: Any, **more: Any) -> Any:
        if case_id == "t1":
            raise Throttled("busy")
        return whole(session, case_id, *rest, **more)

    monkeypatch.setattr(mass_migration, "migrate_by_engine", fails_once)
    summary = last(migrate(target(trips)[0], "errands", 2, None, dry_run=False))
    assert (summary.counts["failed"], summary.counts["migrated"], summary.whole) == (1, 2, False)


def test_a_long_list_of_reasons_is_told_in_part(trips: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """With how many more there are."""
    monkeypatch.setattr(mass_migration, "REASONS", 1)
    tasks.create_task(trips.session, ROOT, "t2", {"type": "Write the list"}, Request())
    summary = last(migrate(target(trips)[0], "errands", 2, "t2", dry_run=False))
    assert list(told(summary, dry_run=False))[-1] == "    and 1 more"


def test_the_command_says_what_became_of_the_cases(trips: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends with an error where a case was refused."""
    monkeypatch.setattr(cli, "on_aws", lambda stack, region: target(trips)[0])
    run = CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1"})
    said = run.invoke(cli.app, ["migrate", "errands", "--to", "2", "--stack", "Casetree"])
    assert said.exit_code == 1
    assert "5 cases: 3 migrated" in said.output
    assert "t2: does_not_fit" in said.output
    fine = run.invoke(cli.app, ["migrate", "errands", "--to", "2", "--case", "t1", "--stack", "Casetree"])
    assert (fine.exit_code, "1 go by that version already" in fine.output) == (0, True)
