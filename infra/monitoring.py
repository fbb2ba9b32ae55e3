"""What tells an operator that something is stuck, failing or slow."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.api import HttpApi
from infra.functions import Functions
from infra.settings import Settings

FIVE_MINUTES = Duration.minutes(5)
MINUTE_IN_MILLISECONDS = 60_000
RUNBOOK = "What to do: docs/runbook.md"

_AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
_LESS_THAN = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD


class Alarms(Construct):
    """Alarms on what is watched, each on one metric, over five minutes unless it is about nights.

    None computes with metrics: one metric is easier to reason about at night, and the local stack
    knows no metric math.
    """

    def __init__(self, scope: Construct, construct_id: str, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self._namespace = settings.metrics_namespace
        topic = settings.alarm_topic
        self._action = actions.SnsAction(sns.Topic.from_topic_arn(self, "Topic", topic)) if topic else None

    def watch_stream(self, functions: Functions, failures: sqs.IQueue) -> None:
        """Tells of records that failed, and of a stream that is read late or not at all."""
        depth = failures.metric_approximate_number_of_messages_visible(statistic="Maximum")
        self._alarm("FailureQueueDepth", depth, "A stream record could not be processed and waits for a person.")
        late = "Parents react more than a minute after the change that they react to."
        self._alarm("HookAge", hook_age(self._namespace), late, threshold=MINUTE_IN_MILLISECONDS)
        for name, function in (("Hooks", functions.hooks), ("Relay", functions.relay)):
            age = function.function.metric("IteratorAge", statistic="Maximum")
            text = f"The function {name.lower()} is more than a minute behind the stream, or stands still."
            self._alarm(f"{name}IteratorAge", age, text, threshold=MINUTE_IN_MILLISECONDS)

    def watch_functions(self, functions: Functions) -> None:
        """Tells of functions that fail, or are not let run."""
        for name, function in functions.all.items():
            label = name.capitalize()
            self._alarm(f"{label}Errors", function.function.metric_errors(), f"The function {name} failed.")
            text = f"The function {name} could not start: the account's concurrency is used up."
            self._alarm(f"{label}Throttles", function.function.metric_throttles(), text)

    def watch_timers(self, functions: Functions) -> None:
        """Tells of sweeps that do not happen, of nights on which not all was settled, and of what the doctor found."""
        self._alarm(
            "SweepMissing",
            functions.timers.function.metric_invocations(),
            "For five minutes no sweep ran: what is due does not fire.",
            comparison=_LESS_THAN,
            missing=cloudwatch.TreatMissingData.BREACHING,
        )
        settled = cloudwatch.Metric(
            namespace=self._namespace,
            metric_name="SettledAll",
            dimensions_map={"service": "timers"},
            statistic="Sum",
            period=Duration.days(1),
        )
        self._alarm(
            "SettlingMissing",
            settled,
            "For two days no round of the nightly settling was whole.",
            comparison=_LESS_THAN,
            missing=cloudwatch.TreatMissingData.BREACHING,
            periods=2,
        )
        found = cloudwatch.Metric(
            namespace=self._namespace,
            metric_name="Broken",
            dimensions_map={"service": "timers"},
            statistic="Maximum",
            period=Duration.hours(1),
        )
        self._alarm("Findings", found, "At night the doctor found what should not be: see the events FindingMade.")

    def watch_table(self, table: dynamodb.Table) -> None:
        """Tells of throttling, by the table or an index, and of DynamoDB's own failures."""
        name = {"TableName": table.table_name}
        for kind in ("Read", "Write"):
            text = f"The table throttles {kind.lower()}s: look for a hot partition."
            self._alarm(f"Table{kind}Throttles", _table_metric(f"{kind}ThrottleEvents", name), text)
        # An index that cannot keep up shows here, not among the table's own events.
        throttled = _table_metric("ThrottledRequests", {**name, "Operation": "TransactWriteItems"})
        self._alarm("TransactionThrottles", throttled, "Transactions are throttled, by the table or an index.")
        for operation in ("TransactWriteItems", "BatchGetItem", "Query"):
            errors = _table_metric("SystemErrors", {**name, "Operation": operation})
            self._alarm(f"{operation}Errors", errors, f"DynamoDB failed at {operation}, by no fault of ours.")

    def watch_api(self, api: HttpApi) -> None:
        """Tells of requests that ended in a 5xx."""
        self._alarm("Http5xx", api.api.metric_server_error(statistic="Sum"), "The API answered with a 5xx.")

    def _alarm(
        self,
        name: str,
        metric: cloudwatch.IMetric,
        description: str,
        *,
        threshold: int = 1,
        comparison: cloudwatch.ComparisonOperator = _AT_LEAST,
        missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
        periods: int = 1,
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            alarm_description=f"{description} {RUNBOOK}, {name}.",
            threshold=threshold,
            comparison_operator=comparison,
            evaluation_periods=periods,
            treat_missing_data=missing,
        )
        if self._action is not None:
            alarm.add_alarm_action(self._action)
            alarm.add_ok_action(self._action)


def hook_age(namespace: str) -> cloudwatch.Metric:
    """Milliseconds from a change to the end of its hooks, of the slowest in a hundred."""
    return cloudwatch.Metric(
        namespace=namespace,
        metric_name="HookAge",
        dimensions_map={"action": "hooks", "service": "hooks"},
        statistic="p99",
        period=FIVE_MINUTES,
    )


def _table_metric(name: str, dimensions: dict[str, str]) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/DynamoDB", metric_name=name, dimensions_map=dimensions, statistic="Sum", period=FIVE_MINUTES
    )
