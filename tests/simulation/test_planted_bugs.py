"""The simulator can fail: bugs that are planted into the engine are found, with the schedule that shows them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulation.large import ALIKE, SHARED, moment
from tests.simulation.planted import AT_RANDOM, IN_SMALL_TREES, under
from tests.simulation.prove import REPEAT, play, told
from tests.simulation.small import first_failure
from tests.simulation.world import quiet

SEEDS = [script * ALIKE + number for script in range(30) for number in range(5)]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with quiet():
        yield


@pytest.mark.parametrize("bug", IN_SMALL_TREES)
def test_a_bug_is_found_in_a_small_tree(bug: str) -> None:
    """Some schedule of the scene comes out wrong, and its steps can be read."""
    scene, planted = IN_SMALL_TREES[bug]
    with under(planted):
        failure = first_failure(scene)
    assert failure.startswith(f"scene {scene}")
    assert "steps:" in failure
    assert "commit" in failure


@pytest.mark.parametrize("bug", AT_RANDOM)
def test_a_bug_is_found_at_random(bug: str) -> None:
    """Some schedule comes out wrong; the message names its seed, and how to play it again."""
    workflow, planted = AT_RANDOM[bug]
    for number in range(SEEDS[-1] // SHARED + 1):
        # The case comes to where it is on the engine as it should be.
        moment(workflow, number)
    with under(planted):
        found = next((failure for seed in SEEDS for failure in play((workflow, seed, seed + 1)).failures), None)
    assert found is not None
    seed, steps = found
    assert REPEAT.format(seed) in told([found])
    assert "steps:" in steps
    first = int(seed.partition(":")[2])
    with under(planted):
        assert play((workflow, first, first + 1)).failures == [found], "the same seed fails again, in the same way"
    assert not play((workflow, first, first + 1)).failures, "without the bug it comes out well"
