"""What a person asked for, read from what it has left in the history."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from shared.domain.cases import case_type_of, close_case, create_case, edit_case
from shared.domain.creation import create_task
from shared.domain.decide import act
from shared.domain.definitions.vocabulary import CHILD_OPENED, CREATE
from shared.domain.definitions.workflow import Action, CaseType, Workflow
from shared.domain.model.connections import Tie
from shared.domain.model.plan import Decision
from shared.domain.model.scene import Context
from shared.domain.model.task import Entry, Task, TaskId
from shared.domain.whatif.past import Commit, Past, at_first
from shared.domain.whatif.traces import KEPT_TEXT, TEXTS, Given, Step, guessed, inputs, party_of
from shared.domain.words.fields import OPTION
from shared.timestamps import to_text

KEPT = {"awaiting": "awaiting", "priority": "priority", "prerequisites": "prerequisites"}
"""What a new task may be given and keeps, unless an entry says how it changed: by API names, the fields of a task."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The action, the task that it was taken on (none for the case, and what is new), and what may have been given.

    Of the fields in `unsure`, history does not show what they were. `way` is the action or option that was taken.
    With `heard`, it is what the other end of the task said.
    """

    action: str
    task_id: TaskId | None
    decide: Callable[[Context, Given], Decision]
    inputs: Sequence[Given]
    unsure: frozenset[str] = frozenset()
    way: Action | None = None
    heard: bool = False


def asked_for(workflow: Workflow, past: Past, commit: Commit) -> Asked | None:
    """What was asked for; None for what is no request that people make of the file's own."""
    of_case = commit.of_case
    if of_case is not None:
        return CASES[of_case.action](workflow, past, commit, of_case) if of_case.action in CASES else None
    taken = _taken(workflow, past, commit)
    if taken is not None:
        return taken
    created = commit.created
    if not created or any(entry.action not in (CREATE, CHILD_OPENED) for entry in commit.entries):
        return None
    return _created(workflow, past, min(created, key=lambda entry: _depth(past, entry.task_id)))


def _begun(workflow: Workflow, past: Past, commit: Commit, entry: Entry) -> Asked:
    """The case with its first tasks: those of a template, those that were asked for, and those that any begins with."""
    case = past.case
    attributes = at_first(past.of(None), "attributes", case.attributes)
    given: dict[str, object] = {"attributes": _unnamed(attributes)}
    if case.organization_id is not None:
        given["organizationId"] = case.organization_id
    found = case_type_of(workflow, case.case_type)
    templates = found.templates if isinstance(found, CaseType) else {}
    tasks = [{"key": e.task_id, **_as_created(workflow, past, e)} for e in commit.created]
    ways = tuple({**given, **first} for first in _first_tasks(templates, tasks))
    return Asked(CREATE, None, partial(_begin, case.case_type), ways)


def _begin(case_type: str, context: Context, given: Given) -> Decision:
    known = case_type_of(context.scene.workflow, case_type)
    return create_case(context, given) if isinstance(known, CaseType) else known


def _first_tasks(templates: Mapping[str, Sequence[object]], tasks: Sequence[Given]) -> Iterator[Given]:
    """Every way in which the first tasks may have been asked for; any others are those that any case begins with."""
    lengths = {name: len(first) for name, first in templates.items() if len(first) <= len(tasks)}
    for name, length in sorted(lengths.items(), key=lambda item: -item[1]):
        for end in range(len(tasks), length - 1, -1):
            yield {"template": name, "tasks": tasks[length:end]}
    for end in range(len(tasks), -1, -1):
        yield {"tasks": tasks[:end]}


def _edited(workflow: Workflow, past: Past, commit: Commit, entry: Entry) -> Asked:
    """The attributes that are others than before, and a name, if that is one."""
    given: dict[str, object] = {"displayName": KEPT_TEXT} if "displayName" in entry.changes else {}
    change = entry.changes.get("attributes")
    if isinstance(change, Mapping):
        before, after = change["from"], change["to"]
        names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        given["attributes"] = {name: _unnamed(after.get(name)) for name in names}
    return Asked(entry.action, None, edit_case, (given,))


def _closed(workflow: Workflow, past: Past, commit: Commit, entry: Entry) -> Asked:
    return Asked(entry.action, None, close_case, ({"reason": KEPT_TEXT},))


CASES: Mapping[str, Callable[[Workflow, Past, Commit, Entry], Asked]] = {
    CREATE: _begun,
    "edit": _edited,
    "close": _closed,
}
"""What is asked of a case, by what its history calls it."""


