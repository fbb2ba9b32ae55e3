"""Use cases of migration: a case goes by another version of its workflow, or it is said what keeps it from that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from shared.domain.definitions.workflow import Workflow
from shared.domain.migrating.migration import Moving, OtherEnd
from shared.domain.migrating.migration import migrate as decide
from shared.domain.model.people import ENGINE
from shared.domain.model.plan import Decision, FieldError, Plan, Refusal
from shared.domain.model.scene import Context, Scene, one_version
from shared.domain.model.task import Case, Task, TaskId, case_of
from shared.domain.model.writes import ChangeTask
from shared.engine.administration import check_administrator
from shared.engine.inputs import Given, flag_errors, misfit, unknown_fields
from shared.engine.loading import check_version, context_of, gather, seen_case, with_named_parties, workflow_of
from shared.engine.messages import other_end_of
from shared.engine.replay import earlier, record_key, remember, retry_once_known
from shared.engine.session import Answer, Identity, Refused, Request, Session
from shared.engine.settle import settle_what_can_be
from shared.storage.keys import CaseKey

FIELDS = frozenset({"toVersion", "dryRun"})


@dataclass(frozen=True, slots=True)
class Migration:
    """What a migration did, or in a dry run would do: the case as it is now, and each task before and after."""

    case: Case
    from_version: int
    to_version: int
    dry_run: bool = False
    tasks: tuple[tuple[Task, Task], ...] = ()


def migrate(session: Session, identity: Identity, case_id: str, given: Given, request: Request) -> Answer[Migration]:
    """The case, with all its tasks, goes by the version asked for; raises Refused, `does_not_fit` with all reasons.

    For administrators. What the engine owes the case is done first. A case that goes by that version already stays as
    it is, so that a request whose answer was lost can be repeated.
    """

    def attempt() -> Answer[Migration] | None:
        gathered = gather(session, identity, case_id, request=request)
        workflow, case = seen_case(session, gathered)
        record = earlier(gathered.record, request, gathered.now)
        if record is not None:
            return Answer(Migration(case, case.workflow_version, case.workflow_version), replayed=True)
        check_version(request, case.version)
        check_administrator(gathered.caller)
        to, dry_run = _asked(session, case, given)
        if not dry_run:
            settle_what_can_be(session, case_id)
        context = context_of(session, gathered, Scene(workflow, case))
        decision = _decide(session, context, to)
        if isinstance(decision, Refusal):
            raise Refused(decision)
        key = record_key(identity, request)
        plan = decision if dry_run else remember(decision, key, request, 200, case_id, context.now)
        return _done(session, case, to, plan, dry_run=dry_run)

    return retry_once_known(session, identity, request, attempt)


def migrate_by_engine(session: Session, case_id: str, to: Workflow, *, dry_run: bool) -> Migration | None:
    """The same without a caller, for many cases; None for a case that is not there, or of another workflow."""

    def attempt() -> Answer[Migration | None] | None:
        if not dry_run:
            settle_what_can_be(session, case_id)
        case = session.store.load([CaseKey(case_id)])[CaseKey(case_id)]
        if case is None or case.staged or case.workflow != to.name:
            return Answer(None)
        now = session.now()
        context = Context(Scene(workflow_of(session, case), case), ENGINE, now, session.ids(now))
        decision = _decide(session, context, to)
        if isinstance(decision, Refusal):
            raise Refused(decision)
        return _done(session, case, to, decision, dry_run=dry_run)

    return session.retry(attempt).value


def _done(session: Session, case: Case, to: Workflow, plan: Plan, *, dry_run: bool) -> Answer[Migration] | None:
    """What was done, once it is, or would be; None if another commit came between."""
    if not dry_run and not session.commit(plan):
        return None
    after = plan.subject if isinstance(plan.subject, Case) and not dry_run else case
    tasks = tuple((write.before, write.after) for write in plan.writes if isinstance(write, ChangeTask))
    return Answer(Migration(after, case.workflow_version, to.version, dry_run, tasks))


def _asked(session: Session, case: Case, given: Given) -> tuple[Workflow, bool]:
    """The version to go by, and whether it is but asked what would be; raises Refused `invalid_input`."""
    version = given.get("toVersion")
    known = session.workflows.versions(case.workflow)
    errors = unknown_fields(given, FIELDS)
    if type(version) is not int or version not in known:
        errors.append(FieldError("/toVersion", f"This must be one of: {', '.join(map(str, known))}."))
    errors += flag_errors(given, "dryRun")
    if errors or not isinstance(version, int):
        misfit(*errors)
    return session.workflows.get(case.workflow, version), given.get("dryRun") is True


def _decide(session: Session, context: Context, to: Workflow) -> Decision:
    """The decision on the case as it is now; raises TornError where it was migrated meanwhile.

    Messages are read after the tasks: one that is sent in between changes a task that is known here.
    """
    case = context.scene.case
    if case.workflow_version == to.version:
        return decide(context, to, Moving(()))
    tasks = list(session.store.tasks(case.case_id))
    one_version(case, tasks)
    messages = session.store.messages_of_case(case.case_id) if context.scene.workflow.hand_off else []
    scene = with_named_parties(session, context.scene, case.attributes)
    return decide(replace(context, scene=scene), to, Moving(tasks, messages, _other_ends(session, tasks)))


def _other_ends(session: Session, tasks: Iterable[Task]) -> dict[TaskId, OtherEnd]:
    """Where the other ends of the tasks are, of those that have any; one that has yet to arrive is under way."""
    ids = {task.task_id: other for task in tasks if (other := other_end_of(session, task)) is not None}
    keys = {task_id: CaseKey(case_of(other)) for task_id, other in ids.items()}
    loaded = session.store.load(keys.values())
    cases = {task_id: case for task_id, key in keys.items() if (case := loaded[key]) is not None}
    return {task_id: OtherEnd(case, workflow_of(session, case)) for task_id, case in cases.items()}
