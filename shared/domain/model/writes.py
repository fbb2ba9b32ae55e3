"""The writes that a plan may hold, each with the condition that it depends on.

Whoever carries them out, a table or a simulator, needs no knowledge of workflows.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.model.connections import Connection, Tie
from shared.domain.model.ends import Message
from shared.domain.model.people import Membership, Organization, User
from shared.domain.model.task import Case, Edge, Entry, Link, Task, TaskId, Texts, Timer


@dataclass(frozen=True, slots=True)
class CreateCase:
    """The case is there; refused as `case_exists` if its id is taken."""

    case: Case


@dataclass(frozen=True, slots=True)
class ChangeCase:
    """The case is as in `after`, provided that it still has the version of `before`, and its graph if that advances."""

    before: Case
    after: Case


@dataclass(frozen=True, slots=True)
class CheckCaseOpen:
    """Nothing changes; the plan fails if the case is closed, or goes by another version of its workflow, by now."""

    case: Case


@dataclass(frozen=True, slots=True)
class CheckPinned:
    """Nothing changes; the plan fails if the case goes by another version of its workflow by now."""

    case: Case


@dataclass(frozen=True, slots=True)
class CheckCase:
    """Nothing changes; the plan fails if the case has another version by now."""

    case: Case


@dataclass(frozen=True, slots=True)
class AdvanceGraph:
    """The case's graph has one version more, provided that it is open and was not changed since.

    Two requests that each add an edge of a cycle therefore cannot both commit.
    """

    case: Case


@dataclass(frozen=True, slots=True)
class GrowGraph:
    """The case's graph has a task more, provided that the case is open, and goes by that version of its workflow.

    It has one version more, however many grow it at once; who has read all of it finds that it is another one.
    """

    case: Case


@dataclass(frozen=True, slots=True)
class CreateTask:
    """The task is there for the first time."""

    task: Task


@dataclass(frozen=True, slots=True)
class ChangeTask:
    """The attributes that differ are as in `after`, provided that the version is `before`'s.

    Only the difference is written: counters of children move without a new version, and a
    whole-item write would undo what a sibling counted meanwhile. Where the decision looked at the
    counters, `counters` demands that they, too, are still those of `before`.
    What an end has heard moves without a new version as well: a new generation starts from none, so
    for one of those, that too must be what it was.
    With `listed_anew`, its places in the indexes are written even where they should not have changed.
    """

    before: Task
    after: Task
    counters: bool = False
    listed_anew: bool = False

    @property
    def reassigns(self) -> bool:
        """Whether the task begins a new generation."""
        before, after = self.before.end, self.after.end
        return before is not None and after is not None and before.generation != after.generation


@dataclass(frozen=True, slots=True)
class CheckTask:
    """Nothing changes; the plan fails if the task has another version by now, or other counters."""

    task: Task


@dataclass(frozen=True, slots=True)
class ChangeCounters:
    """A parent's counters move by the difference, without a new version.

    Provided that its status, its hold and the version of its workflow are still those of `before`, and
    with `not_last` that more children are still counted as open than are closed here. So a commit that in
    truth counts the last child fails, and is decided anew, with what the parent becomes.
    """

    before: Task
    after: Task
    not_last: bool = False


@dataclass(frozen=True, slots=True)
class CreateEdge:
    """The parent has the child."""

    edge: Edge


@dataclass(frozen=True, slots=True)
class ChangeEdge:
    """The edge counts its child anew, provided that nobody else has counted it since `before`."""

    before: Edge
    after: Edge


@dataclass(frozen=True, slots=True)
class DeleteEdge:
    """The parent has no such child, provided that nobody has counted it since the edge was read."""

    edge: Edge


@dataclass(frozen=True, slots=True)
class TakeLock:
    """The task holds the named lock of its case; fails while another one does."""

    task_id: TaskId
    name: str


@dataclass(frozen=True, slots=True)
class ReleaseLock:
    """The task holds the named lock no longer; one that it does not hold is not touched."""

    task_id: TaskId
    name: str


@dataclass(frozen=True, slots=True)
class PassLock:
    """The named lock passes from one task to another; fails while a third one holds it.

    Releasing and taking it would be two writes of one item, which no transaction takes.
    """

    task_id: TaskId
    to: TaskId
    name: str


@dataclass(frozen=True, slots=True)
class AddEntry:
    """The history has the entry; there is exactly one for each version."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class ListEntry:
    """The entry, which is there, stands at its place in the timeline of its case."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class PutFirstTexts:
    """The texts that a task begins with, in one item: fifteen tasks with all of them fit a transaction."""

    task_id: TaskId
    texts: Texts


@dataclass(frozen=True, slots=True)
class PutDescription:
    """The task's description is this text from now on; an empty one stands for none."""

    task_id: TaskId
    text: str


