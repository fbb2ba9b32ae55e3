"""Effects in trees: timed holds, work that is passed on, tasks that are opened again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import cast

from shared.domain.drafts.assigning import is_internal
from shared.domain.drafts.draft import Draft
from shared.domain.drafts.opening import start_lasting
from shared.domain.drafts.texts import TEXTS, copy_texts, joined, size_of
from shared.domain.model.people import Organization, User
from shared.domain.model.plan import Refusal
from shared.domain.model.task import Party
from shared.domain.model.writes import PassTurn
from shared.domain.trees.delegation import delegate, give_back, unless_member
from shared.domain.trees.delegation import reassign as reassign_to
from shared.domain.trees.following import open_beside
from shared.domain.trees.holds import end_hold, place_hold
from shared.domain.trees.switching import switch
from shared.domain.trees.tree import end, place_of, stand_again
from shared.domain.trees.turns import whose_turn
from shared.domain.words.relations import branch_of

Arguments = Mapping[str, object]
Effect = Callable[[Draft, Arguments], Refusal | None]


def place_timed_hold(draft: Draft, arguments: Arguments) -> Refusal | None:
    """A timed hold of the input's `days` keeps the task on hold, in place of one that runs."""
    place_hold(draft, timedelta(days=cast(int, draft.input["days"])))
    return None


def end_timed_hold(draft: Draft, arguments: Arguments) -> Refusal | None:
    """The timed hold, if one runs, is cancelled."""
    end_hold(draft)
    return None


def pass_to_member(draft: Draft, arguments: Arguments) -> Refusal | None:
    """The input's user, a member of the assigned organization, has a child of the same type."""
    user = cast(User, draft.input["userId"])
    refusal = unless_member(draft, user.party, draft.task)
    return refusal or delegate(draft, user.party, internal=user.inside, instruction=_instruction(draft))


def pass_to_next_member(draft: Draft, arguments: Arguments) -> Refusal | None:
    """The member of the assigned organization whose turn it is has a child of the same type; admins have no turns."""
    party = cast(Party, draft.task.assigned_party)
    user = whose_turn(draft.context.scene, party.id)
    if user is None:
        draft.changes["notAssigned"] = {"reason": f"{party.display_name} has no active member who is no admin."}
        return None
    draft.write(PassTurn(party.id, user.id, draft.context.scene.last_turn))
    return delegate(draft, user.party, internal=user.inside, instruction=None)


def pass_to_organization(draft: Draft, arguments: Arguments) -> Refusal | None:
    """The input's organization has a child of the same type."""
    organization = cast(Organization, draft.input["organizationId"])
    return delegate(draft, organization.party, internal=organization.internal, instruction=_instruction(draft))


def reassign(draft: Draft, arguments: Arguments) -> Refusal | None:
    """The input's `assignedParty` has the task from now on, in place; a member, where an organization passed it on."""
    party = cast(Party, draft.input["assignedParty"])
    return reassign_to(draft, party, internal=is_internal(draft.context.scene, party))


def return_work(draft: Draft, arguments: Arguments) -> Refusal | None:
    """The organization that passed the task on has the work back, and does not end with it."""
    give_back(draft)
    return None


def reopen(draft: Draft, arguments: Arguments) -> Refusal | None:
    """The task is open again: its parent is on hold for it, its locks are taken, its timers run anew."""
    task, now, edge = draft.task, draft.context.now, draft.context.scene.edge
    refusal = stand_again(draft, edge) if edge is not None else None
    if refusal is not None:
        return refusal
    draft.set(closed_at=None, cancellation_reason=None, cancelled_by=None, completed_by=None)
    draft.set(delegated=False, delegate_id=None)
    start_lasting(draft)
    if task.due_time is not None and task.due_time > now:
        draft.start_timer("due", task.due_time)
    return None


def change_type(draft: Draft, arguments: Arguments) -> Refusal | None:
    """A new task of the input's type opens; this one ends, with the children to which it was passed on."""
    scene = draft.context.scene
    top, wanted = branch_of(scene, draft.task)[0], scene.workflow.types[cast(str, draft.input["type"])]
    place = place_of(scene, wanted)
    if place is None:
        return Refusal("parent_closed", "There is no open task for it to stand under.", rule="parent_open")
    new = open_beside(draft, wanted.name, place)
    if isinstance(new, Refusal):
        return new
    texts = joined([scene.texts[task.task_id] for task in branch_of(scene, draft.task) if task.task_id in scene.texts])
    if size_of(texts) > TEXTS:
        return Refusal("action_not_available", "Its texts are too long to be taken over by a new task.", rule="texts")
    copy_texts(new, texts)
    for opened in (each for each in draft.company.values() if each.before is None):
        opened.set(priority=draft.task.priority)
    new.changed("changedFrom", None, top.task_id)
    draft.changed("changedTo", None, new.task.task_id)
    if top.task_id != draft.task.task_id:
        end(draft.beside(top, draft.action), completed=False)
    return None


def switch_case(draft: Draft, arguments: Arguments) -> Refusal | None:
    """A new case has the attribute that the argument names as the input says; this one ends with the task, whole."""
    return switch(draft, str(arguments["value"]))


def set_cancellation_reason(draft: Draft, arguments: Arguments) -> Refusal | None:
    """The input's `cancellationReason` says why the task is cancelled."""
    reason = cast(str | None, draft.input.get("cancellationReason"))
    draft.changed("cancellationReason", draft.task.cancellation_reason, reason)
    draft.set(cancellation_reason=reason)
    return None


def _instruction(draft: Draft) -> str | None:
    return cast(str | None, draft.input.get("instructions"))


TREE_EFFECTS: Mapping[str, Effect] = {
    "place_timed_hold": place_timed_hold,
    "end_timed_hold": end_timed_hold,
    "pass_to_member": pass_to_member,
    "pass_to_next_member": pass_to_next_member,
    "pass_to_organization": pass_to_organization,
    "reassign": reassign,
    "return_work": return_work,
    "reopen": reopen,
    "set_cancellation_reason": set_cancellation_reason,
    "change_type": change_type,
    "switch_case": switch_case,
}
