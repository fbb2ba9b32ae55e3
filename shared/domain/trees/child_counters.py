"""Closed children are counted at their parent, which reacts to the last one.

Counting one costs the same however many siblings it has. The last one is counted in the transaction that
also writes what the parent becomes, so that this cannot be overlooked (engine.md, Promises 6 and 7).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from shared.domain.definitions.vocabulary import CHILDREN_CLOSED
from shared.domain.definitions.workflow import Status, Workflow
from shared.domain.drafts.draft import Draft
from shared.domain.model.plan import Plan
from shared.domain.model.scene import Context, status_of
from shared.domain.model.task import Children, Edge, Task
from shared.domain.model.writes import ChangeCounters, ChangeEdge, Write
from shared.domain.trees.following import follow
from shared.domain.trees.tree import on_hold, opened, reaction


def count_children(context: Context, children: Iterable[tuple[Edge, Task]]) -> Plan | None:
    """The plan that counts the closings of these children at the scene's task; None if there is none to count.

    Where the last one is among them, the same plan holds what the parent becomes.
    """
    workflow, parent = context.scene.workflow, context.scene.subject
    after, counted = parent, list[Write]()
    for edge, child in children:
        if is_behind(workflow, edge, child):
            completed = status_of(workflow, child).completed
            after = replace(after, children=_closed(after.children, edge, completed=completed))
            now = replace(edge, counted_version=child.version, counted_completed=completed)
            counted.append(ChangeEdge(edge, now))
    if not counted:
        return None
    becomes = reaction(workflow, after)
    if becomes is not None:
        return _react(context, after, becomes, *counted)
    # A parent that stays on hold has another open child or a running hold, and the condition says
    # so; of a closed parent nothing more depends on the counters.
    not_last = status_of(workflow, parent) == on_hold(workflow) and parent.hold_id is None
    return Plan(context.ids.commit, (*counted, ChangeCounters(parent, after, not_last)), parent)


def is_behind(workflow: Workflow, edge: Edge, child: Task) -> bool:
    """Whether the child has closed, and the edge has not counted that.

    Not where the closing was taken back, as the task was opened again, even if a late record still tells of it. A
    closing that was counted stays so, whatever version the closed task gets later.
    """
    counts_as_open = edge.counted_version <= 0 and not edge.hold
    return counts_as_open and -edge.counted_version < child.version and not status_of(workflow, child).open


def may_react(workflow: Workflow, parent: Task, closed: int = 1) -> bool:
    """Whether the parent may become something else once so many children more are counted as closed."""
    return status_of(workflow, parent).open and parent.children.open <= closed


def counters_of(edges: Iterable[Edge]) -> Children:
    """What the counters of a task are, by all edges that count at it."""
    counters = Children()
    for edge in edges:
        if not edge.hold:
            counters = opened(counters, same=edge.same_type)
            if edge.counted_version > 0:
                counters = _closed(counters, edge, completed=edge.counted_completed)
    return counters


def reaction_due(context: Context) -> Plan | None:
    """The plan of what the scene's task becomes, by its counters as they are; None if it stays as it is.

    The count of the last child commits together with this, so it is never due where nothing was broken.
    """
    becomes = reaction(context.scene.workflow, context.scene.subject)
    return None if becomes is None else _react(context, context.scene.subject, becomes)


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
