"""The table as the engine sees it: values are loaded, plans are committed, lists are read."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, cast

from shared.domain.model.plan import Plan
from shared.domain.model.task import TaskId
from shared.storage.attributes import Item
from shared.storage.case_items import case_of_item
from shared.storage.case_reads import CaseReads
from shared.storage.commit import commit, discard, discard_texts
from shared.storage.counts import Counts, counted_of_item
from shared.storage.end_items import connection_of_item, message_of_item, tie_of_item
from shared.storage.end_reads import EndReads
from shared.storage.errors import CommitFailed, Throttled, Unreachable
from shared.storage.keys import (
    Address,
    CaseKey,
    ConnectionKey,
    CountedKey,
    EdgeKey,
    Key,
    LockKey,
    MemberKey,
    MessageKey,
    OrganizationKey,
    RequestKey,
    TaskKey,
    TieKey,
    TurnKey,
    UserKey,
)
from shared.storage.people_items import (
    membership_of_item,
    organization_of_item,
    request_of_item,
    turn_of_item,
    user_of_item,
)
from shared.storage.people_reads import PeopleReads
from shared.storage.queue_reads import QueueReads
from shared.storage.schema import PARTITION, SORT
from shared.storage.settling import Settling
from shared.storage.table import Table
from shared.storage.task_items import task_of_item
from shared.storage.tree_items import edge_of_item, holder_of_item
from shared.storage.tree_reads import TreeReads
from shared.storage.values import Capacity
from shared.storage.whole_reads import WholeReads

__all__ = ["CommitFailed", "Loaded", "Store", "Throttled", "Unreachable"]

V = TypeVar("V")

_VALUE_OF: Mapping[type[Key[Any]], Callable[[Item], Any]] = {
    CaseKey: case_of_item,
    ConnectionKey: connection_of_item,
    CountedKey: counted_of_item,
    EdgeKey: edge_of_item,
    LockKey: holder_of_item,
    MemberKey: membership_of_item,
    MessageKey: message_of_item,
    OrganizationKey: organization_of_item,
    RequestKey: request_of_item,
    TaskKey: task_of_item,
    TieKey: tie_of_item,
    TurnKey: turn_of_item,
    UserKey: user_of_item,
}


class Loaded:
    """The values that were loaded, by their keys. A batch read is no snapshot: they need not be of one moment."""

    def __init__(self, values: Mapping[Key[Any], Any]) -> None:
        self._values = values

    def __getitem__(self, key: Key[V]) -> V | None:
        """The value, or None if there is none; KeyError if it was not asked for."""
        return cast("V | None", self._values[key])


class Store(CaseReads, TreeReads, EndReads, QueueReads, PeopleReads, Counts, Settling, WholeReads):
    """The table, over one connection: make one for a process and keep it.

    Where DynamoDB does not take or answer a request, every method raises Throttled or Unreachable.
    """

    def __init__(self, table_name: str, *, region: str | None = None, endpoint: str | None = None) -> None:
        self._table = Table(table_name, region, endpoint)

    @property
    def consumed(self) -> Capacity:
        """The capacity that DynamoDB reported since it was last reset."""
        return self._table.consumed

    def reset_consumed(self) -> None:
        """What is consumed is counted from zero."""
        self._table.consumed = Capacity()

    def load(self, keys: Iterable[Key[Any]], *, lagging: bool = False) -> Loaded:
        """The values of all keys, read a hundred at a time; with `lagging` they may be out of date, and cost half."""
        addresses = {key: key.address for key in keys}
        found_items = self._table.batch_get(filter(None, addresses.values()), lagging=lagging)
        items = {_address(item): item for item in found_items}
        found = ((key, items.get(address) if address else None) for key, address in addresses.items())
        return Loaded({key: _VALUE_OF[type(key)](item) if item else None for key, item in found})

    def commit(self, plan: Plan) -> None:
        """The plan took effect, whole; an empty one does nothing.

        Raises CommitFailed, with the write that could not be made, or Throttled: nothing took effect then. Raises
        Unreachable where the plan may have taken effect, though its history entries were not found.
        """
        commit(self._table, plan)

    def discard_texts(self, task_id: TaskId) -> int:
        """None of the long texts of the task, which was deleted, is left; how many items there were."""
        return discard_texts(self._table, task_id)

    def discard(self, case_id: str) -> None:
        """Nothing is left of the case, which was staged and never seen; its own item goes last."""
        discard(self._table, case_id)


def _address(item: Item) -> Address:
    return Address(item[PARTITION]["S"], item[SORT]["S"])
