"""Two ends of a task in memory: what each side does, what is under way, one step after the other.

A state is frozen, so that the same one can be left in many ways. Its steps are the real decision's: people act
on their own end, the oldest message of an assignment and direction arrives, a request for a connection is answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from itertools import count
from typing import Any

from shared.domain.cases import new_case
from shared.domain.creation import create_task
from shared.domain.decide import Offer, act, offers, receive
from shared.domain.definitions.vocabulary import CREATE
from shared.domain.definitions.workflow import Workflow
from shared.domain.ends.arrival import Offered, arrive
from shared.domain.model.connections import Connection, Tie
from shared.domain.model.ends import End, Message
from shared.domain.model.people import ENGINE, Caller, Organization, User
from shared.domain.model.plan import Decision, Plan
from shared.domain.model.scene import Context, Ids, Occasion, Scene
from shared.domain.model.task import Case, Task, Texts
from shared.domain.model.writes import (
    ChangeConnection,
    ChangeTask,
    CreateCase,
    CreateConnection,
    CreateTask,
    DeleteMessage,
    PutMessage,
)
from shared.domain.settling import due
from tests.domain.worlds import START, as_caller, user, workflow

ACME = Organization("acme", "Acme", "team")
HARBOR, TIDE, BROOK = (Organization(name, name.title(), "partner") for name in ("harbor", "tide", "brook"))
PARTNERS = {organization.id: organization for organization in (HARBOR, TIDE, BROOK)}
OLA = user("ola", kind="team", acme=True)
HAL, TIA, IDA = (
    user(name, kind="partner", **{of: True}) for name, of in (("hal", "harbor"), ("tia", "tide"), ("ida", "brook"))
)
WORKERS = {"harbor": HAL, "tide": TIA, "brook": IDA}
CONNECTED = ("harbor", "tide")
_numbers = count(1)


@dataclass(frozen=True)
class Ends:
    """The owner's end, the partners' by generation, the messages under way, and the connection that is asked for."""

    owner: Task
    partners: Mapping[int, Task] = field(default_factory=dict)
    flight: tuple[Message, ...] = ()
    connection: Connection | None = None
    cases: Mapping[int, Case] = field(default_factory=dict)

    @property
    def end(self) -> End:
        """What the owner's end knows."""
        return end_of(self.owner)

    @property
    def partner(self) -> Task | None:
        """The partner's end of the present assignment, if it is there."""
        return self.partners.get(self.end.generation)

    def tasks(self) -> Iterator[Task]:
        """All ends."""
        yield self.owner
        yield from self.partners.values()


def begin(**given: object) -> Ends:
    """A collaborative task of acme, as it is when it is new."""
    made = create_task(_context(None, OLA, case_of("acme")), {"type": "Task", "collaborative": True, **given})
    assert isinstance(made, Plan), made
    assert isinstance(made.subject, Task)
    return Ends(made.subject)


def end_of(task: Task) -> End:
    """The end that a task is."""
    assert task.end is not None
    return task.end


def acting(ends: Ends, task: Task) -> User:
    """Who acts on an end: the owner's people, or those of the partner that it was assigned to."""
    return OLA if end_of(task).kind != "partner" else WORKERS[_case(ends, task).organization_id or ""]


def decide(ends: Ends, task: Task, action: str, **given: object) -> Decision:
    """What comes of an action that the people of an end take on it; nothing happens yet."""
    return act(_context(task, acting(ends, task), _case(ends, task), ends.connection), action, given)


def hear(ends: Ends, task: Task, action: str, **given: object) -> Decision:
    """What comes of an action that Casetree takes on an end; nothing happens yet."""
    return act(_context(task, ENGINE, _case(ends, task), ends.connection), action, given)


def offered(ends: Ends, task: Task) -> dict[str, Offer]:
    """The actions that the people of an end may take now."""
    listed = offers(_context(task, acting(ends, task), _case(ends, task), ends.connection), unlisted=True)
    return {offer.action.name: offer for offer in listed if offer.refusal is None}


def played(ends: Ends, decision: Decision) -> Ends:
    """The state after a plan."""
    assert isinstance(decision, Plan), decision
    for write in decision.writes:
        match write:
            case CreateCase(case):
                ends = replace(ends, cases={**ends.cases, int(case.case_id.removeprefix("p-")): case})
            case ChangeTask(before, after):
                assert any(_seen(before) == _seen(task) for task in ends.tasks())
                ends = _with(ends, after)
            case CreateTask(task):
                assert end_of(task).generation not in ends.partners
                ends = _with(ends, task)
            case PutMessage(message):
                ends = replace(ends, flight=(*ends.flight, message))
            case DeleteMessage(message):
                ends = replace(ends, flight=tuple(m for m in ends.flight if m != message))
            case CreateConnection(connection):
                ends = replace(ends, connection=connection)
            case ChangeConnection(before, after):
                assert before == ends.connection
                ends = replace(ends, connection=after)
    return ends


