"""Rules on the templates of case types: the tasks with which a case begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shared.domain.checks.finding import Finding, Place, nearest
from shared.domain.definitions.workflow import Workflow
from shared.domain.first_tasks import EDGES, TASKS
from shared.domain.graph import in_order


def templates_fit(workflow: Workflow) -> Iterator[Finding]:
    """A template names types, keys and fields that there are, and its tasks can all be done."""
    for case_type in workflow.case_types.values():
        for name, tasks in case_type.templates.items():
            where = ("case", "types", case_type.name, "templates", name)
            for place, detail, hint in _template(workflow, tasks):
                yield Finding("templates-fit", (*where, *place), detail, hint)


def _template(workflow: Workflow, tasks: tuple[Mapping[str, object], ...]) -> Iterator[tuple[Place, str, str]]:
    fields = {f.name for f in workflow.creation.fields}
    keys = [str(task["key"]) for task in tasks]
    waits = {str(task["key"]): _prerequisites(task) for task in tasks}
    for index, task in enumerate(tasks):
        key, type_name = str(task["key"]), str(task["type"])
        if key in keys[:index]:
            yield (index, "key"), f"The key {key!r} stands here twice.", "Give each task a key of its own."
        if type_name not in workflow.types:
            yield (index, "type"), f"There is no type {type_name!r}.", nearest(type_name, workflow.types)
        elif workflow.types[type_name].parents:
            yield (
                (index, "type"),
                f"A {type_name!r} stands under a parent, which a template cannot name.",
                "Add it later.",
            )
        for prerequisite in waits[key]:
            if prerequisite not in keys:
                hint = nearest(prerequisite, keys)
                yield (index, "prerequisites"), f"There is no task with the key {prerequisite!r}.", hint
        for field in sorted(task.keys() - {"key", "type"} - fields):
            yield (index, field), f"A new task takes no {field!r}.", nearest(field, sorted(fields))
    if in_order(waits) is None:
        yield (), "These tasks wait for each other in a cycle: none could ever begin.", "Remove a prerequisite."
    if len(tasks) > TASKS or sum(map(len, waits.values())) > EDGES:
        detail = f"A case begins with at most {TASKS} tasks and {EDGES} prerequisites."
        yield (), detail, "One transaction writes them all: add the others later."


def _prerequisites(task: Mapping[str, object]) -> tuple[str, ...]:
    given = task.get("prerequisites", ())
    return tuple(str(key) for key in given) if isinstance(given, list | tuple) else ()
