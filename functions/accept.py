"""What a caller takes, by headers such as Accept and Accept-Encoding (RFC 9110, 12.5)."""

from __future__ import annotations

from collections.abc import Sequence


def prefers(accept: str, offered: Sequence[str]) -> str:
    """The offered media type that an Accept header ranks highest; the first one where it names none.

    Ties go to what is named first: a client that lists two has put the better one in front.
    """
    ranked = sorted(weighted(accept), key=lambda entry: -entry[1])
    for wanted, weight in ranked:
        for media_type in offered:
            if weight > 0 and _matches(wanted, media_type):
                return media_type
    return offered[0]


def weighted(header: str) -> list[tuple[str, float]]:
    """What the header names, in lower case and in its order, each with its weight (RFC 9110, 12.4.2).

    The weight is 1 where none is given, and 0 where it cannot be read.
    """
    return [(part.partition(";")[0].strip().lower(), _weight(part)) for part in header.split(",") if part.strip()]


def _weight(part: str) -> float:
    for parameter in part.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def _matches(wanted: str, media_type: str) -> bool:
    return wanted in (media_type, "*/*", f"{media_type.partition('/')[0]}/*")
