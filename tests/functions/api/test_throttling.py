"""A busy table: whatever is asked for, and wherever in it the table takes no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import pytest

from functions.api.app import Api
from functions.api.routes import OPERATIONS
from functions.api.routing import Operation
from tests.functions.api.client import Answer
from tests.functions.api.conftest import SETTINGS, TABLE, World
from tests.functions.api.parties import BROOK, Parties, expect, made_once, parties
from tests.storage.faults import Line, answer, fine
from tests.storage.table import client
from tests.workflows.versions import Several

BUSY = answer("ThrottlingException")
QUIET = {"checkHealth", "readOpenapi", "readDocs"}
"""What answers without a look at the table."""

IDLE = {"repair"}
"""What changes nothing here: nothing is wrong with the case."""


@dataclass(frozen=True)
class Asked:
    """Who asks for what, and the status of the answer when the table is well."""

    by: str
    body: Mapping[str, Any] | None = None
    query: Mapping[str, str] | None = None
    status: int = 200


DAYS = {"from": "2026-11-20", "to": "2026-11-22"}
REQUESTS: Mapping[str, Asked] = {
    "createCase": Asked("ann", {"workflow": "inspection", "caseId": "look-9", "template": "standard-look"}, status=201),
    "getCase": Asked("ann"),
    "editCase": Asked("ann", {"displayName": "Another look"}),
    "closeCase": Asked("ann", {"reason": "Withdrawn."}),
    "migrateCase": Asked("admin", {"toVersion": 2}),
    "diagnose": Asked("admin"),
    "repair": Asked("admin", {"dryRun": True}),
    "listCaseTasks": Asked("ann"),
    "readTree": Asked("ann"),
    "readTimeline": Asked("ann"),
    "createTask": Asked("ann", {"type": "QA"}, status=201),
    "getTask": Asked("ann"),
    "editTask": Asked("ann", {"description": "Ring twice."}),
    "listActions": Asked("ann"),
    "takeAction": Asked("ann", {}),
    "takeBulkAction": Asked("ann", {"taskIds": ["{free}", "{taskId}"], "action": "claim"}),
    "readHistory": Asked("ann"),
    "listChildren": Asked("ann"),
    "readUserQueue": Asked("ann"),
    "readOrganizationQueue": Asked("ann"),
    "readUserStatistics": Asked("admin", query=DAYS),
    "readOrganizationStatistics": Asked("admin", query=DAYS),
    "listOrganizations": Asked("fay"),
    "getOrganization": Asked("ann"),
    "putOrganization": Asked("admin", {"displayName": "Quality"}),
    "listMembers": Asked("ann"),
    "putMember": Asked("admin", {"admin": True}),
    "deleteMember": Asked("admin", status=204),
    "bulkAssignTasks": Asked("ann", {"userId": "bob", "count": 2}),
    "getMe": Asked("bob"),
    "getUser": Asked("ann"),
    "putUser": Asked("admin", {"displayName": "Bob B. Lee"}),
    "handBackTasks": Asked("admin", {"dryRun": False}),
    "listConnections": Asked("ola", query={"organizationId": "acme"}),
    "askForConnection": Asked("tia", {"organizationId": "tide", "partner": BROOK}, status=201),
    "acceptConnection": Asked("ida", {"token": "{token}"}),
    "declineConnection": Asked("ida", {"token": "{token}"}),
    "listWorkflows": Asked("ann"),
    "getWorkflow": Asked("ann"),
    "drawWorkflow": Asked("ann", query={"type": "QA"}),
    "readWorkflowStatistics": Asked("ann"),
    "readOperations": Asked("admin"),
}


@dataclass(frozen=True)
class Busy:
    """A table with something of everything, that can be made busy after so many requests."""

    world: World
    line: Line
    names: Mapping[str, str]
    items: Sequence[Mapping[str, Any]]

    def ask(self, operation: Operation, after: int | None = None) -> Answer:
        """The answer to the operation's request, on the table as it was in the beginning."""
        self.line.fail_after(0, fine)
        self._restore()
        if after is not None:
            self.line.fail_after(after, BUSY)
        asked = REQUESTS[operation.name]
        return self.world.as_(asked.by).call(
            operation.method, operation.path.format_map(self.names), self._filled(asked.body), query=asked.query
        )

    def changed(self) -> bool:
        """Whether anything in the table is not as it was in the beginning."""
        self.line.fail_after(0, fine)
        return _by_key(self.world.items()) != _by_key(self.items)

    def _filled(self, value: Any) -> Any:
        """A body in which `{token}` stands for the token, and so on."""
        if isinstance(value, Mapping):
            return {name: self._filled(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self._filled(item) for item in value]
        return value.format_map(self.names) if isinstance(value, str) else value

    def _restore(self) -> None:
        now, then = _by_key(self.world.items()), _by_key(self.items)
        requests: list[Any] = [
            {"DeleteRequest": {"Key": {"PK": {"S": pk}, "SK": {"S": sk}}}} for pk, sk in now.keys() - then.keys()
        ]
        requests += [{"PutRequest": {"Item": item}} for key, item in then.items() if now.get(key) != item]
        for start in range(0, len(requests), 25):
            client().batch_write_item(RequestItems={TABLE: requests[start : start + 25]})


def _by_key(items: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {(item["PK"]["S"], item["SK"]["S"]): item for item in items}


@pytest.fixture
def busy(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Busy]:
    """A look with tasks that are free and bob's, a connection that was asked for; nobody waits between attempts."""
    here = parties(world)
    names = made_once(here, "something of everything", lambda: _something(here))
    monkeypatch.setattr("time.sleep", lambda _: None)
    _release_a_second_version(world)
    line = Line(world.session.store)
    yield Busy(world, line, names, world.items())
    line.mend()


def _release_a_second_version(world: World) -> None:
    """A second version of the workflow is there, to which a case can be migrated."""
    first = world.session.workflows.latest("inspection")
    world.session = replace(world.session, workflows=Several(first, replace(first, version=2)))
    world.api = Api(SETTINGS, world.session)
    world.clients.clear()


def _something(here: Parties) -> Mapping[str, str]:
    world = here.world
    tasks = [world.task()["taskId"] for _ in range(4)]
    for task in tasks[:2]:
        expect(200, world.as_("bob").act(task, "claim"))
    _, connection = here.asked()
    return {
        "caseId": "look-1",
        "taskId": tasks[-1],
        "free": tasks[-2],
        "action": "claim",
        "organizationId": "quality-assurance",
        "userId": "bob",
        "connectionId": connection,
        "token": world.tokens[connection],
        "name": "inspection",
    }


def test_every_operation_is_tried() -> None:
    """A new route is tried on a busy table, too."""
    assert {operation.name for operation in OPERATIONS} == REQUESTS.keys() | QUIET


@pytest.mark.parametrize(
    "operation", [o for o in OPERATIONS if o.name in REQUESTS], ids=lambda operation: operation.name
)
def test_a_busy_table_is_503_and_nothing_is_lost(busy: Busy, operation: Operation) -> None:
    """With the time after which to try again; where something was done, nobody is told that nothing was.

    The table is busy from the first, the second, ... request on, until there are so many that it is never busy.
    """
    status = REQUESTS[operation.name].status
    for after in count():
        answer = busy.ask(operation, after)
        if answer.status == status:
            break
        assert (answer.status, answer.headers.get("retry-after")) == (503, "1"), answer.text
        assert answer.code == ("unavailable" if busy.changed() else "throttled")
    assert after > 0
    assert busy.changed() == (operation.method != "GET" and operation.name not in IDLE)


@pytest.mark.parametrize("name", ["bulkAssignTasks", "handBackTasks", "takeBulkAction"])
def test_of_several_tasks_each_says_whether_it_was_done(busy: Busy, name: str) -> None:
    """A table that becomes busy in the middle ends it; what was done before is told, and a repeat does the rest."""
    operation = next(operation for operation in OPERATIONS if operation.name == name)
    whole = len(busy.ask(operation).json["items"])
    seen = set[int]()
    for after in count():
        answer = busy.ask(operation, after)
        if answer.status == 200:
            refusals = [item.get("problem") or item.get("reason") for item in answer.json["items"]]
            done = refusals.count(None)
            assert (len(refusals), any(refusals[:done])) == (whole, False)
            seen.add(done)
            if done == whole:
                break
    assert seen == set(range(1, whole + 1))
    assert whole > 1
