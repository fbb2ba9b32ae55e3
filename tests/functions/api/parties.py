"""Organizations that hand tasks to each other, over the API: acme is the owner, harbor and tide are partners of theirs.

ola is an admin and otto a member of acme; hal is an admin, fay and gil are members of harbor; tia is an admin
of tide; eve is a member of nothing, and nobody knows ida. harbor and tide are not connected with each other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from shared.engine import connections, organizations, people
from shared.engine.messages import partner_case_id
from shared.engine.session import Request
from tests.functions.api.client import Answer
from tests.functions.api.conftest import ADMIN, TABLE, World
from tests.storage.table import client

KINDS = {"acme": "partner", "harbor": "partner", "tide": "partner"}
NAMES = {"acme": "Acme Claims", "harbor": "Harbor Surveyors", "tide": "Tidewater Labs"}
MEMBERS = {"ola": ("acme", True), "otto": ("acme", False), "hal": ("harbor", True), "tia": ("tide", True)}
ROLES = {"harbor": "partner-surveyor", "tide": "partner"}
BROOK = {"name": "Brook Labs", "email": "ida@example.org"}
"""Somebody who is asked by email: ida, whom Casetree does not know."""


@dataclass(frozen=True)
class Parties:
    """What members of the organizations do; the stream is delivered after it, unless a test says otherwise."""

    world: World
    delivered: set[tuple[str, str]] = field(default_factory=set)

    def settle(self) -> None:
        """The stream is delivered, each of its records once."""
        self.world.settle(self.delivered)

    def case(self, case_id: str = "job-1", by: str = "ola", organization: str = "acme") -> None:
        """A case of the organization."""
        body = {"workflow": "collaboration", "caseId": case_id, "organizationId": organization}
        expect(201, self.world.as_(by).post("/cases", body))

    def task(self, case_id: str = "job-1", **given: Any) -> str:
        """The id of a new task of ola's, in a case that is made for it; collaborative unless it is said otherwise."""
        if self.world.as_("ola").get(f"/cases/{case_id}").status == 404:
            self.case(case_id)
        body = {"type": "Task", "collaborative": True, **given}
        answer = expect(201, self.world.as_("ola").post(f"/cases/{case_id}/tasks", body))
        self.settle()
        return str(answer.json["taskId"])

    def do(self, who: str, task_id: str, *actions: str, **given: Any) -> Answer:
        """The actions are taken one after another, the last one with the input, and what follows has followed."""
        for action in actions:
            last = action == actions[-1]
            answer = expect(200, self.world.as_(who).act(task_id, action, given if last else {}))
        self.settle()
        return answer

    def assign(self, who: str, task_id: str, option: str, **given: Any) -> Answer:
        """The option of the action `assign` is taken, and what follows has followed."""
        return self.do(who, task_id, "assign", option=option, **given)

    def sent(self, **given: Any) -> tuple[str, str]:
        """The ids of both ends of a task that was sent to harbor."""
        owner, partner = self._usual("sent", self._sent, given)
        return owner, partner

    def accepted(self, **given: Any) -> tuple[str, str]:
        """The ids of both ends of a task that harbor has accepted, and that is ready."""
        owner, partner = self._usual("accepted", self._accepted, given)
        return owner, partner

    def asked(self, **given: Any) -> tuple[str, str]:
        """The ids of a task that is assigned to somebody by email, and of the connection that was asked for."""
        task_id, connection, token = self._usual("asked", self._asked, given)
        self.world.tokens[connection] = token
        return task_id, connection

    def _usual(self, name: str, make: Callable[..., Any], given: Any) -> Any:
        """What most tests begin with is made once: as the first task of all, of which nothing else is said."""
        usual = not given and not self.world.items("HISTORY#CASE")
        return made_once(self, name, make) if usual else make(**given)

    def _sent(self, **given: Any) -> tuple[str, str]:
        task_id = self.task(**given)
        self.do("ola", task_id, "prepare", "begin_assignment")
        self.assign("ola", task_id, "to", organizationId="harbor")
        return task_id, self.partner(task_id)

    def _accepted(self, **given: Any) -> tuple[str, str]:
        task_id, partner = self._sent(**given)
        self.assign("hal", partner, "accept")
        self.do("ola", task_id, "ready")
        return task_id, partner

    def _asked(self, **given: Any) -> tuple[str, str, str]:
        task_id = self.task(**given)
        self.do("ola", task_id, "prepare", "begin_assignment")
        self.assign("ola", task_id, "to", **BROOK)
        connection, token = list(self.world.tokens.items())[-1]
        return task_id, connection, token

    def partner(self, task_id: str, generation: int = 1) -> str:
        """The id of the partner's end of an assignment."""
        case_id = partner_case_id(self.world.session, task_id, generation)
        return next(task.task_id for task in self.world.session.store.tasks(case_id))

    def shown(self, who: str, task_id: str) -> tuple[str, str]:
        """The phase and the assignment status of an end."""
        task = expect(200, self.world.as_(who).get(f"/tasks/{task_id}")).json
        return task["status"], task["assignmentStatus"]


def parties(world: World) -> Parties:
    """The organizations with their people and connections."""
    here = Parties(world)
    made_once(here, "parties", lambda: _make(world))
    return here


def made_once(here: Parties, name: str, make: Callable[[], Any]) -> Any:
    """What is made, and all that the table holds then: made by the engine once, and copied from then on."""
    if name in _MADE:
        value, items = _MADE[name]
        for start in range(0, len(items), 25):
            chunk = [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]
            client().batch_write_item(RequestItems={TABLE: chunk})
        here.delivered.update((item["PK"]["S"], item["SK"]["S"]) for item in items)
    else:
        value = make()
        here.settle()
        _MADE[name] = value, here.world.items()
    # What is made from now on has other ids than what is there.
    for _ in range(IDS):
        here.world.session.new_id(here.world.clock.now)
    return value


def expect(status: int, answer: Answer) -> Answer:
    """The answer, which has this status."""
    assert answer.status == status, answer.text
    return answer


_MADE: dict[str, tuple[Any, list[dict[str, Any]]]] = {}
IDS = 1_000
"""More ids than anything takes that is made once."""


def _make(world: World) -> None:
    for organization, kind in KINDS.items():
        given = {"displayName": NAMES[organization], "kind": kind}
        organizations.put_organization(world.session, ADMIN, organization, given)
    for name, (organization, is_admin) in MEMBERS.items():
        first = name.title()
        given = {"displayName": f"{first} Ray", "firstName": first, "lastName": "Ray", "email": f"{name}@example.org"}
        people.put_user(world.session, ADMIN, name, given)
        organizations.put_member(world.session, ADMIN, organization, name, {"admin": is_admin})
    for partner, role in ROLES.items():
        body = {"organizationId": "acme", "partner": {"organizationId": partner}, "role": role}
        connections.ask(world.session, ADMIN, body, Request())
