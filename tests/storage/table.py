"""The table for tests: as the stack makes it, on any engine."""

from functools import cache
from itertools import count
from typing import Any

import boto3

from shared.storage.schema import INDEXES, PARTITION, SORT, Index

REGION = "eu-west-1"
_numbers = count()


def create_table(endpoint: str | None = None, name: str | None = None) -> str:
    """The name of a new, empty table: on moto while it is active, else on the engine at the endpoint."""
    name = name or f"casetree-{next(_numbers)}"
    client(endpoint).create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in _key_attributes()],
        KeySchema=_keys(PARTITION, SORT),
        GlobalSecondaryIndexes=[
            {"IndexName": i.name, "KeySchema": _keys(i.partition, i.sort), "Projection": _projection(i)}
            for i in INDEXES
        ],
    )
    return name


def delete_table(name: str, endpoint: str | None = None) -> None:
    """The table is gone."""
    client(endpoint).delete_table(TableName=name)


def empty_table(name: str, endpoint: str | None = None) -> None:
    """The table has no item."""
    engine = client(endpoint)
    keys = {"#P": PARTITION, "#S": SORT}
    items = engine.scan(TableName=name, ProjectionExpression="#P, #S", ExpressionAttributeNames=keys)["Items"]
    for start in range(0, len(items), 25):
        deletes = [{"DeleteRequest": {"Key": key}} for key in items[start : start + 25]]
        engine.batch_write_item(RequestItems={name: deletes})
    if items:
        empty_table(name, endpoint)


def raw_item(name: str, partition: str, sort: str, endpoint: str | None = None) -> dict[str, Any] | None:
    """An item as DynamoDB holds it, past all of the storage."""
    key = {PARTITION: {"S": partition}, SORT: {"S": sort}}
    item: dict[str, Any] | None = client(endpoint).get_item(TableName=name, Key=key, ConsistentRead=True).get("Item")
    return item


@cache
def client(endpoint: str | None = None) -> Any:
    """A plain client of the engine."""
    return boto3.client("dynamodb", region_name=REGION, endpoint_url=endpoint)


def _key_attributes() -> list[str]:
    return sorted({PARTITION, SORT} | {i.partition for i in INDEXES} | {i.sort for i in INDEXES})


def _keys(partition: str, sort: str) -> Any:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]


def _projection(index: Index) -> Any:
    if index.projected is None:
        return {"ProjectionType": "ALL"}
    if not index.projected:
        return {"ProjectionType": "KEYS_ONLY"}
    return {"ProjectionType": "INCLUDE", "NonKeyAttributes": sorted(index.projected)}
