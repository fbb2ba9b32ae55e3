"""Effects: words that say what an action changes beside the status.

An effect gets the draft, which holds the input, already read and valid, and the arguments that
the workflow gives it. It may refuse with a reason that only input and loaded items together show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import cast

from shared.domain.drafts.assigning import assign, is_internal
from shared.domain.drafts.draft import Draft
from shared.domain.graph import closes_cycle
from shared.domain.model.plan import FieldError, Refusal
from shared.domain.model.task import Link, Party, TaskId
from shared.domain.model.writes import (
    AddDependent,
    AddInstruction,
    AdvanceGraph,
    PutDescription,
    PutLinks,
    RemoveDependent,
)
from shared.domain.words.hand_off_effects import HAND_OFF_EFFECTS
from shared.domain.words.permission import closed
from shared.domain.words.tree_effects import TREE_EFFECTS

EDGES = 90
"""Prerequisites that one edit adds and removes: each is an action of the transaction, which may have 100."""

Arguments = Mapping[str, object]
Effect = Callable[[Draft, Arguments], Refusal | None]


def set_assigned_party(draft: Draft, arguments: Arguments) -> Refusal | None:
    """The input's `assignedParty` is responsible from now on; null: nobody.

    `internal` follows from the party: false for nobody and for an external one, an
    organization's own, and for a user whether they belong inside, unless given (inspection.md).
    """
    party = cast(Party | None, draft.input.get("assignedParty"))
    internal = is_internal(draft.context.scene, party)
    given = cast(bool | None, draft.input.get("internal"))
    if given is not None and given != internal:
        if party is None or party.kind != "user":
            detail = f"This is {str(internal).lower()} for such a party."
            return invalid("/internal", detail)
        internal = given
    assign(draft, party, internal=internal)
    return None


def claim(draft: Draft, arguments: Arguments) -> Refusal | None:
    """A free task becomes the caller's; a task of an organization or an external party stays theirs."""
    user = draft.context.caller.user
    if draft.task.assigned_party is None and user is not None:
        assign(draft, user.party, internal=user.inside)
    return None


def clear_person(draft: Draft, arguments: Arguments) -> Refusal | None:
    """A person is no longer responsible; an organization or an external party stays responsible."""
    if draft.task.assigned_party is not None and draft.task.assigned_party.kind == "user":
        assign(draft, None, internal=False)
    return None


def set_awaiting(draft: Draft, arguments: Arguments) -> Refusal | None:
    """The task waits for the information that the input names; none without one."""
    _await(draft, cast(str | None, draft.input.get("awaiting")))
    return None


def clear_awaiting(draft: Draft, arguments: Arguments) -> Refusal | None:
    """No information is awaited."""
    _await(draft, None)
    return None


def set_group_queue(draft: Draft, arguments: Arguments) -> Refusal | None:
    """The input's group queue watches the task from now on."""
    queue = cast(str, draft.input["groupQueue"])
    draft.changed("groupQueue", draft.task.group_queue, queue)
    draft.set(group_queue=queue)
    return None


def set_due_time(draft: Draft, arguments: Arguments) -> Refusal | None:
    """The task is due at the input's time, or at none; the timer runs accordingly.

    It is overdue again only when the new time passes: once per due time.
    """
    due = cast(datetime | None, draft.input.get("dueTime"))
    draft.changed("dueTime", draft.task.due_time, due)
    if due is None:
        draft.stop_timer("due")
    elif due != draft.task.due_time:
        draft.start_timer("due", due)
    draft.set(due_time=due, overdue=False)
    return None


def mark_overdue(draft: Draft, arguments: Arguments) -> Refusal | None:
    """The task counts as overdue, and its timer is gone."""
    draft.changed("overdue", before=False, after=True)
    draft.stop_timer("due")
    draft.set(overdue=True)
    return None


