"""What follows on the end of a task, and what a case begins with: declared in the file, made here.

It is made in the transaction that ends the task. An action whose follow-on cannot be is refused;
the engine goes without it, and the history says so (engine.md, Workflows as data).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import cast

from shared.domain.assigning import unfit
from shared.domain.draft import Draft
from shared.domain.holds import end_hold
from shared.domain.locks import lock_names
from shared.domain.opening import begin, blank
from shared.domain.people import INTERNAL_KINDS, User
from shared.domain.plan import Code, Refusal
from shared.domain.scene import Context, Scene, status_of
from shared.domain.task import Party, Task
from shared.domain.tree import stand_under, tree_of
from shared.domain.vocabulary import CHILD_OPENED, ENDED_BELOW
from shared.domain.workflow import PARENT, ROOT, Follow
from shared.domain.writes import Write

Assigned = tuple[Party | None, bool]
"""The assignee, and whether they count as internal."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a declared task comes from: the task that has ended, none for a new case, and the input given then."""

    context: Context
    given: Mapping[str, object]
    ended: Task | None = None
    beside: Draft | None = None


def follow(draft: Draft) -> Refusal | None:
    """Whatever is declared to follow on the end of the draft's task has a draft beside it.

    Nothing follows on the end of a child of its own type: it does on that of the task above.
    """
    scene, task = draft.context.scene, draft.task
    above = scene.related.get(task.parent_id or "")
    if draft.status.open or (above is not None and above.type == task.type):
        return None
    endings = ("closed", "completed" if draft.status.completed else "cancelled")
    for declared in scene.workflow.types[task.type].follows:
        if declared.after in endings and applies(declared, scene, draft.input):
            refusal = _open(draft, declared) if declared.opens else _end(draft, declared)
            if refusal is not None:
                return refusal
    return None


def begin_case(context: Context, declared: Iterable[Follow]) -> tuple[Write, ...] | Refusal:
    """The writes of the tasks with which the scene's case begins."""
    writes: list[Write] = []
    for first in declared:
        if applies(first, context.scene, {}):
            made = _made(first, Origin(context, {}), None)
            if isinstance(made, Refusal):
                return made
            writes += made.whole()[1]
    return tuple(writes)


def applies(declared: Follow, scene: Scene, given: Mapping[str, object]) -> bool:
    """Whether the case's attributes and the input are as declared, and an attribute that is to be assigned is there."""
    attributes = scene.case.attributes
    return (
        (declared.attribute is None or value_at(attributes, declared.attribute) is not None)
        and all(value_at(attributes, path) == value for path, value in declared.when.items())
        and not any(value_at(attributes, path) == value for path, value in declared.unless.items())
        and all(given.get(name) == value for name, value in declared.given.items())
    )


def value_at(attributes: Mapping[str, object], path: str) -> object:
    """The attribute, or the part of it that stands behind a dot; None where there is nothing."""
    value: object = attributes
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def above_of(scene: Scene, task: Task) -> Iterator[Task]:
    """The tasks above the task, as far as they were loaded, the parent first."""
    above = scene.related.get(task.parent_id or "")
    while above is not None:
        yield above
        above = scene.related.get(above.parent_id or "")


def _end(draft: Draft, declared: Follow) -> Refusal | None:
    """The task above has ended as the draft's task did."""
    workflow = draft.context.scene.workflow
    ended = _place(draft, declared.ends or "")
    if ended is not None and status_of(workflow, ended).open:
        above = draft.beside(ended, ENDED_BELOW)
        end_hold(above)
        tree = tree_of(workflow)
        above.enter(workflow.statuses[tree.completed if draft.status.completed else tree.cancelled])
    return None


def _open(draft: Draft, declared: Follow) -> Refusal | None:
    """A task of the declared type, with those under it, is open where it is declared to stand."""
    parent = _place(draft, declared.under)
    if parent is None or not draft.beside(parent, CHILD_OPENED).status.open:
        return _without(draft, declared, "parent_closed")
    origin = Origin(draft.context, draft.input, draft.task, draft)
    if _locks(declared, origin, parent) & draft.context.scene.taken:
        return _without(draft, declared, "duplicate_open_task")
    made = _made(declared, origin, parent)
    return made if isinstance(made, Refusal) else None


def _made(declared: Follow, origin: Origin, parent: Task | None) -> Draft | Refusal:
    """The draft of the declared task under the parent, with those of its children beside it."""
    party, internal = _assignee(declared, origin)
    new = begin(origin.context, declared.opens or "", party, internal=internal, beside=origin.beside)
    if origin.ended is None:
        new.set(assigned_by=None)
    refusal = unfit(new, party) if party is not None and declared.assignee == "input" else None
    if refusal is None and parent is not None:
        refusal = stand_under(new, parent)
    for child in declared.children:
        if refusal is None and applies(child, origin.context.scene, origin.given):
            made = _made(child, replace(origin, beside=new), new.task)
            refusal = made if isinstance(made, Refusal) else None
    return refusal or new


def _place(draft: Draft, named: str) -> Task | None:
    """The task above that is named: the parent, the root, or the nearest of a type."""
    above = list(above_of(draft.context.scene, draft.task))
    if named == PARENT:
        return next(iter(above), None)
    if named == ROOT:
        return above[-1] if above else None
    return next((task for task in above if task.type == named), None)


def _locks(declared: Follow, origin: Origin, parent: Task) -> frozenset[str]:
    """The locks that the declared task would take."""
    task = blank(origin.context, declared.opens or "", "")
    task = replace(task, parent_id=parent.task_id, assigned_party=_assignee(declared, origin)[0])
    return frozenset(lock_names(origin.context.scene.workflow, task))


def _without(draft: Draft, declared: Follow, code: Code) -> Refusal | None:
    """An action is refused; the engine goes without the task, and the history says which and why."""
    if draft.context.caller.is_engine:
        draft.changes["notOpened"] = {"type": declared.opens, "reason": code}
        return None
    detail = f"A {declared.opens} would follow, which cannot be opened now."
    return Refusal(code, detail, rule="follows")


def _assignee(declared: Follow, origin: Origin) -> Assigned:
    scene = origin.context.scene
    if declared.organization is not None:
        named = scene.workflow.organizations[declared.organization]
        return Party("organization", named.id, named.label), named.kind in INTERNAL_KINDS
    if declared.attribute is not None:
        value = cast(Mapping[str, object], value_at(scene.case.attributes, declared.attribute))
        return Party("organization", str(value["organizationId"]), str(value["displayName"])), False
    return _person(declared, origin)


def _person(declared: Follow, origin: Origin) -> Assigned:
    user = cast(User | None, origin.given.get("userId"))
    if declared.assignee == "actor":
        user = origin.context.caller.user
    if declared.assignee in ("actor", "input"):
        return (user.party, user.inside) if user is not None else (None, False)
    task = origin.ended
    if task is not None and declared.assignee == PARENT:
        task = origin.context.scene.related.get(task.parent_id or "")
    return (task.assigned_party, task.internal) if task is not None and declared.assignee else (None, False)
