"""Work that is passed on: to a child of the same type, to another assignee in place, and back."""

from __future__ import annotations

from dataclasses import replace

from shared.domain.definitions.vocabulary import ENDED_BELOW, WORK_RETURNED
from shared.domain.drafts.assignees import misplaced
from shared.domain.drafts.assigning import assign, belongs, unfit
from shared.domain.drafts.draft import Draft
from shared.domain.drafts.opening import begin
from shared.domain.model.plan import Refusal
from shared.domain.model.scene import status_of
from shared.domain.model.task import Party, Task
from shared.domain.model.writes import AddInstruction
from shared.domain.trees.following import follow
from shared.domain.trees.tree import end, stand_under, twins
from shared.domain.words.relations import passed_on_by, passed_on_from


def delegate(draft: Draft, party: Party, *, internal: bool, instruction: str | None) -> Refusal | None:
    """A child of the task's own type is the party's, as urgent, in the queue of the task, which is on hold for it."""
    child = begin(draft.context, draft.task.type, party, internal=internal, beside=draft)
    child.set(queue=draft.task.queue, kind=draft.task.kind, priority=draft.task.priority)
    if instruction is not None:
        child.write(AddInstruction(child.task.task_id, 1, instruction))
        child.text_items(1)
    return unfit(child, party) or stand_under(child, draft.task)


def reassign(draft: Draft, party: Party, *, internal: bool) -> Refusal | None:
    """The party has the task from now on, in place: its children, its hold and its parent notice nothing."""
    parent = passed_on_by(draft.context.scene)
    members = unless_member(draft, party, parent) if parent else None
    refusal = misplaced(draft, party, internal=internal) or members or _twin(draft, party) or unfit(draft, party)
    if refusal is not None:
        return refusal
    assign(draft, party, internal=internal)
    return None


def _twin(draft: Draft, party: Party) -> Refusal | None:
    """Refuses a party that has the task above, or the open one below, of the same type."""
    scene, after = draft.context.scene, replace(draft.task, assigned_party=party)
    above, below = scene.related.get(after.parent_id or ""), scene.related.get(after.delegate_id or "")
    refusal = twins(after, above) if above is not None else None
    if refusal is None and below is not None and status_of(scene.workflow, below).open:
        refusal = twins(below, after)
    return refusal


def give_back(draft: Draft) -> None:
    """The task that passed the work on to the draft's has it back, so that it does not end with its children."""
    parent = passed_on_from(draft.context.scene)
    if parent is not None and status_of(draft.context.scene.workflow, parent).open:
        above = draft.beside(parent, WORK_RETURNED)
        above.changes["child"] = {"from": draft.task.task_id}
        above.set(delegated=False, delegate_id=None)


def end_with_delegate(draft: Draft) -> Refusal | None:
    """The task that passed the draft's on, where its type ends at once, has ended as that did, with all that follows.

    What the delegate was given counts as given there, and in the same way at what passed that on, up to the first of
    them: only there does anything follow. A task with another open child does not end: its counters must be those
    that were read. Who has the task by now makes no difference: it was passed on all the same.
    """
    workflow, scene = draft.context.scene.workflow, draft.context.scene
    parent = passed_on_from(scene)
    if parent is None or workflow.types[parent.type].ends != "at_once":
        return None
    above = draft.beside(parent, ENDED_BELOW)
    if not above.task.delegated or not above.status.open:
        return None
    if parent.children.open > 1:
        detail = "The task of its organization, which would end with it, has other open children."
        return Refusal("open_children", detail, rule="no_open_children")
    above.input, above.counters = draft.input, True
    end(above, completed=draft.status.completed)
    return end_with_delegate(above) or follow(above)


def unless_member(draft: Draft, party: Party, task: Task) -> Refusal | None:
    """Refuses anybody but members of the organization that the task is assigned to."""
    assigned = task.assigned_party
    user = draft.context.scene.users.get(party.id) if party.kind == "user" else None
    if assigned is not None and assigned.kind == "organization" and belongs(user, assigned.id):
        return None
    detail = f"{party.id!r} is no member of the organization that the task is assigned to."
    return Refusal("assignee_not_member", detail, rule="members_of_its_organization")
