"""Rules on where new tasks stand that a request creates, and on what tells them apart."""

from __future__ import annotations

from collections.abc import Iterator

from shared.domain.checks.finding import Finding, Place
from shared.domain.definitions.workflow import TaskType, Workflow


def places_fit(workflow: Workflow) -> Iterator[Finding]:
    """Where a task is placed by itself, or created under, it can stand, and there is one such place in a case."""
    roots = {first.opens for case_type in workflow.case_types.values() for first in case_type.begins}
    for task_type in workflow.types.values():
        where: Place = ("types", task_type.name)
        for index, name in enumerate(task_type.placed):
            is_last = index == len(task_type.placed) - 1
            yield from _stands(task_type, name, (*where, "placed", index))
            if "case" not in workflow.types[name].one_open and not (is_last and name in roots):
                detail = f"There may be several open {name!r} in a case, so a {task_type.name!r} is not placed there."
                hint = f"Add `one_open: [case]` to {name!r}; the type with which a case begins may be the last."
                yield Finding("places-fit", (*where, "placed", index), detail, hint)
        for name in task_type.created_under:
            yield from _stands(task_type, name, (*where, "created_under", name))


def _stands(task_type: TaskType, name: str, where: Place) -> Iterator[Finding]:
    if name not in task_type.parents:
        detail = f"A {task_type.name!r} does not stand under a {name!r}."
        yield Finding("places-fit", where, detail, f"Add {name!r} to its `parents`, or take it out here.")


def kinds_fit(workflow: Workflow) -> Iterator[Finding]:
    """Where tasks of a type are of kinds, whoever creates one can say of which."""
    if any(field.name == "kind" for field in workflow.creation.fields):
        return
    for task_type in workflow.types.values():
        if task_type.kinds:
            detail = f"A {task_type.name!r} is of one of its kinds, but nobody can say which when creating it."
            hint = "Add `kind: {is: text}` to the fields of `create`."
            yield Finding("kinds-fit", ("types", task_type.name, "kinds"), detail, hint)
