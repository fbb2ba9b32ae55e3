"""What of a case has no place in another version of its workflow: each reason with the task and the rule.

A version is checked before it is published, so what is in a place that tasks get to in that version gets on
from there. Hence the question is only whether everything is in such a place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from shared.domain.cases import read_attributes
from shared.domain.checks.explore import explore
from shared.domain.definitions.workflow import CaseType, Status, Workflow
from shared.domain.model.plan import FieldError, Refusal
from shared.domain.model.scene import Context, status_of
from shared.domain.model.task import Task
from shared.domain.model.text import with_article
from shared.domain.trees.holds import is_hold
from shared.domain.trees.locks import held_locks
from shared.domain.trees.tree import may_stand_under


@dataclass(frozen=True, slots=True)
class Change:
    """The version that a case goes by, and the one that it is to go by."""

    old: Workflow
    new: Workflow
    _reached: dict[str, frozenset[str]] = field(default_factory=dict)

    def reached(self, type_name: str) -> frozenset[str]:
        """The statuses that tasks of the type get to in the new version."""
        if type_name not in self._reached:
            self._reached[type_name] = explore(self.new, type_name).statuses()
        return self._reached[type_name]

    def status(self, task: Task) -> Status:
        """The status of a task that fits, in the new version."""
        return status_of(self.new, task)

    def drops_time(self, task: Task) -> bool:
        """Whether such a task was timed, and is not any more."""
        was, now = self.old.types[task.type].lasts, self.new.types[task.type].lasts
        return was is not None and now is None and not is_hold(self.new, task)

    def key(self, old_key: str) -> str | None:
        """What the new version calls a status of the old one, by its pair; None if it has no such pair."""
        was = self.old.statuses[old_key]
        status = self.new.status_of(was.state, was.status)
        return status.key if status is not None else None


def misfits(change: Change, context: Context, tasks: Sequence[Task]) -> tuple[FieldError, ...]:
    """Everything about the case and its tasks that has no place in the new version; nothing means that it fits.

    A pointer names the rule: `/case/<rule>`, or `/tasks/<task's id>/<rule>`. The context's scene holds the
    organizations that attributes of the case name.
    """
    found = [FieldError(f"/case/{rule}", detail) for rule, detail in _of_case(change, context)]
    known = {task.task_id: task for task in tasks}
    for task in tasks:
        found += [FieldError(f"/tasks/{task.task_id}/{r}", detail) for r, detail in _of_task(change, task, known)]
    return tuple(found) or tuple(_crowded(change, tasks))


def _of_case(change: Change, context: Context) -> Iterator[tuple[str, str]]:
    old, new, case_type = change.old, change.new, context.scene.case.case_type
    if case_type in new.case_types:
        yield from _of_attributes(change, context, new.case_types[case_type])
    else:
        yield "type", f"There is no case type {case_type!r} in version {new.version}."
    if new.visibility != old.visibility:
        yield "visibility", "Others than now would see the case."
    if (new.hand_off is None) != (old.hand_off is None):
        yield "hand_off", "Tasks have two ends in one of the versions only."


def _of_attributes(change: Change, context: Context, case_type: CaseType) -> Iterator[tuple[str, str]]:
    """Attributes that are declared as they were fit; others are read as if they were given now."""
    given = context.scene.case.attributes
    was = {f.name: f for f in change.old.case_types[case_type.name].attributes}
    now = {f.name: f for f in case_type.attributes}
    for name in given.keys() - now.keys():
        yield f"attributes/{name}", "There is no such attribute."
    others = replace(case_type, attributes=tuple(f for f in now.values() if was.get(f.name) != f))
    asked = {f.name: given[f.name] for f in others.attributes if f.name in given}
    read = read_attributes(context, others, asked)
    if isinstance(read, Refusal):
        yield from ((error.pointer.removeprefix("/"), error.detail) for error in read.errors)


def _of_task(change: Change, task: Task, known: Mapping[str, Task]) -> Iterator[tuple[str, str]]:
    """What is wrong with a task: of a closed one, its type and status alone are asked for."""
    if task.type not in change.new.types:
        yield "type", f"There is no type {task.type!r} in version {change.new.version}."
        return
    wrong = _wrong_status(change, task)
    if wrong is not None:
        yield "status", wrong
        return
    if status_of(change.old, task).open:
        parent = known.get(task.parent_id or "")
        for rule, ask in RULES.items():
            detail = ask(change, task, parent)
            if detail is not None:
                yield rule, detail


def _wrong_status(change: Change, task: Task) -> str | None:
    was, status = status_of(change.old, task), change.new.status_of(task.state, task.status)
    name = f"{task.state} / {task.status}"
    if status is None:
        return f"There is no status {name} in version {change.new.version}."
    if (status.open, status.completed) != (was.open, was.completed):
        return f"{name} means something else in version {change.new.version}."
    if status.key not in change.reached(task.type):
        return f"{with_article(task.type, first=True)} never gets to {name} in version {change.new.version}."
    return None


def _kind(change: Change, task: Task, parent: Task | None) -> str | None:
    kinds = change.new.types[task.type].kinds
    if task.kind in kinds or (task.kind is None and not kinds):
        return None
    return f"There is no kind {task.kind!r} of {task.type}." if task.kind else f"{task.type} has kinds now."


def _group_queue(change: Change, task: Task, parent: Task | None) -> str | None:
    if task.group_queue is None or change.old.types[task.type].queue == change.new.types[task.type].queue == "none":
        return None
    declared = change.new.organizations.get(task.group_queue)
    return None if declared and declared.kind == "queue" else f"There is no group queue {task.group_queue!r}."


def _assignee(change: Change, task: Task, parent: Task | None) -> str | None:
    """What is one organization's may have become another's inside (`drafts/assignees.py`), unless the rule is new."""
    was, now = change.old.types[task.type].assigned_to, change.new.types[task.type].assigned_to
    party = task.assigned_party
    if party is None or party.kind != "organization" or now in (None, was, party.id):
        return None
    return f"{with_article(task.type, first=True)} is assigned to {change.new.organizations[now].label}."


def _members(change: Change, task: Task, parent: Task | None) -> str | None:
    """Memberships are not known here: so the new rules may demand none but the one that the old rules demanded."""
    was, now = change.old.types[task.type].members_of, change.new.types[task.type].members_of
    if task.assigned_party is None or now in (None, was):
        return None
    return f"{with_article(task.type, first=True)} is for members of {change.new.organizations[now].label}."


def _listed(change: Change, task: Task, parent: Task | None) -> str | None:
    """What is listed nowhere as it is, another version does not make worse: there, too, the doctor finds it."""
    lost = _is_unlisted(change.new, task) and not _is_unlisted(change.old, task)
    return "It is nobody's, and would be listed in no queue." if lost else None


def _is_unlisted(workflow: Workflow, task: Task) -> bool:
    """Whether the task is nobody's, and has nothing of that by which the workflow says in whose queue it is."""
    rule = workflow.types[task.type].queue
    return task.assigned_party is None and (rule == "assignee" or (rule == "group_queue" and task.group_queue is None))


