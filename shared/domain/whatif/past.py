"""A case as its history tells it: commit after commit, and what each task was when it came to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from shared.domain.definitions.vocabulary import CREATE
from shared.domain.model.task import Case, Entry, Person, Task, TaskId


@dataclass(frozen=True, slots=True)
class Past:
    """A case with its tasks as they are now, and all entries of their histories, in any order."""

    case: Case
    tasks: tuple[Task, ...]
    entries: tuple[Entry, ...]

    def task(self, task_id: TaskId | None) -> Task | None:
        """The task as it is now; None for one that was deleted."""
        return next((task for task in self.tasks if task.task_id == task_id), None)

    def of(self, task_id: TaskId | None) -> tuple[Entry, ...]:
        """The history of the task, or, without one, of the case itself: the oldest entry first."""
        entries = (entry for entry in self.entries if entry.task_id == task_id)
        return tuple(sorted(entries, key=lambda entry: entry.version))


@dataclass(frozen=True, slots=True)
class Commit:
    """All that one commit has left in the history of the case."""

    entries: tuple[Entry, ...]

    @property
    def at(self) -> datetime:
        """When it was made."""
        return self.entries[0].created_at

    @property
    def by(self) -> Person | None:
        """Who made it; None for what Casetree did by itself."""
        return self.entries[0].created_by

    @property
    def of_case(self) -> Entry | None:
        """The entry of the case itself, if there is one among them."""
        return next((entry for entry in self.entries if entry.task_id is None), None)

    def did(self, action: str) -> bool:
        """Whether it has done this to the case or a task, by what history calls that."""
        return any(entry.action == action for entry in self.entries)

    @property
    def created(self) -> tuple[Entry, ...]:
        """The tasks that came to be, in the order in which they got their ids."""
        return tuple(entry for entry in self.entries if entry.task_id is not None and entry.action == CREATE)


def commits(past: Past) -> Iterator[Commit]:
    """What has happened to the case, the first thing first."""
    ordered = sorted(past.entries, key=lambda e: (e.created_at, e.commit_id, e.task_id or "", e.version))
    for _, entries in groupby(ordered, key=lambda entry: (entry.created_at, entry.commit_id)):
        yield Commit(tuple(entries))


def at_first(entries: tuple[Entry, ...], name: str, now: object) -> object:
    """What a field was before anything in the history changed it, if it is this now."""
    changes = (entry.changes.get(name) for entry in entries)
    return next((change["from"] for change in changes if isinstance(change, Mapping) and "from" in change), now)
