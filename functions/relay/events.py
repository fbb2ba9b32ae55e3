"""History entries as events on the bus: what they say, and how they get there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shared.domain.model.task import Entry
from shared.engine.invitations import Invitation
from shared.timestamps import to_text

SOURCE = "casetree"
# What PutEvents takes at a time.
COUNT = 10
BYTES = 256 * 1024
ATTEMPTS = 4
FIRST_PAUSE = 0.1

Event = Mapping[str, Any]
NO_INVITATIONS: Mapping[int, Invitation] = {}


class Client(Protocol):
    """The client of the event bus."""

    def put_events(self, *, Entries: Sequence[Event]) -> Mapping[str, Any]: ...  # noqa: N803 (named by AWS)


@dataclass(frozen=True, slots=True)
class Bus:
    """The event bus that all changes are announced on."""

    client: Client
    name: str
    pause: Callable[[float], None]

    def publish(
        self, entries: Sequence[Entry], invitations: Mapping[int, Invitation] = NO_INVITATIONS
    ) -> frozenset[int]:
        """The entries are announced, but for those whose numbers are returned: the bus did not take them.

        An entry may be announced twice: the bus forgets nothing that it took, but its answer may be lost.
        An invitation goes with the entry of its number.
        """
        events = [event_of(entry, self.name, invitations.get(number)) for number, entry in enumerate(entries)]
        failed: set[int] = set()
        for numbers in batches(events):
            failed |= self._put(events, numbers)
        return frozenset(failed)

    def _put(self, events: Sequence[Event], numbers: Sequence[int]) -> set[int]:
        for attempt in range(ATTEMPTS):
            if attempt:
                self.pause(FIRST_PAUSE * 2**attempt)
            results = self.client.put_events(Entries=[events[number] for number in numbers])["Entries"]
            numbers = [n for n, result in zip(numbers, results, strict=True) if result.get("ErrorCode")]
            if not numbers:
                break
        return set(numbers)


def batches(events: Sequence[Event]) -> Iterator[list[int]]:
    """The numbers of the events, in order, as many together as one call takes."""
    batch: list[int] = []
    total = 0
    for number, event in enumerate(events):
        size = size_of(event)
        if batch and (len(batch) == COUNT or total + size > BYTES):
            yield batch
            batch, total = [], 0
        batch.append(number)
        total += size
    if batch:
        yield batch


def size_of(event: Event) -> int:
    """How large the bus takes an event to be: its texts, and 14 bytes for its time."""
    texts = (event["Source"], event["DetailType"], event["Detail"])
    return 14 + sum(len(text.encode()) for text in texts)


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
    """What whoever sends the mail needs: the one event that holds an address, and a token that works once."""
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
