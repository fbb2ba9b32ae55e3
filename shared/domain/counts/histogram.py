"""Durations counted in logarithmic buckets: percentiles of any number of tasks from a few numbers.

A bucket spans half an octave, and a percentile is read as its geometric middle, so what is
reported is at most a fifth away from the truth, whether it is seconds or months.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from math import ceil

LAST = 52
"""The open bucket at the end: everything beyond some 18 months."""
BOUNDS = tuple(2 ** (number / 2) for number in range(LAST))


def bucket(seconds: int) -> int:
    """The bucket that counts a duration; 0 is below one second."""
    return bisect_right(BOUNDS, seconds)


def middle(number: int) -> int:
    """The duration in seconds that stands for a bucket."""
    return round(BOUNDS[number - 1] * 2**0.25) if number else 0


def percentile_of_buckets(counts: Mapping[int, int], share: float) -> int | None:
    """The duration that this share of what was counted does not exceed; None when nothing was."""
    counted = {number: count for number, count in counts.items() if count > 0}
    rank = ceil(share * sum(counted.values()))
    reached = 0
    for number in sorted(counted):
        reached += counted[number]
        if reached >= rank:
            return middle(number)
    return None


def percentile(durations: Sequence[int], share: float) -> int | None:
    """The duration that this share of them does not exceed, exactly; None without any."""
    if not durations:
        return None
    return sorted(durations)[max(0, ceil(share * len(durations)) - 1)]
