"""What a queue shows of its rows: tabs, filters, sorting, and where a page ends.

Nothing here reads anything: rows go in, and the part of them that a page holds comes out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from shared.domain.model.task import TaskId, case_of
from shared.engine.session import refuse
from shared.storage.values import QueueRow

COMPLETED = "completed"
DAYS = 7
"""A completed tab shows what was closed today and on the six days before, in UTC."""

ROWS = 300
"""Rows that are looked at for one page with a filter, at most; a page may therefore be short."""
TASKS = 100
"""Tasks that are looked at for one page with a filter that only tasks can answer."""

Order = Literal["asc", "desc"]


class Listed(Protocol):
    """What filters look at: a row of a queue has it, and so has a task."""

    @property
    def task_id(self) -> TaskId: ...
    @property
    def type(self) -> str: ...
    @property
    def status(self) -> str | None: ...
    @property
    def group_queue(self) -> str | None: ...
    @property
    def overdue(self) -> bool: ...
    @property
    def tab(self) -> str | None: ...
    @property
    def closed_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class QueueQuery:
    """What is asked of a queue; what is None was not said."""

    tab: str | None = None
    types: tuple[str, ...] = ()
    status: str | None = None
    group_queue: str | None = None
    case_id: str | None = None
    overdue: bool | None = None
    sort: str | None = None
    order: Order | None = None
    limit: int = 15
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """A query read against the queue's tabs and sorts: everything is decided."""

    query: QueueQuery
    tab: str
    sort: str
    ascending: bool


def select(query: QueueQuery, tabs: Mapping[str, Sequence[str]]) -> Selection:
    """The query with defaults filled in: the first tab, the tab's first sort.

    Raises Refused `invalid_request` for a tab or sort that is not among those of the queue.
    """
    tab = query.tab or next(iter(tabs))
    if tab not in tabs:
        refuse("invalid_request", f"There is no such tab here; there are: {', '.join(tabs)}.")
    sort = query.sort or tabs[tab][0]
    if sort not in tabs[tab]:
        refuse("invalid_request", f"The tab {tab} can be sorted by: {', '.join(tabs[tab])}.")
    # What was closed is looked at newest first, everything else soonest or oldest first.
    order = query.order or ("desc" if sort == "closedAt" else "asc")
    return Selection(query, tab, sort, ascending=order == "asc")


def first_day(now: datetime) -> datetime:
    """The beginning of the days that a completed tab shows."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS - 1)


def matches(query: QueueQuery, listed: Listed) -> bool:
    """Whether a task passes every filter of the query."""
    return (
        matches_row(query, listed)
        and query.status in (None, listed.status)
        and query.group_queue in (None, listed.group_queue)
        and query.overdue in (None, listed.overdue)
    )


def matches_row(query: QueueQuery, listed: Listed) -> bool:
    """Whether a task passes the filters that every row can answer: type and case."""
    return (not query.types or listed.type in query.types) and query.case_id in (None, case_of(listed.task_id))


def asks_tasks(query: QueueQuery) -> bool:
    """Whether the query filters by what only the tasks themselves can answer."""
    return (query.status, query.group_queue, query.overdue) != (None, None, None)


def rows_needed(query: QueueQuery, types: Mapping[str, int]) -> int:
    """How many rows of a tab to look at for a page, where it has so many tasks of each type.

    By type, twice as many as should have a page of them among them: the counters may lag, and the types come
    in any order.
    """
    if not query.types and query.case_id is None:
        return TASKS if asks_tasks(query) else query.limit + 1
    wanted = sum(max(0, types.get(name, 0)) for name in query.types)
    if asks_tasks(query) or query.case_id is not None or not wanted:
        return ROWS
    return min(ROWS, 2 * (query.limit + 1) * sum(types.values()) // wanted)


def counted(rows: Iterable[QueueRow], tabs: Iterable[str]) -> tuple[dict[str, int], dict[str, Counter[str]]]:
    """How many rows each tab has, and how many of which type."""
    types: dict[str, Counter[str]] = {tab: Counter() for tab in tabs}
    for row in rows:
        types[tab_of(row)][row.type] += 1
    return {tab: counts.total() for tab, counts in types.items()}, types


def tab_of(listed: Listed) -> str:
    """The tab of a person's queue: what is neither closed nor on hold is assigned to them."""
    if listed.closed_at is not None:
        return COMPLETED
    return "on_hold" if listed.tab == "on_hold" else "assigned"
