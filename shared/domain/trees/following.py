"""What follows on the end of a task, and what a case begins with: declared in the file, made here.

It is made in the transaction that ends the task. An action whose follow-on cannot be is refused;
the engine goes without it, and the history says so (engine.md, Workflows as data).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from shared.domain.definitions.vocabulary import CHILD_OPENED, CHILDREN_CLOSED, ENDED_BELOW
from shared.domain.definitions.workflow import PARENT, ROOT, SAME, SELF, Follow
from shared.domain.drafts.assigning import belongs, unfit
from shared.domain.drafts.draft import Draft
from shared.domain.drafts.opening import begin, blank
from shared.domain.model.people import INTERNAL_KINDS, User
from shared.domain.model.plan import Code, Refusal
from shared.domain.model.scene import Context, Scene, status_of
from shared.domain.model.task import Case, Party, Task
from shared.domain.model.text import with_article
from shared.domain.model.writes import AdvanceGraph
from shared.domain.trees.holds import place_hold
from shared.domain.trees.locks import lock_names
from shared.domain.trees.tree import end, on_hold, reaction, stand_under

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
    if draft.status.open or task.is_delegate:
        return None
    endings = ("closed", "completed" if draft.status.completed else "cancelled")
    due = [f for f in scene.workflow.types[task.type].follows if f.after in endings and applies(f, scene, draft.input)]
    for declared in due:
        refusal = _open(draft, declared) if declared.opens else _end(draft, declared)
        if refusal is not None:
            return refusal
    _unless_changed(draft, due)
    return None


def _unless_changed(draft: Draft, due: Iterable[Follow]) -> None:
    """What opens by an attribute whose change ends tasks opens only if that has not changed meanwhile."""
    scene = draft.context.scene
    watched = {path.partition(".")[0] for path in scene.workflow.case_types[scene.case.case_type].when_changed}
    if scene.case.open and any(watched.intersection(_attributes(declared)) for declared in due):
        draft.write(AdvanceGraph(scene.case))


def _attributes(declared: Follow) -> Iterator[str | None]:
    yield declared.attribute
    for child in declared.children:
        yield from _attributes(child)


def begin_case(context: Context, declared: Iterable[Follow]) -> tuple[Draft, ...] | Refusal:
    """The drafts of the tasks with which the scene's case begins; each knows those below it.

    One that begins on hold with nothing below it goes back to work at once: that is its second version.
    """
    firsts: list[Draft] = []
    for first in declared:
        if applies(first, context.scene, {}):
            made = _made(first, Origin(context, {}), None)
            if isinstance(made, Refusal):
                return made
            firsts.append(made)
    for draft in (draft for first in firsts for draft in first.company.values()):
        returned = reaction(context.scene.workflow, draft.task)
        if returned is not None:
            draft.next_version_by(CHILDREN_CLOSED)
            draft.enter(returned)
    return tuple(firsts)


def rooted(case: Case, begun: Sequence[Draft]) -> Case:
    """The case that knows the task at the top of its tree, where there is just one."""
    return replace(case, root_id=begun[0].task.task_id) if len(begun) == 1 else case


def open_beside(beside: Draft, type_name: str, parent: Task) -> Draft | Refusal:
    """The draft of a new task of the type under the parent, for whom its type says, with what opens with it."""
    declared = Follow(opens=type_name, organization=beside.context.scene.workflow.types[type_name].assigned_to)
    return open_under(declared, parent, beside.context, beside)


def open_with(draft: Draft) -> Refusal | None:
    """What opens with every task of the draft's type has drafts beside it; a hold that it begins with runs."""
    workflow, task = draft.context.scene.workflow, draft.task
    task_type = workflow.types[task.type]
    if task.is_delegate:
        return None
    refusal = _open_children(draft, task_type.opens_with, Origin(draft.context, draft.input, task, draft))
    if refusal is None and task_type.held_for is not None:
        place_hold(draft, task_type.held_for)
        draft.enter(on_hold(workflow))
    return refusal


def open_under(declared: Follow, parent: Task, context: Context, beside: Draft | None) -> Draft | Refusal:
    """The draft of the declared task under the parent, by the caller's will, beside another draft if there is one."""
    return _made(declared, Origin(context, {}, parent, beside), parent)


