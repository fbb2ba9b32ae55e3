"""Timed holds: a child without work that keeps its task on hold for some days.

The task names its hold in `holdId`, so whatever opens, replaces or ends a hold writes both in one
transaction, and the stream hook, which counts children, passes over holds.
"""

from __future__ import annotations

from datetime import timedelta

from shared.domain.definitions.vocabulary import HOLD_ENDED
from shared.domain.definitions.workflow import Workflow
from shared.domain.drafts.draft import Draft
from shared.domain.drafts.opening import begin
from shared.domain.model.scene import status_of
from shared.domain.model.task import Edge, Task
from shared.domain.model.writes import CreateEdge


def is_hold(workflow: Workflow, task: Task) -> bool:
    """Whether the task is a timed hold."""
    return workflow.tree is not None and task.type == workflow.tree.hold


def place_hold(draft: Draft, lasts: timedelta) -> None:
    """The draft's task has a timed hold that lasts so long, in place of one that runs."""
    workflow, now = draft.context.scene.workflow, draft.context.now
    if workflow.tree is None or workflow.tree.hold is None:
        raise ValueError(f"{workflow.name} declares no timed hold.")
    before = draft.task.hold_id
    end_hold(draft)
    held = draft.task
    hold = begin(draft.context, workflow.tree.hold, held.assigned_party, internal=held.internal, beside=draft)
    hold.set(parent_id=held.task_id)
    hold.write(CreateEdge(Edge(held.task_id, hold.task.task_id, held.task_id, hold=True)))
    hold.start_timer("time", now + lasts)
    draft.changed("holdId", before, hold.task.task_id)
    draft.set(hold_id=hold.task.task_id)


def end_hold(draft: Draft) -> None:
    """No timed hold keeps the draft's task on hold; one that did is cancelled in the same transaction.

    So the hold must be loaded with the draft's task. One that was not is ended by the cascade where the task closes;
    where the task stays open, nothing ends it, as the task names it no longer.
    """
    scene = draft.context.scene
    hold = scene.related.get(draft.task.hold_id or "")
    draft.changed("holdId", draft.task.hold_id, None)
    draft.set(hold_id=None)
    if hold is None or scene.workflow.tree is None or not status_of(scene.workflow, hold).open:
        return
    ended = draft.beside(hold, HOLD_ENDED)
    ended.enter(scene.workflow.statuses[scene.workflow.tree.cancelled])
