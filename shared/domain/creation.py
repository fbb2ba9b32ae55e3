"""How a task comes to be: defaults of its type, status by what it waits for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import cast

from shared.domain.definitions.lifecycle import ENGINE
from shared.domain.definitions.workflow import TaskType, Workflow
from shared.domain.drafts.assignees import misassigned, with_named_user
from shared.domain.drafts.assigning import unfit
from shared.domain.drafts.draft import Draft
from shared.domain.drafts.opening import blank, enter_first, entity_of, start_lasting
from shared.domain.model.ends import ANY_PARTNER, End
from shared.domain.model.plan import Decision, FieldError, Plan, Refusal
from shared.domain.model.scene import Context, Scene, unfinished
from shared.domain.model.skew import SKEW
from shared.domain.model.task import Link, Party, Task, TaskId, Texts
from shared.domain.model.text import with_article
from shared.domain.model.writes import AddDependent, AdvanceGraph, CheckCaseOpen, GrowGraph, PutFirstTexts, Write
from shared.domain.trees.following import open_with
from shared.domain.trees.tree import may_stand_under, place_of, stand_under
from shared.domain.words.effects import set_assigned_party
from shared.domain.words.fields import read_input
from shared.domain.words.kind import Reading
from shared.domain.words.permission import closed, kept_out, kept_out_of_case
from shared.domain.words.relations import describe, is_passed_on_to

PLAIN = {
    "groupQueue": "group_queue",
    "entity": "entity",
    "priority": "priority",
    "awaiting": "awaiting",
    "kind": "kind",
}
"""The fields of a request that are fields of the task as they are."""


def create_task(context: Context, given: Mapping[str, object]) -> Decision:
    """The plan that adds one task to an open case, or why it cannot be."""
    case = context.scene.case
    who = context.scene.workflow.creation.who
    refusal = kept_out_of_case(context.scene, context.caller, who, "create tasks here") or closed(case)
    if refusal is not None:
        return refusal
    made = new_task(context, given, f"{case.case_id}.{context.ids.local()}")
    if isinstance(made, Refusal):
        return made
    task, writes = made
    return Plan(context.ids.commit, (*writes, *_guards(context.scene, task, writes)), task, SKEW)


def _guards(scene: Scene, task: Task, writes: Iterable[Write]) -> tuple[Write, ...]:
    """The writes that make commits fail which did not see the new task, and this one if the case is not open any more.

    With a parent, the parent's own change does both, unless cases can be closed by hand: then the case is checked as
    well, for two write units. A task that stands alone raises the case's graph version, which costs as much.
    """
    if task.parent_id is None:
        return () if any(isinstance(write, AdvanceGraph) for write in writes) else (GrowGraph(scene.case),)
    return (CheckCaseOpen(scene.case),) if scene.workflow.closing is not None else ()


def new_task(
    context: Context, given: Mapping[str, object], task_id: TaskId
) -> tuple[Task, tuple[Write, ...]] | Refusal:
    """A task of the given type and fields with its writes; nothing is said about the case."""
    workflow = context.scene.workflow
    refusal = _kept_from(context, given)
    if refusal is not None:
        return refusal
    fields = {name: value for name, value in given.items() if name != "type"}
    reading = Reading(context.scene, context.caller, context.now)
    values, errors = read_input(workflow.creation.fields, with_named_user(_type_of(workflow, given), fields), reading)
    wrong_kind = _kind_errors(workflow, given)
    if wrong_kind:
        errors = tuple(error for error in errors if error.pointer != "/kind")
    errors = (*_type_errors(workflow, given.get("type")), *wrong_kind, *errors)
    if errors:
        return Refusal("invalid_input", "The task does not fit.", rule="input", errors=errors)
    draft = Draft(
        context,
        blank(context, str(given["type"]), task_id),
        action="create",
        given=_with_defaults(context, str(given["type"]), values),
        new=True,
    )
    return _fill(draft)


def _fill(draft: Draft) -> tuple[Task, tuple[Write, ...]] | Refusal:
    refusal = misassigned(draft)
    if refusal is None and {"assignedParty", "internal"} & draft.input.keys():
        refusal = _assign(draft)
    if refusal is not None:
        return refusal
    refusal = _set_end(draft)
    if refusal is not None:
        return refusal
    _set_fields(draft)
    _write_texts(draft)
    _wait_for(draft)
    start_lasting(draft)
    refusal = _place(draft)
    if refusal is not None:
        return refusal
    draft.changes.clear()
    enter_first(draft)
    draft.set(assigned_at=draft.input.get("assignedAt", draft.task.assigned_at))
    return open_with(draft) or draft.whole()


def _set_end(draft: Draft) -> Refusal | None:
    """Where tasks can have two ends, the new one is the owner's, or stands alone."""
    values = draft.input
    if draft.context.scene.workflow.hand_off is None:
        return None
    if not values.get("collaborative", False):
        errors = tuple(
            FieldError(f"/{name}", "Only a collaborative task has this: send `collaborative: true` with it.")
            for name in ("role", "autoRefer")
            if name in values
        )
        return Refusal("invalid_input", "The task does not fit.", rule="input", errors=errors) if errors else None
    role, auto_refer = str(values.get("role", ANY_PARTNER)), bool(values.get("autoRefer", False))
    draft.set(end=End("owner", role=role, auto_refer=auto_refer))
    return None


def _assign(draft: Draft) -> Refusal | None:
    party = cast(Party | None, draft.input.get("assignedParty"))
    return set_assigned_party(draft, {}) or (unfit(draft, party) if party else None)


