"""What the API refuses in appeals: with which status, at which field, and without names that are not the caller's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.api.board import Board, staffed
from tests.functions.api.client import Answer
from tests.functions.api.conftest import World


@pytest.fixture
def board(world: World) -> Board:
    """The Board, and no appeal yet."""
    return staffed(world)


def _begin(board: Board, **attributes: Any) -> Answer:
    return board.world.as_("admin").post("/cases", {"workflow": "appeals", "caseId": "a1", "attributes": attributes})


def _errors(answer: Answer) -> list[tuple[str, str]]:
    assert (answer.status, answer.code) == (422, "invalid_input"), answer.text
    return [(error["pointer"], error["detail"]) for error in answer.json["errors"]]


def test_what_every_appeal_has_is_not_null(board: Board) -> None:
    """There is no appeal without a docket, neither at first nor later."""
    assert _errors(_begin(board, docket=None)) == [("/attributes/docket", "This field cannot be null.")]
    assert _errors(_begin(board)) == [("/attributes/docket", "This field is required.")]
    assert _begin(board, docket="hearing", representative=None).status == 201
    answer = board.world.as_("admin").patch("/cases/a1", {"attributes": {"docket": None}})
    assert [pointer for pointer, _ in _errors(answer)] == ["/attributes/docket"]


@pytest.mark.parametrize("who", ["admin", "quin"])
def test_nobody_closes_an_appeal_by_hand(board: Board, who: str) -> None:
    """403 for everybody, whatever the body: it ends with its root."""
    board.intake()
    for body in ({"reason": "Enough."}, {}):
        answer = board.world.as_(who).post("/cases/a1/close", body)
        assert (answer.status, answer.code, answer.json["rule"]) == (403, "not_allowed", "close")
        assert "who" not in answer.json
