"""A failure queue as moto keeps it, and metrics: those of moto know no namespaces, and are listed more than once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.session import get_session
from botocore.validate import validate_parameters

from functions.api.gauges import Gauges
from tests.storage.table import REGION

NAMESPACE = "Casetree-staging"
QUEUE = "failures"
QUEUE_URL = f"https://sqs.{REGION}.amazonaws.com/123456789012/{QUEUE}"
PAGE = 3

Key = tuple[str, str, tuple[tuple[str, str], ...]]
Request = Callable[..., Sequence[Any]]


@dataclass
class CloudWatch:
    """Stands for its client: takes what AWS takes, and answers in pages of few results and of one value each."""

    kept: dict[Key, list[tuple[datetime, float]]] = field(default_factory=dict)

    def measured(
        self, name: str, value: float, hours_ago: float = 0, space: str = NAMESPACE, **dimensions: str
    ) -> None:
        """The metric had the value then."""
        moment = datetime.now(UTC) - timedelta(hours=hours_ago, seconds=1)
        self.kept.setdefault((space, name, tuple(sorted(dimensions.items()))), []).append((moment, value))

    def get_paginator(self, name: str) -> Pages:
        """Pages of what is asked for."""
        requests: Mapping[str, tuple[str, str, Request]] = {
            "list_metrics": ("ListMetrics", "Metrics", self._listed),
            "get_metric_data": ("GetMetricData", "MetricDataResults", self._data),
        }
        return Pages(*requests[name])

    def _listed(self, **asked: Any) -> list[Any]:
        names = {each["Name"] for each in asked["Dimensions"]}
        return [
            {"Namespace": space, "MetricName": name, "Dimensions": _named(dimensions)}
            for space, name, dimensions in self.kept
            if space == asked["Namespace"] and names <= dict(dimensions).keys()
        ]

    def _data(self, **asked: Any) -> list[Any]:
        assert len(asked["MetricDataQueries"]) <= 500
        found = []
        for query in asked["MetricDataQueries"]:
            metric = query["MetricStat"]["Metric"]
            dimensions = tuple(sorted((each["Name"], each["Value"]) for each in metric["Dimensions"]))
            for moment, value in self.kept.get((metric["Namespace"], metric["MetricName"], dimensions), ()):
                if asked["StartTime"] <= moment < asked["EndTime"]:
                    found.append({"Id": query["Id"], "Timestamps": [moment], "Values": [value]})
        return found


@dataclass(frozen=True)
class Pages:
    """A paginator of one request."""

    operation: str
    key: str
    request: Request

    def paginate(self, **asked: Any) -> Iterator[Mapping[str, Any]]:
        """The answer, some at a time; raises ParamValidationError for what AWS would not take."""
        shape = get_session().get_service_model("cloudwatch").operation_model(self.operation).input_shape
        assert shape is not None
        validate_parameters(asked, shape)
        found = self.request(**asked)
        return iter({self.key: found[start : start + PAGE]} for start in range(0, max(len(found), 1), PAGE))


def _named(dimensions: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in dimensions]


def gauges(metrics: CloudWatch | None = None) -> Gauges:
    """Gauges that read there; the queue's client is made where moto is active."""
    cloudwatch = metrics or CloudWatch()
    environment = {"CASETREE_FAILURE_QUEUE_URL": QUEUE_URL, "POWERTOOLS_METRICS_NAMESPACE": NAMESPACE}
    return Gauges(environment, lambda service: cloudwatch if service == "cloudwatch" else sqs())


def sqs() -> Any:
    """A client of the queue's service."""
    return boto3.client("sqs", region_name=REGION)


def create_queue() -> None:
    """The failure queue exists, and is empty."""
    assert sqs().create_queue(QueueName=QUEUE)["QueueUrl"] == QUEUE_URL
