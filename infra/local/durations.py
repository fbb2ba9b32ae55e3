"""Durations as people type them: `90d`, `2h30m`, `45s`."""

import re

from infra.local.obstacle import ObstacleError

SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
LONGEST_DAYS = 36_500
_PART = re.compile(r"([0-9]{1,9})([wdhms])")
_WHOLE = re.compile(r"(?:[0-9]{1,9}[wdhms])+")


def parse_duration(text: str) -> int:
    """Return the seconds that a text like `90d` or `1d12h` stands for; refuse everything else."""
    if text.startswith("-"):
        raise ObstacleError("The clock does not go back.", "A stack that begins anew has the present time.")
    compact = text.replace(" ", "").lower()
    if not _WHOLE.fullmatch(compact):
        raise ObstacleError(
            f"'{text}' is not a duration.",
            "Give numbers with units: w(eeks), d(ays), h(ours), m(inutes), s(econds), as in 90d or 2h30m.",
        )
    seconds = sum(int(number) * SECONDS[unit] for number, unit in _PART.findall(compact))
    if not 0 < seconds <= LONGEST_DAYS * SECONDS["d"]:
        raise ObstacleError(f"'{text}' is out of range.", "Give between one second and a hundred years.")
    return seconds


def format_duration(seconds: int) -> str:
    """Return seconds in the two largest units that apply: `90d`, `1d 12h`, `0s`."""
    parts = []
    for unit, size in list(SECONDS.items())[1:]:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or "0s"
