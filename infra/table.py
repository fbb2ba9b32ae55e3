"""The one table: everything that Casetree knows."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.settings import Settings

PARTY_QUEUE = "party-queue"
ORGANIZATION_QUEUE = "organization-queue"
UNASSIGNED = "unassigned"
TIMELINE = "timeline"
DUE = "due"

_STRING = dynamodb.AttributeType.STRING


class Table(Construct):
    """A table with its indexes, recovery, expiry and stream.

    It is no global table on purpose: the engine's promises rest on conditions and transactions,
    which hold within one region, and its stream carries new images only.
    """

    def __init__(self, scope: Construct, construct_id: str, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        # A key that AWS owns costs nothing and needs no permission. A key of the account costs a
        # request to KMS now and then, and lets its owner see and cut off every use.
        self.key = _key(self, settings) if settings.customer_key else None
        self.table = dynamodb.Table(
            self,
            "Table",
            partition_key=dynamodb.Attribute(name="PK", type=_STRING),
            sort_key=dynamodb.Attribute(name="SK", type=_STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute="expires",
            # History entries never change: whoever reads the stream needs no old image.
            stream=dynamodb.StreamViewType.NEW_IMAGE,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED if self.key else dynamodb.TableEncryption.DEFAULT,
            encryption_key=self.key,
            deletion_protection=not settings.throwaway,
            removal_policy=RemovalPolicy.DESTROY if settings.throwaway else RemovalPolicy.RETAIN,
        )
        self._add_indexes()

    def _add_indexes(self) -> None:
        """Sparse indexes that carry just what a listing shows: each attribute more is written with every change."""
        listed = ["type", "status", "tab", "priority", "dueTime", "createdAt", "assignedAt"]
        self._index(PARTY_QUEUE, "partyQueue", "partySort", [*listed, "groupQueue", "overdue", "closedAt"])
        self._index(ORGANIZATION_QUEUE, "organizationQueue", "organizationSort", ["type"])
        self._index(UNASSIGNED, "unassignedQueue", "SK", ["type"])
        self._index(DUE, "dueShard", "dueSort", [])
        self.table.add_global_secondary_index(
            index_name=TIMELINE,
            partition_key=dynamodb.Attribute(name="PK", type=_STRING),
            sort_key=dynamodb.Attribute(name="timelineSort", type=_STRING),
            # A page of the timeline is read as it stands, without going back to the table.
            projection_type=dynamodb.ProjectionType.ALL,
        )

    def _index(self, name: str, partition: str, sort: str, attributes: list[str]) -> None:
        self.table.add_global_secondary_index(
            index_name=name,
            partition_key=dynamodb.Attribute(name=partition, type=_STRING),
            sort_key=dynamodb.Attribute(name=sort, type=_STRING),
            projection_type=dynamodb.ProjectionType.INCLUDE if attributes else dynamodb.ProjectionType.KEYS_ONLY,
            non_key_attributes=attributes or None,
        )


def _key(scope: Construct, settings: Settings) -> kms.Key:
    return kms.Key(
        scope,
        "Key",
        description="Encrypts Casetree's table",
        enable_key_rotation=True,
        removal_policy=RemovalPolicy.DESTROY if settings.throwaway else RemovalPolicy.RETAIN,
    )
