"""Use cases of tasks: create, look at, edit, act."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.domain.creation import create_task as decide_creation
from shared.domain.decide import Offer
from shared.domain.decide import act as decide_action
from shared.domain.decide import offers as decide_offers
from shared.domain.definitions.workflow import Status, Workflow
from shared.domain.model.people import Caller
from shared.domain.model.plan import Decision, Plan, Refusal
from shared.domain.model.scene import Context, Scene, status_of
from shared.domain.model.task import Entry, Task, TaskId, Texts, case_of
from shared.domain.trees.locks import DUPLICATE, locks_of
from shared.domain.words.relations import visible
from shared.engine.committing import committed
from shared.engine.cursors import bad_cursor
from shared.engine.inputs import Given
from shared.engine.loading import check_version, context_of, gather, load_tasks, seen_case, seen_task, workflow_of
from shared.engine.replay import earlier, record_key, remember, retry_once_known
from shared.engine.session import Answer, Identity, Page, Refused, Request, Session, not_found
from shared.engine.surroundings import around_action, around_new, around_offers
from shared.ids import is_task_id


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
    """The task, and its listed actions, each with the refusal that `act` would give the caller now, if it would.

    With `unlisted`, all its actions. Raises Refused `not_found`.
    """

    def attempt() -> tuple[TaskView, tuple[Offer, ...]]:
        gathered = gather(session, identity, case_of(task_id), task_id)
        workflow, case, task = seen_task(session, gathered)
        context = context_of(session, gathered, around_offers(session, Scene(workflow, case, task), gathered))
        return TaskView(task, Texts(), workflow, gathered.caller), decide_offers(context, unlisted=unlisted)

    return session.retry(attempt)


def create_task(session: Session, identity: Identity, case_id: str, given: Given, request: Request) -> Answer[TaskView]:
    """A new task in the case; raises Refused."""
    asked = _Asked(identity, request, 201)

    def attempt() -> Answer[TaskView] | None:
        gathered = gather(session, identity, case_id, given=given, request=request)
        workflow, case = seen_case(session, gathered)
        record = earlier(gathered.record, request, gathered.now)
        if record is not None:
            return Answer(get_task(session, identity, record.resource), record.status, replayed=True)
        scene = Scene(workflow, case, related=gathered.related, taken=frozenset(asked.taken))
        scene = around_new(session, scene, given.get("type"))
        context = context_of(session, gathered, scene)
        return _commit(session, asked, context, decide_creation(context, given))

    return retry_once_known(session, identity, request, attempt)


def edit_task(
    session: Session, identity: Identity, task_id: TaskId, given: Given, request: Request
) -> Answer[TaskView]:
    """The task after the action `edit`, which changes its fields, and never its status; raises Refused."""
    return act(session, identity, task_id, "edit", given, request)


def act(
    session: Session, identity: Identity, task_id: TaskId, action: str, given: Given, request: Request
) -> Answer[TaskView]:
    """The task after the action; raises Refused.

    On a conflict the decision is made again on fresh data: it is pure, so nothing is done twice.
    """
    asked = _Asked(identity, request, 200)

    def attempt() -> Answer[TaskView] | None:
        gathered = gather(session, identity, case_of(task_id), task_id, given, request)
        workflow, case, task = seen_task(session, gathered, deleted=gathered.record is not None)
        record = earlier(gathered.record, request, gathered.now)
        if record is None and task.deleted:
            not_found("task")
        if record is not None:
            view = view_of(session, workflow, gathered.caller, task)
            return Answer(view, record.status, replayed=True, note=record.resource)
        check_version(request, task.version)
        scene = Scene(workflow, case, task, taken=frozenset(asked.taken))
        context = context_of(session, gathered, around_action(session, scene, gathered, action, given))
        return _commit(session, asked, context, decide_action(context, action, given))

    return retry_once_known(session, identity, request, attempt)


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
    _, case, _ = seen_task(session, gathered)
    if after is not None and (not is_task_id(after) or case_of(after) != case.case_id):
        raise bad_cursor()
    edges = session.store.children(task_id, after, limit + 1)
    children = load_tasks(session, (edge.child_id for edge in edges[:limit]))
    # Each by its own version, which another read than the case's may find already migrated.
    each = ((t, workflow_of(session, t)) for t in children.values())
    more = edges[limit - 1].child_id if len(edges) > limit else None
    caller = gathered.caller
    return Page(tuple(TaskView(t, Texts(), w, caller) for t, w in each if visible(w, caller, case, t)), more)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request through all its attempts, with the locks that others turned out to hold."""

    identity: Identity
    request: Request
    status: int
    taken: set[str] = field(default_factory=set)


def _commit(session: Session, asked: _Asked, context: Context, decision: Decision) -> Answer[TaskView] | None:
    """The answer once the plan has committed; None if it has to be decided again. Raises Refused.

    A lock that another task turns out to hold is noted as `taken`. What cannot do without it is refused
    then; the rest is decided anew.
    """
    if isinstance(decision, Plan) and asked.taken.intersection(locks_of(decision)):
        decision = DUPLICATE
    if isinstance(decision, Refusal):
        if decision.code == "conflict":  # it looked at what was read on both sides of another's commit
            return None
        raise Refused(decision)
    task = decision.subject
    if not isinstance(task, Task):
        raise TypeError("A decision on a task gives a task.")
    key, resource = record_key(asked.identity, asked.request), asked.request.note or task.task_id
    plan = remember(decision, key, asked.request, asked.status, resource, context.now)
    if not committed(session, plan, asked.taken):
        return None
    view = session.read_back(lambda: view_of(session, context.scene.workflow, context.caller, task))
    return Answer(view, asked.status, note=asked.request.note)
