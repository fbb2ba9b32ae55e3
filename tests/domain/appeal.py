"""An appeal in memory, with people who work on it."""

from __future__ import annotations

from shared import workflows
from shared.domain.cases import create_case
from shared.domain.definitions.workflow import Workflow
from shared.domain.model.people import Membership, Organization, User
from shared.domain.model.task import Task
from tests.domain.worlds import World, as_caller

APPEALS = workflows.load().latest("appeals")
VSO = Organization("vso", "Friends", "representative")
ORGANIZATIONS = {
    **{o.id: Organization(o.id, o.label, o.kind) for o in APPEALS.organizations.values()},
    "vso": VSO,
}


def of(name: str, *places: str) -> User:
    """A user who is a member of these organizations, and no admin."""
    memberships = {p: Membership(p, ORGANIZATIONS[p].display_name, ORGANIZATIONS[p].kind) for p in places}
    return User(name, name.title(), memberships=memberships)


JO, CLEO, MAY = of("jo", "judges"), of("cleo", "clerk-of-the-board"), of("may", "mail-team")
HANK, AL = of("hank", "hearings-management"), of("al", "attorneys")
USERS = {user.id: user for user in (JO, CLEO, MAY, HANK, AL)}


def appeal(docket: str = "direct_review", workflow: Workflow = APPEALS, **attributes: object) -> World:
    """An appeal that has just begun."""
    world = World(workflow=workflow, users=USERS, organizations=ORGANIZATIONS)
    world.play(create_case(world.context(as_caller(MAY)), {"attributes": {"docket": docket, **attributes}}))
    return world


def newest(world: World, type_name: str) -> Task:
    """The last task of the type that came to be."""
    return next(t for t in reversed(world.tasks.values()) if t.type == type_name)
