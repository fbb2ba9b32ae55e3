"""Use cases of queues: what a person, or an organization, has to do next.

A page takes at most three requests to the table, however long the queue is: rows from an index,
the counters, and one batch read of the tasks behind the rows, as an index may lag. An organization
that is no group queue takes some more, for the tasks assigned to it in other queues; so does a page
of those due last on which those without a due time begin.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from shared.domain.model.people import Caller, OrganizationKind
from shared.domain.model.task import Task, Texts, case_of
from shared.domain.words.relations import visible
from shared.engine.cursors import position_cursor, read_position
from shared.engine.organizations import declared_kind
from shared.engine.queues.filters import read_filters
from shared.engine.queues.listing import (
    COMPLETED,
    TASKS,
    QueueQuery,
    Selection,
    asks_tasks,
    counted,
    first_day,
    matches,
    matches_row,
    rows_needed,
    select,
    tab_of,
)
from shared.engine.queues.sorting import arranged, place_cursor
from shared.engine.queues.visibility import hidden_types, next_visible_rows, visible_rows
from shared.engine.session import Identity, Session, not_found
from shared.engine.tasks import TaskView
from shared.storage import indexes
from shared.storage.keys import CaseKey, Key, OrganizationKey, TaskKey, UserKey
from shared.storage.queue_reads import Within
from shared.storage.store import Loaded
from shared.storage.values import QueueRow
from shared.timestamps import to_text

__all__ = ["ORGANIZATION_TABS", "USER_TABS", "QueuePage", "QueueQuery", "organization_queue", "user_queue"]

OPEN_TASKS = 1_000
"""Open tasks, and closed ones, over which a person's queue is exact."""

