"""The decision to migrate a case: to one plan that commits whole, or to all the reasons against it.

Everything that the plan of anybody else may rest on gets another version in that one transaction: the case, its
graph, every task. So what was decided by the old rules, and has not committed, never will (a creation and a
counted child, whose tasks keep their versions, ask for the version of the workflow itself), and what is decided
by the new ones is decided on items that were read after it. Nothing else of a case says by which rules it goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from shared.domain.case_entry import case_entry
from shared.domain.definitions.vocabulary import MIGRATED
from shared.domain.definitions.workflow import Workflow
from shared.domain.migrating.fitting import Change, misfits
from shared.domain.migrating.moved import moved
from shared.domain.migrating.talking import misunderstood
from shared.domain.model.ends import Message
from shared.domain.model.plan import Decision, FieldError, Plan, Refusal
from shared.domain.model.reactions import OTHER_RULES
from shared.domain.model.scene import Context
from shared.domain.model.task import Case, Task, TaskId
from shared.domain.model.writes import AddEntry, ChangeCase, CheckPinned, Write
from shared.domain.trees.locks import folded
from shared.domain.words.permission import closed

MOST = 99
"""Writes of one migration: with the request that asks for it they fit one transaction.

A case with more tasks is refused, clearly, rather than migrated in parts: between the parts its tasks would go by
different rules, which no decision is made for, and a part that does not fit any more, as somebody has worked on
it meanwhile, would have to be taken back from what has been seen by then.
"""


@dataclass(frozen=True, slots=True)
class OtherEnd:
    """The case in which the other end of a task lives, and the version of the workflow that it goes by."""

    case: Case
    workflow: Workflow


@dataclass(frozen=True, slots=True)
class Moving:
    """What is to be migrated: all tasks of the scene's case, what they have sent, and where their other ends are.

    The messages are those that had not arrived once the tasks were read. Sending another one changes a task, so that
    the migration fails.
    """

    tasks: Sequence[Task]
    messages: Sequence[Message] = ()
    others: Mapping[TaskId, OtherEnd] = field(default_factory=dict)


def migrate(context: Context, to: Workflow, moving: Moving) -> Decision:
    """The plan by which the case, whose scene holds its present version, goes by the other one; or why it does not."""
    case = context.scene.case
    if case.workflow_version == to.version:
        return Plan(context.ids.commit, (), case)
    refusal = closed(case)
    if refusal is not None:
        return refusal
    change = Change(context.scene.workflow, to)
    within = replace(context, scene=replace(context.scene, workflow=to, case=_pinned(context, to)))
    errors = (*misfits(change, within, moving.tasks), *_unheard(to, moving))
    if errors:
        return _refused(to, errors)
    writes = tuple(_writes(case, within, change, moving))
    if len(writes) > MOST:
        detail = f"{len(moving.tasks)} tasks take {len(writes)} writes, of {MOST} that fit one transaction."
        return _refused(to, (FieldError("/case/size", detail),))
    return Plan(context.ids.commit, writes, within.scene.case)


def _refused(to: Workflow, errors: tuple[FieldError, ...]) -> Refusal:
    detail = f"The case does not fit version {to.version}, for {len(errors)} reasons."
    return Refusal("does_not_fit", detail, rule="fits", errors=errors)


def _pinned(context: Context, to: Workflow) -> Case:
    """The case as it will be. Its graph, too, is another one: who has read it has read it by the old rules."""
    case = context.scene.case
    return replace(
        case,
        workflow_version=to.version,
        graph_version=case.graph_version + 1,
        version=case.version + 1,
        updated_at=context.now,
        updated_by=context.caller.person,
    )


def _unheard(to: Workflow, moving: Moving) -> Iterator[FieldError]:
    """What is under way has to arrive first; what may be said later has to be understood."""
    for message in moving.messages:
        yield FieldError(f"/tasks/{message.task_id}/messages", f"{message.action} has not arrived at the other end.")
    for task_id, other in moving.others.items():
        names = misunderstood(to, other.workflow)
        if names:
            version, listed = other.workflow.version, ", ".join(names)
            detail = f"The other end goes by version {version}: {listed} would not be understood."
            yield FieldError(f"/tasks/{task_id}/other_end", detail)


def _writes(before: Case, within: Context, change: Change, moving: Moving) -> Iterator[Write]:
    """The case with its entry, every task with its own, and that the other ends still go by the versions they did."""
    after = within.scene.case
    yield ChangeCase(before, after)
    entry = case_entry(within, after, MIGRATED, "CaseChanged")
    changes = {"workflowVersion": {"from": change.old.version, "to": change.new.version}}
    yield AddEntry(replace(entry, changes=changes, reacts=(OTHER_RULES,)))
    yield from folded(write for task in moving.tasks for write in moved(within, change, task))
    cases = {other.case.case_id: other.case for other in moving.others.values()}
    yield from map(CheckPinned, cases.values())
