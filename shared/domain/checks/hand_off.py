"""Rules on tasks with two ends: what is told is heard, and what is handed off can be seen and answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from shared.domain.checks.finding import Finding, Place, listed
from shared.domain.definitions.lifecycle import ENGINE
from shared.domain.definitions.vocabulary import TELLING
from shared.domain.definitions.workflow import BY_COUNTERPART, Action, Word, Workflow

RULE = "hand-off-fits"
OF_ENDS = frozenset(
    {
        "end",
        "assignment",
        "only_from",
        "assigned_as",
        "assign_partner",
        "send",
        "recall",
        "set_assignment",
        "refer",
        "take_referral",
        "tell",
        "counterpart_is",
        "accept_connection",
        "expire_connection",
    }
)
"""The words that speak of the ends of a task."""


def ends_are_declared(workflow: Workflow) -> Iterator[Finding]:
    """Who speaks of the ends of a task says how tasks are handed off."""
    if workflow.hand_off is not None:
        return
    for where, action in workflow.every_action():
        named = [word.name for word in _words(action) if word.name in OF_ENDS]
        named += [target.to for target in action.target if target.to == BY_COUNTERPART]
        if named:
            detail = f"{listed(dict.fromkeys(named))} speaks of the ends of a task, but tasks have only one here."
            yield Finding(RULE, where, detail, "Add `hand_off: {begins: ..., sends: [...], arrived: ..., ...}`.")
            return


def ends_are_open(workflow: Workflow) -> Iterator[Finding]:
    """A partner's end begins open, and an assignment is sent while the owner's is."""
    hand_off = workflow.hand_off
    if hand_off is None:
        return
    named: list[tuple[Place, str]] = [(("hand_off", "begins"), hand_off.begins)]
    named += [(("hand_off", "sends"), key) for key in sorted(hand_off.sends)]
    for where, key in named:
        if not workflow.statuses[key].open:
            yield Finding(RULE, where, f"{key!r} is terminal.", "Name a status with `open: true`.")


def each_side_sees_its_own(workflow: Workflow) -> Iterator[Finding]:
    """Who has two ends shows each to one organization alone, and lists it there."""
    by_organization = workflow.visibility == "organization"
    if workflow.hand_off is not None and not by_organization:
        detail = "Both ends of a task would be seen by people of either side."
        yield Finding(RULE, ("visibility",), detail, "Write `visibility: organization`.")
    for task_type in workflow.types.values():
        if task_type.queue == "case_organization" and not by_organization:
            detail = f"The case of a {task_type.name!r} belongs to no organization."
            yield Finding(RULE, ("types", task_type.name, "queue"), detail, "Write `visibility: organization`.")


def what_is_told_is_taken(workflow: Workflow) -> Iterator[Finding]:
    """What an end tells the other one is an action of Casetree's there, and goes with what that needs."""
    for where, action in workflow.every_action():
        for index, word in enumerate(action.effects):
            if word.name in TELLING:
                there = workflow.actions[str(word.arguments["value"])]
                yield from _taken(there, action, (*where, "effects", index))
    hand_off = workflow.hand_off
    if hand_off is not None:
        connecting = hand_off.connection
        names = {("hand_off", "arrived"): hand_off.arrived} | {
            ("hand_off", "connection", key): getattr(connecting, key) for key in ("requested", "accepted", "declined")
        }
        for place, name in names.items():
            yield from _taken(workflow.actions[name], None, place)


def requests_expire(workflow: Workflow) -> Iterator[Finding]:
    """A request for a connection that nobody answers is over some day."""
    if workflow.hand_off is not None and "connection" not in workflow.timers:
        detail = "An assignment would wait for ever for a connection that nobody answers for."
        hint = f"Write `connection: {workflow.hand_off.connection.declined}` under `timers`."
        yield Finding(RULE, ("timers",), detail, hint)


def groups_are_of_fields(workflow: Workflow) -> Iterator[Finding]:
    """The groups of which one is given are groups of fields that the action takes, and none of them alone is needed."""
    for where, action in workflow.every_action():
        fields = {field.name: field for field in action.fields}
        for index, group in enumerate(action.either):
            for name in group:
                if name not in fields:
                    yield Finding(
                        RULE, (*where, "either", index), f"The action takes no {name!r}.", "Add it to `input`."
                    )
                elif fields[name].required:
                    detail = f"{name!r} is always required, so there is nothing to choose."
                    yield Finding(RULE, (*where, "input", name), detail, "Leave out `required`.")


def _taken(there: Action, by: Action | None, where: Place) -> Iterator[Finding]:
    if ENGINE not in there.who:
        detail = f"Casetree itself is to take {there.name!r}, but may not."
        yield Finding(RULE, where, detail, f"Add `engine` to `who` of {there.name!r}.")
    given = {field.name for field in by.fields if field.required} if by is not None else set()
    lacking = [field.name for field in there.fields if field.required and field.name not in given]
    if lacking:
        detail = f"{there.name!r} needs {listed(lacking)}, which is not always given."
        yield Finding(RULE, where, detail, "Require it here, or make it optional there.")


def _words(action: Action) -> Iterator[Word]:
    yield from action.guards
    yield from action.effects
    for target in action.target:
        yield from target.conditions


HAND_OFF: tuple[Callable[[Workflow], Iterator[Finding]], ...] = (
    ends_are_declared,
    ends_are_open,
    each_side_sees_its_own,
    what_is_told_is_taken,
    requests_expire,
    groups_are_of_fields,
)
