"""Rules on what Casetree itself takes: when waits and timers end, on closing, and in trees."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from shared.domain.checks.finding import Finding, Place, listed
from shared.domain.checks.holds import timed_tasks_end
from shared.domain.checks.taken import as_taken, names_differ, types_have_what_is_taken
from shared.domain.definitions.lifecycle import ENGINE, engine_moves
from shared.domain.definitions.vocabulary import REASON
from shared.domain.definitions.workflow import Action, Workflow


def waits_end(workflow: Workflow) -> Iterator[Finding]:
    """A task that waits for prerequisites is made ready by Casetree when the last one closes."""
    pair = workflow.prerequisites
    if pair is None:
        return
    closed = [key for key in (pair.waiting, pair.ready) if not workflow.statuses[key].open]
    if closed:
        yield _waits(f"{listed(closed)} is terminal.", "Tasks wait in open statuses.")
    if pair.waiting == pair.ready:
        yield _waits("A task that waits would be ready at once.", "Name two statuses.")
    for where, action in as_taken(workflow, pair.action, ("prerequisites", "action")):
        if pair.waiting not in action.sources or [t.to for t in action.target] != [pair.ready]:
            detail = f"{action.name!r} does not lead from {pair.waiting!r} to {pair.ready!r}, so the wait never ends."
            hint = f"Write `from: [{pair.waiting}]` and `to: {pair.ready}` there."
            yield _waits(detail, hint, where if where[0] == "types" else ("prerequisites",))
        yield from _engine_takes(action, where, None)


def _waits(detail: str, hint: str, where: Place = ("prerequisites",)) -> Finding:
    return Finding("waits-end", where, detail, hint)


def engine_acts(workflow: Workflow) -> Iterator[Finding]:
    """Casetree takes what it is told to take, and nothing is left to it that it never takes."""
    for name, action_name in workflow.timers.items():
        for where, action in as_taken(workflow, action_name, ("timers", name)):
            yield from _engine_takes(action, where, None)
    if workflow.assigning is not None and workflow.assigning.next is not None:
        for where, action in as_taken(workflow, workflow.assigning.next, ("assigning", "next")):
            yield from _engine_takes(action, where, None)
    cascades = {ending.cascade for ending in (workflow.closing, workflow.tree) if ending}
    cascades |= {workflow.tree.conclude or ""} if workflow.tree else set()
    for where, action in workflow.every_action():
        name = action.name
        if set(action.who) == {ENGINE} and name not in engine_moves(workflow) and name not in cascades:
            detail = f"Only Casetree itself may take {name!r}, and nothing makes it."
            hint = "Name a person in `who`, or name the action under `timers`."
            yield Finding("engine-acts", where, detail, hint)


def closing_ends_tasks(workflow: Workflow) -> Iterator[Finding]:
    """Closing a case ends every open task in it."""
    if workflow.closing is not None:
        for where, action in as_taken(workflow, workflow.closing.cascade, ("case", "close", "cascade")):
            yield from _engine_takes(action, where, REASON)
            yield from _ends_tasks(workflow, action, where, "closing-ends-tasks", "Closing a case")


def _ends_tasks(workflow: Workflow, action: Action, where: Place, rule: str, what: str) -> Iterator[Finding]:
    left = [s.key for s in workflow.statuses.values() if s.open and s.key not in action.sources]
    if left:
        detail = f"{what} takes {action.name!r} on open tasks, but not while they are {listed(left)}."
        yield Finding(rule, where, detail, f"Add it to `from` of {action.name!r}.")
    for target in action.target:
        if target.to not in workflow.statuses or workflow.statuses[target.to].open:
            detail = f"{what} takes {action.name!r}, which leads to {target.to!r}: tasks would stay open."
            yield Finding(rule, where, detail, "Name an action that ends tasks.")


def trees_fit(workflow: Workflow) -> Iterator[Finding]:
    """Children hold a parent in an open status, and end it in a terminal one as they ended."""
    tree, rule = workflow.tree, "trees-fit"
    if tree is None:
        for task_type in workflow.types.values():
            if (
                task_type.parents
                or task_type.ends != "by_action"
                or task_type.returns
                or "parent" in task_type.one_open
            ):
                detail = f"{task_type.name!r} speaks of parents or children, but there are no trees here."
                hint = "Add `tree: {on_hold: ..., returned: ..., completed: ..., cancelled: ..., cascade: ...}`."
                yield Finding(rule, ("types", task_type.name), detail, hint)
        return
    wanted = {
        "on_hold": (True, False),
        "returned": (True, False),
        "completed": (False, True),
        "cancelled": (False, False),
    }
    for key, (is_open, completed) in wanted.items():
        status = workflow.statuses[getattr(tree, key)]
        if (status.open, status.completed) != (is_open, completed):
            kind = "open" if is_open else "terminal and completed" if completed else "terminal and not completed"
            yield Finding(rule, ("tree", key), f"{status.key!r} is not {kind}.", f"Name a status that is {kind}.")
    if tree.on_hold == tree.returned:
        yield Finding(rule, ("tree",), "A parent on hold would be at work.", "Name two statuses.")
    for where, action in as_taken(workflow, tree.cascade, ("tree", "cascade")):
        yield from _engine_takes(action, where, None)
        yield from _ends_tasks(workflow, action, where, rule, "Cancelling a parent")
    children = [t.name for t in workflow.types.values() if t.parents]
    if children and "parentId" not in [f.name for f in workflow.creation.fields]:
        detail = f"A {children[0]!r} stands under a parent, but nobody can say which when creating it."
        yield Finding(
            rule, ("types", children[0], "parents"), detail, "Add `parentId: {is: parent}` to the fields of `create`."
        )


def completing_ends_children(workflow: Workflow) -> Iterator[Finding]:
    """What is completed with its parent is so by an action of the engine that ends it."""
    rule, tree = "trees-fit", workflow.tree
    if tree is not None and tree.conclude is not None:
        for where, concluding in as_taken(workflow, tree.conclude, ("tree", "conclude")):
            yield from _engine_takes(concluding, where, None)
            yield from _ends_tasks(workflow, concluding, where, rule, "Completing a parent")
    for task_type in workflow.types.values():
        if task_type.under_completed == "completed" and (tree is None or tree.conclude is None):
            detail = f"A {task_type.name!r} would be completed with its parent, but by no action."
            yield Finding(rule, ("types", task_type.name), detail, "Add `conclude: <action>` to `tree`.")


def _engine_takes(action: Action, where: Place, given: str | None) -> Iterator[Finding]:
    if ENGINE not in action.who:
        detail = f"Casetree itself is to take {action.name!r}, but may not."
        yield Finding("engine-acts", where, detail, f"Add `engine` to `who` of {action.name!r}.")
    missing = [f.name for f in action.fields if f.required and f.name != given]
    if missing:
        detail = f"Casetree itself is to take {action.name!r}, which needs {listed(missing)} as input."
        yield Finding("engine-acts", where, detail, "Make that input optional, or name another action.")


ENGINE_RULES: tuple[Callable[[Workflow], Iterator[Finding]], ...] = (
    names_differ,
    waits_end,
    engine_acts,
    types_have_what_is_taken,
    closing_ends_tasks,
    trees_fit,
    completing_ends_children,
    timed_tasks_end,
)
