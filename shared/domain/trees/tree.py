"""Parents and children: holds while a child is open, and what a parent becomes.

A parent's reaction is a function of its own counters, hold and delegation alone, so it does not
depend on the order in which its children's closings are counted (engine.md, Promises 6 and 7).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from shared.domain.definitions.vocabulary import CHILD_OPENED, HOLD_ENDED
from shared.domain.definitions.workflow import Status, TaskType, Tree, Workflow
from shared.domain.drafts.draft import Draft
from shared.domain.model.plan import FieldError, Refusal
from shared.domain.model.scene import Scene, status_of
from shared.domain.model.task import Children, Edge, Task, TaskId
from shared.domain.model.text import with_article
from shared.domain.model.writes import ChangeEdge, CreateEdge
from shared.domain.trees.holds import end_hold


def stand_under(draft: Draft, parent: Task, counts_at: Task | None = None) -> Refusal | None:
    """The draft's new task is a child of the parent, which is on hold from now on.

    A parent that is on hold already only counts one child more: siblings can be created at once. Where
    the child counts at another task above, that one is on hold for it, and the parent may be closed.
    """
    above = draft.beside(counts_at or parent, CHILD_OPENED)
    refusal = _misplaced(draft, parent, above)
    if refusal is not None:
        return refusal
    child = draft.task
    same = child.type == parent.type and counts_at is None
    draft.set(parent_id=parent.task_id, counts_at=above.task.task_id, is_delegate=same)
    draft.write(CreateEdge(Edge(parent.task_id, child.task_id, above.task.task_id, same_type=same)))
    above.set(children=opened(above.task.children, same=same))
    if above.status.open:
        _hold(above, child, same=same)
    return None


def may_stand_under(workflow: Workflow, type_name: str, parent: Task) -> bool:
    """Whether tasks of the type stand under such a one; what is passed on stands under its own type."""
    return parent.type in workflow.types[type_name].parents


def joins(workflow: Workflow, type_name: str, parent: Task) -> bool:
    """Whether tasks of the type are created under such a one although it is completed: if it is their last place."""
    task_type = workflow.types[type_name]
    last = task_type.placed[-1:] or (parent.type,)
    return status_of(workflow, parent).completed and task_type.joins_completed and parent.type in last


def place_of(scene: Scene, task_type: TaskType) -> Task | None:
    """The task under which one of the type stands if nobody says where; None where it has to be said."""
    for name in task_type.placed:
        task = scene.related.get(scene.held.get(name, ""))
        if task is not None:
            return task
    root = scene.related.get(scene.case.root_id or "")
    return root if root is not None and root.type in task_type.placed else None


def twins(child: Task, parent: Task) -> Refusal | None:
    """Refuses a child that has both its parent's type and its parent's assignee."""
    if child.type != parent.type or _whose(child) != _whose(parent):
        return None
    detail = "A child has another type or another assignee than its parent."
    return Refusal("invalid_input", detail, "not_its_parents_twin", errors=(FieldError("/assignedParty", detail),))


def stand_again(draft: Draft, edge: Edge) -> Refusal | None:
    """The draft's task, opened again, keeps the task on hold at which it counts; what it counted as is taken back."""
    scene, child = draft.context.scene, draft.task
    parent = scene.related[edge.counts_at]
    if not status_of(scene.workflow, parent).open:
        return Refusal("parent_closed", "The parent is closed: open that first.", rule="parent_open")
    if twins(child, parent) is not None:
        detail = "The parent has the same type and, by now, the same assignee: reassign that first."
        return Refusal("action_not_available", detail, rule="not_its_parents_twin")
    above = draft.beside(parent, CHILD_OPENED)
    if edge.counted_version > 0:
        above.set(children=_taken_back(parent.children, edge))
    draft.write(ChangeEdge(edge, replace(edge, counted_version=-child.version, counted_completed=False)))
    _hold(above, child, same=edge.same_type)
    return None


def release(draft: Draft) -> Draft | None:
    """A timed hold that has ended gives its task back, unless a child keeps that on hold; the draft of that task."""
    scene, hold = draft.context.scene, draft.task
    held = scene.related.get(hold.parent_id or "")
    if held is None or held.hold_id != hold.task_id:
        return None
    above = draft.beside(held, HOLD_ENDED)
    above.counters = True
    above.set(hold_id=None)
    above.changed("holdId", hold.task_id, None)
    if draft.status.completed and scene.workflow.types[held.type].held_for is not None:
        above.enter(scene.workflow.statuses[tree_of(scene.workflow).completed])
    else:
        above.enter(reaction(scene.workflow, above.task) or above.status)
    return above


def end(draft: Draft, *, completed: bool) -> None:
    """The draft's task has ended, completed or cancelled, and a timed hold of it as well."""
    workflow, tree = draft.context.scene.workflow, tree_of(draft.context.scene.workflow)
    end_hold(draft)
    draft.enter(workflow.statuses[tree.completed if completed else tree.cancelled])


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


def opened(counters: Children, *, same: bool) -> Children:
    """The counters with one open child more; `same`, where it is of the parent's own type."""
    return replace(counters, open=counters.open + 1, same_open=counters.same_open + same)


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
    if ends in ("when_delegated", "at_once") and parent.delegated:
        return tree.completed if children.same_completed else tree.cancelled
    return None


def _misplaced(draft: Draft, parent: Task, above: Draft) -> Refusal | None:
    """Refuses a parent under which the task does not stand, and one that is closed where it would count."""
    workflow, child = draft.context.scene.workflow, draft.task
    if child.type != parent.type and not may_stand_under(workflow, child.type, parent):
        detail = f"{with_article(child.type, first=True)} cannot stand under {with_article(parent.type)}."
        return Refusal("invalid_input", detail, "parents", errors=(FieldError("/parentId", detail),))
    if not above.status.open and not joins(workflow, child.type, above.task):
        return Refusal("parent_closed", "The parent is closed and takes no child.", rule="parent_open")
    return twins(child, parent)


def _whose(task: Task) -> tuple[str, str] | None:
    """The assignee, by whatever name."""
    return (task.assigned_party.kind, task.assigned_party.id) if task.assigned_party else None


def _hold(above: Draft, child: Task, *, same: bool) -> None:
    """The parent, which has one open child more, is on hold for it rather than for some days.

    A child of the same type is always news to the parent, a new version: so of that, and of giving the parent to
    whoever has the child, only one commits.
    """
    workflow, parent = above.context.scene.workflow, above.task
    if same:
        above.set(delegated=True, delegate_id=child.task_id)
    end_hold(above)
    if not same and above.task == parent and above.status == on_hold(workflow):
        return
    above.changes["child"] = {"to": child.task_id}
    above.enter(on_hold(workflow))


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
