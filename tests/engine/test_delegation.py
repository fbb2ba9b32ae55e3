"""Work that is passed on, on a table: the parent is read where it matters, locks hold when requests race."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from shared.domain.model.task import Edge
from shared.engine import cases, settle, tasks, trees
from shared.engine.bulk import handback
from shared.engine.session import Identity, Refused, Request
from shared.storage import indexes
from shared.storage.keys import EdgeKey, Key
from shared.storage.store import Loaded, Store
from tests.engine.soundness import check_case
from tests.engine.test_trees import OneWorkflow
from tests.engine.world import ANN, BOB, ROOT, World
from tests.workflows.claims import claims

pytestmark = pytest.mark.usefixtures("sound")

DISPATCH = {"kind": "organization", "id": "dispatch"}


@pytest.fixture
def office(world: World) -> World:
    """A world whose cases are claims; ann is an admin of dispatch, bob a member."""
    world.session = replace(world.session, workflows=OneWorkflow(claims()))
    cases.create_case(
        world.session, ANN, {"workflow": "claims", "caseId": "c1", "attributes": {"channel": "phone"}}, Request()
    )
    return world


def _open(world: World, type_name: str, **given: object) -> str:
    fields = {"type": type_name, **given}
    return tasks.create_task(world.session, ANN, "c1", fields, Request()).value.task.task_id


def _act(world: World, who: Identity, task_id: str, action: str, **given: object) -> None:
    tasks.act(world.session, who, task_id, action, given, Request())


def _offered(world: World, who: Identity, task_id: str) -> set[str]:
    offers = tasks.available_actions(world.session, who, task_id)[1]
    return {offer.action.name for offer in offers if offer.refusal is None}


def _passed(world: World, task_id: str, user_id: str = "bob") -> str:
    _act(world, ANN, task_id, "assign_to_person", userId=user_id)
    return world.stored(task_id).delegate_id or ""


def _review(world: World) -> str:
    claim = _open(world, "Claim", assignedParty={"kind": "user", "id": "ann"})
    return _open(world, "Review", parentId=claim, assignedParty=DISPATCH)


def test_the_pair_is_completed_together(office: World) -> None:
    """The member completes the child; the organization's task follows by the stream, then what is above it."""
    review = _review(office)
    child = _passed(office, review)
    assert _offered(office, BOB, review) == set()
    assert "complete" in _offered(office, BOB, child)
    assert _offered(office, ANN, child) == {"cancel", "reassign"}
    _act(office, BOB, child, "complete")
    office.drain()
    assert office.stored(review).status == "completed"
    assert office.stored(office.stored(review).parent_id or "").status == "assigned"


def test_a_child_that_is_cancelled_gives_the_work_back(office: World) -> None:
    """Its admin, who is read with the parent, may cancel it; the organization's task is at work again."""
    review = _review(office)
    _act(office, ANN, _passed(office, review), "cancel")
    office.drain()
    assert office.stored(review).status == "assigned"
    assert [e.action for e in office.store.history(review)][-2:] == ["work_returned", "children_closed"]


