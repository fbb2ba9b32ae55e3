"""The server that the storage tests trust."""

import socket
from urllib.parse import urlsplit

import boto3
import pytest

from tests.dynamodb_local import running

pytestmark = pytest.mark.dynamodb_local


def _can_connect(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=2).close()
    except OSError:
        return False
    return True


def test_a_refused_transaction_writes_nothing_and_says_which_condition_failed(dynamodb_local: str) -> None:
    """The engine behind the fixture is AWS's: it knows transactions."""
    client = boto3.client("dynamodb", endpoint_url=dynamodb_local)
    table = "engine-answers"
    client.create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "PK", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    with pytest.raises(client.exceptions.TransactionCanceledException) as refused:
        client.transact_write_items(
            TransactItems=[
                {
                    "Put": {
                        "TableName": table,
                        "Item": {"PK": {"S": "a"}},
                        "ConditionExpression": "attribute_exists(PK)",
                    }
                },
                {"Put": {"TableName": table, "Item": {"PK": {"S": "b"}}}},
            ]
        )

    assert [reason["Code"] for reason in refused.value.response["CancellationReasons"]] == [
        "ConditionalCheckFailed",
        "None",
    ]
    assert client.scan(TableName=table)["Count"] == 0


def test_it_listens_on_one_address_only_and_ends_with_its_block() -> None:
    """Nobody else in the network reaches it, and it does not outlive the tests."""
    with running() as endpoint:
        port = urlsplit(endpoint).port
        assert port
        assert _can_connect("127.0.0.1", port)
        assert not _can_connect("127.0.0.2", port)
    assert not _can_connect("127.0.0.1", port)
