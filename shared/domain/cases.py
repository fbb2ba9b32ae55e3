"""Cases: how they begin, change and close."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from shared.domain.attribute_changes import apply_changes, changes_of
from shared.domain.case_entry import case_entry
from shared.domain.definitions.workflow import CaseType, Field, Workflow
from shared.domain.first_tasks import first_tasks, read_items
from shared.domain.model.people import Caller
from shared.domain.model.plan import Decision, FieldError, Plan, Refusal
from shared.domain.model.reactions import CASCADE
from shared.domain.model.scene import Context, Scene
from shared.domain.model.skew import SKEW
from shared.domain.model.task import Case
from shared.domain.model.writes import AddEntry, ChangeCase, CreateCase, Write
from shared.domain.trees.following import begin_case, rooted
from shared.domain.words.fields import read_input
from shared.domain.words.kind import Reading
from shared.domain.words.permission import closed, kept_out_of_case
from shared.domain.words.relations import relations

REASON = (Field("reason", "note", required=True),)
NAME = Field("displayName", "text", options={"max": 200})
BEGINNING = frozenset({"workflow", "caseType", "caseId", "organizationId", "attributes", "template", "tasks"})
"""What a new case is made from, beside its name; each is read in a place of its own."""

Given = Mapping[str, object]


def case_type_of(workflow: Workflow, name: object) -> CaseType | Refusal:
    """The named case type, or the workflow's first where none is named."""
    if name is None:
        return next(iter(workflow.case_types.values()))
    found = workflow.case_types.get(name) if isinstance(name, str) else None
    return found or _misfit(FieldError("/caseType", f"This must be one of: {', '.join(workflow.case_types)}."))


def may_begin(workflow: Workflow, caller: Caller, now: datetime) -> bool:
    """Whether the caller may begin a case of the workflow, for any organization of theirs, whatever else is asked."""
    case_type = next(iter(workflow.case_types.values()))
    case = new_case(now, workflow, case_type, "")
    owners = (None, *(caller.user.memberships if caller.user else ()))
    scenes = (Scene(workflow, replace(case, organization_id=owner)) for owner in owners)
    return any(relations(scene, caller) & set(workflow.create_case) for scene in scenes)


def create_case(context: Context, given: Given) -> Decision:
    """The plan of the scene's case, which is new, with its first tasks: all commit together.

    `given` may hold `attributes`, `template` and `tasks`; the tasks of the template come first.
    """
    scene = context.scene
    who, what = scene.workflow.create_case, "create cases"
    refusal = None if _lacks_owner(context) else kept_out_of_case(scene, context.caller, who, what)
    if refusal is not None:
        return refusal
    case_type = scene.workflow.case_types[scene.case.case_type]
    case = _described(context, case_type, given)
    if isinstance(case, Refusal):
        return case
    items = read_items(case_type, given)
    if isinstance(items, Refusal):
        return items
    from_template = len(items) - len(cast(Sequence[object], given.get("tasks", ())))
    context = replace(context, scene=replace(scene, case=case))
    made = first_tasks(context, items, from_template)
    if isinstance(made, Refusal):
        return made
    begun = begin_case(context, case_type.begins)
    if isinstance(begun, Refusal):
        return begun
    case = rooted(case, begun)
    first = (write for draft in begun for write in draft.whole()[1])
    entry = case_entry(context, case, "create", "CaseCreated")
    return Plan(context.ids.commit, (CreateCase(case), AddEntry(entry), *first, *made), case, SKEW)


def _described(context: Context, case_type: CaseType, given: Given) -> Case | Refusal:
    """The scene's case with the name and the attributes that a request for a new one gives."""
    values, errors = read_input((NAME,), {k: v for k, v in given.items() if k not in BEGINNING}, _reading(context))
    errors = (*errors, *_owner_errors(context, given))
    if errors:
        return _misfit(*errors)
    attributes = read_attributes(context, case_type, given.get("attributes", {}))
    if isinstance(attributes, Refusal):
        return attributes
    attributes = {name: value for name, value in attributes.items() if value is not None}
    return replace(context.scene.case, attributes=attributes, display_name=str(values.get("displayName", "")))


def _lacks_owner(context: Context) -> bool:
    """Whether nothing says to which organization the case is to belong, though the caller has one to which it could."""
    scene = context.scene
    lacking = scene.workflow.visibility == "organization" and scene.case.organization_id is None
    return lacking and may_begin(scene.workflow, context.caller, context.now)


def _owner_errors(context: Context, given: Given) -> Iterator[FieldError]:
    """A case belongs to an organization that there is, where it belongs to one at all."""
    scene, named = context.scene, given.get("organizationId")
    if scene.workflow.visibility != "organization":
        if "organizationId" in given:
            yield FieldError("/organizationId", "A case of this workflow belongs to no organization.")
    elif "organizationId" not in given:
        yield FieldError("/organizationId", "This field is required.")
    elif not isinstance(named, str) or named not in scene.organizations:
        yield FieldError("/organizationId", "There is no such organization.")


