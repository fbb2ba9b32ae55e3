"""The people and organizations of a case, as far as its history names them.

Memberships of the past are not stored. So everybody counts as a member of every organization, and nobody is refused
for want of one; a person of whom history shows that they were none counts as a stranger to all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import cast

from shared.domain.checks.worlds.people import People
from shared.domain.definitions.workflow import Action, Workflow
from shared.domain.model.people import SYSTEM, Membership, Organization, OrganizationKind, User
from shared.domain.model.task import Party
from shared.domain.whatif.past import Past

ANYBODY = "administrator"
"""The relation in which everybody stands who has done anything in a case that is played again."""


def for_anybody(workflow: Workflow) -> Workflow:
    """The workflow, in which `ANYBODY` may do everything that anybody may."""
    types = {
        name: replace(
            task_type,
            who={},
            own_actions=_opened(task_type.own_actions),
            created_by=None,
            created_under={},
            created_by_members_of=None,
        )
        for name, task_type in workflow.types.items()
    }
    closing = workflow.closing
    return replace(
        workflow,
        actions=_opened(workflow.actions),
        types=types,
        creation=replace(workflow.creation, who=(*workflow.creation.who, ANYBODY)),
        create_case=(*workflow.create_case, ANYBODY),
        closing=replace(closing, who=(*closing.who, ANYBODY)) if closing is not None else None,
    )


def _opened(actions: Mapping[str, Action]) -> dict[str, Action]:
    return {
        name: replace(action, who=(*action.who, ANYBODY), options=_opened(action.options))
        for name, action in actions.items()
    }


def people_of(past: Past, *versions: Workflow) -> People:
    """All who have taken part in the case, and the organizations of both versions of its workflow."""
    organizations = {o.id: o for o in (*_named(past, versions), *_declared(versions))}
    places = {o.id: Membership(o.id, o.display_name, o.kind) for o in organizations.values()}
    users = {user_id: User(user_id, user_id, memberships=places) for user_id in _user_ids(past)}
    return People({**users, SYSTEM.id: SYSTEM}, organizations)


def strangers(people: People) -> People:
    """The same people, who belong to nothing."""
    users = {user_id: replace(user, memberships={}) for user_id, user in people.users.items()}
    return People(users, people.organizations)


def _declared(versions: tuple[Workflow, ...]) -> Iterator[Organization]:
    for workflow in versions:
        for declared in workflow.organizations.values():
            yield Organization(declared.id, declared.label, declared.kind)


def _user_ids(past: Past) -> Iterator[str]:
    for entry in past.entries:
        if entry.created_by is not None:
            yield entry.created_by.id
        if entry.assigned_party is not None and entry.assigned_party.kind == "user":
            yield entry.assigned_party.id


def _named(past: Past, versions: tuple[Workflow, ...]) -> Iterator[Organization]:
    """The organizations that only the case itself names, of the kinds that they are there for."""
    if past.case.organization_id is not None:
        yield Organization(past.case.organization_id, past.case.organization_id, "team")
    for entry in past.entries:
        if entry.assigned_party is not None and entry.assigned_party.kind == "organization":
            yield _assigned(past, entry.task_id, entry.assigned_party, versions[0])
        counterpart = entry.changes.get("counterpart")
        yield from _partners(counterpart)
    kinds = {f.name: f.options.get("of_kind") for w in versions for t in w.case_types.values() for f in t.attributes}
    for name, value in _attributes(past):
        if isinstance(value, Mapping) and "organizationId" in value:
            kind = cast(OrganizationKind, kinds.get(name) or "partner")
            yield Organization(str(value["organizationId"]), str(value.get("displayName", "")), kind)


def _assigned(past: Past, task_id: str | None, party: Party, workflow: Workflow) -> Organization:
    task = past.task(task_id)
    task_type = workflow.types.get(task.type) if task is not None else None
    internal = task is not None and task.internal
    kind = task_type.assigned_kind if task_type is not None else None
    return Organization(party.id, party.display_name, kind or ("team" if internal else "partner"))


def _partners(change: object) -> Iterator[Organization]:
    party = change.get("to") if isinstance(change, Mapping) else None
    if isinstance(party, Mapping) and party.get("organizationId") is not None:
        yield Organization(str(party["organizationId"]), str(party["displayName"]), "partner")


def _attributes(past: Past) -> Iterator[tuple[str, object]]:
    """Every attribute that the case has, and every one that it had before."""
    for entry in past.of(None):
        change = entry.changes.get("attributes")
        if isinstance(change, Mapping):
            yield from change["from"].items()
    yield from past.case.attributes.items()
