"""Rules on what follows on the end of tasks, and on what cases begin with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from shared.domain.checks.domains import Domains, domains, never
from shared.domain.checks.finding import Finding, Place, nearest
from shared.domain.definitions.workflow import PARENT, ROOT, SAME, SELF, CaseType, Follow, Workflow

RULE = "follows-fit"
Told = tuple[Place, str, str]


def follows_fit(workflow: Workflow) -> Iterator[Finding]:
    """What follows on an end, or opens with a case, names what there is, and can stand where it is to stand."""
    every = tuple(workflow.case_types.values())
    for task_type in workflow.types.values():
        for index, declared in enumerate(task_type.follows):
            for place, detail, hint in declared_fits(workflow, declared, every):
                yield Finding(RULE, ("types", task_type.name, "follows", index, *place), detail, hint)
        for place, detail, hint in _children(workflow, task_type.name, "opens_with", task_type.opens_with, every):
            yield Finding(RULE, ("types", task_type.name, *place), detail, hint)
    for case_type in every:
        for index, declared in enumerate(case_type.begins):
            for place, detail, hint in _first(workflow, declared, case_type):
                yield Finding(RULE, ("case", "types", case_type.name, "begins", index, *place), detail, hint)


def _first(workflow: Workflow, declared: Follow, case_type: CaseType) -> Iterator[Told]:
    first = workflow.types.get(declared.opens or "")
    if first is not None and first.parents:
        yield ("opens",), f"A {first.name!r} stands under a parent.", "Write it under `children` of its parent."
    yield from declared_fits(workflow, declared, (case_type,))


def declared_fits(workflow: Workflow, declared: Follow, cases: Iterable[CaseType]) -> Iterator[Told]:
    """What is wrong with a declared follow-on, and with those below it."""
    if (declared.opens is None) == (declared.ends is None):
        yield (), "Either a task opens, or one above ends.", "Name one of `opens` and `ends`."
    if sum(who is not None for who in (declared.assignee, declared.organization, declared.attribute)) > 1:
        yield (), "It would be assigned to two.", "Name one of `assignee`, `organization` and `attribute`."
    yield from _names(workflow, declared)
    yield from _conditions(workflow, declared, cases)
    opened = workflow.types.get(declared.opens or "")
    if opened is not None and declared.under in workflow.types and declared.under not in opened.parents:
        yield ("under",), f"A {opened.name!r} does not stand under a {declared.under!r}.", "Add it to its `parents`."
    yield from _children(workflow, declared.opens or "", "children", declared.children, cases)


def _children(
    workflow: Workflow, above: str, key: str, declared: Iterable[Follow], cases: Iterable[CaseType]
) -> Iterator[Told]:
    """What opens under a task can stand there: it is of the same type, or of one that stands under such tasks."""
    for index, child in enumerate(declared):
        below = workflow.types.get(child.opens or "")
        passed_on = child.opens in (SAME, above)
        if not passed_on and (below is None or above not in below.parents):
            detail = f"A {child.opens!r} does not stand under a {above!r}."
            yield (key, index, "opens"), detail, "Add it to its `parents`."
        same = replace(child, opens=above) if child.opens == SAME else child
        for place, detail, hint in declared_fits(workflow, same, cases):
            yield (key, index, *place), detail, hint


def _names(workflow: Workflow, declared: Follow) -> Iterator[Told]:
    above = (ROOT, PARENT, *workflow.types)
    for key, what, known in (
        ("opens", "type", tuple(workflow.types)),
        ("ends", "type", above),
        ("under", "type", (*above, SELF)),
        ("counts_at", "type", above),
        ("while_open", "type that can be open only once", _single(workflow)),
        ("unless_open", "type that can be open only once", _single(workflow)),
        ("organization", "organization", tuple(workflow.organizations)),
    ):
        name = getattr(declared, key)
        if name is not None and name not in known:
            yield (key,), f"There is no {what} {name!r}.", nearest(name, known)


def _single(workflow: Workflow) -> tuple[str, ...]:
    """The types of which one task may be open in a case: its lock tells whether one is."""
    return tuple(t.name for t in workflow.types.values() if "case" in t.one_open)


def _conditions(workflow: Workflow, declared: Follow, cases: Iterable[CaseType]) -> Iterator[Told]:
    """Attributes that are asked for are known, and have few values."""
    attributes = {field.name: field for case_type in cases for field in case_type.attributes}
    organizations = [name for name, field in attributes.items() if field.kind == "flagged_organization"]
    if declared.attribute is not None and declared.attribute not in organizations:
        detail = f"There is no attribute {declared.attribute!r} that names an organization."
        yield ("attribute",), detail, nearest(declared.attribute, organizations)
    known = domains(field for case_type in cases for field in case_type.attributes)
    for key, asked in (("when", declared.when), ("unless", declared.unless)):
        yield from _asked(key, asked, known, "attribute")
    taken = [field for _, action in workflow.every_action() for field in action.fields]
    yield from _asked("given", declared.given, domains(taken), "input")
    fields = {field.name for field in taken}
    if declared.due is not None and declared.due not in fields:
        yield ("due",), f"No action takes {declared.due!r}.", nearest(declared.due, sorted(fields))
    if declared.assignee == "input" and "userId" not in fields:
        yield ("assignee",), "No action takes a user.", "Add `userId: {is: user, required: true}` to its input."


def _asked(key: str, asked: Mapping[str, object], known: Domains, what: str) -> Iterator[Told]:
    for name, value in asked.items():
        if name not in known:
            yield (key, name), f"No {what} of few values is called {name!r}.", nearest(name, sorted(known))
        elif (told := never(known, name, value)) is not None:
            yield (key, name), *told


def read_by_follows(workflow: Workflow) -> dict[str, str]:
    """The fields of input that decide what follows, with the kind that each must have."""
    every = [
        declared for task_type in workflow.types.values() for first in task_type.follows for declared in _all(first)
    ]
    asked = {name for declared in every for name in (*declared.given, declared.due) if name}
    fields = (field for _, action in workflow.every_action() for field in action.fields)
    kinds = {field.name: field.kind for field in fields if field.name in asked}
    return kinds | ({"userId": "user"} if any(declared.assignee == "input" for declared in every) else {})


def _all(declared: Follow) -> Iterator[Follow]:
    yield declared
    for child in declared.children:
        yield from _all(child)
