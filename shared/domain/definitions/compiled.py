"""The compiled form of a workflow: plain JSON that a Lambda reads without a YAML parser.

The form follows the dataclasses of `workflow.py`, so that a new attribute there needs no second
description here. Reading is strict: what is missing, unknown or of another type is refused.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from shared.domain.definitions.workflow import Workflow

Json = Any


class MalformedError(ValueError):
    """The JSON is no compiled workflow; the message says where and why."""


def workflow_from(value: Json) -> Workflow:
    """The workflow that the compiled form describes; raises MalformedError."""
    workflow: Workflow = _read(Workflow, value, "")
    return workflow


def plain_from(workflow: Workflow) -> dict[str, Json]:
    """The compiled form of a workflow; attributes that have their default are left out."""
    form: dict[str, Json] = _plain(workflow)
    return form


def _read(kind: Any, value: Json, where: str) -> Any:
    """The value as the given type; the types are those that `workflow.py` uses."""
    if kind is object:
        return value
    if dataclasses.is_dataclass(kind):
        return _record(kind, value, where)
    return _READERS.get(get_origin(kind), _scalar)(kind, value, where)


@cache
def _attributes(kind: Any) -> Mapping[str, tuple[Any, bool]]:
    """The attributes of a dataclass, each with its type and whether it must be given."""
    types = get_type_hints(kind)
    missing = dataclasses.MISSING
    return {
        f.name: (types[f.name], f.default is missing and f.default_factory is missing) for f in dataclasses.fields(kind)
    }


def _record(kind: Any, value: Json, where: str) -> Any:
    given = _expect(dict, value, where)
    attributes = _attributes(kind)
    for name in given:
        if name not in attributes:
            raise MalformedError(f"{where}/{name}: unknown")
    for name, (_, required) in attributes.items():
        if required and name not in given:
            raise MalformedError(f"{where}/{name}: missing")
    return kind(**{n: _read(attributes[n][0], v, f"{where}/{n}") for n, v in given.items()})


def _optional(kind: Any, value: Json, where: str) -> Any:
    (wanted,) = (k for k in get_args(kind) if k is not type(None))
    return None if value is None else _read(wanted, value, where)


def _one_of(kind: Any, value: Json, where: str) -> Any:
    if value not in get_args(kind):
        raise MalformedError(f"{where}: {value!r} is none of {', '.join(get_args(kind))}")
    return value


def _items(kind: Any, value: Json, where: str) -> list[Any]:
    items = _expect(list, value, where)
    return [_read(get_args(kind)[0], v, f"{where}/{i}") for i, v in enumerate(items)]


def _mapping(kind: Any, value: Json, where: str) -> dict[str, Any]:
    given = _expect(dict, value, where)
    return {k: _read(get_args(kind)[1], v, f"{where}/{k}") for k, v in given.items()}


def _scalar(kind: Any, value: Json, where: str) -> Any:
    if kind is timedelta:
        return _duration(_expect(int, value, where), where)
    return _expect(kind, value, where)


def _duration(seconds: int, where: str) -> timedelta:
    try:
        return timedelta(seconds=seconds)
    except OverflowError as error:
        raise MalformedError(f"{where}: {seconds} seconds are too many") from error


def _expect(kind: type, value: Json, where: str) -> Any:
    if type(value) is not kind:  # isinstance would take true for a number
        raise MalformedError(f"{where or '/'}: {kind.__name__} expected, not {type(value).__name__}")
    return value


_READERS: Mapping[Any, Callable[[Any, Json, str], Any]] = {
    UnionType: _optional,
    Union: _optional,
    Literal: _one_of,
    tuple: lambda kind, value, where: tuple(_items(kind, value, where)),
    frozenset: lambda kind, value, where: frozenset(_items(kind, value, where)),
    Mapping: _mapping,
}


def _plain(value: Any) -> Json:
    if dataclasses.is_dataclass(value):
        return {f.name: _plain(v) for f in dataclasses.fields(value) if _differs(f, v := getattr(value, f.name))}
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, frozenset):
        return sorted(_plain(v) for v in value)
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    return int(value.total_seconds()) if isinstance(value, timedelta) else value


def _differs(field: dataclasses.Field[Any], value: object) -> bool:
    if field.default_factory is not dataclasses.MISSING:
        return bool(value != field.default_factory())
    return bool(field.default is dataclasses.MISSING or value != field.default)
