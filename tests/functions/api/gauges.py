"""A failure queue and metrics that say what they are told to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from functions.api.gauges import Gauges

NAMESPACE = "Casetree-staging"
QUEUE_URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/failures"


@dataclass
class Clients:
    """Stands for the clients of SQS and CloudWatch; `results` come in as many pages as there are."""

    waiting: int = 0
    results: Sequence[Sequence[Mapping[str, Any]]] = ((),)
    asked: list[Mapping[str, Any]] = field(default_factory=list)

    def get_queue_attributes(self, **asked: Any) -> Mapping[str, Any]:
        """Answers as SQS does: in texts."""
        self.asked.append(asked)
        numbers = {"ApproximateNumberOfMessages": self.waiting, "ApproximateNumberOfMessagesNotVisible": 1}
        return {"Attributes": {name: str(numbers[name]) for name in asked["AttributeNames"]}}

    def get_paginator(self, name: str) -> Clients:
        """Only metrics come in pages."""
        assert name == "get_metric_data"
        return self

    def paginate(self, **asked: Any) -> Iterator[Mapping[str, Any]]:
        """The pages of results."""
        self.asked.append(asked)
        return iter({"MetricDataResults": page} for page in self.results)


def gauges(clients: Clients | None = None) -> Gauges:
    """Gauges that read there."""
    there = clients or Clients()
    environment = {"CASETREE_FAILURE_QUEUE_URL": QUEUE_URL, "POWERTOOLS_METRICS_NAMESPACE": NAMESPACE}
    return Gauges(environment, lambda service: there)
