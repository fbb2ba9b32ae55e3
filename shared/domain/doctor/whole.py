"""Everything that is stored of a case, and what of its surroundings its invariants are about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shared.domain.counts.tally import Counted
from shared.domain.definitions.workflow import Status, Workflow
from shared.domain.model.connections import Connection
from shared.domain.model.ends import Message
from shared.domain.model.people import Organization, User
from shared.domain.model.scene import Scene, status_of
from shared.domain.model.task import Case, Edge, Entry, Task, TaskId, Timer


@dataclass(frozen=True, slots=True)
class WholeCase:
    """A case with all that is stored of it, as it was read.

    `dependents` are pairs of a prerequisite and the task that waits for it; `history` is that of each
    task, under None that of the case, oldest first; `locks` are those that somebody holds, with all of
    their holders. `misfiled` are those whose place in an index is not the one that follows from them.

    From outside the case: the `users` and `organizations` that its tasks name, with enough of the
    members of each; the `others`, ends of its tasks in other cases, with what is `incoming` from them;
    the `connections` that assignments wait for.
    """

    case: Case
    tasks: Mapping[TaskId, Task] = field(default_factory=dict)
    edges: tuple[Edge, ...] = ()
    dependents: frozenset[tuple[TaskId, TaskId]] = frozenset()
    history: Mapping[TaskId | None, tuple[Entry, ...]] = field(default_factory=dict)
    locks: Mapping[str, tuple[TaskId, ...]] = field(default_factory=dict)
    timers: tuple[Timer, ...] = ()
    messages: tuple[Message, ...] = ()
    counted: Mapping[TaskId, Counted] = field(default_factory=dict)
    misfiled: tuple[Task | Timer | Entry, ...] = ()
    users: Mapping[str, User] = field(default_factory=dict)
    organizations: Mapping[str, Organization] = field(default_factory=dict)
    others: Mapping[TaskId, Task] = field(default_factory=dict)
    incoming: tuple[Message, ...] = ()
    connections: Mapping[str, Connection] = field(default_factory=dict)

    def entries(self, task_id: TaskId | None) -> tuple[Entry, ...]:
        """The history of a task, or of the case itself."""
        return self.history.get(task_id, ())


@dataclass(frozen=True, slots=True)
class Chart:
    """A whole case as it is examined: by which rules, when, and how long what is on its way may take."""

    whole: WholeCase
    workflow: Workflow
    now: datetime
    patience: timedelta

    @property
    def tasks(self) -> Mapping[TaskId, Task]:
        """The tasks of the case."""
        return self.whole.tasks

    @property
    def open_tasks(self) -> tuple[Task, ...]:
        """The open tasks that can be seen."""
        return tuple(task for task in self.tasks.values() if self.is_open(task) and not task.staged)

    def status(self, task: Task) -> Status:
        """The status of a task."""
        return status_of(self.workflow, task)

    def is_open(self, task: Task) -> bool:
        """Whether the task is open."""
        return self.status(task).open

    def is_late(self, since: datetime) -> bool:
        """Whether what is due since then should have been done by now."""
        return since + self.patience <= self.now

    def scene(self, task: Task | None = None) -> Scene:
        """What a decision on the task looks at: all of the case."""
        whole = self.whole
        scene = Scene(self.workflow, whole.case, task, whole.tasks, whole.users, whole.organizations)
        waits_for = task.end.connection_id if task is not None and task.end is not None else None
        return replace(scene, connection=whole.connections.get(waits_for or ""))
