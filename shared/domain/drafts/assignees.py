"""To whom a request may assign a new task: what its type says about that, beside who may be assigned at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from shared.domain.definitions.workflow import TaskType
from shared.domain.drafts.draft import Draft
from shared.domain.model.people import OrganizationKind
from shared.domain.model.plan import FieldError, Refusal
from shared.domain.model.scene import Scene
from shared.domain.model.task import Party
from shared.domain.model.text import with_article

FIELD = "assignedParty"


def with_named_user(task_type: TaskType | None, given: Mapping[str, object]) -> Mapping[str, object]:
    """The request, with the user to whom tasks of the type are assigned where it names nobody."""
    if task_type is None or task_type.assigned_to_user is None or FIELD in given:
        return given
    return {**given, FIELD: {"kind": "user", "id": task_type.assigned_to_user}}


def misassigned(draft: Draft) -> Refusal | None:
    """Refuses an assignee whom the type of the draft's new task rules out, and that it has none where it must have one.

    A task that is listed in the queue of its assignee would else be in nobody's.
    """
    scene, party = draft.context.scene, cast(Party | None, draft.input.get(FIELD))
    detail = _wrong(scene, scene.workflow.types[draft.task.type], party)
    return _refused("The task does not fit.", detail) if detail is not None else None


def misplaced(draft: Draft, party: Party, *, internal: bool) -> Refusal | None:
    """Refuses an organization that the type of the draft's task, which changes hands, rules out.

    What is one organization's from the beginning may become another's inside, and none's outside.
    """
    scene, task_type = draft.context.scene, draft.context.scene.workflow.types[draft.task.type]
    name, detail = with_article(task_type.label, first=True), None
    if party.kind == "organization" and task_type.assigned_kind not in (None, _kind(scene, party)):
        detail = f"{name} is assigned to an organization of the kind {task_type.assigned_kind}."
    elif party.kind == "organization" and task_type.assigned_to not in (None, party.id) and not internal:
        detail = f"{name} is assigned to an organization inside."
    return _refused("The input does not fit.", detail) if detail is not None else None


def _refused(summary: str, detail: str) -> Refusal:
    return Refusal("invalid_input", summary, "assignee", errors=(FieldError(f"/{FIELD}", detail),))


def _wrong(scene: Scene, task_type: TaskType, party: Party | None) -> str | None:
    if party is None:
        return "This field is required." if task_type.queue == "assignee" else None
    name, named = (
        with_article(task_type.label, first=True),
        scene.workflow.organizations.get(task_type.assigned_to or ""),
    )
    if named is not None and (party.kind, party.id) != ("organization", named.id):
        return f"{name} is assigned to {named.label}. It need not be named."
    wanted = task_type.assigned_kind
    if wanted is not None and _kind(scene, party) != wanted:
        return f"{name} is assigned to an organization of the kind {wanted}."
    return None


def _kind(scene: Scene, party: Party) -> OrganizationKind | None:
    """The kind of the organization; None for any other party."""
    organization = scene.organizations.get(party.id) if party.kind == "organization" else None
    return organization.kind if organization is not None else None
