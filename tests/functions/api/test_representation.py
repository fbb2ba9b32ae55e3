"""PATCH of an appeal: what another representative does to its tasks, and what cannot be changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shared.domain.model.plan import Plan
from shared.engine import organizations
from shared.storage.store import Store
from tests.functions.api.board import VSO, Board, staffed
from tests.functions.api.client import Answer
from tests.functions.api.conftest import ADMIN, World

DAV = {"organizationId": "dav", "writesIhp": True}
QUIET = {"organizationId": "dav", "writesIhp": False}
IHP, TRACK = "InformalHearingPresentationTask", "TrackVeteranTask"


@pytest.fixture
def board(world: World) -> Board:
    """The Board with two representatives, and no appeal yet."""
    board = staffed(world)
    given = {"displayName": "Disabled Veterans", "kind": "representative"}
    organizations.put_organization(world.session, ADMIN, "dav", given)
    return board


def _patch(board: Board, who: str = "quin", headers: dict[str, str] | None = None, **attributes: Any) -> Answer:
    """The answer to an edit of the appeal's attributes, a minute later; what follows has followed."""
    board.world.clock.advance(minutes=1)
    answer = board.world.as_(who).patch(f"/cases/{board.case_id}", {"attributes": attributes}, **headers or {})
    board.world.settle()
    return answer


def _of(board: Board, type_name: str) -> list[tuple[str, str, str | None]]:
    """The tasks of the type: whose, in which status, why cancelled."""
    found = [task for task in board.tasks() if task["type"] == type_name]
    return [(t["assignedParty"]["id"], t["status"], t["cancellationReason"]) for t in found]


def _status(board: Board, type_name: str) -> str:
    return next(str(t["status"]) for t in board.tasks() if t["type"] == type_name)


def _meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """That happens once between what the next request reads and what it commits."""
    commit = Store.commit

    def late(store: Store, plan: Plan) -> None:
        monkeypatch.setattr(Store, "commit", commit)
        happens()
        commit(store, plan)

    monkeypatch.setattr(Store, "commit", late)


def test_another_representative_has_the_presentation_and_tracks(board: Board) -> None:
    """The old one's tasks are cancelled with `poa_change`, those of the new one stand in their place, at once."""
    board.intake(**VSO)
    answer = _patch(board, representative=DAV)
    assert (answer.status, answer.headers["etag"]) == (200, '"2"')
    assert answer.json["attributes"]["representative"]["organizationId"] == "dav"
    assert _of(board, IHP) == [("vso", "cancelled", "poa_change"), ("dav", "assigned", None)]
    assert _of(board, TRACK) == [("vso", "cancelled", "poa_change"), ("dav", "in_progress", None)]
    assert _status(board, "DistributionTask") == "on_hold"
    old, new = (task for task in board.tasks() if task["type"] == IHP)
    assert old["cancelledBy"]["id"] == new["assignedBy"]["id"] == "quin"
    assert old["parentId"] == new["parentId"]
    assert old["closedAt"] == new["createdAt"] == answer.json["updatedAt"]
    history = board.world.as_("admin").get(f"/tasks/{old['taskId']}/history").json["items"]
    assert [entry["action"] for entry in history][-1] == "case_changed"
    assert history[-1]["changes"] == {"cancellationReason": {"from": None, "to": "poa_change"}}


def test_a_representative_who_writes_none_makes_way_for_distribution(board: Board) -> None:
    """No presentation opens, so the appeal is ready; nor does one where none was open."""
    board.intake(**VSO)
    _patch(board, representative=QUIET)
    assert _of(board, IHP) == [("vso", "cancelled", "poa_change")]
    assert _status(board, "DistributionTask") == "assigned"
    _patch(board, representative=VSO["representative"])
    assert len(_of(board, IHP)) == 1
    assert _of(board, TRACK)[-1] == ("vso", "in_progress", None)


