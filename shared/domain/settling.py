"""What the engine owes a task, read from state alone.

A hook, a timer, a sweep after an outage and the settling of a restored table all ask this one
function; a record of the stream only says where to look. Doing it twice is harmless: once it is
done, nothing is due any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from shared.domain.model.ends import PENDING
from shared.domain.model.scene import Scene, status_of, unfinished
from shared.domain.model.task import Task, TaskId
from shared.domain.trees.holds import is_hold
from shared.domain.trees.tree import tree_of
from shared.domain.trees.turns import waits_for_turn


@dataclass(frozen=True, slots=True)
class Due:
    """An action of the engine that is due on a task, with its input."""

    action: str
    input: Mapping[str, object] = field(default_factory=dict)


def due(scene: Scene, now: datetime) -> Due | None:
    """The first action that the engine owes the scene's task; None when there is none.

    A closed case ends its open tasks, and a cancelled task those below it, from above; a waiting task whose
    prerequisites are all closed becomes ready; a timer whose time has come fires; an organization
    that assigns by turns does so with a new task; a task hears what became of the connection that it waits
    for. The scene holds the task's prerequisites, the tasks above it, where it waits for a turn its
    organization, and where it waits for a connection that.
    """
    task = scene.subject
    if not status_of(scene.workflow, task).open:
        return None
    end = ending(scene)
    if end is not None:
        return None if end.after else end.due
    return _readiness(scene, task) or _connection(scene, task, now) or _timer(task, now) or _turn(scene, task)


@dataclass(frozen=True, slots=True)
class Ending:
    """The action by which an open task ends with its case or a task above it, after all that ends so above it.

    Trees end from above. Were the end of a task counted at a parent that is still open, the parent would react to it,
    and be completed where it is to be cancelled. A timed hold is taken along by the end of what it holds.
    """

    due: Due
    after: tuple[TaskId, ...]


def ending(scene: Scene) -> Ending | None:
    """How the scene's open task is to end with what it belongs to; None if it may stay open."""
    above = [*_above(scene, scene.subject)]
    return _with_case(scene, above) or _with_tree(scene, above)


def _with_case(scene: Scene, above: Sequence[Task]) -> Ending | None:
    closing = scene.workflow.closing
    if closing is None or scene.case.open:
        return None
    due = Due(closing.cascade, {"reason": scene.case.close_reason or "The case was closed."})
    return Ending(due, _open(scene, above))


def _with_tree(scene: Scene, above: Sequence[Task]) -> Ending | None:
    """Below a cancelled task nothing stays open, also below closed ones in between; below a completed one, what may."""
    if scene.workflow.tree is None:
        return None
    for number, (below, closed) in enumerate(pairwise((scene.subject, *above))):
        status = status_of(scene.workflow, closed)
        end = None if status.open else _end_under(scene, below, completed=status.completed)
        if end is not None:
            return Ending(Due(end), _open(scene, above[:number]))
    return None


def _open(scene: Scene, tasks: Sequence[Task]) -> tuple[TaskId, ...]:
    return tuple(task.task_id for task in tasks if status_of(scene.workflow, task).open)


def _above(scene: Scene, task: Task) -> Iterator[Task]:
    """The tasks above the task, the nearest first; of a circle, which only the doctor looks at, each once."""
    seen, above = set[TaskId](), scene.related.get(task.parent_id or "")
    while above is not None and above.task_id not in seen:
        yield above
        seen.add(above.task_id)
        above = scene.related.get(above.parent_id or "")


def _end_under(scene: Scene, task: Task, *, completed: bool) -> str | None:
    """The action that ends what is under a task that is closed; None for what outlives a completed one."""
    tree = tree_of(scene.workflow)
    if not completed or is_hold(scene.workflow, task):
        return tree.cascade
    survival = scene.workflow.types[task.type].under_completed
    return {"stays": None, "cancelled": tree.cascade, "completed": tree.conclude}[survival]


def _readiness(scene: Scene, task: Task) -> Due | None:
    pair = scene.workflow.prerequisites
    if pair is None or scene.status.key != pair.waiting or task.awaiting is not None:
        return None
    return None if unfinished(scene, task.prerequisites) else Due(pair.action)


def _turn(scene: Scene, task: Task) -> Due | None:
    assigning, party = scene.workflow.assigning, task.assigned_party
    if (
        assigning is None
        or assigning.next is None
        or party is None
        or not waits_for_turn(scene.workflow, scene.case, task)
    ):
        return None
    organization = scene.organizations.get(party.id)
    return Due(assigning.next) if organization is not None and organization.auto_assign else None


def _connection(scene: Scene, task: Task, now: datetime) -> Due | None:
    """What became of the request for a connection that the task's assignment waits for, as far as it is known."""
    connection, hand_off = scene.connection, scene.workflow.hand_off
    if connection is None or hand_off is None or task.end is None or task.end.assignment not in PENDING:
        return None
    state = connection.state_at(now)
    if state == "connected":
        return Due(hand_off.connection.accepted)
    if state != "requested":
        return Due(hand_off.connection.declined)
    went_out = connection.requested_at is not None and task.end.assignment == "connectionRequired"
    return Due(hand_off.connection.requested) if went_out else None


def _timer(task: Task, now: datetime) -> Due | None:
    passed = sorted((t for t in task.timers if t.at <= now), key=lambda t: (t.at, t.timer_id))
    return Due(passed[0].action) if passed else None
