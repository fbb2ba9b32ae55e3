"""Small trees on the real engine: every schedule there is, in orders that make a difference."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulation.faults import OneOfEach
from tests.simulation.small import SCENES, Explored, explore
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
# Of these, every single fault is played here as well; `make prove` plays all of all, and pairs of them.
QUICK = ("last_and_next", "reopened", "two_sweeps")


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


@pytest.mark.parametrize("scene", QUICK)
def test_wherever_a_record_comes_twice_or_somebody_dies(scene: str) -> None:
    """Each record that comes twice, each death after each commit: still every schedule comes out well."""
    played = [explore(scene, faults) for faults in explore(scene).faults() if not (faults.twice and faults.dies)]
    assert len(played) > 1
    assert not [failure for found in played for failure in found.failures]


def test_three_siblings_wherever_somebody_dies() -> None:
    """Three children close at once, and a caller or a hook dies after any of its commits: the parent reacts."""
    faults = [fault for fault in explore("three_siblings").faults() if fault.twice is None]
    assert {str(fault.dies and fault.dies[0]).partition(" ")[0] for fault in faults} == {"call", "hooks"}
    for fault in faults:
        found = explore("three_siblings", fault)
        assert not found.failures, found.failures[0]


def test_a_fault_that_is_named_happens() -> None:
    """The duplicate and the death of a schedule do take place: a fault that never happens shows nothing."""
    (twice,) = {fault.twice for fault in explore("last_and_next").faults()} - {None}
    with_both = explore("last_and_next", OneOfEach(twice, (f"{twice}'", 1)))
    assert with_both.happened["duplicate"] == with_both.schedules
    assert 0 < with_both.happened["died"] < with_both.schedules
    assert isinstance(with_both, Explored)
    assert not with_both.failures
