"""Functions are called as AWS would call them, and what it would bill is written down."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import Any

from functions.hooks.handler import react
from functions.relay.events import Bus
from functions.relay.handler import relay
from functions.streams import FailureQueue
from shared.domain.model.task import Entry
from shared.storage.case_items import entry_item
from tests.bench.cost import metered
from tests.bench.deployment import Deployment, entries_of
from tests.bench.rounds import Times
from tests.bench.usage import Run, Usage
from tests.engine.world import record_of
from tests.functions.fakes import Context, Queue


@dataclass(frozen=True, slots=True)
class Together:
    """How many records a function gets at a time.

    One for the hooks, which wait for nobody: the dearest case. Some for the relay, which waits a second for company.
    """

    hooks: int = 1
    relay: int = 10


class _Taken:
    """Stands for the client of a bus that takes everything."""

    def put_events(self, *, Entries: Sequence[Any]) -> Any:  # noqa: N803 (named by AWS)
        return {"Entries": [{"EventId": "e"} for _ in Entries]}


@dataclass(slots=True)
class Meter:
    """Makes requests, and does what follows from them."""

    here: Deployment
    together: Together = field(default_factory=Together)
    runs: list[Run] = field(default_factory=list)

    def play(self, events: Sequence[dict[str, Any]], changes: int) -> Usage:
        """What the requests used, with all that followed from them; so many changes they were to make."""
        changed: list[Entry] = []
        for start in range(0, len(events), self.together.hooks):
            for event in events[start : start + self.together.hooks]:
                self._run("api", lambda event=event: self.here.answer(event))  # type: ignore[misc]
            while fresh := entries_of(self.here.observed.taken()):
                changed += fresh
                self._react([entry for entry in fresh if entry.reacts])
        for start in range(0, len(changed), self.together.relay):
            self._announce(changed[start : start + self.together.relay])
        return Usage(changes, len(events), len(changed), tuple(self.runs))

    def _react(self, entries: Sequence[Entry]) -> None:
        for start in range(0, len(entries), self.together.hooks):
            event = _delivered(entries[start : start + self.together.hooks])
            self._run("hooks", lambda event=event: react(event, Context(), self.here.session, _failures()))  # type: ignore[misc]

    def _announce(self, entries: Sequence[Entry]) -> None:
        bus = Bus(_Taken(), "casetree", lambda seconds: None)
        self._run("relay", lambda: relay(_delivered(entries), Context(), self.here.session, bus, _failures()))

    def _run(self, function: str, work: Callable[[], object]) -> None:
        times = Times()
        with metered(self.here) as cost, _log() as written:
            times.take(work)
        self.runs.append(Run(function, times.wall, times.cpu, written(), cost.write, cost.read))


def _delivered(entries: Sequence[Entry]) -> dict[str, Any]:
    return {"Records": [record_of(entry_item(entry), number) for number, entry in enumerate(entries)]}


def _failures() -> FailureQueue:
    return FailureQueue(Queue, "failures", "bench")


@contextmanager
def _log() -> Iterator[Callable[[], int]]:
    """How many bytes are logged within the block: to the standard output, as in Lambda."""
    sys.stdout.flush()
    kept = os.dup(1)
    with TemporaryFile() as file:
        os.dup2(file.fileno(), 1)
        try:
            yield lambda: size
        finally:
            sys.stdout.flush()
            size = os.fstat(file.fileno()).st_size
            os.dup2(kept, 1)
            os.close(kept)
