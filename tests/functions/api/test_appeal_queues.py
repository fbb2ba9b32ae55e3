"""Queues of a workflow with trees: which tasks are in which tab of whom, and which are in none."""

from __future__ import annotations

import pytest

from shared.storage.schema import ORGANIZATION_QUEUE, PARTY_QUEUE, UNASSIGNED
from tests.functions.api.board import VSO, Board, staffed
from tests.functions.api.client import Client
from tests.functions.api.conftest import World

TABS = ("unassigned", "assigned", "on_hold", "completed")
KIND = "QualityReviewTask"
INDEXED = (PARTY_QUEUE.partition, ORGANIZATION_QUEUE.partition, UNASSIGNED.partition)


@pytest.fixture
def board(world: World) -> Board:
    """The Board, with no appeal yet."""
    return staffed(world)


@pytest.fixture
def reviewed(board: Board) -> Board:
    """An appeal whose quality review is still to be given to somebody."""
    board.intake(qualityReview=True)
    board.to_review()
    return board


def _tabs(client: Client, path: str, tabs: tuple[str, ...] = TABS) -> dict[str, list[str]]:
    """Whose tasks each tab lists; its counts and facets say the same."""
    pages = {tab: client.get(path, {"tab": tab}).json for tab in tabs}
    for tab, page in pages.items():
        assert page["counts"] == {name: len(other["items"]) for name, other in pages.items()}
        types = [item["type"] for item in page["items"]]
        assert page["facets"] == {"type": {name: types.count(name) for name in set(types)}}, tab
    return {
        tab: [item["assignedParty"]["id"] for item in page["items"]] for tab, page in pages.items() if page["items"]
    }


def _organization(board: Board, name: str) -> dict[str, list[str]]:
    return _tabs(board.world.as_("admin"), f"/queues/organizations/{name}")


def _user(board: Board, name: str) -> dict[str, list[str]]:
    return _tabs(board.world.as_(name), f"/queues/users/{name}", ("assigned", "on_hold", "completed"))


def test_a_task_that_nobody_has_is_unassigned(reviewed: Board) -> None:
    """In the queue of its organization, and in no person's."""
    assert _organization(reviewed, "quality-review") == {"unassigned": ["quality-review"]}
    assert _user(reviewed, "quil") == {}


def test_what_a_member_was_given_is_assigned(reviewed: Board) -> None:
    """The member's task stands in the organization's tab and in the member's own; the organization's waits for it."""
    reviewed.act("quin", KIND, "assign_to_person", userId="quil")
    assert _organization(reviewed, "quality-review") == {"assigned": ["quil"], "on_hold": ["quality-review"]}
    assert _user(reviewed, "quil") == {"assigned": ["quil"]}
    assert _user(reviewed, "quin") == {}
    reviewed.act("quil", KIND, "start")
    assert _organization(reviewed, "quality-review") == {"assigned": ["quil"], "on_hold": ["quality-review"]}


def test_what_is_on_hold_is_there_and_the_hold_is_nowhere(reviewed: Board) -> None:
    """A timed hold is a task, but nobody has to do anything about it."""
    reviewed.act("quin", KIND, "assign_to_person", userId="quil")
    reviewed.act("quil", KIND, "place_timed_hold", days=10)
    assert [task["type"] for task in reviewed.tasks()][-1] == "TimedHoldTask"
    assert _organization(reviewed, "quality-review") == {"on_hold": ["quality-review", "quil"]}
    assert _user(reviewed, "quil") == {"on_hold": ["quil"]}
    reviewed.act("quil", KIND, "end_hold")
    assert _organization(reviewed, "quality-review") == {"assigned": ["quil"], "on_hold": ["quality-review"]}
    assert _user(reviewed, "quil") == {"assigned": ["quil"]}


