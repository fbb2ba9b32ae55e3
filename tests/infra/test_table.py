from typing import Any

import pytest
from aws_cdk.assertions import Match, Template

from shared.storage import schema
from tests.infra.conftest import Synthesize

TABLE = "AWS::DynamoDB::Table"


def _indexes(template: Template) -> dict[str, dict[str, Any]]:
    (table,) = template.find_resources(TABLE).values()
    return {index["IndexName"]: index for index in table["Properties"]["GlobalSecondaryIndexes"]}


def _key_names(key_schema: list[dict[str, str]]) -> tuple[str, ...]:
    return tuple(key["AttributeName"] for key in sorted(key_schema, key=lambda key: key["KeyType"]))


def test_the_table_costs_by_use_and_can_be_restored(template: Template) -> None:
    """On demand, with recovery to any second, cleaned by `expires`, streaming new images."""
    template.has_resource_properties(
        TABLE,
        {
            "BillingMode": "PAY_PER_REQUEST",
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
            "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
            "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
        },
    )


def test_the_table_survives_its_stack(template: Template) -> None:
    """Neither a deleted stack nor a slip of the hand deletes the data."""
    template.has_resource(
        TABLE,
        {
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            "Properties": {"DeletionProtectionEnabled": True},
        },
    )


def test_a_throwaway_stack_leaves_nothing_behind(synthesize: Synthesize) -> None:
    """What was made for a trial goes with its stack: table, users, logs."""
    throwaway = synthesize(throwaway="true")
    throwaway.has_resource_properties(TABLE, {"DeletionProtectionEnabled": False})
    kept = {
        id_ for id_, resource in throwaway.to_json()["Resources"].items() if resource.get("DeletionPolicy") == "Retain"
    }
    assert kept == set()


def test_there_is_no_local_index(template: Template) -> None:
    """A local secondary index would cap a case at 10 GB."""
    template.has_resource_properties(TABLE, {"LocalSecondaryIndexes": Match.absent()})


@pytest.mark.parametrize("index", schema.INDEXES, ids=lambda index: index.name)
def test_every_index_is_as_the_storage_relies_on_it(template: Template, index: schema.Index) -> None:
    """The storage reads from an index just what the stack projects into it."""
    deployed = _indexes(template)[index.name]
    assert _key_names(deployed["KeySchema"]) == (index.partition, index.sort)
    projection = deployed["Projection"]
    if index.projected is None:
        assert projection["ProjectionType"] == "ALL"
    else:
        assert set(projection.get("NonKeyAttributes", [])) == index.projected


def test_no_index_is_paid_for_that_nobody_reads(template: Template) -> None:
    """Each index costs a write unit with every change that touches it."""
    assert set(_indexes(template)) == {index.name for index in schema.INDEXES}


def test_timers_are_listed_by_their_keys_alone(template: Template) -> None:
    """The sweep reads the timer itself before it fires, so the index carries nothing."""
    assert _indexes(template)["due"]["Projection"] == {"ProjectionType": "KEYS_ONLY"}


def test_the_table_is_encrypted_with_a_key_that_aws_owns(template: Template) -> None:
    """The default costs nothing and needs no permission."""
    template.has_resource_properties(TABLE, {"SSESpecification": {"SSEEnabled": False}})
    template.resource_count_is("AWS::KMS::Key", 0)


def test_a_key_of_the_account_can_be_demanded(synthesize: Synthesize) -> None:
    """Who must be able to cut off every use brings the key, which rotates and outlives the stack."""
    own_key = synthesize(customerKey="true")
    own_key.has_resource_properties(TABLE, {"SSESpecification": {"SSEEnabled": True, "SSEType": "KMS"}})
    own_key.has_resource("AWS::KMS::Key", {"DeletionPolicy": "Retain", "Properties": {"EnableKeyRotation": True}})
