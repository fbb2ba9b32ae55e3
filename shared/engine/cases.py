"""Use cases of cases: create, look at, edit, close."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, NoReturn

from shared.domain import cases as rules
from shared.domain.attribute_changes import looks_at_tasks
from shared.domain.definitions.workflow import CaseType, Workflow
from shared.domain.model.people import Caller
from shared.domain.model.plan import Decision, FieldError, Plan, Refusal
from shared.domain.model.scene import Context, Scene, one_version, status_of
from shared.domain.model.task import Case, Task
from shared.domain.words.relations import visible
from shared.engine.inputs import Given
from shared.engine.loading import (
    Gathered,
    acting_for,
    check_version,
    context_of,
    gather,
    seen_case,
    workflow_of,
)
from shared.engine.replay import earlier, record_key, remember, retry_once_known
from shared.engine.session import Answer, Identity, Refused, Request, Session, not_found, refuse
from shared.engine.surroundings import with_named_users
from shared.engine.tasks import TaskView, view_of
from shared.ids import is_case_id
from shared.storage.keys import CaseKey, UserKey


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as one caller sees it; `tasks` are those just created with it, or none."""

    case: Case
    workflow: Workflow
    caller: Caller
    open: int
    closed: int
    tasks: tuple[TaskView, ...] = ()


class Seen(NamedTuple):
    """A case with those of its tasks that the caller may see, and the others, of which they may be told nothing."""

    caller: Caller
    workflow: Workflow
    case: Case
    tasks: list[Task]
    others: list[Task]


Deciding = Callable[[Context, Given], Decision]


def beginnable(session: Session, identity: Identity) -> frozenset[str]:
    """The names of the workflows of which the caller may begin cases; raises Refused `unknown_user`."""
    caller, now = session.caller(identity, session.store.load([UserKey(identity.user_id)])), session.now()
    names = session.workflows.names
    return frozenset(name for name in names if rules.may_begin(session.workflows.latest(name), caller, now))


def get_case(session: Session, identity: Identity, case_id: str) -> CaseView:
    """The case as it is now; raises Refused `not_found`."""
    return _view(seen_tasks(session, identity, case_id))


def create_case(session: Session, identity: Identity, given: Given, request: Request) -> Answer[CaseView]:
    """A new case with its first tasks, all of it or nothing; raises Refused."""
    try:
        workflow, case_type, case_id = _beginning(session, given)
    except Refused:
        _check_may_begin(session, identity, given.get("workflow"))
        raise

    def attempt() -> Answer[CaseView] | None:
        gathered = gather(session, identity, case_id, given=given, request=request)
        record = earlier(gathered.record, request, gathered.now)
        if record is not None:
            seen = seen_tasks(session, identity, record.resource)
            return Answer(_whole(session, seen), record.status, replayed=True)
        case = replace(
            rules.new_case(gathered.now, workflow, case_type, case_id),
            organization_id=_organization_of(workflow, given),
        )
        person = acting_for(gathered.caller, case).person
        case = replace(case, created_by=person, updated_by=person)
        alone = (task_type for task_type in workflow.types.values() if not task_type.parents)
        context = context_of(session, gathered, with_named_users(session, Scene(workflow, case), alone))
        decision = rules.create_case(context, given)
        if isinstance(decision, Plan) and gathered.case is not None:
            decision = Refusal("case_exists", f"There is a case {case_id} already.", rule="case_id")
        if not _committed(session, identity, request, context, decision, 201):
            return None
        done = session.read_back(lambda: _whole(session, _changed(session, gathered.caller, case_id)))
        return Answer(done, 201)

    return retry_once_known(session, identity, request, attempt)


def edit_case(session: Session, identity: Identity, case_id: str, given: Given, request: Request) -> Answer[CaseView]:
    """The case with another name or other attributes; raises Refused."""
    return _change(session, identity, case_id, given, request, rules.edit_case)


def close_case(session: Session, identity: Identity, case_id: str, given: Given, request: Request) -> Answer[CaseView]:
    """The case is closed; the stream ends its open tasks soon after. Raises Refused."""
    return _change(session, identity, case_id, given, request, rules.close_case)


def case_view(workflow: Workflow, case: Case, caller: Caller, tasks: Sequence[Task]) -> CaseView:
    """The case, with how many of these tasks are open and closed."""
    open_tasks = sum(status_of(workflow, task).open for task in tasks)
    return CaseView(case, workflow, caller, open_tasks, len(tasks) - open_tasks)


def seen_tasks(session: Session, identity: Identity, case_id: str) -> Seen:
    """The case with all its tasks; people outside see only their own. Raises Refused where there is nothing to see."""
    return session.retry(lambda: _seen_tasks(session, gather(session, identity, case_id)))


