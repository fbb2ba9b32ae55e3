"""Cases with their tasks and histories, read from the table page by page: what a workflow file is judged against.

Read from the table with the operator's own credentials, and not by a function: a case may be larger than a
function's answer, and a table larger than its time. Texts are not read, nor are names, addresses and notes of people
written: a file of cases is kept, and handed on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from infra.local.target import Target

Item = dict[str, Any]
PEOPLE = ("createdBy", "updatedBy")
HIDDEN = "…"
FIRST, LAST, EMAIL = 1, 2, 3
"""Where a person's names and address stand, behind the id."""


def cases(target: Target, workflow: str) -> Iterator[list[Item]]:
    """Yield the items of each case of the workflow."""
    client = target.client("dynamodb")
    pages = client.get_paginator("scan").paginate(
        TableName=target.table,
        FilterExpression="SK = :case AND workflow = :workflow",
        ExpressionAttributeValues={":case": {"S": "CASE"}, ":workflow": {"S": workflow}},
        ConsistentRead=True,
    )
    for case in (item for page in pages for item in page["Items"]):
        rest = (item for prefix in ("TASK#", "HISTORY#") for item in _within(client, target.table, case["PK"], prefix))
        yield [nameless(item) for item in (case, *rest)]


def nameless(item: Item) -> Item:
    """The item without the names and addresses of people, and without what they noted."""
    kept = {name: value for name, value in item.items() if name not in ("closeReason", "displayName")}
    for name in PEOPLE:
        if name in kept:
            kept[name] = {"S": json.dumps(_without(json.loads(kept[name]["S"]), 0))}
    if "people" in kept:
        kept["people"] = {"S": json.dumps([_without(row, 1) for row in json.loads(kept["people"]["S"])])}
    if "note" in kept:
        kept["note"] = {"S": HIDDEN}
    if "assignedParty" in kept:
        kept["assignedParty"] = {"S": json.dumps([*json.loads(kept["assignedParty"]["S"])[:2], ""])}
    if "changes" in kept:
        kept["changes"] = {"S": json.dumps(json.loads(kept["changes"]["S"], object_hook=_unnamed))}
    return kept


def _unnamed(value: Item) -> Item:
    """The value without the name of a party."""
    return {name: "" if name == "displayName" else inner for name, inner in value.items()}


def _without(person: list[Any], start: int) -> list[Any]:
    """The parts of a person, the names and the address empty; `start` is where the id stands."""
    return ["" if place - start in (FIRST, LAST, EMAIL) else part for place, part in enumerate(person)]


def _within(client: Any, table: str, partition: Item, prefix: str) -> Iterator[Item]:
    pages = client.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="PK = :case AND begins_with(SK, :prefix)",
        ExpressionAttributeValues={":case": partition, ":prefix": {"S": prefix}},
        ConsistentRead=True,
    )
    return (item for page in pages for item in page["Items"])