def test_what_was_closed_is_completed_whether_done_or_cancelled(reviewed: Board) -> None:
    """For a week: a cancelled task, given back, then another that closes with the organization's."""
    reviewed.act("quin", KIND, "assign_to_person", userId="quil")
    reviewed.act("quil", KIND, "cancel")
    assert _organization(reviewed, "quality-review") == {"unassigned": ["quality-review"], "completed": ["quil"]}
    assert _user(reviewed, "quil") == {"completed": ["quil"]}
    reviewed.act("quin", KIND, "assign_to_person", userId="quin")
    reviewed.act("quin", KIND, "complete")
    closed = _organization(reviewed, "quality-review")
    assert {tab: sorted(ids) for tab, ids in closed.items()} == {"completed": ["quality-review", "quil", "quin"]}
    assert _user(reviewed, "quin") == {"completed": ["quin"]}
    reviewed.world.clock.advance(days=7)
    assert _organization(reviewed, "quality-review") == {}
    assert _user(reviewed, "quil") == {}


def test_work_of_named_people_is_in_their_queues_alone(reviewed: Board) -> None:
    """A judge's and an attorney's tasks are children of no task of an organization."""
    assert _user(reviewed, "jo") == {"completed": ["jo", "jo"]}
    assert _user(reviewed, "al") == {"completed": ["al"]}
    assert _organization(reviewed, "judges") == _organization(reviewed, "attorneys") == {}


def test_what_the_board_itself_has_is_in_no_queue(reviewed: Board) -> None:
    """Root, distribution and hearing tasks are placeholders: no index lists them, and nothing counts them."""
    placeholders = [t["taskId"] for t in reviewed.tasks() if t["assignedParty"]["id"] == "bva"]
    assert len(placeholders) == 2
    assert _organization(reviewed, "bva") == {}
    stored = {f"a1.{item['SK']['S'].removeprefix('TASK#')}": item for item in reviewed.world.items("TASK#")}
    listed = {task_id for task_id, item in stored.items() if any(name in item for name in INDEXED)}
    assert listed == stored.keys() - set(placeholders)


def test_what_only_tracks_is_in_no_queue(board: Board) -> None:
    """A representative's queue has their presentation, and not the task by which they follow the appeal."""
    board.intake(**VSO)
    assert "TrackVeteranTask" in [task["type"] for task in board.tasks("vi")]
    page = board.world.as_("vi").get("/queues/organizations/vso").json
    assert [item["type"] for item in page["items"]] == ["InformalHearingPresentationTask"]
    assert _organization(board, "vso") == {"unassigned": ["vso"]}
    board.act("vi", "InformalHearingPresentationTask", "assign_to_person", userId="wes")
    assert _organization(board, "vso") == {"assigned": ["wes"], "on_hold": ["vso"]}
    assert _user(board, "wes") == {"assigned": ["wes"]}


def test_a_representative_has_a_view_of_their_own(board: Board) -> None:
    """Of the case its name and their tasks; any other task, and what can be done with it, is 404."""
    board.intake(**VSO)
    vi = board.world.as_("vi")
    seen = [task["taskId"] for task in board.tasks("vi")]
    assert [task["type"] for task in board.tasks("vi")] == ["InformalHearingPresentationTask", "TrackVeteranTask"]
    case = vi.get("/cases/a1").json
    assert (case["displayName"], case["tasks"], case["createdBy"]) == (
        "Original",
        {"open": 2, "closed": 0},
        {"displayName": "No organization"},
    )
    assert {entry["taskId"] for entry in vi.get("/cases/a1/timeline").json["items"]} == set(seen)
    for task in board.tasks():
        paths = [f"/tasks/{task['taskId']}{rest}" for rest in ("", "/actions", "/history", "/children")]
        assert {vi.get(path).status for path in paths} == ({200} if task["taskId"] in seen else {404})
        if task["taskId"] not in seen:
            assert vi.act(task["taskId"], "cancel").code == "not_found"
    assert [vi.get(f"/queues/organizations/{name}").status for name in ("vso", "privacy")] == [200, 404]
    for path in ("/cases/a1", "/cases/a1/tasks", "/cases/a1/tree", "/cases/a1/timeline", f"/tasks/{seen[0]}"):
        assert board.world.as_("fay").get(path).code == "not_found"


def test_what_a_representative_has_done_stays_theirs_to_see(board: Board) -> None:
    """Closed tasks are shown, and counted, as open ones are."""
    board.intake(**VSO)
    board.act("vi", "InformalHearingPresentationTask", "complete")
    assert [task["status"] for task in board.tasks("vi")] == ["completed", "in_progress"]
    assert board.world.as_("vi").get("/cases/a1").json["tasks"] == {"open": 1, "closed": 1}
