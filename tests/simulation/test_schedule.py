"""What a schedule is made of, and what is compared of what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any
from unittest.mock import patch

import pytest

from shared.storage.attributes import Item
from shared.storage.keys import Address
from tests.simulation import script as scripts
from tests.simulation.outcome import COMPARED_APART, NOT_COMPARED, ONLY_WHETHER_SET, compared
from tests.simulation.script import Handled, Script
from tests.simulation.small import script_of
from tests.simulation.steps import Step, dependent
from tests.storage import examples as e

RECORDS: Sequence[Item] = [{"SK": {"S": f"HISTORY#{number}"}} for number in range(3)]

VALUES: Sequence[Any] = (e.FULL_TASK, e.BARE_CASE, e.FULL_TASK.end)


def _given(played: Script, name: str, items: list[Item]) -> list[Item]:
    """The records that the function of this name gets when the part is played, once others have joined the list."""
    given: list[Item] = []

    def handle(event: dict[str, Any], *_: object) -> dict[str, Any]:
        given.extend(record["item"] for record in event["Records"])
        return {"batchItemFailures": []}

    with (
        patch.object(scripts, "_FUNCTIONS", {"relay": handle}),
        patch.object(scripts, "record_of", lambda item, number: {"item": item, "number": number}),
    ):
        part = played.function(name, items)
        items.append(RECORDS[2])
        assert isinstance(part.work(lambda _: None), Handled)
    return given


def test_a_part_keeps_the_batch_that_it_was_made_for() -> None:
    """What joins the batch in one schedule is not in that of another, which plays the same part."""
    assert _given(script_of("three_siblings"), "relay a", [*RECORDS[:2]]) == RECORDS[:2]


@pytest.mark.parametrize("value", VALUES, ids=["task", "case", "end"])
def test_every_field_is_compared_but_those_named(value: Any) -> None:
    """One that is new to the model is compared before anybody thinks of it."""
    for field in fields(value):
        other = replace(value, **{field.name: None if getattr(value, field.name) else True})
        left_out = field.name in NOT_COMPARED | COMPARED_APART
        assert (compared(other) == compared(value)) is left_out, field.name


def test_the_names_are_those_of_fields() -> None:
    """Nothing is left out that is not there."""
    known = {field.name for value in VALUES for field in fields(value)}
    assert known >= NOT_COMPARED | COMPARED_APART | ONLY_WHETHER_SET


def test_a_scan_meets_every_write() -> None:
    """It reads everything, so its order matters to whatever is written."""
    write = Step("put", writes=frozenset({Address("CASE#c1", "CASE")}))
    assert dependent(Step("scan"), write)
    assert dependent(write, Step("scan"))
    assert not dependent(Step("scan"), Step("scan"))
