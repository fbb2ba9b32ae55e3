"""A table in memory that keeps DynamoDB's rules, under the storage's own code.

It stands in for `shared.storage.table.Table`, the last thing before the network: everything above it
(what a plan writes, each write's condition, how a failure is told apart, how a lost answer is looked
for, how items become values) is the code that runs on AWS. What is left to imitate is small: judging
a condition, applying an update, all or nothing, one action on an item, 100 actions, 4 MB.
A conformance test holds it to AWS's own engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError
from pynamodb.exceptions import CancellationReason, TransactWriteError, VerboseClientError
from pynamodb.expressions.condition import Condition

from shared.storage.actions import Action, in_order
from shared.storage.attributes import Item
from shared.storage.keys import Address, key_item
from shared.storage.schema import DUE, INDEXES, PARTITION, SORT, Index
from shared.storage.sizes import size_of
from shared.storage.store import Store
from shared.storage.table import Table
from shared.storage.values import Capacity
from tests.simulation.expressions import holds, updated
from tests.simulation.steps import LAST, Answer, Ask, Span, Step, of_item

MOST_ACTIONS = 100
MOST_BYTES = 4 * 1024 * 1024

Asking = Callable[[Ask], Any]
"""What a request goes to: what it is answered with, once its turn has come; raises what it is told instead."""


Lag = Callable[[int], int]
"""Of how many earlier versions of an item an index shows which: how many it is behind, 0 if it shows the newest."""

KEPT = 3
"""Earlier versions of an item that an index may still show."""


def up_to_date(_: int) -> int:
    """Indexes that show what is in the table."""
    return 0


class Memory:
    """The items, by partition and sort key.

    Items are never changed, only replaced; and two that are equal are one, here and in every copy. So an item's
    identity stands for what is in it.
    """

    def __init__(self, items: Iterable[Item] = ()) -> None:
        self._partitions: dict[str, dict[str, Item]] = {}
        self._known: dict[str, Item] = {}
        self._earlier: dict[Address, tuple[Item | None, ...]] = {}
        self.lag: Lag = up_to_date
        self.tokens: dict[str, Sequence[Action]] = {}
        self.stream: list[Item] = []
        for item in items:
            self.put(address_of(item), item)

    def copy(self) -> Memory:
        """The same items, and what is still to be delivered, in a memory of their own."""
        other = Memory()
        other._partitions = {partition: dict(items) for partition, items in self._partitions.items()}
        other._known = self._known
        other._earlier = dict(self._earlier)
        other.tokens = dict(self.tokens)
        other.stream = list(self.stream)
        return other

    def state(self) -> frozenset[int]:
        """What stands for all items, among this memory and its copies."""
        return frozenset(id(item) for items in self._partitions.values() for item in items.values())

    def versions(self) -> frozenset[tuple[Address, tuple[int, ...]]]:
        """What stands for all that indexes may still show of earlier times."""
        return frozenset((address, tuple(map(id, earlier))) for address, earlier in self._earlier.items())

    def one(self, item: Item) -> Item:
        """The one item of all that are equal to this."""
        return self._known.setdefault(repr(sorted(item.items())), item)

    def get(self, address: Address) -> Item | None:
        """The item there."""
        return self._partitions.get(address.partition, {}).get(address.sort)

    def put(self, address: Address, item: Item | None) -> None:
        """The item is there; None: nothing is."""
        partition = self._partitions.setdefault(address.partition, {})
        before = partition.pop(address.sort, None)
        if item is not None:
            partition[address.sort] = self.one(item)
        if any(_listed([before, item])):
            self._earlier[address] = (*self._earlier.get(address, ()), before)[-KEPT:]

    def partition(self, name: str) -> list[Item]:
        """The items of a partition by sort key, as bytes sort."""
        items = self._partitions.get(name, {})
        return [items[sort] for sort in sorted(items)]

    def between(self, span: Span) -> list[Item]:
        """The items of the span by sort key."""
        items = self._partitions.get(span.partition, {})
        return [items[sort] for sort in sorted(sort for sort in items if span.lower <= sort <= span.upper)]

    def index(self, index: Index, name: str) -> list[Item]:
        """The rows of a partition of an index, by its sort key; of each item as it is, or as it was."""
        behind: dict[Address, Item | None] = {}
        for address, earlier in self._earlier.items():
            if any(_lists(index, name, item) for item in (*earlier, self.get(address))):
                versions = self.lag(len(earlier))
                behind |= {address: earlier[-versions]} if versions else {}
        shown = [*(item for item in self.items() if address_of(item) not in behind), *behind.values()]
        rows = (self.one(_row(index, item)) for item in shown if item and _lists(index, name, item))
        return sorted(rows, key=lambda row: row[index.sort]["S"])

    def shards(self) -> list[int]:
        """The shards in which timers run."""
        named = (item[DUE.partition]["S"].partition("#")[2] for item in self.items() if DUE.partition in item)
        return sorted(set(map(int, named)))

    def has(self, prefix: str) -> bool:
        """Whether there is an item with such a sort key."""
        return any(sort.startswith(prefix) for items in self._partitions.values() for sort in items)

    def items(self) -> list[Item]:
        """All items."""
        return [item for items in self._partitions.values() for item in items.values()]


class MemoryTable(Table):
    """One process's way to the table, over what takes its requests."""

    def __init__(self, ask: Asking) -> None:
        # Without the real one's connection: that is what this stands in for.
        self._ask = ask
        self.consumed = Capacity()
        self.unanswered = False

    def get(self, address: Address) -> Item | None:
        def read(memory: Memory) -> Answer:
            item = memory.get(address)
            return Answer(id(item), item)

        item: Item | None = self._ask(Ask(Step("read", (of_item(address),)), read))
        return item

    def batch_get(self, addresses: Iterable[Address], *, lagging: bool = False) -> list[Item]:
        """Each item is a step of its own: a batch is no snapshot. What may lag is read as it is here."""
        del lagging
        found = (self.get(address) for address in dict.fromkeys(addresses))
        return [item for item in found if item is not None]

    def query(
        self,
        partition: str,
        sort: Condition | None = None,
        *,
        index: Index | None = None,
        page: int | None = None,
        ascending: bool = True,
        lagging: bool = False,
    ) -> Iterator[Item]:
        # In one step: a page is read at once, and there is never more than one.
        del page, lagging
        span = _span(partition, sort, index)

        def read(memory: Memory) -> Answer:
            items = memory.index(index, partition) if index else memory.between(span)
            fitting = [item for item in items if holds(sort, item)]
            return Answer(tuple(map(id, fitting)), fitting)

        items: list[Item] = self._ask(Ask(Step("list", (span,)), read))
        return iter(items if ascending else items[::-1])

    def scan(
        self, filtered: Condition, after: Address | None = None, share: tuple[int, int] | None = None
    ) -> Iterator[Item]:
        """In one step: pages that others may come between are not imitated."""
        assert share is None, "shares of the table are not imitated"

        def read(memory: Memory) -> Answer:
            items = sorted(memory.items(), key=address_of)
            found = [i for i in items if holds(filtered, i) and (after is None or address_of(i) > after)]
            return Answer(tuple(map(id, found)), found)

        items: list[Item] = self._ask(Ask(Step("scan"), read))
        return iter(items)

    def put(self, item: Item) -> None:
        def write(memory: Memory) -> Answer:
            memory.put(address_of(item), item)
            return Answer(None)

        self._ask(Ask(Step("put", writes=frozenset({address_of(item)}), listed=_listed([item])), write))

    def transact(self, actions: Sequence[Action], token: str | None) -> None:
        try:
            self._transact(in_order(actions), token)
        except TransactWriteError as error:
            # Whoever got no answer looks whether it took effect.
            self.unanswered |= not isinstance(error.cause, ClientError)
            raise

    def _transact(self, ordered: Sequence[Action], token: str | None) -> None:
        _check_limits(ordered)
        changing = [action for action in ordered if action.kind != "check"]
        listed = _listed(item for action in changing for item in (action.before, action.after))
        reads = tuple(of_item(action.address) for action in ordered if action.kind == "check")
        step = Step("commit", reads, frozenset(action.address for action in changing), listed)
        self._ask(Ask(step, lambda memory: _committed(memory, ordered, token)))


