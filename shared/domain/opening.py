"""What every new task begins with, whether a request or an effect makes it."""

from __future__ import annotations

from collections.abc import Mapping

from shared.domain.draft import Draft
from shared.domain.scene import Context, Scene
from shared.domain.task import Party, Task, TaskId
from shared.domain.workflow import Status, Workflow

Entity = Mapping[str, Mapping[str, str]]


def begin(draft: Draft, type_name: str, party: Party | None, *, internal: bool) -> Draft:
    """The draft of a new task beside the given one, for the party; nobody has said where it stands."""
    context = draft.context
    task_type = context.scene.workflow.types[type_name]
    task = blank(context, type_name, f"{context.scene.case.case_id}.{context.ids.local()}")
    new = draft.beside(task, "create", new=True)
    new.set(group_queue=task_type.group_queue, entity=entity_of(context.scene))
    if party is not None:
        by = context.caller.person
        new.set(assigned_party=party, internal=internal, assigned_by=by, assigned_at=context.now)
    if task_type.due_in is not None:
        due = context.now + task_type.due_in
        new.set(due_time=due)
        new.start_timer("due", due)
    start_lasting(new)
    new.move_to(context.scene.workflow.creation.target)
    return new


def start_lasting(draft: Draft) -> None:
    """The timer of a timed task runs for as long as its type lasts."""
    lasts = draft.context.scene.workflow.types[draft.task.type].lasts
    if lasts is not None:
        draft.start_timer("time", draft.context.now + lasts)


def blank(context: Context, type_name: str, task_id: TaskId) -> Task:
    """A task of the type of which nothing is said yet."""
    case, now = context.scene.case, context.now
    initial = _initial(context.scene.workflow)
    return Task(
        task_id=task_id,
        case_id=case.case_id,
        workflow=case.workflow,
        workflow_version=case.workflow_version,
        type=type_name,
        state=initial.state,
        status=initial.status,
        created_at=now,
        updated_at=now,
        since=now,
        created_by=context.caller.person,
    )


def entity_of(scene: Scene) -> Entity:
    """What the case is about, as its tasks show it."""
    case_type = scene.workflow.case_types[scene.case.case_type]
    if case_type.entity is None:
        return {}
    own_id = scene.case.attributes.get(case_type.identity or "", scene.case.case_id)
    name = scene.case.display_name or scene.case.case_id
    return {case_type.entity: {"id": str(own_id), "displayName": name}}


def _initial(workflow: Workflow) -> Status:
    """Any open status: the creation's target sets the real one before anything is stored."""
    return next(s for s in workflow.statuses.values() if s.open)