def test_representatives_come_and_go(board: Board) -> None:
    """From nobody to one, to another, back to the first, to nobody: one tracks at a time."""
    board.intake()
    for representative in (VSO["representative"], DAV, VSO["representative"], None):
        assert _patch(board, representative=representative).status == 200
        named = [] if representative is None else [representative["organizationId"]]
        assert [whose for whose, status, _ in _of(board, TRACK) if status == "in_progress"] == named
    assert _of(board, IHP) == []
    assert "representative" not in board.world.as_("admin").get("/cases/a1").json["attributes"]


def test_what_was_passed_on_ends_with_the_organizations_task(board: Board) -> None:
    """The member's task is cancelled by the cascade, whoever has it; nothing is left open for the old one."""
    board.intake(**VSO)
    board.act("vi", IHP, "assign_to_person", userId="wes")
    _patch(board, representative=DAV)
    assert sorted(_of(board, IHP)) == [
        ("dav", "assigned", None),
        ("vso", "cancelled", "poa_change"),
        ("wes", "cancelled", None),
    ]


def test_a_representative_is_not_told_who_came_after_them(board: Board) -> None:
    """Neither by the case nor by its tree: to people outside it names their own organization, or none."""
    board.intake(**VSO)
    vi, quin = board.world.as_("vi"), board.world.as_("quin")
    assert vi.get("/cases/a1").json["attributes"]["representative"]["organizationId"] == "vso"
    _patch(board, representative=DAV)
    seen = vi.get("/cases/a1").json, vi.get("/cases/a1/tree").json["case"]
    assert [case["attributes"] for case in seen] == [{"docket": "direct_review"}] * 2
    for path in ("/cases/a1", "/cases/a1/tree"):
        assert "Disabled Veterans" not in vi.get(path).text
    assert quin.get("/cases/a1").json["attributes"]["representative"]["organizationId"] == "dav"


def test_the_same_representative_again_changes_no_task(board: Board) -> None:
    """Nor does it matter for tasks whether they write presentations from now on."""
    board.intake(**VSO)
    before = board.tasks()
    assert _patch(board, **VSO).headers["etag"] == '"1"'
    assert _patch(board, representative={"organizationId": "vso", "writesIhp": False}).headers["etag"] == '"2"'
    assert board.tasks() == before


def test_a_presentation_that_is_written_is_not_asked_for_again(board: Board) -> None:
    """A task that is closed is not cancelled any more, and nothing opens in its place."""
    board.intake(**VSO)
    board.act("vi", IHP, "complete")
    _patch(board, representative=DAV)
    assert _of(board, IHP) == [("vso", "completed", None)]
    assert _status(board, "DistributionTask") == "assigned"


def test_an_appeal_that_is_over_gets_no_new_tasks(board: Board) -> None:
    """Whoever represents the appellant afterwards, nothing opens under a closed root."""
    board.intake(**VSO)
    board.act("admin", "RootTask", "cancel")
    assert _patch(board, representative=DAV).status == 200
    assert [status for _, status, _ in (*_of(board, IHP), *_of(board, TRACK))] == ["cancelled"] * 2


def test_what_opens_later_is_for_the_representative_of_then(board: Board) -> None:
    """When the evidence window ends, the new representative has the presentation."""
    board.intake("evidence_submission", **VSO)
    _patch(board, representative=DAV)
    board.act("admin", "EvidenceSubmissionWindowTask", "complete")
    assert _of(board, IHP) == [("dav", "assigned", None)]


