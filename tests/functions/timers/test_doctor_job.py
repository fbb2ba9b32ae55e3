"""What the command line asks of the function: to examine a case, or a share of the table, and to repair."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from functions.timers import handler as timers
from shared.engine import doctor_rounds
from tests.engine.wards import LOOKS, Ward, looks
from tests.engine.world import World
from tests.functions.fakes import Context

SHARES = 3


@pytest.fixture
def ward(world: World) -> Ward:
    """A look in which a task is Ready that has to wait."""
    broken = looks(world)
    LOOKS["prerequisites-satisfied"](broken)
    return broken


def invariants(findings: list[Any]) -> set[str]:
    """What does not hold."""
    return {finding["invariant"] for finding in findings}


def test_a_case_is_examined_and_nothing_is_changed(ward: Ward, context: Context) -> None:
    """Each finding says which case it is about."""
    before = ward.world.items()
    answer = timers.run({"job": "doctor", "caseId": "look-1"}, context, ward.world.session)
    assert "prerequisites-satisfied" in invariants(answer["findings"])
    assert {finding["caseId"] for finding in answer["findings"]} == {"look-1"}
    assert (answer["repairs"], ward.world.items()) == ([], before)


def test_a_dry_run_says_what_a_repair_would_change(ward: Ward, context: Context) -> None:
    """And the repair does it."""
    asked = {"job": "doctor", "caseId": "look-1", "repair": True}
    before = ward.world.items()
    plan = timers.run({**asked, "dryRun": True}, context, ward.world.session)
    changes = [change for step in plan["repairs"] for change in step["changes"]]
    assert ("status", "Ready", "Pending") in {(c["field"], c["before"], c["after"]) for c in changes}
    assert ward.world.items() == before
    done = timers.run(asked, context, ward.world.session)
    assert (done["findings"], {step["done"] for step in done["repairs"]}) == ([], {True})


def test_shares_are_the_table_together(world: World, context: Context) -> None:
    """However many runs each takes: every case is looked at once."""
    for number in range(5):
        world.case(f"look-{number}")
    seen = 0
    for number in range(SHARES):
        event: dict[str, Any] = {"job": "doctor", "share": [number, SHARES], "after": None}
        seen += timers.run(event, context, world.session)["cases"]
    assert seen == 5


def test_a_run_ends_in_time_and_says_where_to_go_on(world: World) -> None:
    """At least one case gets done, so that whoever goes on gets on; and no faster than asked."""
    pauses: list[float] = []
    paced = replace(world.session, pause=pauses.append)
    for number in range(3):
        world.case(f"look-{number}")
    first = doctor_rounds.visit_all(world.session, doctor_rounds.RoundPlan(), lambda: True, _raised)
    assert (first.cases, first.next is None) == (1, False)
    rest = doctor_rounds.visit_all(world.session, doctor_rounds.RoundPlan(first.next, most=1), lambda: False, _raised)
    assert (rest.cases, rest.next is None) == (1, False)
    last = doctor_rounds.visit_all(world.session, doctor_rounds.RoundPlan(rest.next), lambda: False, _raised)
    assert (last.cases, last.next) == (1, None)
    doctor_rounds.visit_all(paced, doctor_rounds.RoundPlan(rate=50.0), lambda: False, _raised)
    assert pauses == [0.02, 0.02]


@pytest.mark.parametrize("more", [{}, {"repair": True}])
def test_an_answer_holds_no_more_than_lambda_gives_back(
    world: World, context: Context, monkeypatch: pytest.MonkeyPatch, more: dict[str, bool]
) -> None:
    """Where very much is wrong, a run ends with the case that makes it enough, and the next one goes on behind it."""
    monkeypatch.setattr(doctor_rounds, "TOLD", 3)
    for number in range(5):
        world.case(f"look-{number}")
        for _ in range(2):
            world.task(f"look-{number}")
    world.pass_time(hours=1)
    answers, after = list[Any](), None
    while not answers or after is not None:
        answers.append(timers.run({"job": "doctor", "after": after, **more}, context, world.session))
        after = answers[-1]["next"]
    told = "repairs" if more else "findings"
    assert [len(answer[told]) for answer in answers] == [4, 4, 2]
    assert sum(answer["cases"] for answer in answers) == 5


def test_a_case_that_cannot_be_looked_at_holds_up_no_other(
    world: World, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is counted as failed, and told to whoever goes on by themselves."""
    world.case("look-1")

    def fail(*_: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr(doctor_rounds, "diagnose", fail)
    answer = timers.run({"job": "doctor", "after": None}, context, world.session)
    assert (answer["cases"], answer["failed"], answer["next"]) == (1, 1, None)


def test_of_a_case_that_there_is_not_there_is_nothing_to_say(world: World, context: Context) -> None:
    """Neither a finding nor a repair."""
    for more in ({}, {"repair": True}):
        answer = timers.run({"job": "doctor", "caseId": "none", **more}, context, world.session)
        assert (answer["cases"], answer["findings"], answer["repairs"]) == (0, [], [])


def _raised(what: str, error: Exception) -> None:
    raise AssertionError(what) from error
