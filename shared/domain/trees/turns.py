"""Assignment by turns: which task waits for it, and whose turn it is.

A task waits from its creation until anything else happens to it. Its version says so, hence a task
that was given back by hand is not assigned by itself again, and an empty pool is noted once.
"""

from __future__ import annotations

from collections.abc import Iterable

from shared.domain.definitions.workflow import Workflow
from shared.domain.model.people import User
from shared.domain.model.scene import Scene, status_of
from shared.domain.model.task import Case, Task

FIRST = 1
"""The version of a task to which nothing has happened since it was created."""


def waits_for_turn(workflow: Workflow, case: Case, task: Task) -> bool:
    """Whether the engine gives the task to a member of its organization, should that assign by turns."""
    assigning, party = workflow.assigning, task.assigned_party
    if assigning is None or assigning.next is None or task.staged or task.version != _first(case, task):
        return False
    is_organizations = party is not None and party.kind == "organization"
    action, status = workflow.actions_of(task.type).get(assigning.next), status_of(workflow, task)
    return is_organizations and action is not None and status.active and status.key in action.sources


def _first(case: Case, task: Task) -> int:
    """The version of a task to which nothing has happened; what began with a staged case is seen from its second on."""
    return FIRST + 1 if case.original_case_id is not None and task.created_at == case.created_at else FIRST


def in_turn(user_ids: Iterable[str], last: str | None) -> list[str]:
    """The users in the order of their turns, beginning behind the one whose turn was last."""
    ordered = sorted(user_ids)
    return [u for u in ordered if last is None or u > last] + [u for u in ordered if last is not None and u <= last]


def whose_turn(scene: Scene, organization_id: str) -> User | None:
    """The loaded member whose turn it is: an active one who is no admin; None if there is none."""
    wanted = scene.workflow.types[scene.subject.type].members_of
    pool = {
        user.id: user
        for user in scene.users.values()
        if user.active and _takes_turns(user, organization_id) and (wanted is None or wanted in user.memberships)
    }
    return next((pool[user_id] for user_id in in_turn(pool, scene.last_turn)), None)


def _takes_turns(user: User, organization_id: str) -> bool:
    membership = user.memberships.get(organization_id)
    return membership is not None and not membership.admin
