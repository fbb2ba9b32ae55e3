"""What the storage knows beyond the domain: rows of a queue, and what things cost."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.model.task import TaskId


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


@dataclass(frozen=True, slots=True)
class SettlingProgress:
    """How far the nightly settling has come.

    `after` is the last case of the last run, None once all cases were settled; `done_on` is the day, as `2026-12-01`,
    on which they last were. `running` says that a run has begun and not come to its end, `at` with which case one
    was last that kept account of each.
    """

    after: str | None = None
    done_on: str | None = None
    running: bool = False
    at: str | None = None
