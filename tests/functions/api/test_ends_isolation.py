"""Neither side of a task can read or change the other's end, nor learn more of it than what it was handed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from functions.api.routes import OPERATIONS
from functions.api.routing import Operation
from shared.engine.queues.pages import ORGANIZATION_TABS, USER_TABS
from tests.functions.api.client import Answer
from tests.functions.api.conftest import World
from tests.functions.api.parties import BROOK, Parties, expect, made_once, parties


@dataclass(frozen=True)
class Side:
    """One end of a task, with all that belongs to its organization; `text` is in all that only its own see."""

    organization: str
    case_id: str
    task_id: str
    member: str
    connection: str
    people: tuple[str, ...]
    text: str

    @property
    def hidden(self) -> tuple[str, ...]:
        """What nobody of the other side is to be told."""
        names = (word for name in self.people for word in (name, name.title(), f"{name}@example.org"))
        return (self.case_id, self.task_id, self.connection, *names)


@dataclass(frozen=True)
class Ends:
    """The two sides of a task that harbor has accepted, submitted, and was asked to do again."""

    parties: Parties
    owner: Side
    partner: Side


@pytest.fixture
def ends(world: World) -> Ends:
    """Both ends, each with texts that were handed over, and with texts that were not."""
    here = parties(world)
    owner, partner = made_once(here, "ends", lambda: _both(here))
    return Ends(here, owner, partner)


def _both(here: Parties) -> tuple[Side, Side]:
    owner, partner = here.accepted(description="Survey pier nine", dueTime="2026-12-01T00:00:00Z")
    here.do("hal", partner, "start")
    here.do("gil", partner, "submit", note="Surveyed", links=[{"type": "t", "link": "https://l", "name": "Report"}])
    here.do("ola", owner, "redo", note="Once more")
    acme = _side(here, "acme", owner, ("ola", "otto"), "Ownertext")
    return acme, _side(here, "harbor", partner, ("hal", "gil"), "Partnertext")


def _side(here: Parties, organization: str, task_id: str, people: tuple[str, str], text: str) -> Side:
    """One end with everything on it that is not handed over: by its admin and a member."""
    (admin, member), case_id = people, task_id.partition(".")[0]
    here.do(member, task_id, "claim")
    here.do(member, task_id, "hold", note=f"{text}hold")
    link = {"type": "t", "link": f"https://{text}", "name": f"{text}link"}
    expect(200, here.world.as_(member).patch(f"/tasks/{task_id}", {"description": text, "links": [link]}))
    expect(200, here.world.as_(member).patch(f"/cases/{case_id}", {"displayName": f"{text}case"}))
    asking = {"organizationId": organization, "partner": BROOK}
    connection = expect(201, here.world.as_(admin).post("/connections", asking)).json["connectionId"]
    return Side(organization, case_id, task_id, member, connection, people, text)


BODIES: Mapping[str, Callable[[Side], Any]] = {
    "createCase": lambda side: {"workflow": "collaboration", "organizationId": side.organization},
    "createTask": lambda side: {"type": "Task"},
    "editTask": lambda side: {"priority": 1},
    "editCase": lambda side: {"displayName": "Mine"},
    "closeCase": lambda side: {"reason": "Mine."},
    "migrateCase": lambda side: {"toVersion": 1},
    "repair": lambda side: {"dryRun": True},
    "takeAction": lambda side: {},
    "takeBulkAction": lambda side: {"taskIds": [side.task_id], "action": "hold"},
    "putOrganization": lambda side: {"displayName": "Mine"},
    "putMember": lambda side: {"admin": True},
    "bulkAssignTasks": lambda side: {"userId": side.member, "count": 1},
    "putUser": lambda side: {"displayName": "Mine"},
    "handBackTasks": lambda side: {"dryRun": True},
    "askForConnection": lambda side: {"organizationId": side.organization, "partner": BROOK},
    "acceptConnection": lambda side: {"token": "guessed", "organizationId": side.organization},
    "declineConnection": lambda side: {"token": "guessed"},
}
TO_OTHERS: Mapping[str, int] = {
    **dict.fromkeys(("createCase", "askForConnection", "putOrganization", "putMember", "deleteMember"), 403),
    **dict.fromkeys(("putUser", "handBackTasks", "readOperations"), 403),
    **dict.fromkeys(("getCase", "editCase", "closeCase", "listCaseTasks", "readTree", "readTimeline"), 404),
    **dict.fromkeys(("migrateCase", "diagnose", "repair"), 404),
    **dict.fromkeys(("createTask", "getTask", "editTask", "listActions", "takeAction", "readHistory"), 404),
    **dict.fromkeys(("listChildren", "readUserQueue", "readOrganizationQueue", "readUserStatistics"), 404),
    **dict.fromkeys(("readOrganizationStatistics", "listMembers", "bulkAssignTasks", "getUser"), 404),
    **dict.fromkeys(("getOrganization", "listConnections", "acceptConnection", "declineConnection"), 404),
    **dict.fromkeys(("listOrganizations", "getMe", "listWorkflows", "getWorkflow", "drawWorkflow"), 200),
    **dict.fromkeys(("readWorkflowStatistics", "checkHealth", "readOpenapi", "readDocs", "takeBulkAction"), 200),
}
"""What the routes answer to people of no side who ask for what is one side's; a new route has to be added."""
TO_CONNECTED = {**TO_OTHERS, "getOrganization": 200}
QUERIES: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "readUserQueue": tuple({"tab": tab} for tab in USER_TABS),
    "readOrganizationQueue": tuple({"tab": tab} for tab in ORGANIZATION_TABS),
    "listActions": ({"explain": "true"},),
}
QUIET = {"readOpenapi", "readDocs", "checkHealth", "listWorkflows", "getWorkflow", "drawWorkflow"}
"""What says the same to everybody."""

