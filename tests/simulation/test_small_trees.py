"""Small trees on the real engine: every schedule there is, in orders that make a difference."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from tests.simulation.graph import Graph, Left
from tests.simulation.small import ALL_FAULTS, SCENES, explore, script_of
from tests.simulation.world import quiet

# How many classes of schedules a scene has, without a fault.
CLASSES = {
    "three_siblings": 54,
    "last_and_next": 4,
    "two_sweeps": 20,
    "reopened": 4,
    "cancelled_above": 182,
    "sibling_on_hold": 592,
    "hold_runs_out": 643,
}
# How many states each has, with one record that comes twice, one death, and one read of an index that lags;
# `make prove` sees those of all scenes.
STATES = {"last_and_next": 2_948, "reopened": 3_960, "two_sweeps": 343, "hold_runs_out": 14_561}


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with quiet():
        yield


@pytest.mark.parametrize("scene", SCENES)
def test_every_schedule_comes_out_well(scene: str) -> None:
    """Without a fault: as if all had been done one after another, and nothing is owed; none is played twice."""
    found = explore(scene)
    assert not found.failures, found.failures[0]
    assert found.schedules == CLASSES[scene]


@pytest.mark.parametrize("scene", STATES)
def test_every_state_comes_out_well_whatever_goes_wrong(scene: str) -> None:
    """Wherever a record comes twice, whoever dies after whichever commit, whichever index lags: alone, and together."""
    found = Graph(script_of(scene)).explore(ALL_FAULTS)
    assert not found.failure, found.failure
    assert found.states == STATES[scene]
    swept, reacts = scene in ("two_sweeps", "hold_runs_out"), scene != "two_sweeps"
    happened = {Left(*kinds) for kinds in product((False, reacts), (False, True), (False, swept))}
    assert {faults for faults in found.ends if found.ends[faults]} == happened


def test_three_siblings_wherever_somebody_dies() -> None:
    """Three children close at once, and a caller or a hook dies after any of its commits: the parent reacts."""
    found = Graph(script_of("three_siblings")).explore(Left(dies=True))
    assert not found.failure, found.failure
    assert found.ends[Left(dies=True)]


@pytest.mark.parametrize("scene", SCENES)
def test_states_and_schedules_come_to_the_same(scene: str) -> None:
    """The two ways to see everything, by the orders that differ and by the states, find the same outcomes."""
    assert Graph(script_of(scene)).explore(Left()).outcomes == explore(scene).states
