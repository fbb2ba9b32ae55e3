"""One request for several tasks, each of which commits on its own: a busy table ends it, and what was done is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from shared.domain.model.plan import Refusal
from shared.storage.store import Throttled, Unreachable

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

BUSY = Refusal("throttled", "The table is busy. Try again shortly.")
UNKNOWN = Refusal("unavailable", "The answer of the table was lost. Look whether this was done.")


def each_of(
    items: Iterable[Item], work: Callable[[Item], Outcome], refused: Callable[[Item, Refusal], Outcome]
) -> tuple[Outcome, ...]:
    """What became of every item.

    Where the table is busy, the rest is not tried, as each try would take its time, and is told so. The
    whole request is throttled only as long as nothing was done: who hears that it was may repeat it.
    """
    outcomes: list[Outcome] = []
    trouble: Refusal | None = None
    for item in items:
        if trouble is not None:
            outcomes.append(refused(item, BUSY))
            continue
        try:
            outcomes.append(work(item))
        except (Throttled, Unreachable) as error:
            if not outcomes:
                raise
            trouble = BUSY if isinstance(error, Throttled) else UNKNOWN
            outcomes.append(refused(item, trouble))
    return tuple(outcomes)
