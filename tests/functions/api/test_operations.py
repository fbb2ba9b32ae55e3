"""The route that shows how the stack does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from functions.api.app import Api
from functions.api.gauges import AT_ONCE
from tests.functions.api.client import ADMIN_GROUP, Client
from tests.functions.api.conftest import SETTINGS, World
from tests.functions.api.gauges import NAMESPACE, QUEUE, QUEUE_URL, CloudWatch, gauges, sqs

READS, WRITES = "ConsumedReadUnits", "ConsumedWriteUnits"


def _shown(world: World, metrics: CloudWatch | None = None) -> Any:
    """What an administrator is told."""
    settings = replace(SETTINGS, gauges=gauges(metrics))
    answer = Client(Api(settings, world.session), "admin", ADMIN_GROUP).get("/operations")
    assert answer.status == 200, answer.text
    return answer.json


def test_the_failure_queue_is_shown_as_it_is(world: World) -> None:
    """How much waits there now, how much is being looked at, and how old the oldest was in the last hour known."""
    metrics = CloudWatch()
    assert _shown(world, metrics)["failureQueue"] == {"waiting": 0, "inFlight": 0, "oldestInSeconds": None}
    for _ in range(4):
        sqs().send_message(QueueUrl=QUEUE_URL, MessageBody="{}")
    sqs().receive_message(QueueUrl=QUEUE_URL)
    metrics.measured("ApproximateAgeOfOldestMessage", 3600.0, hours_ago=2, space="AWS/SQS", QueueName=QUEUE)
    metrics.measured("ApproximateAgeOfOldestMessage", 1800.0, space="AWS/SQS", QueueName=QUEUE)
    metrics.measured("ApproximateAgeOfOldestMessage", 9000.0, space="AWS/SQS", QueueName="another")
    assert _shown(world, metrics)["failureQueue"] == {"waiting": 3, "inFlight": 1, "oldestInSeconds": 1800.0}


def test_the_cost_of_a_day_is_summed_by_action(world: World) -> None:
    """Over all hours, the dearest in writes first; what was used the day before only is not named."""
    metrics = CloudWatch()
    metrics.measured(WRITES, 8.0, action="claim", service="api")
    metrics.measured(WRITES, 4.5, hours_ago=5, action="claim", service="api")
    metrics.measured(READS, 2.0, action="claim", service="api")
    metrics.measured(READS, 1.0, action="getTask", service="api")
    metrics.measured(WRITES, 90.0, action="relay", service="relay")
    metrics.measured(WRITES, 70.0, hours_ago=30, action="skip", service="api")
    metrics.measured("HookAge", 70.0, action="hooks", service="hooks")
    assert _shown(world, metrics)["costs"] == [
        {"action": "relay", "service": "relay", "readUnits": 0.0, "writeUnits": 90.0},
        {"action": "claim", "service": "api", "readUnits": 2.0, "writeUnits": 12.5},
        {"action": "getTask", "service": "api", "readUnits": 1.0, "writeUnits": 0.0},
    ]


def test_however_many_actions_there_are_all_are_shown(world: World) -> None:
    """CloudWatch lists metrics in pages, and gives the data of so many at once."""
    metrics = CloudWatch()
    actions = {f"act{number}" for number in range(AT_ONCE + 20)}
    for action in actions:
        metrics.measured(WRITES, 1.0, action=action, service="api")
    assert {cost["action"] for cost in _shown(world, metrics)["costs"]} == actions


def test_the_night_and_the_reactions_are_shown(world: World) -> None:
    """The most that the doctor found, whether all was settled, and the longest reaction; null where nothing tells."""
    metrics = CloudWatch()
    shown = _shown(world, metrics)
    assert (shown["hookAgeInMilliseconds"], shown["night"]) == (None, {"findings": None, "settled": None})
    for name, *values in (("Broken", 0.0, 2.0), ("SettledAll", 0.0, 1.0)):
        for hours, value in enumerate(values):
            metrics.measured(name, value, hours_ago=hours, service="timers")
    for hours, value in enumerate((120.0, 80.0)):
        # As the function hooks writes it: a metric has no value under other dimensions.
        metrics.measured("HookAge", value, hours_ago=hours, action="hooks", service="hooks")
    shown = _shown(world, metrics)
    assert (shown["hookAgeInMilliseconds"], shown["night"]) == (120.0, {"findings": 2.0, "settled": True})


def test_a_round_that_was_never_whole_is_told(world: World) -> None:
    """That is not the same as nothing known."""
    metrics = CloudWatch()
    metrics.measured("SettledAll", 0.0, service="timers")
    assert _shown(world, metrics)["night"] == {"findings": None, "settled": False}


def test_the_metrics_are_those_of_this_stack(world: World) -> None:
    """Each stack writes to a namespace of its own, so two in one account do not add up."""
    metrics = CloudWatch()
    metrics.measured(WRITES, 8.0, space="Casetree", action="claim", service="api")
    metrics.measured("Broken", 2.0, space="Casetree", service="timers")
    shown = _shown(world, metrics)
    assert (shown["metricsNamespace"], shown["costs"]) == (NAMESPACE, [])
    assert shown["night"]["findings"] is None


@pytest.mark.parametrize("who", ["ann", "bob", "eve"])
def test_only_administrators_are_told(world: World, who: str) -> None:
    """Nothing is asked on anybody else's behalf."""
    asked = list[str]()
    settings = replace(SETTINGS, gauges=replace(gauges(), client=asked.append))
    assert Client(Api(settings, world.session), who).get("/operations").code == "not_allowed"
    assert asked == []
