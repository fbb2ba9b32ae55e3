"""What another value of a case's attribute does to its tasks: declared in the file, done with the change.

All of it commits with the case, or nothing does. Who looks at such an attribute when a task opens says
so in the case's graph version (`following.py`), so nothing opens unseen for the value that was before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from shared.domain.definitions.vocabulary import CASE_CHANGED
from shared.domain.definitions.workflow import Change, Follow, Workflow
from shared.domain.drafts.draft import Draft
from shared.domain.model.plan import Refusal
from shared.domain.model.scene import Context, status_of
from shared.domain.model.task import Case, Task, TaskId
from shared.domain.model.writes import Write
from shared.domain.trees.following import applies, open_under, value_at
from shared.domain.trees.locks import held_locks
from shared.domain.trees.tree import end

MOST = 90
"""Writes to tasks in one change: with the case, its history and the request they fit one transaction."""


def looks_at_tasks(workflow: Workflow, case: Case, given: Mapping[str, object]) -> bool:
    """Whether an edit of the case decides about its tasks, which have to be loaded then."""
    attributes = given.get("attributes")
    watched = {path.partition(".")[0] for path in workflow.case_types[case.case_type].when_changed}
    return isinstance(attributes, Mapping) and not watched.isdisjoint(attributes)


def changes_of(workflow: Workflow, before: Case, after: Case) -> tuple[Change, ...]:
    """What is declared to happen as the case's attributes become others."""
    declared = workflow.case_types[before.case_type].when_changed
    return tuple(
        change
        for path, changes in declared.items()
        if value_at(before.attributes, path) != value_at(after.attributes, path)
        for change in changes
    )


def apply_changes(context: Context, changes: tuple[Change, ...]) -> tuple[Write, ...] | Refusal:
    """The writes by which the case's tasks end and open; the context's case is as it will be."""
    made = _Company(context)
    for change in changes:
        refusal = _end(made, change) if change.ends else _open(made, change, None)
        if refusal is not None:
            return refusal
    writes = made.first.whole()[1] if made.first else ()
    if len(writes) > MOST:
        detail = f"Too many tasks would end or open at once: {len(writes)} writes, of {MOST} that fit."
        return Refusal("action_not_available", detail, rule="when_changed")
    return made.duplicate() or writes


class _Company:
    """The drafts that the changes make of the case's tasks; the first one knows all others."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.first: Draft | None = None

    @property
    def workflow(self) -> Workflow:
        return self.context.scene.workflow

    @property
    def drafts(self) -> Mapping[TaskId, Draft]:
        return self.first.company if self.first else {}

    def draft(self, task: Task) -> Draft:
        """The draft of a stored task that changes."""
        self.first = self.first or Draft(self.context, task, action=CASE_CHANGED, given={})
        return self.first.beside(task, CASE_CHANGED)

    def open(self, declared: Follow, parent: Task) -> Refusal | None:
        """The declared task, with those that open with it, has a draft."""
        new = open_under(declared, parent, self.context, self.first)
        if isinstance(new, Refusal):
            return new
        self.first = self.first or new
        return None

    def stored(self) -> tuple[Task, ...]:
        """The tasks that are open, those that were there before, as they are by now."""
        by_now = (self.drafts[i].task if i in self.drafts else t for i, t in self.context.scene.related.items())
        return tuple(task for task in by_now if status_of(self.workflow, task).open)

    def duplicate(self) -> Refusal | None:
        """Refuses a task that opens beside another one where there may be one only."""
        new = [draft.task for draft in self.drafts.values() if draft.before is None]
        holders = Counter(name for task in (*self.stored(), *new) for name in held_locks(self.workflow, task))
        for task in new:
            if any(holders[name] > 1 for name in held_locks(self.workflow, task)):
                return Refusal("duplicate_open_task", f"There is an open {task.type} already.", rule="when_changed")
        return None


def _end(made: _Company, change: Change) -> Refusal | None:
    """Every open task of the type is cancelled, and what is declared opens in its place.

    One that was passed on by another of its type ends with that, by the cascade that follows.
    """
    for task in (task for task in made.stored() if task.type == change.ends):
        if task.is_delegate:
            continue
        draft = made.draft(task)
        draft.changed("cancellationReason", task.cancellation_reason, change.reason)
        draft.set(cancellation_reason=change.reason)
        end(draft, completed=False)
        refusal = _open(made, change, made.context.scene.related.get(task.parent_id or ""))
        if refusal is not None:
            return refusal
    return None


def _open(made: _Company, change: Change, under: Task | None) -> Refusal | None:
    """What is declared opens under the task, else under the root; where that is not open, nothing does."""
    for declared in change.opens:
        parent = _place(made, declared, under)
        if parent is not None and applies(declared, made.context.scene, {}):
            refusal = made.open(declared, parent)
            if refusal is not None:
                return refusal
    return None


def _place(made: _Company, declared: Follow, under: Task | None) -> Task | None:
    """The task, or else the first root that takes such a child, if it is open."""
    if under is not None:
        return next((task for task in made.stored() if task.task_id == under.task_id), None)
    takes = made.workflow.types[declared.opens or ""].parents
    return next((task for task in made.stored() if task.parent_id is None and task.type in takes), None)
