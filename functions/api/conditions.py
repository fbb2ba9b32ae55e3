"""What the headers of a request demand: conditions and Idempotency-Key; and ETags, which If-Match answers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from functions.api.problems import Problem

NEVER = 0
"""No version has this number, so that an ETag that is none of ours never matches."""

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
IF_MATCH = rf"[ \t]*(?:\*|{_TAG}(?:[ \t]*,[ \t]*{_TAG})*)[ \t]*"
"""What the header may be, as a pattern for the whole of it; the OpenAPI document has it, too."""

_IF_MATCH = re.compile(IF_MATCH)
_OURS = re.compile(r'"([1-9][0-9]{0,9})"')
_KEY = re.compile(r"[\x20-\x7e]{1,255}")


def etag(version: int) -> str:
    """The ETag of a version."""
    return f'"{version}"'


def if_match(headers: Mapping[str, str]) -> int | None:
    """The version that the caller has seen, none if any will do; raises Problem for what is no entity tag.

    A weak tag counts like the strong one: ours are version numbers, and only something between
    the caller and us can have weakened it.
    """
    given = headers.get("if-match")
    if given is None:
        return None
    if not _IF_MATCH.fullmatch(given):
        raise Problem("invalid_request", 'If-Match must be an entity tag such as "3", or *.')
    if given.strip() == "*":
        return None
    versions = {int(version) for version in _OURS.findall(given)}
    if len(versions) > 1:
        raise Problem("invalid_request", "If-Match may name one version; this one names several.")
    return versions.pop() if versions else NEVER


def no_if_match(headers: Mapping[str, str]) -> None:
    """Raises Problem where a write that knows no version gets one.

    RFC 9110, 13.1.1: who sends it does not want the write unless it holds. To pass over it would overwrite
    what the caller has not seen, while they think that they are safe from that.
    """
    if "if-match" in headers:
        raise Problem(
            "invalid_request",
            "If-Match counts where one thing with a version is changed, and cannot be judged here. Leave it out.",
        )


def no_other_condition(headers: Mapping[str, str]) -> None:
    """Raises Problem for a write under a condition that is never judged here, for the same reason."""
    for name in ("If-None-Match", "If-Unmodified-Since"):
        if name.lower() in headers:
            raise Problem("invalid_request", f"{name} cannot be judged for a write. Leave it out; see If-Match.")


def idempotency_key(headers: Mapping[str, str]) -> str | None:
    """The key under which a repeat is known, if one is given; raises Problem for one that cannot be."""
    given = headers.get("idempotency-key")
    if given is not None and not _KEY.fullmatch(given):
        raise Problem("invalid_request", "Idempotency-Key must be 1 to 255 printable ASCII characters.")
    return given
