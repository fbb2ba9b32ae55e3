"""Who takes part in the checker's cases: of every organization a member and an admin, and an administrator.

A named organization is assumed to have active members: that it has is for the doctor to look after.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from shared.domain.definitions.workflow import Workflow
from shared.domain.model.people import SYSTEM, Caller, Membership, Organization, OrganizationKind, User
from shared.domain.model.scene import Scene
from shared.domain.model.task import Party
from shared.domain.words.relations import relations, visible

OWNER = Organization("owner", "Owner", "team")
PARTNERS = tuple(Organization(f"partner-{n}", f"Partner {n}", "partner") for n in (1, 2))
"""To whom tasks are handed: both are connected with the owner, and the second answers to a request for that as well."""
ADMINISTRATOR = Caller(User("administrator", "An administrator"), administrator=True)


@dataclass(frozen=True, slots=True)
class People:
    """The users and organizations that there are."""

    users: Mapping[str, User]
    organizations: Mapping[str, Organization]
    partners: tuple[str, ...] = ()
    """The organizations that tasks are handed to, where they are."""

    def members(self, organization_id: str | None) -> tuple[User, ...]:
        """A member of the organization, and an admin of it."""
        named = (self.users.get(f"{organization_id}-{place}") for place in ("member", "admin"))
        return tuple(user for user in named if user is not None)

    def of_kind(self, *kinds: str) -> Organization:
        """An organization of one of the kinds."""
        return next(o for o in self.organizations.values() if o.kind in kinds)


def people_of(workflow: Workflow) -> People:
    """The members of the workflow's organizations, and of one of each kind that it does not name."""
    named = [Organization(o.id, o.label, o.kind, o.auto_assign) for o in workflow.organizations.values()]
    missing = [kind for kind in get_args(OrganizationKind) if all(o.kind != kind for o in named)]
    handing, partners = ((OWNER,), PARTNERS) if workflow.hand_off else ((), ())
    every = (*handing, *named, *(Organization(f"any-{kind}", f"Any {kind}", kind) for kind in missing), *partners)
    users = {user.id: user for o in every for user in (_user(o, admin=False), _user(o, admin=True))}
    others = (SYSTEM, *(user for user in (ADMINISTRATOR.user,) if user is not None))
    known = users | {user.id: user for user in others}
    return People(known, {o.id: o for o in every}, tuple(o.id for o in partners))


def _user(of: Organization, *, admin: bool) -> User:
    place = "admin" if admin else "member"
    membership = Membership(of.id, of.display_name, of.kind, admin)
    return User(f"{of.id}-{place}", f"{of.display_name}'s {place}", memberships={of.id: membership})


def callers(people: People, scene: Scene) -> Iterator[tuple[Caller, frozenset[str]]]:
    """One person for each way to be related to the scene's task, with those relations; an administrator last.

    Who may not see the task is nobody to it, whatever else they are.
    """
    seen = set[frozenset[str]]()
    near = {user.id: Caller(user) for user in _near(people, scene)}
    seeing = (one for one in near.values() if visible(scene.workflow, one, scene.case, scene.task))
    for caller in (*seeing, ADMINISTRATOR):
        related = relations(scene, caller)
        if related and related not in seen:
            seen.add(related)
            yield caller, related


def _near(people: People, scene: Scene) -> Iterator[User]:
    """Those whom a relation to the task may name."""
    task = scene.subject
    parent = scene.related.get(task.parent_id or "")
    for one in (task, parent):
        yield from _party(people, one.assigned_party if one else None)
    if task.assigned_by is not None:
        yield from (user for user in (people.users.get(task.assigned_by.id),) if user is not None)
    yield from people.members(task.group_queue)
    yield from people.members(scene.case.organization_id)
    yield from people.members(people.of_kind("queue", "team", "business_line", "placeholder").id)


def _party(people: People, party: Party | None) -> tuple[User, ...]:
    """Whoever the party is; nobody signs in as the user who stands for no particular person."""
    if party is None or party.kind == "external" or party.id == SYSTEM.id:
        return ()
    return (people.users[party.id],) if party.kind == "user" else people.members(party.id)
