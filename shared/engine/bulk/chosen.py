"""Acting on a task that the request has chosen itself, only as long as the task is still one to be chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from shared.domain.model.plan import Refusal
from shared.domain.model.task import Task, TaskId
from shared.engine.session import Identity, Refused, Request, Session
from shared.engine.tasks import act
from shared.storage.keys import TaskKey

NOT_HERE = frozenset({"action_not_available", "not_allowed"})
"""With these an action is refused where another way may be open; any other refusal is the last word."""
NO_VERSION = 0
"""No task has this version: an action that demands it takes no effect, but the repeat of one is answered."""

Way = tuple[str, Mapping[str, object]]
"""An action and its input."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What is to be done with a chosen task: the first of its `ways` that is offered and allowed.

    `refusal` says why the task, as it is now, would not be chosen any more; None if it would.
    """

    ways: Callable[[Task], Sequence[Way]]
    refusal: Callable[[Task], Refusal | None]


@dataclass(frozen=True, slots=True)
class Taken:
    """The action that was taken, now or, if `replayed`, before; without one, why not."""

    action: str | None
    refusal: Refusal | None = None
    replayed: bool = False


def take(
    session: Session, identity: Identity, task_id: TaskId, task: Task | None, purpose: Purpose, request: Request
) -> Taken:
    """What became of the task; `task` is the task as it was when it was chosen, or None where that is not known.

    Each attempt demands the version of the task that `purpose` was asked about. Otherwise the action could take the
    task away from somebody to whom it was assigned between the choice and now. Raises Refused `conflict`.
    """
    seen = [task] if task is not None else []

    def attempt() -> Taken | None:
        now = seen.pop() if seen else session.store.load([TaskKey(task_id)])[TaskKey(task_id)]
        if now is None:
            return Taken(None, Refusal("not_found", "There is no such task."))
        return _attempt(session, identity, now, purpose, request)

    return session.retry(attempt)


def _attempt(session: Session, identity: Identity, task: Task, purpose: Purpose, request: Request) -> Taken | None:
    """What became of the task; None where it has changed since it was read, and has to be looked at again."""
    unfit = purpose.refusal(task)
    if unfit is not None and request.key is None:
        return Taken(None, unfit)
    wanted = task.version if unfit is None else NO_VERSION
    refusal = unfit
    for action, given in purpose.ways(task):
        try:
            answer = act(session, identity, task.task_id, action, given, replace(request, if_match=wanted, note=action))
        except Refused as refused:
            if refused.refusal.code == "version_mismatch":
                return Taken(None, unfit) if unfit else None
            refusal = refused.refusal
            if refusal.code not in NOT_HERE:
                break
        else:
            return Taken(answer.note, replayed=answer.replayed)
    return Taken(None, refusal)
