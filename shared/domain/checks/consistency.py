"""Rules on statuses and actions: definitions that contradict themselves or each other.

None of them looks at what may follow on what; that is `verify.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from shared.domain.checks.finding import Finding, Place, listed
from shared.domain.lifecycle import ENGINE, engine_moves
from shared.domain.vocabulary import REASON
from shared.domain.workflow import BY_PREREQUISITES, Action, Status, TargetCase, Workflow

CLOSED_AT = "closedAt"


def statuses_make_sense(workflow: Workflow) -> Iterator[Finding]:
    """What a status says of itself contradicts neither itself nor another status."""
    pairs: dict[tuple[str, str], str] = {}
    for key, status in workflow.statuses.items():
        where: Place = ("statuses", key)
        if (first := pairs.setdefault((status.state, status.status), key)) != key:
            detail = f"{key!r} and {first!r} are the same pair, {status.state} / {status.status}."
            hint = "A task shows nothing but the pair: name one of them otherwise."
            yield Finding("statuses-make-sense", where, detail, hint)
        for detail, hint in _contradictions(status):
            yield Finding("statuses-make-sense", where, detail, hint)
    for wanted, name in ((True, "open"), (False, "terminal")):
        if not any(status.open == wanted for status in workflow.statuses.values()):
            hint = "Tasks begin in an open status, and end in a terminal one."
            yield Finding("statuses-make-sense", ("statuses",), f"There is no {name} status.", hint)


def _contradictions(status: Status) -> Iterator[tuple[str, str]]:
    if not status.open and (status.active or status.tab or status.measure):
        hint = "These are for open statuses: add `open: true`, or remove them."
        yield f"{status.key!r} is terminal, but has `active`, `tab` or `measure`.", hint
    if status.open and status.completed:
        yield f"{status.key!r} is open and completed at once.", "Remove one of the two."
    if status.open == (status.stamp == CLOSED_AT):
        kind = "open" if status.open else "terminal"
        hint = "Terminal statuses, and only they, have `stamp: closedAt`."
        yield f"{status.key!r} is {kind}, but stamps {status.stamp or 'nothing'}.", hint


def creation_is_open(workflow: Workflow) -> Iterator[Finding]:
    """A new task is open."""
    for index, target in enumerate(workflow.creation.target):
        if target.to != BY_PREREQUISITES and not workflow.statuses[target.to].open:
            where = ("create", "to", index, "to")
            detail = f"A new task would be {target.to!r}, which is terminal."
            yield Finding("creation-is-open", where, detail, "Begin with an open status.")


def targets_decide(workflow: Workflow) -> Iterator[Finding]:
    """Where an action leads is never in doubt: the last of its targets, and only it, is certain."""
    for where, cases in _targets(workflow):
        for index, case in enumerate(cases):
            last = index == len(cases) - 1
            if last and case.conditions:
                detail = "If this condition does not hold, nothing says where the task goes."
                hint = "End the list with a target that has no `when`."
                yield Finding("targets-decide", (*where, index), detail, hint)
            if not last and not case.conditions:
                detail = "This target has no condition, so those below it are never looked at."
                hint = "Give it a `when`, or move it to the end."
                yield Finding("targets-decide", (*where, index), detail, hint)


def conditions_are_remembered(workflow: Workflow) -> Iterator[Finding]:
    """A status that a condition asks back for is one that tasks remember."""
    for where, cases in _targets(workflow):
        for index, case in enumerate(cases):
            for word in case.conditions:
                status = workflow.statuses.get(str(word.arguments.get("value")))
                if word.name == "visited" and status and not status.remember:
                    detail = f"No task remembers whether it was ever {status.key!r}."
                    hint = f"Add `remember: true` to the status {status.key!r}."
                    yield Finding("conditions-are-remembered", (*where, index, "when"), detail, hint)


def _targets(workflow: Workflow) -> Iterator[tuple[Place, tuple[TargetCase, ...]]]:
    yield ("create", "to"), workflow.creation.target
    for action in workflow.actions.values():
        yield ("actions", action.name, "to"), action.target


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
    action = workflow.actions[pair.action]
    if pair.waiting not in action.sources or [t.to for t in action.target] != [pair.ready]:
        detail = f"{action.name!r} does not lead from {pair.waiting!r} to {pair.ready!r}, so the wait never ends."
        yield _waits(detail, f"Write `from: [{pair.waiting}]` and `to: {pair.ready}` there.")
    yield from _engine_takes(action, ("prerequisites", "action"), None)


def _waits(detail: str, hint: str) -> Finding:
    return Finding("waits-end", ("prerequisites",), detail, hint)


def engine_acts(workflow: Workflow) -> Iterator[Finding]:
    """Casetree takes what it is told to take, and nothing is left to it that it never takes."""
    for name, action_name in workflow.timers.items():
        yield from _engine_takes(workflow.actions[action_name], ("timers", name), None)
    cascades = {ending.cascade for ending in (workflow.closing, workflow.tree) if ending}
    for name, action in workflow.actions.items():
        if set(action.who) == {ENGINE} and name not in engine_moves(workflow) and name not in cascades:
            detail = f"Only Casetree itself may take {name!r}, and nothing makes it."
            hint = "Name a person in `who`, or name the action under `timers`."
            yield Finding("engine-acts", ("actions", name), detail, hint)


def closing_ends_tasks(workflow: Workflow) -> Iterator[Finding]:
    """Closing a case ends every open task in it."""
    if workflow.closing is not None:
        action = workflow.actions[workflow.closing.cascade]
        yield from _ends_tasks(workflow, action, ("case", "close", "cascade"), "closing-ends-tasks", "Closing a case")


def _ends_tasks(workflow: Workflow, action: Action, where: Place, rule: str, what: str) -> Iterator[Finding]:
    yield from _engine_takes(action, where, REASON)
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
            if task_type.parents or task_type.ends != "by_action" or "parent" in task_type.one_open:
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
    yield from _ends_tasks(workflow, workflow.actions[tree.cascade], ("tree", "cascade"), rule, "Cancelling a parent")


def _engine_takes(action: Action, where: Place, given: str | None) -> Iterator[Finding]:
    if ENGINE not in action.who:
        detail = f"Casetree itself is to take {action.name!r}, but may not."
        yield Finding("engine-acts", where, detail, f"Add `engine` to `who` of {action.name!r}.")
    missing = [f.name for f in action.fields if f.required and f.name != given]
    if missing:
        detail = f"Casetree itself is to take {action.name!r}, which needs {listed(missing)} as input."
        yield Finding("engine-acts", where, detail, "Make that input optional, or name another action.")


CONSISTENCY: tuple[Callable[[Workflow], Iterator[Finding]], ...] = (
    statuses_make_sense,
    creation_is_open,
    targets_decide,
    conditions_are_remembered,
    waits_end,
    engine_acts,
    closing_ends_tasks,
    trees_fit,
)
