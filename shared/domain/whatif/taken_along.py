"""A case that follows on another, as it came to light: with what it began with, and what it took along.

What was taken along is no beginning that any version decides: it is as it was in the other case. So it is read from
the tasks' first entries, and both versions go on from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, cast

from shared.domain.checks.worlds.world import World
from shared.domain.definitions.workflow import Workflow
from shared.domain.model.scene import status_of
from shared.domain.model.task import Edge, Entry, Task, TaskId, Timer
from shared.domain.trees.child_counters import counters_of
from shared.domain.trees.holds import is_hold
from shared.domain.trees.locks import held_locks
from shared.domain.whatif.past import Commit, Past, at_first
from shared.domain.whatif.play import Play


def came_to_light(nothing: World, past: Past, commit: Commit) -> Play:
    """The case as it was then; raises LookupError where history does not keep all of it."""
    latest = {entry.task_id: entry for entry in commit.entries if entry.task_id is not None}
    tasks = {entry.task_id: _at_first(nothing.workflow, past, entry) for entry in latest.values() if entry.task_id}
    edges = {edge.child_id: edge for edge in _edges(nothing.workflow, tasks.values())}
    tasks = {task_id: _above(nothing.workflow, task, tasks.values(), edges.values()) for task_id, task in tasks.items()}
    locks = {name: task.task_id for task in tasks.values() for name in held_locks(nothing.workflow, task)}
    case = replace(nothing.case, attributes=_attributes(past), root_id=past.case.root_id)
    world = replace(nothing, case=case, tasks=tasks, edges=edges, locks=locks)
    return Play(world, {task_id: task_id for task_id in tasks}).settled(commit.at)


def _attributes(past: Past) -> dict[str, object]:
    return dict(cast(dict[str, object], at_first(past.of(None), "attributes", past.case.attributes)))


def _at_first(workflow: Workflow, past: Past, entry: Entry) -> Task:
    """The task as its entry has it; what no entry tells of it, it has as it was when it was read."""
    now = past.task(entry.task_id)
    if now is None or entry.type not in workflow.types:
        raise LookupError("A task that it began with is not there any more.")
    values: dict[str, Any] = {"state": entry.state, "status": entry.status, "version": entry.version}
    values |= {"assigned_party": entry.assigned_party, "group_queue": entry.group_queue, "due_time": entry.due_time}
    values |= {"hold_id": None, "delegated": False, "delegate_id": None, "remembered": (), "timers": ()}
    values |= {"workflow_version": workflow.version, "updated_at": entry.created_at, "since": entry.created_at}
    task = replace(now, **values)
    if not status_of(workflow, task).open:
        return task
    return replace(task, closed_at=None, timers=tuple(_timers(workflow, now, entry)))


def _timers(workflow: Workflow, now: Task, entry: Entry) -> Iterator[Timer]:
    """Those that ran then: until the due time, and for as long as the type lasts, or until then if it runs on."""
    lasts, running = workflow.types[now.type].lasts, {timer.name: timer.at for timer in now.timers}
    times = {"due": entry.due_time, "time": None}
    if lasts is not None:
        if "copiedFrom" in entry.changes and "time" not in running:
            raise LookupError("Until when a task that it took along was to last is kept nowhere.")
        times["time"] = running.get("time", entry.created_at + lasts)
    for name, at in times.items():
        if at is not None and name in workflow.timers and at > entry.created_at:
            yield Timer(now.task_id, f"{now.task_id}-{name}", name, workflow.timers[name], at)


def _edges(workflow: Workflow, tasks: Iterable[Task]) -> Iterator[Edge]:
    """How each task counts at the one above, which has counted nothing yet."""
    for task in tasks:
        if task.parent_id is not None and task.counts_at is not None:
            hold = is_hold(workflow, task)
            yield Edge(task.parent_id, task.task_id, task.counts_at, hold=hold, same_type=task.is_delegate)


def _above(workflow: Workflow, task: Task, tasks: Iterable[Task], edges: Iterable[Edge]) -> Task:
    """The task with what it knows of those below it."""
    below: list[TaskId] = [t.task_id for t in tasks if t.is_delegate and t.parent_id == task.task_id]
    counting = counters_of(edge for edge in edges if edge.counts_at == task.task_id)
    passed_on = {"delegated": True, "delegate_id": below[-1]} if below and status_of(workflow, task).open else {}
    return replace(task, children=counting, **cast(dict[str, Any], passed_on))
