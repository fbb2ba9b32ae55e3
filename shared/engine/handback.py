"""Hand-back: a departing user's open tasks go back to where others find them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.definitions.workflow import HandBack as Way
from shared.domain.model.plan import Refusal
from shared.domain.model.task import Party, Task, TaskId
from shared.engine.administration import administrator
from shared.engine.session import Identity, Refused, Request, Session, not_found
from shared.engine.several import each_of
from shared.engine.tasks import act, available_actions
from shared.storage import indexes
from shared.storage.keys import TaskKey, UserKey

AT_ONCE = 100
"""Tasks that one call takes off a user: they are done within API Gateway's time limit."""
NOT_HERE = frozenset({"action_not_available", "not_allowed"})


@dataclass(frozen=True, slots=True)
class HandedBack:
    """What became, or in a dry run would become, of a task; without an action, why nothing did."""

    task_id: TaskId
    action: str | None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class HandBack:
    """What a hand-back did; `more` says that the user has further tasks for another call."""

    tasks: tuple[HandedBack, ...]
    more: bool
    dry_run: bool


def hand_back(session: Session, identity: Identity, user_id: str, *, dry_run: bool) -> HandBack:
    """The user's open tasks are taken off them, each in the first way of its workflow that its status offers.

    Each commits on its own, by the action that anybody would take, in the name of the calling
    administrator. A repeat goes on with what is left.
    """
    loaded = session.store.load([UserKey(identity.user_id), UserKey(user_id)])
    administrator(session, identity, loaded)
    user = loaded[UserKey(user_id)]
    if user is None:
        not_found("user")
    tasks, more = _open_tasks(session, user.party)
    one = _would_hand_back if dry_run else _hand_back
    done = each_of(
        session,
        tasks,
        lambda task: one(session, identity, task, _ways(session, task)),
        lambda task, why: HandedBack(task.task_id, None, why),
    )
    return HandBack(done, more, dry_run)


def _open_tasks(session: Session, party: Party) -> tuple[list[Task], bool]:
    """The user's open tasks as they are now, and whether there are more than one call takes."""
    rows = session.store.party_queue(indexes.user_queue(party.id), prefix=indexes.OPEN, limit=AT_ONCE + 1)
    loaded = session.store.load([TaskKey(row.task_id) for row in rows[:AT_ONCE]])
    tasks = (loaded[TaskKey(row.task_id)] for row in rows[:AT_ONCE])
    return [task for task in tasks if task is not None and _is_open_for(task, party)], len(rows) > AT_ONCE


def _is_open_for(task: Task, party: Party) -> bool:
    assigned = task.assigned_party
    return task.closed_at is None and assigned is not None and (assigned.kind, assigned.id) == (party.kind, party.id)


def _ways(session: Session, task: Task) -> Sequence[Way]:
    """The ways for tasks of the type, of those whose action it has."""
    workflow = session.workflows.get(task.workflow, task.workflow_version)
    known = workflow.actions_of(task.type)
    return [way for way in workflow.hand_back if way.action in known and (not way.types or task.type in way.types)]


def _no_way(task: Task) -> Refusal:
    detail = f"Nothing hands a {task.type} back: find somebody else for it."
    return Refusal("action_not_available", detail, rule="hand_back")


def _hand_back(session: Session, identity: Identity, task: Task, ways: Sequence[Way]) -> HandedBack:
    refusal = _no_way(task)
    for way in ways:
        try:
            act(session, identity, task.task_id, way.action, way.input, Request())
        except Refused as refused:
            refusal = refused.refusal
            if refusal.code not in NOT_HERE:
                break
        else:
            return HandedBack(task.task_id, way.action)
    return HandedBack(task.task_id, None, refusal)


def _would_hand_back(session: Session, identity: Identity, task: Task, ways: Sequence[Way]) -> HandedBack:
    offers = available_actions(session, identity, task.task_id, unlisted=True)[1]
    refusals = {offer.action.name: offer.refusal for offer in offers}
    refusal: Refusal | None = _no_way(task)
    for way in ways:
        refusal = refusals[way.action]
        if refusal is None:
            return HandedBack(task.task_id, way.action)
    return HandedBack(task.task_id, None, refusal)
