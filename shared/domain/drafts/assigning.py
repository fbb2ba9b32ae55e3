"""Who is responsible for a task: every change of it is made here."""

from __future__ import annotations

from shared.domain.definitions.workflow import Action, Field
from shared.domain.drafts.draft import Draft
from shared.domain.model.people import INTERNAL_KINDS, User
from shared.domain.model.plan import Refusal
from shared.domain.model.scene import Scene
from shared.domain.model.task import Party
from shared.domain.model.text import with_article
from shared.domain.words.task_kinds import party_kinds


def assign(draft: Draft, party: Party | None, *, internal: bool) -> None:
    """The party is responsible from now on, by the caller's will; the history says so."""
    draft.changed("internal", draft.task.internal, internal)
    if party == draft.task.assigned_party:
        draft.set(internal=internal)
        return
    draft.changed("assignedParty", party_json(draft.task.assigned_party), party_json(party))
    draft.set(
        assigned_party=party,
        internal=internal,
        assigned_by=draft.context.caller.person if party else None,
        assigned_at=draft.context.now if party else None,
    )


def party_json(party: Party | None) -> dict[str, str] | None:
    """The party as the history shows it."""
    if party is None:
        return None
    return {"kind": party.kind, "id": party.id, "displayName": party.display_name}


def is_internal(scene: Scene, party: Party | None) -> bool:
    """Whether the party belongs inside: an organization by its kind, a user by theirs."""
    if party is None or party.kind == "external":
        return False
    if party.kind == "organization":
        declared = scene.workflow.organizations.get(party.id)
        return declared.kind in INTERNAL_KINDS if declared else scene.organizations[party.id].internal
    return scene.users[party.id].inside


def unfit(draft: Draft, party: Party) -> Refusal | None:
    """Refuses a party that tasks of the type are not assigned to."""
    workflow = draft.context.scene.workflow
    wanted = workflow.types[draft.task.type].members_of
    user = draft.context.scene.users.get(party.id) if party.kind == "user" else None
    if wanted is None or belongs(user, wanted):
        return None
    detail = f"{with_article(draft.task.type, first=True)} is for members of {workflow.organizations[wanted].label}."
    return Refusal("assignee_not_member", detail, rule="members_of")


def member_field(action: Action) -> Field | None:
    """The field by which the action is told who is to have the task; None where it needs anything else."""
    required = [field for field in action.fields if field.required]
    return required[0] if [_names_a_user(field) for field in required] == [True] else None


def _names_a_user(field: Field) -> bool:
    return field.kind == "user" or (field.kind == "party" and "user" in party_kinds(field))


def member_input(action: Action, user: User) -> dict[str, object]:
    """The input by which the action gives the task to the user; raises ValueError where none does."""
    field = member_field(action)
    if field is None:
        raise ValueError(f"{action.name} takes no user.")
    return {field.name: user.id if field.kind == "user" else {"kind": "user", "id": user.id}}


def belongs(user: User | None, organization_id: str) -> bool:
    """Whether there is such a user, and they are a member."""
    return user is not None and organization_id in user.memberships
