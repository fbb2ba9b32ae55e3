"""Kinds of plain values: texts, numbers, choices, moments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from shared.domain.definitions.workflow import Field, Workflow
from shared.domain.ends.roles import LONGEST, PATTERN, is_pattern
from shared.domain.model.text import EMAIL
from shared.domain.words.kind import Invalid, Json, Kind, Reading, text_of
from shared.timestamps import parse

LONG_TEXT = 10_000
DAYS = 120
ADDRESS = 254


def _limit(field: Field, default: int) -> int:
    value = field.options.get("max", default)
    return value if isinstance(value, int) else default


def _read_text(field: Field, value: object, reading: Reading) -> str:
    return text_of(value, _limit(field, 500), lines=False)


def _read_long_text(field: Field, value: object, reading: Reading) -> str:
    return text_of(value, _limit(field, LONG_TEXT), lines=True)


def _text_schema(default: int) -> Callable[[Field, Workflow], Json]:
    return lambda f, w: {"type": "string", "minLength": 1, "maxLength": _limit(f, default)}


def _read_boolean(field: Field, value: object, reading: Reading) -> bool:
    if not isinstance(value, bool):
        raise Invalid("This must be true or false.")
    return value


def _read_integer(field: Field, value: object, reading: Reading) -> int:
    low, high = _range(field)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise Invalid(f"This must be a whole number from {low} to {high}.")
    return value


def _range(field: Field) -> tuple[int, int]:
    low, high = field.options.get("min", 0), field.options.get("max", 2**31)
    return (low, high) if isinstance(low, int) and isinstance(high, int) else (0, 2**31)


def _integer_schema(field: Field, workflow: Workflow) -> Json:
    low, high = _range(field)
    return {"type": "integer", "minimum": low, "maximum": high}


def _read_days(field: Field, value: object, reading: Reading) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= DAYS:
        raise Invalid(f"This must be a whole number of days, from 1 to {DAYS}.")
    return value


def _read_choice(field: Field, value: object, reading: Reading) -> object:
    choices = _choices(field)
    if value not in choices or not isinstance(value, str):
        raise Invalid(f"This must be one of: {', '.join(choices)}.")
    return value


def _choices(field: Field) -> tuple[str, ...]:
    return texts_of(field, "of")


def texts_of(field: Field, option: str, without: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The texts of an option; those that stand for it where it is not given."""
    of = field.options.get(option, without)
    return tuple(str(choice) for choice in of) if isinstance(of, list | tuple) else ()


def email_of(value: object, pointer: str = "") -> str:
    """The value as an email address; raises Invalid."""
    address = text_of(value, ADDRESS, lines=False, pointer=pointer)
    if EMAIL.fullmatch(address) is None:
        raise Invalid("This must be an email address.", pointer)
    return address


def _read_role(field: Field, value: object, reading: Reading) -> str:
    if not isinstance(value, str) or not is_pattern(value):
        raise Invalid(f"This must be a role such as partner-surveyor, or the beginning of one with *: up to {LONGEST}.")
    return value


def _read_due_time(field: Field, value: object, reading: Reading) -> datetime:
    due = _moment(value)
    if due <= reading.now:
        raise Invalid("This must be in the future.")
    return due


def _read_past_time(field: Field, value: object, reading: Reading) -> datetime:
    moment = _moment(value)
    if moment > reading.now:
        raise Invalid("This must not be in the future.")
    return moment


def _moment(value: object) -> datetime:
    if not isinstance(value, str):
        raise Invalid("This must be a timestamp such as 2026-12-01T17:00:00Z.")
    try:
        return parse(value)
    except ValueError as error:
        raise Invalid("This must be a timestamp with a zone, as 2026-12-01T17:00:00Z.") from error


PLAIN_KINDS: Mapping[str, Kind] = {
    "text": Kind(_text_schema(500), _read_text, frozenset({"max"})),
    "note": Kind(_text_schema(LONG_TEXT), _read_long_text),
    "description": Kind(_text_schema(LONG_TEXT), _read_long_text),
    "instruction": Kind(_text_schema(LONG_TEXT), _read_long_text),
    "boolean": Kind(lambda f, w: {"type": "boolean"}, _read_boolean),
    "integer": Kind(_integer_schema, _read_integer, frozenset({"min", "max"})),
    "days": Kind(lambda f, w: {"type": "integer", "minimum": 1, "maximum": DAYS}, _read_days),
    "choice": Kind(lambda f, w: {"type": "string", "enum": list(_choices(f))}, _read_choice, frozenset({"of"})),
    "due_time": Kind(lambda f, w: {"type": "string", "format": "date-time"}, _read_due_time),
    "email": Kind(
        lambda f, w: {"type": "string", "format": "email", "maxLength": ADDRESS, "pattern": f"^{EMAIL.pattern}$"},
        lambda f, value, reading: email_of(value),
    ),
    "role": Kind(
        lambda f, w: {"type": "string", "maxLength": LONGEST, "pattern": f"^({PATTERN.pattern})$"}, _read_role
    ),
    "past_time": Kind(lambda f, w: {"type": "string", "format": "date-time"}, _read_past_time),
}
