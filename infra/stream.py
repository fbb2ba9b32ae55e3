"""How the table's stream reaches the two functions that read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.function import Function
from infra.functions import Functions


@dataclass(frozen=True, kw_only=True)
class Batching:
    """How records are handed to a function."""

    size: int
    window: Duration
    parallel: int
    """Batches of one shard at a time; records of one item stay in order all the same."""


# A record costs a few transactions of some 20 ms each, and a conflict is retried: 25 are done long
# before the time-out. No window, as somebody may wait for the parent. Four at a time, so that a
# busy shard does not hold up everybody, and siblings do not meet at their parent too often.
HOOKS = Batching(size=25, window=Duration.seconds(0), parallel=4)

# The more records in a batch, the more changes of one counter become one write, and PutEvents takes
# ten events at a time: wait a second for company. Two at a time, as four would split the batches.
RELAY = Batching(size=100, window=Duration.seconds(1), parallel=2)

# What reaches these limits is no single bad record, which the functions put aside themselves, but
# an outage or a record that kills the function. Retries go on through an outage of an hour; later
# the nightly settling has less to do than a shard that stands still for the whole day.
RETRIES = 100
MAXIMUM_AGE = Duration.hours(1)


class StreamConsumers(Construct):
    """Both functions get inserts of history entries only: history is the outbox."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        table: dynamodb.Table,
        functions: Functions,
        failures: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        self._table, self._failures = table, failures
        self._map("Hooks", functions.hooks, HOOKS, [history(reacts) for reacts in REACTS])
        self._map("Relay", functions.relay, RELAY, [history()])

    def _map(self, name: str, function: Function, batching: Batching, filters: list[Mapping[str, Any]]) -> None:
        lambda_.EventSourceMapping(
            self,
            name,
            target=function.function,
            event_source_arn=self._table.table_stream_arn,
            # From the oldest record on: what was written before the mapping was there counts, and
            # what comes twice has its effect once.
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            filters=filters,
            batch_size=batching.size,
            max_batching_window=batching.window,
            parallelization_factor=batching.parallel,
            # The functions name the record that failed, so what was done before it is not repeated.
            report_batch_item_failures=True,
            # A record that kills the function cannot be named: halving the batch corners it.
            bisect_batch_on_error=True,
            retry_attempts=RETRIES,
            max_record_age=MAXIMUM_AGE,
            # The message has no record, only its place in the stream: `casetree redrive` reads it there, or settles.
            on_failure=sources.SqsDlq(self._failures),
        )


def history(image: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    """A filter for inserted history entries whose new image matches."""
    dynamodb_part: dict[str, Any] = {"Keys": {"SK": {"S": lambda_.FilterRule.begins_with("HISTORY#")}}}
    if image is not None:
        dynamodb_part["NewImage"] = image
    return lambda_.FilterCriteria.filter(
        {"eventName": lambda_.FilterRule.is_equal("INSERT"), "dynamodb": dynamodb_part}
    )


# `exists` sees leaves only. On AWS the leaves of {"reacts": {"L": [{"S": "children"}]}} are found
# under L and S, through the list. The local stack does not look into lists, but takes any key for a
# leaf. Either pattern is enough, and each matches nothing that the other should not.
REACTS: list[Mapping[str, Any]] = [
    {"reacts": {"L": {"S": lambda_.FilterRule.exists()}}},
    {"reacts": lambda_.FilterRule.exists()},
]