def edit_case(context: Context, given: Given) -> Decision:
    """The plan that renames the case or sets attributes; null takes one away."""
    workflow, case = context.scene.workflow, context.scene.case
    refusal = kept_out_of_case(context.scene, context.caller, workflow.create_case, "change this case") or closed(case)
    if refusal is not None:
        return refusal
    values, errors = read_input((NAME,), {k: v for k, v in given.items() if k != "attributes"}, _reading(context))
    if errors:
        return _misfit(*errors)
    case_type = workflow.case_types[case.case_type]
    some = replace(case_type, attributes=tuple(replace(f, required=False) for f in case_type.attributes))
    attributes = read_attributes(context, some, given.get("attributes", {}))
    if isinstance(attributes, Refusal):
        return attributes
    errors = tuple(_unchangeable(case_type, case, attributes))
    if errors:
        return _misfit(*errors)
    merged = {k: v for k, v in {**case.attributes, **attributes}.items() if v is not None}
    after = replace(case, display_name=str(values.get("displayName", case.display_name)), attributes=merged)
    if after == case:
        return Plan(context.ids.commit, (), case, SKEW)
    return _with_tasks(context, after)


def _unchangeable(case_type: CaseType, case: Case, attributes: Given) -> Iterator[FieldError]:
    """What an edit may not do: change what is fixed, take away what every case has."""
    for field in case_type.attributes:
        if field.name not in attributes:
            continue
        value = attributes[field.name]
        if field.fixed and value != case.attributes.get(field.name):
            yield FieldError(f"/attributes/{field.name}", "This is given when a case begins, and never changes.")
        elif field.required and value is None:
            yield FieldError(f"/attributes/{field.name}", "Every case has this: it cannot be taken away.")


def _with_tasks(context: Context, after: Case) -> Decision:
    """The plan of the edited case, with what its new attributes do to its tasks.

    It advances the graph, as does whatever opens a task by such an attribute: of two at once, one commit fails.
    """
    before = context.scene.case
    writes: tuple[Write, ...] | Refusal = ()
    changes = changes_of(context.scene.workflow, before, after)
    if changes:
        after = replace(after, graph_version=before.graph_version + 1)
        writes = apply_changes(replace(context, scene=replace(context.scene, case=after)), changes)
    if isinstance(writes, Refusal):
        return writes
    plan = _changed(context, after, "edit", "CaseChanged", changes=_changes(before, after))
    return replace(plan, writes=(*plan.writes, *writes))


def kept_from_closing(scene: Scene, caller: Caller) -> Refusal | None:
    """Refuses to close the case to whom the workflow does not let do so, and what is closed already."""
    closing = scene.workflow.closing
    if closing is None:
        return Refusal("not_allowed", "Cases of this workflow are not closed by hand.", rule="close")
    return kept_out_of_case(scene, caller, closing.who, "close this case") or closed(scene.case)


def close_case(context: Context, given: Given) -> Decision:
    """The plan that closes the case; its open tasks are ended by the cascade that follows."""
    refusal, case = kept_from_closing(context.scene, context.caller), context.scene.case
    if refusal is not None:
        return refusal
    values, errors = read_input(REASON, given, _reading(context))
    if errors:
        return _misfit(*errors)
    reason = str(values["reason"])
    after = replace(case, state="closed", closed_at=context.now, close_reason=reason)
    return _changed(context, after, "close", "CaseClosed", note=reason, reacts=(CASCADE,))


def read_attributes(context: Context, case_type: CaseType, given: object) -> dict[str, object] | Refusal:
    """The attributes, read by the fields that the case type declares."""
    if not isinstance(given, Mapping):
        return _misfit(FieldError("/attributes", "This must be an object."))
    fields = tuple(replace(f, nullable=not f.required) for f in case_type.attributes)
    values, errors = read_input(fields, given, _reading(context))
    if errors:
        return _misfit(*(FieldError(f"/attributes{e.pointer}", e.detail) for e in errors))
    return values


def _changed(context: Context, after: Case, action: str, event: str, **more: object) -> Plan:
    before = context.scene.case
    person, now = context.caller.person, context.now
    after = replace(after, version=before.version + 1, updated_at=now, updated_by=person)
    entry = replace(case_entry(context, after, action, event), **more)  # type: ignore[arg-type]
    return Plan(context.ids.commit, (ChangeCase(before, after), AddEntry(entry)), after, SKEW)


def _changes(before: Case, after: Case) -> dict[str, object]:
    pairs = {
        "displayName": (before.display_name, after.display_name),
        "attributes": (dict(before.attributes), dict(after.attributes)),
    }
    return {name: {"from": b, "to": a} for name, (b, a) in pairs.items() if b != a}


def new_case(now: datetime, workflow: Workflow, case_type: CaseType, case_id: str) -> Case:
    """An open case without tasks, pinned to the version of the workflow that is given."""
    return Case(
        case_id=case_id,
        workflow=workflow.name,
        workflow_version=workflow.version,
        case_type=case_type.name,
        created_at=now,
        updated_at=now,
    )


def _reading(context: Context) -> Reading:
    return Reading(context.scene, context.caller, context.now)


def _misfit(*errors: FieldError) -> Refusal:
    return Refusal("invalid_input", "The case does not fit.", rule="input", errors=errors)
