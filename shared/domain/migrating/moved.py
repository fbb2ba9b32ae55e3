"""What becomes of a task that is migrated: all that follows from the workflow follows from the new version.

Where it is listed and counted, its locks and its timers are made anew. What was decided once stays decided: its
status, whose it is, where it stands and counts, and until when a timer runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from shared.domain.definitions.vocabulary import MIGRATED
from shared.domain.drafts.draft import Draft
from shared.domain.migrating.fitting import Change
from shared.domain.model.scene import Context
from shared.domain.model.task import Task
from shared.domain.model.writes import ReleaseLock, TakeLock, Write
from shared.domain.trees.locks import held_locks


def moved(context: Context, change: Change, task: Task) -> Iterator[Write]:
    """The writes by which the task, which fits, goes by the new version; the context's scene is the case as it will be.

    On condition of its counters, too: they keep no version, and what was made of them would be overlooked.
    """
    draft = Draft(context, task, action=MIGRATED, given={}, counters=True)
    draft.changed("workflowVersion", change.old.version, change.new.version)
    draft.set(workflow_version=change.new.version, remembered=_remembered(change, task))
    if task.end is not None and task.end.heard is not None:
        draft.set(end=replace(task.end, heard=change.key(task.end.heard)))
    if draft.status.open:
        _restart_timers(draft, change)
    had, has = held_locks(change.old, task), held_locks(change.new, draft.task)
    draft.write(*(TakeLock(task.task_id, name) for name in has if name not in had))
    draft.write(*(ReleaseLock(task.task_id, name) for name in had if name not in has))
    yield from draft.finish()[1]


def _remembered(change: Change, task: Task) -> tuple[str, ...]:
    """The same statuses by their new names; the present one as well, where the new version wants it remembered."""
    present = change.status(task)
    known = [key for key in map(change.key, task.remembered) if key is not None]
    return tuple(dict.fromkeys([*known, present.key] if present.remember else known))


def _restart_timers(draft: Draft, change: Change) -> None:
    """Timers do what the new version says; what it gives every new task of the type, or no longer does, comes or goes.

    Such a time counts from the task's creation, as it would had the task begun with this version.
    """
    task, was, now = draft.task, change.old.types[draft.task.type], change.new.types[draft.task.type]
    before = [timer.name for timer in task.timers]
    if change.drops_time(task):
        draft.stop_timer("time")
    for timer in draft.task.timers:
        if change.new.timers[timer.name] != timer.action:
            draft.start_timer(timer.name, timer.at)
    if was.lasts is None and now.lasts is not None and "time" not in before:
        draft.start_timer("time", task.created_at + now.lasts)
    if was.due_in is None and now.due_in is not None and task.due_time is None:
        due = task.created_at + now.due_in
        draft.changed("dueTime", None, due)
        draft.set(due_time=due)
        draft.start_timer("due", due)
    draft.changed("timers", before, [timer.name for timer in draft.task.timers])