def _place(draft: Draft) -> Refusal | None:
    """The task stands under the parent that the input names, or that its type names; if none does, alone."""
    task_type = draft.context.scene.workflow.types[draft.task.type]
    given, place = cast(Task | None, draft.input.get("parentId")), place_of(draft.context.scene, task_type)
    if given is not None:
        return _misplaced(draft, given, place) or stand_under(draft, given)
    if place is not None:
        return stand_under(draft, place)
    if not task_type.parents:
        return None
    if task_type.placed:
        detail = f"There is no open {task_type.placed[-1]} for it to stand under."
        return Refusal("parent_closed", detail, rule="parent_open")
    name = with_article(draft.task.type, first=True)
    return _wrong_parent(f"{name} stands under one of: {', '.join(sorted(task_type.parents))}.")


def _misplaced(draft: Draft, parent: Task, place: Task | None) -> Refusal | None:
    """Refuses a parent under which tasks of the type do not stand, or do not stand now."""
    name = with_article(draft.task.type, first=True)
    if not may_stand_under(draft.context.scene.workflow, draft.task.type, parent):
        return _wrong_parent(f"{name} cannot stand under {with_article(parent.type)}.")
    if place is not None and place.task_id != parent.task_id:
        return _wrong_parent(f"{name} stands under the {place.type} now. It need not be named.")
    return None


def _wrong_parent(detail: str) -> Refusal:
    return Refusal("invalid_input", detail, "parents", errors=(FieldError("/parentId", detail),))


def _set_fields(draft: Draft) -> None:
    """Plain fields as given; a timer for the due time."""
    values = draft.input
    draft.set(**{field: values[name] for name, field in PLAIN.items() if name in values})
    if values.get("dueTime") is not None:
        draft.set(due_time=values["dueTime"])
        draft.start_timer("due", values["dueTime"])  # type: ignore[arg-type]


def _write_texts(draft: Draft) -> None:
    """The long texts stand beside the task, all in one item."""
    values = draft.input
    instruction = cast(str | None, values.get("instructions"))
    texts = Texts(
        cast(str | None, values.get("description")),
        (instruction,) if instruction is not None else (),
        cast(tuple[Link, ...], values.get("links", ())),
    )
    if texts != Texts():
        draft.write(PutFirstTexts(draft.task.task_id, texts))
        draft.text_items(1)


def _wait_for(draft: Draft) -> None:
    """An edge for each prerequisite that is still open: closed ones will wake nobody again."""
    wanted = cast(tuple[TaskId, ...], draft.input.get("prerequisites", ()))
    draft.set(prerequisites=wanted)
    for prerequisite in unfinished(draft.context.scene, wanted):
        draft.write(AddDependent(prerequisite, draft.task.task_id))


def _with_defaults(context: Context, type_name: str, values: Mapping[str, object]) -> dict[str, object]:
    """What the type and the case give where the request is silent."""
    task_type = context.scene.workflow.types[type_name]
    filled: dict[str, object] = {}
    if task_type.group_queue is not None:
        filled["groupQueue"] = task_type.group_queue
    if task_type.assigned_to is not None:
        named = context.scene.workflow.organizations[task_type.assigned_to]
        filled["assignedParty"] = Party("organization", named.id, named.label)
    if task_type.due_in is not None:
        filled["dueTime"] = context.now + task_type.due_in
    filled["entity"] = entity_of(context.scene)
    return {**filled, **values}


def _type_errors(workflow: Workflow, name: object) -> tuple[FieldError, ...]:
    if name is None:
        return (FieldError("/type", "This field is required."),)
    if not isinstance(name, str) or name not in workflow.types:
        return (FieldError("/type", f"This must be one of: {', '.join(workflow.types)}."),)
    return ()


def _kind_errors(workflow: Workflow, given: Mapping[str, object]) -> tuple[FieldError, ...]:
    """Where tasks of the type are of kinds, one of them must be named, elsewhere none."""
    task_type = _type_of(workflow, given)
    if task_type is None or (given.get("kind") in task_type.kinds if task_type.kinds else "kind" not in given):
        return ()
    wanted = f"This must be one of: {', '.join(task_type.kinds)}." if task_type.kinds else "Such tasks have no kinds."
    return (FieldError("/kind", wanted),)


def _type_of(workflow: Workflow, given: Mapping[str, object]) -> TaskType | None:
    name = given.get("type")
    return workflow.types.get(name) if isinstance(name, str) else None


def _kept_from(context: Context, given: Mapping[str, object]) -> Refusal | None:
    """Refuses whom the type does not let create such a task, by what they are to the task that it is to stand under."""
    scene, task_type, named = context.scene, _type_of(context.scene.workflow, given), given.get("parentId")
    if task_type is None:
        return None
    parent = scene.related.get(named) if isinstance(named, str) else place_of(scene, task_type)
    return kept_from_creating(replace(scene, task=parent), context, task_type)


def kept_from_creating(scene: Scene, context: Context, task_type: TaskType) -> Refusal | None:
    """Refuses a caller who may not create a task of the type under the scene's task."""
    who = task_type.created_under.get(scene.task.type) if scene.task else None
    who = who or task_type.created_by
    # Who has the open child that the task was passed on to has no action here, whatever else they are.
    if is_passed_on_to(scene, context.caller):
        who = who or scene.workflow.creation.who
    elif who is None or context.caller.member_of(task_type.created_by_members_of):
        return None
    refusal = kept_out(scene, context.caller, who, f"create {with_article(task_type.label)} here")
    named = scene.workflow.organizations.get(task_type.created_by_members_of or "")
    if refusal is None:
        return None
    told = describe(scene, tuple(name for name in who if name != ENGINE), context.caller)
    members = (f"members of {named.label}",) if named is not None and context.caller.inside else ()
    return replace(refusal, who=(*told, *members))
