"""The tree of a case after a task has closed: counted at its parent, ended below if cancelled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from shared.domain.definitions.workflow import Workflow
from shared.domain.model.people import ENGINE
from shared.domain.model.plan import Plan
from shared.domain.model.scene import Context, Scene, TornError, one_version, status_of
from shared.domain.model.task import Case, Children, Edge, Task, TaskId, case_of
from shared.domain.trees.child_counters import count_children, may_react, reaction_due
from shared.domain.trees.tree import reaction
from shared.domain.words.needs import holds_of
from shared.engine.committing import committed
from shared.engine.loading import load_above, load_beside, workflow_of
from shared.engine.owed import for_each, settle_tasks
from shared.engine.session import Session
from shared.storage.keys import CaseKey, EdgeKey, Key, TaskKey

CHUNK = 50
"""Children that are counted in one transaction, of the 100 writes that it may hold: what follows needs some, too."""


def count_closing(session: Session, task_id: TaskId, parent_id: TaskId | None = None) -> int:
    """The task's closing is counted at its parent, which reacts if it was the last one; how many were counted: 0 or 1.

    Where `parent_id` is known, the parent is read together with the task, not after it.
    """
    taken: set[str] = set()
    return int(session.retry(lambda: _count_once(session, task_id, parent_id, taken)))


def _count_once(session: Session, task_id: TaskId, named: TaskId | None, taken: set[str]) -> bool | None:
    """Whether the closing was still to be counted; None if another commit came between."""
    expected: list[Key[Any]] = [EdgeKey(named, task_id), TaskKey(named)] if named else []
    loaded = session.store.load([CaseKey(case_of(task_id)), TaskKey(task_id), *expected])
    case, child = loaded[CaseKey(case_of(task_id))], loaded[TaskKey(task_id)]
    if case is None or case.staged or child is None or child.parent_id is None or child.counts_at is None:
        return False
    edge_key, parent_key = EdgeKey(child.parent_id, task_id), TaskKey(child.counts_at)
    # Elsewhere where the task was moved since, or counts further up: where it counts says the task itself.
    above = loaded if expected == [edge_key, parent_key] else session.store.load([edge_key, parent_key])
    edge, parent = above[edge_key], above[parent_key]
    if edge is None or parent is None:
        return False
    one_version(case, (child, parent))
    plan = _counting(session, case, parent, ((edge, child),), taken)
    if plan is None:
        return False
    return True if committed(session, plan, taken) else None


def count_closings(session: Session, case: Case, behind: Iterable[tuple[Edge, Task]]) -> int:
    """The closings are counted where their edges say, many of one parent together; how many actions that took.

    Edges and children are as they were read, by the version that the case goes by: an edge that was counted
    meanwhile, or whose child was opened again, fails its chunk, and each of the chunk's children is counted by
    itself, on fresh data. So it is where the case was migrated meanwhile.
    """
    by_parent: dict[TaskId, list[tuple[Edge, Task]]] = {}
    for edge, child in behind:
        by_parent.setdefault(edge.counts_at, []).append((edge, child))
    chunks = (children[at : at + CHUNK] for children in by_parent.values() for at in range(0, len(children), CHUNK))
    return for_each(chunks, lambda chunk: _count_chunk(session, case, chunk))


def _count_chunk(session: Session, case: Case, children: Sequence[tuple[Edge, Task]]) -> int:
    counts_at = children[0][0].counts_at
    with suppress(TornError):
        parent = load_beside(session, case, [counts_at]).get(counts_at)
        plan = _counting(session, case, parent, children) if parent is not None else None
        if plan is None or committed(session, plan):
            return len(children) if plan is not None else 0
    return for_each(children, lambda counted: count_closing(session, counted[1].task_id))


def _counting(
    session: Session, case: Case, parent: Task, children: Sequence[tuple[Edge, Task]], taken: Iterable[str] = ()
) -> Plan | None:
    """The plan that counts the closings; what is above the parent is read only where something may follow.

    Raises TornError.
    """
    workflow, now = workflow_of(session, case), session.now()
    follows = workflow.types[parent.type].follows and may_react(workflow, parent, len(children))
    related = load_above(session, case, parent) if follows else {}
    scene = Scene(workflow, case, parent, related, taken=frozenset(taken))
    return count_children(Context(scene, ENGINE, now, session.ids(now)), children)


def react_all(session: Session, case: Case, tasks: Iterable[Task]) -> int:
    """What is on hold without a reason becomes what its children make of it; how many tasks that were.

    The count of the last child commits together with this, so it is never due unless something was broken.
    """
    workflow = workflow_of(session, case)
    waiting = [task.task_id for task in tasks if workflow.tree is not None and reaction(workflow, task) is not None]
    return for_each(waiting, lambda task_id: int(session.retry(lambda: _react_once(session, task_id))))


def _react_once(session: Session, task_id: TaskId) -> bool | None:
    """Whether the task was still on hold without a reason; None if another commit came between."""
    case, task = _case_and_task(session, task_id)
    if case is None or task is None:
        return False
    now = session.now()
    scene = Scene(workflow_of(session, case), case, task)
    scene = replace(scene, related=load_above(session, case, task))
    plan = reaction_due(Context(scene, ENGINE, now, session.ids(now)))
    if plan is None:
        return False
    return True if committed(session, plan) else None


def end_below(session: Session, task_id: TaskId) -> int:
    """Every open task below the cancelled one is ended.

    An open child that ends asks for what is below itself, so each record's work is one generation;
    only below a child that was closed before there is nobody left to ask, and it is done here.
    """
    ended: list[int] = []
    session.retry(lambda: _end_below(session, task_id, ended))
    return sum(ended)


def _end_below(session: Session, task_id: TaskId, ended: list[int]) -> bool:
    """Every open task below is ended, and added to those that were; raises TornError, and goes on from there anew."""
    case, top = _case_and_task(session, task_id)
    if case is None or top is None:
        return False
    one_version(case, (top,))
    workflow = workflow_of(session, case)
    ahead, above = [task_id], {task_id: top}
    while ahead:
        edges = session.store.children(ahead.pop())
        children = load_beside(session, case, (edge.child_id for edge in edges))
        above |= children | load_beside(session, case, holds_of(children.values()))
        ended.append(settle_tasks(session, case, children, above))
        ahead += [t.task_id for t in children.values() if _has_some_below(workflow, t)]
    return True


def _case_and_task(session: Session, task_id: TaskId) -> tuple[Case | None, Task | None]:
    key = CaseKey(case_of(task_id))
    loaded = session.store.load([key, TaskKey(task_id)])
    return loaded[key], loaded[TaskKey(task_id)]


def _has_some_below(workflow: Workflow, task: Task) -> bool:
    """Whether something may stand below the closed task; most are leaves, and nobody has to look.

    What counts elsewhere does not show in the task's counters.
    """
    if status_of(workflow, task).open:
        return False
    elsewhere = any(follow.counts_at for follow in workflow.types[task.type].follows)
    return elsewhere or task.children != Children() or task.hold_id is not None
