"""What a plan changes, for people to read: of each item, each field before and after."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.model.ends import Message
from shared.domain.model.task import Case, Edge, Entry, Task, Timer
from shared.domain.model.writes import (
    AddDependent,
    AddEntry,
    ChangeCase,
    ChangeCounters,
    ChangeEdge,
    ChangeTask,
    CreateEdge,
    CreateTask,
    DeleteEdge,
    DeleteTimer,
    ListEntry,
    PassLock,
    PutMessage,
    PutTimer,
    ReleaseLock,
    TakeLock,
    Write,
)

BOOKKEEPING = frozenset({"version", "updated_at", "updated_by", "since"})
"""Fields that change with every change: they tell nobody anything."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of an item before and after; None where there is no such item, or nothing in the field."""

    item: str
    field: str
    before: str | None
    after: str | None


def differences(writes: Iterable[Write]) -> tuple[Difference, ...]:
    """What is stored differently once the writes have taken effect, in their order."""
    return tuple(difference for write in writes for difference in _of(write))


def _of(write: Write) -> Iterator[Difference]:
    match write:
        case ChangeTask(before=before, after=after, listed_anew=anew):
            found = tuple(_fields(f"task {before.task_id}", before, after))
            yield from found
            if anew and not found:
                yield Difference(f"task {before.task_id}", "places in indexes", None, "written anew")
        case ChangeCounters(before=before, after=after):
            yield from _fields(f"task {before.task_id}", before, after)
        case CreateTask(task):
            yield Difference(f"task {task.task_id}", "status", None, f"{task.type}, {task.status}")
        case ChangeEdge(before, after):
            yield from _fields(_edge(before), before, after)
        case CreateEdge(edge):
            yield Difference(_edge(edge), "child", None, edge.child_id)
        case DeleteEdge(edge):
            yield Difference(_edge(edge), "child", edge.child_id, None)
        case ChangeCase(before, after):
            yield from _fields(f"case {before.case_id}", before, after)
        case _:
            known = BESIDE.get(type(write))
            yield from (known(write),) if known is not None else ()


def _fields(item: str, before: Task | Edge | Case, after: Task | Edge | Case) -> Iterator[Difference]:
    for field in dataclasses.fields(before):
        was, is_now = getattr(before, field.name), getattr(after, field.name)
        if was != is_now and field.name not in BOOKKEEPING:
            yield Difference(item, field.name.replace("_", " "), _text(was), _text(is_now))


def _edge(edge: Edge) -> str:
    return f"edge {edge.parent_id} to {edge.child_id}"


def _timer(timer: Timer) -> str:
    return f"timer {timer.name} of {timer.task_id}"


def _message(message: Message) -> str:
    return f"message {message.sequence} of {message.task_id}"


def _entry(entry: Entry) -> str:
    return f"history of {entry.task_id or entry.case_id}, version {entry.version}"


def _text(value: object) -> str | None:
    """The value in words; a value of several parts by those that say something."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, tuple):
        return ", ".join(filter(None, map(_text, value))) or None
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = ((f.name, getattr(value, f.name), f.default) for f in dataclasses.fields(value))
        told = [f"{name.replace('_', ' ')} {_text(part)}" for name, part, default in parts if part != default]
        return ", ".join(told) or "nothing"
    return str(value)


BESIDE: Mapping[type, Callable[[Any], Difference]] = {
    TakeLock: lambda write: Difference(f"lock {write.name}", "held by", None, write.task_id),
    ReleaseLock: lambda write: Difference(f"lock {write.name}", "held by", write.task_id, None),
    PassLock: lambda write: Difference(f"lock {write.name}", "held by", write.task_id, write.to),
    PutTimer: lambda write: Difference(_timer(write.timer), "at", None, _text(write.timer.at)),
    DeleteTimer: lambda write: Difference(_timer(write.timer), "at", _text(write.timer.at), None),
    AddDependent: lambda write: Difference(f"task {write.prerequisite}", "waited for by", None, write.task_id),
    PutMessage: lambda write: Difference(_message(write.message), "action", None, write.message.action),
    AddEntry: lambda write: Difference(_entry(write.entry), "action", None, write.entry.action),
    ListEntry: lambda write: Difference(_entry(write.entry), "place", None, _text(write.entry.created_at)),
}
"""What else is written, each in one line."""
