"""Conditions: words that choose between the targets of an action."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shared.domain.definitions.workflow import Word
from shared.domain.model.task import Task

Arguments = Mapping[str, object]
Given = Mapping[str, object]


def holds(word: Word, task: Task, given: Given) -> bool:
    """Whether the condition is true of the task as it is about to become, and of the action's input."""
    return CONDITIONS[word.name](task, given, word.arguments)


def visited(task: Task, given: Given, arguments: Arguments) -> bool:
    """`visited: <status>`: the task was in this status at some point of its life."""
    return arguments["value"] in task.remembered


def asked(task: Task, given: Given, arguments: Arguments) -> bool:
    """`asked: {<field>: <value>}`: the action's input is this."""
    wanted = arguments["value"]
    return isinstance(wanted, Mapping) and all(given.get(name) == value for name, value in wanted.items())


CONDITIONS: Mapping[str, Callable[[Task, Given, Arguments], bool]] = {"visited": visited, "asked": asked}
