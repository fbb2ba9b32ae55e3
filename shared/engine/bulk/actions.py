"""Bulk actions: the same action on several tasks, each by its own decision and in its own transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from shared.domain.model.plan import FieldError
from shared.domain.model.task import TaskId
from shared.domain.model.writes import PutRequest
from shared.domain.words.kind import escape
from shared.engine.bulk.outcomes import Outcome, each_of, is_repeat
from shared.engine.inputs import Given, misfit, missing_fields, unknown_fields
from shared.engine.replay import claim, earlier, part, record_key
from shared.engine.session import Answer, Identity, Request, Session
from shared.engine.tasks import act
from shared.storage.keys import RequestKey, UserKey

MOST = 100
"""Tasks that one call acts on: they are done within API Gateway's time limit."""
NAME = 100
"""Characters of an action's name: each refusal quotes one that is unknown."""
FIELDS = ("taskIds", "action", "input", "versions")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be done with which tasks; `versions` are those that the caller has seen, of any of them."""

    task_ids: tuple[TaskId, ...]
    action: str
    given: Given
    versions: Mapping[TaskId, int]
    record: PutRequest | None = None


def act_on_each(session: Session, identity: Identity, given: Given, request: Request) -> Answer[tuple[Outcome, ...]]:
    """What became of each task, in the order in which they were named; raises Refused.

    Each commits or not on its own, exactly as if it alone had been asked for. A repeat with the same
    key does nothing twice, and tries once more what was refused: the key is remembered for the whole
    first, and then with each task in the task's own transaction. It is `replayed` where that found all
    done that it says was.
    """
    asked = session.retry(lambda: _admitted(session, identity, given, request))
    outcomes = each_of(
        session,
        asked.task_ids,
        lambda task_id: _acted(session, identity, task_id, asked, request),
        Outcome,
    )
    return Answer(outcomes, replayed=is_repeat([outcome.replayed for outcome in outcomes if outcome.refusal is None]))


def _admitted(session: Session, identity: Identity, given: Given, request: Request) -> _Asked | None:
    """What is asked for, with its key remembered; None where a request with the same key came between."""
    key = record_key(identity, request)
    loaded = session.store.load([UserKey(identity.user_id), *([RequestKey(key)] if key else ())])
    session.caller(identity, loaded)
    now = session.now()
    record = earlier(loaded[RequestKey(key)] if key else None, request, now)
    asked = _read(given)
    if key is None or record is not None:
        return replace(asked, record=record)
    record = claim(session, key, request, now, asked.action)
    return replace(asked, record=record) if record else None


def _acted(session: Session, identity: Identity, task_id: TaskId, asked: _Asked, request: Request) -> Outcome:
    """What became of the task; raises Refused."""
    own = replace(part(request, asked.record, task_id), if_match=asked.versions.get(task_id))
    return Outcome(task_id, replayed=act(session, identity, task_id, asked.action, asked.given, own).replayed)


def _read(given: Given) -> _Asked:
    """The request; raises Refused `invalid_input` with every error."""
    task_ids, action, fields, versions = (given.get(name) for name in FIELDS)
    errors = unknown_fields(given, FIELDS)
    errors += missing_fields(given, FIELDS[:2])
    if "taskIds" in given:
        errors += _task_errors(task_ids)
    if "action" in given and not (isinstance(action, str) and 1 <= len(action) <= NAME):
        errors.append(FieldError("/action", f"This must be a text of 1 to {NAME} characters."))
    if "input" in given and not isinstance(fields, Mapping):
        errors.append(FieldError("/input", "This must be an object."))
    if "versions" in given:
        errors += _version_errors(versions, task_ids)
    if errors or not isinstance(task_ids, list) or not isinstance(action, str):
        misfit(*errors)
    seen = versions if isinstance(versions, Mapping) else {}
    return _Asked(tuple(task_ids), action, fields if isinstance(fields, Mapping) else {}, seen)


def _task_errors(task_ids: object) -> Sequence[FieldError]:
    """What is wrong with the list of tasks; whether there is such a task is for each task to say."""
    if not isinstance(task_ids, list) or not 1 <= len(task_ids) <= MOST:
        return [FieldError("/taskIds", f"This must be a list of 1 to {MOST} ids of tasks.")]
    errors = []
    for index, task_id in enumerate(task_ids):
        if not isinstance(task_id, str):
            errors.append(FieldError(f"/taskIds/{index}", "This must be the id of a task."))
        elif task_id in task_ids[:index]:
            errors.append(FieldError(f"/taskIds/{index}", "This task is named twice."))
    return errors


def _version_errors(versions: object, task_ids: object) -> Sequence[FieldError]:
    """What is wrong with the versions; one of a task that is not acted on was meant for another."""
    if not isinstance(versions, Mapping):
        return [FieldError("/versions", "This must be an object: the versions of tasks by their ids.")]
    named = task_ids if isinstance(task_ids, list) else []
    errors = []
    for task_id, version in versions.items():
        if task_id not in named:
            errors.append(FieldError(f"/versions/{escape(task_id)}", "This task is not in taskIds."))
        elif not (type(version) is int and version >= 1):
            errors.append(FieldError(f"/versions/{escape(task_id)}", "This must be the number of a version, from 1."))
    return errors
