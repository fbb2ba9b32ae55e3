"""What a case that follows on another takes along from it: which open tasks, and their copies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast

from shared.domain.definitions.vocabulary import CREATE
from shared.domain.drafts.draft import Draft
from shared.domain.drafts.opening import entity_of
from shared.domain.drafts.texts import TEXTS, copy_texts, size_of
from shared.domain.model.plan import FieldError, Refusal
from shared.domain.model.scene import Scene, status_of
from shared.domain.model.task import Children, Task, TaskId
from shared.domain.trees.following import above_of
from shared.domain.trees.holds import is_hold
from shared.domain.trees.locks import held_locks
from shared.domain.trees.tree import may_stand_under, stand_under, tree_of
from shared.domain.words.relations import branch_of

TAKEN = 25
"""Open tasks that are taken along, each with those of its own type above it."""


def taken_along(draft: Draft, top: Draft) -> tuple[Task, ...] | Refusal:
    """The open tasks that are taken along: all that can be, without those that the input leaves out."""
    scene, begun = draft.context.scene, _by_type(top)
    can = {task.task_id: task for task in _leaves(scene) if _moves(scene, task, begun)}
    left_out = cast(Sequence[TaskId], draft.input.get("leaveOut", ()))
    errors = tuple(
        FieldError(f"/leaveOut/{index}", "This task is not taken along anyway.")
        for index, task_id in enumerate(left_out)
        if task_id not in can
    )
    if errors:
        return Refusal("invalid_input", "The input does not fit.", rule="input", errors=errors)
    taken = tuple(task for task_id, task in can.items() if task_id not in left_out)
    if any(task.children.open for task in taken):
        return Refusal("conflict", "A task below one that is taken along has just closed. Try again.")
    if len(taken) > TAKEN:
        return leave_out(f"{len(taken)} open tasks would be taken along, at most {TAKEN} can: leave some out.")
    return taken


def leave_out(detail: str) -> Refusal:
    """The refusal that asks the caller to leave some tasks out."""
    return Refusal("invalid_input", "The input does not fit.", rule="input", errors=(FieldError("/leaveOut", detail),))


def _leaves(scene: Scene) -> Iterator[Task]:
    """The open tasks of the case without an open child; a timed hold is neither."""
    opened = [task for task in scene.related.values() if is_open(scene, task) and not is_hold(scene.workflow, task)]
    parents = {task.parent_id for task in opened}
    return (task for task in opened if task.task_id not in parents and task.task_id != scene.subject.task_id)


def _moves(scene: Scene, task: Task, begun: Mapping[str, Draft]) -> bool:
    """Whether its type, and where it stands, let the task be taken along; what begins anew is not."""
    types = scene.workflow.types
    if types[task.type].moves != "along" or task.type in begun:
        return False
    if all_stays(scene, task):
        return False
    return _place(scene, branch_of(scene, task)[0], begun) is not None


def _place(scene: Scene, task: Task, begun: Mapping[str, Draft]) -> Draft | None:
    """The task of the new case under which a copy stands: as on creation, or as the task did."""
    for name in scene.workflow.types[task.type].placed:
        if name in begun:
            return begun[name]
    places = (begun[above.type] for above in above_of(scene, task) if above.type in begun)
    return next((place for place in places if may_stand_under(scene.workflow, task.type, place.task)), None)


def _by_type(top: Draft) -> dict[str, Draft]:
    """The tasks with which the new case begins."""
    return {draft.task.type: draft for draft in top.company.values()}


def copy(draft: Draft, top: Draft, taken: Sequence[Task]) -> Refusal | None:
    """Every task that is taken along, with those that passed it on, has a copy in the new case."""
    scene, begun = draft.context.scene, _by_type(top)
    copies: dict[TaskId, Draft] = {}
    for leaf in taken:
        above = _place(scene, branch_of(scene, leaf)[0], begun)
        for task in branch_of(scene, leaf):
            if task.task_id not in copies:
                made = _copied(scene, task, top, above.task if above else top.task)
                if isinstance(made, Refusal):
                    return made
                copies[task.task_id] = made
            above = copies[task.task_id]
    return None


def crowded(top: Draft) -> Refusal | None:
    """Refuses two tasks of which only one may be open where both would stand."""
    workflow = top.context.scene.workflow
    held: set[str] = set()
    for draft in top.company.values():
        for name in held_locks(workflow, draft.task):
            if name in held:
                detail = f"Only one {draft.task.type} may be open there: leave the others out."
                return leave_out(detail)
            held.add(name)
    return None


def _copied(scene: Scene, task: Task, top: Draft, parent: Task) -> Draft | Refusal:
    """The draft of a copy of the task under the parent, as it is now, but for what stays: a hold, prerequisites."""
    workflow, case = scene.workflow, top.context.scene.case
    status = status_of(workflow, task)
    if task.hold_id is not None:
        status = workflow.statuses[tree_of(workflow).returned]
    now = top.context.now
    blank = replace(
        task,
        task_id=f"{case.case_id}.{top.context.ids.local()}",
        case_id=case.case_id,
        state=status.state,
        status=status.status,
        created_at=now,
        updated_at=now,
        since=now,
        entity=entity_of(top.context.scene) if task.entity == entity_of(scene) else task.entity,
        prerequisites=(),
        timers=(),
        texts=0,
        children=Children(),
        hold_id=None,
        delegated=False,
        delegate_id=None,
        version=1,
    )
    copy = top.beside(blank, CREATE, new=True)
    copy.changed("copiedFrom", None, task.task_id)
    for timer in task.timers:
        copy.start_timer(timer.name, timer.at)
    texts = scene.texts.get(task.task_id)
    if texts is not None and size_of(texts) > TEXTS:
        return leave_out(f"The texts of {task.task_id} are too long to be taken along: leave it out.")
    copy_texts(copy, texts)
    return stand_under(copy, parent) or copy


def all_stays(scene: Scene, task: Task) -> bool:
    """Whether nothing at or below the task is taken along."""
    types = scene.workflow.types
    return any(types[one.type].moves == "all_stay" for one in (task, *above_of(scene, task)))


def is_open(scene: Scene, task: Task) -> bool:
    """Whether the task, of the scene's case, is open."""
    return status_of(scene.workflow, task).open
