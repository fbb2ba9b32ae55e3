"""What is known of the stack as a whole: the failure queue, and the metrics that its functions write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from functions.environment import required
from functions.runtime import make_client

HOUR = 3600
DAY = timedelta(days=1)
UNITS = {"ConsumedReadUnits": "reads", "ConsumedWriteUnits": "writes"}
ATTRIBUTES = {"waiting": "ApproximateNumberOfMessages", "inFlight": "ApproximateNumberOfMessagesNotVisible"}
AT_ONCE = 500
"""Metrics that CloudWatch gives the data of in one request."""

Metric = Mapping[str, Any]
"""As CloudWatch names one: namespace, name and dimensions."""
Points = list[tuple[datetime, float]]
"""What a metric came to in each hour that has a value."""


@dataclass(frozen=True, slots=True)
class Cost:
    """The units that an action, or a job of a function, consumed."""

    action: str
    service: str
    reads: float
    writes: float


@dataclass(frozen=True, slots=True)
class Metered:
    """What the metrics of the last day say; None where they say nothing.

    `oldest` is in seconds, `hook_age` in milliseconds: the longest that a reaction took. `findings` is what the
    doctor found at night, and `settled` whether a round of settling was whole.
    """

    oldest: float | None
    hook_age: float | None
    findings: float | None
    settled: bool | None
    costs: tuple[Cost, ...]


@dataclass(frozen=True, slots=True)
class Gauges:
    """Reads the failure queue and the metrics; its clients are made when they are first needed."""

    environment: Mapping[str, str]
    client: Callable[[str], Any]

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Gauges:
        """The gauges of the stack that the environment names."""
        return cls(environment, cache(lambda service: make_client(service, environment)))

    @property
    def _queue(self) -> str:
        return required(self.environment, "CASETREE_FAILURE_QUEUE_URL")

    @property
    def namespace(self) -> str:
        """Where the stack's functions write their metrics: no other stack writes there."""
        return required(self.environment, "POWERTOOLS_METRICS_NAMESPACE")

    def failures(self) -> Mapping[str, int]:
        """How many records wait on the failure queue, and how many somebody has taken to look at."""
        answer = self.client("sqs").get_queue_attributes(QueueUrl=self._queue, AttributeNames=[*ATTRIBUTES.values()])
        return {name: int(answer["Attributes"][attribute]) for name, attribute in ATTRIBUTES.items()}

    def metered(self) -> Metered:
        """What the metrics of the last day, cut to hours, say; metrics know no clock that was moved."""
        consumed = [*self._consumed()]
        queue = {"QueueName": self._queue.rpartition("/")[2]}
        timers, hooks = {"service": "timers"}, {"action": "hooks", "service": "hooks"}
        points = self._points(
            {
                "oldest": _query(_metric("AWS/SQS", "ApproximateAgeOfOldestMessage", queue), "Maximum"),
                "hookAge": _query(_metric(self.namespace, "HookAge", hooks), "Maximum"),
                "findings": _query(_metric(self.namespace, "Broken", timers), "Maximum"),
                "settled": _query(_metric(self.namespace, "SettledAll", timers), "Sum"),
                **{f"units{number}": _query(metric, "Sum") for number, metric in enumerate(consumed)},
            }
        )
        settled = _values(points["settled"])
        return Metered(
            oldest=max(points["oldest"])[1] if points["oldest"] else None,
            hook_age=max(_values(points["hookAge"]), default=None),
            findings=max(_values(points["findings"]), default=None),
            settled=sum(settled) > 0 if settled else None,
            costs=_costs([(metric, points[f"units{number}"]) for number, metric in enumerate(consumed)]),
        )

    def _consumed(self) -> Iterator[Metric]:
        """The metrics of units by action: which actions there were, nobody knows beforehand."""
        asked = {"Namespace": self.namespace, "Dimensions": [{"Name": "action"}, {"Name": "service"}]}
        for page in self.client("cloudwatch").get_paginator("list_metrics").paginate(**asked):
            yield from (metric for metric in page["Metrics"] if metric["MetricName"] in UNITS)

    def _points(self, queries: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Points]:
        """What became of each query; of one with much to tell, a part may come with each page."""
        now, points = datetime.now(UTC), defaultdict[str, Points](list)
        asked = [{"Id": name, "MetricStat": query} for name, query in queries.items()]
        for start in range(0, len(asked), AT_ONCE):
            chunk = {"MetricDataQueries": asked[start : start + AT_ONCE], "StartTime": now - DAY, "EndTime": now}
            for page in self.client("cloudwatch").get_paginator("get_metric_data").paginate(**chunk):
                for result in page["MetricDataResults"]:
                    points[result["Id"]] += zip(result["Timestamps"], result["Values"], strict=True)
        return points


def _metric(namespace: str, name: str, dimensions: Mapping[str, str]) -> Metric:
    named = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    return {"Namespace": namespace, "MetricName": name, "Dimensions": named}


def _query(metric: Metric, statistic: str) -> Mapping[str, Any]:
    return {"Metric": metric, "Period": HOUR, "Stat": statistic}


def _costs(consumed: Iterable[tuple[Metric, Points]]) -> tuple[Cost, ...]:
    """What each action consumed, the dearest in writes first; of those in no hour of the day nothing is told."""
    sums = defaultdict[tuple[str, str], dict[str, float]](lambda: dict.fromkeys(UNITS.values(), 0.0))
    for metric, points in consumed:
        if points:
            of = {each["Name"]: each["Value"] for each in metric["Dimensions"]}
            sums[of["action"], of["service"]][UNITS[metric["MetricName"]]] += sum(_values(points))
    dearest = sorted(sums.items(), key=lambda item: (-item[1]["writes"], item[0]))
    return tuple(Cost(action, service, **units) for (action, service), units in dearest)


def _values(points: Points) -> list[float]:
    return [value for _, value in points]
