"""What must hold of locks: of a kind of task that is to be open once, one is open, and that one holds the lock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from shared.domain.doctor.finding import Finding, Mend
from shared.domain.doctor.treatment import Treatment
from shared.domain.doctor.whole import Chart
from shared.domain.model.task import Task, TaskId
from shared.domain.model.writes import PassLock, ReleaseLock, TakeLock, Write
from shared.domain.trees.locks import held_locks
from shared.domain.trees.tree import tree_of


def one_open(chart: Chart) -> Iterator[Finding]:
    """No two open tasks need the same lock."""
    for name, tasks in _wanted(chart).items():
        if len(tasks) == 1:
            continue
        holders = chart.whole.locks.get(name, ())
        ranked = sorted(tasks, key=lambda task: (task.task_id not in holders, task.created_at, task.task_id))
        ids = tuple(task.task_id for task in ranked)
        detail = f"{len(ids)} tasks are open of which one may be: {', '.join(ids)}."
        tree = chart.workflow.tree
        if tree is None:
            yield Finding("one-open-of-type", ids, detail, "Close all of them but one.", "hand", about=name)
            continue
        repair = f"All but {ids[0]} are cancelled."
        yield Finding("one-open-of-type", ids, detail, repair, about=name, mend=_cancelling(chart, ranked[1:], repair))


def lock_matches(chart: Chart) -> Iterator[Finding]:
    """Each lock is held by the open task that needs it, and by no other."""
    wanted = _wanted(chart)
    for name in sorted({*wanted, *chart.whole.locks}):
        holders = chart.whole.locks.get(name, ())
        ids = [task.task_id for task in wanted.get(name, ())]
        right = [holder for holder in holders if holder in ids]
        surplus = [holder for holder in holders if holder not in right[:1]]
        if not surplus and (right or not ids):
            continue
        owner = next(iter((*right, *ids)), None)
        detail = f"The lock {name} is held by {', '.join(holders) or 'nobody'}, and belongs to {owner or 'nobody'}."
        repair = f"{owner} holds it." if owner else "Nobody holds it."
        told = owner or next((holder for holder in surplus if holder in chart.tasks), None)
        mend = _passing(chart, name, surplus, None if right else owner, told, detail)
        yield Finding("lock-matches", tuple(dict.fromkeys((*ids, *surplus))), detail, repair, about=name, mend=mend)


def _wanted(chart: Chart) -> dict[str, list[Task]]:
    """The open tasks that need each lock."""
    wanted = defaultdict[str, list[Task]](list)
    for task in chart.tasks.values():
        for name in held_locks(chart.workflow, task):
            wanted[name].append(task)
    return wanted


def _cancelling(chart: Chart, tasks: list[Task], note: str) -> Mend:
    def mend(treatment: Treatment) -> None:
        for task in tasks:
            draft = treatment.draft(task, note)
            draft.set(hold_id=None)
            draft.enter(chart.workflow.statuses[tree_of(chart.workflow).cancelled])

    return mend


def _passing(
    chart: Chart, name: str, surplus: list[TaskId], owner: TaskId | None, told: TaskId | None, note: str
) -> Mend:
    """One of the surplus holders at a time: what is left is found again."""
    if not surplus:
        write: Write = TakeLock(owner or "", name)
    else:
        write = PassLock(surplus[0], owner, name) if owner and len(surplus) == 1 else ReleaseLock(surplus[0], name)

    def mend(treatment: Treatment) -> None:
        treatment.write(write)
        treatment.tell(told, note)

    return mend
