"""Which other tasks a decision looks at, and which are to be loaded for it therefore."""

from __future__ import annotations

from collections.abc import Iterable

from shared.domain.definitions.vocabulary import ABOUT_PARENTS
from shared.domain.definitions.workflow import BY_PREREQUISITES, Action, Follow, TaskType, Workflow
from shared.domain.model.task import Task, TaskId


def looks_at(workflow: Workflow, task: Task, actions: Iterable[Action]) -> set[TaskId]:
    """The tasks of the case that a decision on the task looks at, for any of the actions; mostly none."""
    found = {task.hold_id, task.delegate_id}
    for action in actions:
        if any(case.to == BY_PREREQUISITES for case in action.target):
            found.update(task.prerequisites)
        task_type = workflow.types[task.type]
        if task_type.returns or task_type.ends == "at_once" or ABOUT_PARENTS.intersection(_words(action)):
            found.add(task.parent_id)
        if "reopen" in _words(action):
            found.add(task.counts_at)
    return {task_id for task_id in found if task_id is not None}


def locks_asked(task_type: TaskType) -> frozenset[str]:
    """The locks that tell where a new task of the type stands, and what opens with it; mostly none."""
    asked = {name for first in task_type.opens_with for name in (first.while_open, first.unless_open)}
    return frozenset(name for name in (*task_type.placed, *asked) if name is not None)


def asks_above(task_type: TaskType) -> bool:
    """Whether who may create such a task follows from what is above the task that it is to stand under."""
    named = (task_type.created_by or (), *task_type.created_under.values())
    return any(ABOUT_PARENTS.intersection(who) for who in named)


def asks_creator(task_type: TaskType) -> bool:
    """Whether a task that follows on such a one may be assigned to the person who created it."""
    return any(_names_creator(declared) for declared in task_type.follows)


def holds_of(tasks: Iterable[Task]) -> tuple[TaskId, ...]:
    """The timed holds of the tasks: what ends a task, or opens a child under it, ends its hold."""
    return tuple(task.hold_id for task in tasks if task.hold_id is not None)


def beside_parents(task_type: TaskType, parents: Iterable[Task]) -> set[TaskId]:
    """What creating such a task looks at beside those under which it may stand.

    Their timed holds, which a new child ends; whom they were passed on to, as who has that acts there alone.
    """
    parents = tuple(parents)
    found = {*holds_of(parents), *(parent.delegate_id for parent in parents)}
    if asks_above(task_type):
        found.update(parent.parent_id for parent in parents)
    return {task_id for task_id in found if task_id is not None}


def _names_creator(declared: Follow) -> bool:
    return declared.assignee == "creator" or any(_names_creator(child) for child in declared.children)


def _words(action: Action) -> tuple[str, ...]:
    return (*action.who, *(word.name for word in (*action.guards, *action.effects)))
