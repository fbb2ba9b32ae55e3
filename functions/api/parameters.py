"""Query parameters: each is declared once, for reading a request and for the OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Generic, TypeVar, cast
from urllib.parse import parse_qsl

from functions.api.problems import Problem
from shared.domain.model.text import is_plain

T = TypeVar("T")
MAX_TEXT = 1_000
MAX_VALUES = 100
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Parameter(Generic[T]):
    """A query parameter; `read` raises ValueError with a sentence about what is wrong."""

    name: str
    description: str
    schema: Mapping[str, object]
    read: Callable[[str], Any]
    default: T
    repeatable: bool = False
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """The values of a request's query parameters, looked up by their declaration."""

    values: Mapping[str, object]

    def __getitem__(self, parameter: Parameter[T]) -> T:
        return cast("T", self.values.get(parameter.name, parameter.default))


def whole(name: str, description: str, low: int, high: int, default: int) -> Parameter[int]:
    """A whole number within bounds."""

    def read(text: str) -> int:
        # No longer than any number within bounds, and ASCII: int() takes other scripts' digits, too.
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(high)) and low <= int(text) <= high):
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(text)

    schema = {"type": "integer", "minimum": low, "maximum": high, "default": default}
    return Parameter(name, description, schema, read, default)


def choice(name: str, description: str, of: Sequence[str], default: str | None = None) -> Parameter[str | None]:
    """One word of a fixed list; without a default, none."""
    schema: dict[str, object] = {"type": "string", "enum": list(of)}
    if default is not None:
        schema["default"] = default
    return Parameter(name, description, schema, _one_of(of), default)


def flag(name: str, description: str) -> Parameter[bool]:
    """`true` or `false`; false where it is not given."""
    schema = {"type": "boolean", "default": False}
    return Parameter(name, description, schema, _boolean, default=False)


def maybe(name: str, description: str) -> Parameter[bool | None]:
    """`true` or `false`, or neither where it is not given."""
    return Parameter(name, description, {"type": "boolean"}, _boolean, None)


def text(name: str, description: str) -> Parameter[str | None]:
    """Any text without control characters."""
    return Parameter(name, description, {"type": "string", "minLength": 1, "maxLength": MAX_TEXT}, _text, None)


def needed(name: str, description: str) -> Parameter[str]:
    """The same, which must be given."""
    return replace(cast("Parameter[str]", text(name, description)), needed=True)


def texts(name: str, description: str) -> Parameter[tuple[str, ...]]:
    """Texts: the parameter may be repeated, and any of the values may match."""
    items = {"type": "string", "minLength": 1, "maxLength": MAX_TEXT}
    schema = {"type": "array", "items": items, "maxItems": MAX_VALUES}
    return Parameter(name, description, schema, _text, (), repeatable=True)


def day(name: str, description: str) -> Parameter[date | None]:
    """A day, as 2026-12-01."""
    return Parameter(name, description, {"type": "string", "format": "date"}, _day, None)


def read_query(query_string: str, parameters: Sequence[Parameter[Any]]) -> Query:
    """The values in a query string; raises Problem `invalid_request` for what was not declared."""
    declared = {parameter.name: parameter for parameter in parameters}
    values: dict[str, object] = {}
    for name, given in _pairs(query_string):
        parameter = declared.get(name)
        if parameter is None:
            raise Problem("invalid_request", f"There is no query parameter {name[:100]!r} here.")
        value = _read(parameter, given)
        if parameter.repeatable:
            values[name] = (*cast("tuple[object, ...]", values.get(name, ())), value)
        elif name in values:
            raise Problem("invalid_request", f"The query parameter {name!r} is given twice.")
        else:
            values[name] = value
    for parameter in parameters:
        if parameter.needed and parameter.name not in values:
            raise Problem("invalid_request", f"The query parameter {parameter.name!r} is needed.")
    return Query(values)


def _pairs(query_string: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query_string, keep_blank_values=True, errors="strict", max_num_fields=MAX_VALUES)
    except ValueError as error:
        detail = f"The query string is not well-formed UTF-8, or has more than {MAX_VALUES} parameters."
        raise Problem("invalid_request", detail) from error


def _read(parameter: Parameter[Any], given: str) -> object:
    try:
        return parameter.read(given)
    except ValueError as error:
        raise Problem("invalid_request", f"The query parameter {parameter.name!r} {error}.") from error


def _one_of(of: Sequence[str]) -> Callable[[str], str]:
    def read(given: str) -> str:
        if given not in of:
            raise ValueError(f"must be one of: {', '.join(of)}")
        return given

    return read


def _boolean(given: str) -> bool:
    return _one_of(("true", "false"))(given) == "true"


def _text(given: str) -> str:
    if not given or len(given) > MAX_TEXT or not is_plain(given):
        raise ValueError(f"must be 1 to {MAX_TEXT} characters, none of them a control character")
    return given


def _day(given: str) -> date:
    try:
        # The one form of the many that Python would read.
        return date.fromisoformat(given if _DAY.fullmatch(given) else "")
    except ValueError as error:
        raise ValueError("must be a day, as 2026-12-01") from error


# What most lists take.
LIMIT = whole("limit", "How many items a page may have.", 1, 500, 100)
CURSOR = text("cursor", "`nextCursor` of the page before.")
