"""Cursors of lists whose positions are the engine's own: opaque outside, checked when they come back."""

from __future__ import annotations

import re

from shared.engine.cursors import bad_cursor, decoded, encoded

_VERSIONS = 10**9
_TIMELINE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,12}Z#[A-Za-z0-9_-]{1,40}#[0-9]{6,9}")


def opaque(position: str | None) -> str | None:
    """The cursor for a position; None at the end of the list."""
    return None if position is None else encoded(position)


def version(cursor: str | None) -> int:
    """The version after which a history goes on; 0 for the beginning. Raises Refused."""
    text = position(cursor)
    if text is None:
        return 0
    if not (text.isascii() and text.isdigit() and int(text) < _VERSIONS):
        raise bad_cursor()
    return int(text)


def timeline(cursor: str | None) -> str | None:
    """The position before which a timeline goes on; None for the newest. Raises Refused."""
    text = position(cursor)
    if text is not None and not _TIMELINE.fullmatch(text):
        raise bad_cursor()
    return text


def position(cursor: str | None) -> str | None:
    """The position that a cursor holds. Raises Refused `invalid_request`."""
    if cursor is None:
        return None
    value = decoded(cursor)
    if not isinstance(value, str):
        raise bad_cursor()
    return value