def _committed(memory: Memory, ordered: Sequence[Action], token: str | None) -> Answer:
    """All actions took effect, or none."""
    if token in memory.tokens:
        assert _same(memory.tokens[token], ordered), "a token stands for one transaction: DynamoDB refuses another"
        return Answer(None)
    pairs = [(action, memory.get(action.address)) for action in ordered]
    codes = tuple(None if holds(a.condition, item or {}) else "ConditionalCheckFailed" for a, item in pairs)
    if any(codes):
        return Answer(codes, error=lambda: cancelled(codes))
    for action, item in pairs:
        if action.kind != "check":
            memory.put(action.address, _result(action, item))
    memory.tokens |= {token: ordered} if token else {}
    memory.stream += [
        memory.one(action.after) for action in ordered if action.after and action.address.sort.startswith("HISTORY#")
    ]
    return Answer(None)


def _same(one: Sequence[Action], other: Sequence[Action]) -> bool:
    """Whether the two transactions would be sent as the same request."""
    return [(a.kind, a.address, a.after) for a in one] == [(a.kind, a.address, a.after) for a in other]


class MemoryStore(Store):
    """The real store, over a table in memory: what takes its requests, or a memory that answers them at once."""

    def __init__(self, asked: Asking | Memory) -> None:
        self._table = MemoryTable(_at_once(asked) if isinstance(asked, Memory) else asked)


