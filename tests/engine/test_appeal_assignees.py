"""To whom tasks of appeals are assigned: by request, by type, and by turns."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.model.task import Task
from shared.engine import people, tasks
from shared.engine.bulk import bulk_assign
from shared.engine.session import Identity, Refused, Request
from tests.engine.board import AL, JO, act, intake, seat, tasks_of
from tests.engine.world import ROOT, World

ORGANIZATIONS = {"pension": "business_line", "aid": "team"}


@pytest.fixture
def board(world: World) -> World:
    """The Board and its people, with an appeal that is ready for distribution."""
    made = seat(world)
    for name, kind in ORGANIZATIONS.items():
        people.put_organization(made.session, ROOT, name, {"displayName": name.title(), "kind": kind})
    intake(made, "direct_review")
    return made


def _create(world: World, type_name: str, **given: Any) -> Task:
    (root,) = (t for t in tasks_of(world) if t.parent_id is None)
    fields = {"type": f"{type_name}Task", "parentId": root.task_id, **given}
    return tasks.create_task(world.session, ROOT, "a1", fields, Request()).value.task


def _refused(world: World, type_name: str, **given: Any) -> tuple[str, str]:
    """Where the refusal points, and what it says."""
    with pytest.raises(Refused) as caught:
        _create(world, type_name, **given)
    (error,) = caught.value.refusal.errors
    assert caught.value.refusal.code == "invalid_input"
    return error.pointer, error.detail


def _organization(name: str) -> dict[str, object]:
    return {"assignedParty": {"kind": "organization", "id": name}}


def test_engineers_work_in_the_name_of_the_system_unless_one_is_named(board: World) -> None:
    """The user `system` is there from deployment on."""
    party = _create(board, "Engineering").assigned_party
    assert party is not None
    assert (party.kind, party.id, party.display_name) == ("user", "system", "Casetree")
    named = _create(board, "Engineering", assignedParty={"kind": "user", "id": "jo"}).assigned_party
    assert named is not None
    assert named.id == "jo"


def test_a_decision_review_is_for_a_business_line(board: World) -> None:
    """One of them has to be named."""
    assert _create(board, "DecisionReview", **_organization("pension")).status == "assigned"
    kind = "A DecisionReviewTask is assigned to an organization of the kind business_line."
    assert _refused(board, "DecisionReview", **_organization("aid")) == ("/assignedParty", kind)
    assert _refused(board, "DecisionReview", assignedParty={"kind": "user", "id": "jo"}) == ("/assignedParty", kind)
    assert _refused(board, "DecisionReview") == ("/assignedParty", "This field is required.")


def test_a_request_for_translation_goes_to_the_translators(board: World) -> None:
    """They need not be named; nobody else can be, and nobody outside at all."""
    said = "A TranslationTask is assigned to Translation. It need not be named."
    assert _refused(board, "Translation", **_organization("aid")) == ("/assignedParty", said)
    external = {"assignedParty": {"kind": "external", "id": "x"}}
    assert _refused(board, "Translation", **external) == ("/assignedParty/kind", "This must be user or organization.")
    party = _create(board, "Translation").assigned_party
    assert party is not None
    assert party.id == "translation"


def test_dispatch_waits_for_somebody_to_do_it(board: World) -> None:
    """An admin has no turns; once a member is there, the admin assigns them what has waited."""
    board.put_user("dan")
    board.join("bva-dispatch", "dan", admin=True)
    board.put_user("dee", active=False)
    act(board, ROOT, "Distribution", "distribute", userId="jo")
    act(board, JO, "JudgeAssign", "assign_to_attorney", userId="al")
    act(board, AL, "Attorney", "complete")
    act(board, JO, "JudgeDecisionReview", "complete")
    (dispatch,) = (t for t in tasks_of(board) if t.type == "BvaDispatchTask")
    assert (dispatch.status, dispatch.version) == ("assigned", 2)
    assert "notAssigned" in board.store.history(dispatch.task_id)[-1].changes
    board.put_user("dee", active=True)
    done = bulk_assign(board.session, Identity("dan"), "bva-dispatch", {"userId": "dee", "count": 5})
    (outcome,) = done.value.outcomes
    assert (outcome.task_id, outcome.refusal) == (dispatch.task_id, None)
    assert board.stored(dispatch.task_id).status == "on_hold"
