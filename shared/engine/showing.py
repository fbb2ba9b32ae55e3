"""Use cases that show a case: its tasks as the trees that they are, and what happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.domain.definitions.workflow import Workflow
from shared.domain.model.people import Caller
from shared.domain.model.task import Case, Entry, Task, Texts
from shared.domain.pictures.forest import Branch, grown
from shared.domain.pictures.timeline import looked_at, told_once
from shared.domain.words.relations import visible
from shared.engine.cases import CaseView, case_view, seen_tasks
from shared.engine.cursors import bad_cursor
from shared.engine.loading import gather, load_tasks, seen_case
from shared.engine.session import Identity, Page, Session
from shared.engine.tasks import TaskView


@dataclass(frozen=True, slots=True)
class TreeView:
    """A case with the tasks that one caller sees, in tree order."""

    case: CaseView
    branches: tuple[Branch, ...]

    def task(self, branch: Branch) -> TaskView:
        """The branch's task as the caller sees it, without its texts."""
        return TaskView(branch.task, Texts(), self.case.workflow, self.case.caller)


def case_tree(session: Session, identity: Identity, case_id: str) -> TreeView:
    """All tasks of the case that the caller may see; below one that they may not see, its child is a root."""
    caller, workflow, case, tasks, _ = seen_tasks(session, identity, case_id)
    return TreeView(case_view(workflow, case, caller, tasks), tuple(_branches(tasks)))


def case_tasks(session: Session, identity: Identity, case_id: str, after: str | None, limit: int) -> Page[TaskView]:
    """The tasks of the case that the caller may see, in tree order, without their texts; raises Refused.

    A page ends at a place among all tasks of the case, so the next one begins there also where the task at its end
    has gone out of the caller's sight since: no other moves for it.
    """
    caller, workflow, _, seen, others = seen_tasks(session, identity, case_id)
    order = [branch.task.task_id for branch in _branches([*seen, *others])]
    # Of one that the caller never saw this tells nothing: nobody guesses an id, and what is behind it is their own.
    if after is not None and after not in order:
        raise bad_cursor()
    start = 0 if after is None else order.index(after) + 1
    known = {task.task_id: TaskView(task, Texts(), workflow, caller) for task in seen}
    rest = [known[task_id] for task_id in order[start:] if task_id in known]
    page = rest[:limit]
    return Page(tuple(page), page[-1].task.task_id if len(rest) > limit else None)


def _branches(tasks: Iterable[Task]) -> Iterator[Branch]:
    """The tasks in tree order, the oldest of siblings first.

    Ids of one commit lie some milliseconds ahead, so those of the next may come before the last of them.
    """
    return grown(sorted(tasks, key=lambda task: (task.created_at, task.task_id)))


def timeline(
    session: Session, identity: Identity, case_id: str, before: str | None, limit: int
) -> tuple[Caller, Page[Entry]]:
    """What happened in the case, newest first; it may lag behind by what the index lags.

    What happened to a task and its delegate at once is told once; a page may be short for it.
    """
    gathered = gather(session, identity, case_id)
    workflow, case = seen_case(session, gathered)
    rows = session.store.timeline(case_id, before, limit + 1)
    more = rows[limit - 1][0] if len(rows) > limit else None
    entries = [entry for _, entry in rows[:limit]]
    # Work is passed on in trees alone: what is flat has nothing to look at beside the page.
    trees = any(version.tree for version in _written_under(session, case, entries).values())
    beside = _beside(session, case_id, rows[:limit], (before, more)) if trees else []
    versions = _written_under(session, case, [*entries, *beside])
    whole = visible(workflow, gathered.caller, case)
    if whole:
        tasks = load_tasks(session, looked_at(versions, [*entries, *beside]) if trees else ())
    else:
        tasks = {t.task_id: t for t in session.store.tasks(case_id) if visible(workflow, gathered.caller, case, t)}
        entries = [entry for entry in entries if entry.task_id in tasks]
    if workflow.hand_off is not None:
        entries = _without_deleted(session, entries)
    return gathered.caller, Page(tuple(told_once(versions, entries, beside, tasks, whole=whole)), more)


def _written_under(session: Session, case: Case, entries: Iterable[Entry]) -> dict[int, Workflow]:
    """The versions of the case's workflow that the entries were written under, as far as they are known still."""
    known = session.workflows.versions(case.workflow)
    numbers = {entry.workflow_version for entry in entries}
    return {number: session.workflows.get(case.workflow, number) for number in sorted(numbers.intersection(known))}


def _without_deleted(session: Session, entries: list[Entry]) -> list[Entry]:
    """The entries, but for those of tasks that were deleted."""
    tasks = load_tasks(session, sorted({entry.task_id for entry in entries if entry.task_id is not None}))
    gone = {task.task_id for task in tasks.values() if task.deleted}
    return [entry for entry in entries if entry.task_id not in gone]


def _beside(
    session: Session, case_id: str, rows: Iterable[tuple[str, Entry]], edges: Iterable[str | None]
) -> list[Entry]:
    """What happened at the very moments at which a page begins and ends, but is not on it.

    All of a commit is of one moment, so what shares one with an entry of the page is there, or here.
    """
    moments = {edge.partition("#")[0] for edge in edges if edge is not None}
    known = {position for position, _ in rows}
    found = (row for moment in sorted(moments) for row in session.store.timeline_at(case_id, moment))
    return [entry for position, entry in found if position not in known]
