"""The tasks that a case begins with: those of a template, and those of the request, which name each other by keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from shared.domain.creation import new_task
from shared.domain.definitions.workflow import CaseType
from shared.domain.graph import in_order
from shared.domain.model.plan import FieldError, Refusal
from shared.domain.model.scene import Context
from shared.domain.model.task import Task
from shared.domain.model.text import is_plain
from shared.domain.model.writes import Write

Given = Mapping[str, object]

TASKS = 15
"""Tasks in one request: with their history, texts, timers and edges they fit one transaction."""
EDGES = 30
"""Prerequisites in one request, of all its tasks together."""


def read_items(case_type: CaseType, given: Given) -> tuple[Given, ...] | Refusal:
    """The items of the tasks to begin with, the template's first; or what is wrong with the list or its keys."""
    template = given.get("template")
    if template is not None and (not isinstance(template, str) or template not in case_type.templates):
        names = ", ".join(case_type.templates) or "none"
        return _misfit(FieldError("/template", f"Templates of {case_type.name}: {names}."))
    first = case_type.templates[template] if isinstance(template, str) else ()
    listed = given.get("tasks", ())
    if not isinstance(listed, list | tuple):
        return _misfit(FieldError("/tasks", "This must be a list."))
    errors = tuple(_item_errors(listed, {str(i["key"]) for i in first if "key" in i}))
    items = (*first, *listed)
    if not errors and len(items) > TASKS:
        errors = (FieldError("/tasks", f"At most {TASKS} tasks are possible, not {len(items)}."),)
    if not errors and sum(len(cast(Sequence[object], i.get("prerequisites", ()))) for i in items) > EDGES:
        errors = (FieldError("/tasks", f"At most {EDGES} prerequisites in all are possible."),)
    return _misfit(*errors) if errors else items


def _item_errors(items: Sequence[object], taken: set[str]) -> list[FieldError]:
    errors: list[FieldError] = []
    keys = set(taken)
    for index, item in enumerate(items):
        if not isinstance(item, Mapping):
            errors.append(FieldError(f"/tasks/{index}", "This must be an object."))
            continue
        if "key" not in item:
            continue
        key, pointer = item["key"], f"/tasks/{index}/key"
        if not isinstance(key, str) or not key or not is_plain(key):
            errors.append(FieldError(pointer, "This must be a text, not empty, without control characters."))
        elif key in keys:
            errors.append(FieldError(pointer, "Another task of the request or of the template has this key."))
        else:
            keys.add(key)
    return errors or _unknown_keys(items, keys)


def _unknown_keys(items: Sequence[object], keys: set[str]) -> list[FieldError]:
    errors = []
    for index, item in enumerate(items):
        wanted = item.get("prerequisites", ()) if isinstance(item, Mapping) else ()
        if not isinstance(wanted, list | tuple):
            errors.append(FieldError(f"/tasks/{index}/prerequisites", "This must be a list of keys."))
            continue
        errors += [
            FieldError(f"/tasks/{index}/prerequisites/{n}", "No task of the request has this key.")
            for n, key in enumerate(wanted)
            if not isinstance(key, str) or key not in keys
        ]
    return errors


def first_tasks(context: Context, items: Sequence[Given], from_template: int) -> tuple[Write, ...] | Refusal:
    """The writes that create the tasks, in the order given; or why one of them cannot be created.

    Each is decided after those that it waits for, so that its status follows from theirs. The first `from_template`
    items are the template's: an error names a task of the request by its place among the request's own.
    """
    # What has no key gets one that no request can give.
    keys = [str(item.get("key", f"\0{index}")) for index, item in enumerate(items)]
    ids = {key: f"{context.scene.case.case_id}.{context.ids.local()}" for key in keys}
    waits = {
        k: [str(p) for p in cast(Sequence[object], i.get("prerequisites", ()))]
        for k, i in zip(keys, items, strict=True)
    }
    order = in_order(waits)
    if order is None:
        return _misfit(FieldError("/tasks", "Some tasks wait for each other in a cycle."))
    made: dict[str, Task] = {}
    writes: dict[str, tuple[Write, ...]] = {}
    for key in order:
        item = items[keys.index(key)]
        fields = {name: value for name, value in item.items() if name != "key"}
        if waits[key]:
            fields["prerequisites"] = [ids[p] for p in waits[key]]
        related = {task.task_id: task for task in made.values()}
        outcome = new_task(replace(context, scene=replace(context.scene, related=related)), fields, ids[key])
        if isinstance(outcome, Refusal):
            return _within(outcome, f"/tasks/{keys.index(key) - from_template}")
        made[key], writes[key] = outcome
    return tuple(write for key in keys for write in writes[key])


def _within(refusal: Refusal, pointer: str) -> Refusal:
    errors = tuple(FieldError(f"{pointer}{e.pointer}", e.detail) for e in refusal.errors)
    return replace(refusal, errors=errors)


def _misfit(*errors: FieldError) -> Refusal:
    return Refusal("invalid_input", "The case does not fit.", rule="input", errors=errors)
