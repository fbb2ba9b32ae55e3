"""What people gave to an action, as far as history shows it: what it says itself, or what came of it.

Where neither tells, there is a guess for each value that would make a difference; which of them it was, shows when
the case is played by its own version: the one of which the same comes as stands in the history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice, product

from shared.domain.definitions.workflow import Action, Field, Workflow
from shared.domain.model.people import SYSTEM
from shared.domain.model.task import Entry, Party
from shared.domain.whatif.past import Commit, Past
from shared.domain.words.plain_kinds import texts_of
from shared.timestamps import to_text

Given = Mapping[str, object]
LEFT_OUT = object()
"""Stands for a field that was not given."""
KEPT_TEXT = "A text that history does not keep."
TEXTS = frozenset({"description", "instruction", "note"})
TRIED = 500
"""Inputs of one step that are tried at the most."""


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody did: the entry of the task that they did it to, among all that was committed with it."""

    workflow: Workflow
    past: Past
    commit: Commit
    entry: Entry


def inputs(step: Step, action: Action) -> Iterator[Given]:
    """Every input that may have been given, that which is likeliest first."""
    choices = [[(field.name, value) for value in values(step, field)] for field in action.fields]
    for chosen in islice(product(*choices), TRIED):
        given = {name: value for name, value in chosen if value is not LEFT_OUT}
        if not action.either or any(given.keys() >= set(group) for group in action.either):
            yield given


def guessed(step: Step, action: Action) -> frozenset[str]:
    """The fields of which history does not show what they were."""
    return frozenset(
        f.name for f in action.fields if f.kind not in TEXTS and not _said(step, f) and not _shown(step, f)
    )


def values(step: Step, field: Field) -> tuple[object, ...]:
    """What the field may have been."""
    if field.kind in TEXTS:
        noted = step.entry.note is not None if field.kind == "note" else field.name in step.entry.changes
        return (KEPT_TEXT,) if noted or field.required else (LEFT_OUT,)
    found = _said(step, field) or _shown(step, field)
    if found:
        return found
    guesses = GUESSES.get(field.kind, _any_text)(step, field)
    return guesses if field.required else (LEFT_OUT, *guesses)


def party_of(party: Party | None) -> dict[str, str] | None:
    """The party as a request names it."""
    return {"kind": party.kind, "id": party.id} if party is not None else None


def _said(step: Step, field: Field) -> tuple[object, ...]:
    """The value that the history says itself."""
    change = step.entry.changes.get(field.name)
    if not isinstance(change, Mapping) or "to" not in change:
        return ()
    value = party_of(step.entry.assigned_party) if field.name == "assignedParty" else change["to"]
    return (value,) if value is not None or field.nullable else (LEFT_OUT,)


def _shown(step: Step, field: Field) -> tuple[object, ...]:
    """The value that what came of it shows."""
    return SHOWN[field.kind](step, field) if field.kind in SHOWN else ()


def _parties(kind: str) -> Callable[[Step, Field], tuple[object, ...]]:
    """Who has what was created with the step, of this kind; else, who has the task itself."""

    def found(step: Step, field: Field) -> tuple[object, ...]:
        parties = (entry.assigned_party for entry in (*step.commit.created, step.entry))
        return tuple(dict.fromkeys(party.id for party in parties if party is not None and party.kind == kind))

    return found


def _counterpart(step: Step, field: Field) -> tuple[object, ...]:
    change = step.entry.changes.get("counterpart")
    party = change.get("to") if isinstance(change, Mapping) else None
    named = party.get("organizationId") if isinstance(party, Mapping) else None
    return (named,) if named is not None else ()


def _created_type(step: Step, field: Field) -> tuple[object, ...]:
    return tuple(dict.fromkeys(entry.type for entry in step.commit.created))


def _days(step: Step, field: Field) -> tuple[object, ...]:
    """For how long the hold that was created ran, or, where it was ended before, at least must have been to run."""
    kind = step.workflow.tree.hold if step.workflow.tree else None
    hold = next((entry for entry in step.commit.created if entry.type == kind), None)
    task = step.past.task(hold.task_id) if hold is not None else None
    if hold is None or task is None:
        return ()
    for timer in task.timers:
        return ((timer.at - hold.created_at).days,)
    last = step.past.of(hold.task_id)[-1]
    ran_out = last.created_by is None and last.action == step.workflow.timers.get("time")
    ran = last.created_at - hold.created_at
    return (max(1, ran.days),) if ran_out else (ran.days + 1,)


def _due_times(step: Step, field: Field) -> tuple[object, ...]:
    times = (entry.due_time for entry in step.commit.created)
    return tuple(dict.fromkeys(to_text(due) for due in times if due is not None))


def _party(step: Step, field: Field) -> tuple[object, ...]:
    return (party_of(step.entry.assigned_party),) if step.entry.assigned_party is not None or field.nullable else ()


def _group_queue(step: Step, field: Field) -> tuple[object, ...]:
    return (step.entry.group_queue,) if step.entry.group_queue is not None else ()


def _any_text(step: Step, field: Field) -> tuple[object, ...]:
    return (KEPT_TEXT,)


SHOWN: Mapping[str, Callable[[Step, Field], tuple[object, ...]]] = {
    "connected_organization": _counterpart,
    "days": _days,
    "due_time": _due_times,
    "group_queue": _group_queue,
    "organization": _parties("organization"),
    "party": _party,
    "task_type": _created_type,
    "user": _parties("user"),
}
"""Kinds of values that what came of a step shows."""

GUESSES: Mapping[str, Callable[[Step, Field], tuple[object, ...]]] = {
    "boolean": lambda step, field: (True, False),
    "choice": lambda step, field: texts_of(field, "of"),
    "connected_organization": lambda step, field: (),
    "days": lambda step, field: (1,),
    "due_time": lambda step, field: (to_text(step.commit.at + timedelta(days=1)),),
    "email": lambda step, field: ("somebody@example.org",),
    "entity": lambda step, field: ({},),
    "integer": lambda step, field: (field.options.get("min", 0),),
    "links": lambda step, field: ([],),
    "organization": lambda step, field: tuple(step.workflow.organizations)[:1],
    "past_time": lambda step, field: (to_text(step.commit.at),),
    "prerequisites": lambda step, field: ([],),
    "tasks": lambda step, field: ([],),
    "user": lambda step, field: (step.commit.by.id if step.commit.by is not None else SYSTEM.id,),
}
"""Of kinds of values that nothing shows, those that are tried; of any other, some text."""
