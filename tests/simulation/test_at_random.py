"""The three workflows at random, with everything that may go wrong; `make prove` plays many more of these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.simulation.faults import AFTER, BEFORE
from tests.simulation.large import ALIKE, SETTINGS, schedule_of
from tests.simulation.prove import Report, jobs, play
from tests.simulation.schedule import described
from tests.simulation.world import quiet

SCRIPTS, EACH = 30, 5
SCHEDULES = SCRIPTS * EACH


@pytest.fixture(scope="module")
def played() -> dict[str, Report]:
    """What the first schedules of some scripts of each workflow came to."""
    reports = {workflow: Report() for workflow in SETTINGS}
    for workflow, report in reports.items():
        for first in range(0, SCRIPTS * ALIKE, ALIKE):
            report.add(play((workflow, first, first + EACH)))
    return reports


@pytest.fixture
def silent() -> Iterator[None]:
    """Handlers that write no log."""
    with quiet():
        yield


@pytest.mark.parametrize("workflow", SETTINGS)
def test_every_schedule_comes_out_well(played: dict[str, Report], workflow: str) -> None:
    """Whatever came twice, late, out of order or not at all, and whoever died: as if done one after another."""
    report = played[workflow]
    assert report.schedules == SCHEDULES
    assert not report.failures, f"make prove SEED={report.failures[0][0]}\n{report.failures[0][1]}"


def test_everything_that_may_go_wrong_does(played: dict[str, Report]) -> None:
    """Each kind of fault happens, calls are answered and refused, and the schedules end in many different states."""
    faults, results = Counter[str](), Counter[str]()
    for report in played.values():
        faults.update(report.faults)
        results.update(report.results)
        assert len(report.states) > SCHEDULES / 10
    assert {"none", "duplicate", "lost record", "batched", "lagging index", *BEFORE, *AFTER} <= {
        kind for kind in faults if faults[kind]
    }
    assert {"answered", "unknown", "throttled"} < results.keys()
    assert results["answered"] > results.total() / 3


@pytest.mark.parametrize("workflow", SETTINGS)
def test_a_seed_plays_the_same_schedule_again(silent: None, workflow: str) -> None:
    """Step by step, with the same ids: whoever is told a seed sees what went wrong."""
    told = []
    for _ in range(2):
        schedule, _ = schedule_of(workflow, 7)
        schedule.play()
        told.append(described(schedule))
    assert told[0] == told[1]
    assert "steps:" in told[0]


def test_schedules_are_dealt_out_to_the_workflows() -> None:
    """Each workflow gets its share, each seed is played once, and the number is just what was asked for."""
    dealt = list(jobs(1_050))
    assert sum(last - first for _, first, last in dealt) == 1_050
    seeds = [(workflow, seed) for workflow, first, last in dealt for seed in range(first, last)]
    assert len(seeds) == len(set(seeds))
    assert {workflow for workflow, _, _ in dealt} == set(SETTINGS)


@pytest.mark.parametrize("seed", [221_760, 221_765])
def test_others_come_between_two_timers_of_a_sweep(silent: None, seed: int) -> None:
    """It is like a serial run in which the sweep was parted, or saw its timers in another order."""
    schedule, judge = schedule_of("appeals", seed)
    schedule.play()
    assert [*judge.judge(schedule)] == []


@pytest.mark.parametrize("seed", [89_250, 89_268, 89_279, 311_053])
def test_a_timer_ends_nothing_ahead_of_what_is_above_it(silent: None, seed: int) -> None:
    """The record of a cancellation is lost, and the timer of a leaf is due before all is settled.

    Its parent is cancelled like the rest of the tree, not completed as its last child ended.
    """
    schedule, judge = schedule_of("appeals", seed)
    schedule.play()
    assert [*judge.judge(schedule)] == []
