"""The relay's counting: which numbers a batch of history entries changes, each exactly once."""

from __future__ import annotations

from collections.abc import Sequence

from shared.domain.tally import move, newest
from shared.domain.task import Entry
from shared.engine.session import Session
from shared.storage.errors import CommitFailed, Unreachable
from shared.storage.keys import CountedKey

TASKS = 30
"""Tasks in one transaction of at most 100 actions: each is one, and moves two numbers at most."""


def count(session: Session, entries: Sequence[Entry]) -> None:
    """The queues count the tasks as the entries say, or as later ones said before; raises Refused `conflict`.

    The more entries come together, the fewer writes it takes: of a task only the latest one counts,
    and what several tasks add to a number is added at once.
    """
    latest = list(newest(entries).values())
    for start in range(0, len(latest), TASKS):
        chunk = latest[start : start + TASKS]
        session.retry(lambda chunk=chunk: _count(session, chunk))  # type: ignore[misc]


def _count(session: Session, entries: Sequence[Entry]) -> bool | None:
    """True once all are counted; None if that has to be looked at again.

    Also where the answer was lost: what a task is counted as tells whether it was counted.
    """
    keys = [CountedKey(entry.task_id or "") for entry in entries]
    loaded = session.store.load(keys)
    steps = [move(entry, loaded[key]) for entry, key in zip(entries, keys, strict=True)]
    moves = [step for step in steps if step is not None]
    try:
        if moves:
            session.store.move_counts(moves)
    except (CommitFailed, Unreachable):
        return None
    return True
