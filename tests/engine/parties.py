"""Organizations that hand tasks to each other: acme is the owner, harbor and tide are partners of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.domain.ends.worker_status import worker_status
from shared.domain.model.connections import Connection
from shared.domain.model.task import Task
from shared.engine import cases, connections, invitations, people, settle, tasks
from shared.engine.counting import count
from shared.engine.invitations import Invitation
from shared.engine.messages import partner_case_id
from shared.engine.session import Identity, Request
from shared.storage.keys import ConnectionKey
from shared.workflows import load
from tests.engine.world import ROOT, World

OLA, HAL, TIA, UNKNOWN = (Identity(name) for name in ("ola", "hal", "tia", "ida"))
MEMBERS = {"ola": "acme-claims", "hal": "harbor", "tia": "tide"}


@dataclass
class Parties:
    """A world with acme-claims (ola) connected with harbor (hal) and tide (tia), all of them admins there.

    What is done is delivered by the stream when `drain` says so.
    """

    world: World
    invitations: list[Invitation] = field(default_factory=list)

    def populate(self) -> None:
        """The people, their organizations and the connections are there."""
        for name, organization in MEMBERS.items():
            self.world.put_user(name)
            kind = "team" if organization == "acme-claims" else "partner"
            given = {"displayName": organization.title(), "kind": kind}
            people.put_organization(self.world.session, ROOT, organization, given)
            self.world.join(organization, name, admin=True)
        for partner in ("harbor", "tide"):
            self.connect("acme-claims", partner)

    def connect(self, organization_id: str, partner_id: str, role: str = "partner") -> None:
        """The two are connected."""
        given = {"organizationId": organization_id, "partner": {"organizationId": partner_id}, "role": role}
        connections.ask(self.world.session, ROOT, given, Request())

    def task(self, case_id: str = "job-1", by: Identity = OLA, **given: object) -> str:
        """The id of a new task of the owner, in a new case; collaborative unless it is said otherwise."""
        body = {"workflow": "collaboration", "caseId": case_id, "organizationId": MEMBERS[by.user_id]}
        cases.create_case(self.world.session, by, body, Request())
        whole = {"type": "Task", "collaborative": True, **given}
        return tasks.create_task(self.world.session, by, case_id, whole, Request()).value.task.task_id

    def act(self, task_id: str, action: str, by: Identity = OLA, **given: object) -> Task:
        """The task after the action."""
        return tasks.act(self.world.session, by, task_id, action, given, Request()).value.task

    def do(self, task_id: str, *actions: str, by: Identity = OLA) -> None:
        """The actions are taken one after another, and all of it is delivered; `assign:harbor` names a partner."""
        for action in actions:
            name, _, partner = action.partition(":")
            given = {"option": "to", "organizationId": partner} if partner else {}
            self.act(task_id, name, by, **given)
        self.drain()

    def answer(self, task_id: str, option: str, by: Identity = HAL, **given: object) -> None:
        """The assignment is answered, or recalled, and that is delivered."""
        self.act(task_id, "assign", by, option=option, **given)
        self.drain()

    def partner(self, task_id: str, generation: int = 1) -> str:
        """The id of the partner's end of an assignment."""
        case_id = partner_case_id(self.world.session, task_id, generation)
        return next(task.task_id for task in self.world.session.store.tasks(case_id))

    def stored(self, task_id: str) -> Task:
        """The task as it is in the table."""
        return self.world.stored(task_id)

    def shown(self, task_id: str) -> tuple[str, str, str]:
        """The phase, the assignment status and the worker status of an end."""
        task = self.stored(task_id)
        status = worker_status(load().latest("collaboration"), task)
        assert task.end is not None
        assert status is not None
        return task.status, task.end.assignment, status.name

    def connection(self, task_id: str) -> Connection:
        """The connection that the task's assignment waits for."""
        end = self.stored(task_id).end
        assert end is not None
        key = ConnectionKey(end.connection_id or "")
        found = self.world.store.load([key])[key]
        assert found is not None
        return found

    def lose(self) -> None:
        """All records that the stream holds are lost."""
        self.world.delivered |= {_key(entry) for entry in self.world.entries()}

    def drain(self) -> None:
        """The stream is delivered to both functions until nothing follows from it any more."""
        world = self.world
        while fresh := [e for e in world.entries() if _key(e) not in world.delivered]:
            world.delivered |= {_key(entry) for entry in fresh}
            for entry in fresh:
                settle.react(world.session, entry)
                invitation = invitations.invitation(world.session, entry)
                if invitation is not None:
                    self.invitations.append(invitation)
                    invitations.went_out(world.session, invitation.connection.id)
            count(world.session, fresh)


def _key(entry: Any) -> tuple[str, int]:
    return entry.connection_id or entry.task_id or entry.case_id, entry.version


def by_email(name: str = "Brook Labs", email: str = "ida@example.org") -> Mapping[str, object]:
    """The input that assigns to somebody by name and email."""
    return {"option": "to", "name": name, "email": email}
