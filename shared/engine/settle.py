"""What the engine does by itself: what is due is read from the items, not from the record that announced it.

A stream record, a timer, a sweep after an outage and the settling of a restored table are one
code path: read the items, ask the domain what is due, commit that. Coming twice, late or after a
crash, it finds nothing more to do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shared.domain.model.reactions import (
    BELOW,
    CASCADE,
    CHILDREN,
    CONNECTION,
    DEPENDENTS,
    MESSAGES,
    OTHER_RULES,
    PREREQUISITES,
    TEXTS,
    TO_LIGHT,
    TURN,
)
from shared.domain.model.scene import one_version
from shared.domain.model.task import Case, Entry, Task, TaskId, Timer
from shared.domain.trees.child_counters import is_behind
from shared.engine.loading import workflow_of
from shared.engine.messages import deliver_all, deliver_case
from shared.engine.owed import for_each, settle_task, settle_tasks
from shared.engine.session import Session
from shared.engine.trees import count_closing, count_closings, end_below, react_all
from shared.storage.keys import CaseKey, ConnectionKey
from shared.storage.store import Throttled, Unreachable

MOST = 1_000_000
"""More actions than any one case can owe: a bound for a loop, never reached."""


def react(session: Session, entry: Entry) -> int:
    """Everything is done that the history entry may have made due; how many actions that took."""
    return sum(REACTIONS[word](session, entry) for word in entry.reacts)


def fire(session: Session, timer: Timer) -> int:
    """The timer's action was taken, unless it was ended or replaced; how many actions that took."""
    return settle_task(session, timer.task_id)


def settle(session: Session, case_id: str) -> int:
    """Nothing is due in the case any more; how many actions that took.

    What one action makes due is found by the next round.
    """
    total = 0
    while taken := _settle_round(session, case_id):
        total += taken
        if total > MOST:
            raise RuntimeError(f"{case_id} is never settled: its workflow has the engine act in a circle.")
    return total


def settle_what_can_be(session: Session, case_id: str) -> None:
    """Nothing is due in the case any more but what cannot be done: that is found by whoever looks at the case next.

    A message, say, that cannot arrive. Raises Throttled and Unreachable.
    """
    try:
        settle(session, case_id)
    except (Throttled, Unreachable):
        raise
    except Exception:  # noqa: BLE001 (the case is examined, or migrated, as it is)
        return


def _settle_round(session: Session, case_id: str) -> int:
    case, tasks = session.retry(lambda: _case_with_tasks(session, case_id))
    if case is None or case.staged:
        return 0
    workflow, edges = workflow_of(session, case), session.store.edges(case_id)
    with_child = ((edge, tasks[edge.child_id]) for edge in edges if edge.child_id in tasks)
    behind = [(edge, child) for edge, child in with_child if is_behind(workflow, edge, child)]
    try:
        taken = settle_tasks(session, case, tasks, tasks)
    finally:
        counted = count_closings(session, case, behind) + react_all(session, case, tasks.values())
    if workflow.hand_off is None:
        return taken + counted
    gone = sum(session.store.discard_texts(task_id) for task_id, task in tasks.items() if task.deleted)
    return taken + counted + gone + deliver_case(session, case_id)


def _case_with_tasks(session: Session, case_id: str) -> tuple[Case | None, dict[TaskId, Task]]:
    """The case and its tasks, all by one version of its workflow; raises TornError."""
    case = session.store.load([CaseKey(case_id)])[CaseKey(case_id)]
    if case is None or case.staged:
        return case, {}
    tasks = {task.task_id: task for task in session.store.tasks(case_id)}
    one_version(case, tasks.values())
    return case, tasks


def _dependents(session: Session, entry: Entry) -> int:
    """Those who waited for the closed task are looked at."""
    waiting = session.store.dependents(_task_id(entry))
    return for_each(waiting, lambda task_id: settle_task(session, task_id))


def _itself(session: Session, entry: Entry) -> int:
    """The task itself is looked at: a prerequisite may have closed while it was written, or it waits for a turn."""
    return settle_task(session, _task_id(entry))


def _whole_case(session: Session, entry: Entry) -> int:
    """Every open task of the case has what it is owed; a crash leaves the rest to the next attempt."""
    return settle(session, entry.case_id)


def _parent(session: Session, entry: Entry) -> int:
    """The closing is counted at the parent."""
    return count_closing(session, _task_id(entry), entry.parent_id)


def _below(session: Session, entry: Entry) -> int:
    """What is open below the cancelled task is ended."""
    return end_below(session, _task_id(entry))


def _other_end(session: Session, entry: Entry) -> int:
    """What the task has to say to its other end arrives there."""
    return deliver_all(session, _task_id(entry))


def _texts(session: Session, entry: Entry) -> int:
    """Nothing is left of the texts of the deleted task."""
    return session.store.discard_texts(_task_id(entry))


def _waiting_for_connection(session: Session, entry: Entry) -> int:
    """The task whose assignment waits for the connection hears what became of it."""
    key = ConnectionKey(entry.connection_id or "")
    connection = session.store.load([key])[key]
    return settle_task(session, connection.task_id) if connection is not None and connection.task_id else 0


def _task_id(entry: Entry) -> TaskId:
    if entry.task_id is None:
        raise ValueError("This reaction belongs to a task, not to a case.")
    return entry.task_id


REACTIONS: Mapping[str, Callable[[Session, Entry], int]] = {
    DEPENDENTS: _dependents,
    PREREQUISITES: _itself,
    CASCADE: _whole_case,
    CHILDREN: _parent,
    BELOW: _below,
    TURN: _itself,
    TO_LIGHT: _whole_case,
    OTHER_RULES: _whole_case,
    MESSAGES: _other_end,
    TEXTS: _texts,
    CONNECTION: _waiting_for_connection,
}
