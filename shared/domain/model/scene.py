"""What a decision looks at: the loaded items, the caller, the input, the time, the new ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.definitions.workflow import Status, Workflow
from shared.domain.model.connections import Connection, Tie
from shared.domain.model.people import Caller, Organization, User
from shared.domain.model.task import Case, Edge, Task, TaskId, Texts


class TornError(Exception):
    """Some of the items were read before a commit of somebody else's, one that migrated the case, say, others after."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The items that were loaded for a decision; what is not in a mapping does not exist.

    `related` holds other tasks of the case: those that the task or the input names. `graph`
    holds the prerequisites of every task of the case where an edit of them is decided, `edge` that
    from the task's parent where the task is opened again. `taken` names locks that are known to be
    held by others, `held` the tasks that hold those locks that a decision asks for. `texts` are the
    long texts of tasks that are copied. `last_turn` is the user whom the task's organization assigned
    its last one by turns. `ties` are those of the case's organization with others, by their ids, and
    `connection` the request that the task's assignment waits for.
    """

    workflow: Workflow
    case: Case
    task: Task | None = None
    related: Mapping[TaskId, Task] = field(default_factory=dict)
    users: Mapping[str, User] = field(default_factory=dict)
    organizations: Mapping[str, Organization] = field(default_factory=dict)
    graph: Mapping[TaskId, tuple[TaskId, ...]] = field(default_factory=dict)
    edge: Edge | None = None
    taken: frozenset[str] = frozenset()
    last_turn: str | None = None
    held: Mapping[str, TaskId] = field(default_factory=dict)
    texts: Mapping[TaskId, Texts] = field(default_factory=dict)
    ties: Mapping[str, Tie] = field(default_factory=dict)
    connection: Connection | None = None

    def __post_init__(self) -> None:
        """The task goes by the version that the case does; raises TornError if not, and is to be read again then.

        A decision by the old rules on a task as it is under the new ones would pass every condition. The other
        way round, and for every other task, the commit fails: what a migration touched has another version.
        """
        if self.task is not None:
            one_version(self.case, (self.task,))

    @property
    def subject(self) -> Task:
        """The task that is acted on; a decision without one is a mistake of the program."""
        if self.task is None:
            raise ValueError("This decision needs a task.")
        return self.task

    @property
    def status(self) -> Status:
        """The present status of the task acted on."""
        return status_of(self.workflow, self.subject)


@dataclass(frozen=True, slots=True)
class Ids:
    """New ids: one for the commit, and as many for tasks and timers as a decision needs."""

    commit: str
    fresh: Iterator[str]

    def local(self) -> str:
        """An id that no task or timer of the case has."""
        return next(self.fresh)


@dataclass(frozen=True, slots=True)
class Occasion:
    """Who does something, when, and with which new ids: what a decision depends on beside the items."""

    caller: Caller
    now: datetime
    ids: Ids


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that one decision depends on, and nothing else."""

    scene: Scene
    caller: Caller
    now: datetime
    ids: Ids

    @property
    def occasion(self) -> Occasion:
        """The same without the items."""
        return Occasion(self.caller, self.now, self.ids)


def one_version(case: Case, tasks: Iterable[Task]) -> None:
    """All tasks of the case go by the version of the workflow that it does; raises TornError if not."""
    for task in tasks:
        if task.workflow_version != case.workflow_version:
            raise TornError(f"{task.task_id} goes by version {task.workflow_version}, not {case.workflow_version}.")


def status_of(workflow: Workflow, task: Task) -> Status:
    """The status of a stored task; raises ValueError for a pair that the workflow has not."""
    status = workflow.status_of(task.state, task.status)
    if status is None:
        raise ValueError(f"{task.task_id} is {task.state} / {task.status}: no such status.")
    return status


def unfinished(scene: Scene, prerequisites: tuple[TaskId, ...]) -> tuple[TaskId, ...]:
    """The prerequisites that are still open, among those loaded with the scene.

    A terminal status never blocks (inspection.md). One that was not loaded counts as open: it is
    safer to wait for a hook than to start too early.
    """
    return tuple(p for p in prerequisites if _is_open(scene, p))


def _is_open(scene: Scene, task_id: TaskId) -> bool:
    task = scene.related.get(task_id)
    return task is None or status_of(scene.workflow, task).open