def applies(declared: Follow, scene: Scene, given: Mapping[str, object]) -> bool:
    """Whether the case's attributes and the input are as declared, and an attribute that is to be assigned is there."""
    attributes = scene.case.attributes
    return (
        (declared.while_open is None or declared.while_open in scene.held)
        and (declared.unless_open is None or declared.unless_open not in scene.held)
        and (declared.attribute is None or value_at(attributes, declared.attribute) is not None)
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
    above = _place(draft, declared.ends or "")
    if above is not None and status_of(draft.context.scene.workflow, above).open:
        end(draft.beside(above, ENDED_BELOW), completed=draft.status.completed)
    return None


def _open(draft: Draft, declared: Follow) -> Refusal | None:
    """A task of the declared type, with those under it, is open where it is declared to stand."""
    parent = draft.task if declared.under == SELF else _place(draft, declared.under)
    counts_at = _place(draft, declared.counts_at) if declared.counts_at else None
    counting = counts_at or parent
    if parent is None or counting is None or not draft.beside(counting, CHILD_OPENED).status.open:
        return _without(draft, declared, "parent_closed")
    origin = Origin(draft.context, draft.input, draft.task, draft)
    if _locks(declared, origin, parent) & draft.context.scene.taken:
        return None if declared.if_free else _without(draft, declared, "duplicate_open_task")
    made = _made(declared, origin, parent, counts_at)
    return made if isinstance(made, Refusal) else None


def _made(declared: Follow, origin: Origin, parent: Task | None, counts_at: Task | None = None) -> Draft | Refusal:
    """The draft of the declared task under the parent, with those of its children beside it."""
    party, internal = _assignee(declared, origin)
    type_name = parent.type if parent is not None and declared.opens == SAME else declared.opens or ""
    new = begin(origin.context, type_name, party, internal=internal, beside=origin.beside)
    if origin.ended is None:
        new.set(assigned_by=None)
    if parent is not None and declared.opens == SAME:
        new.set(priority=parent.priority)
    _set_due_time(new, declared, origin.given)
    refusal = unfit(new, party) if party is not None and declared.assignee == "input" else None
    if refusal is None and parent is not None:
        refusal = stand_under(new, parent, counts_at)
    refusal = refusal or open_with(new) or _open_children(new, declared.children, origin)
    return refusal or new


def _open_children(above: Draft, declared: Iterable[Follow], origin: Origin) -> Refusal | None:
    """The declared tasks have drafts beside the one that they stand under.

    One that is declared for the creator of the task is left out where that person may not have it any more.
    """
    for child in declared:
        if not applies(child, origin.context.scene, origin.given):
            continue
        if child.assignee == "creator" and not _may_have(_assignee(child, origin)[0], above):
            continue
        made = _made(child, replace(origin, beside=above), above.task)
        if isinstance(made, Refusal):
            return made
    return None


def _may_have(party: Party | None, above: Draft) -> bool:
    """Whether the party is an active member of the organization that the task is assigned to."""
    organization = above.task.assigned_party
    user = above.context.scene.users.get(party.id) if party else None
    return user is not None and user.active and organization is not None and belongs(user, organization.id)


def _set_due_time(new: Draft, declared: Follow, given: Mapping[str, object]) -> None:
    due = given.get(declared.due or "")
    if isinstance(due, datetime):
        new.set(due_time=due)
        new.start_timer("due", due)


def _place(draft: Draft, named: str) -> Task | None:
    """The task above that is named: the parent, the root, or the nearest of a type."""
    above = list(above_of(draft.context.scene, draft.task))
    if named == PARENT:
        return next(iter(above), None)
    if named == ROOT:
        return above[-1] if above else None
    return next((task for task in above if task.type == named), None)


def _locks(declared: Follow, origin: Origin, parent: Task) -> frozenset[str]:
    """The locks that the declared task would take, and those that open under it."""
    workflow = origin.context.scene.workflow
    type_name = parent.type if declared.opens == SAME else declared.opens or ""
    task = blank(origin.context, type_name, "")
    task = replace(task, parent_id=parent.task_id, assigned_party=_assignee(declared, origin)[0])
    task = replace(task, is_delegate=type_name == parent.type)
    below = (*declared.children, *(() if task.is_delegate else workflow.types[type_name].opens_with))
    opening = (child for child in below if applies(child, origin.context.scene, origin.given))
    return frozenset(lock_names(workflow, task)).union(*(_locks(child, origin, task) for child in opening))


def _without(draft: Draft, declared: Follow, code: Code) -> Refusal | None:
    """An action is refused; the engine goes without the task, and the history says which and why."""
    if draft.context.caller.is_engine:
        draft.changes["notOpened"] = {"type": declared.opens, "reason": code}
        return None
    detail = f"{with_article(declared.opens or '', first=True)} would follow, which cannot be opened now."
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
    if declared.assignee == "creator":
        by = origin.ended.created_by if origin.ended else None
        user = origin.context.scene.users.get(by.id) if by else None
    if declared.assignee in ("actor", "input", "creator"):
        return (user.party, user.inside) if user is not None else (None, False)
    task = origin.ended
    if task is not None and declared.assignee == PARENT:
        task = origin.context.scene.related.get(task.parent_id or "")
    return (task.assigned_party, task.internal) if task is not None and declared.assignee else (None, False)