_BY_USER = ("dueTime", "createdAt", "assignedAt", "priority", "type")
USER_TABS: Mapping[str, Sequence[str]] = {
    "assigned": _BY_USER,
    "on_hold": _BY_USER,
    COMPLETED: ("closedAt", *_BY_USER),
}
ORGANIZATION_TABS: Mapping[str, Sequence[str]] = {
    "unassigned": ("dueTime", "createdAt"),
    "assigned": ("dueTime",),
    "on_hold": ("dueTime",),
    COMPLETED: ("closedAt",),
}
Check = Callable[[Task], bool]


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A part of a tab, with the size of every tab, and how many tasks of each type this one has.

    `truncated` says that there is more than counts and facets tell. `cursors` are where to go on
    behind each item, should a page have to end before.
    """

    items: tuple[TaskView, ...]
    next_cursor: str | None
    counts: Mapping[str, int]
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    truncated: bool = False
    cursors: tuple[str, ...] = ()


def user_queue(session: Session, identity: Identity, user_id: str, query: QueueQuery) -> QueuePage:
    """A page of the tasks that a person is responsible for; raises Refused.

    For oneself, people inside and administrators; to others there is no such queue.
    """
    query = read_filters(session.workflows, query)
    selection = select(query, USER_TABS)
    rows, truncated = _user_rows(session, user_id)
    rows = visible_rows(session, identity, user_id, rows)
    listed = [row for row in rows if tab_of(row) == selection.tab and matches(query, row)]
    found = arranged(listed, selection)
    page = found[: query.limit]
    loaded = _load(session, (row for _, row in page), UserKey(identity.user_id), UserKey(user_id))
    caller, user = session.caller(identity, loaded), loaded[UserKey(user_id)]
    if user is None or not (caller.inside or user_id == identity.user_id):
        not_found("queue")
    tasks = _tasks(session, caller, loaded, (row for _, row in page))
    views = tuple(view for _, view in tasks if _is_in_user_tab(view.task, user_id, selection))
    counts, types = counted(rows, USER_TABS)
    cursor = place_cursor(page[-1][0], selection) if len(found) > len(page) else None
    places = {row.task_id: place for place, row in page}
    cursors = tuple(place_cursor(places[view.task.task_id], selection) for view in views)
    return QueuePage(views, cursor, counts, {"type": +types[selection.tab]}, truncated, cursors)


def organization_queue(session: Session, identity: Identity, organization_id: str, query: QueueQuery) -> QueuePage:
    """A page of the tasks that an organization watches or is responsible for; raises Refused.

    For its members, people inside and administrators; to others there is no such queue.
    """
    query = read_filters(session.workflows, query)
    selection = select(query, ORGANIZATION_TABS)
    after = read_position(query.cursor, by_creation=selection.sort == "createdAt")
    kind = _kind_of(session, organization_id)
    types, truncated = _counts(session, organization_id, kind)
    read = partial(_rows, session, organization_id, kind, selection)
    most = rows_needed(query, types[selection.tab])
    candidates = _candidates(read, query, after, most)
    keys = UserKey(identity.user_id), OrganizationKey(organization_id)
    loaded = _load(session, candidates.rows, *keys)
    caller, organization = session.caller(identity, loaded), loaded[OrganizationKey(organization_id)]
    if organization is None or not (caller.inside or caller.member_of(organization_id)):
        not_found("queue")
    hidden = hidden_types(session.workflows, caller, organization_id)
    if candidates.types & hidden:
        candidates = _candidates(read, query, after, most, hidden)
        loaded = _load(session, candidates.rows)
    tasks = _tasks(session, caller, loaded, candidates.rows)
    found = [(row, view) for row, view in tasks if _is_in_tab(view.task, organization_id, selection)]
    page = found[: query.limit]
    end = page[-1][0].position if len(found) > len(page) else candidates.end
    types = {tab: Counter({name: n for name, n in types[tab].items() if name not in hidden}) for tab in types}
    return QueuePage(
        tuple(view for _, view in page),
        position_cursor(end) if end is not None else None,
        {tab: counts.total() for tab, counts in types.items()},
        # Without the types whose counters are back at zero.
        {"type": +types[selection.tab]},
        truncated,
        tuple(position_cursor(row.position) for row, _ in page),
    )


def _user_rows(session: Session, user_id: str) -> tuple[list[QueueRow], bool]:
    """The user's open tasks, and those closed in the last days; whether there are more."""
    partition, limit = indexes.user_queue(user_id), OPEN_TASKS + 1
    since = indexes.CLOSED + to_text(first_day(session.now()))
    opened = session.store.party_queue(partition, prefix=indexes.OPEN, limit=limit)
    closed = session.store.party_queue(partition, prefix=indexes.CLOSED, lower=since, limit=limit, ascending=False)
    return [*opened[:OPEN_TASKS], *closed[:OPEN_TASKS]], max(len(opened), len(closed)) > OPEN_TASKS


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Rows that may be on the page; `end` is where to go on behind them, None where nothing is.

    `types` are those of all rows that were looked at for them.
    """

    rows: Sequence[QueueRow]
    end: str | None
    types: frozenset[str]


def _candidates(
    read: Callable[[str | None, int], list[QueueRow]],
    query: QueueQuery,
    after: str | None,
    most: int,
    hidden: frozenset[str] = frozenset(),
) -> _Candidates:
    """Of the next rows, as many as are to be looked at, those that pass what rows can answer; none of a hidden type.

    No more than one batch read takes.
    """
    by_task = asks_tasks(query)
    rows = next_visible_rows(read, after, most, hidden)
    passing, types = [row for row in rows if matches_row(query, row)], frozenset(row.type for row in rows)
    taken = passing[: TASKS if by_task else query.limit]
    if len(taken) < len(passing):
        return _Candidates(taken, taken[-1].position, types)
    return _Candidates(taken, rows[-1].position if len(rows) == most else None, types)


def _rows(
    session: Session,
    organization_id: str,
    kind: OrganizationKind | None,
    selection: Selection,
    after: str | None,
    limit: int,
) -> list[QueueRow]:
    """The next rows of the tab in the order asked for: the organization's own queue, and as a party in others."""
    store, tab, ascending = session.store, selection.tab, selection.ascending
    if selection.sort == "createdAt":
        return store.unassigned(organization_id, after=after, ascending=ascending, limit=limit)
    party = indexes.organization_party_queue(organization_id, tab)
    found: list[QueueRow] = []
    for part in _parts(selection, after, _lower(session.now(), tab)):
        within: Within = {**part, "ascending": ascending, "limit": limit - len(found)}
        rows = store.organization_queue(organization_id, tab, **within)
        if kind != "queue":
            rows += store.party_queue(party, **within)
        found += sorted(rows, key=lambda row: row.position, reverse=not ascending)[: limit - len(found)]
        if len(found) == limit:
            break
    return found


