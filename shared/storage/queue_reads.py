"""Rows of the queues, from the indexes, which may lag: before a row is shown, its task is to be read."""

from collections.abc import Iterator
from itertools import islice
from typing import TypedDict, Unpack

from pynamodb.expressions.operand import Path

from shared.domain.model.task import TaskId
from shared.storage import indexes
from shared.storage.attributes import FLAG, MOMENT, NUMBER, TEXT, Item, Record
from shared.storage.keys import case_id_of, is_position
from shared.storage.schema import ORGANIZATION_QUEUE, PARTY_QUEUE, SORT, UNASSIGNED, Index
from shared.storage.table import Table
from shared.storage.values import QueueRow

_ROW = Record(
    QueueRow,
    {
        "type": TEXT,
        "status": TEXT,
        "tab": TEXT,
        "priority": NUMBER,
        "due_time": MOMENT,
        "created_at": MOMENT,
        "assigned_at": MOMENT,
        "group_queue": TEXT,
        "overdue": FLAG,
        "closed_at": MOMENT,
    },
)
_FIRST = " "
_LAST = "\U0010ffff"


class Within(TypedDict, total=False):
    """The part of a queue that is asked for: all of it, if nothing is said.

    Positions from `lower` to `upper`, both included, that begin with `prefix`; in the direction of
    reading those after `after`; up to `limit` rows.
    """

    lower: str
    upper: str
    prefix: str
    after: str | None
    ascending: bool
    limit: int | None


class QueueReads:
    """The queues of people and organizations."""

    _table: Table

    def party_queue(self, partition: str, **within: Unpack[Within]) -> list[QueueRow]:
        """The tasks of a party: `indexes.user_queue(id)`, or `organization_party_queue(id, tab)`, by due time.

        A user's open tasks have the prefix `indexes.OPEN`, closed ones `indexes.CLOSED` and sort by closing.
        """
        return self._rows(PARTY_QUEUE, partition, within)

    def organization_queue(self, queue: str, tab: str, **within: Unpack[Within]) -> list[QueueRow]:
        """A tab of an organization's own queue, by due time, closed tasks by closing time."""
        return self._rows(ORGANIZATION_QUEUE, indexes.organization_queue(queue, tab), within)

    def unassigned(self, queue: str, **within: Unpack[Within]) -> list[QueueRow]:
        """The tasks of an organization's queue that nobody has, oldest first."""
        return self._rows(UNASSIGNED, queue, within)

    def _rows(self, index: Index, partition: str, within: Within) -> list[QueueRow]:
        after, ascending, limit = within.get("after"), within.get("ascending", True), within.get("limit")
        lower, upper = _bounds(within, after, ascending=ascending)
        asked = (within.get("lower"), within.get("upper"), within.get("prefix"), after)
        if lower > upper or not all(is_position(text) for text in (partition, *filter(None, asked))):
            return []
        # DynamoDB has one condition on the sort key, so the row at `after` comes too and is left out.
        page = limit + 1 if limit and after else limit
        between = Path(index.sort).between({"S": lower}, {"S": upper})
        items = self._table.query(partition, between, index=index, page=page, ascending=ascending)
        return list(islice(_without(after, (_row(item, index) for item in items)), limit))


def _bounds(within: Within, after: str | None, *, ascending: bool) -> tuple[str, str]:
    prefix = within.get("prefix", "")
    lower = max(_FIRST, prefix, within.get("lower", ""), (after or "") if ascending else "")
    upper = min(prefix + _LAST, within.get("upper", _LAST), _LAST if ascending or not after else after)
    return lower, upper


def _without(after: str | None, rows: Iterator[QueueRow]) -> Iterator[QueueRow]:
    return (row for row in rows if row.position != after)


def _row(item: Item, index: Index) -> QueueRow:
    return _ROW.unpack(item, position=item[index.sort]["S"], task_id=_task_id(item))


def _task_id(item: Item) -> TaskId:
    return f"{case_id_of(item)}.{item[SORT]['S'].removeprefix('TASK#')}"
