"""Bugs that are planted into the engine, to see that the simulator finds them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from shared.domain.counts.tally import Counted, Move, counted_as
from shared.domain.model import writes as p
from shared.domain.model.reactions import BELOW, CHILDREN, DEPENDENTS, MESSAGES
from shared.domain.model.task import Entry
from shared.engine import counting, settle
from shared.storage.actions import Action
from shared.storage.writes import actions_of
from tests.simulation.large import script

Planted = Callable[[], AbstractContextManager[object]]


@contextmanager
def under(planted: Planted) -> Iterator[None]:
    """The bug is there; what is known of the engine with it, or without it, is not used for the other."""
    script.cache_clear()
    with planted():
        yield
    script.cache_clear()


@contextmanager
def without_condition(kind: type[Any], change: Callable[[Action], Action]) -> Iterator[None]:
    """What a kind of write depends on is not looked at."""
    right = actions_of.dispatch(kind)

    def wrong(write: Any) -> Iterator[Action]:
        return (change(action) for action in right(write))

    actions_of.register(kind, wrong)
    try:
        yield
    finally:
        actions_of.register(kind, right)


@contextmanager
def without_the_last() -> Iterator[None]:
    """Whoever counts a child does not demand that it is not the last one."""
    right = actions_of.dispatch(p.ChangeCounters)

    def wrong(write: p.ChangeCounters) -> Iterator[Action]:
        return right(replace(write, not_last=False))

    actions_of.register(p.ChangeCounters, wrong)
    try:
        yield
    finally:
        actions_of.register(p.ChangeCounters, right)


@contextmanager
def timers_fire_again() -> Iterator[None]:
    """What a timer does is done although somebody else has ended it, and the task may have changed."""
    with without_condition(p.DeleteTimer, _unconditional), lost_updates():
        yield


def _unconditional(action: Action) -> Action:
    return replace(action, condition=None)


def _left_out(word: str) -> AbstractContextManager[object]:
    return patch.dict(settle.REACTIONS, {word: lambda *_: 0})


@contextmanager
def lost_updates() -> Iterator[None]:
    """A task changes from whatever version it has, and history is written over: each alone would stop the other."""
    with without_condition(p.ChangeTask, _unconditional), without_condition(p.AddEntry, _unconditional):
        yield


@contextmanager
def messages_arrive_again() -> Iterator[None]:
    """A message is delivered whether or not it still is there, and whatever the receiver has heard meanwhile."""
    with without_condition(p.DeleteMessage, _unconditional), lost_updates():
        yield


IN_SMALL_TREES: Mapping[str, tuple[str, Planted]] = {
    "children are counted whether or not they were": (
        "last_and_next",
        lambda: without_condition(p.ChangeEdge, _unconditional),
    ),
    "the last child is counted like any other": ("three_siblings", without_the_last),
    "nobody counts a closed child": ("last_and_next", lambda: _left_out(CHILDREN)),
    "nothing ends below a cancelled task": ("cancelled_above", lambda: _left_out(BELOW)),
    "a timer that was ended fires all the same": ("hold_runs_out", timers_fire_again),
}
AT_RANDOM: Mapping[str, tuple[str, Planted]] = {
    "a dependent is not looked at": ("inspection", lambda: _left_out(DEPENDENTS)),
    "updates are lost": ("inspection", lost_updates),
    "records are counted again": ("collaboration", lambda: patch.object(counting, "move", _moved_again)),
    "nobody counts a closed child": ("appeals", lambda: _left_out(CHILDREN)),
    "nobody delivers messages": ("collaboration", lambda: _left_out(MESSAGES)),
    "messages arrive again": ("collaboration", messages_arrive_again),
}


def _moved_again(entry: Entry, before: Counted | None) -> Move:
    return Move(entry.task_id or "", before, counted_as(entry))
