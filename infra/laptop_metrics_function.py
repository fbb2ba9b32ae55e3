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
BATCH = 500
"""Data that are sent to CloudWatch in one request, of the thousand that it takes."""
MARGIN = 100
"""Milliseconds that are left to the next run, as lines may still be written with these times."""


def handle(_event: Any, _context: Any) -> dict[str, int]:
    """Makes metrics of all lines that the functions have written since the last run; gives the number of data.

    If a run dies half-way, the next one repeats it, and some data count twice. On a laptop that does no harm.
    """
    logs, metrics, parameters = (_client(service) for service in ("logs", "cloudwatch", "ssm"))
    since, until = _read_until(parameters), int(time.time() * 1000) - MARGIN
    found: dict[str, list[dict[str, Any]]] = {}
    for line in _lines(logs, since, until):
        for namespace, datum in data(line):
            found.setdefault(namespace, []).append(datum)
    for namespace, measured in found.items():
        for start in range(0, len(measured), BATCH):
            metrics.put_metric_data(Namespace=namespace, MetricData=measured[start : start + BATCH])
    parameters.put_parameter(Name=MARK, Value=str(until), Type="String", Overwrite=True)
    return {"data": sum(map(len, found.values()))}


def data(line: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The metrics of a line in CloudWatch's embedded metric format, each with its namespace; none of another line."""
    try:
        told = json.loads(line)
    except ValueError:
        return
    if not isinstance(told, dict) or "_aws" not in told:
        return
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
