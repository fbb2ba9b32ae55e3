"""Which other tasks a decision looks at, so that whoever loads its items loads them too."""

from __future__ import annotations

from collections.abc import Iterable

from shared.domain.task import Task, TaskId
from shared.domain.vocabulary import ABOUT_PARENTS
from shared.domain.workflow import BY_PREREQUISITES, Action, Workflow


def looks_at(workflow: Workflow, task: Task, actions: Iterable[Action]) -> set[TaskId]:
    """The tasks of the case that a decision on the task looks at, for any of the actions; mostly none."""
    found = {task.hold_id, task.delegate_id}
    for action in actions:
        if any(case.to == BY_PREREQUISITES for case in action.target):
            found.update(task.prerequisites)
        if workflow.types[task.type].returns or ABOUT_PARENTS.intersection(_words(action)):
            found.add(task.parent_id)
    return {task_id for task_id in found if task_id is not None}


def holds_of(tasks: Iterable[Task]) -> tuple[TaskId, ...]:
    """The timed holds of the tasks: what ends a task, or opens a child under it, ends its hold."""
    return tuple(task.hold_id for task in tasks if task.hold_id is not None)


def _words(action: Action) -> tuple[str, ...]:
    return (*action.who, *(word.name for word in (*action.guards, *action.effects)))
