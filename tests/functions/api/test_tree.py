"""The tasks of a case as trees: nested, drawn, and as a list in tree order."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from functions.api import sizes
from functions.api.views import trees
from tests.functions.api.board import VSO, Board, staffed
from tests.functions.api.client import Client
from tests.functions.api.conftest import World

TREE = "/cases/a1/tree"
TEXT, MERMAID = "text/plain", "text/vnd.mermaid"
FIGURE = """\
Appeal a1 (Original, direct_review) ──── │ ID │ STATUS │ ASGN_BY │ ASGN_TO │ UPDATED_AT │
└── RootTask │ # │ on_hold │ │ Board of Veterans' Appeals │ 2026-11-22 08:00:00 UTC │
    ├── DistributionTask │ # │ completed │ │ Board of Veterans' Appeals │ 2026-11-22 08:01:00 UTC │
    ├── JudgeAssignTask │ # │ completed │ Ada Min │ Jo Lee │ 2026-11-22 08:02:00 UTC │
    ├── JudgeDecisionReviewTask │ # │ completed │ Jo Lee │ Jo Lee │ 2026-11-22 08:04:00 UTC │
    │   └── AttorneyTask │ # │ completed │ Jo Lee │ Al Lee │ 2026-11-22 08:03:00 UTC │
    └── QualityReviewTask │ # │ on_hold │ Jo Lee │ Quality Review │ 2026-11-22 08:05:00 UTC │
        └── QualityReviewTask │ # │ assigned │ Quin Lee │ Quil Lee │ 2026-11-22 08:05:00 UTC │
"""


@pytest.fixture
def board(world: World) -> Board:
    """The Board, with no appeal yet."""
    return staffed(world)


def _shape(nodes: list[Any]) -> list[Any]:
    """Types and what is under them."""
    return [(node["task"]["type"].removesuffix("Task"), _shape(node["children"])) for node in nodes]


def _flat(nodes: list[Any]) -> list[Any]:
    """The tasks, depth first."""
    return [task for node in nodes for task in (node["task"], *_flat(node["children"]))]


def test_tasks_are_nested(board: Board) -> None:
    """Each as lists show it, with those under it, below the case."""
    board.intake("hearing", **VSO)
    tree = board.world.as_("admin").get(TREE).json
    assert _shape(tree["roots"]) == [
        ("Root", [("Distribution", [("Hearing", [("ScheduleHearing", [])])]), ("TrackVeteran", [])])
    ]
    assert tree["case"] == board.world.as_("admin").get("/cases/a1").json
    assert tree["truncated"] is False
    by_id = {task["taskId"]: task for task in board.tasks()}
    assert {task["taskId"]: task for task in _flat(tree["roots"])} == by_id


def test_a_list_of_tasks_is_in_tree_order(board: Board) -> None:
    """Each before those under it, however late they were created; pages go on where they ended."""
    board.intake("evidence_submission", **VSO)
    board.create("admin", "FoiaTask", "RootTask", assignedParty={"kind": "organization", "id": "privacy"})
    board.act("admin", "EvidenceSubmissionWindowTask", "complete")
    admin = board.world.as_("admin")
    whole = board.tasks()
    ids = [task["taskId"] for task in whole]
    assert ids != sorted(ids)
    assert whole == _flat(admin.get(TREE).json["roots"])
    assert [task["type"].removesuffix("Task") for task in whole] == [
        "Root",
        "Distribution",
        "EvidenceSubmissionWindow",
        "InformalHearingPresentation",
        "TrackVeteran",
        "Foia",
    ]
    found: list[Any] = []
    more: dict[str, str] = {}
    while True:
        page = admin.get("/cases/a1/tasks", {"limit": "2", **more}).json
        found += page["items"]
        if page["nextCursor"] is None:
            break
        more = {"cursor": page["nextCursor"]}
    assert found == whole


def test_a_tree_is_drawn_in_columns(board: Board) -> None:
    """As in the seed: type, id, status, who assigned it to whom, and when it was changed, in UTC."""
    board.intake(qualityReview=True)
    board.to_review()
    board.act("quin", "QualityReviewTask", "assign_to_person", userId="quil")
    answer = board.world.as_("admin").get(TREE, Accept=TEXT)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    ids = [task["taskId"] for task in board.tasks()]
    assert re.findall(r"a1\.[0-9a-z]+", answer.text) == ids
    *lines, edge, rest = answer.text.split("\n")
    assert len({len(line) for line in (*lines, edge)}) == 1
    assert re.fullmatch(" +└─+┘", edge)
    assert rest == ""
    shown = re.sub(r"(?<=[^ \n]) +│", " │", re.sub(r"a1\.[0-9a-z]+", "#", "\n".join(lines)))
    assert shown + "\n" == FIGURE


def test_a_tree_is_drawn_for_mermaid(board: Board) -> None:
    """A flowchart with the statuses as classes."""
    board.intake("evidence_submission")
    answer = board.world.as_("admin").get(TREE, Accept=MERMAID)
    assert answer.headers["content-type"] == "text/vnd.mermaid; charset=utf-8"
    assert answer.text.splitlines()[:7] == [
        "flowchart LR",
        "    accTitle: Appeal a1 (Original, evidence_submission)",
        '    t0["RootTask<br/>on_hold<br/>Board of Veterans\' Appeals"]:::s_on_hold',
        '    t1["DistributionTask<br/>on_hold<br/>Board of Veterans\' Appeals"]:::s_on_hold',
        "    t0 --> t1",
        '    t2["EvidenceSubmissionWindowTask<br/>assigned<br/>Mail Team"]:::s_assigned',
        "    t1 --> t2",
    ]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/html", "application/json"),
        ("text/plain", TEXT),
        ("text/*", TEXT),
        ("text/plain;q=0.5, text/vnd.mermaid", MERMAID),
        ("application/json;q=0.1, text/plain;q=0.2", TEXT),
    ],
)
def test_a_tree_comes_as_accept_prefers(world: World, ann: Client, accept: str, media_type: str) -> None:
    """As JSON where it does not say, or names nothing that there is."""
    world.look(template="standard-look")
    answer = ann.get("/cases/look-1/tree", Accept=accept)
    assert answer.status == 200
    assert answer.headers["content-type"].partition(";")[0] == media_type


def test_flat_tasks_are_roots(world: World, ann: Client) -> None:
    """Of a workflow without parents, in the order in which they were created."""
    world.look(template="standard-look")
    tree = ann.get("/cases/look-1/tree").json
    assert [node["task"] for node in tree["roots"]] == ann.get("/cases/look-1/tasks").json["items"]
    lines = ann.get("/cases/look-1/tree", Accept=TEXT).text.splitlines()
    assert [line[:4] for line in lines[1:-1]] == ["├── "] * 4 + ["└── "]
    assert lines[0].startswith("Look look-1 (Look 1) ─")


def test_a_case_without_tasks_has_no_roots(world: World, ann: Client) -> None:
    """And can be drawn all the same."""
    world.look()
    assert ann.get("/cases/look-1/tree").json["roots"] == []
    for accept in (TEXT, MERMAID):
        assert "look-1" in ann.get("/cases/look-1/tree", Accept=accept).text


def test_a_representative_sees_their_own_tasks_as_roots(board: Board) -> None:
    """What is above is hidden, in every form; a person of another side is shown as their organization alone."""
    board.intake(**VSO)
    board.act("vi", "InformalHearingPresentationTask", "assign_to_person", userId="vi")
    tree = board.world.as_("vi").get(TREE).json
    assert _shape(tree["roots"]) == [
        ("InformalHearingPresentation", [("InformalHearingPresentation", [])]),
        ("TrackVeteran", []),
    ]
    assert tree["case"]["tasks"] == {"open": 3, "closed": 0}
    assert board.tasks("vi") == _flat(tree["roots"])
    hidden = [task["taskId"] for task in board.tasks() if task["type"] in ("RootTask", "DistributionTask")]
    for accept in ("application/json", TEXT, MERMAID):
        text = board.world.as_("vi").get(TREE, Accept=accept).text
        assert not any(task_id in text.replace(f'"parentId":"{task_id}"', "") for task_id in hidden)
        assert "Ada" not in text


def test_the_child_of_a_task_that_one_may_not_see_is_a_root(board: Board) -> None:
    """A colleague's delegate is not theirs to see, nor is what they do not see above their own."""
    board.intake(**VSO)
    board.act("vi", "InformalHearingPresentationTask", "assign_to_person", userId="wes")
    seen = [task["assignedParty"]["id"] for task in _flat(board.world.as_("vi").get(TREE).json["roots"])]
    assert seen == ["vso", "vso"]


