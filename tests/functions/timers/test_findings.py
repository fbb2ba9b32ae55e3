"""What the doctor finds at night: a metric, and an event on the bus for each finding."""

from __future__ import annotations

from typing import Any

import pytest

from functions.bus import EventBus
from functions.timers import handler as timers
from functions.timers.findings import NightlyRound
from tests.engine.wards import LOOKS, looks
from tests.engine.world import World
from tests.functions.fakes import Bus, Context, metrics_of

NIGHTLY = {"job": "settle", "nightly": True}


def broken(total: list[dict[str, Any]]) -> dict[str, float]:
    """How much was found, of each invariant."""
    return {metric.get("invariant", "all"): metric["Broken"][0] for metric in total}


def test_a_sound_table_is_told_as_such(
    world: World, context: Context, night_bus: Bus, capsys: pytest.CaptureFixture[str]
) -> None:
    """The metric is 0, and nothing is on the bus."""
    looks(world)
    timers.run(NIGHTLY, context, world.session)
    assert broken(metrics_of(capsys.readouterr().out, "Broken")) == {"all": 0}
    assert night_bus.events == []


def test_a_finding_is_announced_each_night_with_the_same_id(
    world: World, context: Context, night_bus: Bus, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says which case, which tasks and what is wrong, and is counted by invariant; it repairs nothing."""
    ward = looks(world)
    LOOKS["assignee-active"](ward)
    for _ in range(2):
        world.pass_time(days=1)
        timers.run(NIGHTLY, context, world.session)
    first, second = night_bus.events
    assert (first["caseId"], first["taskIds"], first["invariant"]) == (
        "look-1",
        [ward.named["first"]],
        "assignee-active",
    )
    assert first["id"] == second["id"]
    counts = broken(metrics_of(capsys.readouterr().out, "Broken"))
    assert counts == {"all": 1, "assignee-active": 1}


def test_what_settling_mends_is_no_finding(world: World, context: Context, night_bus: Bus) -> None:
    """The doctor comes after it."""
    ward = looks(world)
    LOOKS["queue-counts-match"](ward)
    world.pass_time(days=1)
    assert timers.run(NIGHTLY, context, world.session)["miscounted"] == 1
    assert night_bus.events == []


def test_a_finding_that_the_bus_does_not_take_is_a_failure(world: World, context: Context, night_bus: Bus) -> None:
    """The alarm on errors tells; the case is none the worse, and comes again."""
    night_bus.refuses = True
    LOOKS["assignee-active"](looks(world))
    with pytest.raises(timers.NotAllDoneError):
        timers.run(NIGHTLY, context, world.session)


def test_a_case_that_is_gone_has_no_findings(world: World) -> None:
    """It was a staged one, or somebody took it away since the table was read."""
    nightly = NightlyRound(world.session, EventBus(Bus(), "casetree", lambda seconds: None))
    nightly.visit("none-such")
    assert nightly.found.total() == 0