ADMINISTRATORS = {"diagnose", "readOperations"}
"""What only administrators are told, whatever others may know of the case."""

PERSONAL = {"readUserQueue", "readUserStatistics"}
"""What somebody outside is shown of themselves alone."""


def test_every_route_is_asked(world: World) -> None:
    """A route that is new gets an answer in this file, and a body if it takes one."""
    assert {operation.name for operation in OPERATIONS} == TO_OTHERS.keys()
    assert {operation.name for operation in OPERATIONS if operation.body} == BODIES.keys()


@pytest.mark.parametrize("whose", ["owner", "partner"])
def test_no_route_leads_to_the_others_end(ends: Ends, whose: str) -> None:
    """The other side's admin, another partner, a stranger: all are told nothing, and change nothing."""
    side = ends.owner if whose == "owner" else ends.partner
    other = "hal" if whose == "owner" else "ola"
    before = _stored(ends)
    for who in (other, "tia", "eve"):
        connected = who == other or (who == "tia" and whose == "owner")
        expected = TO_CONNECTED if connected else TO_OTHERS
        for operation in OPERATIONS:
            for answer in _asked_of(ends, who, operation, side):
                assert answer.status == expected[operation.name], (who, operation.name, answer.text)
                _assert_silent(answer, side, (who, operation.name))
    assert _stored(ends) == before


@pytest.mark.parametrize("whose", ["owner", "partner"])
def test_what_is_there_answers_as_what_is_not(ends: Ends, whose: str) -> None:
    """By status, text and headers, a stranger cannot tell the other's end from one that there is none of."""
    side = ends.owner if whose == "owner" else ends.partner
    nothing = Side("none", "none-1", "none-1.x", "none", "none", (), "")
    who = "gil" if whose == "owner" else "otto"
    for operation in OPERATIONS:
        if operation.name not in QUIET | {"getMe", "listOrganizations", "getOrganization"}:
            pairs = zip(*(_asked_of(ends, who, operation, each) for each in (side, nothing)), strict=True)
            for there, not_there in pairs:
                told, nothing_told = _told(there, side), _told(not_there, nothing)
                assert (there.status, told, there.headers) == (
                    not_there.status,
                    nothing_told,
                    not_there.headers,
                ), operation.name


