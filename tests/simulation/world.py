"""A deployment whose table is in memory, and the moment from which schedules start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from typing import Any
from unittest.mock import Mock, patch

from functions.hooks import handler as hooks
from functions.relay import handler as relay
from shared import workflows
from shared.domain.model.people import User
from shared.engine import counting, invitations, people, settle, timers
from shared.engine.session import Session, Workflows
from shared.storage.case_items import entry_of_item
from shared.storage.store import Store
from tests.engine.world import World
from tests.simulation.decoded import read_once
from tests.simulation.table import Memory, MemoryStore

AFTERWARDS = timedelta(hours=2)
"""When all is over: by then, what was staged and never came to light is swept, too."""

loaded_workflows = cache(workflows.load)


class SimulatedWorld(World):
    """A world on a table in memory, with ids of its own: the same steps always make the same items."""

    memory: Memory

    def __init__(self) -> None:
        super().__init__("memory")

    def __post_init__(self) -> None:
        numbers = count(1)
        self.memory = Memory()
        self.store = MemoryStore(self.memory)
        self.session = session_of(self.store, loaded_workflows(), lambda: self.now, lambda now: f"{next(numbers):016}")
        people.bootstrap(self.session, User("root", "Root"))

    def items(self) -> list[dict[str, Any]]:
        """All items of the table."""
        return self.memory.items()

    def start(self) -> Start:
        """This moment, with everything delivered."""
        settled(self.session, self.memory)
        return Start(self.memory.copy(), self.session.workflows, self.now)


@dataclass(frozen=True, slots=True)
class Start:
    """A moment from which many schedules go on: they copy the memory."""

    memory: Memory
    workflows: Workflows
    now: datetime


def session_of(
    store: Store, known: Workflows, now: Callable[[], datetime], new_id: Callable[[datetime], str]
) -> Session:
    """A session that never waits."""
    return Session(store, known, now, new_id, pause=lambda _: None, secret=lambda: b"a secret of tests")


def settled(session: Session, memory: Memory) -> None:
    """The stream is delivered, once and in order, until nothing follows from it any more."""
    while memory.stream:
        delivered_once(session, memory)


def delivered_once(session: Session, memory: Memory) -> None:
    """What is in the stream is delivered; what follows from that is in it now."""
    fresh, memory.stream = memory.stream, []
    entries = [entry for entry in map(entry_of_item, fresh) if not entry.staged]
    for entry in entries:
        settle.react(session, entry)
        invitation = invitations.invitation(session, entry)
        if invitation is not None:
            invitations.went_out(session, invitation.connection.id)
    counting.count(session, entries)


def delivered(session: Session, memory: Memory) -> None:
    """Everything is delivered, what is due has fired, and what followed from that is delivered, too."""
    settled(session, memory)
    timers.sweep(session, memory.shards(), lambda: False, _raised)
    settled(session, memory)


def engine_of(memory: Memory, start: Start, now: datetime) -> Session:
    """A session that nothing comes between, with ids that no actor has."""
    # The same id would be the token of a commit that the table has seen.
    numbers, prefix = count(1), f"z{len(memory.tokens):06}"
    return session_of(MemoryStore(memory), start.workflows, lambda: now, lambda _: f"{prefix}{next(numbers):09}")


@contextmanager
def quiet() -> Iterator[None]:
    """The functions' handlers write no log and no metrics: what they would say is not looked at here."""
    silent = Mock(metric_set={})
    with (
        patch.multiple(hooks, logger=silent, metrics=silent, report=_nothing, _measure_age=_nothing),
        patch.multiple(relay, logger=silent, metrics=silent, report=_nothing),
        read_once(),
    ):
        yield


def _nothing(*_: object, **__: object) -> None:
    """Nothing is reported."""


def _raised(what: str, error: Exception) -> None:
    raise AssertionError(what) from error
