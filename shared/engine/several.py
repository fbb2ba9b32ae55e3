"""One request for several tasks, each of which commits on its own: a busy table ends it, and what was done is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from shared.domain.model.plan import Refusal
from shared.domain.model.task import TaskId
from shared.storage.store import Throttled, Unreachable

Item = TypeVar("Item")
Result = TypeVar("Result")

BUSY = Refusal("throttled", "The table is busy. Try again shortly.")
UNKNOWN = Refusal("unavailable", "The answer of the table was lost. Look whether this was done.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one task of several: without a refusal, what was asked for; `replayed`, if it was before."""

    task_id: TaskId
    refusal: Refusal | None = None
    replayed: bool = False


def each_of(
    items: Iterable[Item], work: Callable[[Item], Result], refused: Callable[[Item, Refusal], Result]
) -> tuple[Result, ...]:
    """What became of every item.

    Where the table is busy, the rest is not tried, as each try would take its time, and is told so. The
    whole request is throttled only as long as nothing was done: who hears that it was may repeat it.
    """
    results: list[Result] = []
    trouble: Refusal | None = None
    for item in items:
        if trouble is not None:
            results.append(refused(item, BUSY))
            continue
        try:
            results.append(work(item))
        except (Throttled, Unreachable) as error:
            if not results:
                raise
            trouble = BUSY if isinstance(error, Throttled) else UNKNOWN
            results.append(refused(item, trouble))
    return tuple(results)
