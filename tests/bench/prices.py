"""List prices in US East (N. Virginia), without free tiers, discounts or taxes.

AWS's own lists, which change without a date, were not at hand. Each price is as a guide quotes it that says of which
day, month or year it is: `seen`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MILLION = 1_000_000
REGION = "US East (N. Virginia)"


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars for one of a thing; `seen` is when the list was quoted so."""

    dollars: float
    seen: str
    source: str


def _each_million(dollars: float, seen: str, source: str) -> Price:
    return Price(dollars / MILLION, seen, source)


PRICES: Mapping[str, Price] = {
    "api gateway: request to an HTTP API": _each_million(1.00, "2026", "API Gateway, HTTP APIs, first 300 million"),
    "lambda: request": _each_million(0.20, "2026-05-11", "AWS Lambda, on demand"),
    "lambda: GB-second": Price(0.0000133334, "2026-05-11", "AWS Lambda, ARM, first 7.5 billion"),
    "dynamodb: write unit": _each_million(0.625, "2025-07-21", "DynamoDB, on demand, standard table class"),
    "dynamodb: read unit": _each_million(0.125, "2025-07-21", "DynamoDB, on demand, standard table class"),
    "eventbridge: event": _each_million(1.00, "2026-06", "EventBridge, custom events of up to 64 KB"),
    "cloudwatch: GB of log": Price(0.50, "2026-06", "CloudWatch Logs, ingestion, standard class"),
}
"""What DynamoDB's stream, and the rule that wakes the timers, cost a function to read is nothing."""

OTHERS: Mapping[str, tuple[float, float, str]] = {
    "Step Functions Standard, a million state transitions": (25.0, 25.0, "2026"),
    "Temporal Cloud, a million actions": (25.0, 50.0, "2026-07-02"),
}


DISCOUNTS: Mapping[str, Price] = {
    "x86": Price(0.0000166667, "2026-05-11", "AWS Lambda GB-second, x86, first 6 billion"),
    "rest": _each_million(3.50, "2026", "API Gateway, REST APIs, first 333 million"),
    "provisioned: write unit and hour": Price(0.00065, "2025-07-21", "DynamoDB, provisioned, standard table class"),
    "provisioned: read unit and hour": Price(0.00013, "2025-07-21", "DynamoDB, provisioned, standard table class"),
}
"""What else something that has a price can be had for."""

RESERVED = {"provisioned": 1.0, "reserved for a year": 1 - 0.54, "reserved for three years": 1 - 0.77}
"""What of the hourly price is left, as quoted in March 2026: the share paid beforehand is in it."""

HOUR = 3_600


def provisioned(kind: str, term: str, used: float) -> float:
    """Dollars for one unit of provisioned capacity, of which so large a share is used; raises KeyError if unknown."""
    return DISCOUNTS[f"provisioned: {kind} unit and hour"].dollars * RESERVED[term] / HOUR / used


def dynamodb(read: float, write: float) -> float:
    """Dollars for so many units."""
    return read * PRICES["dynamodb: read unit"].dollars + write * PRICES["dynamodb: write unit"].dollars
