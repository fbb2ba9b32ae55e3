"""What one actor does to the table in one step, and which steps of two actors can be told apart by their order."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, NamedTuple

from shared.storage.keys import Address

LAST = "\U0010ffff"


class Span(NamedTuple):
    """The items of a partition from one sort key to another, both included: of an item, a list or an index."""

    partition: str
    lower: str
    upper: str

    def holds(self, address: Address) -> bool:
        """Whether the item is among them."""
        return address.partition == self.partition and self.lower <= address.sort <= self.upper


@dataclass(frozen=True, slots=True)
class Step:
    """A read, or a transaction: what it looks at, what it may change, and which indexes list that.

    Two that change different items of one index do not meet there: only who reads the index sees either.
    """

    name: str
    reads: tuple[Span, ...] = ()
    writes: frozenset[Address] = frozenset()
    listed: frozenset[Address] = frozenset()

    def __str__(self) -> str:
        if self.writes:
            return f"{self.name} {', '.join(sorted(f'{a.sort}' for a in self.writes))}"
        return f"{self.name} {', '.join(span.lower for span in self.reads)}"


BEGIN = Step("begin")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered: a value, or an error; two with the same key are the same to whoever asked."""

    key: Hashable
    value: Any = None
    error: Callable[[], Exception] | None = None

    def given(self) -> Any:
        """The value; raises the error."""
        if self.error is not None:
            raise self.error()
        return self.value


@dataclass(frozen=True, slots=True)
class Ask:
    """A request, and how it is carried out on a table."""

    step: Step
    carry_out: Callable[[Any], Answer]


def dependent(one: Step, other: Step) -> bool:
    """Whether the order of the two matters: one may change what the other reads or writes.

    Two steps that are not dependent lead to the same state in either order, so of all schedules that
    differ in such orders alone, one stands for all.
    """
    if not one.writes and not other.writes:
        return False
    if "scan" in (one.name, other.name):
        return True
    return _touches(one, other) or _touches(other, one) or not one.writes.isdisjoint(other.writes)


def _touches(writer: Step, reader: Step) -> bool:
    return any(span.holds(address) for span in reader.reads for address in writer.writes | writer.listed)


def of_item(address: Address) -> Span:
    """The span of a single item."""
    return Span(address.partition, address.sort, address.sort)
