"""The timeline of a tree: what was passed on is told once, on whatever page, to whoever sees both."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.api.board import VSO, Board, staffed
from tests.functions.api.conftest import World

Told = list[tuple[str, str, str | None]]


@pytest.fixture
def board(world: World) -> Board:
    """The Board, with no appeal yet."""
    return staffed(world)


def _timeline(board: Board, who: str, **query: str) -> Told:
    """All pages: type, action, and whom the task was assigned to by then."""
    found: Told = []
    more: dict[str, str] = {}
    while True:
        page = board.world.as_(who).get("/cases/a1/timeline", {**query, **more}).json
        found += [(_kind(entry), entry["action"], _name(entry)) for entry in page["items"]]
        if page["nextCursor"] is None:
            return found
        more = {"cursor": page["nextCursor"]}


def _kind(entry: Any) -> str:
    return str(entry["type"]).removesuffix("Task")


def _name(entry: Any) -> str | None:
    party = entry["assignedParty"]
    return None if party is None else str(party["displayName"])


def _foia(board: Board) -> None:
    """A request is passed on to a member, who answers it; another one is, too, and is cancelled."""
    board.intake()
    for _ in range(2):
        board.create("admin", "FoiaTask", "RootTask", assignedParty={"kind": "organization", "id": "privacy"})
        board.act("pru", "FoiaTask", "assign_to_person", userId="pim")
        if len(board.tasks()) < 5:
            board.act("pim", "FoiaTask", "complete")
    shared = next(t["taskId"] for t in board.tasks() if t["open"] and t["assignedParty"]["id"] == "privacy")
    board.world.clock.advance(minutes=1)
    board.world.as_("pru").act(shared, "cancel")
    board.world.settle()


FOIA = [
    ("Foia", "cancel", "Privacy Team"),
    ("Foia", "create", "Pim Lee"),
    ("Foia", "create", "Privacy Team"),
    ("Foia", "complete", "Pim Lee"),
    ("Foia", "create", "Pim Lee"),
    ("Foia", "create", "Privacy Team"),
]


def test_work_that_was_passed_on_is_told_once(board: Board) -> None:
    """When it was passed on, when it was done, and when it was cancelled; also where a page ends in between."""
    _foia(board)
    whole = _timeline(board, "admin")
    assert [told for told in whole if told[0] == "Foia"] == FOIA
    for limit in range(1, 6):
        assert _timeline(board, "admin", limit=str(limit)) == whole
    # What is told of one task stands in the histories of both.
    first = next(t for t in board.tasks() if t["type"] == "FoiaTask")
    history = board.world.as_("admin").get(f"/tasks/{first['taskId']}/history").json["items"]
    assert [entry["action"] for entry in history] == ["create", "assign_to_person", "children_closed"]


def test_work_that_comes_back_is_told_of_both(board: Board) -> None:
    """The delegate's end, and that the organization has it again."""
    board.intake(qualityReview=True)
    board.to_review()
    board.act("quin", "QualityReviewTask", "assign_to_person", userId="quil")
    board.act("quil", "QualityReviewTask", "cancel")
    assert set(_timeline(board, "admin")[:2]) == {
        ("QualityReview", "cancel", "Quil Lee"),
        ("QualityReview", "children_closed", "Quality Review"),
    }


def test_a_representative_is_told_of_what_they_see(board: Board) -> None:
    """Of their own task; of their organization's where a colleague has the other."""
    board.intake(**VSO)
    board.act("vi", "InformalHearingPresentationTask", "assign_to_person", userId="wes")
    board.act("wes", "InformalHearingPresentationTask", "complete")
    kind = "InformalHearingPresentation"
    begun = [("TrackVeteran", "create", "Veterans' Friends"), (kind, "create", "Veterans' Friends")]
    mine = [(kind, "complete", "Wes Lee"), (kind, "create", "Wes Lee"), *begun]
    ours = [
        (kind, "children_closed", "Veterans' Friends"),
        (kind, "assign_to_person", "Veterans' Friends"),
        *begun,
    ]
    for limit in ("1", "2", "100"):
        assert _timeline(board, "wes", limit=limit) == mine
        assert _timeline(board, "vi", limit=limit) == ours
