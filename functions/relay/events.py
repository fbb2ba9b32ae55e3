"""History entries as events on the bus: what they say, and how they get there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from functions.bus import SOURCE, Event, EventBus
from shared.domain.model.task import Entry
from shared.engine.invitations import Invitation
from shared.timestamps import to_text

NO_INVITATIONS: Mapping[int, Invitation] = {}


class Bus(EventBus):
    """The event bus that all changes are announced on."""

    def publish(
        self, entries: Sequence[Entry], invitations: Mapping[int, Invitation] = NO_INVITATIONS
    ) -> frozenset[int]:
        """The entries are announced, but for those whose numbers are returned: the bus did not take them.

        An invitation goes with the entry of its number.
        """
        return self.put([event_of(entry, self.name, invitations.get(number)) for number, entry in enumerate(entries)])


def event_of(entry: Entry, bus: str, invitation: Invitation | None = None) -> Event:
    """The entry as PutEvents takes it."""
    detail = detail_of(entry) | (invitation_detail(invitation) if invitation is not None else {})
    return {
        "EventBusName": bus,
        "Source": SOURCE,
        "DetailType": entry.event,
        "Time": entry.created_at,
        "Detail": json.dumps(detail, separators=(",", ":"), ensure_ascii=False),
    }


def detail_of(entry: Entry) -> dict[str, object]:
    """What an event says: ids, but no name or text of a person, as anybody may listen.

    `by` and a user's party are user ids; where the issuer's ids are addresses, so are they.

    `id` is the same however often the event comes.
    """
    party = entry.assigned_party
    if entry.connection_id is not None:
        return _connection_detail(entry, entry.connection_id)
    return {
        "id": f"{entry.task_id or entry.case_id}/{entry.version}",
        "caseId": entry.case_id,
        "taskId": entry.task_id,
        "workflow": entry.workflow,
        "type": entry.type,
        "action": entry.action,
        "state": entry.state,
        "status": entry.status,
        "version": entry.version,
        "at": to_text(entry.created_at),
        "by": entry.created_by.id if entry.created_by else None,
        "groupQueue": entry.group_queue,
        "assignedParty": {"kind": party.kind, "id": party.id} if party else None,
        "dueTime": to_text(entry.due_time) if entry.due_time else None,
    }


def invitation_detail(invitation: Invitation) -> dict[str, object]:
    """What it takes to send the mail: no other event holds an email address; the token works once."""
    connection = invitation.connection
    return {
        "organizationId": connection.asking.organization_id,
        "organization": connection.asking.display_name,
        "name": connection.asked.display_name,
        "email": connection.asked.email,
        "token": invitation.token,
        "expiresAt": to_text(connection.expires_at),
    }


def _connection_detail(entry: Entry, connection_id: str) -> dict[str, object]:
    return {
        "id": f"connection/{connection_id}/{entry.version}",
        "connectionId": connection_id,
        "action": entry.action,
        "state": entry.state,
        "version": entry.version,
        "at": to_text(entry.created_at),
        "by": entry.created_by.id if entry.created_by else None,
    }
