"""Hand-back: a departing user's open tasks go back to where others find them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from shared.domain.definitions.workflow import HandBack as Way
from shared.domain.model.people import User
from shared.domain.model.plan import Refusal
from shared.domain.model.task import Party, Task, TaskId
from shared.domain.model.writes import PutRequest
from shared.engine.administration import administrator
from shared.engine.bulk.chosen import NOT_HERE, Purpose, take
from shared.engine.bulk.outcomes import each_of, is_repeat
from shared.engine.inputs import Given, flag_errors, misfit, unknown_fields
from shared.engine.loading import load_tasks
from shared.engine.replay import claim, earlier, part, record_key
from shared.engine.session import PLAIN, Identity, Request, Session, not_found
from shared.engine.tasks import available_actions
from shared.storage import indexes
from shared.storage.keys import RequestKey, UserKey

AT_ONCE = 100
"""Tasks that one call takes off a user: they are done within API Gateway's time limit."""
MORE, ALL = "more", "all"


@dataclass(frozen=True, slots=True)
class HandedBack:
    """What became, or in a dry run would become, of a task; without an action, why nothing did."""

    task_id: TaskId
    action: str | None
    refusal: Refusal | None = None
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class HandBack:
    """What a hand-back did, now or, if `replayed`, before; `more` says that there were further tasks for another."""

    tasks: tuple[HandedBack, ...]
    more: bool
    dry_run: bool
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose tasks are taken off them, and those of them that were read already."""

    user: User
    task_ids: tuple[TaskId, ...]
    found: Mapping[TaskId, Task]
    more: bool
    dry_run: bool
    record: PutRequest | None = None
    known: bool = False


def hand_back(session: Session, identity: Identity, user_id: str, given: Given, request: Request = PLAIN) -> HandBack:
    """The user's open tasks are taken off them, each in the first way of its workflow that its status offers.

    Each commits on its own, by the action that anybody would take, in the name of the calling
    administrator, and only while it is the user's. A repeat goes on with what is left; one with the same key
    is about the same tasks, does nothing twice, and tries once more what was refused. Raises Refused.
    """
    asked = session.retry(lambda: _admitted(session, identity, user_id, given, request))
    one = _would_hand_back if asked.dry_run else _hand_back
    done = each_of(
        session,
        asked.task_ids,
        lambda task_id: one(session, identity, task_id, asked, request),
        lambda task_id, why: HandedBack(task_id, None, why),
    )
    replayed = is_repeat([task.replayed for task in done if task.action], nothing_chosen=asked.known and not done)
    return HandBack(done, asked.more, asked.dry_run, replayed)


def _admitted(session: Session, identity: Identity, user_id: str, given: Given, request: Request) -> _Asked | None:
    """What is to be done, with the choice remembered; None where a request with the same key came between."""
    key = record_key(identity, request)
    loaded = session.store.load(
        [UserKey(identity.user_id), UserKey(user_id), *([RequestKey(key)] if key else ())],
    )
    administrator(session, identity, loaded)
    user, now = loaded[UserKey(user_id)], session.now()
    if user is None:
        not_found("user")
    record = earlier(loaded[RequestKey(key)] if key else None, request, now)
    dry_run = _read(given)
    if record is not None:
        found = load_tasks(session, record.chosen)
        return _Asked(user, record.chosen, found, record.resource == MORE, dry_run, record, known=True)
    found, more = _open_tasks(session, user.party)
    asked = _Asked(user, tuple(found), found, more, dry_run)
    if key is None or dry_run:
        return asked
    record = claim(session, key, request, now, MORE if more else ALL, asked.task_ids)
    return replace(asked, record=record) if record else None


def _read(given: Given) -> bool:
    """Whether the request is a dry run; raises Refused `invalid_input` with every error."""
    errors = unknown_fields(given, ("dryRun",)) + flag_errors(given, "dryRun")
    if errors:
        misfit(*errors)
    return given.get("dryRun") is True


def _open_tasks(session: Session, party: Party) -> tuple[dict[TaskId, Task], bool]:
    """The user's open tasks as they are now, and whether there are more than one call takes."""
    rows = session.store.party_queue(indexes.user_queue(party.id), prefix=indexes.OPEN, limit=AT_ONCE + 1)
    found = load_tasks(session, (row.task_id for row in rows[:AT_ONCE]))
    return {task_id: task for task_id, task in found.items() if _is_open_for(task, party)}, len(rows) > AT_ONCE


def _is_open_for(task: Task, party: Party) -> bool:
    assigned = task.assigned_party
    return task.closed_at is None and assigned is not None and (assigned.kind, assigned.id) == (party.kind, party.id)


def _ways(session: Session, task: Task) -> Sequence[Way]:
    """The ways for tasks of the type, of those whose action it has."""
    workflow = session.workflows.get(task.workflow, task.workflow_version)
    known = workflow.actions_of(task.type)
    return [way for way in workflow.hand_back if way.action in known and (not way.types or task.type in way.types)]


def _refusal(session: Session, task: Task, party: Party) -> Refusal | None:
    """Why the task stays where it is, if not even one way is to be tried."""
    if not _is_open_for(task, party):
        return Refusal("action_not_available", "The user does not have this task any more.", rule="hand_back")
    return None if _ways(session, task) else _no_way(task)


def _no_way(task: Task) -> Refusal:
    detail = f"Nothing hands a {task.type} back: find somebody else for it."
    return Refusal("action_not_available", detail, rule="hand_back")


def _hand_back(session: Session, identity: Identity, task_id: TaskId, asked: _Asked, request: Request) -> HandedBack:
    purpose = Purpose(
        lambda task: [(way.action, way.input) for way in _ways(session, task)],
        lambda task: _refusal(session, task, asked.user.party),
    )
    own = part(request, asked.record, task_id)
    taken = take(session, identity, task_id, asked.found.get(task_id), purpose, own)
    return HandedBack(task_id, taken.action, taken.refusal, taken.replayed)


def _would_hand_back(session: Session, identity: Identity, task_id: TaskId, asked: _Asked, _: Request) -> HandedBack:
    """What handing back would do with the task as it is now: all of it from one read."""
    view, offers = available_actions(session, identity, task_id, unlisted=True)
    refusal = _refusal(session, view.task, asked.user.party)
    refusals = {offer.action.name: offer.refusal for offer in offers}
    for way in _ways(session, view.task) if refusal is None else ():
        refusal = refusals[way.action]
        if refusal is None:
            return HandedBack(task_id, way.action)
        if refusal.code not in NOT_HERE:
            break
    return HandedBack(task_id, None, refusal)
