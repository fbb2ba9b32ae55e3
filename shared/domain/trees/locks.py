"""Locks: of a task that is to be the only open one of its type, in its case or under its parent.

Checking first and inserting then lets two requests through that race; a lock is an item that one
transaction creates, so exactly one of them wins.
"""

from __future__ import annotations

from collections.abc import Iterable

from shared.domain.definitions.workflow import Workflow
from shared.domain.model.plan import Plan, Refusal
from shared.domain.model.scene import status_of
from shared.domain.model.task import Task, case_of, local_id
from shared.domain.model.writes import PassLock, ReleaseLock, TakeLock, Write

DUPLICATE = Refusal("duplicate_open_task", "Only one such task may be open, and another one is.", rule="one_open")
"""Why nothing happens where a decision, made again, still takes a lock that another task holds."""


def held_locks(workflow: Workflow, task: Task) -> tuple[str, ...]:
    """The locks that the task holds: none once it is closed."""
    return lock_names(workflow, task) if status_of(workflow, task).open else ()


def lock_names(workflow: Workflow, task: Task) -> tuple[str, ...]:
    """The locks that the task holds while it is open: one for each scope of its type.

    `organization` is the case for what is assigned to an organization; what it passes on is free.
    `delegate` is the parent for what was passed on, `kind` the parent for those of one kind.
    """
    party, under = task.assigned_party, f"{task.type}#{local_id(task.parent_id or '')}"
    scopes = {"case": task.type, "parent": under, "kind": f"{under}#{task.kind or ''}"}
    if party is not None and party.kind == "organization":
        scopes["organization"] = task.type
    if task.is_delegate:
        scopes["delegate"] = under
    return tuple(scopes[scope] for scope in workflow.types[task.type].one_open if scope in scopes)


def locks_of(plan: Plan) -> frozenset[str]:
    """The locks that tasks of the plan hold once it has committed, and did not before."""
    return frozenset(write.name for write in plan.writes if isinstance(write, TakeLock | PassLock))


def folded(writes: Iterable[Write]) -> tuple[Write, ...]:
    """The writes, with what one task releases and another takes passed on between the two: one write of one item."""
    writes = tuple(writes)
    released = {_lock(write): write.task_id for write in writes if isinstance(write, ReleaseLock)}
    taken = {_lock(write) for write in writes if isinstance(write, TakeLock)}
    return tuple(
        PassLock(released[_lock(write)], write.task_id, write.name)
        if isinstance(write, TakeLock) and _lock(write) in released
        else write
        for write in writes
        if not (isinstance(write, ReleaseLock) and _lock(write) in taken)
    )


def _lock(write: TakeLock | ReleaseLock) -> tuple[str, str]:
    """Which lock of which case."""
    return case_of(write.task_id), write.name
