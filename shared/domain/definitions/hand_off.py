"""What a workflow file says of tasks with two ends: one of the owner, one of the partner (collaboration.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from shared.domain.model.ends import AssignmentStatus, EndKind

Told = Literal["status", "assignment"]


@dataclass(frozen=True, slots=True)
class Turn:
    """At this end, in these statuses and with these assignment statuses, it is the other end's turn.

    Where one of the two is not given, any fits.
    """

    end: EndKind
    statuses: frozenset[str] = frozenset()
    assignment: frozenset[AssignmentStatus] = frozenset()

    def fits(self, end: EndKind, status: str, assignment: AssignmentStatus) -> bool:
        """Whether a task of this end, status and assignment status is meant."""
        right_status = not self.statuses or status in self.statuses
        return self.end == end and right_status and (not self.assignment or assignment in self.assignment)


@dataclass(frozen=True, slots=True)
class Describing:
    """How the worker status is named at one of these ends, in one of these statuses (any, where none is given).

    `name` says what it is named by. With `hold`, that follows where people have stopped the task. The
    assignment status stands behind it in brackets, unless it is the one that `adds_unless` names.
    """

    ends: frozenset[EndKind] = frozenset()
    statuses: frozenset[str] = frozenset()
    name: Told = "status"
    hold: bool = False
    adds_unless: AssignmentStatus | None = None

    def fits(self, end: EndKind, status: str) -> bool:
        """Whether tasks of this end and status are named so."""
        return (not self.ends or end in self.ends) and (not self.statuses or status in self.statuses)


@dataclass(frozen=True, slots=True)
class Connecting:
    """How long a request for a connection can be answered, and what Casetree does then.

    Each of the others is the engine's action on the owner's end: when the request has gone out, when it
    was accepted, and when it was declined.
    """

    lasts: timedelta
    requested: str
    accepted: str
    declined: str


@dataclass(frozen=True, slots=True)
class HandOff:
    """How a task is handed to a partner.

    The partner's end `begins` in this status. An assignment is sent in the statuses of `sends`, and on
    getting to one. `arrived` is the engine's action on the owner's end once the partner's is there.
    """

    begins: str
    sends: frozenset[str]
    arrived: str
    connection: Connecting
    others_turn: tuple[Turn, ...] = ()
    worker_status: tuple[Describing, ...] = ()
