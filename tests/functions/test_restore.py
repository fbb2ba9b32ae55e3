"""A copy of the table, taken in the middle of work and put into a new one, as a restored backup is: it is settled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from tests.engine.world import World
from tests.functions.test_storms import Play, Stage, calm, check, stage
from tests.storage.storm import Caller, Storm
from tests.storage.table import create_table, delete_table

__all__ = ["stage"]

pytestmark = pytest.mark.dynamodb_local

TURNS = range(3, 28, 5)
"""When the copies are taken: each of those who work sends about one request a turn."""


@pytest.fixture(scope="module")
def elsewhere(dynamodb_local: str) -> Iterator[World]:
    """A table that backups are restored to."""
    world = World(create_table(dynamodb_local), dynamodb_local)
    yield world
    delete_table(world.table, dynamodb_local)


def _copies(world: World, into: list[list[dict[str, Any]]], caller: Caller) -> None:
    """Copies of the whole table are taken, each at one moment: nobody else works meanwhile."""
    for turn in range(TURNS.stop):
        caller.wait()
        if turn in TURNS:
            into.append(world.items())


def test_a_backup_is_settled(stage: Stage, elsewhere: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever it was taken: with the clock on, and no record of the stream, trees, queues, timers and ends are right.

    Nothing was delivered when most copies were taken, so all that followed is owed.
    """
    monkeypatch.setattr("time.sleep", lambda _: None)
    world, copies = stage.again(), list[list[dict[str, Any]]]()
    Play(world, Storm(7, rate=0.0)).perform(stage.plot(), copier=partial(_copies, world, copies))
    assert len({str(copy) for copy in copies}) > 2
    for copy in copies:
        elsewhere.begin(copy)
        elsewhere.session = replace(world.session, store=elsewhere.store, now=lambda: elsewhere.now)
        elsewhere.pass_time(days=1)
        calm(elsewhere)
        check(elsewhere)