@dataclass(frozen=True, slots=True)
class PutLinks:
    """The task's links are these from now on; `number` is the task's version that brought them."""

    task_id: TaskId
    number: int
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class AddLinks:
    """The task has these links as well; `number` is the task's version that brought them."""

    task_id: TaskId
    number: int
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class AddInstruction:
    """An instruction is appended; `number` is the task's version that brought it."""

    task_id: TaskId
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class AddDependent:
    """`task_id` is looked at again when `prerequisite` closes."""

    prerequisite: TaskId
    task_id: TaskId


@dataclass(frozen=True, slots=True)
class RemoveDependent:
    """`task_id` no longer waits for `prerequisite`."""

    prerequisite: TaskId
    task_id: TaskId


@dataclass(frozen=True, slots=True)
class PutTimer:
    """The timer runs."""

    timer: Timer


@dataclass(frozen=True, slots=True)
class DeleteTimer:
    """The timer is gone; `must_exist` makes the plan fail if somebody else ended it first."""

    timer: Timer
    must_exist: bool = False


@dataclass(frozen=True, slots=True)
class PutMessage:
    """The message is under way to the other end."""

    message: Message


@dataclass(frozen=True, slots=True)
class DeleteMessage:
    """The message has arrived, or was dropped; fails if somebody else delivered it first."""

    message: Message


@dataclass(frozen=True, slots=True)
class CreateConnection:
    """The connection is there for the first time."""

    connection: Connection


@dataclass(frozen=True, slots=True)
class ChangeConnection:
    """The connection is as in `after`, provided that its version is still `before`'s."""

    before: Connection
    after: Connection


@dataclass(frozen=True, slots=True)
class ListConnection:
    """The organization lists the connection among its own, asked for or asked."""

    organization_id: str
    connection_id: str


@dataclass(frozen=True, slots=True)
class PutTie:
    """The organization is connected with the other one; fails if it is already."""

    tie: Tie


@dataclass(frozen=True, slots=True)
class PutRequest:
    """The request is remembered; fails if one with the same key committed meanwhile.

    `chosen` are the tasks that it chose, where it named none.
    """

    key: str
    fingerprint: str
    status: int
    resource: str
    expires: int
    now: int
    chosen: tuple[TaskId, ...] = ()


@dataclass(frozen=True, slots=True)
class PutUser:
    """The user is as given; `previous` is the version that was read, none for a new one."""

    user: User
    previous: int | None


@dataclass(frozen=True, slots=True)
class PutOrganization:
    """The organization is as given; `previous` is the version that was read, none for a new one."""

    organization: Organization
    previous: int | None


@dataclass(frozen=True, slots=True)
class CheckOrganization:
    """Nothing changes; the plan fails if the organization has another version by now."""

    organization: Organization


@dataclass(frozen=True, slots=True)
class PassTurn:
    """The user was the last to be assigned a task of the organization by turns, next after `previous`."""

    organization_id: str
    user_id: str
    previous: str | None


@dataclass(frozen=True, slots=True)
class PutMember:
    """The organization lists the user as a member."""

    organization_id: str
    user_id: str
    membership: Membership


@dataclass(frozen=True, slots=True)
class DeleteMember:
    """The organization no longer lists the user."""

    organization_id: str
    user_id: str


Write = (
    CreateCase
    | ChangeCase
    | CheckCase
    | CheckCaseOpen
    | CheckPinned
    | AdvanceGraph
    | GrowGraph
    | CreateTask
    | ChangeTask
    | CheckTask
    | ChangeCounters
    | CreateEdge
    | ChangeEdge
    | DeleteEdge
    | TakeLock
    | ReleaseLock
    | PassLock
    | AddEntry
    | ListEntry
    | PutFirstTexts
    | PutDescription
    | PutLinks
    | AddLinks
    | AddInstruction
    | AddDependent
    | RemoveDependent
    | PutTimer
    | DeleteTimer
    | PutMessage
    | DeleteMessage
    | CreateConnection
    | ChangeConnection
    | ListConnection
    | PutTie
    | PutRequest
    | PutUser
    | PutOrganization
    | CheckOrganization
    | PassTurn
    | PutMember
    | DeleteMember
)
