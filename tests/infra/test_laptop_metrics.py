"""The laptop's own metrics of log lines."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from aws_cdk.assertions import Template
from aws_lambda_powertools import Metrics
from moto import mock_aws

from infra import laptop_metrics_function
from infra.laptop_metrics import FUNCTION, MARK, SOURCE, LaptopMetrics
from infra.settings import Settings
from tests.infra.conftest import make_app

GROUP, STREAM = "a-function", "an-instance"
# Some of them have the word that the logs are searched for.
OTHERS = ("START", "no CloudWatchMetrics here", '["CloudWatchMetrics"]', '{"message": "CloudWatchMetrics"}')


def _line(units: float, action: str = "claim") -> str:
    """As the functions write it."""
    metrics = Metrics(namespace="Casetree", service="api")
    metrics.add_dimension("action", action)
    metrics.add_metric("ConsumedWriteUnits", "Count", units)
    metrics.add_metric("HookAge", "Milliseconds", 12.0)
    line = json.dumps(metrics.serialize_metric_set())
    metrics.clear_metrics()
    return line


def test_a_line_holds_metrics_with_their_dimensions() -> None:
    """As CloudWatch reads the embedded metric format."""
    found = dict.fromkeys(["ConsumedWriteUnits", "HookAge"])
    for namespace, datum in laptop_metrics_function.data(_line(4.5)):
        assert namespace == "Casetree"
        assert {"Name": "action", "Value": "claim"} in datum["Dimensions"]
        assert abs(datetime.now(UTC) - datum["Timestamp"]).total_seconds() < 60
        found[datum["MetricName"]] = (datum["Values"], datum["Unit"])
    assert found == {"ConsumedWriteUnits": ([4.5], "Count"), "HookAge": ([12.0], "Milliseconds")}


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function's logs."""
    monkeypatch.setattr(laptop_metrics_function, "MARK", MARK)
    with mock_aws():
        logs = boto3.client("logs")
        logs.create_log_group(logGroupName=GROUP)
        logs.create_log_stream(logGroupName=GROUP, logStreamName=STREAM)
        yield logs


def _write(logs: Any, moment: datetime, *lines: str) -> None:
    events = [{"timestamp": int(moment.timestamp() * 1000), "message": line} for line in lines]
    logs.put_log_events(logGroupName=GROUP, logStreamName=STREAM, logEvents=events)


def _run(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> int:
    """How many data the function makes at the moment."""
    monkeypatch.setattr(laptop_metrics_function, "time", SimpleNamespace(time=moment.timestamp))
    return laptop_metrics_function.handle({}, None)["data"]


def test_each_line_counts_once(monkeypatch: pytest.MonkeyPatch, logs: Any) -> None:
    """Each run goes on where the last one stopped; what is no metric is passed over."""
    now = datetime.now(UTC)
    _write(logs, now - timedelta(seconds=90), _line(4.0), *OTHERS, _line(1.0, "skip"))
    assert [_run(monkeypatch, now - timedelta(seconds=60)) for _ in range(2)] == [4, 0]
    _write(logs, now - timedelta(seconds=30), _line(2.0))
    assert _run(monkeypatch, now) == 2
    listed = boto3.client("cloudwatch").list_metrics(Namespace="Casetree", MetricName="ConsumedWriteUnits")["Metrics"]
    actions = [each["Value"] for metric in listed for each in metric["Dimensions"] if each["Name"] == "action"]
    assert sorted(actions) == ["claim", "claim", "skip"]


def test_it_runs_once_a_minute_and_may_do_just_that() -> None:
    """It has no layer and no asset: the file is the function."""
    template = Template.from_stack(LaptopMetrics(make_app(), Settings(target="local")))
    function = {"FunctionName": FUNCTION, "Code": {"ZipFile": SOURCE.read_text()}}
    template.has_resource_properties("AWS::Lambda::Function", function)
    template.has_resource_properties("AWS::Events::Rule", {"ScheduleExpression": "rate(1 minute)"})
    (policy,) = template.find_resources("AWS::IAM::Policy").values()
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    services = {action.partition(":")[0] for action in statement["Action"]}
    assert services == {"cloudwatch", "logs", "ssm"}