@pytest.mark.parametrize("whose", ["owner", "partner"])
def test_ones_own_end_tells_nothing_of_the_others(ends: Ends, whose: str) -> None:
    """Task, lists, trees, timeline, history, queues, actions with their reasons: all name the counterpart, no more."""
    own, other = (ends.owner, ends.partner) if whose == "owner" else (ends.partner, ends.owner)
    for who in own.people:
        for operation in OPERATIONS:
            alone = operation.name in PERSONAL and who != own.member
            if operation.method == "GET" and operation.name not in QUIET and not alone:
                for answer in _asked_of(ends, who, operation, own):
                    expected = 403 if operation.name in ADMINISTRATORS else 200
                    assert answer.status == expected, (who, operation.name, answer.text)
                    _assert_silent(answer, other, (who, operation.name))
    task = ends.parties.world.as_(own.member).get(f"/tasks/{own.task_id}").json
    assert task["counterpart"]["organizationId"] == other.organization


@pytest.mark.parametrize("whose", ["owner", "partner"])
def test_what_is_refused_tells_nothing_of_the_others_end(ends: Ends, whose: str) -> None:
    """Whatever one tries with one's own end, also what only the other or Casetree does."""
    own, other = (ends.owner, ends.partner) if whose == "owner" else (ends.partner, ends.owner)
    workflow = ends.parties.world.session.workflows.latest("collaboration")
    for name, action in workflow.actions.items():
        for given in ({"colour": "red"}, *({"option": option, "colour": "red"} for option in action.options)):
            answer = ends.parties.world.as_(own.member).act(own.task_id, name, given)
            assert answer.status in (403, 409, 422), (name, answer.text)
            _assert_silent(answer, other, name)


def test_what_was_handed_over_is_there(ends: Ends) -> None:
    """So that silence is not for want of anything to tell: each end knows the notes that were meant for it."""
    world = ends.parties.world
    owners = world.as_("otto").get(f"/tasks/{ends.owner.task_id}/history").text
    partners = world.as_("gil").get(f"/tasks/{ends.partner.task_id}/history").text
    assert ("Surveyed" in owners, "Once more" in partners) == (True, True)
    assert ("Ownertexthold" in owners, "Partnertexthold" in partners) == (True, True)


def _asked_of(ends: Ends, who: str, operation: Operation, side: Side) -> Iterator[Answer]:
    """The answers of the route about what is the side's, with every query that shows something else."""
    path = operation.path
    for name, value in {
        "caseId": side.case_id,
        "taskId": side.task_id,
        "action": "hold",
        "organizationId": side.organization,
        "userId": side.member,
        "connectionId": side.connection,
        "name": "collaboration",
    }.items():
        path = path.replace(f"{{{name}}}", value)
    body = BODIES[operation.name](side) if operation.body else None
    queries: tuple[Any, ...] = QUERIES.get(operation.name, ({},))
    if operation.name == "listConnections":
        queries = ({"organizationId": side.organization},)
    accepts = ("application/json", "text/plain", "text/vnd.mermaid") if operation.name == "readTree" else ("*/*",)
    for query in queries:
        for accept in accepts:
            yield ends.parties.world.as_(who).call(operation.method, path, body, query, Accept=accept)


def _told(answer: Answer, side: Side) -> str:
    """The text of the answer without the task that was asked for: of several tasks, each result names its own."""
    return answer.text.replace(f'{{"taskId":"{side.task_id}","status":404', "{")


def _assert_silent(answer: Answer, side: Side, what: object) -> None:
    text = f"{_told(answer, side)} {dict(answer.headers)}"
    told = [word for word in side.hidden if re.search(rf"\b{re.escape(word)}\b", text)]
    told += [side.text] if side.text and side.text in text else []
    assert not told, (what, told, answer.text)


def _stored(ends: Ends) -> list[dict[str, Any]]:
    return sorted(ends.parties.world.items(), key=lambda item: (item["PK"]["S"], item["SK"]["S"]))
