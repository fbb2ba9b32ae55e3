"""Holds a workflow file to its JSON Schema, and says in words where it does not fit."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from shared.compile.problem import Problem, quoted
from shared.compile.source import Source
from shared.domain.checks.finding import Place, nearest

SCHEMA = Path(__file__).parents[1] / "workflows" / "workflow.schema.json"
NAMES = {
    "object": "a mapping (`key: value`)",
    "array": "a list (`[a, b]`)",
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "nothing",
    "number": "a number with a point",
}
PYTHON = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
}

Told = Iterator[tuple[Place, str, str]]
"""Place, reason, hint."""


@cache
def schema() -> Mapping[str, Any]:
    """The JSON Schema of workflow files."""
    read: Mapping[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return read


def _fits_pattern(validator: Any, pattern: str, value: object, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    """As JSON Schema means it: `$` is the end, while Python finds it before a line break at the end, too."""
    del validator, schema
    if isinstance(value, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), value):
        yield ValidationError("")


# A whole number is written without a point: nothing that is read from the file is guessed.
VALIDATOR = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {"pattern": _fits_pattern},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int),
)


@dataclass(frozen=True, slots=True)
class Miss:
    """A value that one keyword of its schema does not allow; `branch` counts choices within it."""

    place: Place
    value: Any
    schema: Mapping[str, Any]
    keyword: str
    wanted: Any
    branch: int | str = ""
    within: tuple[Miss, ...] = ()

    @property
    def advice(self) -> str:
        """What the schema says to people who get it wrong."""
        return str(self.schema.get("$comment", ""))


def misshapen(source: Source) -> tuple[Problem, ...]:
    """Everything about the file that its JSON Schema does not allow."""
    errors = VALIDATOR(schema()).iter_errors(source.value)
    told = dict.fromkeys(line for error in errors for line in _told(_miss(error)))
    return tuple(source.problem(place, reason, hint, "schema") for place, reason, hint in told)


def _miss(error: Any) -> Miss:
    """What jsonschema says, by its parts; a bad name of a key is found at that key."""
    place = tuple(error.absolute_path)
    if "propertyNames" in error.absolute_schema_path:
        place = (*place, error.instance)
    within = tuple(_miss(inner) for inner in error.context or ())
    branch = next(iter(error.schema_path), "")
    return Miss(place, error.instance, error.schema, error.validator, error.validator_value, branch, within)


def _told(miss: Miss) -> Told:
    return TELLERS.get(miss.keyword, _limits)(miss)


def _unknown(miss: Miss) -> Told:
    known = miss.schema.get("properties", {})
    for key in miss.value:
        if key not in known:
            yield (*miss.place, key), f"There is no key {quoted(key)} here.", nearest(key, known)


def _missing(miss: Miss) -> Told:
    for key in miss.wanted:
        if key not in miss.value:
            described = miss.schema.get("properties", {}).get(key, {}).get("description", "")
            yield miss.place, f"The key {key!r} is missing.", str(described)


def _wrong_type(miss: Miss) -> Told:
    yield _expected(miss, miss.wanted if isinstance(miss.wanted, list) else [miss.wanted])


def _expected(miss: Miss, wanted: Iterable[str]) -> tuple[Place, str, str]:
    types = list(dict.fromkeys(wanted))
    given = NAMES.get(PYTHON.get(type(miss.value), ""), "something else")
    words = " or ".join(NAMES[name] for name in types if name != "null")
    bare = "string" in types and isinstance(miss.value, bool | int | float)
    return miss.place, f"Expected {words}, not {given}.", "Put it in quotes." if bare else miss.advice


def _none_of(miss: Miss, known: Iterable[object]) -> tuple[Place, str, str]:
    what = miss.schema.get("title", "value")
    return miss.place, f"There is no {what} {quoted(miss.value)}.", nearest(str(miss.value), map(str, known))


def _no_choice(miss: Miss) -> Told:
    """Of several shapes, the one that the value seems to be meant as is explained."""
    words = [choice["const"] for choice in miss.wanted if "const" in choice]
    types = [choice["type"] for choice in miss.wanted if "const" not in choice] + ["string"] * bool(words)
    meant = PYTHON.get(type(miss.value))
    if meant not in types:
        yield _expected(miss, types)
    elif words and meant == "string":
        yield _none_of(miss, words)
    else:
        inner = (m for m in miss.within if miss.wanted[int(m.branch)].get("type") == meant)
        yield from (told for m in inner for told in _told(m))


def _bad_text(miss: Miss) -> Told:
    yield miss.place, f"{quoted(miss.value)} cannot be used here.", miss.advice


def _empty(miss: Miss) -> Told:
    yield miss.place, "Something must stand here.", miss.advice


def _twice(miss: Miss) -> Told:
    for index, item in enumerate(miss.value):
        if item in miss.value[:index]:
            yield (*miss.place, index), f"{quoted(item)} stands here twice.", "Keep one."


def _limits(miss: Miss) -> Told:
    limit = LIMITS.get(miss.keyword, f"must fit {miss.keyword}")
    yield miss.place, f"{quoted(miss.value)} {limit} {miss.wanted}.", miss.advice


LIMITS = {"minimum": "must be at least", "maximum": "must be at most", "maxLength": "is longer than"}
TELLERS: Mapping[str, Callable[[Miss], Told]] = {
    "additionalProperties": _unknown,
    "required": _missing,
    "type": _wrong_type,
    "anyOf": _no_choice,
    "pattern": _bad_text,
    "not": _bad_text,
    "minItems": _empty,
    "minProperties": _empty,
    "minLength": _empty,
    "uniqueItems": _twice,
}
