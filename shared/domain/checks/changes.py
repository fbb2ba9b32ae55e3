"""Rules on what another value of a case's attribute does to its tasks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from shared.domain.checks.domains import domains, texts
from shared.domain.checks.finding import Finding, nearest
from shared.domain.checks.follows import Told, declared_fits
from shared.domain.definitions.workflow import CaseType, Change, Follow, Workflow

RULE = "changes-fit"
PLAIN = Follow()
SAID = {"opens", "assignee", "organization", "attribute", "when", "unless", "children"}
"""What may be said of a follow-on here; all else belongs to the end of a task, and a change is none."""


def changes_fit(workflow: Workflow) -> Iterator[Finding]:
    """What another value of an attribute ends and opens can end and open, and nothing is lost by it."""
    for case_type in workflow.case_types.values():
        known = tuple(_paths(case_type))
        for path, changes in case_type.when_changed.items():
            where = ("case", "types", case_type.name, "when_changed", path)
            if path not in known:
                yield Finding(RULE, where, f"There is no attribute {path!r}.", nearest(path, known))
            for index, change in enumerate(changes):
                for place, detail, hint in _change(workflow, case_type, change):
                    yield Finding(RULE, (*where, index, *place), detail, hint)


def _paths(case_type: CaseType) -> Iterator[str]:
    """The attributes that may get another value, and what stands in them behind a dot."""
    for field in case_type.attributes:
        if not field.fixed:
            yield field.name
            if field.kind == "flagged_organization":
                yield f"{field.name}.organizationId"
                yield from domains([field])


def _change(workflow: Workflow, case_type: CaseType, change: Change) -> Iterator[Told]:
    if workflow.tree is None:
        yield (), "Tasks end and open so in trees only, and there are no trees here.", "Add `tree: ...`."
    if change.ends is None and not change.opens:
        yield (), "Nothing happens.", "Name `ends`, or `opens`, or both."
    yield from _ending(workflow, change)
    for index, declared in enumerate(change.opens):
        for place, detail, hint in _opening(workflow, case_type, change, declared):
            yield ("opens", index, *place), detail, hint


def _ending(workflow: Workflow, change: Change) -> Iterator[Told]:
    reasons = [
        text
        for _, action in workflow.every_action()
        for field in action.fields
        if field.name == "cancellationReason"
        for text in texts(field.options.get("of"))
    ]
    if change.reason is not None and (change.ends is None or change.reason not in reasons):
        detail = f"No task is cancelled for the reason {change.reason!r}."
        yield ("reason",), detail, nearest(change.reason, reasons) if change.ends else "Leave it out, or name `ends`."
    ended = workflow.types.get(change.ends or "")
    if change.ends is not None and ended is None:
        yield ("ends",), f"There is no type {change.ends!r}.", nearest(change.ends, workflow.types)
    if ended is not None and any(declared.after != "completed" for declared in ended.follows):
        detail = f"Something follows on a cancelled {ended.name!r}, but not where a change ends it."
        yield ("ends",), detail, "Name another type, or let nothing follow."


def _opening(workflow: Workflow, case_type: CaseType, change: Change, declared: Follow) -> Iterator[Told]:
    for key in (field.name for field in fields(Follow)):
        if key not in SAID and getattr(declared, key) != getattr(PLAIN, key):
            yield (key,), f"A change has no {key!r}.", "Leave it out: it is for what follows on the end of a task."
    if declared.assignee not in (None, "actor"):
        yield ("assignee",), "No task has ended, and nobody gives input.", "Name `organization` or `attribute`."
    yield from declared_fits(workflow, declared, (case_type,))
    opened, ended = workflow.types.get(declared.opens or ""), workflow.types.get(change.ends or "")
    roots = frozenset(name for name, task_type in workflow.types.items() if not task_type.parents)
    above = ended.parents - {ended.name} if ended else roots
    if opened is None:
        return
    if change.ends is not None and not above <= opened.parents:
        detail = f"A {opened.name!r} does not stand wherever a {change.ends!r} does."
        yield ("opens",), detail, "Add to its `parents`."
    if change.ends is None and not above & opened.parents:
        detail = f"A {opened.name!r} does not stand under a root."
        yield ("opens",), detail, "Add a type without parents to its `parents`."