def test_an_edit_does_not_overlook_what_opens_meanwhile(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    """The window ends for the old representative while the new one is entered: the new one has the task."""
    board.intake("evidence_submission", **VSO)
    _meanwhile(monkeypatch, lambda: board.act("admin", "EvidenceSubmissionWindowTask", "complete"))
    assert _patch(board, representative=DAV).status == 200
    assert _of(board, IHP) == [("vso", "cancelled", "poa_change"), ("dav", "assigned", None)]


def test_what_opens_does_not_overlook_an_edit(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new representative is entered while the window ends for the old one: the new one has the task."""
    board.intake("evidence_submission", **VSO)
    _meanwhile(monkeypatch, lambda: _patch(board, representative=DAV))
    board.act("admin", "EvidenceSubmissionWindowTask", "complete")
    assert _of(board, IHP) == [("dav", "assigned", None)]


def test_of_two_edits_at_once_the_later_counts(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is decided again on what the first has left; with If-Match it is refused instead."""
    board.intake(**VSO)
    _meanwhile(monkeypatch, lambda: _patch(board, representative=DAV))
    assert _patch(board, representative=None).headers["etag"] == '"3"'
    assert [status for _, status, _ in (*_of(board, IHP), *_of(board, TRACK))] == ["cancelled"] * 4
    _meanwhile(monkeypatch, lambda: _patch(board, representative=DAV))
    assert _patch(board, headers={"If_Match": '"3"'}, representative=QUIET).status == 412


def test_an_edit_of_what_has_changed_is_refused(board: Board) -> None:
    """412, and neither the appeal nor its tasks are others."""
    board.intake(**VSO)
    assert _patch(board, qualityReview=True, headers={"If_Match": '"1"'}).headers["etag"] == '"2"'
    before = board.world.items()
    answer = _patch(board, representative=DAV, headers={"If_Match": '"1"'})
    assert (answer.status, answer.code) == (412, "version_mismatch")
    assert board.world.items() == before


def test_a_repeated_edit_takes_effect_once(board: Board) -> None:
    """The same key again answers with the appeal as it is; with another body it is 422."""
    board.intake(**VSO)
    key = {"Idempotency_Key": "k"}
    first, again = (_patch(board, representative=DAV, headers=key) for _ in range(2))
    assert (first.status, again.status) == (200, 200)
    assert again.headers["idempotency-replayed"] == "true"
    assert len(_of(board, IHP)) == len(_of(board, TRACK)) == 2
    other = _patch(board, representative=None, headers=key)
    assert (other.status, other.code) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("attributes", "pointer"),
    [
        ({"docket": "hearing"}, "/docket"),
        ({"docket": None}, "/docket"),
        ({"docket": "legacy"}, "/docket"),
        ({"representative": {"organizationId": "judges"}}, "/representative/organizationId"),
        ({"representative": {"organizationId": "harbor"}}, "/representative/organizationId"),
        ({"representative": {"organizationId": "nobody"}}, "/representative/organizationId"),
        ({"representative": {"organizationId": "dav", "writesIhp": "yes"}}, "/representative/writesIhp"),
        ({"representative": {"organizationId": "dav", "displayName": "Mine"}}, "/representative/displayName"),
        ({"representative": {}}, "/representative/organizationId"),
        ({"representative": "dav"}, "/representative"),
        ({"qualityReview": "yes"}, "/qualityReview"),
        ({"colour": "red", "representative": DAV}, "/colour"),
    ],
)
def test_what_does_not_fit_changes_nothing(board: Board, attributes: dict[str, Any], pointer: str) -> None:
    """422 at its place: a docket never changes, and a representative is an organization of that kind."""
    board.intake(**VSO)
    before = board.world.items()
    answer = _patch(board, **attributes)
    assert (answer.status, answer.code, answer.pointers) == (422, "invalid_input", [f"/attributes{pointer}"])
    assert board.world.items() == before


def test_the_docket_that_it_is_on_may_be_named(board: Board) -> None:
    """The same value is no change, so a client may send all attributes back."""
    board.intake(**VSO)
    assert _patch(board, docket="direct_review", qualityReview=True, **VSO).headers["etag"] == '"2"'


def test_a_quality_review_can_be_asked_for_on_the_way(board: Board) -> None:
    """The judge's review is followed by it, as the appeal says then."""
    board.intake()
    _patch(board, qualityReview=True)
    board.to_review()
    assert _of(board, "QualityReviewTask") == [("quality-review", "assigned", None)]


def test_people_inside_and_administrators_change_appeals(board: Board) -> None:
    """403 for a representative, who sees the appeal, and says who may; 404 for those who see nothing of it."""
    board.intake(**VSO)
    refused = _patch(board, "vi", representative=None)
    assert (refused.status, refused.code) == (403, "not_allowed")
    assert "people inside" in refused.json["who"]
    assert _patch(board, "fay", representative=None).status == 404
    assert _patch(board, "admin", qualityReview=True).status == 200
    assert _patch(board, "ann", qualityReview=False).status == 200