def test_a_tree_that_one_may_not_see_is_404(board: Board, eve: Client) -> None:
    """As is one that there is not."""
    board.intake()
    texts = {eve.get(path, Accept=accept).text for path in (TREE, "/cases/none/tree") for accept in ("", TEXT)}
    assert len(texts) == 1
    assert eve.get(TREE).code == "not_found"
    assert eve.get(TREE, {"limit": "1"}).code == "invalid_request"


def test_a_tree_ends_before_it_is_too_large(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds the first tasks in tree order, and says that there are more."""
    board.intake("hearing", **VSO)
    admin = board.world.as_("admin")
    whole = admin.get(TREE).json
    monkeypatch.setattr(sizes, "MOST", 5_000)
    cut = admin.get(TREE).json
    assert cut["truncated"] is True
    count = len(_flat(cut["roots"]))
    assert 1 <= count < len(_flat(whole["roots"]))
    assert _flat(cut["roots"]) == _flat(whole["roots"])[:count]
    monkeypatch.setattr(sizes, "MOST", 700)
    lines = admin.get(TREE, Accept=TEXT).text.splitlines()
    left = len(_flat(whole["roots"])) - (len(lines) - 3)
    assert left > 0
    assert lines[-1] == f"… {left} more; GET /cases/a1/tasks lists all of them"


def test_a_tree_is_shown_to_some_depth(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is deeper is left out; what comes after it is not."""
    board.intake("hearing", **VSO)
    monkeypatch.setattr(trees, "DEEPEST", 2)
    admin = board.world.as_("admin")
    tree = admin.get(TREE).json
    assert (_shape(tree["roots"]), tree["truncated"]) == (
        [("Root", [("Distribution", []), ("TrackVeteran", [])])],
        True,
    )
    assert admin.get(TREE, Accept=TEXT).text.splitlines()[-1].startswith("… 2 more")
    assert 'more["… 2 more"]' in admin.get(TREE, Accept=MERMAID).text


def test_the_deepest_tree_that_is_shown_can_be_written() -> None:
    """JSON within JSON, as it leaves the function."""
    nested: list[Any] = []
    for _ in range(trees.DEEPEST):
        nested = [{"task": {"entity": {"appeal": {"id": "a1"}}}, "children": nested}]
    assert json.loads(json.dumps(nested)) == nested
