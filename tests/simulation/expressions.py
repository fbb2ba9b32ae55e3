"""What PynamoDB's conditions and updates mean, for an item in memory.

The storage builds these objects for DynamoDB; the same objects are judged here, before they would be
written as text. An operator that no write uses is a KeyError, so nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pynamodb.expressions import update
from pynamodb.expressions.condition import Condition

from shared.storage.attributes import AttributeValue, Item


def holds(condition: Condition | None, item: Item) -> bool:
    """Whether the condition holds for the item; one that there is not has no attributes."""
    if condition is None:
        return True
    values: Any = condition.values
    if condition.operator in _JOINED:
        return _JOINED[condition.operator](holds(part, item) for part in values)
    left, *others = (_operand(value, item) for value in values)
    return _TESTS[condition.operator](left, *others)


def updated(actions: Iterable[update.Action], item: Item) -> Item:
    """The item after the update."""
    changed = dict(item)
    for action in actions:
        values: Any = action.values
        path, *operands = values
        name = path.path[0]
        value = _CHANGES[type(action)](item.get(name), *(operand.value for operand in operands))
        if value is None:
            changed.pop(name, None)
        else:
            changed[name] = value
    return changed


def _operand(value: Any, item: Item) -> AttributeValue | None:
    return item.get(value.path[0]) if hasattr(value, "path") else value.value


def _same(left: AttributeValue | None, right: AttributeValue | None) -> bool:
    if left is None or right is None:
        return False
    if "SS" in left and "SS" in right:
        return set(left["SS"]) == set(right["SS"])
    return left == right


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[AttributeValue | None, AttributeValue | None], bool]:
    """Only what is of one kind can be compared; numbers as numbers."""

    def test(left: AttributeValue | None, right: AttributeValue | None) -> bool:
        if left is None or right is None or left.keys() != right.keys():
            return False
        ((kind, this),), ((_, other),) = left.items(), right.items()
        return compare(int(this), int(other)) if kind == "N" else compare(this.encode(), other.encode())

    return test


_AT_LEAST = _ordered(lambda left, right: left >= right)
_AT_MOST = _ordered(lambda left, right: left <= right)

_JOINED: Mapping[str, Callable[[Iterable[bool]], bool]] = {"AND": all, "OR": any}
_TESTS: Mapping[str, Callable[..., bool]] = {
    "=": _same,
    "<": _ordered(lambda left, right: left < right),
    "<=": _AT_MOST,
    ">": _ordered(lambda left, right: left > right),
    ">=": _AT_LEAST,
    "BETWEEN": lambda value, lower, upper: _AT_LEAST(value, lower) and _AT_MOST(value, upper),
    "begins_with": lambda value, start: value is not None and value["S"].startswith(start["S"]),
    "attribute_exists": lambda value: value is not None,
    "attribute_not_exists": lambda value: value is None,
}


def _added(value: AttributeValue | None, more: AttributeValue) -> AttributeValue:
    if "N" in more:
        return {"N": str(int(value["N"] if value else 0) + int(more["N"]))}
    return {"SS": sorted({*(value["SS"] if value else ()), *more["SS"]})}


def _taken(value: AttributeValue | None, less: AttributeValue) -> AttributeValue | None:
    left = sorted(set(value["SS"] if value else ()) - set(less["SS"]))
    return {"SS": left} if left else None


_CHANGES: Mapping[type[update.Action], Callable[..., AttributeValue | None]] = {
    update.SetAction: lambda _, value: value,
    update.RemoveAction: lambda _: None,
    update.AddAction: _added,
    update.DeleteAction: _taken,
}
