"""Rules on the actions that types have of what Casetree takes by itself, and on names that history needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from shared.domain.checks.finding import Finding, Place
from shared.domain.checks.openings import every_opening
from shared.domain.definitions.lifecycle import ENGINE, told
from shared.domain.definitions.vocabulary import PASS_ON, RESERVED
from shared.domain.definitions.workflow import BY_PREREQUISITES, Action, TaskType, Workflow


def as_taken(workflow: Workflow, name: str, where: Place) -> Iterator[tuple[Place, Action]]:
    """The action as it is taken on tasks: the workflow's, which `where` names, and those that types have instead."""
    shared = workflow.actions[name]
    yield where, shared
    for task_type in workflow.types.values():
        if name in task_type.own_actions:
            yield ("types", task_type.name, "own_actions", name), task_type.own_actions[name]
        elif name in task_type.who and (task_type.actions is None or name in task_type.actions):
            yield ("types", task_type.name, "who", name), replace(shared, who=task_type.who[name])


def types_have_what_is_taken(workflow: Workflow) -> Iterator[Finding]:
    """A type has every action that Casetree takes on its tasks."""
    for task_type in workflow.types.values():
        has = workflow.actions_of(task_type.name)
        for name, when in dict(_owed(workflow, task_type)).items():
            if name not in has:
                detail = f"Casetree itself takes {name!r} {when}, and a {task_type.name!r} has no such action."
                where: Place = ("types", task_type.name, "actions")
                yield Finding("engine-acts", where, detail, f"Add {name!r} to its `actions`.")


def _owed(workflow: Workflow, task_type: TaskType) -> Iterator[tuple[str, str]]:
    """The actions that Casetree takes on some task of the type, and when."""
    tree, pair = workflow.tree, workflow.prerequisites
    if workflow.closing is not None:
        yield workflow.closing.cascade, "when the case is closed"
    if tree is not None and _stands_below(workflow, task_type):
        yield tree.cascade, "when a task above is cancelled"
        if task_type.under_completed == "completed" and tree.conclude is not None:
            yield tree.conclude, "when its parent is completed"
    if pair is not None and task_type.begins is None and _may_wait(workflow, pair.waiting):
        yield pair.action, "when nothing is waited for any more"
    for name in sorted(told(workflow)):
        yield name, "when the other end of such a task tells so"
    if workflow.hand_off is not None:
        yield workflow.hand_off.arrived, "when the partner's end is there"
        for key in ("requested", "accepted", "declined"):
            yield getattr(workflow.hand_off.connection, key), f"when a connection was {key}"
    if "due" in workflow.timers and _may_be_due(workflow, task_type):
        yield workflow.timers["due"], "when its due time has passed"


def _stands_below(workflow: Workflow, task_type: TaskType) -> bool:
    return bool(task_type.parents) or _has_effect(workflow, task_type, PASS_ON)


def _has_effect(workflow: Workflow, task_type: TaskType, names: frozenset[str]) -> bool:
    return any(word.name in names for a in workflow.actions_of(task_type.name).values() for word in a.effects)


def _may_wait(workflow: Workflow, waiting: str) -> bool:
    return any(target.to in (BY_PREREQUISITES, waiting) for target in workflow.creation.target)


def _may_be_due(workflow: Workflow, task_type: TaskType) -> bool:
    """Whether its type, a request, an action or what it follows on can give a task of the type a due time."""
    by_request = task_type.created_by != (ENGINE,) or task_type.created_by_members_of or task_type.created_under
    return bool(
        task_type.due_in is not None
        or (by_request and any(field.kind == "due_time" for field in workflow.creation.fields))
        or _has_effect(workflow, task_type, frozenset({"set_due_time"}))
        or any(o.declared.due is not None and o.type_name == task_type.name for o in every_opening(workflow))
    )


def names_differ(workflow: Workflow) -> Iterator[Finding]:
    """What happens to a task has a name of its own: no action is called as another one, or as what history says."""
    rule, creating = "names-differ", workflow.creation.action
    for where, action in workflow.every_action():
        if action.name in RESERVED:
            detail = f"{action.name!r} is what history calls something else."
            yield Finding(rule, where, detail, "Give the action another name.")
        elif action.name == creating:
            detail = f"{action.name!r} is the name under which creating a child is listed."
            yield Finding(rule, where, detail, "Give the action, or `action` of `create`, another name.")
    if creating in RESERVED:
        detail = f"{creating!r} is what history calls something else."
        yield Finding(rule, ("create", "action"), detail, "Name it otherwise, such as `create_child`.")
