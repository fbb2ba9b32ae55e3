"""Use cases of tasks: create, look at, edit, act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from shared.domain.creation import create_task as decide_creation
from shared.domain.decide import Offer
from shared.domain.decide import act as decide_action
from shared.domain.decide import offers as decide_offers
from shared.domain.needs import holds_of
from shared.domain.people import Caller
from shared.domain.plan import Decision, Refusal
from shared.domain.relations import visible
from shared.domain.scene import Context, Scene, status_of
from shared.domain.task import Entry, Task, TaskId, Texts, case_of
from shared.domain.workflow import Status, Workflow
from shared.domain.writes import PassLock, TakeLock
from shared.engine.loading import (
    Gathered,
    check_version,
    context_of,
    gather,
    load_edge,
    load_tasks,
    seen_case,
    seen_task,
    surrounded,
)
from shared.engine.replay import earlier, record_key, refuse_unless_known, remember
from shared.engine.session import Answer, Identity, Page, Request, Session, refuse
from shared.ids import is_task_id
from shared.storage.store import CommitFailed

Given = Mapping[str, object]
DUPLICATE = Refusal("duplicate_open_task", "Only one such task may be open, and another one is.", rule="one_open")


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task as one caller sees it."""

    task: Task
    texts: Texts
    workflow: Workflow
    caller: Caller

    @property
    def status(self) -> Status:
        """The definition of the task's present status."""
        return status_of(self.workflow, self.task)

    @property
    def label(self) -> str:
        """The name of the task's type for people."""
        return self.workflow.types[self.task.type].label


def view_of(session: Session, workflow: Workflow, caller: Caller, task: Task) -> TaskView:
    """The task with its texts, which are read only if it has any."""
    texts = session.store.texts(task.task_id) if task.texts else Texts()
    return TaskView(task, texts, workflow, caller)


def get_task(session: Session, identity: Identity, task_id: TaskId) -> TaskView:
    """The task as it is now; raises Refused `not_found`."""
    gathered = gather(session, identity, case_of(task_id), task_id)
    workflow, _, task = seen_task(session, gathered)
    return view_of(session, workflow, gathered.caller, task)


def available_actions(
    session: Session, identity: Identity, task_id: TaskId, *, unlisted: bool = False
) -> tuple[TaskView, tuple[Offer, ...]]:
    """Every listed action, or really every one, each with why the caller may not take it now, by the rules of `act`."""
    gathered = gather(session, identity, case_of(task_id), task_id)
    workflow, case, task = seen_task(session, gathered)
    actions = workflow.actions_of(task.type).values()
    scene = surrounded(session, Scene(workflow, case, task), gathered, actions)
    context = context_of(session, gathered, scene)
    return TaskView(task, Texts(), workflow, gathered.caller), decide_offers(context, unlisted=unlisted)


def create_task(session: Session, identity: Identity, case_id: str, given: Given, request: Request) -> Answer[TaskView]:
    """A new task in the case; raises Refused."""

    def attempt() -> Answer[TaskView] | None:
        gathered = gather(session, identity, case_id, given=given, request=request)
        workflow, case = seen_case(session, gathered)
        record = earlier(gathered.record, request, gathered.now)
        if record is not None:
            return Answer(get_task(session, identity, record.resource), record.status, replayed=True)
        holds = load_tasks(session, holds_of(gathered.related.values()))
        context = context_of(session, gathered, Scene(workflow, case, related=holds))
        return _commit(session, identity, request, context, decide_creation(context, given), 201)

    return session.retry(attempt)


def edit_task(
    session: Session, identity: Identity, task_id: TaskId, given: Given, request: Request
) -> Answer[TaskView]:
    """The task with what is no action changed; raises Refused."""
    return act(session, identity, task_id, "edit", given, request)