def append_instruction(draft: Draft, arguments: Arguments) -> Refusal | None:
    """The input's `instructions` stand behind those that are there; none is overwritten."""
    text = cast(str | None, draft.input.get("instructions"))
    if text is not None:
        draft.write(AddInstruction(draft.task.task_id, draft.next_version, text))
        draft.text_items(1)
        draft.rewritten("instructions")
    return None


def edit_fields(draft: Draft, arguments: Arguments) -> Refusal | None:
    """Description, links, entity and priority are as the input says; absent ones stay."""
    if "description" in draft.input:
        draft.write(PutDescription(draft.task.task_id, cast(str | None, draft.input["description"]) or ""))
        draft.rewritten("description")
        draft.text_items(1)
    if "links" in draft.input:
        draft.write(PutLinks(draft.task.task_id, draft.next_version, cast(tuple[Link, ...], draft.input["links"])))
        draft.rewritten("links")
        draft.text_items(1)
    for name in ("entity", "priority"):
        if name in draft.input:
            draft.changed(name, getattr(draft.task, name), draft.input[name])
            draft.set(**{name: draft.input[name]})
    return None


def edit_prerequisites(draft: Draft, arguments: Arguments) -> Refusal | None:
    """The task waits for exactly the input's prerequisites; a cycle is refused.

    The case's graph gets a new version in the same transaction, so of two requests that race to
    close a cycle one fails and sees the other's edge when it is tried again.
    """
    if "prerequisites" not in draft.input:
        return None
    wanted = cast(tuple[TaskId, ...], draft.input["prerequisites"])
    had = draft.task.prerequisites
    if wanted == had:
        return None
    refusal = _uneditable(draft) or _unfit_prerequisites(draft, wanted)
    if refusal is not None:
        return refusal
    task_id = draft.task.task_id
    draft.write(AdvanceGraph(draft.context.scene.case))
    draft.write(*(AddDependent(p, task_id) for p in wanted if p not in had))
    draft.write(*(RemoveDependent(p, task_id) for p in had if p not in wanted))
    draft.changed("prerequisites", list(had), list(wanted))
    draft.set(prerequisites=wanted)
    return None


def _uneditable(draft: Draft) -> Refusal | None:
    """Refuses to change what a task waits for once it no longer waits, or its case is closed."""
    scene = draft.context.scene
    pair = scene.workflow.prerequisites
    if not scene.case.open:
        return closed(scene.case)
    if pair is None or draft.status.key not in (pair.waiting, pair.ready):
        detail = "Prerequisites change only while the task has not begun."
        return Refusal("action_not_available", detail, rule="prerequisites_editable")
    return None


def _unfit_prerequisites(draft: Draft, wanted: tuple[TaskId, ...]) -> Refusal | None:
    """Refuses a cycle, and more changes than fit one transaction."""
    if len({*wanted} ^ {*draft.task.prerequisites}) > EDGES:
        return invalid("/prerequisites", f"At most {EDGES} can come and go at once: change them in two steps.")
    if closes_cycle(draft.context.scene.graph, draft.task.task_id, wanted):
        return invalid("/prerequisites", "These prerequisites would wait for each other in a cycle.")
    return None


def invalid(pointer: str, detail: str) -> Refusal:
    """The refusal of one field of the input."""
    return Refusal("invalid_input", "The input does not fit.", errors=(FieldError(pointer, detail),))


def _await(draft: Draft, awaiting: str | None) -> None:
    draft.changed("awaiting", draft.task.awaiting, awaiting)
    draft.set(awaiting=awaiting)


EFFECTS: Mapping[str, Effect] = {
    "set_assigned_party": set_assigned_party,
    "claim": claim,
    "clear_person": clear_person,
    "set_awaiting": set_awaiting,
    "clear_awaiting": clear_awaiting,
    "set_group_queue": set_group_queue,
    "set_due_time": set_due_time,
    "mark_overdue": mark_overdue,
    "append_instruction": append_instruction,
    "edit_fields": edit_fields,
    "edit_prerequisites": edit_prerequisites,
    **TREE_EFFECTS,
    **HAND_OFF_EFFECTS,
}
