from dataclasses import replace

import pytest

from tests.bench.bill import ACCESS_LOG, PLATFORM_LOG
from tests.bench.prices import MILLION, PRICES, RESERVED, provisioned
from tests.bench.usage import DEPLOYED, MEMORY, Run, Terms, Usage, a_million, bill

RUNS = (
    Run("api", 20, 5, 400, write=7, read=3),
    Run("hooks", 30, 8, 400, write=7, read=5),
    Run("relay", 10, 5, 300, write=4, read=1),
)
ONE = Usage(changes=1, requests=1, events=2, runs=RUNS)


def test_everything_that_was_used_is_billed() -> None:
    """Requests, events, each invocation with its log, and the units of all functions."""
    used = bill(ONE).used
    assert used["dynamodb: write unit"] == 18
    assert used["dynamodb: read unit"] == 9
    once, twice, thrice = "api gateway: request to an HTTP API", "eventbridge: event", "lambda: request"
    assert (used[once], used[twice], used[thrice]) == (1, 2, 3)
    assert used["cloudwatch: GB of log"] == pytest.approx((ACCESS_LOG + 1_100) / 1e9)
    assert a_million(ONE) == pytest.approx(bill(ONE).total * MILLION)


def test_a_busy_moment_of_the_machine_is_not_billed() -> None:
    """The median of a function's invocations is what each of them takes."""
    calm = Usage(3, 3, 3, (RUNS[0],) * 3)
    busy = Usage(3, 3, 3, (RUNS[0], RUNS[0], RUNS[0]._replace(wall=900, cpu=80)))
    assert a_million(busy) == pytest.approx(a_million(calm))


def test_other_terms_change_what_they_say_and_nothing_else() -> None:
    """Less memory waits for less; who does not count pays the relay no units; each line of Lambda's own is paid."""
    usual = bill(ONE).used
    waiting = 15 / 1_000 * 0.5
    small = bill(ONE, Terms(memory={**MEMORY, "api": 512})).used
    assert usual["lambda: GB-second"] - small["lambda: GB-second"] == pytest.approx(waiting)
    assert bill(ONE, Terms(counted=False)).used["dynamodb: write unit"] == 14
    told = bill(ONE, Terms(platform_log=PLATFORM_LOG)).used["cloudwatch: GB of log"]
    assert told - usual["cloudwatch: GB of log"] == pytest.approx(3 * PLATFORM_LOG / 1e9)
    silent = Terms(prices={**DEPLOYED.prices, "eventbridge: event": 0.0})
    assert a_million(ONE) - a_million(ONE, silent) == pytest.approx(2.0)


def test_one_function_may_be_invoked_as_for_another_usage() -> None:
    """Only if that one made as many changes."""
    together = replace(ONE, runs=(RUNS[0], RUNS[2]._replace(write=2)))
    assert bill(ONE.with_runs_of(together, "relay")).used["dynamodb: write unit"] == 16
    with pytest.raises(AssertionError, match="as much"):
        ONE.with_runs_of(replace(together, changes=2), "relay")


def test_provisioned_capacity_costs_what_is_not_used_as_well() -> None:
    """A unit that is used half of the time costs twice as much; one that is reserved less than one that is not."""
    assert provisioned("write", "provisioned", 0.5) == pytest.approx(2 * 0.00065 / 3_600)
    costs = [provisioned("read", term, 0.7) for term in RESERVED]
    assert costs == sorted(costs, reverse=True)
    assert costs[0] < PRICES["dynamodb: read unit"].dollars
