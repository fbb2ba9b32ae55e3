from datetime import timedelta
from itertools import repeat

import pytest

from functions.timers import handler as timers
from shared.engine.timers import settle_on
from shared.storage.keys import UserKey
from shared.timestamps import to_text
from tests.engine.world import BOB, START, World
from tests.functions.fakes import Context, log_of, metrics_of

ALL = {"job": "sweep", "shards": list(range(16))}


def due(world: World) -> str:
    """A task whose due time has passed."""
    world.case("look-1")
    task = world.task("look-1", dueTime=to_text(START + timedelta(hours=1)))
    world.pass_time(hours=2)
    return task


def test_the_minute_rule_fires_what_is_due(world: World, context: Context) -> None:
    """A sweep of the shards makes overdue what is due, and says how much that was."""
    task = due(world)
    assert timers.run(ALL, context, world.session) == {"fired": 1, "idle": 0, "failed": 0, "complete": True}
    assert world.stored(task).overdue


def test_a_sweep_stops_in_time(world: World) -> None:
    """With no time left, a sweep fires nothing and says that it is not complete."""
    task = due(world)
    result = timers.run(ALL, Context(repeat(1_000)), world.session)
    assert (result["fired"], result["complete"]) == (0, False)
    assert not world.stored(task).overdue


def test_a_sweep_leaves_the_rest_to_the_next_minute(
    world: World, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long Lambda would let it run, a sweep ends before the next one begins."""
    monkeypatch.setattr(timers, "SWEEP", -1.0)
    due(world)
    assert not timers.run(ALL, context, world.session)["complete"]


def test_the_nightly_rule_settles(world: World, context: Context, capsys: pytest.CaptureFixture[str]) -> None:
    """What a lost record left undone is done at night; how much that was is the metric Findings."""
    world.case("look-1")
    first = world.task("look-1")
    waiting = world.task("look-1", prerequisites=[first])
    world.act(first, "claim", BOB)
    world.act(first, "pass", BOB)
    result = timers.run({"job": "settle"}, context, world.session)
    assert (result["cases"], result["found"], result["next"]) == (1, 1, None)
    assert world.stored(waiting).status == "Ready"
    (metric,) = metrics_of(capsys.readouterr().out, "Findings")
    assert metric["Findings"] == [3.0]


def test_one_case_is_settled_when_asked(world: World, context: Context) -> None:
    """With a case's id, nothing is owed in that case any more, and its tasks are counted."""
    for case_id in ("look-1", "look-2"):
        world.case(case_id)
        world.task(case_id)
    result = timers.run({"job": "settle", "caseId": "look-2"}, context, world.session)
    assert (result["cases"], result["miscounted"]) == (1, 1)
    assert timers.run({"job": "settle", "caseId": "look-2"}, context, world.session)["miscounted"] == 0
    assert timers.run({"job": "settle", "caseId": "none"}, context, world.session)["cases"] == 0


def test_deploying_makes_the_administrators_known(world: World, context: Context) -> None:
    """The administrators named become users, and those who were there stay as they are."""
    result = timers.run({"job": "bootstrap", "admins": ["max", "bob"]}, context, world.session)
    assert result == {"admins": ["max", "bob"], "failed": 0}
    names = [world.store.load([UserKey(name)])[UserKey(name)] for name in ("max", "bob")]
    assert [user and user.display_name for user in names] == ["max", "Bob Lee"]


def test_settling_goes_on_behind_a_case(world: World, context: Context) -> None:
    """Called with the position that the last run told, settling goes on there."""
    for number in range(3):
        world.case(f"look-{number}")
    stopped = timers.run({"job": "settle"}, Context(repeat(0)), world.session)
    assert (stopped["cases"], stopped["complete"]) == (0, False)
    some = next(iter(world.store.cases()))
    assert timers.run({"job": "settle", "after": some}, context, world.session)["cases"] == 2


def test_a_nights_run_goes_on_where_the_one_before_stopped(world: World, context: Context) -> None:
    """However large the table, its end is reached; then the day's round is done, and the next day's begins anew."""
    for number in range(4):
        world.case(f"look-{number}")
    nightly = {"job": "settle", "nightly": True}
    clock = iter([0.0, 0.0, 0.0, 99.0])
    first = settle_on(world.session, lambda: next(clock) > 1, _nothing)
    assert (first.cases, first.complete) == (3, False)
    second = timers.run(nightly, context, world.session)
    assert (second["cases"], second["complete"], second["next"]) == (1, True, None)
    assert timers.run(nightly, context, world.session)["cases"] == 0
    world.pass_time(days=1)
    assert timers.run(nightly, context, world.session)["cases"] == 4


def test_whoever_goes_on_by_themselves_reads_what_failed(
    world: World, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A case that cannot be settled hides neither the others nor the position."""
    world.case("look-1")
    monkeypatch.setattr("shared.engine.timers.settle", _broken)
    assert timers.run({"job": "settle", "after": None}, context, world.session)["failed"] == 1
    with pytest.raises(timers.NotAllDoneError):
        timers.run({"job": "settle", "nightly": True}, context, world.session)


def _broken(*_: object) -> int:
    raise ValueError("broken")


def _nothing(what: str, error: Exception) -> None:
    """Nothing failed."""
    raise AssertionError(what) from error


def test_a_failure_is_an_error_of_the_function(world: World, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be done raises at the end, so that the alarm on errors tells; the log names no text."""
    due(world)

    def fail(*_: object) -> int:
        raise ValueError("quoting ann@example.org")

    monkeypatch.setattr("shared.engine.timers.fire", fail)
    log = log_of(timers.logger, monkeypatch)
    with pytest.raises(timers.NotAllDoneError, match="sweep: 1 failed"):
        timers.run(ALL, context, world.session)
    errors = [line for line in log() if line["level"] == "ERROR"]
    assert [line["exception_name"] for line in errors] == ["ValueError"]
    assert "@example.org" not in str(log())


@pytest.mark.parametrize("event", [{}, {"job": "clean"}, {"job": None}])
def test_an_unknown_job_is_refused(world: World, context: Context, event: dict[str, object]) -> None:
    """A rule that asks for what there is not is a mistake, and not silently nothing."""
    with pytest.raises(ValueError, match="sweep, settle, doctor, migrate, bootstrap"):
        timers.run(event, context, world.session)


def test_what_was_consumed_is_measured(world: World, context: Context, capsys: pytest.CaptureFixture[str]) -> None:
    """The units that a job consumed are a metric with the job as action."""
    due(world)
    timers.run(ALL, context, world.session)
    (metric,) = metrics_of(capsys.readouterr().out, "ConsumedWriteUnits")
    assert metric["action"] == "sweep"


def test_the_function_finds_everything_in_its_environment(
    world: World, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the rule calls works with the table that the stack names, by the real clock."""
    monkeypatch.setenv("CASETREE_TABLE", world.table)
    timers._session.cache_clear()  # noqa: SLF001 (made once per process)
    world.case("look-1")
    assert timers.handler({"job": "settle"}, context)["cases"] == 1