def arrived(ends: Ends, message: Message) -> Plan:
    """The plan by which a message arrives."""
    if message.action == CREATE:
        now, case = Occasion(ENGINE, START, _ids()), case_of("acme")
        offer = Offered(ends.owner, Texts(), ACME, f"p-{message.generation}")
        return arrive(now, Scene(flow(), case), offer, message)
    receiver = _receiver(ends, message)
    return receive(_context(receiver, ENGINE, _case(ends, receiver), ends.connection), message)


def deliver(ends: Ends, message: Message) -> Ends:
    """The state after a message has arrived."""
    return played(ends, arrived(ends, message))


def _receiver(ends: Ends, message: Message) -> Task:
    return ends.owner if message.direction == "to_owner" else ends.partners[message.generation]


def next_ones(ends: Ends) -> tuple[Message, ...]:
    """The messages that may arrive next: of each generation and direction the oldest."""
    first: dict[tuple[int, str], Message] = {}
    for message in ends.flight:
        first.setdefault((message.generation, message.direction), message)
    return tuple(first.values())


def settle(ends: Ends) -> Ends:
    """The state once everything has arrived, and the task has heard of its connection."""
    while True:
        waiting = next_ones(ends)
        if waiting:
            ends = deliver(ends, waiting[0])
            continue
        owed = owes(ends)
        if owed is None:
            return ends
        ends = played(ends, owed)


def owes(ends: Ends) -> Decision | None:
    """What Casetree takes on the owner's end because of its connection, if anything."""
    context = context_of(ends)
    action = due(context.scene, START)
    return act(context, action.action, action.input) if action else None


def context_of(ends: Ends) -> Context:
    """What Casetree decides from on the owner's end."""
    return _context(ends.owner, ENGINE, _case(ends, ends.owner), ends.connection)


@cache
def flow() -> Workflow:
    """The workflow `collaboration`."""
    return workflow("collaboration")


@cache
def case_of(organization_id: str) -> Case:
    """A case of the organization."""
    job = next(iter(flow().case_types.values()))
    return replace(new_case(START, flow(), job, f"job-{organization_id}"), organization_id=organization_id)


def with_connection(ends: Ends, **values: Any) -> Ends:
    """The state in which the connection has changed by somebody's answer."""
    assert ends.connection is not None
    return replace(ends, connection=replace(ends.connection, version=ends.connection.version + 1, **values))


def accepted_connection(ends: Ends) -> Ends:
    """The state in which brook has accepted the connection that was asked for."""
    assert ends.connection is not None
    asked = replace(ends.connection.asked, organization_id="brook", display_name="Brook")
    return with_connection(ends, state="connected", asked=asked)


def passed(ends: Ends, **amount: float) -> Ends:
    """The state in which the connection was asked for that long ago."""
    assert ends.connection is not None
    return with_connection(ends, expires_at=ends.connection.expires_at - timedelta(**amount))


def _with(ends: Ends, task: Task) -> Ends:
    if end_of(task).kind != "partner":
        return replace(ends, owner=task)
    return replace(ends, partners={**ends.partners, end_of(task).generation: task})


def _seen(task: Task) -> tuple[Any, ...]:
    end = end_of(task)
    suggested = end.referral.mark if end.referral else None
    counterpart = end.counterpart.mark if end.counterpart else None
    return (
        task.status,
        task.hold,
        task.deleted,
        end.assignment,
        end.generation,
        end.heard,
        end.auto_refer,
        end.role,
        task.due_time,
        task.priority,
        counterpart,
        suggested,
        end.tried,
    )


def _case(ends: Ends, task: Task) -> Case:
    return case_of("acme") if end_of(task).kind != "partner" else ends.cases[end_of(task).generation]


def _context(task: Task | None, by: User | Caller, case: Case, connection: Connection | None = None) -> Context:
    ties = {other: Tie("acme", other, PARTNERS[other].display_name, "partner", "c") for other in CONNECTED}
    own = ties if case.organization_id == "acme" else {}
    organizations = {ACME.id: ACME, **PARTNERS}
    waits = task is not None and end_of(task).connection_id is not None and end_of(task).kind == "owner"
    scene = Scene(flow(), case, task, organizations=organizations, ties=own, connection=connection if waits else None)
    return Context(scene, as_caller(by), START, _ids())


def _ids() -> Ids:
    return Ids(f"c{next(_numbers)}", (f"t{next(_numbers):06}" for _ in count()))
