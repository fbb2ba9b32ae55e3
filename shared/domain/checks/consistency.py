"""Rules on statuses and targets: definitions that contradict themselves or each other.

None of them looks at what may follow on what; that is `verify.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from shared.domain.checks.finding import Finding, Place
from shared.domain.definitions.workflow import BY_PREREQUISITES, Status, TargetCase, Workflow

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
    for where, action in workflow.every_action():
        yield (*where, "to"), action.target


CONSISTENCY: tuple[Callable[[Workflow], Iterator[Finding]], ...] = (
    statuses_make_sense,
    creation_is_open,
    targets_decide,
    conditions_are_remembered,
)
