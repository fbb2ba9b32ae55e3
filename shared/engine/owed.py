"""What the engine owes tasks: planned from their state, and committed, one by one or in chunks.

Everything here may be done twice, late or after a crash: the second time, nothing is owed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from shared.domain.decide import act
from shared.domain.model.people import ENGINE
from shared.domain.model.plan import Plan, Refusal
from shared.domain.model.scene import Context, Ids, Scene
from shared.domain.model.task import Case, Task, TaskId, case_of
from shared.domain.model.writes import (
    AdvanceGraph,
    ChangeCase,
    ChangeCounters,
    ChangeTask,
    GrowGraph,
    PassLock,
    PassTurn,
    ReleaseLock,
    TakeLock,
)
from shared.domain.settling import due
from shared.domain.trees.switching import bring_to_light
from shared.domain.words.needs import holds_of
from shared.engine.committing import committed
from shared.engine.counterparts import with_connection
from shared.engine.loading import load_above, load_beside, workflow_of
from shared.engine.session import Session
from shared.engine.turns import with_turns
from shared.storage.keys import CaseKey, TaskKey
from shared.storage.store import Throttled, Unreachable

Item = TypeVar("Item")

ROUNDS = 10
"""More actions than any one task can owe at one moment: a bound for a loop, never reached."""
CHUNK = 80
"""Writes of several tasks in one transaction, of the 100 that it may hold."""


def settle_task(session: Session, task_id: TaskId) -> int:
    """The engine owes the task nothing any more; how many actions that took."""
    held: set[str] = set()
    for taken in range(ROUNDS):
        if not session.retry(lambda: _settle_once(session, task_id, held)):
            return taken
    raise RuntimeError(f"{task_id} is never settled: its workflow has the engine act in a circle.")


def settle_tasks(session: Session, case: Case, tasks: Mapping[TaskId, Task], related: Mapping[TaskId, Task]) -> int:
    """What is owed to the tasks, as they were read, is done; how many actions that took.

    The case and all these tasks go by one version of its workflow. Plans of several tasks are committed
    together, each chunk whole. Where a task was changed since it was read, its chunk fails and its tasks are
    settled one by one on fresh data. A task that cannot be settled holds up no other: its error is raised
    when the others are done.
    """
    workflow = workflow_of(session, case)
    plans: list[Plan] = []

    def plan(task: Task) -> int:
        planned = _plan(session, Scene(workflow, case, task, related), session.ids(session.now()))
        plans.extend([planned] if planned else [])
        return 0

    try:
        for_each(tasks.values(), plan)
    finally:
        taken = for_each(_chunks(plans), lambda chunk: _commit_chunk(session, chunk))
    return taken


def for_each(items: Iterable[Item], work: Callable[[Item], int]) -> int:
    """The work is done on every item, also where it fails on some; the sum of what it gave.

    Raises the first failure, at the end: one bad item must not starve those behind it. What is
    not the item's fault (a busy table, a lost answer) ends it at once.
    """
    total, failures = 0, list[Exception]()
    for item in items:
        try:
            total += work(item)
        except (Throttled, Unreachable):
            raise
        except Exception as error:  # noqa: BLE001 (whatever it is, it is raised below)
            failures.append(error)
    if failures:
        raise failures[0]
    return total


def _settle_once(session: Session, task_id: TaskId, taken: set[str]) -> bool | None:
    """Whether an action was due and taken; None if another commit came between."""
    scene = _scene(session, task_id)
    scene = replace(scene, taken=frozenset(taken)) if scene else None
    plan = _plan(session, scene, session.ids(session.now())) if scene else None
    if plan is None:
        return False
    return True if committed(session, plan, taken) else None


def _plan(session: Session, scene: Scene, ids: Ids) -> Plan | None:
    """The plan of what is due on the scene's task; None if nothing is. Nothing is in a case that nobody sees yet."""
    now = session.now()
    if scene.case.staged:
        return None
    if scene.subject.staged:
        return bring_to_light(Context(scene, ENGINE, now, ids))
    scene = with_connection(session, with_turns(session, scene))
    owed = due(scene, now)
    if owed is None:
        return None
    decision = act(Context(scene, ENGINE, now, ids), owed.action, owed.input)
    if isinstance(decision, Refusal):
        detail = f"{owed.action} is due on {scene.subject.task_id}, but refused: {decision.detail}"
        raise RuntimeError(detail)  # noqa: TRY004 (a workflow that contradicts itself, not a type)
    return decision


def _chunks(plans: Iterable[Plan]) -> Iterable[Sequence[Plan]]:
    """Plans of different tasks, as many together as fit one transaction.

    Two that write one item do not: the later one fails then, and is decided anew.
    """
    chunk: list[Plan] = []
    for plan in plans:
        alike = any(_writes(other) & _writes(plan) for other in chunk)
        if alike or (chunk and sum(len(p.writes) for p in (*chunk, plan)) > CHUNK):
            yield chunk
            chunk = []
        chunk.append(plan)
    if chunk:
        yield chunk


def _writes(plan: Plan) -> set[str]:
    """The case, tasks, locks and turns that the plan writes; every other item belongs to one of the tasks."""
    changed = {"the case" for w in plan.writes if isinstance(w, AdvanceGraph | ChangeCase | GrowGraph)}
    changed |= {w.before.task_id for w in plan.writes if isinstance(w, ChangeTask | ChangeCounters)}
    changed |= {f"turn of {w.organization_id}" for w in plan.writes if isinstance(w, PassTurn)}
    return changed | {w.name for w in plan.writes if isinstance(w, TakeLock | ReleaseLock | PassLock)}


def _commit_chunk(session: Session, plans: Sequence[Plan]) -> int:
    """All plans of the chunk have taken effect, or what was due instead; how many actions."""
    whole = replace(plans[0], writes=tuple(w for plan in plans for w in plan.writes))
    if session.commit(whole):
        return len(plans)
    tasks = [plan.subject for plan in plans if isinstance(plan.subject, Task)]
    return for_each(tasks, lambda task: settle_task(session, task.task_id))


def _scene(session: Session, task_id: TaskId) -> Scene | None:
    """The task with its case, its prerequisites, its hold and what is above it; None if it does not exist.

    Raises TornError.
    """
    loaded = session.store.load([CaseKey(case_of(task_id)), TaskKey(task_id)])
    case, task = loaded[CaseKey(case_of(task_id))], loaded[TaskKey(task_id)]
    if case is None or task is None:
        return None
    scene = Scene(workflow_of(session, case), case, task)
    beside = load_beside(session, case, (*task.prerequisites, *holds_of((task,))))
    return replace(scene, related=beside | load_above(session, case, task))
