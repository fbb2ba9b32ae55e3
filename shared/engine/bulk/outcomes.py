"""What became of each of many tasks, also where the table is busy, or the time is up, before all were tried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from shared.domain.model.plan import Refusal
from shared.domain.model.task import TaskId
from shared.engine.session import Refused, Session
from shared.storage.store import Throttled, Unreachable

Item = TypeVar("Item")
Result = TypeVar("Result")

PATIENCE = timedelta(seconds=18)
"""After this time no further item is begun: API Gateway gives up after 30 s, and one item may take some of them."""
BUSY = Refusal("throttled", "The table is busy. Try again shortly.")
UNKNOWN = Refusal("unavailable", "The answer of the table was lost. Look whether this was done.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one of the tasks: done, unless there is a refusal; `replayed`, if an earlier request did it."""

    task_id: TaskId
    refusal: Refusal | None = None
    replayed: bool = False


def is_repeat(replayed: Sequence[bool], *, nothing_chosen: bool = False) -> bool:
    """Whether the request repeats an earlier one and did nothing new.

    `replayed` says of each item that was done whether an earlier request did it. `nothing_chosen` says that there
    was an earlier one, which found nothing to do.
    """
    return nothing_chosen or (bool(replayed) and all(replayed))


def each_of(
    session: Session,
    items: Iterable[Item],
    work: Callable[[Item], Result],
    refused: Callable[[Item, Refusal], Result],
) -> tuple[Result, ...]:
    """What became of every item, in order: what `work` gives, or what `refused` makes of a refusal.

    Once the table is busy, or PATIENCE is over, the other items are not tried, and are refused as `throttled`. Raises
    Throttled or Unreachable only for the first item, as nothing was done then, and the caller may repeat the whole.
    Refused, and an unexpected error, refuse their own item alone: the answer still tells what was done with the others.
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
        except Refused as alone:
            results.append(refused(item, alone.refusal))
        except Exception as error:  # noqa: BLE001 (whatever it is, the other items are told of)
            results.append(refused(item, session.unexpected(error)))
    return tuple(results)