def _seen_tasks(session: Session, gathered: Gathered) -> Seen:
    case = gathered.case
    if case is None or case.staged:
        not_found("case")
    seen = _parted(session, gathered.caller, case)
    if not seen.tasks and not visible(seen.workflow, seen.caller, case):
        not_found("case")
    return seen


def _changed(session: Session, caller: Caller, case_id: str) -> Seen:
    """The same for who has just changed the case, as they were then: they are told so if they have lost it since."""

    def attempt() -> Seen:
        case = session.store.load([CaseKey(case_id)])[CaseKey(case_id)]
        return _parted(session, caller, case) if case is not None else not_found("case")

    return session.retry(attempt)


def _parted(session: Session, caller: Caller, case: Case) -> Seen:
    """The tasks of the case, parted by whether the caller may see them; raises TornError."""
    workflow = workflow_of(session, case)
    whole = visible(workflow, caller, case)
    seen, others = list[Task](), list[Task]()
    for task in session.store.tasks(case.case_id):
        is_seen = not task.deleted and (whole or visible(workflow, caller, case, task))
        (seen if is_seen else others).append(task)
    one_version(case, (task for task in (*seen, *others) if not task.deleted))
    return Seen(caller, workflow, case, seen, others)


def _beginning(session: Session, given: Given) -> tuple[Workflow, CaseType, str]:
    """Workflow, case type and id of a new case; raises Refused `invalid_input`."""
    name = given.get("workflow")
    if not isinstance(name, str) or name not in session.workflows.names:
        _misfit("/workflow", f"This must be one of: {', '.join(session.workflows.names)}.")
    workflow = session.workflows.latest(name)
    case_type = rules.case_type_of(workflow, given.get("caseType"))
    if isinstance(case_type, Refusal):
        raise Refused(case_type)
    case_id = given.get("caseId")
    if case_id is None:
        return workflow, case_type, f"{case_type.name}-{session.new_id(session.now())}"
    if not isinstance(case_id, str) or not is_case_id(case_id) or case_id.startswith("p-"):
        _misfit("/caseId", "This must be 1 to 40 letters, digits, - or _, and not begin with p-.")
    return workflow, case_type, case_id


def _organization_of(workflow: Workflow, given: Given) -> str | None:
    """The organization that a new case is to belong to; whether there is one, and who may say so, is for the rules."""
    organization_id = given.get("organizationId")
    wanted = workflow.visibility == "organization" and isinstance(organization_id, str)
    return str(organization_id) if wanted else None


def _check_may_begin(session: Session, identity: Identity, name: object) -> None:
    """Raises Refused if the caller may begin no case of the workflow, which goes before what does not fit.

    Where no workflow is named that there is, who may begin a case of any is told so.
    """
    gathered, names = gather(session, identity, ""), session.workflows.names
    meant = [name] if isinstance(name, str) and name in names else names
    if not any(rules.may_begin(session.workflows.latest(n), gathered.caller, gathered.now) for n in meant):
        refuse("not_allowed", "You may not create cases.", rule="who")


def _change(
    session: Session, identity: Identity, case_id: str, given: Given, request: Request, decide: Deciding
) -> Answer[CaseView]:
    def attempt() -> Answer[CaseView] | None:
        gathered = gather(session, identity, case_id, given=given, request=request)
        workflow, case = seen_case(session, gathered)
        record = earlier(gathered.record, request, gathered.now)
        if record is not None:
            return Answer(get_case(session, identity, case_id), record.status, replayed=True)
        check_version(request, case.version)
        looked_at = session.store.tasks(case_id) if looks_at_tasks(workflow, case, given) else ()
        scene = Scene(workflow, case, related={task.task_id: task for task in looked_at})
        context = context_of(session, gathered, scene)
        if not _committed(session, identity, request, context, decide(context, given), 200):
            return None
        return Answer(session.read_back(lambda: _view(_changed(session, gathered.caller, case_id))))

    return retry_once_known(session, identity, request, attempt)


def _committed(
    session: Session, identity: Identity, request: Request, context: Context, decision: Decision, status: int
) -> bool:
    """Whether the plan went through; False if it has to be decided again. Raises Refused."""
    if isinstance(decision, Refusal):
        raise Refused(decision)
    key, case_id = record_key(identity, request), context.scene.case.case_id
    return session.commit(remember(decision, key, request, status, case_id, context.now))


def _view(seen: Seen) -> CaseView:
    return case_view(seen.workflow, seen.case, seen.caller, seen.tasks)


def _whole(session: Session, seen: Seen) -> CaseView:
    """The case with its tasks, as the answer to its creation shows them."""
    views = tuple(view_of(session, seen.workflow, seen.caller, task) for task in seen.tasks)
    return replace(_view(seen), tasks=views)


def _misfit(pointer: str, detail: str) -> NoReturn:
    refuse("invalid_input", "The case does not fit.", rule="input", errors=(FieldError(pointer, detail),))
