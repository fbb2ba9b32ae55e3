"""The counters of the queues: numbers that are added to, and what each task is counted as.

The numbers of one queue, type and day are one item of a few numbers, whatever else there is, so
that counting costs the same in every queue. They are shared out over several items, because an
item takes one transaction at a time; their sum counts.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache, reduce
from typing import Any
from zlib import crc32

from pynamodb.expressions.condition import And, Condition
from pynamodb.expressions.operand import Path

from shared.domain.counts.tally import Counted, Move, Number, NumberKind, Tally, difference
from shared.domain.model.task import TaskId
from shared.ids import is_organization_id
from shared.storage.actions import Action, distinct
from shared.storage.attributes import NUMBER, TEXT, Item, Record
from shared.storage.commit import transact
from shared.storage.keys import Address, CountedKey, key_item
from shared.storage.records import CELL
from shared.storage.schema import PARTITION, SORT
from shared.storage.table import Table

SHARDS = 4
"""Items over which the numbers of one queue, type and day are spread."""
KEPT = timedelta(days=400)
"""How long the numbers of a day are kept: statistics cover a year."""
_EXPIRES = "expires"
_END = "$"
"""The character behind `#`: up to it, as an end, come types of any name, also of one that sorts behind all of ASCII."""
# Short, as an item may hold a number for each of a hundred buckets and should stay under a kilobyte.
_LETTER: Mapping[NumberKind, str] = {"tab": "t", "standing": "s", "ending": "e", "waiting": "w", "working": "d"}
_KIND: Mapping[str, NumberKind] = {letter: kind for kind, letter in _LETTER.items()}

_COUNTED = Record(
    Counted,
    {"version": NUMBER, "cell": CELL, "waiting": NUMBER, "working": NUMBER, "standing": TEXT},
    always=frozenset({"version"}),
)
Tallies = Mapping[Tally, Mapping[Number, int]]


class Counts:
    """What the relay counts, and what a queue shows of it; it lags behind the tasks."""

    _table: Table

    def move_counts(self, moves: Sequence[Move]) -> None:
        """The tasks are counted as the moves say, in one transaction; each task at most once in it.

        Raises CommitFailed, with the move whose task is by now counted as something else than `before`, Throttled
        and Unreachable.
        """
        transact(self._table, count_actions(moves), None, lambda: self._went_through(moves))

    def counted(self, task_id: TaskId) -> Counted | None:
        """What a task is counted as; None before it ever was."""
        address = CountedKey(task_id).address
        item = self._table.get(address) if address else None
        return counted_of_item(item) if item else None

    def open_tallies(self, queue: str) -> Tallies:
        """The open tasks of a queue: how many, by type, tab and standing."""
        return self._tallies(queue, "OPEN#", f"OPEN{_END}")

    def queue_tallies(self, queue: str, first: str) -> Tallies:
        """The open tasks of a queue, and those closed from a day on: what the queue's tabs show, in one read."""
        return self._tallies(queue, f"DAY#{first}#", f"OPEN{_END}")

    def day_tallies(self, queue: str, first: str, last: str) -> Tallies:
        """The tasks of a queue closed from one day to another, both included: by day, type and number."""
        return self._tallies(queue, f"DAY#{first}#", f"DAY#{last}{_END}")

    def _tallies(self, queue: str, lower: str, upper: str) -> Tallies:
        sums: dict[Tally, Counter[Number]] = {}
        if not is_organization_id(queue) or lower > upper:
            return sums
        between = Path(SORT).between({"S": lower}, {"S": upper})
        for item in self._table.query(f"COUNTS#{queue}", between, lagging=True):
            sums.setdefault(_tally_of(item, queue), Counter()).update(_numbers_of(item))
        return sums

    def _went_through(self, moves: Sequence[Move]) -> bool:
        """Whether all tasks are counted as the moves say: one alone may be another's work, in another batch."""
        wanted = [_counted_item(move.task_id, move.after) for move in moves]
        found = self._table.batch_get(Address(item[PARTITION]["S"], item[SORT]["S"]) for item in wanted)
        return len(found) == len(wanted) and all(item in wanted for item in found)


def count_actions(moves: Sequence[Move]) -> list[Action]:
    """The actions by which the moves are counted: each task's own, and one for each item of numbers."""
    return distinct([*map(_remember, moves), *_add(moves)])


def counted_of_item(item: Item) -> Counted:
    """What a task is counted as, from its item."""
    return _COUNTED.unpack(item)


def _remember(move: Move) -> Action:
    before, after = (_counted_item(move.task_id, counted) for counted in (move.before, move.after))
    known = Path(PARTITION).does_not_exist() if move.before is None else _unchanged(before)
    return Action("put", move, before if move.before else None, after, known)


def _unchanged(before: Item) -> Condition:
    """Everything that the numbers were taken from is as it was read, not the version alone.

    Putting right what a task is counted as leaves the version as it is: of two who do so at once, both
    would find it unchanged, and what one has taken off a number the other would take off again.
    """
    paths = {name: Path(name) for name in _COUNTED.attributes}
    same: list[Condition] = [
        path == before[name] if name in before else path.does_not_exist() for name, path in paths.items()
    ]
    return reduce(And, same)


def _counted_item(task_id: TaskId, counted: Counted | None) -> Item:
    return key_item(CountedKey(task_id).address) | _COUNTED.pack(counted or Counted())


def _add(moves: Sequence[Move]) -> Iterator[Action]:
    for tally, numbers in difference(moves).items():
        shard = crc32(moves[0].task_id.encode()) % SHARDS
        added = {f"{_LETTER[number.kind]}:{number.name}": {"N": str(change)} for number, change in numbers.items()}
        updates: list[Any] = [Path([name]).add(change) for name, change in sorted(added.items())]
        if tally.day:
            updates.append(Path(_EXPIRES).set({"N": str(_expiry(tally.day))}))
        item = key_item(Address(f"COUNTS#{tally.queue}", f"{_lead(tally)}{tally.type}#{shard}")) | added
        yield Action("update", moves[0], after=item, updates=tuple(updates))


def _lead(tally: Tally) -> str:
    return f"DAY#{tally.day}#" if tally.day else "OPEN#"


def _tally_of(item: Item, queue: str) -> Tally:
    kind, _, rest = item[SORT]["S"].rpartition("#")[0].partition("#")
    if kind == "OPEN":
        return Tally(queue, rest)
    day, _, type_name = rest.partition("#")
    return Tally(queue, type_name, day)


def _numbers_of(item: Item) -> dict[Number, int]:
    """The numbers of an item: the attributes with a colon in their names."""
    return {_number(attribute): int(value["N"]) for attribute, value in item.items() if ":" in attribute}


@lru_cache(maxsize=1024)
def _number(attribute: str) -> Number:
    """The number that an attribute holds; a month of a queue's days has the same few hundred over and over."""
    kind, _, name = attribute.partition(":")
    return Number(_KIND[kind], name)


def _expiry(day: str) -> int:
    return int((datetime.fromisoformat(day).replace(tzinfo=UTC) + KEPT).timestamp())
