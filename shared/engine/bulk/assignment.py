"""Bulk assignment: an organization's oldest free tasks go to a member, each on its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from shared.domain.definitions.workflow import Workflow
from shared.domain.drafts.assigning import belongs, member_input
from shared.domain.members import sees_organization
from shared.domain.model.people import Caller, Organization, User
from shared.domain.model.plan import FieldError, Refusal
from shared.domain.model.task import Task, TaskId
from shared.domain.model.writes import PutRequest
from shared.engine.bulk.chosen import Purpose, Way, take
from shared.engine.bulk.outcomes import Outcome, each_of, is_repeat
from shared.engine.inputs import Given, misfit, missing_fields, unknown_fields
from shared.engine.loading import load_tasks
from shared.engine.replay import claim, earlier, part, record_key
from shared.engine.session import PLAIN, Answer, Identity, Refused, Request, Session, not_found, refuse
from shared.storage.keys import OrganizationKey, RequestKey, TaskKey, UserKey
from shared.storage.store import Loaded

MOST = 100
"""Tasks that one call assigns: they are done within API Gateway's time limit."""
ROWS = 100
"""Rows of the queue that are looked at together, with their tasks in one read."""
LOOKED = 10_000
"""Rows that one call looks at, whatever they are of: reading a longer queue to its end would take all of its time."""
UNASSIGNED = "unassigned"
TRUNCATED, WHOLE = "truncated", "whole"
TAKEN = Refusal("action_not_available", "Somebody has this task by now, or it is elsewhere.", rule=UNASSIGNED)
FIELDS = ("userId", "count", "type")


@dataclass(frozen=True, slots=True)
class BulkAssignment:
    """What became of each task; `truncated` where there were fewer than asked for in the part that was looked at."""

    outcomes: tuple[Outcome, ...]
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class _Order:
    """Which tasks go to whom, and those of them that were read already.

    `refusal` says why none may any more, where a request is repeated.
    """

    organization_id: str
    user: User | None
    task_ids: tuple[TaskId, ...]
    found: Mapping[TaskId, Task]
    truncated: bool
    refusal: Refusal | None = None
    record: PutRequest | None = None
    known: bool = False


def bulk_assign(
    session: Session, identity: Identity, organization_id: str, given: Given, request: Request = PLAIN
) -> Answer[BulkAssignment]:
    """The oldest free tasks of the organization's queue, as many as asked for, are the member's; raises Refused.

    Each commits or not on its own, by the action that its workflow names for this, in the name of the
    caller, and only while it is free. Tasks that have no such action are passed over. A repeat goes on with the next
    ones; one with the same key is about the same tasks, does nothing twice, and tries once more what was refused.
    """
    order = session.retry(lambda: _admitted(session, identity, organization_id, given, request))
    outcomes = each_of(
        session,
        order.task_ids,
        lambda task_id: _assigned(session, identity, task_id, order, request),
        Outcome,
    )
    done = [outcome.replayed for outcome in outcomes if outcome.refusal is None]
    replayed = is_repeat(done, nothing_chosen=order.known and not outcomes)
    return Answer(BulkAssignment(outcomes, order.truncated), replayed=replayed)


def _admitted(
    session: Session, identity: Identity, organization_id: str, given: Given, request: Request
) -> _Order | None:
    """What is to be done, with the choice remembered; None where a request with the same key came between.

    The answer to a repeat is what the request did, also where its caller may not do it any more.
    """
    key, named = record_key(identity, request), given.get("userId")
    users = {UserKey(identity.user_id), UserKey(named if isinstance(named, str) else "")}
    loaded = session.store.load([OrganizationKey(organization_id), *users, *([RequestKey(key)] if key else ())])
    caller, now = session.caller(identity, loaded), session.now()
    organization = _seen(caller, organization_id, loaded)
    record = earlier(loaded[RequestKey(key)] if key else None, request, now)
    try:
        user, count = _fitting(session, caller, organization, given, loaded)
    except Refused as refused:
        if record is None:
            raise
        return _again(session, organization_id, record, None, refused.refusal)
    if record is not None:
        return _again(session, organization_id, record, user)
    looked_at = list(islice(_free(session, organization_id, given.get("type")), count))
    free = {task.task_id: task for task in looked_at if task is not None}
    order = _Order(organization_id, user, tuple(free), free, None in looked_at)
    if key is None:
        return order
    record = claim(session, key, request, now, TRUNCATED if order.truncated else WHOLE, order.task_ids)
    return replace(order, record=record) if record else None