def _parts(selection: Selection, after: str | None, lower: str) -> list[Within]:
    """The ranges of a tab's index, one after another: what is never due comes last in both directions.

    It is behind all days in the index, so read backwards it takes a range of its own.
    """
    if selection.ascending or selection.tab == COMPLETED:
        return [{"after": after, "lower": lower}]
    if after is not None and after.startswith(indexes.NEVER):
        return [{"after": after, "prefix": indexes.NEVER}]
    return [{"after": after, "upper": indexes.NEVER}, {"prefix": indexes.NEVER}]


def _lower(now: datetime, tab: str) -> str:
    """The first position that the tab shows."""
    return to_text(first_day(now)) if tab == COMPLETED else ""


def _kind_of(session: Session, organization_id: str) -> OrganizationKind | None:
    """The organization's kind: most queues are declared by a workflow, and need not be read for it."""
    declared = declared_kind(session, organization_id)
    if declared is not None:
        return declared
    organization = session.store.load([OrganizationKey(organization_id)])[OrganizationKey(organization_id)]
    return organization.kind if organization else None


def _counts(
    session: Session, organization_id: str, kind: OrganizationKind | None
) -> tuple[dict[str, Counter[str]], bool]:
    """How many tasks of which type each tab has, by the counters that the stream keeps; whether there are more."""
    types: dict[str, Counter[str]] = {tab: Counter() for tab in ORGANIZATION_TABS}
    since = first_day(session.now()).date().isoformat()
    for tally, numbers in session.store.queue_tallies(organization_id, since).items():
        for number, count in numbers.items():
            tab = number.name if number.kind == "tab" else COMPLETED
            if number.kind in ("tab", "ending") and tab in types:
                types[tab][tally.type] += max(0, count)
    truncated = False
    if kind != "queue":
        truncated = _count_party(session, organization_id, types)
    return types, truncated


def _count_party(session: Session, organization_id: str, types: Mapping[str, Counter[str]]) -> bool:
    """What the organization is responsible for in other queues is counted, too; whether there is more of it."""
    truncated = False
    for tab in ("assigned", "on_hold", COMPLETED):
        partition, lower = indexes.organization_party_queue(organization_id, tab), _lower(session.now(), tab)
        rows = session.store.party_queue(partition, lower=lower, limit=OPEN_TASKS + 1)
        types[tab].update(row.type for row in rows[:OPEN_TASKS])
        truncated |= len(rows) > OPEN_TASKS
    return truncated


def _load(session: Session, rows: Iterable[QueueRow], *keys: Key[Any]) -> Loaded:
    """The tasks behind the rows with their cases, and whatever else is asked for, in one read."""
    ids = [row.task_id for row in rows]
    cases = [CaseKey(case_id) for case_id in sorted({case_of(task_id) for task_id in ids})]
    return session.store.load([*keys, *cases, *(TaskKey(task_id) for task_id in ids)])


def _tasks(
    session: Session, caller: Caller, loaded: Loaded, rows: Iterable[QueueRow]
) -> Iterator[tuple[QueueRow, TaskView]]:
    """Each row with its task as it is now, if the caller may see it."""
    for row in rows:
        task, case = loaded[TaskKey(row.task_id)], loaded[CaseKey(case_of(row.task_id))]
        if task is None or case is None:
            continue
        workflow = session.workflows.get(task.workflow, task.workflow_version)
        if visible(workflow, caller, case, task):
            yield row, TaskView(task, Texts(), workflow, caller)


def _is_in_user_tab(task: Task, user_id: str, selection: Selection) -> bool:
    """Whether the task is still where its row was, so that a lagging index shows nothing wrong."""
    party = task.assigned_party
    mine = party is not None and party.kind == "user" and party.id == user_id
    return mine and tab_of(task) == selection.tab and matches(selection.query, task)


def _is_in_tab(task: Task, organization_id: str, selection: Selection) -> bool:
    party = task.assigned_party
    watched = task.queue == organization_id
    responsible = party is not None and party.kind == "organization" and party.id == organization_id
    return (watched or responsible) and task.tab == selection.tab and matches(selection.query, task)
