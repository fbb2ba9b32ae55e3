"""Where an item is listed: the index keys that follow from a value.

They are written with the value, in one transaction, so an index can lag but never disagree.
"""

import zlib
from datetime import datetime

from shared.domain.model.task import Entry, Task, Timer, local_id
from shared.storage.attributes import Item
from shared.storage.schema import DUE, ORGANIZATION_QUEUE, PARTY_QUEUE, TIMELINE, UNASSIGNED, Index
from shared.timestamps import to_text

DUE_SHARDS = 16
"""Shares of all timers; the stack's schedule hands each of them to a sweep."""
TASK_PLACES = (
    *(PARTY_QUEUE.partition, PARTY_QUEUE.sort),
    *(ORGANIZATION_QUEUE.partition, ORGANIZATION_QUEUE.sort),
    UNASSIGNED.partition,
)
"""The attributes that say where a task is listed, where it is."""
# Sorts behind every date: without a due time, a task comes last.
NEVER = "~"
OPEN = "O#"
CLOSED = "C#"


def user_queue(user_id: str) -> str:
    """The partition of a user's queue."""
    return f"USER#{user_id}"


def organization_party_queue(organization_id: str, tab: str) -> str:
    """The partition of the tasks that an organization is responsible for, outside its own queue."""
    return f"ORG#{organization_id}#{tab}"


def organization_queue(queue: str, tab: str) -> str:
    """The partition of a tab of an organization's own queue."""
    return f"{queue}#{tab}"


def due_shard(shard: int) -> str:
    """The partition of a share of all timers: in one alone, midnight would be a hot spot."""
    return f"DUE#{shard}"


def task_keys(task: Task) -> Item:
    """The index keys of a task: its party's queue, its group's queue, and the unassigned ones of it.

    A task without a tab is listed nowhere, nor is one that nobody has seen yet.
    """
    if task.staged:
        return {}
    keys = _party_keys(task)
    if task.queue and task.tab:
        keys |= _keys(ORGANIZATION_QUEUE, organization_queue(task.queue, task.tab), _position(task))
        if task.tab == "unassigned":
            keys[UNASSIGNED.partition] = {"S": task.queue}
    return keys


def entry_keys(entry: Entry) -> Item:
    """The place of a history entry in its case's timeline."""
    return {TIMELINE.sort: {"S": timeline_position(entry)}}


def timeline_position(entry: Entry) -> str:
    """The position of a history entry in its case's timeline, by which the timeline is sorted."""
    subject = local_id(entry.task_id) if entry.task_id else "CASE"
    return f"{to_text(entry.created_at)}#{subject}#{entry.version:06}"


def timer_keys(timer: Timer) -> Item:
    """The place of a timer among all that are due."""
    shard = zlib.crc32(timer.task_id.encode()) % DUE_SHARDS
    return _keys(DUE, due_shard(shard), f"{to_text(timer.at)}#{timer.task_id}#{timer.timer_id}")


def _party_keys(task: Task) -> Item:
    party = task.assigned_party
    if party is None or task.tab is None:
        return {}
    if party.kind == "user":
        lead = OPEN if task.closed_at is None else CLOSED
        return _keys(PARTY_QUEUE, user_queue(party.id), lead + _position(task))
    if party.kind == "organization" and party.id != task.queue:
        return _keys(PARTY_QUEUE, organization_party_queue(party.id, task.tab), _position(task))
    return {}


def _position(task: Task) -> str:
    """Open tasks by due time, closed ones by closing time."""
    moment: datetime | None = task.closed_at or task.due_time
    return f"{to_text(moment) if moment else NEVER}#{local_id(task.task_id)}"


def _keys(index: Index, partition: str, sort: str) -> Item:
    return {index.partition: {"S": partition}, index.sort: {"S": sort}}
