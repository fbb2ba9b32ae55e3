import json
from typing import Any

import pytest

from tests.infra.patterns import matches

Resources = dict[str, dict[str, Any]]
MAPPING = "AWS::Lambda::EventSourceMapping"


@pytest.fixture(scope="module")
def mappings(resources: Resources) -> dict[str, dict[str, Any]]:
    """The two mappings, by the function that they feed."""
    return {
        resources[resource["Properties"]["FunctionName"]["Ref"]]["Properties"]["Handler"].split(".")[1]: resource[
            "Properties"
        ]
        for resource in resources.values()
        if resource["Type"] == MAPPING
    }


def _passes(mapping: dict[str, Any], record: dict[str, Any]) -> bool:
    filters = mapping["FilterCriteria"]["Filters"]
    return any(matches(json.loads(each["Pattern"]), record) for each in filters)


def _record(sort_key: str, *, event: str = "INSERT", reacts: list[str] | None = None) -> dict[str, Any]:
    """A stream record as DynamoDB writes it."""
    keys = {"PK": {"S": "CASE#4711"}, "SK": {"S": sort_key}}
    image: dict[str, Any] = {**keys, "version": {"N": "3"}}
    if reacts is not None:
        image["reacts"] = {"L": [{"S": word} for word in reacts]}
    return {"eventName": event, "eventSource": "aws:dynamodb", "dynamodb": {"Keys": keys, "NewImage": image}}


def test_two_functions_read_the_stream(mappings: dict[str, Any]) -> None:
    """More than two readers of one stream would be throttled."""
    assert sorted(mappings) == ["hooks", "relay"]


@pytest.mark.parametrize(
    ("item", "wanted_by"),
    [
        (_record("HISTORY#t1#000003", reacts=["children"]), {"hooks", "relay"}),
        (_record("HISTORY#t1#000003", reacts=["children", "dependents"]), {"hooks", "relay"}),
        (_record("HISTORY#CASE#000001"), {"relay"}),
        (_record("HISTORY#t1#000003", reacts=[]), {"relay"}),
        (_record("HISTORY#t1#000003", event="MODIFY", reacts=["children"]), set()),
        (_record("HISTORY#t1#000003", event="REMOVE"), set()),
        (_record("TASK#t1", reacts=["children"]), set()),
        (_record("CHILD#t1#t2"), set()),
        (_record("XHISTORY#t1#000003", reacts=["children"]), set()),
    ],
)
def test_a_record_reaches_whom_it_concerns(mappings: dict[str, Any], item: dict[str, Any], wanted_by: set[str]) -> None:
    """Inserted history goes to the relay, and to the hooks where something reacts; all else to nobody."""
    assert {name for name, mapping in mappings.items() if _passes(mapping, item)} == wanted_by


def test_the_local_stack_finds_reactions_by_their_attribute(mappings: dict[str, Any]) -> None:
    """It does not look into lists, so a second pattern, which AWS never matches, asks for the attribute itself."""
    patterns = [json.loads(each["Pattern"]) for each in mappings["hooks"]["FilterCriteria"]["Filters"]]
    assert [pattern["dynamodb"]["NewImage"]["reacts"] for pattern in patterns] == [
        {"L": {"S": [{"exists": True}]}},
        [{"exists": True}],
    ]


@pytest.mark.parametrize("name", ["hooks", "relay"])
def test_no_record_is_lost_and_none_blocks_the_others_for_long(mappings: dict[str, Any], name: str) -> None:
    """From the oldest record on; a bad one is cornered, retried for an hour at most, and told to the queue."""
    mapping = mappings[name]
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["MaximumRetryAttempts"] == 100
    assert mapping["MaximumRecordAgeInSeconds"] == 3600
    assert "Failures" in mapping["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]


def test_batches_suit_what_is_done_with_them(mappings: dict[str, Any]) -> None:
    """Parents do not wait for company; counters and events do, as they become cheaper together."""
    names = ("BatchSize", "MaximumBatchingWindowInSeconds", "ParallelizationFactor")
    assert [mappings["hooks"][name] for name in names] == [25, 0, 4]
    assert [mappings["relay"][name] for name in names] == [100, 1, 2]


def test_a_batch_of_hooks_fits_into_its_time(mappings: dict[str, Any], functions: dict[str, dict[str, Any]]) -> None:
    """Two seconds for each record, of which it needs a small part unless it is retried."""
    assert mappings["hooks"]["BatchSize"] * 2 <= functions["hooks"]["Timeout"]
