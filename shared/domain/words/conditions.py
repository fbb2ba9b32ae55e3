"""Conditions: words that choose between the targets of an action."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from shared.domain.definitions.workflow import Word
from shared.domain.model.task import Task

Arguments = Mapping[str, object]
Given = Mapping[str, object]


def holds(word: Word, task: Task, status: str, given: Given) -> bool:
    """Whether the condition is true of the task in this status, as it is about to become, and of the action's input."""
    return CONDITIONS[word.name](task, status, given, word.arguments)


def visited(task: Task, status: str, given: Given, arguments: Arguments) -> bool:
    """`visited: <status>`: the task was in this status at some point of its life."""
    return arguments["value"] in task.remembered


def was(task: Task, status: str, given: Given, arguments: Arguments) -> bool:
    """`was: [<status>]`: the action is taken in one of these statuses."""
    return status in texts(arguments)


def assigned_as(task: Task, status: str, given: Given, arguments: Arguments) -> bool:
    """`assigned_as: [<assignment status>]`: the assignment status is one of these."""
    return task.end is not None and task.end.assignment in texts(arguments)


def asked(task: Task, status: str, given: Given, arguments: Arguments) -> bool:
    """`asked: {<field>: <value>}`: the action's input is this."""
    wanted = arguments["value"]
    return isinstance(wanted, Mapping) and all(given.get(name) == value for name, value in wanted.items())


def texts(arguments: Arguments) -> Collection[str]:
    """The texts that are a word's argument."""
    value = arguments["value"]
    return tuple(str(text) for text in value) if isinstance(value, list | tuple) else ()


CONDITIONS: Mapping[str, Callable[[Task, str, Given, Arguments], bool]] = {
    "visited": visited,
    "asked": asked,
    "was": was,
    "assigned_as": assigned_as,
}
