"""Cursors: where a page of a list ended, as text that a caller hands back.

A cursor says nothing but a position; what it is a position in comes from the request's path, so an
altered one shows nothing that the path would not.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from shared.domain.model.plan import Refusal
from shared.engine.session import Page, Refused

T = TypeVar("T")

_POSITION = re.compile(r"(TASK|~|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,12}Z)#[a-z0-9_-]{1,40}")


def position_cursor(position: str) -> str:
    """The cursor of a page that ends with the row at this position of an index."""
    return encoded(position)


def read_position(cursor: str | None, *, by_creation: bool) -> str | None:
    """The position that a cursor names in the index by creation or by time; raises Refused."""
    if cursor is None:
        return None
    position = decoded(cursor)
    if isinstance(position, str) and _POSITION.fullmatch(position) and position.startswith("TASK#") == by_creation:
        return position
    raise bad_cursor()


def encoded(value: object) -> str:
    """The cursor that holds a value of JSON."""
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")


def decoded(cursor: str) -> object:
    """The value that a cursor holds; raises Refused `invalid_request`."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        value: object = json.loads(text)
    except (binascii.Error, ValueError, RecursionError) as error:
        raise bad_cursor() from error
    return value


def listed_after(rows: Sequence[T], id_of: Callable[[T], str], cursor: str | None, limit: int) -> Page[T]:
    """The rows behind the one that the cursor names; they are sorted by their ids."""
    after = decoded(cursor) if cursor is not None else ""
    if not isinstance(after, str):
        raise bad_cursor()
    rest = [row for row in rows if id_of(row) > after]
    more = encoded(id_of(rest[limit - 1])) if len(rest) > limit else None
    return Page(tuple(rest[:limit]), more)


def bad_cursor() -> Refused:
    """The refusal of a cursor that this list did not give."""
    detail = "The cursor is not one that this list gave for these filters and this sort."
    return Refused(Refusal("invalid_request", detail))
