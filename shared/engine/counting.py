"""What the queues count: moved by the relay with each change, and put right by looking at the tasks."""

from __future__ import annotations

from collections.abc import Sequence

from shared.domain.counts.tally import Counted, Move, counted_in, move, newest
from shared.domain.drafts.draft import cell_of
from shared.domain.model.scene import status_of
from shared.domain.model.task import Entry, Task
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
        # A lagging read costs half. What it missed has another version by now, so the commit fails, and only then
        # is it read as it is.
        if _count(session, chunk, lagging=True) is None:
            session.retry(lambda chunk=chunk: _count(session, chunk))  # type: ignore[misc]


def _count(session: Session, entries: Sequence[Entry], *, lagging: bool = False) -> bool | None:
    """True once all are counted; None if that has to be looked at again.

    Also where the answer was lost: what a task is counted as tells whether it was counted.
    """
    keys = [CountedKey(entry.task_id or "") for entry in entries]
    loaded = session.store.load(keys, lagging=lagging)
    steps = [move(entry, loaded[key]) for entry, key in zip(entries, keys, strict=True)]
    return _moved(session, [step for step in steps if step is not None])


def recount(session: Session, case_id: str) -> int:
    """The tasks of the case are counted as what they are; how many were counted as something else.

    A record of the stream that was lost leaves a task counted as what it was before. The task itself
    tells, so nothing else has to be kept.
    """
    tasks = list(session.store.tasks(case_id))
    chunks = (tasks[start : start + TASKS] for start in range(0, len(tasks), TASKS))
    return sum(session.retry(lambda chunk=chunk: _recount(session, chunk)) for chunk in chunks)  # type: ignore[misc]


def _recount(session: Session, tasks: Sequence[Task]) -> int | None:
    keys = [CountedKey(task.task_id) for task in tasks]
    loaded = session.store.load(keys)
    moves = [_corrected(session, task, loaded[key]) for task, key in zip(tasks, keys, strict=True)]
    wrong = [step for step in moves if step.changes and not _is_outdated(step)]
    return len(wrong) if _moved(session, wrong) else None


def _corrected(session: Session, task: Task, before: Counted | None) -> Move:
    """From what the task is counted as to what it is."""
    status = status_of(session.workflows.get(task.workflow, task.workflow_version), task)
    cell = cell_of(task, status)
    return Move(task.task_id, before, counted_in(cell, task))


def _is_outdated(step: Move) -> bool:
    """Whether the relay has counted a later version than was read here."""
    return step.before is not None and step.before.version > step.after.version


def _moved(session: Session, moves: Sequence[Move]) -> bool | None:
    """True once the moves are counted; None if another commit came between, or the answer was lost."""
    try:
        if moves:
            session.store.move_counts(moves)
    except (CommitFailed, Unreachable):
        return None
    return True
