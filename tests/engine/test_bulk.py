"""Bulk assignment on a table: the oldest free tasks first, each by the action of its workflow."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.domain.definitions.workflow import Assigning
from shared.domain.model.people import User
from shared.engine import cases, people, replay, tasks
from shared.engine.bulk import assignment, bulk_assign, chosen
from shared.engine.session import Identity, Refused, Request, refuse
from tests.engine.between import Contended, at
from tests.engine.dying import dying
from tests.engine.test_trees import OneWorkflow
from tests.engine.world import ANN, BOB, EVE, ROOT, World
from tests.workflows.claims import claims

_claim_of: Any = replay.claim
LOOKER = "Looker Schedule Look"


@pytest.fixture
def queue(world: World) -> World:
    """Five free tasks of dispatch, one minute after another; the second is of another type."""
    world.case("look-1")
    for number in range(5):
        world.pass_time(minutes=1)
        world.task("look-1", "Looker Schedule Assist" if number == 1 else LOOKER)
    return world


def _free(world: World) -> list[str]:
    return [row.task_id for row in world.store.unassigned("dispatch")]


def _assign(world: World, by: Identity = ANN, **given: Any) -> list[str]:
    outcomes = bulk_assign(world.session, by, "dispatch", {"userId": "bob", **given}).value.outcomes
    assert all(outcome.refusal is None for outcome in outcomes)
    return [outcome.task_id for outcome in outcomes]


def _refused(world: World, by: Identity = ANN, organization: str = "dispatch", **given: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        bulk_assign(world.session, by, organization, {"userId": "bob", "count": 1, **given})
    return caught.value


def test_the_oldest_tasks_go_to_the_member(queue: World) -> None:
    """In the name of the admin who asks, and a repeat goes on with the next ones."""
    free = _free(queue)
    assert _assign(queue, count=2) == free[:2]
    assert _assign(queue, by=ROOT, count=100) == free[2:]
    assert _assign(queue, count=1) == []
    task = queue.stored(free[0])
    assert task.assigned_party is not None
    assert task.assigned_by is not None
    assert (task.assigned_party.id, task.assigned_by.id, task.status) == ("bob", "ann", "Ready")


def test_a_type_can_be_asked_for(queue: World) -> None:
    """Older tasks of other types are passed over."""
    free = _free(queue)
    assert _assign(queue, count=2, type=LOOKER) == [free[0], free[2]]
    assert _assign(queue, count=2, type="Looker Schedule Assist") == [free[1]]


def test_a_queue_of_any_length_is_gone_through(queue: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read in parts, until enough is found."""
    monkeypatch.setattr(assignment, "ROWS", 2)
    monkeypatch.setattr(assignment, "LOOKED", 6)
    free = _free(queue)
    assert _assign(queue, count=3, type=LOOKER) == [free[0], free[2], free[3]]
    assert _assign(queue, count=9) == [free[1], free[4]]


