"""What a transaction does to an item: the common ground of committing a plan and of reckoning its cost."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from pynamodb.connection import Connection
from pynamodb.expressions import update
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path

from shared.domain.counts.tally import Move
from shared.domain.model.writes import Write
from shared.storage.attributes import Item
from shared.storage.keys import Address
from shared.storage.records import CHILDREN
from shared.storage.schema import PARTITION, SORT

Kind = Literal["check", "delete", "put", "update"]
# PynamoDB sends a transaction's actions in this order, so DynamoDB answers in it.
_ORDER: tuple[Kind, ...] = ("check", "delete", "put", "update")
MAX_ACTIONS = 100
"""Actions that DynamoDB takes in one transaction."""

# What siblings count at the same time: a difference is added, never set.
_ADDED = frozenset(CHILDREN.attributes)


@dataclass(frozen=True, slots=True)
class Action:
    """What happens to one item, on which condition, and for which write; the item before and after, as far as known."""

    kind: Kind
    write: Write | Move | None
    before: Item | None = None
    after: Item | None = None
    condition: Condition | None = None
    updates: tuple[update.Action, ...] = ()

    @property
    def address(self) -> Address:
        """The item that the action is about."""
        item = self.after or self.before or {}
        return Address(item[PARTITION]["S"], item[SORT]["S"])


def changing(write: Write, before: Item, after: Item, condition: Condition) -> Action:
    """The action that writes just the difference; without one, what is left is the condition."""
    updates = tuple(_updates(before, after))
    return Action("update" if updates else "check", write, before, after, condition, updates)


def distinct(actions: Iterable[Action]) -> list[Action]:
    """The actions, of which a transaction takes up to 100, and one on each item.

    The same check twice counts once. Raises ValueError for any other two actions on one item, and for too many.
    """
    by_address: dict[Address, Action] = {}
    for action in actions:
        other = by_address.setdefault(action.address, action)
        if other is not action and (action.kind != "check" or other.write != action.write):
            raise ValueError(f"two writes of one item: {type(other.write).__name__}, {type(action.write).__name__}")
    if len(by_address) > MAX_ACTIONS:
        raise ValueError(f"{len(by_address)} actions do not fit one transaction")
    return list(by_address.values())


def in_order(actions: Iterable[Action]) -> list[Action]:
    """The actions as PynamoDB sends them."""
    return sorted(actions, key=lambda action: _ORDER.index(action.kind))


def request_of(action: Action, connection: Connection, table: str) -> dict[str, Any]:
    """The action as DynamoDB wants it."""
    put = action.kind == "put"
    return connection.get_operation_kwargs(
        table,
        *action.address,
        key="Item" if put else "Key",
        attributes=action.after if put else None,
        condition=action.condition,
        actions=action.updates or None,
    )


def _updates(before: Item, after: Item) -> Iterable[update.Action]:
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        path = Path([name])
        if name in _ADDED:
            yield path.add({"N": str(_number(new) - _number(old))})
        elif new is None:
            yield path.remove()
        else:
            yield path.set(new)


def _number(attribute: dict[str, Any] | None) -> int:
    return int(attribute["N"]) if attribute else 0
