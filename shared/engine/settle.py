"""The engine's own work: what is due is read from items, whoever says that something may be.

A stream record, a timer, a sweep after an outage and the settling of a restored table are one
code path: read the task, ask the domain what is due, commit that. Coming twice, late or after a
crash, it finds nothing more to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from shared.domain.decide import act
from shared.domain.people import ENGINE
from shared.domain.plan import Plan, Refusal
from shared.domain.reactions import CASCADE, DEPENDENTS, PREREQUISITES
from shared.domain.scene import Context, Ids, Scene
from shared.domain.settling import due
from shared.domain.task import Case, Entry, Task, TaskId, Timer, case_of
from shared.engine.loading import workflow_of
from shared.engine.session import Session
from shared.storage.keys import CaseKey, TaskKey
from shared.storage.store import CommitFailed

ROUNDS = 10
"""More actions than any one task can owe at one moment: a bound for a loop, never reached."""
CHUNK = 80
"""Writes of several tasks in one transaction, of the 100 that it may hold."""


def react(session: Session, entry: Entry) -> int:
    """Everything is done that the history entry may have made due; how many actions that took."""
    return sum(REACTIONS[word](session, entry) for word in entry.reacts)


def fire(session: Session, timer: Timer) -> int:
    """The timer's action was taken, unless it was ended or replaced; how many actions that took."""
    return settle_task(session, timer.task_id)


def settle(session: Session, case_id: str) -> int:
    """Nothing is due in the case any more; how many actions that took.

    Plans are made from one read of the case and committed in chunks, each whole. Where a task was
    changed since, its chunk fails and its tasks are settled one by one on fresh data. What one
    action makes due is found by the next round.
    """
    total = 0
    for _ in range(ROUNDS):
        taken = _settle_round(session, case_id)
        total += taken
        if not taken:
            break
    return total


def settle_task(session: Session, task_id: TaskId) -> int:
    """The engine owes the task nothing any more; how many actions that took."""
    for taken in range(ROUNDS):
        if not session.retry(lambda: _settle_once(session, task_id)):
            return taken
    raise RuntimeError(f"{task_id} is never settled: its workflow has the engine act in a circle.")


def _settle_round(session: Session, case_id: str) -> int:
    case = session.store.load([CaseKey(case_id)])[CaseKey(case_id)]
    if case is None:
        return 0
    tasks = {task.task_id: task for task in session.store.tasks(case_id)}
    return sum(_commit_chunk(session, chunk) for chunk in _chunks(_owed(session, case, tasks)))


def _settle_once(session: Session, task_id: TaskId) -> bool | None:
    """Whether an action was due and taken; None if another commit came between."""
    scene = _scene(session, task_id)
    plan = _plan(session, scene, session.ids(session.now())) if scene else None
    if plan is None:
        return False
    return True if _committed(session, plan) else None


def _plan(session: Session, scene: Scene, ids: Ids) -> Plan | None:
    """The plan of what is due on the scene's task; None if nothing is."""
    now = session.now()
    owed = due(scene, now)
    if owed is None:
        return None
    decision = act(Context(scene, ENGINE, now, ids), owed.action, owed.input)
    if isinstance(decision, Refusal):
        detail = f"{owed.action} is due on {scene.subject.task_id}, but refused: {decision.detail}"
        raise RuntimeError(detail)  # noqa: TRY004 (a workflow that contradicts itself, not a type)
    return decision


def _owed(session: Session, case: Case, tasks: Mapping[TaskId, Task]) -> Iterable[Plan]:
    workflow = workflow_of(session, case)
    for task in tasks.values():
        scene = Scene(workflow, case, task, tasks)
        plan = _plan(session, scene, session.ids(session.now()))
        if plan is not None:
            yield plan


def _chunks(plans: Iterable[Plan]) -> Iterable[Sequence[Plan]]:
    """Plans of different tasks, as many together as fit one transaction."""
    chunk: list[Plan] = []
    for plan in plans:
        if chunk and sum(len(p.writes) for p in (*chunk, plan)) > CHUNK:
            yield chunk
            chunk = []
        chunk.append(plan)
    if chunk:
        yield chunk


def _commit_chunk(session: Session, plans: Sequence[Plan]) -> int:
    """All plans of the chunk have taken effect, or what was due instead; how many actions."""
    whole = replace(plans[0], writes=tuple(w for plan in plans for w in plan.writes))
    if _committed(session, whole):
        return len(plans)
    subjects = (plan.subject for plan in plans)
    return sum(settle_task(session, task.task_id) for task in subjects if isinstance(task, Task))


def _committed(session: Session, plan: Plan) -> bool:
    try:
        session.store.commit(plan)
    except CommitFailed:
        return False
    return True


def _scene(session: Session, task_id: TaskId) -> Scene | None:
    """The task with its case and its prerequisites; None if it does not exist."""
    loaded = session.store.load([CaseKey(case_of(task_id)), TaskKey(task_id)])
    case, task = loaded[CaseKey(case_of(task_id))], loaded[TaskKey(task_id)]
    if case is None or task is None:
        return None
    keys = [TaskKey(p) for p in task.prerequisites]
    found = session.store.load(keys) if keys else {}
    related = {key.task_id: t for key in keys if (t := found[key]) is not None}
    return Scene(workflow_of(session, case), case, task, related)


def _dependents(session: Session, entry: Entry) -> int:
    """Those who waited for the closed task are looked at."""
    waiting = session.store.dependents(_task_id(entry))
    return sum(settle_task(session, task_id) for task_id in waiting)


def _itself(session: Session, entry: Entry) -> int:
    """The task itself is looked at: a prerequisite may have closed while it was written."""
    return settle_task(session, _task_id(entry))


def _cascade(session: Session, entry: Entry) -> int:
    """Every open task of the closed case is ended; a crash leaves the rest to the next attempt."""
    return settle(session, entry.case_id)


def _task_id(entry: Entry) -> TaskId:
    if entry.task_id is None:
        raise ValueError("This reaction belongs to a task, not to a case.")
    return entry.task_id


REACTIONS: Mapping[str, Callable[[Session, Entry], int]] = {
    DEPENDENTS: _dependents,
    PREREQUISITES: _itself,
    CASCADE: _cascade,
}