def test_no_more_of_a_long_queue_is_read_than_there_is_time_for(queue: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks hears that the queue goes on behind what was looked at; a repeat says the same."""
    monkeypatch.setattr(assignment, "ROWS", 2)
    monkeypatch.setattr(assignment, "LOOKED", 4)
    free, asked = _free(queue), {"userId": "bob", "count": 9, "type": LOOKER}

    def told() -> tuple[list[str], bool]:
        done = bulk_assign(queue.session, ANN, "dispatch", asked, KEYED).value
        return [outcome.task_id for outcome in done.outcomes], done.truncated

    assert told() == ([free[0], free[2], free[3]], True)
    monkeypatch.setattr(assignment, "LOOKED", 100)
    assert told() == ([free[0], free[2], free[3]], True)
    rest = bulk_assign(queue.session, ANN, "dispatch", asked).value
    assert ([outcome.task_id for outcome in rest.outcomes], rest.truncated) == ([free[4]], False)
    enough = bulk_assign(queue.session, ANN, "dispatch", {"userId": "bob", "count": 1}).value
    assert ([outcome.task_id for outcome in enough.outcomes], enough.truncated) == ([free[1]], False)


def test_what_the_index_still_shows_is_passed_over(queue: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row may lag behind: what somebody has by now, or what is gone, counts for nothing."""
    rows = queue.store.unassigned("dispatch")
    queue.act(rows[0].task_id, "claim", BOB)
    gone = replace(rows[0], task_id="look-1.gone")
    monkeypatch.setattr(type(queue.store), "unassigned", lambda *args, **more: [gone, *rows])
    assert _assign(queue, count=2) == [row.task_id for row in rows[1:3]]


def test_each_commits_or_not_on_its_own(queue: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is refused is listed with the reason, in its place, and the others are assigned."""
    free, act = _free(queue), tasks.act

    def refusing(session: Any, identity: Any, task_id: str, *rest: Any) -> Any:
        if task_id == free[1]:
            refuse("conflict", "Not now.")
        return act(session, identity, task_id, *rest)

    monkeypatch.setattr(chosen, "act", refusing)
    outcomes = bulk_assign(queue.session, ANN, "dispatch", {"userId": "bob", "count": 3}).value.outcomes
    assert [outcome.task_id for outcome in outcomes] == free[:3]
    assert [outcome.refusal.code if outcome.refusal else None for outcome in outcomes] == [None, "conflict", None]


def test_who_may_assign_in_bulk(world: World) -> None:
    """Admins of the organization and administrators; to those who may not see it, it is not there."""
    refusal = _refused(world, BOB).refusal
    assert (refusal.code, refusal.who) == ("not_allowed", ("admins of Dispatch", "administrators"))
    assert _refused(world, EVE).refusal.code == "not_found"
    assert _refused(world, ROOT, "nowhere").refusal.code == "not_found"
    assert _refused(world, Identity("nobody")).refusal.code == "unknown_user"
    assert _refused(world, BOB, userId=7, count=0).refusal.code == "not_allowed"


def test_only_a_member_is_assigned(world: World) -> None:
    """Whatever the type allows, bulk assignment hands tasks to the organization's own people."""
    refusal = _refused(world, userId="eve").refusal
    assert (refusal.code, refusal.detail) == ("assignee_not_member", "'eve' is no member of 'dispatch'.")


@pytest.mark.parametrize(
    ("given", "pointers"),
    [
        ({"userId": "nobody"}, ["/userId"]),
        ({"userId": 7}, ["/userId"]),
        ({"userId": None}, ["/userId"]),
        ({"count": 0}, ["/count"]),
        ({"count": 101}, ["/count"]),
        ({"count": True}, ["/count"]),
        ({"count": "1"}, ["/count"]),
        ({"type": "Riddle"}, ["/type"]),
        ({"type": None}, ["/type"]),
        ({"a/b": 1, "count": -1}, ["/a~1b", "/count"]),
    ],
)
def test_what_does_not_fit_is_refused(world: World, given: dict[str, Any], pointers: list[str]) -> None:
    """With every error at once."""
    refusal = _refused(world, **given).refusal
    assert (refusal.code, [error.pointer for error in refusal.errors]) == ("invalid_input", pointers)


def test_what_is_missing_is_refused(world: World) -> None:
    """A member and a number are needed; nobody who has left can be given tasks."""
    with pytest.raises(Refused) as caught:
        bulk_assign(world.session, ANN, "dispatch", {})
    assert [error.pointer for error in caught.value.refusal.errors] == ["/userId", "/count"]
    world.put_user("bob", active=False)
    (error,) = _refused(world).refusal.errors
    assert (error.pointer, error.detail) == ("/userId", "The user 'bob' is not active.")


@pytest.mark.parametrize("assigning", [claims().assigning, Assigning("reassign"), None])
def test_a_task_is_assigned_as_its_workflow_says(
    world: World, monkeypatch: pytest.MonkeyPatch, assigning: Assigning | None
) -> None:
    """As a child of the same type, or in place; where it says nothing, no type can be asked for and no task is free."""
    workflow = replace(claims(), assigning=assigning)
    monkeypatch.setattr(world, "session", replace(world.session, workflows=OneWorkflow(workflow)))
    people.bootstrap(world.session, User("root", "Root"))
    given: dict[str, object] = {"workflow": "claims", "caseId": "c1", "attributes": {"channel": "phone"}}
    cases.create_case(world.session, ROOT, given, Request())
    claim = {"type": "Claim", "assignedParty": {"kind": "user", "id": "ann"}}
    top = tasks.create_task(world.session, ROOT, "c1", claim, Request()).value.task.task_id
    given = {"type": "Survey", "parentId": top, "assignedParty": {"kind": "organization", "id": "dispatch"}}
    survey = tasks.create_task(world.session, ROOT, "c1", given, Request()).value.task.task_id
    if assigning is None:
        assert _refused(world, type="Survey").refusal.code == "invalid_input"
        assert _assign(world, count=1) == []
        return
    assert _assign(world, count=1, type="Survey") == [survey]
    after = world.stored(survey)
    has = world.stored(after.delegate_id or survey).assigned_party
    assert has is not None
    assert (has.id, after.delegated) == ("bob", assigning.member == "assign_to_person")


KEYED = Request("POST /organizations/dispatch/bulk-assign", "key", "body")


def _keyed(
    world: World, by: Identity = ANN, request: Request = KEYED, **given: Any
) -> tuple[list[tuple[str, str | None]], bool]:
    """The tasks with the codes of their refusals, and whether the answer is that to a repeat."""
    answer = bulk_assign(world.session, by, "dispatch", {"userId": "bob", "count": 2, **given}, request)
    codes: list[tuple[str, str | None]] = [
        (each.task_id, each.refusal.code if each.refusal else None) for each in answer.value.outcomes
    ]
    return codes, answer.replayed


def _has(world: World, task_id: str) -> str | None:
    party = world.stored(task_id).assigned_party
    return party.id if party else None


def test_a_repeat_with_the_same_key_is_about_the_same_tasks(queue: World) -> None:
    """It answers as before and assigns no more, also where the first found nothing, and tasks have come since."""
    free = _free(queue)
    assert _keyed(queue) == ([(free[0], None), (free[1], None)], False)
    before = [queue.stored(task_id) for task_id in free]
    assert _keyed(queue) == ([(free[0], None), (free[1], None)], True)
    assert [queue.stored(task_id) for task_id in free] == before
    assert _keyed(queue, request=replace(KEYED, key="other")) == ([(free[2], None), (free[3], None)], False)
    none: dict[str, Any] = {"request": replace(KEYED, key="none"), "type": "Looker Schedule Assist"}
    assert _keyed(queue, **none) == ([], False)
    queue.task("look-1", "Looker Schedule Assist")
    assert _keyed(queue, **none) == ([], True)


def test_a_key_is_good_for_one_body_and_one_day(queue: World) -> None:
    """Another body is refused; a day later the same key is a new request, whatever was tried again meanwhile."""
    free = _free(queue)
    queue.act(free[0], "claim", ANN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assignment, "_free", lambda *_: iter([queue.stored(task_id) for task_id in free]))
        patch.setattr(assignment, "_is_free", lambda session, task, _: task.assigned_party is None)
        assert _keyed(queue) == ([(free[0], "action_not_available"), (free[1], None)], False)
    with pytest.raises(Refused) as caught:
        _keyed(queue, request=replace(KEYED, fingerprint="another"))
    assert caught.value.refusal.code == "idempotency_key_reused"
    queue.pass_time(hours=23)
    queue.act(free[0], "release", ANN)
    assert _keyed(queue) == ([(free[0], None), (free[1], None)], False)
    queue.pass_time(hours=2)
    queue.act(free[0], "assign", ANN, assignedParty=None)
    assert _keyed(queue) == ([(free[0], None), (free[2], None)], False)
    assert _has(queue, free[0]) == "bob"


def test_a_function_that_dies_in_the_middle_is_made_up_for(queue: World) -> None:
    """The repeat goes on with what was chosen, and not with what is free by now; what somebody took stays theirs."""
    free = _free(queue)
    with dying(chosen, after=1):
        _keyed(queue, count=3)
    queue.act(free[1], "claim", ANN)
    assert _keyed(queue, count=3) == ([(free[0], None), (free[1], "action_not_available"), (free[2], None)], False)
    assert [_has(queue, task_id) for task_id in free] == ["bob", "ann", "bob", None, None]


def test_two_requests_with_one_key_at_once_assign_the_same(queue: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second comes before the first has said what it chose, and chooses; the first finds all of that done."""
    commit, between, free = type(queue.session.store).commit, [True], _free(queue)

    def slow(store: Any, plan: Any) -> None:
        if between:
            between.clear()
            assert _keyed(queue) == ([(free[0], None), (free[1], None)], False)
        commit(store, plan)

    monkeypatch.setattr(type(queue.session.store), "commit", slow)
    assert _keyed(queue) == ([(free[0], None), (free[1], None)], True)
    assert [_has(queue, task_id) for task_id in free] == ["bob", "bob", None, None, None]


def test_who_may_not_assign_any_more_hears_of_what_was_done(queue: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing of the rest is done: each of it is refused as the whole would be."""
    free, act = _free(queue), tasks.act

    def busy(session: Any, identity: Any, task_id: str, *rest: Any) -> Any:
        if task_id == free[1]:
            refuse("conflict", "Not now.")
        return act(session, identity, task_id, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(chosen, "act", busy)
        assert _keyed(queue) == ([(free[0], None), (free[1], "conflict")], False)
    queue.join("dispatch", "ann", admin=False)
    assert _keyed(queue) == ([(free[0], None), (free[1], "not_allowed")], True)
    assert _has(queue, free[1]) is None
    with pytest.raises(Refused) as caught:
        _keyed(queue, request=replace(KEYED, key="other"))
    assert caught.value.refusal.code == "not_allowed"


def test_what_somebody_takes_meanwhile_is_not_taken_away(queue: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the choice and its turn: the task is refused, and one that only changed otherwise is assigned."""
    free, act, between = _free(queue), tasks.act, [True]

    def late(session: Any, identity: Any, task_id: str, *rest: Any) -> Any:
        if between:
            between.clear()
            queue.act(free[0], "claim", BOB)
            queue.act(free[1], "edit", ANN, description="Look closely.")
        return act(session, identity, task_id, *rest)

    monkeypatch.setattr(chosen, "act", late)
    outcomes = bulk_assign(queue.session, ANN, "dispatch", {"userId": "ann", "count": 2}).value.outcomes
    assert [outcome.refusal for outcome in outcomes] == [assignment.TAKEN, None]
    assert [_has(queue, task_id) for task_id in free[:2]] == ["bob", "ann"]


def test_a_task_that_others_keep_changing_is_not_assigned_for_now(queue: World) -> None:
    """It is refused as it would be alone, and nobody is told of an unexpected error; the next one is assigned."""
    free = _free(queue)
    work = lambda: queue.act(free[0], "edit", ANN, priority=queue.stored(free[0]).version)  # noqa: E731
    session = at(queue.session, Contended(queue.store, work))
    outcomes = bulk_assign(session, ANN, "dispatch", {"userId": "bob", "count": 2}).value.outcomes
    assert [outcome.refusal.code if outcome.refusal else None for outcome in outcomes] == ["conflict", None]
    assert [_has(queue, task_id) for task_id in free[:2]] == [None, "bob"]


def test_a_task_that_is_gone_by_now_is_not_found(queue: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repeat about a task that there is not any more says so, and does the rest."""
    free = _free(queue)
    monkeypatch.setattr(assignment, "_free", lambda *_: iter([queue.stored(free[0])]))
    with monkeypatch.context() as patch:
        patch.setattr(assignment, "claim", lambda *given: _claim_of(*given[:-1], ("look-1.gone", free[0])))
        _keyed(queue)
    assert _keyed(queue) == ([("look-1.gone", "not_found"), (free[0], None)], True)
