"""What must hold of prerequisites: a task waits exactly while one is open, or something is awaited."""

from __future__ import annotations

from collections.abc import Iterator

from shared.domain.definitions.workflow import Waiting
from shared.domain.doctor.finding import Finding, Mend
from shared.domain.doctor.treatment import Treatment
from shared.domain.doctor.whole import Chart
from shared.domain.graph import closes_cycle
from shared.domain.model.scene import unfinished
from shared.domain.model.task import Task, TaskId
from shared.domain.model.writes import AddDependent

NAME = "prerequisites-satisfied"


def satisfied(chart: Chart) -> Iterator[Finding]:
    """A task is pending exactly when something is open or awaited, and is looked at when that changes."""
    pair = chart.workflow.prerequisites
    graph = {task_id: task.prerequisites for task_id, task in chart.tasks.items()}
    if pair is None:
        return
    for task in chart.open_tasks:
        gone = tuple(other for other in task.prerequisites if other not in chart.tasks)
        if gone:
            detail = f"{task.task_id} waits for {', '.join(gone)}, which is not there."
            mend = _leaving_out(task, gone, detail)
            yield Finding(NAME, (task.task_id,), detail, "It waits for that no longer.", about="gone", mend=mend)
        elif closes_cycle(graph, task.task_id, task.prerequisites):
            detail = f"{task.task_id} waits for itself."
            by_hand = "Take one of the prerequisites away, with PATCH."
            yield Finding(NAME, (task.task_id,), detail, by_hand, "hand", about="circle")
        else:
            yield from _status(chart, pair, task)


def _status(chart: Chart, pair: Waiting, task: Task) -> Iterator[Finding]:
    left = unfinished(chart.scene(task), task.prerequisites)
    waits, key = bool(left) or task.awaiting is not None, chart.status(task).key
    if waits and key == pair.ready:
        detail = f"{task.task_id} is {task.status}, and waits for {', '.join(left) or task.awaiting}."
        repair = f"It is {chart.workflow.statuses[pair.waiting].status}."
        mend = _entering(chart, task, pair.waiting, repair)
        yield Finding(NAME, (task.task_id,), detail, repair, about="waits", mend=mend)
    elif key == pair.waiting and not waits and _late(chart, task):
        detail = f"{task.task_id} is {task.status}, and nothing is left that it waits for."
        repair = f"It becomes {chart.workflow.statuses[pair.ready].status}."
        yield Finding(NAME, (task.task_id,), detail, repair, "settling", about="ready")
    unheard = [other for other in left if (other, task.task_id) not in chart.whole.dependents]
    if unheard and key == pair.waiting:
        detail = f"{task.task_id} would not hear of the end of {', '.join(unheard)}."
        mend = _listing(task, unheard, detail)
        yield Finding(NAME, (task.task_id,), detail, "It hears of it.", about="dependent", mend=mend)


def _late(chart: Chart, task: Task) -> bool:
    moments = (task.updated_at, *(chart.tasks[other].updated_at for other in task.prerequisites))
    return chart.is_late(max(moments))


def _leaving_out(task: Task, gone: tuple[TaskId, ...], note: str) -> Mend:
    kept = tuple(other for other in task.prerequisites if other not in gone)
    return lambda treatment: treatment.draft(task, note).set(prerequisites=kept)


def _entering(chart: Chart, task: Task, key: str, note: str) -> Mend:
    return lambda treatment: treatment.draft(task, note).enter(chart.workflow.statuses[key])


def _listing(task: Task, unheard: list[TaskId], note: str) -> Mend:
    def mend(treatment: Treatment) -> None:
        treatment.write(*(AddDependent(other, task.task_id) for other in unheard))
        treatment.draft(task, note)

    return mend
