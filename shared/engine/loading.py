"""One batch read of all that a request on a case or a task depends on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from shared.domain.definitions.workflow import Workflow
from shared.domain.model.people import Caller, Organization, User
from shared.domain.model.scene import Context, Scene, one_version
from shared.domain.model.task import Case, Edge, Task, TaskId, case_of
from shared.domain.model.writes import PutRequest
from shared.domain.words.relations import visible
from shared.engine.replay import record_key
from shared.engine.session import Identity, Request, Session, not_found, refuse
from shared.storage.keys import CaseKey, EdgeKey, Key, OrganizationKey, RequestKey, TaskKey, UserKey

Value = TypeVar("Value")

PARTIES = 50
"""Users and organizations that a request may name: fifteen tasks with a party each, and some more."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was read for a request; `record` is what an earlier one with the same key did."""

    caller: Caller
    now: datetime
    case: Case | None = None
    task: Task | None = None
    related: Mapping[TaskId, Task] = field(default_factory=dict)
    users: Mapping[str, User] = field(default_factory=dict)
    organizations: Mapping[str, Organization] = field(default_factory=dict)
    record: PutRequest | None = None


def gather(
    session: Session,
    identity: Identity,
    case_id: str,
    task_id: TaskId | None = None,
    given: Mapping[str, object] | None = None,
    request: Request | None = None,
) -> Gathered:
    """The caller, the case, the task and whatever the input names, in one consistent read.

    It is read again where a migration came between two items of it. Raises Refused `unknown_user`.
    """
    return session.retry(lambda: _gather(session, identity, case_id, task_id, given, request))


def _gather(
    session: Session,
    identity: Identity,
    case_id: str,
    task_id: TaskId | None,
    given: Mapping[str, object] | None,
    request: Request | None,
) -> Gathered:
    users, organizations = _parties(given)
    tasks = _tasks(given, case_id) | ({task_id} if task_id else set())
    record = record_key(identity, request) if request else None
    keys: list[Key[Any]] = [UserKey(identity.user_id), CaseKey(case_id)]
    keys += [TaskKey(task) for task in sorted(tasks)]
    keys += [UserKey(user) for user in sorted(users - {identity.user_id})]
    keys += [OrganizationKey(organization) for organization in sorted(organizations)]
    keys += [RequestKey(record)] if record else []
    loaded = session.store.load(keys)
    case, related = loaded[CaseKey(case_id)], _found(tasks, lambda task: loaded[TaskKey(task)])
    if case is not None:
        one_version(case, related.values())
    return Gathered(
        caller=session.caller(identity, loaded),
        now=session.now(),
        case=case,
        task=loaded[TaskKey(task_id)] if task_id else None,
        related=related,
        users=_found(users, lambda user: loaded[UserKey(user)]),
        organizations=_found(organizations, lambda organization: loaded[OrganizationKey(organization)]),
        record=loaded[RequestKey(record)] if record else None,
    )


def load_beside(session: Session, case: Case, task_ids: Iterable[TaskId]) -> dict[TaskId, Task]:
    """Those of the case's tasks that exist, in one read, for a decision by its rules; raises TornError."""
    tasks = load_tasks(session, task_ids)
    one_version(case, tasks.values())
    return tasks


def load_tasks(session: Session, task_ids: Iterable[TaskId]) -> dict[TaskId, Task]:
    """Those of the tasks that exist, in one read, each as it is: of whichever case, by whichever version."""
    keys = [TaskKey(task_id) for task_id in task_ids]
    if not keys:
        return {}
    loaded = session.store.load(keys)
    return {key.task_id: task for key in keys if (task := loaded[key]) is not None}


def load_users(session: Session, user_ids: Iterable[str]) -> dict[str, User]:
    """Those of the users that exist, in one read."""
    keys = [UserKey(user_id) for user_id in user_ids]
    if not keys:
        return {}
    loaded = session.store.load(keys)
    return {key.user_id: user for key in keys if (user := loaded[key]) is not None}


def load_edge(session: Session, task: Task) -> Edge | None:
    """The edge through which the task counts at another one; None for one that counts nowhere."""
    if task.parent_id is None or task.counts_at is None:
        return None
    key = EdgeKey(task.parent_id, task.task_id)
    return session.store.load([key])[key]


def load_above(session: Session, case: Case, task: Task) -> dict[TaskId, Task]:
    """The tasks above the task, up to its root; one read for each, as each names the next. Raises TornError."""
    found: dict[TaskId, Task] = {}
    above: TaskId | None = task.parent_id
    # A circle, which nothing but the doctor may look at, has no top.
    while above is not None and above not in found:
        parent = load_beside(session, case, [above])
        found.update(parent)
        above = parent[above].parent_id if above in parent else None
    return found


