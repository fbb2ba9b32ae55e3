"""Conditions: words that choose between the targets of an action."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shared.domain.task import Task
from shared.domain.workflow import Word

Arguments = Mapping[str, object]


def holds(word: Word, task: Task) -> bool:
    """Whether the condition is true of the task as it is about to become."""
    return CONDITIONS[word.name](task, word.arguments)


def visited(task: Task, arguments: Arguments) -> bool:
    """`visited: <status>`: the task was in this status at some point of its life."""
    return arguments["value"] in task.remembered


CONDITIONS: Mapping[str, Callable[[Task, Arguments], bool]] = {"visited": visited}
