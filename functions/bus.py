"""The event bus, and how the functions put events on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

SOURCE = "casetree"
# What PutEvents takes at a time.
COUNT = 10
BYTES = 256 * 1024
ATTEMPTS = 4
FIRST_PAUSE = 0.2
"""Seconds; each pause is twice as long as the one before."""

Event = Mapping[str, Any]


class Client(Protocol):
    """The client of the event bus."""

    def put_events(self, *, Entries: Sequence[Event]) -> Mapping[str, Any]: ...  # noqa: N803 (named by AWS)


@dataclass(frozen=True, slots=True)
class EventBus:
    """The event bus of the stack."""

    client: Client
    name: str
    pause: Callable[[float], None]

    def put(self, events: Sequence[Event]) -> frozenset[int]:
        """The events are on the bus, but for those whose numbers are returned: it did not take them.

        One may be there twice: the bus forgets nothing that it took, but its answer may be lost.
        """
        failed: set[int] = set()
        for numbers in batches(events):
            failed |= self._put(events, numbers)
        return frozenset(failed)

    def _put(self, events: Sequence[Event], numbers: Sequence[int]) -> set[int]:
        for attempt in range(ATTEMPTS):
            if attempt:
                self.pause(FIRST_PAUSE * 2 ** (attempt - 1))
            results = self.client.put_events(Entries=[events[number] for number in numbers])["Entries"]
            numbers = [n for n, result in zip(numbers, results, strict=True) if result.get("ErrorCode")]
            if not numbers:
                break
        return set(numbers)


def batches(events: Sequence[Event]) -> Iterator[list[int]]:
    """The numbers of the events, in order, as many together as one call takes."""
    batch: list[int] = []
    total = 0
    for number, event in enumerate(events):
        size = size_of(event)
        if batch and (len(batch) == COUNT or total + size > BYTES):
            yield batch
            batch, total = [], 0
        batch.append(number)
        total += size
    if batch:
        yield batch


def size_of(event: Event) -> int:
    """How large the bus takes an event to be: its texts, and 14 bytes for its time."""
    texts = (event["Source"], event["DetailType"], event["Detail"])
    return 14 + sum(len(text.encode()) for text in texts)
