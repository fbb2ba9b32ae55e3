"""Rules on tasks and cases that become others, and on input that reaches the task that something follows on."""

from __future__ import annotations

from collections.abc import Iterator

from shared.domain.checks.domains import texts
from shared.domain.checks.finding import Finding, Place
from shared.domain.definitions.workflow import Action, CaseType, Follow, TaskType, Workflow


def switches_fit(workflow: Workflow) -> Iterator[Finding]:
    """A case can follow on another: it begins with one task, whatever its attributes, under which a task can say so."""
    # What types share is said once.
    yield from dict.fromkeys(_switches(workflow))


def _switches(workflow: Workflow) -> Iterator[Finding]:
    for task_type in workflow.types.values():
        for action in workflow.actions_of(task_type.name).values():
            for index, word in enumerate(action.effects):
                if word.name == "switch_case":
                    where = _place(task_type, action, index)
                    for detail, hint in (
                        *_unfit(workflow, task_type, action, str(word.arguments.get("value"))),
                        *_ended(workflow, task_type, action),
                    ):
                        yield Finding("switches-fit", where, detail, hint)


def _place(task_type: TaskType, action: Action, index: int) -> Place:
    above: Place = ("types", task_type.name, "own_actions") if action.name in task_type.own_actions else ("actions",)
    return (*above, action.name, "effects", index)


def _unfit(workflow: Workflow, task_type: TaskType, action: Action, name: str) -> Iterator[tuple[str, str]]:
    for case_type in workflow.case_types.values():
        if len(case_type.begins) != 1 or _depends(case_type.begins[0]):
            detail = f"A {case_type.name!r} that follows on another has no one task at its top."
            yield detail, "Let it begin with one task, without `when`, `unless` or `attribute`."
        elif workflow.tree is None or case_type.begins[0].opens not in task_type.parents:
            detail = f"A {task_type.name!r} cannot stand under the first task of the new case."
            yield detail, f"Add {case_type.begins[0].opens!r} to its `parents`."
        yield from _fields(case_type, action, name)


def _depends(first: Follow) -> bool:
    return bool(first.when or first.unless or first.attribute)


def _fields(case_type: CaseType, action: Action, name: str) -> Iterator[tuple[str, str]]:
    attribute = next((field for field in case_type.attributes if field.name == name), None)
    given = action.field(name)
    if attribute is None:
        yield f"A {case_type.name!r} has no {name!r} in which it could differ.", "Add it to its `attributes`."
    elif given is None or not given.required or given.kind != attribute.kind:
        yield (
            f"Nothing says what {name!r} of the new case is.",
            f"Add `{name}: {{is: {attribute.kind}, required: true, ...}}` to the action's input.",
        )
    elif not {*texts(given.options.get("of"))} <= {*texts(attribute.options.get("of"))}:
        yield f"{name!r} could get a value that the new case cannot have.", "Give both the same choices under `of`."


def _ended(workflow: Workflow, task_type: TaskType, action: Action) -> Iterator[tuple[str, str]]:
    """The task ends with the switch, which is the only change of the case then."""
    if stays_open(workflow, action):
        yield f"{action.name!r} may leave the task open, although its tree ends.", "Let it lead to a terminal status."
    if task_type.ends == "when_delegated":
        detail = f"A {task_type.name!r} that was passed on would end later than its tree."
        yield detail, "Write `ends: at_once`."
    if any(opens_by_attribute(declared) for declared in task_type.follows):
        detail = f"What follows on a {task_type.name!r} would open by an attribute of a case whose tree has ended."
        yield detail, "Name `organization` or `assignee` there."


def stays_open(workflow: Workflow, action: Action) -> bool:
    """Whether the action may lead to an open status."""
    return any(t.to not in workflow.statuses or workflow.statuses[t.to].open for t in action.target)


def opens_by_attribute(declared: Follow) -> bool:
    """Whether it, or what opens under it, is assigned by an attribute of the case."""
    return declared.attribute is not None or any(map(opens_by_attribute, declared.children))


def families_fit(workflow: Workflow) -> Iterator[Finding]:
    """A task that can be changed into one of another type is of the family that it is chosen from, and ends."""
    for where, action in workflow.every_action():
        if any(word.name == "change_type" for word in action.effects) and stays_open(workflow, action):
            detail = f"{action.name!r} opens a task in place of one that may stay open."
            yield Finding("families-fit", (*where, "to"), detail, "Let it lead to a terminal status.")
    for task_type in workflow.types.values():
        for action in workflow.actions_of(task_type.name).values():
            wanted = {field.options.get("family") for field in action.fields if field.kind == "task_type"}
            if wanted - {task_type.family}:
                detail = f"{action.name!r} changes tasks of another family than a {task_type.name!r} is of."
                hint = "Write its `family` there, or limit its `actions`."
                yield Finding("families-fit", ("types", task_type.name), detail, hint)
    yield from _chosen(workflow)


def _chosen(workflow: Workflow) -> Iterator[Finding]:
    """A task that opens in place of another one stands somewhere, is somebody's, and need not be told apart."""
    fields = (field for _, action in workflow.every_action() for field in action.fields)
    asked = {field.options.get("family") for field in fields if field.kind == "task_type"}
    for task_type in (t for t in workflow.types.values() if t.family in asked):
        lacks = {
            "nothing says where that stands": ("placed", not task_type.placed),
            "it would be nobody's": ("assigned_to", task_type.queue == "assignee" and task_type.assigned_to is None),
            "nobody would say of which kind": ("kinds", bool(task_type.kinds)),
        }
        for why, (key, is_so) in lacks.items():
            if is_so:
                detail = f"A task can be changed into a {task_type.name!r}, but {why}."
                hint = f"Say otherwise by its `{key}`, or give it another `family`."
                yield Finding("families-fit", ("types", task_type.name), detail, hint)


def input_is_handed_up(workflow: Workflow) -> Iterator[Finding]:
    """What follows on the end of a task that ends with its delegate finds the input that the delegate was given."""
    for task_type in workflow.types.values():
        for index, declared in enumerate(task_type.follows):
            if task_type.ends == "when_delegated" and _reads_input(declared):
                detail = f"The input is given to a delegate of {task_type.name!r}, which has ended before this follows."
                where = ("types", task_type.name, "follows", index)
                yield Finding("input-is-handed-up", where, detail, "Write `ends: at_once`: that hands the input up.")


def _reads_input(declared: Follow) -> bool:
    reads = declared.given or declared.due is not None or declared.assignee == "input"
    return bool(reads) or any(_reads_input(child) for child in declared.children)