def with_named_parties(session: Session, scene: Scene, given: Mapping[str, object]) -> Scene:
    """The scene with the users and organizations that an input, or attributes of a case, name; mostly none."""
    users, organizations = _parties(given)
    keys: list[Key[Any]] = [*map(UserKey, sorted(users)), *map(OrganizationKey, sorted(organizations))]
    if not keys:
        return scene
    loaded = session.store.load(keys)
    return replace(
        scene,
        users={**scene.users, **_found(users, lambda user: loaded[UserKey(user)])},
        organizations={**scene.organizations, **_found(organizations, lambda o: loaded[OrganizationKey(o)])},
    )


def workflow_of(session: Session, of: Case | Task) -> Workflow:
    """The version of the workflow that the case, and with it each of its tasks, is pinned to."""
    return session.workflows.get(of.workflow, of.workflow_version)


def seen_case(session: Session, gathered: Gathered) -> tuple[Workflow, Case]:
    """The case and its workflow; raises Refused `not_found` if the caller may see nothing of it."""
    case, caller = gathered.case, gathered.caller
    if case is None or case.staged:
        not_found("case")
    workflow = workflow_of(session, case)
    if not visible(workflow, caller, case):
        tasks = session.store.tasks(case.case_id)
        if not any(visible(workflow, caller, case, task) for task in tasks):
            not_found("case")
    return workflow, case


def seen_task(session: Session, gathered: Gathered, *, deleted: bool = False) -> tuple[Workflow, Case, Task]:
    """The task with its case and workflow; raises Refused `not_found` if it may not be seen.

    With `deleted`, also a task that was deleted: the request that deleted it may be repeated.
    """
    case, task = gathered.case, gathered.task
    if case is None or task is None or case.staged or (task.deleted and not deleted):
        not_found("task")
    workflow = workflow_of(session, case)
    if not visible(workflow, gathered.caller, case, task):
        not_found("task")
    return workflow, case, task


def check_version(request: Request, version: int) -> None:
    """Raises Refused `version_mismatch` if the caller has seen another version."""
    if request.if_match is not None and request.if_match != version:
        other = f", not {request.if_match}" if request.if_match else ""
        refuse("version_mismatch", f"This is version {version} by now{other}. Look again.")


def context_of(session: Session, gathered: Gathered, scene: Scene) -> Context:
    """What a decision gets: the scene with the loaded parties, the caller, the time, new ids; raises TornError."""
    related = {**gathered.related, **scene.related}
    one_version(scene.case, related.values())
    users = {**gathered.users, **scene.users}
    organizations = {**gathered.organizations, **scene.organizations}
    scene = replace(scene, related=related, users=users, organizations=organizations)
    caller = acting_for(gathered.caller, scene.case)
    return Context(scene, caller, gathered.now, session.ids(gathered.now))


def acting_for(caller: Caller, case: Case) -> Caller:
    """The caller, who acts for the organization that the case belongs to, if it belongs to one of theirs."""
    return replace(caller, acts_for=case.organization_id) if caller.member_of(case.organization_id) else caller


def _found(ids: Iterable[str], get: Callable[[str], Value | None]) -> dict[str, Value]:
    pairs = ((i, get(i)) for i in ids)
    return {i: value for i, value in pairs if value is not None}


def _tasks(given: Mapping[str, object] | None, case_id: str) -> set[TaskId]:
    """The tasks of the case that the input names: as parent, as prerequisites."""
    given = given or {}
    listed = given.get("prerequisites")
    named = [given.get("parentId"), *(listed[:100] if isinstance(listed, list) else ())]
    return {t for t in named if isinstance(t, str) and case_of(t) == case_id}


def _parties(given: object) -> tuple[set[str], set[str]]:
    """The ids of the users and the organizations that an input names, wherever they stand.

    Only so many are looked up: no request that fits names more, and one that does not fit is to
    cost no more than one that does.
    """
    users: set[str] = set()
    organizations: set[str] = set()
    by_kind = {"user": users, "organization": organizations}
    ahead = [given]
    while ahead and len(users) + len(organizations) < PARTIES:
        here = ahead.pop()
        if isinstance(here, list | tuple):
            ahead.extend(here)
        elif isinstance(here, Mapping):
            ahead.extend(here.values())
            for field, found in (("userId", users), ("organizationId", organizations)):
                found |= {value for value in (here.get(field),) if isinstance(value, str)}
            kind, party = here.get("kind"), here.get("id")
            if isinstance(kind, str) and isinstance(party, str) and kind in by_kind:
                by_kind[kind].add(party)
    return users, organizations
