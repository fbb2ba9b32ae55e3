"""The values that a field can have, where they are few: what conditions may ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from shared.domain.checks.finding import Finding, Place, nearest
from shared.domain.definitions.workflow import Field, Workflow

Domains = Mapping[str, tuple[object, ...]]
TRUTHS = (True, False)


def domains(fields: Iterable[Field]) -> Domains:
    """The possible values, by field, or by the flag that stands in it behind a dot."""
    found: dict[str, tuple[object, ...]] = {}
    for field in fields:
        if field.kind == "boolean":
            found[field.name] = TRUTHS
        if field.kind == "choice":
            found[field.name] = (*found.get(field.name, ()), *texts(field.options.get("of")))
        found |= {f"{field.name}.{flag}": TRUTHS for flag in texts(field.options.get("flags"))}
    return found


def texts(value: object) -> tuple[str, ...]:
    """The texts of an option; none where it is no list."""
    return tuple(map(str, value)) if isinstance(value, tuple | list) else ()


def never(known: Domains, name: str, value: object) -> tuple[str, str] | None:
    """Why a condition on a field of few values never holds, and what would; None if it may."""
    if value in known[name]:
        return None
    return f"{name!r} is never {value!r}.", nearest(str(value), map(str, known[name]))


def conditions_can_hold(workflow: Workflow) -> Iterator[Finding]:
    """A condition on input asks for a value that the input can have: of few values, so that all are looked at."""
    for place, action in workflow.every_action():
        known = domains(action.fields)
        for index, target in enumerate(action.target):
            where: Place = (*place, "to", index, "when")
            for value in (word.arguments.get("value") for word in target.conditions):
                for name, wanted in value.items() if isinstance(value, Mapping) else ():
                    if (told := _told(known, str(name), wanted)) is not None:
                        yield Finding("conditions-can-hold", where, *told)


def _told(known: Domains, name: str, wanted: object) -> tuple[str, str] | None:
    if name not in known:
        return f"The input {name!r} may be anything.", "Ask for a field of kind `choice` or `boolean`."
    return never(known, name, wanted)
