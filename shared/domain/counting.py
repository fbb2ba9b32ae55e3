"""Closed children are counted at their parent, which reacts to the last one.

Counting one costs the same however many siblings it has, and whoever counts the last one commits
what the parent becomes with it, so it cannot be overlooked (engine.md, Promises 6 and 7).
"""

from __future__ import annotations

from dataclasses import replace

from shared.domain.draft import Draft
from shared.domain.following import follow
from shared.domain.plan import Plan
from shared.domain.scene import Context, status_of
from shared.domain.task import Children, Edge, Task
from shared.domain.tree import on_hold, reaction
from shared.domain.vocabulary import CHILDREN_CLOSED
from shared.domain.workflow import Status
from shared.domain.writes import ChangeCounters, ChangeEdge, Write


def count_child(context: Context, edge: Edge, child: Task) -> Plan | None:
    """The plan that counts the child's closing at the scene's task; None if it is counted already.

    Where it is the last one, the same plan holds what the parent becomes.
    """
    workflow, parent = context.scene.workflow, context.scene.subject
    if edge.hold or edge.counted_version >= child.version or status_of(workflow, child).open:
        return None
    completed = status_of(workflow, child).completed
    counted = replace(edge, counted_version=child.version, counted_completed=completed)
    after = replace(parent, children=_closed(parent.children, edge, completed=completed))
    becomes = reaction(workflow, after)
    if becomes is not None:
        return _react(context, after, becomes, ChangeEdge(edge, counted))
    # A parent that stays on hold has another open child or a running hold, and the condition says
    # so; of a closed parent nothing more depends on the counters.
    not_last = status_of(workflow, parent) == on_hold(workflow) and parent.hold_id is None
    return Plan(context.ids.commit, (ChangeEdge(edge, counted), ChangeCounters(parent, after, not_last)), parent)


def _react(context: Context, after: Task, becomes: Status, *writes: Write) -> Plan:
    """The plan of the parent's next version, on condition of the very counters that it follows from."""
    draft = Draft(context, context.scene.subject, action=CHILDREN_CLOSED, given={}, counters=True)
    draft.set(children=after.children)
    draft.enter(becomes)
    draft.write(*writes)
    # The engine is never refused: what cannot be is left out, and the history says so.
    follow(draft)
    return draft.plan()


def _closed(counters: Children, edge: Edge, *, completed: bool) -> Children:
    same = edge.same_type
    return Children(
        open=counters.open - 1,
        closed=counters.closed + 1,
        completed=counters.completed + completed,
        same_open=counters.same_open - same,
        same_closed=counters.same_closed + same,
        same_completed=counters.same_completed + (same and completed),
    )
