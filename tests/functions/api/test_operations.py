"""The route that shows how the stack does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.session import get_session
from botocore.validate import validate_parameters

from functions.api.app import Api
from tests.functions.api.client import ADMIN_GROUP, Client
from tests.functions.api.conftest import SETTINGS, World
from tests.functions.api.gauges import NAMESPACE, QUEUE_URL, Clients, gauges

HOURS = [datetime(2026, 11, 22, hour, tzinfo=UTC) for hour in (8, 7)]


def _result(name: str, *values: float, label: str = "", status: str = "Complete") -> dict[str, Any]:
    return {"Id": name, "Label": label, "StatusCode": status, "Values": values, "Timestamps": HOURS[: len(values)]}


def _shown(world: World, clients: Clients) -> Any:
    """What an administrator is told."""
    settings = replace(SETTINGS, gauges=gauges(clients))
    answer = Client(Api(settings, world.session), "admin", ADMIN_GROUP).get("/operations")
    assert answer.status == 200, answer.text
    return answer.json


def test_the_failure_queue_is_shown_as_it_is(world: World) -> None:
    """How much waits there now, how much is being looked at, and how old the oldest was in the last hour known."""
    shown = _shown(world, Clients(3, [[_result("oldest", 7200.0, 3600.0)]]))
    assert shown["failureQueue"] == {"waiting": 3, "inFlight": 1, "oldestInSeconds": 7200.0}


def test_the_cost_of_a_day_is_summed_by_action(world: World) -> None:
    """Over all hours and pages, the dearest in writes first."""
    first = [_result("writes", 8.0, 4.5, label="claim api"), _result("writes", 90.0, label="relay relay")]
    second = [_result("reads", 2.0, label="claim api"), _result("reads", 1.0, label="getTask api")]
    assert _shown(world, Clients(0, [first, second]))["costs"] == [
        {"action": "relay", "service": "relay", "readUnits": 0.0, "writeUnits": 90.0},
        {"action": "claim", "service": "api", "readUnits": 2.0, "writeUnits": 12.5},
        {"action": "getTask", "service": "api", "readUnits": 1.0, "writeUnits": 0.0},
    ]


def test_what_cannot_be_searched_is_not_known(world: World) -> None:
    """A laptop's CloudWatch knows no searches: no cost is not the same as none that is known."""
    failed = [_result(name, status="InternalError") for name in ("reads", "writes")]
    assert _shown(world, Clients(0, [failed]))["costs"] is None
    assert _shown(world, Clients(0, [[]]))["costs"] == []


def test_the_night_and_the_reactions_are_shown(world: World) -> None:
    """The most that the doctor found, whether all was settled, and the longest reaction; null where nothing tells."""
    told = [_result("hookAge", 120.0, 80.0), _result("findings", 0.0, 2.0), _result("settled", 0.0, 1.0)]
    shown = _shown(world, Clients(0, [told]))
    assert (shown["hookAgeInMilliseconds"], shown["night"]) == (120.0, {"findings": 2.0, "settled": True})
    shown = _shown(world, Clients())
    assert (shown["hookAgeInMilliseconds"], shown["night"]) == (None, {"findings": None, "settled": None})


def test_what_is_asked_is_what_aws_takes(world: World) -> None:
    """Names and shapes of parameters are those of the services, and the queue is the stack's own."""
    clients = Clients()
    _shown(world, clients)
    session = get_session()
    for service, operation, asked in zip(
        ("sqs", "cloudwatch"), ("GetQueueAttributes", "GetMetricData"), clients.asked, strict=True
    ):
        model = session.get_service_model(service).operation_model(operation)
        assert model.input_shape is not None
        validate_parameters(asked, model.input_shape)
    assert clients.asked[0]["QueueUrl"] == QUEUE_URL
    dimensions = [query["MetricStat"]["Metric"]["Dimensions"] for query in clients.asked[1]["MetricDataQueries"][2:]]
    assert {"Name": "QueueName", "Value": "failures"} in dimensions[0]
    # As the function hooks writes it: a metric has no value under other dimensions.
    assert dimensions[1] == [{"Name": "action", "Value": "hooks"}, {"Name": "service", "Value": "hooks"}]


def test_the_metrics_are_those_of_this_stack(world: World) -> None:
    """Each stack writes to a namespace of its own, so two in one account do not add up."""
    clients = Clients()
    assert _shown(world, clients)["metricsNamespace"] == NAMESPACE
    searches, named = clients.asked[1]["MetricDataQueries"][:2], clients.asked[1]["MetricDataQueries"][3:]
    assert all(f'{{"{NAMESPACE}",action,service}}' in query["Expression"] for query in searches)
    assert {query["MetricStat"]["Metric"]["Namespace"] for query in named} == {NAMESPACE}


@pytest.mark.parametrize("who", ["ann", "bob", "eve"])
def test_only_administrators_are_told(world: World, who: str) -> None:
    """Nothing is asked of anybody else's behalf."""
    clients = Clients()
    settings = replace(SETTINGS, gauges=gauges(clients))
    assert Client(Api(settings, world.session), who).get("/operations").code == "not_allowed"
    assert clients.asked == []
