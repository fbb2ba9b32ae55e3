"""Cases, tasks and their history as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from shared.domain.model.ends import End

PartyKind = Literal["user", "organization", "external"]
TaskId = str
"""`<caseId>.<local id>`: a task is found by its id alone."""


@dataclass(frozen=True, slots=True)
class Person:
    """A user as written down in what they did: history must not change when a name does.

    `organization` is the display name that people of another side see in place of the person.
    """

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    inside: bool = False
    organization_id: str | None = None
    organization: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """Who is responsible for the next action on a task."""

    kind: PartyKind
    id: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Link:
    """A named reference to something outside Casetree."""

    type: str
    link: str
    name: str


@dataclass(frozen=True, slots=True)
class Timer:
    """A moment at which the engine takes `action` on a task."""

    task_id: TaskId
    timer_id: str
    name: str
    action: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Children:
    """A parent's counters over the edges of its children; timed holds do not count.

    `same_*` count the children of the parent's own type. A child that closed stays counted as
    open until the stream hook has counted its closing, which moves it from one to the other.
    `open` is stored, not derived: the hook's condition "not the last one" needs it as a number.
    """

    open: int = 0
    closed: int = 0
    completed: int = 0
    same_open: int = 0
    same_closed: int = 0
    same_completed: int = 0


@dataclass(frozen=True, slots=True)
class Edge:
    """From a parent to a child, with what the parent has counted of the child so far.

    `counts_at` is the ancestor whose counters the child moves: the parent, unless a workflow says
    otherwise. `counted_version` is the version of the child in which the hook last counted it as
    closed. While it counts as open it is 0, or, once the child was opened again, the version of its
    last closing, negative: a hook that still wants to count that closing finds the edge changed.
    A timed hold is never counted.
    """

    parent_id: TaskId
    child_id: TaskId
    counts_at: TaskId
    same_type: bool = False
    hold: bool = False
    counted_version: int = 0
    counted_completed: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """What a tree of tasks is about, pinned to the version of the workflow it started with.

    `root_id` is the task at the top of its tree. A case that follows on `original_case_id` is first
    `staged`: all of it is stored, and none of it can be seen, until one commit brings it to light.
    """

    case_id: str
    workflow: str
    workflow_version: int
    case_type: str
    created_at: datetime
    updated_at: datetime
    created_by: Person | None = None
    updated_by: Person | None = None
    display_name: str = ""
    organization_id: str | None = None
    attributes: Mapping[str, object] = field(default_factory=dict)
    state: Literal["open", "closed"] = "open"
    closed_at: datetime | None = None
    close_reason: str | None = None
    graph_version: int = 0
    root_id: TaskId | None = None
    staged: bool = False
    original_case_id: str | None = None
    version: int = 1

    @property
    def open(self) -> bool:
        """Whether the case still takes tasks."""
        return self.state == "open"


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of work: who is responsible, what state it is in, what it waits for.

    `tab` and `queue` say where the task is listed: in which tab of which organization's queue;
    they follow from the other fields and the workflow. `texts` counts the writes of text items
    (description, instructions, links) beside the task: 0 means there are none to read.
    `remembered` names the statuses that the workflow wants remembered once entered. `waiting` and
    `working` are seconds spent so far in statuses measured as such; `since` is when the present
    status was entered. `delegated` says that the work was passed on to a child of the task's own
    type, the last of which is `delegate_id`; `is_delegate`, that it is such a child itself. `kind` tells it
    apart from others of its type. One that is `staged` stands in no index, and nobody has seen it yet.
    `new_case_id` is the case that followed on its end. `end` says which end of a task it is, where tasks of the
    workflow can have two. With `hold`, people have stopped it. One that is `deleted` is shown to nobody any more.
    """

    task_id: TaskId
    case_id: str
    workflow: str
    workflow_version: int
    type: str
    state: str
    status: str
    created_at: datetime
    updated_at: datetime
    since: datetime
    created_by: Person | None = None
    updated_by: Person | None = None
    parent_id: TaskId | None = None
    counts_at: TaskId | None = None
    assigned_party: Party | None = None
    internal: bool = False
    assigned_by: Person | None = None
    group_queue: str | None = None
    queue: str | None = None
    tab: str | None = None
    entity: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    priority: int = 0
    due_time: datetime | None = None
    overdue: bool = False
    prerequisites: tuple[TaskId, ...] = ()
    awaiting: str | None = None
    timers: tuple[Timer, ...] = ()
    remembered: tuple[str, ...] = ()
    assigned_at: datetime | None = None
    started_at: datetime | None = None
    placed_on_hold_at: datetime | None = None
    closed_at: datetime | None = None
    cancellation_reason: str | None = None
    cancelled_by: Person | None = None
    completed_by: Person | None = None
    waiting: int = 0
    working: int = 0
    texts: int = 0
    kind: str | None = None
    is_delegate: bool = False
    staged: bool = False
    new_case_id: str | None = None
    end: End | None = None
    hold: bool = False
    deleted: bool = False
    children: Children = Children()
    hold_id: TaskId | None = None
    delegated: bool = False
    delegate_id: TaskId | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Texts:
    """The long texts of a task, kept beside it so that the task itself stays small."""

    description: str | None = None
    instructions: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a task is counted: a queue's tab, by type; closed tasks by day and ending."""

    queue: str
    tab: str
    type: str
    closed_on: str | None = None
    ending: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of a task, a case or a connection: the history, and the outbox of the stream functions.

    `reacts` names what the hooks have to look at because of this change; `event` is the name
    under which the relay publishes it; `cell` is where the task is counted from now on; `parent_id`
    is that of a task whose closing has to be counted, so that its parent is read together with it.
    `changes` maps a field's API name to its values before and after.
    """

    case_id: str
    task_id: TaskId | None
    version: int
    created_at: datetime
    created_by: Person | None
    action: str
    event: str
    commit_id: str
    state: str
    status: str | None = None
    type: str | None = None
    assigned_party: Party | None = None
    group_queue: str | None = None
    due_time: datetime | None = None
    changes: Mapping[str, object] = field(default_factory=dict)
    note: str | None = None
    reacts: tuple[str, ...] = ()
    cell: Cell | None = None
    waiting: int | None = None
    working: int | None = None
    workflow: str = ""
    workflow_version: int = 1
    staged: bool = False
    connection_id: str | None = None
    parent_id: TaskId | None = None


def local_id(task_id: TaskId) -> str:
    """The part of a task's id that is its own within the case."""
    return task_id.rpartition(".")[2]


def case_of(task_id: TaskId) -> str:
    """The id of the case that a task belongs to; empty when the id names none."""
    return task_id.rpartition(".")[0]
