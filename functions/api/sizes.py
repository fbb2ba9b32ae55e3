"""How large an answer may be: Lambda takes 6 MB, with the body as one text inside."""

from __future__ import annotations

import json
from collections.abc import Iterable

MOST = 5_000_000
"""Bytes for what can be cut in an answer; what is left of the 6 MB is for everything around it."""


def size(value: object) -> int:
    """Bytes that the value takes at most: JSON within JSON, every character escaped that may be."""
    return len(json.dumps(json.dumps(value, separators=(",", ":"), ensure_ascii=False)))


def fitting(items: Iterable[object], room: int | None = None) -> int:
    """How many of the items, from the first on, fit an answer; at least one, so that a list always goes on."""
    left = MOST if room is None else room
    count = 0
    for item in items:
        left -= size(item)
        if left < 0 and count:
            break
        count += 1
    return count
