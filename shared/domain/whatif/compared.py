"""What two plays of a case, or a play and its history, are compared by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from shared.domain.model.plan import Refusal
from shared.domain.model.task import Entry, Task
from shared.domain.whatif.past import Commit, Past


def stands(of: Task | Entry) -> tuple[object, ...]:
    """Where a task is, and whose it is, by itself or as its history has it."""
    return of.state, of.status, whose(of), of.group_queue, of.due_time


def told(refusal: Refusal) -> str:
    """The refusal in words, with what is wrong with each field."""
    return " ".join((refusal.detail, *(f"{error.pointer}: {error.detail}" for error in refusal.errors)))


def left(entries: Iterable[Entry]) -> Counter[object]:
    """What a commit leaves in the history of the case, apart from who did it, and what it says of fields."""
    return Counter((e.action, e.type, e.state, e.status, whose(e), e.group_queue, e.due_time) for e in entries)


def newly(past: Past, commit: Commit) -> Iterator[Task]:
    """The tasks that came to be then, with whoever got them."""
    for entry in commit.created:
        task = past.task(entry.task_id)
        if task is not None:
            yield replace(task, assigned_party=entry.assigned_party)


def whose(of: Task | Entry) -> tuple[str, str] | None:
    """Who has the task, by kind and id, by itself or as its history has it."""
    party = of.assigned_party
    return (party.kind, party.id) if party is not None else None
