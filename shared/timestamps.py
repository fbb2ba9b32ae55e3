"""Moments as text: in storage and on the wire always `2026-11-22T04:35:01.123Z`.

24 characters of UTC with milliseconds: texts sort as the moments do, so they stand in sort keys.
"""

import re
from datetime import UTC, datetime

# A text's T and Z may be small letters; a zone's minutes are below 60, which Python does not insist on.
_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-5][0-9])"
)


def to_text(moment: datetime) -> str:
    """The moment in UTC, cut to milliseconds; ValueError without a zone, which would be a guess."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a zone")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def parse(text: str) -> datetime:
    """The moment that an RFC 3339 text names, in UTC, cut to milliseconds; ValueError for any other text."""
    if _RFC_3339.fullmatch(text) is None:
        raise ValueError("not an RFC 3339 timestamp with a zone")
    try:
        moment = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a timestamp outside the years 1 to 9999") from error
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
