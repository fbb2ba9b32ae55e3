"""What the storage knows beyond the domain: remembered requests, counters, rows of a queue."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.task import Cell, TaskId


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """A request that took effect. It counts no more once `expires`, in seconds, is past."""

    key: str
    fingerprint: str
    status: int
    resource: str
    expires: int


@dataclass(frozen=True, slots=True)
class Counted:
    """What a task is counted as: the version that was counted last, its cell, and what was measured there."""

    version: int
    cell: Cell | None = None
    measures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DayCount:
    """The tasks of a type that left a queue on a day: how many by ending, and by what was measured."""

    day: str
    type: str
    endings: Mapping[str, int] = field(default_factory=dict)
    measures: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A task as its queue lists it; `position` sorts it there.

    The queue of a party shows everything, the others the type only.
    """

    position: str
    task_id: TaskId
    type: str
    status: str | None = None
    tab: str | None = None
    priority: int = 0
    due_time: datetime | None = None
    created_at: datetime | None = None
    assigned_at: datetime | None = None
    group_queue: str | None = None
    overdue: bool = False
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Capacity:
    """Capacity units, as DynamoDB charges them."""

    read: float = 0.0
    write: float = 0.0
