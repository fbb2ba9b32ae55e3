"""New ids, and what the ids that callers give may look like.

No id can hold a `#`, which separates the parts of a key, so no id can reach another item's key.
"""

import re
import secrets
from datetime import UTC, datetime, timedelta

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 16
_RANDOM_BITS = 32
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

_CASE = re.compile(r"[A-Za-z0-9_-]{1,40}")
_LOCAL = re.compile(r"[a-z0-9_-]{1,40}")
_USER = re.compile(r"[A-Za-z0-9._@|+:-]{1,128}")
# The caller's own address, and steps in a path: nobody could be reached under these.
_NO_USER = frozenset({"me", ".", ".."})
_CONNECTION = re.compile(r"[a-z0-9]{1,40}")
_ORGANIZATION = re.compile(r"[a-z0-9-]{1,64}")


def new_id(now: datetime) -> str:
    """16 characters of Crockford's base32 that sort by time: 48 bits of milliseconds, 32 random ones."""
    number = (now - _EPOCH) // _MILLISECOND << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    shifts = range(5 * (_LENGTH - 1), -1, -5)
    return "".join(_ALPHABET[number >> shift & 31] for shift in shifts)


def is_case_id(text: str) -> bool:
    """Whether a case may have this id."""
    return _CASE.fullmatch(text) is not None


def is_task_id(text: str) -> bool:
    """Whether a task may have this id: its case's id, a dot, and its own within the case."""
    case_id, dot, local = text.partition(".")
    return dot == "." and is_case_id(case_id) and _LOCAL.fullmatch(local) is not None


def is_user_id(text: str) -> bool:
    """Whether a user may have this id."""
    return text not in _NO_USER and _USER.fullmatch(text) is not None


def is_organization_id(text: str) -> bool:
    """Whether an organization may have this id."""
    return _ORGANIZATION.fullmatch(text) is not None


def is_connection_id(text: str) -> bool:
    """Whether a connection may have this id."""
    return _CONNECTION.fullmatch(text) is not None