def _at_once(memory: Memory) -> Asking:
    return lambda ask: ask.carry_out(memory).given()


def address_of(item: Mapping[str, Any]) -> Address:
    """Where the item is."""
    return Address(item[PARTITION]["S"], item[SORT]["S"])


def cancelled(codes: Iterable[str | None]) -> TransactWriteError:
    """DynamoDB cancelled the transaction; a reason for each action, in the order in which they were sent."""
    reasons = [CancellationReason(code=code) if code else None for code in codes]
    return failed_as("TransactionCanceledException", reasons)


def failed_as(code: str, reasons: Sequence[CancellationReason | None] = ()) -> TransactWriteError:
    """DynamoDB's answer to a transaction, as PynamoDB wraps it."""
    response: Any = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    cause = VerboseClientError(response, "TransactWriteItems", cancellation_reasons=reasons)
    cause.__cause__ = ClientError(response, "TransactWriteItems")
    return TransactWriteError("Failed to write transaction items", cause)


def _check_limits(actions: Sequence[Action]) -> None:
    """Raises AssertionError for a transaction that DynamoDB takes under no circumstances: an error of who made it."""
    addresses = {action.address for action in actions}
    assert len(addresses) == len(actions) <= MOST_ACTIONS, "too many actions, or two on one item"
    assert sum(size_of(action.after) for action in actions if action.after) <= MOST_BYTES, "over 4 MB"


def _result(action: Action, item: Item | None) -> Item | None:
    if action.kind == "put":
        return action.after
    return updated(action.updates, item or key_item(action.address)) if action.kind == "update" else None


def _span(partition: str, sort: Condition | None, index: Index | None) -> Span:
    if index is not None:
        return Span(f"{index.name} {partition}", "", LAST)
    if sort is None:
        return Span(partition, "", LAST)
    _, *bounds = (value.value["S"] if hasattr(value, "value") else "" for value in sort.values)
    if sort.operator == "begins_with":
        return Span(partition, bounds[0], bounds[0] + LAST)
    return Span(partition, bounds[0], bounds[1]) if sort.operator == "BETWEEN" else Span(partition, "", LAST)


def _listed(items: Iterable[Item | None]) -> frozenset[Address]:
    """The partitions of indexes in which the items may appear, move or disappear."""
    return frozenset(
        Address(f"{index.name} {item[index.partition]['S']}", "")
        for item in items
        for index in INDEXES
        if item and index.partition in item and index.sort in item
    )


def _lists(index: Index, name: str, item: Item | None) -> bool:
    """Whether the partition of the index has a row for the item."""
    return item is not None and item.get(index.partition) == {"S": name} and index.sort in item


def _row(index: Index, item: Item) -> Item:
    if index.projected is None:
        return item
    kept = {PARTITION, SORT, index.partition, index.sort} | index.projected
    return {name: value for name, value in item.items() if name in kept}
