"""The function of the laptop alone that makes metrics of log lines; it is deployed as this one file."""

import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import botocore.session

MARK = os.environ.get("MARK", "")
"""The parameter that remembers how far the logs were read, in milliseconds."""
DATA = 500
"""What is sent to CloudWatch in one request; it takes a thousand."""
LATE = 100
"""Milliseconds after which no line of before is written any more."""


def handle(_event: Any, _context: Any) -> dict[str, int]:
    """What the functions measured since the last run is among the metrics; how many data that were.

    A run that dies half-way is repeated as a whole by the next one, so some data may count twice: on a laptop.
    """
    logs, metrics, parameters = (_client(service) for service in ("logs", "cloudwatch", "ssm"))
    since, until = _read_until(parameters), int(time.time() * 1000) - LATE
    found: dict[str, list[dict[str, Any]]] = {}
    for line in _lines(logs, since, until):
        for namespace, datum in data(line):
            found.setdefault(namespace, []).append(datum)
    for namespace, measured in found.items():
        for start in range(0, len(measured), DATA):
            metrics.put_metric_data(Namespace=namespace, MetricData=measured[start : start + DATA])
    parameters.put_parameter(Name=MARK, Value=str(until), Type="String", Overwrite=True)
    return {"data": sum(map(len, found.values()))}


def data(line: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The metrics that a line in CloudWatch's embedded metric format holds, each with its namespace."""
    told = json.loads(line)
    moment = datetime.fromtimestamp(told["_aws"]["Timestamp"] / 1000, UTC)
    for directive in told["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            dimensions = [{"Name": name, "Value": told[name]} for name in names]
            for metric in directive["Metrics"]:
                value = told[metric["Name"]]
                yield (
                    directive["Namespace"],
                    {
                        "MetricName": metric["Name"],
                        "Dimensions": dimensions,
                        "Timestamp": moment,
                        "Values": value if isinstance(value, list) else [value],
                        "Unit": metric.get("Unit", "None"),
                    },
                )


def _client(service: str) -> Any:
    return botocore.session.get_session().create_client(service)


def _read_until(parameters: Any) -> int:
    try:
        return int(parameters.get_parameter(Name=MARK)["Parameter"]["Value"])
    except parameters.exceptions.ParameterNotFound:
        return 0


def _lines(logs: Any, since: int, until: int) -> Iterator[str]:
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            asked = {"logGroupName": group["logGroupName"], "startTime": since, "endTime": until - 1}
            lines = logs.get_paginator("filter_log_events").paginate(filterPattern="CloudWatchMetrics", **asked)
            yield from (event["message"] for found in lines for event in found["events"])
