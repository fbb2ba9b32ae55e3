"""What is known of the stack as a whole: the failure queue, and the metrics that its functions write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from functions.environment import required
from functions.runtime import make_client

HOUR = 3600
DAY = timedelta(days=1)
UNITS = {"reads": "ConsumedReadUnits", "writes": "ConsumedWriteUnits"}
ATTRIBUTES = {"waiting": "ApproximateNumberOfMessages", "inFlight": "ApproximateNumberOfMessagesNotVisible"}


@dataclass(frozen=True, slots=True)
class Cost:
    """The units that an action, or a job of a function, consumed."""

    action: str
    service: str
    read: float
    write: float


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
    costs: tuple[Cost, ...] | None


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

    def metered(self, now: datetime) -> Metered:
        """What the metrics of the last day, cut to hours, say."""
        found = self._results(now)
        settled = _all(found["settled"])
        known = all(_is_complete(result) for name in UNITS for result in found[name])
        return Metered(
            oldest=_newest(found["oldest"]),
            hook_age=max(_all(found["hookAge"]), default=None),
            findings=max(_all(found["findings"]), default=None),
            settled=sum(settled) > 0 if settled else None,
            costs=tuple(_costs(found)) if known else None,
        )

    def _results(self, now: datetime) -> dict[str, list[Mapping[str, Any]]]:
        found: dict[str, list[Mapping[str, Any]]] = {query["Id"]: [] for query in self._queries()}
        asked = {"MetricDataQueries": self._queries(), "StartTime": now - DAY, "EndTime": now}
        for page in self.client("cloudwatch").get_paginator("get_metric_data").paginate(**asked):
            for result in page["MetricDataResults"]:
                found[result["Id"]].append(result)
        return found

    def _queries(self) -> list[dict[str, Any]]:
        queue = {"QueueName": self._queue.rpartition("/")[2]}
        timers, hooks = {"service": "timers"}, {"action": "hooks", "service": "hooks"}
        return [
            *(_by_action(name, self.namespace, metric) for name, metric in UNITS.items()),
            _one("oldest", "AWS/SQS", "ApproximateAgeOfOldestMessage", queue, "Maximum"),
            _one("hookAge", self.namespace, "HookAge", hooks, "Maximum"),
            _one("findings", self.namespace, "Broken", timers, "Maximum"),
            _one("settled", self.namespace, "SettledAll", timers, "Sum"),
        ]


def _by_action(name: str, namespace: str, metric: str) -> dict[str, Any]:
    """A search, as it is not known beforehand which actions there were; a label tells which one a result is of."""
    # In quotes, a namespace may be any stack's name.
    search = f"SEARCH('{{\"{namespace}\",action,service}} MetricName=\"{metric}\"', 'Sum', {HOUR})"
    return {"Id": name, "Expression": search, "Label": "${PROP('Dim.action')} ${PROP('Dim.service')}"}


def _one(name: str, namespace: str, metric: str, dimensions: Mapping[str, str], statistic: str) -> dict[str, Any]:
    named = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    what = {"Namespace": namespace, "MetricName": metric, "Dimensions": named}
    return {"Id": name, "MetricStat": {"Metric": what, "Period": HOUR, "Stat": statistic}}


def _costs(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[Cost]:
    """What each action consumed, the dearest in writes first."""
    sums: dict[str, dict[str, float]] = {}
    for name in UNITS:
        for result in found[name]:
            units = sums.setdefault(result["Label"], dict.fromkeys(UNITS, 0.0))
            units[name] += sum(result["Values"])
    for label, units in sorted(sums.items(), key=lambda item: (-item[1]["writes"], item[0])):
        action, _, service = label.rpartition(" ")
        yield Cost(action, service, units["reads"], units["writes"])


def _is_complete(result: Mapping[str, Any]) -> bool:
    """Whether this is a result at all: not every CloudWatch can search, as that of a laptop cannot."""
    return result.get("StatusCode") in ("Complete", "PartialData")


def _all(results: Sequence[Mapping[str, Any]]) -> list[float]:
    return [value for result in results for value in result["Values"]]


def _newest(results: Sequence[Mapping[str, Any]]) -> float | None:
    pairs = [pair for result in results for pair in zip(result["Timestamps"], result["Values"], strict=True)]
    return max(pairs)[1] if pairs else None
