"""Input at random that an action may take: of each kind of field, some value that fits more often than not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from shared.domain.definitions.workflow import Action, Field, Workflow
from shared.domain.words.fields import OPTION
from shared.timestamps import to_text

OPTIONAL = 0.3
"""How often a field is given that need not be."""


@dataclass(frozen=True, slots=True)
class Known:
    """What input can name: people, organizations, and the case's tasks."""

    workflow: Workflow
    users: Sequence[str]
    organizations: Sequence[str]
    tasks: Sequence[str]
    now: datetime


def given(action: Action, known: Known, random: Random) -> dict[str, object]:
    """The input of the action; of one with options, one of those."""
    if action.options:
        name = random.choice(sorted(action.options))
        return {OPTION: name, **given(action.options[name], known, random)}
    group = random.choice(action.either) if action.either else ()
    left_out = {name for names in action.either for name in names} - set(group)
    return _values((f for f in action.fields if f.name not in left_out), group, known, random)


def _values(fields: Iterable[Field], always: Sequence[str], known: Known, random: Random) -> dict[str, object]:
    values: dict[str, object] = {}
    for field in fields:
        if field.kind in VALUES and (field.required or field.name in always or random.random() < OPTIONAL):
            values[field.name] = VALUES[field.kind](field, known, random)
    return values


def _party(field: Field, known: Known, random: Random) -> object:
    if field.nullable and random.random() < OPTIONAL:
        return None
    kinds = [kind for kind in ("user", "organization") if kind in field.options.get("of", ("user", "organization"))]  # type: ignore[operator]
    kind = random.choice(kinds)
    return {"kind": kind, "id": random.choice(known.users if kind == "user" else known.organizations)}


def _task_type(field: Field, known: Known, random: Random) -> object:
    family = field.options.get("family")
    return random.choice([t.name for t in known.workflow.types.values() if t.family == family])


VALUES: Mapping[str, Callable[[Field, Known, Random], object]] = {
    "boolean": lambda f, k, r: r.random() < 0.5,
    "choice": lambda f, k, r: r.choice(list(f.options["of"])),  # type: ignore[call-overload]
    "connected_organization": lambda f, k, r: r.choice(k.organizations),
    "days": lambda f, k, r: r.randint(1, 3),
    "description": lambda f, k, r: r.choice(("This.", "That.")),
    "due_time": lambda f, k, r: to_text(k.now + timedelta(days=r.randint(1, 3))),
    "email": lambda f, k, r: "ida@example.org",
    "group_queue": lambda f, k, r: r.choice(k.organizations),
    "instruction": lambda f, k, r: r.choice(("Look here.", "Look there.")),
    "integer": lambda f, k, r: r.randint(0, 3),
    "note": lambda f, k, r: "Because.",
    "organization": lambda f, k, r: r.choice(k.organizations),
    "organization_id": lambda f, k, r: r.choice(k.organizations),
    "party": _party,
    "prerequisites": lambda f, k, r: r.sample(list(k.tasks), min(len(k.tasks), r.randint(0, 2))),
    "task_type": _task_type,
    "text": lambda f, k, r: r.choice(("one", "two")),
    "user": lambda f, k, r: r.choice(k.users),
}
