"""A case is read whole: all that is stored of it, and of its surroundings what an examination asks for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shared.domain.doctor.whole import WholeCase
from shared.domain.model.ends import PENDING
from shared.domain.model.people import User
from shared.engine.loading import load_users, workflow_of
from shared.engine.messages import other_end_of
from shared.engine.session import Session
from shared.storage.keys import ConnectionKey, Key, OrganizationKey, TaskKey, UserKey

AT_ONCE = 25
"""Members of an organization that are read at once."""


def read_whole(session: Session, case_id: str) -> WholeCase | None:
    """The case with its surroundings; None if there is none."""
    whole = session.store.whole(case_id)
    if whole is None or whole.case.staged:
        return whole
    return _with_ends(session, _with_people(session, whole))


def _with_people(session: Session, whole: WholeCase) -> WholeCase:
    """The case with the users and organizations that its open tasks name, and who can act for these."""
    workflow = workflow_of(session, whole.case)
    statuses = ((task, workflow.status_of(task.state, task.status)) for task in whole.tasks.values())
    tasks = [task for task, status in statuses if status is not None and status.open]
    parties = [task.assigned_party for task in tasks if task.assigned_party is not None]
    named = {party.id for party in parties if party.kind == "organization"}
    named |= {queue for task in tasks if (queue := task.group_queue) is not None}
    named |= {owner for owner in (whole.case.organization_id,) if owner is not None}
    users = {party.id for party in parties if party.kind == "user"}
    users |= {task.assigned_by.id for task in tasks if task.assigned_by is not None}
    keys: list[Key[Any]] = [*map(UserKey, sorted(users)), *map(OrganizationKey, sorted(named))]
    loaded = session.store.load(keys)
    organizations = {id_: there for id_ in named if (there := loaded[OrganizationKey(id_)]) is not None}
    known = {id_: user for id_ in users if (user := loaded[UserKey(id_)]) is not None}
    for organization_id in sorted(organizations):
        known |= _members(session, organization_id, known)
    return replace(whole, users=known, organizations=organizations)


def _members(session: Session, organization_id: str, known: dict[str, User]) -> dict[str, User]:
    """Members of the organization: as many as it takes to have an active admin and an active member beside, if any."""
    members = session.store.members(organization_id)
    ahead = sorted((not membership.admin, user_id) for user_id, membership in members)
    found = {user_id: known[user_id] for _, user_id in ahead if user_id in known}
    for admins in (False, True):
        group = [user_id for is_member, user_id in ahead if is_member is admins]
        for start in range(0, len(group), AT_ONCE):
            found |= load_users(session, group[start : start + AT_ONCE])
            if sum(found[user_id].active for user_id in group if user_id in found) > 1:
                break
    return found


def _with_ends(session: Session, whole: WholeCase) -> WholeCase:
    """The case with the other ends of its tasks, what is on its way from them, and what assignments wait for."""
    ends = [task.end for task in whole.tasks.values() if task.end is not None and not task.deleted]
    asked = [ConnectionKey(end.connection_id) for end in ends if end.assignment in PENDING and end.connection_id]
    others = [TaskKey(other) for task in whole.tasks.values() if (other := other_end_of(session, task)) is not None]
    if not asked and not others:
        return whole
    loaded = session.store.load([*asked, *others])
    return replace(
        whole,
        others={key.task_id: task for key in others if (task := loaded[key]) is not None},
        connections={key.connection_id: there for key in asked if (there := loaded[key]) is not None},
        incoming=tuple(message for key in others for message in session.store.messages(key.task_id)),
    )
