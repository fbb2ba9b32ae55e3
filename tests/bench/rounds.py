"""Works that are measured beside each other: in turns, so that whatever else the machine does meets all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median

Work = Callable[[int], object]
MILLISECONDS = 1_000


@dataclass(slots=True)
class Times:
    """How long a work took in each round, in milliseconds: on the wall, and of this process's processor."""

    walls: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    @property
    def wall(self) -> float:
        return median(self.walls)

    @property
    def cpu(self) -> float:
        return median(self.processor)

    def take(self, work: Callable[[], object]) -> None:
        """The work is done once more, and timed."""
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        self.walls.append((time.perf_counter() - wall) * MILLISECONDS)
        self.processor.append((time.process_time() - cpu) * MILLISECONDS)


def interleaved(rounds: int, works: Mapping[str, Work], warm_up: int = 3) -> dict[str, Times]:
    """The times of each work, done once in each round; each round begins with another one.

    A work is told the number of the round. Those of the rounds that warm up come first, and are not timed.
    """
    times = {name: Times() for name in works}
    names = list(works)
    for number in range(warm_up):
        for name in names:
            works[name](number)
    for number in range(warm_up, warm_up + rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            times[name].take(lambda name=name, number=number: works[name](number))  # type: ignore[misc]
    return times
