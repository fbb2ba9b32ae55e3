"""What every new task begins with, whether a request or an effect makes it."""

from __future__ import annotations

from collections.abc import Mapping

from shared.domain.definitions.vocabulary import CREATE
from shared.domain.definitions.workflow import Status, Workflow
from shared.domain.drafts.draft import Draft
from shared.domain.model.ends import End
from shared.domain.model.scene import Context, Scene
from shared.domain.model.task import Party, Task, TaskId

Entity = Mapping[str, Mapping[str, str]]


def begin(
    context: Context, type_name: str, party: Party | None, *, internal: bool, beside: Draft | None = None
) -> Draft:
    """The draft of a new task for the party, beside another one; nobody has said where it stands."""
    task_type = context.scene.workflow.types[type_name]
    task = blank(context, type_name, f"{context.scene.case.case_id}.{context.ids.local()}")
    new = beside.beside(task, CREATE, new=True) if beside else Draft(context, task, action=CREATE, given={}, new=True)
    new.set(group_queue=task_type.group_queue, entity=entity_of(context.scene))
    if party is not None:
        by = context.caller.person
        new.set(assigned_party=party, internal=internal, assigned_by=by, assigned_at=context.now)
    if task_type.due_in is not None:
        due = context.now + task_type.due_in
        new.set(due_time=due)
        new.start_timer("due", due)
    start_lasting(new)
    enter_first(new)
    return new


def enter_first(draft: Draft) -> None:
    """The new task is in the status in which its type, or else every task of the workflow, begins."""
    workflow = draft.context.scene.workflow
    begins = workflow.types[draft.task.type].begins
    if begins is not None:
        draft.enter(workflow.statuses[begins])
    else:
        draft.move_to(workflow.creation.target)


def start_lasting(draft: Draft) -> None:
    """The timer of a timed task runs for as long as its type lasts."""
    lasts = draft.context.scene.workflow.types[draft.task.type].lasts
    if lasts is not None:
        draft.start_timer("time", draft.context.now + lasts)


def blank(context: Context, type_name: str, task_id: TaskId) -> Task:
    """A task of the type of which nothing is said yet; where tasks can have two ends, it stands alone."""
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
        end=End() if context.scene.workflow.hand_off is not None else None,
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
