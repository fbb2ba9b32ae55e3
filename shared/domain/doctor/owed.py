"""What must hold of the engine's own work: nothing is owed for longer than it should take.

What is due is asked of the function that hooks, timers and settling ask; to settle is the repair.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from shared.domain.doctor.finding import Finding
from shared.domain.doctor.whole import Chart
from shared.domain.model.task import Task, TaskId
from shared.domain.settling import due, ending
from shared.domain.trees.child_counters import is_behind


def settled(chart: Chart) -> Iterator[Finding]:
    """No closing waits to be counted, no message to arrive, and nothing else that the engine owes a task."""
    yield from _owed_actions(chart)
    yield from _uncounted(chart)
    yield from _undelivered(chart)
    for task in chart.tasks.values():
        if task.staged and chart.is_late(chart.whole.case.updated_at):
            yield _waiting(task.task_id, f"{task.task_id} cannot be seen yet.", "It is shown.", "staged")


def _owed_actions(chart: Chart) -> Iterator[Finding]:
    """What other invariants are about (ends, prerequisites, timers) is left to them."""
    for task in chart.open_tasks:
        scene = chart.scene(task)
        owed = due(scene, chart.now) if ending(scene) is None and _is_late(chart, task) else None
        if owed is not None and not _is_elsewhere(chart, task, owed.action):
            detail = f"The engine owes {task.task_id} the action {owed.action}."
            yield _waiting(task.task_id, detail, "It is taken.", owed.action)


def _uncounted(chart: Chart) -> Iterator[Finding]:
    for edge in chart.whole.edges:
        child = chart.tasks.get(edge.child_id)
        if child is not None and is_behind(chart.workflow, edge, child) and chart.is_late(child.updated_at):
            detail = f"{edge.counts_at} has not counted that {child.task_id} is {child.status}."
            yield _waiting(child.task_id, detail, "It is counted.", "edge")


def _undelivered(chart: Chart) -> Iterator[Finding]:
    for message in chart.whole.messages:
        sender, about = chart.tasks.get(message.task_id), f"{message.generation} {message.sequence}"
        detail = f"A message of {message.task_id} has not arrived: {message.action}."
        if sender is None:
            by_hand = "Its sender is gone: restore that from a backup."
            yield Finding("settled", (message.task_id,), detail, by_hand, "hand", about=about)
        elif chart.is_late(sender.updated_at):
            yield _waiting(message.task_id, detail, "It arrives.", about)


def nothing_open(chart: Chart) -> Iterator[Finding]:
    """Under a closed root, and in a closed case, no task is open but what may outlive it, however far below."""
    for task in chart.open_tasks:
        if ending(chart.scene(task)) is not None and _is_late(chart, task):
            detail = f"{task.task_id} is {task.status}, though what it belongs to has ended."
            yield Finding("closed-root-no-open-tasks", (task.task_id,), detail, "It ends as well.", "settling")


def _waiting(task_id: TaskId, detail: str, repair: str, about: str) -> Finding:
    return Finding("settled", (task_id,), detail, repair, "settling", about=about)


def _is_late(chart: Chart, task: Task) -> bool:
    """Whether all from which something may follow for the task was done longer ago than reacting to it takes."""
    return chart.is_late(_since(chart, task))


def _since(chart: Chart, task: Task) -> datetime:
    """When last anything changed from which something may follow for the task."""
    whole, above = chart.whole, chart.tasks.get(task.parent_id or "")
    moments = [task.updated_at, whole.case.updated_at, *(c.updated_at for c in whole.connections.values())]
    moments += [chart.tasks[other].updated_at for other in task.prerequisites if other in chart.tasks]
    while above is not None:
        moments.append(above.updated_at)
        above = chart.tasks.get(above.parent_id or "")
    return max(moments)


def _is_elsewhere(chart: Chart, task: Task, action: str) -> bool:
    """Whether another invariant is about it: prerequisites, or timers."""
    pair = chart.workflow.prerequisites
    fires = any(timer.action == action and timer.at <= chart.now for timer in task.timers)
    return fires or (pair is not None and pair.action == action)
