"""The queue of stream records that could not be processed."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.exemption import exempt


class FailureQueue(Construct):
    """Keeps the keys of a failed record, with the error, until an operator sends it back.

    The functions put a record here themselves when it alone is at fault; Lambda does so for what it
    gives up on, then with the place in the stream instead of keys.
    """

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            # The longest there is: an alarm tells of the first record, but people take holidays.
            retention_period=Duration.days(14),
        )
        self.queue.add_to_resource_policy(_encrypted_connections_only(self.queue))
        exempt(self.queue, "AwsSolutions-SQS3", "This is the dead-letter queue: what is in it waits for a person.")


def _encrypted_connections_only(queue: sqs.Queue) -> iam.PolicyStatement:
    """Plain HTTP is refused, except from loopback: the local stack speaks it, and on AWS nothing comes from there."""
    return iam.PolicyStatement(
        sid="EncryptedConnectionsOnly",
        effect=iam.Effect.DENY,
        principals=[iam.AnyPrincipal()],
        actions=["sqs:*"],
        resources=[queue.queue_arn],
        conditions={
            "Bool": {"aws:SecureTransport": "false"},
            "NotIpAddress": {"aws:SourceIp": "127.0.0.1/32"},
        },
    )