def _place(change: Change, task: Task, parent: Task | None) -> str | None:
    if parent is None or parent.type not in change.new.types or task.is_delegate or is_hold(change.new, task):
        return None
    if may_stand_under(change.new, task.type, parent):
        return None
    return f"{with_article(task.type, first=True)} does not stand under {with_article(parent.type)}."


def _timed_hold(change: Change, task: Task, parent: Task | None) -> str | None:
    same = is_hold(change.old, task) == is_hold(change.new, task)
    return None if same else "It is a timed hold in one of the versions only."


def _waiting_for_children(change: Change, task: Task, parent: Task | None) -> str | None:
    """On hold in the one version is on hold in the other: else nobody would look at what children do."""
    old, new = change.old.tree, change.new.tree
    was = old is not None and status_of(change.old, task).key == old.on_hold
    now = new is not None and change.status(task).key == new.on_hold
    return None if was == now else "It waits for those under it in one of the versions only."


def _waiting_for_prerequisites(change: Change, task: Task, parent: Task | None) -> str | None:
    old, new = change.old.prerequisites, change.new.prerequisites
    was = old is not None and status_of(change.old, task).key == old.waiting
    now = new is not None and change.status(task).key == new.waiting
    return None if was == now else "It waits for prerequisites in one of the versions only."


def _timers(change: Change, task: Task, parent: Task | None) -> str | None:
    kept = (timer.name for timer in task.timers if timer.name != "time" or not change.drops_time(task))
    lost = [name for name in kept if name not in change.new.timers]
    return f"Nothing says what its timer {lost[0]!r} does." if lost else None


def _stopped(change: Change, task: Task, parent: Task | None) -> str | None:
    ways = (way for action in change.new.actions_of(task.type).values() for way in action.ways)
    words = (word.name for way in ways for word in way.effects)
    return "Nobody could lift its hold." if task.hold and "clear_hold" not in words else None


def _heard(change: Change, task: Task, parent: Task | None) -> str | None:
    heard = task.end.heard if task.end is not None else None
    lost = heard is not None and change.key(heard) is None
    return f"What the other end said, that it is {heard}, means nothing in this version." if lost else None


def _crowded(change: Change, tasks: Sequence[Task]) -> Iterator[FieldError]:
    """Tasks of which the new version lets only one be open."""
    holders = Counter(name for task in tasks for name in held_locks(change.new, task))
    for task in tasks:
        if any(holders[name] > 1 for name in held_locks(change.new, task)):
            detail = f"Only one {task.type} may be open there."
            yield FieldError(f"/tasks/{task.task_id}/one_open", detail)


RULES: Mapping[str, Callable[[Change, Task, Task | None], str | None]] = {
    "kind": _kind,
    "group_queue": _group_queue,
    "assigned_to": _assignee,
    "members_of": _members,
    "queue": _listed,
    "parents": _place,
    "timed_hold": _timed_hold,
    "children": _waiting_for_children,
    "prerequisites": _waiting_for_prerequisites,
    "timers": _timers,
    "hold": _stopped,
    "heard": _heard,
}
"""What is asked of an open task, its type and status being known to both versions; None where it fits."""
