from datetime import date, timedelta

import pytest

from shared.engine.queues.statistics import Durations, organization_statistics, user_statistics
from shared.engine.session import Identity, Refused
from tests.engine.world import ANN, BOB, EVE, PAT, ROOT, START, World

TODAY = START.date()


def play(world: World) -> None:
    """Three looks are scheduled after waiting and working longer and longer, and one is not needed."""
    world.case("look-1")
    for minutes in (10, 20, 300):
        task = world.task("look-1")
        world.pass_time(minutes=minutes)
        world.act(task, "claim", BOB)
        world.pass_time(minutes=2 * minutes)
        world.act(task, "pass", BOB)
    world.act(world.task("look-1", "Looker Schedule Assist"), "skip", ANN, reason="not needed")
    world.drain()


def about(seconds: int | None, expected: int) -> bool:
    """Whether a duration from buckets is at most a fifth off."""
    return seconds is not None and 0.8 * expected <= seconds <= 1.2 * expected


def test_statistics_of_a_queue(world: World) -> None:
    """Endings are counted exactly, durations within a fifth, by type."""
    play(world)
    statistics = organization_statistics(world.session, BOB, "dispatch")
    assist, look = statistics.types
    assert (look.type, look.closed, look.endings) == ("Looker Schedule Look", 3, {"passed": 3})
    assert about(look.waiting.median, 20 * 60)
    assert about(look.waiting.p90, 300 * 60)
    assert about(look.working.median, 40 * 60)
    assert about(look.working.p90, 600 * 60)
    assert (assist.type, assist.endings) == ("Looker Schedule Assist", {"cancelled": 1})
    assert assist.working == Durations(None, None)


def test_statistics_of_a_person(world: World) -> None:
    """What a person closed is read from the tasks themselves, so durations are exact."""
    play(world)
    statistics = user_statistics(world.session, BOB, "bob")
    (look,) = statistics.types
    assert (look.closed, look.endings) == (3, {"passed": 3})
    assert look.waiting == Durations(20 * 60, 300 * 60)
    assert look.working == Durations(40 * 60, 600 * 60)
    assert not statistics.truncated


def test_statistics_are_of_the_days_asked_for(world: World) -> None:
    """Only what was closed on the days from and to, both included, counts."""
    play(world)
    before, after = TODAY - timedelta(days=1), TODAY + timedelta(days=2)
    for first, last, types in ((TODAY, TODAY, True), (before, before, False), (after, after, False)):
        assert bool(organization_statistics(world.session, BOB, "dispatch", first, last).types) is types
        assert bool(user_statistics(world.session, BOB, "bob", first, last).types) is types


def test_thirty_days_are_usual(world: World) -> None:
    """Without days, it is the last thirty; with one end only, thirty from there."""
    statistics = organization_statistics(world.session, BOB, "dispatch")
    assert (statistics.first, statistics.last) == (TODAY - timedelta(days=29), TODAY)
    earlier = user_statistics(world.session, BOB, "bob", last=date(2026, 6, 30))
    assert (earlier.first, earlier.last) == (date(2026, 6, 1), date(2026, 6, 30))


@pytest.mark.parametrize("days", [-1, 366])
def test_days_in_the_wrong_order_or_too_many(world: World, days: int) -> None:
    """From after to, or more than a year, is an invalid request."""
    last = TODAY + timedelta(days=days)
    with pytest.raises(Refused, match="invalid_request"):
        organization_statistics(world.session, BOB, "dispatch", TODAY, last)
    with pytest.raises(Refused, match="invalid_request"):
        user_statistics(world.session, BOB, "bob", TODAY, last)


def test_more_tasks_than_are_looked_at_say_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit, a person's statistics are of the newest tasks, and say that there are more."""
    monkeypatch.setattr("shared.engine.queues.statistics.TASKS", 2)
    play(world)
    statistics = user_statistics(world.session, BOB, "bob")
    assert statistics.truncated
    assert statistics.types[0].closed == 2


@pytest.mark.parametrize(("caller", "user_id"), [(EVE, "bob"), (PAT, "bob"), (BOB, "nobody"), (EVE, "nobody")])
def test_others_find_no_statistics_of_a_person(world: World, caller: Identity, user_id: str) -> None:
    """Statistics of a person are for themselves, people inside and administrators."""
    with pytest.raises(Refused, match="not_found"):
        user_statistics(world.session, caller, user_id)
    assert user_statistics(world.session, ROOT, "bob").types == ()


@pytest.mark.parametrize(("caller", "organization"), [(EVE, "dispatch"), (PAT, "dispatch"), (BOB, "nowhere")])
def test_others_find_no_statistics_of_an_organization(world: World, caller: Identity, organization: str) -> None:
    """Statistics of an organization are for its members, people inside and administrators."""
    with pytest.raises(Refused, match="not_found"):
        organization_statistics(world.session, caller, organization)
    assert organization_statistics(world.session, PAT, "acme").types == ()
