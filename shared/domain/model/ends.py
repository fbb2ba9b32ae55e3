"""Tasks with two ends: what each end knows of the other, and the messages between them.

An owner hands a task to a partner organization. Each side has a task of its own, in a case of its own
organization, and learns of the other by messages alone (collaboration.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal, get_args

EndKind = Literal["standalone", "owner", "partner"]
AssignmentStatus = Literal[
    "initial",
    "assigned",
    "ready",
    "sent",
    "received",
    "accepted",
    "declined",
    "referred",
    "recalled",
    "connectionRequired",
    "connectionRequested",
    "connectionDeclined",
]
Direction = Literal["to_owner", "to_partner"]

ENDS: tuple[str, ...] = get_args(EndKind)
ASSIGNMENT_STATUSES: tuple[str, ...] = get_args(AssignmentStatus)

PENDING: frozenset[AssignmentStatus] = frozenset({"connectionRequired", "connectionRequested"})
"""The owner has asked for a connection, and waits for the answer."""
LIVE: frozenset[AssignmentStatus] = frozenset({"ready", "sent", "received", "accepted"})
"""The other end is there, or on its way, and has not been closed by what became of the assignment."""
OUTSTANDING: frozenset[AssignmentStatus] = PENDING | LIVE | {"assigned"}
"""What the owner can recall."""

ANY_PARTNER = "partner*"


@dataclass(frozen=True, slots=True)
class Counterpart:
    """Who has the other end, or is suggested for it: an organization, or somebody who is asked by email."""

    display_name: str = ""
    organization_id: str | None = None
    email: str | None = None

    @property
    def mark(self) -> str:
        """What tells this party from others: its id, or a hash of the address that it is asked at.

        Addresses are long, and nobody needs to read them again.
        """
        if self.organization_id is not None:
            return self.organization_id
        return f"@{sha256((self.email or '').lower().encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class End:
    """What one end of a task knows.

    Every assignment of the owner has a `generation`. In it, `sent` numbers the messages that this end
    has sent, and `received` those of the other end that it has taken. `task_id` is the other end's
    task: the partner's end knows it from the beginning, the owner's once it has heard of it. `heard`
    is the status in which the other end said it is. `role` is the pattern that roles of partners must
    match. `tried` are the parties that the task was assigned to so far, `referral` whom the partner
    suggested, `connection_id` the request for a connection that the assignment waits for. `local` is what
    the partner's task is called within its case: given by the owner, so that it sorts by when it was sent.
    """

    kind: EndKind = "standalone"
    assignment: AssignmentStatus = "initial"
    generation: int = 0
    sent: int = 0
    received: int = 0
    task_id: str | None = None
    counterpart: Counterpart | None = None
    heard: str | None = None
    role: str = ANY_PARTNER
    auto_refer: bool = False
    referral: Counterpart | None = None
    tried: tuple[str, ...] = ()
    connection_id: str | None = None
    local: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What an end tells the other: there, the engine takes the action with this input.

    It stands in the case of the sender, `task_id`, until it is delivered; then it is gone. To a partner, `local`
    is what the task is called within its case.
    """

    task_id: str
    generation: int
    direction: Direction
    sequence: int
    action: str
    input: Mapping[str, object] = field(default_factory=dict)
    local: str | None = None
