"""One request for several tasks, each of which commits on its own: a busy table ends it, and what was done is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from shared.domain.model.plan import Refusal
from shared.domain.model.task import TaskId
from shared.engine.session import Session
from shared.storage.store import Throttled, Unreachable

Item = TypeVar("Item")
Result = TypeVar("Result")

PATIENCE = timedelta(seconds=18)
"""After it nothing more is begun: API Gateway gives up after 30 s, and an item takes some where the table is silent."""
BUSY = Refusal("throttled", "The table is busy. Try again shortly.")
UNKNOWN = Refusal("unavailable", "The answer of the table was lost. Look whether this was done.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one task of several: without a refusal, what was asked for; `replayed`, if it was before."""

    task_id: TaskId
    refusal: Refusal | None = None
    replayed: bool = False


def is_repeat(replayed: Sequence[bool], *, nothing_chosen: bool = False) -> bool:
    """Whether all that was done, and it was something, was done before; or `nothing_chosen` was before."""
    return nothing_chosen or (bool(replayed) and all(replayed))


def each_of(
    session: Session,
    items: Iterable[Item],
    work: Callable[[Item], Result],
    refused: Callable[[Item, Refusal], Result],
) -> tuple[Result, ...]:
    """What became of every item.

    Where the table is busy, or so slow that nobody would see the answer any more, the rest is not tried,
    and is told so. The whole request is throttled only as long as nothing was done: who hears that it was
    may repeat it. An error that nobody expected is noted and told of its item alone: what was done with others
    would be hidden behind it.
    """
    results: list[Result] = []
    trouble: Refusal | None = None
    end = session.now() + PATIENCE
    for item in items:
        if trouble is None and session.now() > end:
            trouble = BUSY
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
        except Exception as error:  # noqa: BLE001 (whatever it is, the other items are told of)
            results.append(refused(item, session.unexpected(error)))
    return tuple(results)