def _again(
    session: Session, organization_id: str, record: PutRequest, user: User | None, refusal: Refusal | None = None
) -> _Order:
    found = load_tasks(session, record.chosen)
    truncated = record.resource == TRUNCATED
    return _Order(organization_id, user, record.chosen, found, truncated, refusal, record, known=True)


def _seen(caller: Caller, organization_id: str, loaded: Loaded) -> Organization:
    organization = loaded[OrganizationKey(organization_id)]
    if organization is None or not sees_organization(caller, organization_id):
        not_found("organization")
    return organization


def _fitting(
    session: Session, caller: Caller, organization: Organization, given: Given, loaded: Loaded
) -> tuple[User, int]:
    """Whom to assign how many tasks, if the caller may; raises Refused."""
    _check_managed(caller, organization)
    user, count = _read(session, given, loaded)
    if not belongs(user, organization.id):
        detail = f"{user.id!r} is no member of {organization.id!r}."
        refuse("assignee_not_member", detail, rule="members_of_its_organization")
    return user, count


def _check_managed(caller: Caller, organization: Organization) -> None:
    if not (caller.administrator or caller.member_of(organization.id, admin=True)):
        who = (f"admins of {organization.display_name}", "administrators")
        refuse("not_allowed", "You may not assign the tasks of this organization.", rule="who", who=who)


def _read(session: Session, given: Given, loaded: Loaded) -> tuple[User, int]:
    """Whom to assign how many tasks; raises Refused `invalid_input` with every error."""
    name, count = given.get("userId"), given.get("count")
    user = loaded[UserKey(name)] if isinstance(name, str) else None
    errors = unknown_fields(given, FIELDS)
    errors += missing_fields(given, FIELDS[:2])
    if "userId" in given and (user is None or not user.active):
        detail = f"The user {user.id!r} is not active." if user else "There is no such user."
        errors.append(FieldError("/userId", detail))
    if "count" in given and not (type(count) is int and 1 <= count <= MOST):
        errors.append(FieldError("/count", f"This must be a whole number from 1 to {MOST}."))
    if "type" in given and not _known(session, given["type"]):
        errors.append(FieldError("/type", "This must be a type of task that is assigned to people."))
    if errors or user is None or type(count) is not int:
        misfit(*errors)
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


def _free(session: Session, organization_id: str, type_name: object) -> Iterator[Task | None]:
    """The tasks of the organization's queue that nobody has as they are now, and that can be assigned; oldest first.

    None comes last where there are more rows than are looked at.
    """
    after: str | None = None
    for _ in range(0, LOOKED, ROWS):
        rows = session.store.unassigned(organization_id, after=after, limit=ROWS)
        wanted = [row.task_id for row in rows if type_name in (None, row.type)]
        loaded = session.store.load([TaskKey(task_id) for task_id in wanted])
        found = (loaded[TaskKey(task_id)] for task_id in wanted)
        yield from (task for task in found if task is not None and _is_free(session, task, organization_id))
        if len(rows) < ROWS:
            return
        after = rows[-1].position
    yield None


def _is_free(session: Session, task: Task, organization_id: str) -> bool:
    """Whether the task is still where its row was, which may lag, and its workflow assigns such tasks."""
    workflow = session.workflows.get(task.workflow, task.workflow_version)
    return (task.queue, task.tab) == (organization_id, UNASSIGNED) and _member_action(workflow, task.type) is not None


def _assigned(session: Session, identity: Identity, task_id: TaskId, order: _Order, request: Request) -> Outcome:
    def ways(task: Task) -> Sequence[Way]:
        workflow = session.workflows.get(task.workflow, task.workflow_version)
        name = _member_action(workflow, task.type)
        given = member_input(workflow.actions_of(task.type)[name], order.user) if name and order.user else {}
        return [(name, given)] if name else []

    def refusal(task: Task) -> Refusal | None:
        return order.refusal or (None if _is_free(session, task, order.organization_id) else TAKEN)

    own = part(request, order.record, task_id)
    taken = take(session, identity, task_id, order.found.get(task_id), Purpose(ways, refusal), own)
    return Outcome(task_id, taken.refusal, taken.replayed)
