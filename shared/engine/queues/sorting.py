"""A list that is sorted here, not by an index: the order of its rows, and places in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.domain.model.task import TaskId
from shared.engine.cursors import bad_cursor, decoded, encoded
from shared.engine.queues.listing import Selection
from shared.storage.values import QueueRow
from shared.timestamps import to_text

SortValue = str | int | None


def _text(moment: datetime | None) -> str | None:
    return to_text(moment) if moment else None


SORTS: Mapping[str, Callable[[QueueRow], SortValue]] = {
    "dueTime": lambda row: _text(row.due_time),
    "createdAt": lambda row: _text(row.created_at),
    "assignedAt": lambda row: _text(row.assigned_at),
    "closedAt": lambda row: _text(row.closed_at),
    "priority": lambda row: row.priority,
    "type": lambda row: row.type,
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands in a sorted list: by value, then by id; those without value come last."""

    value: SortValue
    task_id: TaskId

    @property
    def rank(self) -> tuple[int, str, TaskId]:
        """What places are compared by."""
        number, text = (self.value, "") if isinstance(self.value, int) else (0, self.value or "")
        return number, text, self.task_id

    def before(self, other: Place, *, ascending: bool) -> bool:
        """Whether this place comes before the other."""
        if (self.value is None) != (other.value is None):
            return other.value is None
        return self.rank < other.rank if ascending else self.rank > other.rank


def arranged(rows: Iterable[QueueRow], selection: Selection) -> list[tuple[Place, QueueRow]]:
    """The rows in the order asked for, each with its place, from the query's cursor on."""
    value = SORTS[selection.sort]
    placed = [(Place(value(row), row.task_id), row) for row in rows]
    after = read_place(selection)
    if after is not None:
        placed = [pair for pair in placed if after.before(pair[0], ascending=selection.ascending)]
    placed.sort(key=lambda pair: pair[0].rank, reverse=not selection.ascending)
    return sorted(placed, key=lambda pair: pair[0].value is None)


def place_cursor(place: Place, selection: Selection) -> str:
    """The cursor of a page that ends with the row at this place."""
    return encoded([selection.sort, selection.ascending, place.value, place.task_id])


def read_place(selection: Selection) -> Place | None:
    """The place that the query's cursor names; raises Refused `invalid_request`."""
    if selection.query.cursor is None:
        return None
    match decoded(selection.query.cursor):
        case [selection.sort, selection.ascending, str() | int() | None as value, str() as task_id]:
            if value is None or isinstance(value, int) == (selection.sort == "priority"):
                return Place(value, task_id)
    raise bad_cursor()
