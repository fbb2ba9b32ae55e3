"""What a decision looks at around its task: mostly nothing, so that most requests take one read and one commit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from shared.domain.children import child_action
from shared.domain.definitions.workflow import Action, TaskType
from shared.domain.model.scene import Scene, TornError, one_version, status_of
from shared.domain.model.task import Task, TaskId, Texts
from shared.domain.trees.tree import may_stand_under
from shared.domain.words.needs import asks_above, asks_creator, beside_parents, holds_of, locks_asked, looks_at
from shared.domain.words.relations import branch_of
from shared.engine.counterparts import with_counterparts
from shared.engine.inputs import Given
from shared.engine.loading import Gathered, load_above, load_beside, load_edge, load_users
from shared.engine.session import Session
from shared.engine.settle import settle
from shared.storage.keys import LockKey, TaskKey


def around_action(session: Session, scene: Scene, gathered: Gathered, name: str, given: Given) -> Scene:
    """The scene with everything else that the action on its task looks at.

    The graph is read after the case. A change of it that comes between raises the case's graph version, so that the
    commit fails.
    """
    workflow, task = scene.workflow, scene.subject
    if name == child_action(workflow, task.type):
        return around_new(session, replace(scene, related={task.task_id: task}), given.get("type"))
    action = workflow.actions_of(task.type).get(name)
    if action is None:
        return scene
    scene = with_counterparts(session, scene, given)
    effects = {word.name for word in action.effects}
    if "prerequisites" in given and action.field("prerequisites") is not None:
        tasks = _all_tasks(session, scene)
        return replace(scene, related=tasks, graph={task_id: t.prerequisites for task_id, t in tasks.items()})
    if "switch_case" in effects:
        # What has closed, and is not counted yet, would look like a task that waits for a child.
        settle(session, scene.case.case_id)
        tasks = _all_tasks(session, scene)
        moving = (t for t in tasks.values() if status_of(workflow, t).open)
        return replace(scene, related=tasks, texts=_texts(session, moving))
    scene = around_actions(session, scene, gathered, (action,))
    if "reopen" in effects:
        scene = replace(scene, edge=load_edge(session, task))
        return _with_tasks(session, scene, holds_of(scene.related.values()))
    return _around_new_type(session, scene, given) if "change_type" in effects else scene


def around_actions(session: Session, scene: Scene, gathered: Gathered, actions: Iterable[Action]) -> Scene:
    """The scene with the tasks that a decision on any of the actions looks at, and who may get the work back."""
    task = scene.subject
    task_type = scene.workflow.types[task.type]
    needed = looks_at(scene.workflow, task, actions) - gathered.related.keys()
    above = load_above(session, scene.case, task) if task_type.follows else {}
    scene = replace(scene, related=above | load_beside(session, scene.case, sorted(needed - above.keys())))
    if task.created_by is None or not asks_creator(task_type):
        return scene
    return replace(scene, users={**scene.users, **load_users(session, (task.created_by.id,))})


def around_offers(session: Session, scene: Scene, gathered: Gathered) -> Scene:
    """The scene with the tasks that tell which actions the caller may take, and what they may create under its task."""
    workflow, task = scene.workflow, scene.subject
    scene = around_actions(session, scene, gathered, workflow.actions_of(task.type).values())
    fitting = (t for t in workflow.types.values() if may_stand_under(workflow, t.name, task))
    if task.parent_id is None or child_action(workflow, task.type) is None or not any(map(asks_above, fitting)):
        return scene
    return _with_tasks(session, scene, (task.parent_id,))


def around_new(session: Session, scene: Scene, type_name: object) -> Scene:
    """The scene with what tells where a new task of the type stands, what opens with it, and who may create it.

    Most types need nothing. Those that are placed need the tasks that hold certain locks, and the root.
    """
    task_type = scene.workflow.types.get(type_name) if isinstance(type_name, str) else None
    if task_type is None:
        return scene
    scene = _around_places(session, with_named_users(session, scene, [task_type]), task_type)
    return _with_tasks(session, scene, beside_parents(task_type, scene.related.values()))


def _around_places(session: Session, scene: Scene, task_type: TaskType) -> Scene:
    names = locks_asked(task_type)
    if not names:
        return scene
    case_id, root = scene.case.case_id, TaskKey(scene.case.root_id or "")
    keys = [LockKey(case_id, name) for name in sorted(names)]
    loaded = session.store.load([*keys, root])
    held = {key.name: holder for key in keys if (holder := loaded[key]) is not None}
    tasks = load_beside(session, scene.case, {held[name] for name in task_type.placed if name in held})
    _held_by_open(scene, tasks.values())
    top = loaded[root]
    tasks |= {top.task_id: top} if top is not None else {}
    one_version(scene.case, tasks.values())
    return replace(scene, held=held, related={**scene.related, **tasks})


def _held_by_open(scene: Scene, holders: Iterable[Task]) -> None:
    """Tasks that hold locks are open; one that has closed since its lock was read holds it no longer: TornError."""
    for task in holders:
        if not status_of(scene.workflow, task).open:
            raise TornError(f"{task.task_id} was closed after its lock was read.")


def with_named_users(session: Session, scene: Scene, types: Iterable[TaskType]) -> Scene:
    """The scene with the users to whom tasks of the types are assigned where a request names nobody; mostly none."""
    names = sorted({named for task_type in types if (named := task_type.assigned_to_user) is not None})
    return replace(scene, users={**scene.users, **load_users(session, names)}) if names else scene


def _around_new_type(session: Session, scene: Scene, given: Given) -> Scene:
    """The scene with all that a task looks at that is changed into one of another type."""
    above = load_above(session, scene.case, scene.subject)
    scene = around_new(session, replace(scene, related={**scene.related, **above}), given.get("type"))
    return replace(scene, texts=_texts(session, branch_of(scene, scene.subject)))


def _with_tasks(session: Session, scene: Scene, task_ids: Iterable[TaskId]) -> Scene:
    """The scene with these tasks beside those that it has."""
    loaded = load_beside(session, scene.case, sorted({*task_ids} - scene.related.keys()))
    return replace(scene, related={**scene.related, **loaded})


def _all_tasks(session: Session, scene: Scene) -> dict[TaskId, Task]:
    tasks = {task.task_id: task for task in session.store.tasks(scene.case.case_id)}
    one_version(scene.case, tasks.values())
    return tasks


def _texts(session: Session, tasks: Iterable[Task]) -> dict[TaskId, Texts]:
    """The long texts of those tasks that have any."""
    return {task.task_id: session.store.texts(task.task_id) for task in tasks if task.texts}
