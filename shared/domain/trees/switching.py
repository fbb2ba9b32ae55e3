"""A case that follows on another: begun as any of its type, with copies of the open tasks that are taken along.

What is decided here may be far more than one transaction holds. So the new case is staged: stored in
parts that nobody can see. One transaction then brings it to light and ends the old tree, on condition
that nothing of what was copied, or of what stands above it, has changed since. The engine owes each
task of a case that has come to light its place in the queues, its timers and an entry that says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from shared.domain.case_entry import case_entry
from shared.domain.definitions.vocabulary import CREATE, ENDED_BELOW, SWITCHED
from shared.domain.drafts.draft import Draft
from shared.domain.drafts.opening import begin
from shared.domain.model.plan import FieldError, Plan, Refusal
from shared.domain.model.reactions import CHILDREN, TO_LIGHT
from shared.domain.model.scene import Context, Scene
from shared.domain.model.task import Case, Task
from shared.domain.model.writes import AddEntry, ChangeCase, CheckCase, CheckTask, CreateCase, PutTimer
from shared.domain.trees.following import above_of, begin_case, rooted
from shared.domain.trees.taking_along import all_stays, copy, crowded, is_open, leave_out, taken_along
from shared.domain.trees.tree import end, stand_under
from shared.domain.words.relations import branch_of

CHECKS = 80
"""Tasks of the old case that the one transaction checks, of the 100 items that it may hold."""


def switch(draft: Draft, field: str) -> Refusal | None:
    """The draft's task ends with a new case that differs in the input's `field`, and its whole tree with it.

    The new case holds what any begins with, the open tasks that are taken along, and a completed task of
    the draft's type. The draft names it in `new_case_id`.
    """
    scene = draft.context.scene
    impossible = _impossible(draft, field)
    if impossible is not None:
        return impossible
    there = _beginning(draft, field)
    begun = begin_case(there, scene.workflow.case_types[scene.case.case_type].begins)
    if isinstance(begun, Refusal):
        return begun
    top = begun[0]
    taken = taken_along(draft, top)
    if isinstance(taken, Refusal):
        return taken
    refusal = copy(draft, top, taken) or _mark(draft, top) or crowded(top)
    if refusal is not None:
        return refusal
    ended = _ended(scene)
    checked = tuple(CheckTask(task) for task in _looked_at(scene, taken, ended))
    if len(checked) > CHECKS:
        return leave_out(f"With those above them, {len(checked)} tasks would be taken along, at most {CHECKS} can.")
    _stage(draft, there, rooted(there.scene.case, begun), top)
    draft.write(CheckCase(scene.case), *checked)
    _end_tree(draft, ended)
    return None


def _impossible(draft: Draft, field: str) -> Refusal | None:
    """Refuses what would change nothing, a second case for one task, and to follow on a tree that has ended."""
    scene = draft.context.scene
    if scene.subject.new_case_id is not None:
        detail = f"{scene.subject.new_case_id} has begun with this task already."
        return Refusal("action_not_available", detail, rule="one_case")
    if scene.case.attributes.get(field) == draft.input[field]:
        error = FieldError(f"/{field}", "It is so already.")
        return Refusal("invalid_input", "The input does not fit.", rule="input", errors=(error,))
    root = scene.related.get(scene.case.root_id or "")
    if root is None or not is_open(scene, root):
        return Refusal("parent_closed", "The tree that the new case would follow on has ended.", rule="parent_open")
    return None


def bring_to_light(context: Context) -> Plan:
    """The plan that gives the scene's task, of a case that is seen now, its place in the queues and its timers."""
    draft = Draft(context, context.scene.subject, action=SWITCHED, given={})
    draft.event = "TaskCreated"
    draft.set(staged=False)
    draft.write(*(PutTimer(timer) for timer in draft.task.timers))
    if not draft.status.open:
        draft.react(CHILDREN)
    return draft.plan()


def _beginning(draft: Draft, field: str) -> Context:
    """What the new case is decided from: itself, and nothing of the old one's tasks."""
    context, old = draft.context, draft.context.scene.case
    person, now = context.caller.person, context.now
    case = replace(
        old,
        case_id=f"{old.case_type}-{context.ids.local()}",
        created_at=now,
        updated_at=now,
        created_by=person,
        updated_by=person,
        attributes={**old.attributes, field: draft.input[field]},
        graph_version=0,
        root_id=None,
        staged=True,
        original_case_id=old.case_id,
        version=1,
    )
    scene = context.scene
    there = Scene(scene.workflow, case, users=scene.users, organizations=scene.organizations)
    return replace(context, scene=there)


def _mark(draft: Draft, top: Draft) -> Refusal | None:
    """A completed task of the draft's type stands in the new case, and shows where that comes from."""
    by = branch_of(draft.context.scene, draft.task)[0]
    mark = begin(top.context, by.type, by.assigned_party, internal=by.internal, beside=top)
    refusal = stand_under(mark, top.task)
    end(mark, completed=True)
    mark.changed("originalCaseId", None, by.case_id)
    mark.set(new_case_id=top.task.case_id)
    return refusal


def _looked_at(scene: Scene, taken: Sequence[Task], ended: Iterable[Task]) -> tuple[Task, ...]:
    """What the decision rests on, beside what ends: each task that is copied, and each with open children.

    A child that opens anywhere meanwhile would be cancelled without a copy, but where nothing is taken along.
    """
    parents = {task.parent_id for task in scene.related.values() if is_open(scene, task)}
    above = (task for task_id, task in scene.related.items() if task_id in parents and not all_stays(scene, task))
    found = {task.task_id: task for task in (*taken, *above) if is_open(scene, task)}
    own = {task.task_id for task in (*branch_of(scene, scene.subject), *ended)}
    return tuple(task for task_id, task in found.items() if task_id not in own)


def _stage(draft: Draft, there: Context, case: Case, top: Draft) -> None:
    """The new case is stored unseen; the draft's own commit brings it to light."""
    for each in top.company.values():
        each.set(staged=True)
    first = replace(case_entry(there, case, CREATE, "CaseCreated"), staged=True)
    # A timer that runs would fire: timers start once the case has come to light.
    writes = (write for write in top.whole()[1] if not isinstance(write, PutTimer))
    draft.stage = (CreateCase(case), AddEntry(first), *writes)
    seen = replace(case, staged=False, version=case.version + 1)
    entry = replace(case_entry(there, seen, SWITCHED, "CaseCreated"), reacts=(TO_LIGHT,))
    draft.write(ChangeCase(case, seen), AddEntry(entry))


def _ended(scene: Scene) -> tuple[Task, ...]:
    """The open tasks above the scene's, but for those of its own type, which end as it does."""
    own = {task.task_id for task in branch_of(scene, scene.subject)}
    return tuple(t for t in above_of(scene, scene.subject) if is_open(scene, t) and t.task_id not in own)


def _end_tree(draft: Draft, tasks: Iterable[Task]) -> None:
    """The tasks are cancelled, on condition that nobody opened one below them meanwhile; the cascade follows.

    All at once: none of them may go back to work while it waits for the cascade.
    """
    case_id = next(write.case.case_id for write in draft.stage if isinstance(write, CreateCase))
    for task in tasks:
        ended = draft.beside(task, ENDED_BELOW)
        ended.counters = True
        end(ended, completed=False)
        ended.changed("newCaseId", None, case_id)
    draft.changed("newCaseId", None, case_id)
    draft.set(new_case_id=case_id)
