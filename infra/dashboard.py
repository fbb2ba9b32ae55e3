"""One page that shows how the stack is doing, from the caller down to the table."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.api import HttpApi
from infra.functions import Functions


def dashboard(
    scope: Construct,
    *,
    table: dynamodb.Table,
    functions: Functions,
    failures: sqs.IQueue,
    api: HttpApi,
    namespace: str,
) -> cloudwatch.Dashboard:
    """The dashboard; its rows follow a request: API, functions, stream and timers, table and cost.

    `namespace` is that of the stack's own metrics.
    """

    def search(metric: str, statistic: str) -> cloudwatch.MathExpression:
        return _search(namespace, metric, statistic)

    each = {name: function.function for name, function in functions.all.items()}
    readers = {name: each[name] for name in ("hooks", "relay")}
    return cloudwatch.Dashboard(
        scope,
        "Dashboard",
        default_interval=Duration.hours(3),
        widgets=[
            [
                _graph("Requests", [api.api.metric_count()]),
                _graph("Refused and failed", [api.api.metric_client_error(), api.api.metric_server_error()]),
                _graph("Latency, p50 and p99", [api.api.metric_latency(statistic=p) for p in ("p50", "p99")]),
            ],
            [
                _graph("Invocations", [f.metric_invocations(label=name) for name, f in each.items()]),
                _graph("Duration, p99", [f.metric_duration(label=name, statistic="p99") for name, f in each.items()]),
                _graph(
                    "Errors and throttles",
                    [f.metric_errors(label=f"{name} errors") for name, f in each.items()]
                    + [f.metric_throttles(label=f"{name} throttles") for name, f in each.items()],
                ),
            ],
            [
                _graph("Hook age, ms", [search("HookAge", "p99"), search("HookAge", "p50")]),
                _graph(
                    "Behind the stream, ms",
                    [f.metric("IteratorAge", label=name, statistic="Maximum") for name, f in readers.items()],
                ),
                _graph("Failure queue", [failures.metric_approximate_number_of_messages_visible()]),
            ],
            [
                _graph(
                    "Table: consumed units",
                    [table.metric_consumed_read_capacity_units(), table.metric_consumed_write_capacity_units()],
                ),
                _graph("Units by action", [search("ConsumedReadUnits", "Sum"), search("ConsumedWriteUnits", "Sum")]),
                _graph("Settled at night, and findings", [search("Findings", "Sum"), search("Broken", "Maximum")]),
            ],
        ],
    )


def _graph(title: str, metrics: Sequence[cloudwatch.IMetric]) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=8, height=6)


def _search(namespace: str, metric: str, statistic: str) -> cloudwatch.MathExpression:
    """All series of one of the engine's own metrics, whatever its dimensions."""
    query = f'Namespace="{namespace}" MetricName="{metric}"'
    return cloudwatch.MathExpression(
        expression=f"SEARCH('{query}', '{statistic}', 300)", label=f"{metric} {statistic}", using_metrics={}
    )