def test_of_two_who_pass_one_task_on_one_wins(office: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The task has a new version by then, and something under it is open."""
    review = _review(office)
    commit = Store.commit

    def late(store: Store, plan: object) -> None:
        monkeypatch.setattr(Store, "commit", commit)
        _passed(office, review)
        commit(store, plan)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "commit", late)
    with pytest.raises(Refused) as caught:
        _passed(office, review, "ann")
    assert caught.value.refusal.code == "action_not_available"
    assert len([t for t in office.store.tasks("c1") if t.type == "Review"]) == 2


def test_a_second_task_of_an_organization_is_refused(office: World) -> None:
    """409 `duplicate_open_task` while one is open, wherever it stands; not for what was passed on."""
    review = _review(office)
    _passed(office, review)
    with pytest.raises(Refused) as caught:
        _review(office)
    assert caught.value.refusal.code == "duplicate_open_task"


def test_hand_back_gives_the_work_to_the_organization(office: World) -> None:
    """A departing user's task that was passed on is cancelled; another of theirs is listed, untouched."""
    review = _review(office)
    child = _passed(office, review)
    own = _open(office, "Survey", parentId=office.stored(review).parent_id, assignedParty={"kind": "user", "id": "bob"})
    done = handback.hand_back(office.session, ROOT, "bob", {})
    assert {t.task_id: t.action for t in done.tasks} == {child: "hand_back", own: None}
    office.drain()
    assert (office.stored(review).status, office.stored(child).status) == ("assigned", "cancelled")
    assert office.stored(own).status == "assigned"


def test_reassigning_keeps_the_hold(office: World) -> None:
    """In place, with what remains of its time."""
    child = _passed(office, _review(office))
    _act(office, BOB, child, "place_timed_hold", days=9)
    timers = office.stored(office.stored(child).hold_id or "").timers
    _act(office, ANN, child, "reassign", assignedParty={"kind": "user", "id": "ann"})
    hold = office.stored(child).hold_id or ""
    assert (office.stored(child).status, office.stored(hold).timers) == ("on_hold", timers)


def test_a_hold_is_listed_nowhere(office: World) -> None:
    """Neither in its organization's queue nor in a person's."""
    child = _passed(office, _review(office))
    _act(office, BOB, child, "place_timed_hold", days=9)
    rows = office.store.party_queue(indexes.user_queue("bob"), limit=10)
    assert [row.task_id for row in rows] == [child]
    assert [r.task_id for r in office.store.organization_queue("dispatch", "unassigned", limit=9)] == []
    assert len(office.store.organization_queue("dispatch", "on_hold", limit=9)) == 2


def test_what_is_opened_again_counts_again(office: World) -> None:
    """Its parent is on hold, its lock is taken; under a closed parent it is 409 `parent_closed`."""
    review = _review(office)
    claim = office.stored(review).parent_id or ""
    _act(office, ANN, review, "complete")
    office.drain()
    assert office.stored(claim).children.closed == 1
    _act(office, ROOT, review, "reopen")
    assert (office.stored(claim).status, office.stored(claim).children.open) == ("on_hold", 1)
    with pytest.raises(Refused) as caught:
        _review(office)
    assert caught.value.refusal.code == "duplicate_open_task"
    _act(office, ANN, review, "cancel", cancellationReason="settled")
    office.drain()
    assert office.stored(review).cancellation_reason == "settled"
    _act(office, ANN, claim, "complete")
    with pytest.raises(Refused) as caught:
        _act(office, ROOT, review, "reopen")
    assert caught.value.refusal.code == "parent_closed"
    _act(office, ROOT, claim, "reopen")
    assert office.stored(claim).status == "assigned"


def test_a_hook_that_counts_while_the_task_is_opened_again_counts_nothing(
    office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It finds the edge changed, looks again, and sees an open task."""
    review = _review(office)
    claim = office.stored(review).parent_id or ""
    _act(office, ANN, review, "complete")
    commit = Store.commit

    def late(store: Store, plan: object) -> None:
        monkeypatch.setattr(Store, "commit", commit)
        _act(office, ROOT, review, "reopen")
        commit(store, plan)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "commit", late)
    office.drain()
    assert (office.stored(claim).status, office.stored(claim).children.open) == ("on_hold", 1)
    assert office.stored(claim).children.closed == 0


@pytest.mark.parametrize("settled", [True, False])
def test_who_read_the_task_before_it_was_opened_again_counts_nothing(
    office: World, monkeypatch: pytest.MonkeyPatch, *, settled: bool
) -> None:
    """A hook, or a settling, that reads the edge only then knows that this closing was taken back."""
    review = _review(office)
    claim = office.stored(review).parent_id or ""
    _act(office, ANN, review, "complete")
    load, edges = Store.load, Store.edges

    def late(store: Store, keys: Iterable[Key[Any]]) -> Loaded:
        asked = list(keys)
        if any(isinstance(key, EdgeKey) for key in asked):
            reopen()
        return load(store, asked)

    def later(store: Store, case_id: str) -> Iterator[Edge]:
        reopen()
        return edges(store, case_id)

    def reopen() -> None:
        monkeypatch.setattr(Store, "load", load)
        monkeypatch.setattr(Store, "edges", edges)
        _act(office, ROOT, review, "reopen")

    monkeypatch.setattr(Store, "edges", later)
    if not settled:
        monkeypatch.setattr(Store, "load", late)
    assert (settle.settle(office.session, "c1") if settled else trees.count_closing(office.session, review)) == 0
    assert (office.stored(claim).status, office.stored(claim).children.open) == ("on_hold", 1)
    assert office.stored(claim).children.closed == 0
    check_case(office, "c1")


def test_what_cannot_be_counted_together_is_counted_one_by_one(office: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one of the children was counted meanwhile, settling counts the others by themselves."""
    claim = _open(office, "Claim", assignedParty={"kind": "user", "id": "ann"})
    surveys = [_open(office, "Survey", parentId=claim, assignedParty=DISPATCH) for _ in range(4)]
    for survey in surveys[:3]:
        _act(office, ROOT, survey, "complete")
    commit = Store.commit

    def late(store: Store, plan: object) -> None:
        monkeypatch.setattr(Store, "commit", commit)
        trees.count_closing(office.session, surveys[1])
        commit(store, plan)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "commit", late)
    assert settle.settle(office.session, "c1") == 2
    assert (office.stored(claim).status, office.stored(claim).children.open) == ("on_hold", 1)
    check_case(office, "c1")
