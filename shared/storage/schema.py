"""The table's keys and indexes, as the storage relies on them; the stack creates them so."""

from dataclasses import dataclass
from typing import Any

from pynamodb.connection.base import MetaTable

PARTITION = "PK"
SORT = "SK"


@dataclass(frozen=True, slots=True)
class Index:
    """A sparse index: an item is in it while it has both keys; `projected` None means every attribute."""

    name: str
    partition: str
    sort: str
    projected: frozenset[str] | None = frozenset()


PARTY_QUEUE = Index(
    "party-queue",
    "partyQueue",
    "partySort",
    frozenset(
        {"type", "status", "tab", "priority", "dueTime", "createdAt", "assignedAt", "groupQueue", "overdue", "closedAt"}
    ),
)
ORGANIZATION_QUEUE = Index("organization-queue", "organizationQueue", "organizationSort", frozenset({"type"}))
UNASSIGNED = Index("unassigned", "unassignedQueue", SORT, frozenset({"type"}))
TIMELINE = Index("timeline", PARTITION, "timelineSort", None)
DUE = Index("due", "dueShard", "dueSort")

INDEXES = (PARTY_QUEUE, ORGANIZATION_QUEUE, UNASSIGNED, TIMELINE, DUE)


def meta_table(table_name: str) -> MetaTable:
    """The table as PynamoDB wants to know it, so that no process has to ask DynamoDB for it first."""
    keys = {PARTITION, SORT, *(index.partition for index in INDEXES), *(index.sort for index in INDEXES)}
    return MetaTable(
        {
            "TableName": table_name,
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in sorted(keys)],
            "KeySchema": _key_schema(PARTITION, SORT),
            "GlobalSecondaryIndexes": [
                {"IndexName": index.name, "KeySchema": _key_schema(index.partition, index.sort)} for index in INDEXES
            ],
        }
    )


def _key_schema(partition: str, sort: str) -> list[dict[str, Any]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]
