"""Several processes at one table, each with a client of its own: what the threads of one cannot show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from multiprocessing import get_context
from typing import Any, TypeVar

from shared.domain.definitions.workflow import Workflow
from shared.engine.session import Session
from shared.ids import new_id
from shared.storage.store import Store
from tests.engine.test_trees import OneWorkflow
from tests.engine.world import World
from tests.storage.table import REGION

Given = TypeVar("Given")
Made = TypeVar("Made")

RUNNERS = 4
PATIENCE = 120.0
"""Seconds after which a start that not everybody came to is a failure; never a measure of anything."""


@dataclass(frozen=True)
class Place:
    """Where the processes work: a table, the only workflow there, and what time it is."""

    table: str
    endpoint: str | None
    workflow: Workflow
    now: datetime


@dataclass(frozen=True)
class Runners:
    """Processes that begin a piece of work together, once all of them are there."""

    pool: ProcessPoolExecutor

    def race(self, world: World, work: Callable[[Session, Given], Made], shares: Sequence[Given]) -> list[Made]:
        """What each process gave for its share, one share for each."""
        assert len(shares) == RUNNERS
        workflow = world.session.workflows.latest(world.session.workflows.names[0])
        place = Place(world.table, world.endpoint, workflow, world.now)
        running = [self.pool.submit(_run, place, work, share) for share in shares]
        return [done.result() for done in running]


@contextmanager
def runners() -> Iterator[Runners]:
    """Processes of their own, not copies of this one; they end with the block."""
    context = get_context("spawn")
    start = context.Barrier(RUNNERS)
    with ProcessPoolExecutor(RUNNERS, mp_context=context, initializer=_enter, initargs=(start,)) as pool:
        yield Runners(pool)


def shared_out(items: Sequence[Given]) -> list[list[Given]]:
    """The items, dealt out in turn."""
    return [list(items[number::RUNNERS]) for number in range(RUNNERS)]


_start: Any = None


def _enter(start: Any) -> None:
    global _start  # noqa: PLW0603 (a barrier is handed to a process when it begins, and never later)
    _start = start


def _run(place: Place, work: Callable[[Session, Given], Made], share: Given) -> Made:
    # A process that waits here takes no second share: each has exactly one.
    session = Session(_store(place.table, place.endpoint), OneWorkflow(place.workflow), lambda: place.now, new_id)
    session.store.load([])
    _start.wait(PATIENCE)
    return work(session, share)


@cache
def _store(table: str, endpoint: str | None) -> Store:
    return Store(table, region=REGION, endpoint=endpoint)
