"""Parents and children: holds while a child is open, and what a parent becomes.

A parent's reaction is a function of its own counters, hold and delegation alone, so it does not
depend on the order in which its children's closings are counted (engine.md, Promises 6 and 7).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from shared.domain.draft import Draft
from shared.domain.holds import end_hold
from shared.domain.plan import FieldError, Refusal
from shared.domain.scene import status_of
from shared.domain.task import Children, Edge, Task, TaskId
from shared.domain.vocabulary import CHILD_OPENED, HOLD_ENDED
from shared.domain.workflow import Status, Tree, Workflow
from shared.domain.writes import ChangeEdge, CreateEdge


def stand_under(draft: Draft, parent: Task) -> Refusal | None:
    """The draft's new task is a child of the parent, which is on hold from now on.

    A parent that is on hold already only counts one child more: siblings can be created at once.
    """
    above = draft.beside(parent, CHILD_OPENED)
    refusal = _misplaced(draft, above.task)
    if refusal is not None:
        return refusal
    child = draft.task
    same = child.type == parent.type
    draft.set(parent_id=parent.task_id, counts_at=parent.task_id)
    draft.write(CreateEdge(Edge(parent.task_id, child.task_id, parent.task_id, same_type=same)))
    above.set(children=_opened(above.task.children, same=same))
    _hold(above, child, same=same)
    return None


def stand_again(draft: Draft, edge: Edge) -> Refusal | None:
    """The draft's task, opened again, keeps the task on hold at which it counts; what it counted as is taken back."""
    scene, child = draft.context.scene, draft.task
    parent = scene.related[edge.counts_at]
    if not status_of(scene.workflow, parent).open:
        return Refusal("parent_closed", "The parent is closed: open that first.", rule="parent_open")
    above = draft.beside(parent, CHILD_OPENED)
    if edge.counted_version > 0:
        above.set(children=_taken_back(parent.children, edge))
    draft.write(ChangeEdge(edge, replace(edge, counted_version=-child.version, counted_completed=False)))
    _hold(above, child, same=edge.same_type)
    return None


def release(draft: Draft) -> None:
    """A timed hold that has ended gives its task back, unless a child keeps that on hold."""
    scene, hold = draft.context.scene, draft.task
    held = scene.related.get(hold.parent_id or "")
    if held is None or held.hold_id != hold.task_id:
        return
    above = draft.beside(held, HOLD_ENDED)
    above.counters = True
    above.set(hold_id=None)
    above.changed("holdId", hold.task_id, None)
    above.enter(reaction(scene.workflow, above.task) or above.status)


def reaction(workflow: Workflow, parent: Task) -> Status | None:
    """What a parent with these counters becomes; None if it stays as it is."""
    if status_of(workflow, parent) != on_hold(workflow) or parent.children.open or parent.hold_id is not None:
        return None
    return workflow.statuses[_ending(workflow, parent) or tree_of(workflow).returned]


def on_hold(workflow: Workflow) -> Status:
    """The status of a parent with an open child."""
    return workflow.statuses[tree_of(workflow).on_hold]


def tree_of(workflow: Workflow) -> Tree:
    """How children move their parents; raises ValueError in a workflow whose tasks have none."""
    if workflow.tree is None:
        raise ValueError(f"{workflow.name} declares no tree.")
    return workflow.tree


def below(tasks: Mapping[TaskId, Task], task_id: TaskId) -> Iterator[Task]:
    """Everything below the task, at any depth, also below closed tasks."""
    by_parent: dict[TaskId | None, list[Task]] = {}
    for task in tasks.values():
        by_parent.setdefault(task.parent_id, []).append(task)
    ahead = list(by_parent.get(task_id, ()))
    while ahead:
        task = ahead.pop()
        yield task
        ahead.extend(by_parent.get(task.task_id, ()))


def _ending(workflow: Workflow, parent: Task) -> str | None:
    """The status in which the parent ends with its children; none if it goes back to work."""
    tree, children, ends = tree_of(workflow), parent.children, workflow.types[parent.type].ends
    if ends == "with_children" and children.closed:
        return tree.completed if children.completed else tree.cancelled
    if ends == "when_delegated" and parent.delegated:
        return tree.completed if children.same_completed else tree.cancelled
    return None


def _misplaced(draft: Draft, parent: Task) -> Refusal | None:
    workflow, child = draft.context.scene.workflow, draft.task
    if parent.type not in workflow.types[child.type].parents:
        detail = f"A {child.type} cannot stand under a {parent.type}."
        return Refusal("invalid_input", detail, "parents", errors=(FieldError("/parentId", detail),))
    if not status_of(workflow, parent).open:
        return Refusal("parent_closed", "The parent is closed and takes no child.", rule="parent_open")
    if child.type == parent.type and child.assigned_party == parent.assigned_party:
        detail = "A child has another type or another assignee than its parent."
        return Refusal("invalid_input", detail, "not_its_parents_twin", errors=(FieldError("/assignedParty", detail),))
    return None


def _hold(above: Draft, child: Task, *, same: bool) -> None:
    """The parent, which has one open child more, is on hold for it rather than for some days."""
    workflow, parent = above.context.scene.workflow, above.task
    if same:
        above.set(delegated=True, delegate_id=child.task_id)
    end_hold(above)
    if above.task == parent and above.status == on_hold(workflow):
        return
    above.changes["child"] = {"to": child.task_id}
    above.enter(on_hold(workflow))


def _opened(counters: Children, *, same: bool) -> Children:
    return replace(counters, open=counters.open + 1, same_open=counters.same_open + same)


def _taken_back(counters: Children, edge: Edge) -> Children:
    same, completed = edge.same_type, edge.counted_completed
    return Children(
        open=counters.open + 1,
        closed=counters.closed - 1,
        completed=counters.completed - completed,
        same_open=counters.same_open + same,
        same_closed=counters.same_closed - same,
        same_completed=counters.same_completed - (same and completed),
    )
