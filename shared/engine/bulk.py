"""Bulk assignment: an organization's oldest free tasks go to a member, each on its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from shared.domain.definitions.workflow import Workflow
from shared.domain.drafts.assigning import belongs, member_input
from shared.domain.members import sees_organization
from shared.domain.model.people import Caller, Organization, User
from shared.domain.model.plan import FieldError
from shared.domain.model.task import Task
from shared.domain.words.kind import escape
from shared.engine.session import Identity, Refused, Request, Session, not_found, refuse
from shared.engine.several import Outcome, each_of
from shared.engine.tasks import act
from shared.storage.keys import OrganizationKey, TaskKey, UserKey
from shared.storage.store import Loaded

Given = Mapping[str, object]
MOST = 100
"""Tasks that one call assigns: they are done within API Gateway's time limit."""
ROWS = 100
"""Rows of the queue that are looked at together, with their tasks in one read."""
UNASSIGNED = "unassigned"
FIELDS = ("userId", "count", "type")


def bulk_assign(session: Session, identity: Identity, organization_id: str, given: Given) -> tuple[Outcome, ...]:
    """The oldest free tasks of the organization's queue, as many as asked for, are the member's; raises Refused.

    Each commits or not on its own, by the action that its workflow names for this, in the name of the
    caller. Tasks that have no such action are passed over. A repeat goes on with the next ones.
    """
    named = given.get("userId")
    keys = {UserKey(identity.user_id), UserKey(named if isinstance(named, str) else "")}
    loaded = session.store.load([OrganizationKey(organization_id), *keys])
    organization = _managed(session.caller(identity, loaded), organization_id, loaded)
    user, count = _read(session, given, loaded)
    if not belongs(user, organization_id):
        detail = f"{user.id!r} is no member of {organization.id!r}."
        refuse("assignee_not_member", detail, rule="members_of_its_organization")
    free = list(islice(_free(session, organization_id, given.get("type")), count))
    return each_of(
        session,
        free,
        lambda task: _assigned(session, identity, task, user),
        lambda task, why: Outcome(task.task_id, why),
    )


def _managed(caller: Caller, organization_id: str, loaded: Loaded) -> Organization:
    """The organization, of which the caller is an admin; raises Refused."""
    organization = loaded[OrganizationKey(organization_id)]
    if organization is None or not sees_organization(caller, organization_id):
        not_found("organization")
    if not (caller.administrator or caller.member_of(organization_id, admin=True)):
        who = (f"admins of {organization.display_name}", "administrators")
        refuse("not_allowed", "You may not assign the tasks of this organization.", rule="who", who=who)
    return organization


def _read(session: Session, given: Given, loaded: Loaded) -> tuple[User, int]:
    """Whom to assign how many tasks; raises Refused `invalid_input` with every error."""
    name, count = given.get("userId"), given.get("count")
    user = loaded[UserKey(name)] if isinstance(name, str) else None
    errors = [FieldError(f"/{escape(field)}", "There is no such field.") for field in given if field not in FIELDS]
    errors += [FieldError(f"/{field}", "This field is required.") for field in FIELDS[:2] if field not in given]
    if "userId" in given and (user is None or not user.active):
        detail = f"The user {user.id!r} is not active." if user else "There is no such user."
        errors.append(FieldError("/userId", detail))
    if "count" in given and not (type(count) is int and 1 <= count <= MOST):
        errors.append(FieldError("/count", f"This must be a whole number from 1 to {MOST}."))
    if "type" in given and not _known(session, given["type"]):
        errors.append(FieldError("/type", "This must be a type of task that is assigned to people."))
    if errors or user is None or type(count) is not int:
        refuse("invalid_input", "The input does not fit.", rule="input", errors=tuple(errors))
    return user, count


def _known(session: Session, name: object) -> bool:
    """Whether some version of a workflow has such a type, and an action by which such tasks are assigned."""
    versions = ((known, version) for known in session.workflows.names for version in session.workflows.versions(known))
    return isinstance(name, str) and any(_member_action(session.workflows.get(*v), name) for v in versions)


def _member_action(workflow: Workflow, type_name: str) -> str | None:
    """The action by which tasks of the type are assigned to a member; None where they have none."""
    member = workflow.assigning.member if workflow.assigning else None
    known = workflow.actions_of(type_name) if type_name in workflow.types else {}
    return member if member in known else None


def _free(session: Session, organization_id: str, type_name: object) -> Iterator[Task]:
    """The tasks of the organization's queue that nobody has as they are now, and that can be assigned; oldest first."""
    after: str | None = None
    while True:
        rows = session.store.unassigned(organization_id, after=after, limit=ROWS)
        wanted = [row.task_id for row in rows if type_name in (None, row.type)]
        loaded = session.store.load([TaskKey(task_id) for task_id in wanted])
        found = (loaded[TaskKey(task_id)] for task_id in wanted)
        yield from (task for task in found if task is not None and _is_free(session, task, organization_id))
        if len(rows) < ROWS:
            return
        after = rows[-1].position


def _is_free(session: Session, task: Task, organization_id: str) -> bool:
    """Whether the task is still where its row was, which may lag, and its workflow assigns such tasks."""
    workflow = session.workflows.get(task.workflow, task.workflow_version)
    return (task.queue, task.tab) == (organization_id, UNASSIGNED) and _member_action(workflow, task.type) is not None


def _assigned(session: Session, identity: Identity, task: Task, user: User) -> Outcome:
    workflow = session.workflows.get(task.workflow, task.workflow_version)
    name = _member_action(workflow, task.type) or ""
    given = member_input(workflow.actions_of(task.type)[name], user)
    try:
        act(session, identity, task.task_id, name, given, Request())
    except Refused as refused:
        return Outcome(task.task_id, refused.refusal)
    return Outcome(task.task_id)
