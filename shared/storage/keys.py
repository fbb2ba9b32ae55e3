"""Where items are: keys of what is loaded as one value, and addresses of what belongs to it.

A key with an ill-formed id has no address: what it names does not exist, and the table is not asked for it.
"""

import re
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from shared.domain.counts.tally import Counted
from shared.domain.model.connections import Connection, Tie
from shared.domain.model.ends import Direction, Message
from shared.domain.model.people import Membership, Organization, User
from shared.domain.model.task import Case, Edge, Entry, Task, TaskId, case_of, local_id
from shared.domain.model.writes import PutRequest
from shared.ids import is_case_id, is_connection_id, is_organization_id, is_task_id, is_user_id
from shared.storage.attributes import Item
from shared.storage.schema import PARTITION, SORT

V_co = TypeVar("V_co", covariant=True)
_POSITION = re.compile(r"[ -~]{1,500}")
_HASH = re.compile(r"[A-Za-z0-9_-]{1,128}")


class Address(NamedTuple):
    """Partition key and sort key of an item."""

    partition: str
    sort: str


class Key(Generic[V_co]):
    """The key of an item, by what it is loaded as."""

    __slots__ = ()

    @property
    def address(self) -> Address | None:
        """Where the item is; None if there can be none."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class CaseKey(Key[Case]):
    """A case."""

    case_id: str

    @property
    def address(self) -> Address | None:
        return Address(f"CASE#{self.case_id}", "CASE") if is_case_id(self.case_id) else None


@dataclass(frozen=True, slots=True)
class TaskKey(Key[Task]):
    """A task."""

    task_id: TaskId

    @property
    def address(self) -> Address | None:
        return within_case(self.task_id, "TASK") if is_task_id(self.task_id) else None


@dataclass(frozen=True, slots=True)
class EdgeKey(Key[Edge]):
    """The edge from a parent to a child of its case."""

    parent_id: TaskId
    child_id: TaskId

    @property
    def address(self) -> Address | None:
        known = is_task_id(self.parent_id) and is_task_id(self.child_id)
        return within_case(self.parent_id, "CHILD", local_id(self.child_id)) if known else None


@dataclass(frozen=True, slots=True)
class LockKey(Key[TaskId]):
    """The task that holds a lock of a case; none while it is free."""

    case_id: str
    name: str

    @property
    def address(self) -> Address | None:
        return Address(f"CASE#{self.case_id}", f"LOCK#{self.name}") if is_case_id(self.case_id) else None


@dataclass(frozen=True, slots=True)
class MessageKey(Key[Message]):
    """A message that an end of a task has sent, and that has not arrived."""

    task_id: TaskId
    generation: int
    direction: Direction
    sequence: int

    @property
    def address(self) -> Address | None:
        number = f"{self.generation:06}", self.direction, f"{self.sequence:06}"
        return within_case(self.task_id, "MESSAGE", *number) if is_task_id(self.task_id) else None


@dataclass(frozen=True, slots=True)
class ConnectionKey(Key[Connection]):
    """A connection, or a request for one."""

    connection_id: str

    @property
    def address(self) -> Address | None:
        known = is_connection_id(self.connection_id)
        return Address(f"CONNECTION#{self.connection_id}", "CONNECTION") if known else None


@dataclass(frozen=True, slots=True)
class TieKey(Key[Tie]):
    """What ties an organization to another one, if they are connected."""

    organization_id: str
    other_id: str

    @property
    def address(self) -> Address | None:
        known = is_organization_id(self.organization_id) and is_organization_id(self.other_id)
        return Address(f"ORG#{self.organization_id}", f"TIE#{self.other_id}") if known else None


@dataclass(frozen=True, slots=True)
class CountedKey(Key[Counted]):
    """What a task is counted as."""

    task_id: TaskId

    @property
    def address(self) -> Address | None:
        return within_case(self.task_id, "COUNTED") if is_task_id(self.task_id) else None


@dataclass(frozen=True, slots=True)
class UserKey(Key[User]):
    """A user."""

    user_id: str

    @property
    def address(self) -> Address | None:
        return Address(f"USER#{self.user_id}", "USER") if is_user_id(self.user_id) else None


@dataclass(frozen=True, slots=True)
class OrganizationKey(Key[Organization]):
    """An organization."""

    organization_id: str

    @property
    def address(self) -> Address | None:
        known = is_organization_id(self.organization_id)
        return Address(f"ORG#{self.organization_id}", "ORG") if known else None


@dataclass(frozen=True, slots=True)
class TurnKey(Key[str]):
    """The user to whom an organization has last assigned a task by turns."""

    organization_id: str

    @property
    def address(self) -> Address | None:
        known = is_organization_id(self.organization_id)
        return Address(f"ORG#{self.organization_id}", "TURN") if known else None


@dataclass(frozen=True, slots=True)
class MemberKey(Key[Membership]):
    """A user's place in an organization, as the organization lists it."""

    organization_id: str
    user_id: str

    @property
    def address(self) -> Address | None:
        known = is_organization_id(self.organization_id) and is_user_id(self.user_id)
        return Address(f"ORG#{self.organization_id}", f"MEMBER#{self.user_id}") if known else None


@dataclass(frozen=True, slots=True)
class RequestKey(Key[PutRequest]):
    """A remembered request, by the hash of its caller, route and idempotency key."""

    key: str

    @property
    def address(self) -> Address | None:
        return Address(f"REQUEST#{self.key}", "REQUEST") if _HASH.fullmatch(self.key) else None


def within_case(task_id: TaskId, *what: str) -> Address:
    """The address of what belongs to a task, in its case: `<first word>#<local id>#<the rest>`."""
    kind, *rest = what
    return Address(f"CASE#{case_of(task_id)}", "#".join((kind, local_id(task_id), *rest)))


def is_position(text: str) -> bool:
    """Whether the text may be a position in an index, or a partition of one; none is asked for anything else."""
    return _POSITION.fullmatch(text) is not None


def case_id_of(item: Item) -> str:
    """The case that an item belongs to."""
    return str(item[PARTITION]["S"]).removeprefix("CASE#")


def history_of(entry: Entry) -> Address:
    """The address of a history entry: of a connection, of a task, or of a case itself."""
    if entry.connection_id is not None:
        return Address(f"CONNECTION#{entry.connection_id}", f"HISTORY#{entry.version:06}")
    subject = local_id(entry.task_id) if entry.task_id else "CASE"
    return Address(f"CASE#{entry.case_id}", f"HISTORY#{subject}#{entry.version:06}")


def relative_id(task_id: TaskId, case_id: str) -> str:
    """The id within the case; a task of another case keeps its whole id, which has a dot."""
    return task_id.removeprefix(f"{case_id}.")


def absolute_id(relative: str, case_id: str) -> TaskId:
    """The whole id of a task, from its id relative to a case."""
    return relative if "." in relative else f"{case_id}.{relative}"


def key_item(address: Address | None) -> Item:
    """The key attributes of an item; ValueError where no item can be."""
    if address is None:
        raise ValueError("no item can have such a key")
    return {PARTITION: {"S": address.partition}, SORT: {"S": address.sort}}
