"""Creating a child as an action of the task that it is to stand under: listed, explained and taken like any other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from shared.domain.creation import create_task, kept_from_creating
from shared.domain.definitions.workflow import SAME, Action, Field, TargetCase, TaskType, Workflow
from shared.domain.model.plan import Decision, FieldError, Plan, Refusal
from shared.domain.model.scene import Context, Scene
from shared.domain.model.task import Task
from shared.domain.model.writes import ChangeCounters, ChangeTask
from shared.domain.trees.tree import joins, may_stand_under
from shared.domain.words.permission import kept_out_of_case
from shared.domain.words.plain_kinds import texts_of
from shared.domain.words.relations import describe


def child_action(workflow: Workflow, type_name: str) -> str | None:
    """The name of the action by which a child of such a task is created; None where there is none."""
    name, listed = workflow.creation.action, workflow.types[type_name].actions
    return name if name is not None and (listed is None or name in listed) else None


def offer(context: Context) -> tuple[Action, Refusal | None]:
    """The action, with the types that the caller may create under the scene's task now; or why they may create none."""
    scene = context.scene
    fitting = [t for t in scene.workflow.types.values() if may_stand_under(scene.workflow, t.name, scene.subject)]
    allowed = [t for t in fitting if kept_from_creating(scene, context, t) is None]
    open_to = [t for t in allowed if scene.status.open or joins(scene.workflow, t.name, scene.subject)]
    kept_out = kept_out_of_case(scene, context.caller, scene.workflow.creation.who, "create tasks here")
    creators = tuple(dict.fromkeys(name for t in fitting for name in _creators(t, scene)))
    who = describe(scene, creators, context.caller)
    refusal = None
    if kept_out is not None or not allowed:
        refusal = Refusal("not_allowed", "You may not create a child of this task.", rule="who", who=who)
    elif not open_to:
        refusal = Refusal("action_not_available", "A closed task takes no child.", rule="from", who=who)
    return _action(scene, open_to), refusal


def create_child(context: Context, given: Mapping[str, object]) -> Decision:
    """The plan that opens a child of the scene's task, and gives that task as its subject; or why it cannot be."""
    action, refusal = offer(context)
    if refusal is not None:
        return refusal
    parent = context.scene.subject
    errors = tuple(_misfits(context.scene.workflow, parent, action, given))
    if errors:
        return Refusal("invalid_input", "The task does not fit.", rule="input", errors=errors)
    scene = replace(context.scene, task=None, related={**context.scene.related, parent.task_id: parent})
    decision = create_task(replace(context, scene=scene), {**given, "parentId": parent.task_id})
    return replace(decision, subject=_after(decision, parent)) if isinstance(decision, Plan) else decision


def _misfits(workflow: Workflow, parent: Task, action: Action, given: Mapping[str, object]) -> Iterator[FieldError]:
    """What no child of such a task is given: the task itself, and a type that does not stand under it.

    Those that do, but not for the caller or not now, are refused as elsewhere.
    """
    if "parentId" in given:
        yield FieldError("/parentId", "There is no such field.")
    name, listed = given.get("type"), next(field for field in action.fields if field.name == "type")
    if name is None:
        yield FieldError("/type", "This field is required.")
    elif not isinstance(name, str) or name not in workflow.types or not may_stand_under(workflow, name, parent):
        yield FieldError("/type", f"This must be one of: {', '.join(texts_of(listed, 'of'))}.")


def _action(scene: Scene, types: list[TaskType]) -> Action:
    workflow = scene.workflow
    sources = frozenset(key for key, status in workflow.statuses.items() if status.open or status.completed)
    kind = Field("type", "choice", required=True, options={"of": tuple(t.name for t in types)})
    fields = (kind, *(field for field in workflow.creation.fields if field.kind != "parent"))
    name = workflow.creation.action or ""
    label = name.replace("_", " ").capitalize()
    return Action(name, label, sources, (TargetCase(SAME),), workflow.creation.who, fields)


def _creators(task_type: TaskType, scene: Scene) -> tuple[str, ...]:
    who = task_type.created_under.get(scene.subject.type, task_type.created_by)
    return scene.workflow.creation.who if who is None else tuple(name for name in who if name != "engine")


def _after(plan: Plan, parent: Task) -> Task:
    """The parent as the plan leaves it."""
    changed = (write.after for write in plan.writes if isinstance(write, ChangeTask | ChangeCounters))
    return next(task for task in changed if task.task_id == parent.task_id)