def act(
    session: Session, identity: Identity, task_id: TaskId, action: str, given: Given, request: Request
) -> Answer[TaskView]:
    """The task after the action; raises Refused.

    On a conflict the decision is made again on fresh data: it is pure, so nothing is done twice.
    """

    def attempt() -> Answer[TaskView] | None:
        gathered = gather(session, identity, case_of(task_id), task_id, given, request)
        workflow, case, task = seen_task(session, gathered)
        record = earlier(gathered.record, request, gathered.now)
        if record is not None:
            return Answer(view_of(session, workflow, gathered.caller, task), record.status, replayed=True)
        check_version(request, task.version)
        scene = complete(session, Scene(workflow, case, task), gathered, action, given)
        context = context_of(session, gathered, scene)
        decision = decide_action(context, action, given)
        return _commit(session, identity, request, context, decision, 200)

    return session.retry(attempt)


def complete(session: Session, scene: Scene, gathered: Gathered, name: str, given: Given) -> Scene:
    """The scene with the other tasks that this action looks at; most actions need none.

    The graph is read after the case: whoever changes it meanwhile raises the case's graph
    version, and the commit fails.
    """
    action = scene.workflow.actions_of(scene.subject.type).get(name)
    if action is None:
        return scene
    if "prerequisites" in given and action.field("prerequisites") is not None:
        tasks = {t.task_id: t for t in session.store.tasks(scene.case.case_id)}
        graph = {task_id: t.prerequisites for task_id, t in tasks.items()}
        return Scene(scene.workflow, scene.case, scene.task, related=tasks, graph=graph)
    edge = load_edge(session, scene.subject) if any(word.name == "reopen" for word in action.effects) else None
    return replace(surrounded(session, scene, gathered, (action,)), edge=edge)


def task_history(
    session: Session, identity: Identity, task_id: TaskId, after: int, limit: int
) -> tuple[TaskView, Page[Entry]]:
    """The versions of the task after the given one, oldest first."""
    gathered = gather(session, identity, case_of(task_id), task_id)
    workflow, _, task = seen_task(session, gathered)
    entries = tuple(session.store.history(task_id, after, limit + 1))
    more = str(entries[limit - 1].version) if len(entries) > limit else None
    return TaskView(task, Texts(), workflow, gathered.caller), Page(entries[:limit], more)


def task_children(
    session: Session, identity: Identity, task_id: TaskId, after: TaskId | None, limit: int
) -> Page[TaskView]:
    """The children of the task that the caller may see, oldest first, without their texts."""
    gathered = gather(session, identity, case_of(task_id), task_id)
    workflow, case, _ = seen_task(session, gathered)
    if after is not None and (not is_task_id(after) or case_of(after) != case.case_id):
        refuse("invalid_request", "This cursor is of no list.")
    edges = session.store.children(task_id, after, limit + 1)
    children = load_tasks(session, (edge.child_id for edge in edges[:limit]))
    seen = (t for t in children.values() if visible(workflow, gathered.caller, case, t))
    more = edges[limit - 1].child_id if len(edges) > limit else None
    return Page(tuple(TaskView(t, Texts(), workflow, gathered.caller) for t in seen), more)


def _commit(
    session: Session, identity: Identity, request: Request, context: Context, decision: Decision, status: int
) -> Answer[TaskView] | None:
    """The answer once the plan has committed; None if it has to be decided again. Raises Refused."""
    key = record_key(identity, request)
    if isinstance(decision, Refusal):
        refuse_unless_known(session, key, request, context.now, decision)
        return None
    task = decision.subject
    if not isinstance(task, Task):
        raise TypeError("A decision on a task gives a task.")
    plan = remember(decision, key, request, status, task.task_id, context.now)
    try:
        session.store.commit(plan)
    except CommitFailed as failed:
        if failed.kind == "condition" and isinstance(failed.write, TakeLock | PassLock):
            refuse_unless_known(session, key, request, context.now, DUPLICATE)
        return None
    view = session.read_back(lambda: view_of(session, context.scene.workflow, context.caller, task))
    return Answer(view, status)
