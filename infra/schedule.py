"""The rules that wake the timers."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

SHARDS = 16
SWEEPS = 4


class Schedule(Construct):
    """Every minute four sweeps share the shards of the due index; every night some runs settle."""

    def __init__(self, scope: Construct, construct_id: str, *, timers: lambda_.IFunction) -> None:
        super().__init__(scope, construct_id)
        each = SHARDS // SWEEPS
        events.Rule(
            self,
            "EveryMinute",
            description="Fires the timers that are due",
            schedule=events.Schedule.rate(Duration.minutes(1)),
            targets=[
                # The next minute does what this one could not: an old sweep is not worth a retry.
                _run(timers, {"job": "sweep", "shards": list(range(first, first + each))}, Duration.minutes(1), 0)
                for first in range(0, SHARDS, each)
            ],
        )
        events.Rule(
            self,
            "EveryNight",
            description="Finds and does what a lost stream record left undone",
            # Twelve runs of up to a quarter of an hour; each goes on where the one before stopped, also
            # on the next night, and one that finds the day's round done ends at once.
            schedule=events.Schedule.cron(minute="17/20", hour="1-4"),
            targets=[_run(timers, {"job": "settle", "nightly": True}, Duration.minutes(20), 0)],
        )


def _run(timers: lambda_.IFunction, payload: dict[str, object], age: Duration, retries: int) -> targets.LambdaFunction:
    return targets.LambdaFunction(
        timers, event=events.RuleTargetInput.from_object(payload), max_event_age=age, retry_attempts=retries
    )