def _taken(workflow: Workflow, past: Past, commit: Commit) -> Asked | None:
    """The action of the file that was taken; where it ended those above as well, on the lowest of them."""
    found = ((entry, one) for entry in commit.entries if (one := _way(workflow, entry)) is not None)
    lowest = max(found, key=lambda each: _depth(past, each[0].task_id), default=None)
    if lowest is None:
        return None
    entry, (name, option, way) = lowest
    step, chosen = Step(workflow, past, commit, entry), {} if option is None else {OPTION: option}
    given = tuple({**chosen, **each} for each in inputs(step, way))
    return Asked(way.name, entry.task_id, partial(_act, name), given, guessed(step, way), way)


def _act(name: str, context: Context, given: Given) -> Decision:
    return act(with_ties(context), name, given)


def with_ties(context: Context) -> Context:
    """The decision, in which the case's organization is connected with every one outside, in the role that is asked."""
    scene, end = context.scene, context.scene.subject.end
    if end is None or scene.case.organization_id is None:
        return context
    own, role = scene.case.organization_id, end.role.removesuffix("*")
    outside = (o for o in scene.organizations.values() if not o.internal)
    ties = {other.id: Tie(own, other.id, other.display_name, role, "") for other in outside}
    return replace(context, scene=replace(scene, ties=ties))


def _way(workflow: Workflow, entry: Entry) -> tuple[str, str | None, Action] | None:
    """The action that the entry names, with the option where it is one of those."""
    if entry.type is None or entry.type not in workflow.types:
        return None
    for action in workflow.actions_of(entry.type).values():
        if not action.options and action.name == entry.action:
            return action.name, None, action
        for name, option in action.options.items():
            if option.name == entry.action:
                return action.name, name, option
    return None


def _created(workflow: Workflow, past: Past, entry: Entry) -> Asked:
    """The new task; the one that it stands under need not have been named where the type says which that is."""
    given, task = _as_created(workflow, past, entry), past.task(entry.task_id)
    under = {"parentId": task.parent_id} if task is not None and task.parent_id is not None else {}
    task_type = workflow.types.get(entry.type or "")
    placed = task_type is not None and task_type.placed
    ways = (given, {**given, **under}) if placed else ({**given, **under},)
    # Of its texts, nothing says whether they were given.
    unsure = frozenset(f.name for f in workflow.creation.fields if f.kind in TEXTS or f.kind == "links")
    return Asked(CREATE, None, create_task, ways, unsure)


def _as_created(workflow: Workflow, past: Past, entry: Entry) -> dict[str, object]:
    """What the request for a new task says of it, where that is not what any of its type has."""
    task, history = past.task(entry.task_id), past.of(entry.task_id)
    known = {field.name for field in workflow.creation.fields}
    given: dict[str, object] = {"type": entry.type}
    if task is not None:
        given |= {name: _at_first(history, name, task) for name in KEPT if name in known}
        given |= _told_apart(task)
    task_type = workflow.types.get(entry.type or "")
    usual = (task_type.group_queue, task_type.assigned_to, task_type.due_in) if task_type else (None, None, None)
    queue, organization, due_in = usual
    if entry.group_queue != queue:
        given["groupQueue"] = entry.group_queue
    if entry.assigned_party is not None and entry.assigned_party.id != organization:
        given["assignedParty"] = party_of(entry.assigned_party)
    if entry.due_time != (entry.created_at + due_in if due_in is not None else None):
        given["dueTime"] = to_text(entry.due_time) if entry.due_time is not None else None
    return {name: value for name, value in given.items() if value not in (None, 0, (), []) or name == "dueTime"}


def _at_first(history: tuple[Entry, ...], name: str, task: Task) -> object:
    value = at_first(history, name, getattr(task, KEPT[name]))
    return list(value) if isinstance(value, tuple) else value


def _told_apart(task: Task) -> dict[str, object]:
    """Its kind, and that it is one that an owner hands to a partner."""
    kind: dict[str, object] = {"kind": task.kind}
    if task.end is None or task.end.kind != "owner":
        return kind
    return {**kind, "collaborative": True, "role": task.end.role, "autoRefer": task.end.auto_refer}


def _unnamed(value: object) -> object:
    """The value of an attribute as a request gives it: organizations without the names that are written down."""
    if not isinstance(value, Mapping):
        return value
    return {name: _unnamed(inner) for name, inner in value.items() if name != "displayName"}


def _depth(past: Past, task_id: TaskId | None) -> int:
    task = past.task(task_id)
    return 0 if task is None else 1 + _depth(past, task.parent_id)
