"""Types that decisions cannot tell apart: what is found of one of them holds for all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from shared.domain.definitions.workflow import TaskType, Workflow

QUOTED = re.compile(r"'([^']*)'")


def shapes(workflow: Workflow) -> dict[str, list[str]]:
    """The names of the types, those of one shape together, by the first of them."""
    found: dict[str, list[str]] = {}
    for task_type in workflow.types.values():
        found.setdefault(shape(workflow, task_type), []).append(task_type.name)
    return {names[0]: names for names in found.values()}


def shape(workflow: Workflow, task_type: TaskType) -> str:
    """All that is said of the type, but for names: of its own only that it is, of organizations only their kinds.

    Two names of organizations in one type stay two. Where nothing follows on its tasks, the first of the
    places where they may stand stands for all: what is above is asked for no more than the party that has it.
    """
    parents = next((n for n in workflow.types if n in task_type.parents), None)
    bare = replace(
        task_type,
        name="",
        label="",
        group_queue="" if task_type.group_queue is not None else None,
        kinds=task_type.kinds[:1],
        parents=task_type.parents if task_type.follows else frozenset(),
        placed=task_type.placed[-1:],
    )
    numbered: dict[str, str] = {}

    def renamed(found: re.Match[str]) -> str:
        word = found.group(1)
        if word == task_type.name:
            return "'itself'"
        named = workflow.organizations.get(word)
        if named is None:
            return found.group()
        return numbered.setdefault(word, f"'{len(numbered)} {named.kind} {named.auto_assign}'")

    sorted_lists = (repr(sorted(value)) if isinstance(value, frozenset) else repr(value) for value in _values(bare))
    return f"{parents if not task_type.follows else ''} {QUOTED.sub(renamed, ' '.join(sorted_lists))}"


def _values(task_type: TaskType) -> Iterator[object]:
    return (getattr(task_type, name) for name in task_type.__dataclass_fields__)
