"""How values become attributes of an item, and values again.

What has parts (a person, links, what changed) is one text of JSON in one attribute: half the work
of DynamoDB's own lists and maps for client and parser, no size lost, and no limit on numbers or
nesting. A value equal to its default is not written at all, so items stay small.
"""

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from shared import timestamps

AttributeValue = dict[str, Any]
Item = dict[str, AttributeValue]
V = TypeVar("V")


def _plain(value: object) -> object:
    """What JSON has no word for: a moment is its text, any mapping a dictionary; the rest is an error."""
    if isinstance(value, datetime):
        return timestamps.to_text(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is no JSON")


_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_plain).encode


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to write a value into one attribute and to read it back."""

    pack: Callable[[Any], AttributeValue]
    unpack: Callable[[AttributeValue], Any]


def parts_of(made: type[V], *names: str) -> tuple[Callable[[V], list[Any]], Callable[[list[Any]], V]]:
    """To and from a list of the fields named, in this order for ever, without the last ones that say nothing."""
    default = {f.name: f.default for f in dataclasses.fields(made)}  # type: ignore[arg-type]

    def split(value: V) -> list[Any]:
        parts = [getattr(value, name) for name in names]
        while parts and parts[-1] == default[names[len(parts) - 1]]:
            parts.pop()
        return parts

    def join(parts: list[Any]) -> V:
        return made(**dict(zip(names, parts, strict=False)))

    return split, join


def as_text(split: Callable[[V], Any], join: Callable[[Any], V]) -> Kind:
    """One text of JSON."""
    return Kind(lambda value: {"S": _encode(split(value))}, lambda attribute: join(json.loads(attribute["S"])))


def as_texts(split: Callable[[V], Any], join: Callable[[Any], V]) -> Kind:
    """A tuple of values as one text of JSON."""
    return as_text(
        lambda values: [split(value) for value in values],
        lambda parts: tuple(join(part) for part in parts),
    )


TEXT = Kind(lambda value: {"S": value}, lambda attribute: attribute["S"])
NUMBER = Kind(lambda value: {"N": str(value)}, lambda attribute: int(attribute["N"]))
FLAG = Kind(lambda value: {"BOOL": value}, lambda attribute: attribute["BOOL"])
MOMENT = Kind(
    lambda value: {"S": timestamps.to_text(value)},
    lambda attribute: timestamps.parse(attribute["S"]),
)
JSON = as_text(lambda value: value, lambda value: value)
NAMES = as_text(list, tuple)
# The only list of DynamoDB's own: the stream's filter asks whether there is one.
LISTED_NAMES = Kind(
    lambda values: {"L": [{"S": value} for value in values]},
    lambda attribute: tuple(value["S"] for value in attribute["L"]),
)


class Record(Generic[V]):
    """Which attribute of an item holds which field of a value: that of its name, in the API's spelling.

    A field that equals its default has no attribute, unless it is one of `always`, on which
    conditions rest.
    """

    def __init__(
        self, made: type[V], fields: Mapping[str, Kind], always: frozenset[str] = frozenset(), prefix: str = ""
    ) -> None:
        self._made = made
        default = {f.name: _default(f) for f in dataclasses.fields(made)}  # type: ignore[arg-type]
        self._fields = [
            (name, _camel(prefix + name), kind, dataclasses.MISSING if name in always else default[name])
            for name, kind in fields.items()
        ]

    @property
    def attributes(self) -> tuple[str, ...]:
        """The names of the attributes."""
        return tuple(attribute for _, attribute, _, _ in self._fields)

    def pack(self, value: V) -> Item:
        """The attributes of the value."""
        item = {}
        for name, attribute, kind, default in self._fields:
            part = getattr(value, name)
            if part is not None and part != default:
                item[attribute] = kind.pack(part)
        return item

    def unpack(self, item: Item, **known: Any) -> V:
        """The value, with the fields that are `known` from elsewhere, and as known unless the item says more."""
        for name, attribute, kind, _ in self._fields:
            if attribute in item:
                known[name] = kind.unpack(item[attribute])
        return self._made(**known)


def _default(field: "dataclasses.Field[Any]") -> Any:
    return field.default if field.default_factory is dataclasses.MISSING else field.default_factory()


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
