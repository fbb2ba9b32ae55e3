"""What a kind of input field is, and the checks that kinds share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.definitions.workflow import Field, Workflow
from shared.domain.model.people import Caller
from shared.domain.model.plan import FieldError
from shared.domain.model.scene import Scene
from shared.domain.model.text import is_blank, is_plain

Json = dict[str, object]


class Invalid(Exception):
    """The value does not fit; `pointer` is relative to the field."""

    def __init__(self, detail: str, pointer: str = "") -> None:
        super().__init__(detail)
        self.error = FieldError(pointer, detail)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a field is read against: the loaded items, who gives it, and the time."""

    scene: Scene
    caller: Caller
    now: datetime


@dataclass(frozen=True, slots=True)
class Kind:
    """A word for a kind of value: its JSON Schema, and how it is read; `options` it takes."""

    schema: Callable[[Field, Workflow], Json]
    read: Callable[[Field, object, Reading], object]
    options: frozenset[str] = frozenset()


def escape(name: str) -> str:
    """The name as a step of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def text_of(value: object, limit: int, *, lines: bool, pointer: str = "") -> str:
    """The value as text that may be stored; raises Invalid."""
    if not isinstance(value, str):
        raise Invalid("This must be a string.", pointer)
    if is_blank(value):
        raise Invalid("This must not be empty.", pointer)
    if len(value) > limit:
        raise Invalid(f"This must be at most {limit:,} characters, not {len(value):,}.", pointer)
    if not is_plain(value, lines=lines):
        raise Invalid("This must not contain control characters.", pointer)
    return value


def object_of(value: object, required: set[str], optional: set[str], pointer: str = "") -> Json:
    """The value as an object with these fields; raises Invalid."""
    if not isinstance(value, Mapping):
        raise Invalid("This must be an object.", pointer)
    for name in value:
        if name not in required | optional:
            raise Invalid("There is no such field.", f"{pointer}/{escape(str(name))}")
    for name in sorted(required - value.keys()):
        raise Invalid("This field is required.", f"{pointer}/{name}")
    return dict(value)


def list_of(value: object, limit: int) -> Sequence[object]:
    """The value as a list of at most so many; raises Invalid."""
    if not isinstance(value, list | tuple):
        raise Invalid("This must be a list.")
    if len(value) > limit:
        raise Invalid(f"At most {limit} are possible, not {len(value)}.")
    return value
