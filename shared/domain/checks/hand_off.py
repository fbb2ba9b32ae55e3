"""Rules on tasks with two ends: what is told is heard, and what is handed off can be seen and answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from shared.domain.checks.finding import Finding, Place, listed
from shared.domain.definitions.lifecycle import ENGINE
from shared.domain.definitions.vocabulary import TELLING
from shared.domain.definitions.workflow import Action, Word, Workflow
from shared.domain.model.ends import LIVE, PENDING

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

TOLD = frozenset({"boolean", "choice", "description", "email", "integer", "links", "note", "organization_id", "text"})
"""The kinds of fields that can go along with a message: read as they were written, whenever it arrives."""


def ends_are_declared(workflow: Workflow) -> Iterator[Finding]:
    """Who speaks of the ends of a task says how tasks are handed off."""
    if workflow.hand_off is not None:
        return
    for where, action in workflow.every_action():
        named = [word.name for word in _words(action) if word.name in OF_ENDS]
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
        over = False
        for index, word in enumerate(action.effects):
            here: Place = (*where, "effects", index)
            if word.name in TELLING:
                there = workflow.actions[str(word.arguments["value"])]
                yield from _taken(there, action, here)
                yield from _goes_along(there, action, here)
            if word.name in TELLING and over:
                detail = "The assignment is over by then, and nobody is told any more."
                yield Finding(RULE, here, detail, f"Write `{word.name}` before what ends the assignment.")
            over |= word.name == "set_assignment" and word.arguments["value"] not in LIVE
    hand_off = workflow.hand_off
    if hand_off is not None:
        connecting = hand_off.connection
        names = {("hand_off", "arrived"): hand_off.arrived} | {
            ("hand_off", "connection", key): getattr(connecting, key) for key in ("requested", "accepted", "declined")
        }
        for place, name in names.items():
            yield from _taken(workflow.actions[name], None, place)


def requests_are_heard_of(workflow: Workflow) -> Iterator[Finding]:
    """What became of a request for a connection is heard in every status in which one can be under way, and once."""
    if workflow.hand_off is None:
        return
    connecting = workflow.hand_off.connection
    for key, (effect, fits) in HEARD.items():
        action, where = workflow.actions[getattr(connecting, key)], ("hand_off", "connection", key)
        left = sorted(workflow.hand_off.sends - action.sources)
        if left:
            detail = f"{action.name!r} is not taken while the task is {listed(left)}, so it would wait for ever."
            yield Finding(RULE, where, detail, f"Add that to `from` of {action.name!r}.")
        if not any(fits(word) for word in action.effects):
            detail = f"{action.name!r} leaves the task waiting for the connection."
            yield Finding(RULE, where, detail, f"Give it the effect `{effect}`.")


def _went_out(word: Word) -> bool:
    return word.name == "set_assignment" and word.arguments["value"] == "connectionRequested"


def _ends_waiting(word: Word) -> bool:
    return word.name == "set_assignment" and word.arguments["value"] not in PENDING


HEARD: Mapping[str, tuple[str, Callable[[Word], bool]]] = {
    "requested": ("set_assignment: connectionRequested", _went_out),
    "accepted": ("accept_connection", lambda word: word.name == "accept_connection"),
    "declined": ("set_assignment: connectionDeclined", _ends_waiting),
}


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


def _goes_along(there: Action, by: Action, where: Place) -> Iterator[Finding]:
    """What is told is written down in the message, and read again when that arrives, which may be late."""
    given = {field.name: field.kind for field in by.fields}
    for field in (field for field in there.fields if field.name in given):
        if given[field.name] != field.kind or field.kind not in TOLD:
            kinds = f"{given[field.name]} and would be heard as {field.kind}"
            detail = f"{field.name!r} is given as {kinds}, which cannot go along."
            yield Finding(RULE, where, detail, f"What goes along is the same on both ends: {', '.join(sorted(TOLD))}.")


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
    requests_are_heard_of,
    requests_expire,
    groups_are_of_fields,
)
