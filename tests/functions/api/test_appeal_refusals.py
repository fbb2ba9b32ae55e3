"""What the API refuses in appeals: with which status, at which field, and without names that are not the caller's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.api.board import VSO, Board, staffed
from tests.functions.api.client import Answer
from tests.functions.api.conftest import World

KNOWN = {"members of Veterans' Friends", "people inside", "administrators", "Casetree itself"}


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


def test_people_outside_are_told_no_names(board: Board) -> None:
    """A representative learns who of their own could, that people inside or administrators can, and no more."""
    board.intake(**VSO)
    task = next(t["taskId"] for t in board.tasks("vi") if t["type"] == "InformalHearingPresentationTask")
    vi = board.world.as_("vi")
    told = [vi.get(f"/tasks/{task}/actions", {"explain": "true"}).json["refused"]]
    assert {name for offer in told[0] for name in offer["who"]} <= KNOWN
    told.append(vi.post("/cases/a1/tasks", {"type": "DocketSwitchMailTask"}).json)
    told.append(vi.act(task, "create_child", {"type": "EngineeringTask"}).json)
    told.append(vi.act(task, "assign_to_person", {"userId": "jo"}).json)
    for text in map(str, told):
        assert not [name for name in ("Board of", "Clerk", "Lee") if name in text]


def test_what_names_no_member_is_named_by_its_id(board: Board) -> None:
    """As the caller gave it: who that is may not be theirs to know."""
    board.intake(**VSO)
    task = board.newest("InformalHearingPresentationTask")
    answer = board.world.as_("vi").act(task, "assign_to_person", {"userId": "jo"})
    assert (answer.status, answer.code) == (409, "assignee_not_member")
    assert answer.json["detail"] == "'jo' is no member of the organization that the task is assigned to."
    board.world.as_("admin").put("/users/jo", {"active": False})
    answer = board.world.as_("vi").act(task, "assign_to_person", {"userId": "jo"})
    assert _errors(answer) == [("/userId", "The user 'jo' is not active.")]


def test_a_child_stands_under_the_task_whose_action_creates_it(board: Board) -> None:
    """A parent in the body is no field; nothing is created elsewhere, or in spite of it."""
    board.intake("hearing")
    body = {"type": "FoiaTask", "parentId": board.newest("DistributionTask")}
    answer = board.world.as_("quin").act(board.newest("RootTask"), "create_child", body)
    assert _errors(answer) == [("/parentId", "There is no such field.")]


@pytest.mark.parametrize("name", ["NoTask", "ColocatedTask", 5, ["FoiaTask"], ""])
def test_a_type_that_is_not_offered_is_answered_by_those_that_are(board: Board, name: object) -> None:
    """The same that the action's schema lists; without a type, that it is required."""
    board.intake("hearing")
    quin, root = board.world.as_("quin"), board.newest("RootTask")
    listed = next(a for a in quin.get(f"/tasks/{root}/actions").json["items"] if a["name"] == "create_child")
    offered = listed["inputSchema"]["properties"]["type"]["enum"]
    assert _errors(quin.act(root, "create_child", {"type": name})) == [
        ("/type", f"This must be one of: {', '.join(offered)}.")
    ]
    assert _errors(quin.act(root, "create_child", {})) == [("/type", "This field is required.")]


@pytest.mark.parametrize(("name", "status"), [("DocketSwitchMailTask", 422), ("EngineeringTask", 403)])
def test_a_type_that_is_for_others_is_refused_as_everywhere(board: Board, name: str, status: int) -> None:
    """403 where tasks of the type stand under such a task, and others create them."""
    board.intake("hearing")
    assert board.world.as_("quin").act(board.newest("RootTask"), "create_child", {"type": name}).status == status


@pytest.mark.parametrize("value", [None, 5, "", ["vso"]])
def test_an_id_that_is_none_is_named_by_its_place(board: Board, value: object) -> None:
    """Within the attribute, as what is wrong with an id that nothing has."""
    answer = _begin(board, docket="hearing", representative={"organizationId": value})
    assert [pointer for pointer, _ in _errors(answer)] == ["/attributes/representative/organizationId"]


@pytest.mark.parametrize("kind", [None, "", 5, ["aoj"], "lunch"])
def test_a_kind_that_is_none_is_one_error(board: Board, kind: object) -> None:
    """It says which kinds there are; for other types, that there are none."""
    board.intake()
    board.act("admin", "DistributionTask", "distribute", userId="jo")
    board.act("jo", "JudgeAssignTask", "assign_to_attorney", userId="al")
    answer = board.world.as_("al").act(
        board.newest("AttorneyTask"), "create_child", {"type": "ColocatedTask", "kind": kind}
    )
    [(pointer, detail)] = _errors(answer)
    assert (pointer, detail[:38]) == ("/kind", "This must be one of: address_verificat")
    answer = board.world.as_("quin").post("/cases/a1/tasks", {"type": "AodMotionMailTask", "kind": kind})
    assert _errors(answer) == [("/kind", "Such tasks have no kinds.")]


def test_refusals_are_sentences_whatever_the_labels(board: Board) -> None:
    """An action by its label, a type with its article; of who may create, only people are told."""
    board.intake()
    quin = board.world.as_("quin")
    answer = quin.act(board.newest("DistributionTask"), "distribute", {})
    assert answer.json["detail"] == 'You may not take the action "Distribute to a judge" on this task.'
    answer = quin.post("/cases/a1/tasks", {"type": "EngineeringTask", "parentId": board.newest("RootTask")})
    assert (answer.json["detail"], answer.json["who"]) == (
        "You may not create an EngineeringTask here.",
        ["administrators"],
    )
    answer = quin.post("/cases/a1/tasks", {"type": "DocketSwitchMailTask"})
    assert (answer.status, answer.json["who"]) == (403, ["members of Clerk of the Board"])
    answer = quin.act(board.newest("RootTask"), "start")
    assert (answer.status, answer.json["detail"]) == (403, "A RootTask has no action 'start'.")


@pytest.mark.parametrize(("tag", "told"), [('"abc"', "Look again."), ('"7"', "not 7. Look again.")])
def test_a_version_that_is_none_is_not_told_as_one(board: Board, tag: str, told: str) -> None:
    """412 names the version that was asked for only where one was."""
    board.intake()
    answer = board.world.as_("admin").patch("/cases/a1", {"displayName": "New"}, If_Match=tag)
    assert answer.status == 412
    assert answer.json["detail"] in (f"This is version 1 by now, {told}", f"This is version 1 by now. {told}")
    answer = board.world.as_("admin").put("/users/new", {"displayName": "New"}, If_Match=tag)
    assert (answer.status, answer.json["detail"]) == (412, "There is nothing here yet, and so no version of it.")
