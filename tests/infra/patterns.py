"""Lambda's event filters, as AWS documents them: a pattern sees leaves, and looks through lists."""

from typing import Any


def matches(pattern: dict[str, Any], event: Any) -> bool:
    """Whether a record passes the filter; `exists` is true of leaves only."""
    return all(_matches_key(wanted, _under(event, key)) for key, wanted in pattern.items())


def _matches_key(wanted: Any, found: list[Any]) -> bool:
    if isinstance(wanted, dict):
        return any(matches(wanted, value) for value in found)
    leaves = [leaf for value in found for leaf in _leaves(value)]
    return any(_matches_rule(rule, leaves) for rule in wanted)


def _matches_rule(rule: Any, leaves: list[Any]) -> bool:
    if isinstance(rule, dict) and "exists" in rule:
        return bool(leaves) is rule["exists"]
    if isinstance(rule, dict):
        return any(isinstance(leaf, str) and leaf.startswith(rule["prefix"]) for leaf in leaves)
    return rule in leaves


def _under(event: Any, key: str) -> list[Any]:
    objects = event if isinstance(event, list) else [event]
    return [each[key] for each in objects if isinstance(each, dict) and key in each]


def _leaves(value: Any) -> list[Any]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if not isinstance(each, dict)]
