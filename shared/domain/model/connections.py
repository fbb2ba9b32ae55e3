"""Connections: two organizations that work together, and requests to become connected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.domain.model.task import Person, TaskId

ConnectionState = Literal["requested", "connected", "declined", "expired", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: an organization with its role, or who is asked to be one, by name and email."""

    role: str
    display_name: str
    organization_id: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """The organization that asked, the one that was asked, and what came of it.

    `nonce` is one of the things that the request's token is made from; it opens nothing without the
    secret of the stack. `requested_at` is when the request went out on the event bus. `task_id` is
    the owner's task for whose sake it was asked for, if it was for one.
    """

    id: str
    asking: Side
    asked: Side
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    nonce: str
    created_by: Person | None = None
    state: ConnectionState = "requested"
    requested_at: datetime | None = None
    task_id: TaskId | None = None
    version: int = 1

    def open_at(self, now: datetime) -> bool:
        """Whether the request can still be answered."""
        return self.state == "requested" and now < self.expires_at

    def state_at(self, now: datetime) -> ConnectionState:
        """The state by now: a request that nobody answered in time has expired, whether or not that is stored."""
        return "expired" if self.state == "requested" and now >= self.expires_at else self.state


@dataclass(frozen=True, slots=True)
class Tie:
    """An organization is connected with another one, which has this name, and this role towards it."""

    organization_id: str
    other_id: str
    display_name: str
    role: str
    connection_id: str
