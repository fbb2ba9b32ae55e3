"""Locks: of a task that is to be the only open one of its type, in its case or under its parent.

Checking first and inserting then lets two requests through that race; a lock is an item that one
transaction creates, so exactly one of them wins.
"""

from __future__ import annotations

from shared.domain.task import Task, local_id
from shared.domain.workflow import Workflow


def lock_names(workflow: Workflow, task: Task) -> tuple[str, ...]:
    """The locks that the task holds while it is open: one for each scope of its type."""
    scopes = {"case": task.type, "parent": f"{task.type}#{local_id(task.parent_id or '')}"}
    return tuple(scopes[scope] for scope in workflow.types[task.type].one_open)
