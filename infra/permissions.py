"""The statements of which the functions' roles are made: exact actions on exact resources."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Aws
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs

READ = ("GetItem", "BatchGetItem", "Query")
# A transaction is authorized as the single writes and checks that it is made of.
WRITE = ("PutItem", "UpdateItem", "DeleteItem")
# Counters and what is counted come and change, but never go.
COUNT = ("PutItem", "UpdateItem")
CHECK = ("ConditionCheckItem",)
SCAN = ("Scan",)

# Under this partition key a local stack keeps the offset of its clock.
CLOCK = "CLOCK"


def use_table(table: dynamodb.ITable, *actions: str) -> iam.PolicyStatement:
    """Items of the table itself may be used in these ways."""
    return iam.PolicyStatement(
        sid="Table", actions=[f"dynamodb:{action}" for action in actions], resources=[table.table_arn]
    )


def query_indexes(table: dynamodb.ITable, names: Sequence[str]) -> iam.PolicyStatement:
    """The named indexes may be queried, no other."""
    return iam.PolicyStatement(
        sid="Indexes", actions=["dynamodb:Query"], resources=[f"{table.table_arn}/index/{name}" for name in names]
    )


def use_key(key: kms.IKey) -> iam.PolicyStatement:
    """The table's own key may be used, through DynamoDB only."""
    actions = ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo")
    via = {"StringEquals": {"kms:ViaService": f"dynamodb.{Aws.REGION}.amazonaws.com"}}
    return iam.PolicyStatement(
        sid="Key", actions=[f"kms:{action}" for action in actions], resources=[key.key_arn], conditions=via
    )


def never_move_the_clock(table: dynamodb.ITable) -> iam.PolicyStatement:
    """Whatever else is allowed, the clock's partition may not be written."""
    return iam.PolicyStatement(
        sid="NeverMoveTheClock",
        effect=iam.Effect.DENY,
        actions=[f"dynamodb:{action}" for action in (*WRITE, "BatchWriteItem")],
        resources=[table.table_arn],
        conditions={"ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": [CLOCK]}},
    )


def read_stream(table: dynamodb.ITable) -> list[iam.PolicyStatement]:
    """What Lambda's poller does in the name of a function that a stream invokes."""
    actions = ("DescribeStream", "GetRecords", "GetShardIterator")
    return [
        iam.PolicyStatement(
            sid="Stream",
            actions=[f"dynamodb:{action}" for action in actions],
            resources=[table.table_stream_arn or ""],
        ),
        # Lambda asks for this one when it makes the mapping; it names no stream.
        iam.PolicyStatement(sid="FindStream", actions=["dynamodb:ListStreams"], resources=["*"]),
    ]


def send_to(queue: sqs.IQueue) -> iam.PolicyStatement:
    """Messages may be put on the queue, not read from it."""
    return iam.PolicyStatement(sid="FailureQueue", actions=["sqs:SendMessage"], resources=[queue.queue_arn])


def look_at(queue: sqs.IQueue) -> iam.PolicyStatement:
    """It may be asked how many messages are on the queue; none may be read."""
    return iam.PolicyStatement(sid="Depth", actions=["sqs:GetQueueAttributes"], resources=[queue.queue_arn])


def read_metrics() -> iam.PolicyStatement:
    """Metrics may be listed and read: of the whole account, as both name no resource and take no condition."""
    actions = ["cloudwatch:GetMetricData", "cloudwatch:ListMetrics"]
    return iam.PolicyStatement(sid="Metrics", actions=actions, resources=["*"])


def put_events_on(bus: events.IEventBus) -> iam.PolicyStatement:
    """Events may be put on this bus."""
    return iam.PolicyStatement(sid="Bus", actions=["events:PutEvents"], resources=[bus.event_bus_arn])


def read_secret(arn: str) -> iam.PolicyStatement:
    """The value of this one secret may be read."""
    return iam.PolicyStatement(sid="Secret", actions=["secretsmanager:GetSecretValue"], resources=[arn])


def write_log(group: logs.ILogGroup) -> iam.PolicyStatement:
    """A function may write its own log, which exists already."""
    return iam.PolicyStatement(
        sid="Log", actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[group.log_group_arn]
    )
