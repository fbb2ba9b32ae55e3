"""The tree of a case after a task has closed: counted at its parent, ended below if cancelled."""

from __future__ import annotations

from shared.domain.counting import count_child
from shared.domain.needs import holds_of
from shared.domain.people import ENGINE
from shared.domain.scene import Context, Scene, status_of
from shared.domain.task import Task, TaskId, case_of
from shared.engine.loading import load_above, load_tasks, workflow_of
from shared.engine.owed import committed, settle_tasks
from shared.engine.session import Session
from shared.storage.keys import CaseKey, EdgeKey, TaskKey


def count(session: Session, task_id: TaskId) -> int:
    """The task's closing is counted at its parent, which reacts if it was the last one."""
    taken: set[str] = set()
    return int(session.retry(lambda: _count_once(session, task_id, taken)))


def _count_once(session: Session, task_id: TaskId, taken: set[str]) -> bool | None:
    """Whether the closing was still to be counted; None if another commit came between."""
    loaded = session.store.load([CaseKey(case_of(task_id)), TaskKey(task_id)])
    case, child = loaded[CaseKey(case_of(task_id))], loaded[TaskKey(task_id)]
    if case is None or child is None or child.parent_id is None or child.counts_at is None:
        return False
    edge_key, parent_key = EdgeKey(child.parent_id, task_id), TaskKey(child.counts_at)
    above = session.store.load([edge_key, parent_key])
    edge, parent = above[edge_key], above[parent_key]
    if edge is None or parent is None:
        return False
    now = session.now()
    workflow = workflow_of(session, case)
    related = load_above(session, parent) if workflow.types[parent.type].follows else {}
    scene = Scene(workflow, case, parent, related, taken=frozenset(taken))
    plan = count_child(Context(scene, ENGINE, now, session.ids(now)), edge, child)
    if plan is None:
        return False
    return True if committed(session, plan, taken) else None


def end_below(session: Session, task_id: TaskId) -> int:
    """Every open task below the cancelled one is ended.

    An open child that ends asks for what is below itself, so each record's work is one generation;
    only below a child that was closed before there is nobody left to ask, and it is done here.
    """
    loaded = session.store.load([CaseKey(case_of(task_id)), TaskKey(task_id)])
    case, top = loaded[CaseKey(case_of(task_id))], loaded[TaskKey(task_id)]
    if case is None or top is None:
        return 0
    workflow = workflow_of(session, case)
    total, ahead = 0, [task_id]
    above: dict[TaskId, Task] = {task_id: top}
    while ahead:
        edges = session.store.children(ahead.pop())
        children = load_tasks(session, (edge.child_id for edge in edges))
        above |= children | load_tasks(session, holds_of(children.values()))
        total += settle_tasks(session, case, children, above)
        ahead += [t.task_id for t in children.values() if not status_of(workflow, t).open]
    return total
