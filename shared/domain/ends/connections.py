"""Connections and their history: how they are asked for, and how they change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from shared.domain.drafts.draft import Draft
from shared.domain.ends.telling import end_of
from shared.domain.model.connections import Connection, ConnectionState, Side, Tie
from shared.domain.model.ends import Counterpart
from shared.domain.model.reactions import CONNECTION
from shared.domain.model.scene import Occasion
from shared.domain.model.task import Entry
from shared.domain.model.writes import AddEntry, ChangeConnection, CreateConnection, ListConnection, PutTie, Write

PARTNER = "partner"
"""The role of an organization, where nothing else is said."""
REQUESTED = "ConnectionRequested"
"""The event that a request goes out as, with its token."""
_EVENTS = {
    "requested": "ConnectionChanged",
    "connected": "ConnectionAccepted",
    "declined": "ConnectionDeclined",
    "expired": "ConnectionExpired",
    "withdrawn": "ConnectionWithdrawn",
}


def request(draft: Draft, party: Counterpart, lasts: timedelta) -> None:
    """A connection with the party is asked for; the assignment waits for the answer as long as that can be given."""
    context, scene, end = draft.context, draft.context.scene, end_of(draft)
    own = scene.organizations[scene.case.organization_id or ""]
    role = end.role.rstrip("*-") or PARTNER
    connection = Connection(
        id=context.ids.local(),
        asking=Side(PARTNER, own.display_name, own.id),
        asked=Side(role, party.display_name, email=party.email),
        created_at=context.now,
        updated_at=context.now,
        expires_at=context.now + lasts,
        nonce=context.ids.local(),
        created_by=context.caller.person,
        task_id=draft.task.task_id,
    )
    draft.write(*begun(context.occasion, connection))
    draft.start_timer("connection", connection.expires_at)
    draft.set_end(assignment="connectionRequired", connection_id=connection.id)


def begun(on: Occasion, connection: Connection) -> tuple[Write, ...]:
    """The writes of a new connection, which every organization lists that is known by now."""
    known = [side.organization_id for side in (connection.asking, connection.asked) if side.organization_id]
    event = REQUESTED if connection.asked.email is not None else _EVENTS[connection.state]
    return (
        CreateConnection(connection),
        *(ListConnection(organization_id, connection.id) for organization_id in known),
        *(ties(connection) if connection.state == "connected" else ()),
        AddEntry(_entry(on, connection, "request", event)),
    )


def asked_again(on: Occasion, connection: Connection) -> tuple[Write, ...]:
    """The writes by which a request goes out once more, as nothing says that it ever did."""
    after = replace(connection, version=connection.version + 1, updated_at=on.now)
    return ChangeConnection(connection, after), AddEntry(_entry(on, after, "request", REQUESTED))


def went_out(on: Occasion, connection: Connection) -> tuple[Write, ...]:
    """The writes that say that the request has gone out on the event bus."""
    after = replace(connection, version=connection.version + 1, updated_at=on.now, requested_at=on.now)
    return ChangeConnection(connection, after), AddEntry(_entry(on, after, "sent", _EVENTS["requested"]))


def changed(on: Occasion, connection: Connection, state: ConnectionState, **more: Any) -> tuple[Write, ...]:
    """The writes by which the connection gets to the state; the task that waits for it is looked at."""
    after = replace(connection, state=state, version=connection.version + 1, updated_at=on.now, **more)
    return ChangeConnection(connection, after), AddEntry(_entry(on, after, state, _EVENTS[state]))


def ties(connection: Connection) -> tuple[PutTie, PutTie]:
    """The ties of both organizations, each with the other one's name and role."""
    one, other = connection.asking, connection.asked
    return PutTie(_tie(one, other, connection)), PutTie(_tie(other, one, connection))


def _tie(side: Side, other: Side, connection: Connection) -> Tie:
    return Tie(side.organization_id or "", other.organization_id or "", other.display_name, other.role, connection.id)


def _entry(on: Occasion, connection: Connection, action: str, event: str) -> Entry:
    """The history entry of the connection's present version: without a name, an address or a task in it."""
    waiting = connection.task_id is not None and (connection.state != "requested" or connection.requested_at)
    return Entry(
        case_id="",
        task_id=None,
        version=connection.version,
        created_at=on.now,
        created_by=on.caller.person,
        action=action,
        event=event,
        commit_id=on.ids.commit,
        state=connection.state,
        reacts=(CONNECTION,) if waiting else (),
        connection_id=connection.id,
    )
