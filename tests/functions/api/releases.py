"""Versions of errands that are deployed one after another, and cases of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.functions.api.conftest import World

Release = Callable[..., None]


def errand(world: World, case_id: str) -> tuple[Any, str]:
    """A new trip with one thing to buy: the case, and the id of the task."""
    body = {"workflow": "errands", "caseId": case_id, "tasks": [{"key": "buy", "type": "Buy"}]}
    answer = world.as_("ann").post("/cases", body)
    assert answer.status == 201, answer.text
    world.settle()
    return answer.json, answer.json["tasks"]["items"][0]["taskId"]
