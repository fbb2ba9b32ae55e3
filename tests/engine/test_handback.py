from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shared.domain.definitions.workflow import HandBack
from shared.domain.model.people import User
from shared.domain.model.plan import Refusal
from shared.engine import cases, people, tasks
from shared.engine.bulk import chosen, handback
from shared.engine.migration import migrate_by_engine
from shared.engine.people import hand_back
from shared.engine.session import Refused, Request, refuse
from tests.engine.between import Contended, at
from tests.engine.dying import dying
from tests.engine.test_trees import OneWorkflow
from tests.engine.world import ANN, BOB, ROOT, World
from tests.workflows.claims import claims
from tests.workflows.versions import Several


def test_open_tasks_go_back_by_what_their_status_offers(world: World) -> None:
    """What is in progress is released, from other tasks the party is taken; each by an ordinary action."""
    world.case("look-1")
    begun, ready, failed = (world.task("look-1") for _ in range(3))
    for task in (begun, failed):
        world.act(task, "claim", BOB)
    world.act(failed, "fail", BOB, reason="no")
    world.act(ready, "assign", ANN, assignedParty={"kind": "user", "id": "bob"})
    result = hand_back(world.session, ROOT, "bob", {})
    assert {item.task_id: item.action for item in result.tasks} == {begun: "release", ready: "assign", failed: "assign"}
    assert all(world.stored(task).assigned_party is None for task in (begun, ready, failed))
    assert world.stored(begun).status == "Ready"
    assert world.stored(failed).status == "Failed"
    last = world.store.history(ready)[-1]
    assert last.created_by is not None
    assert (last.action, last.created_by.id) == ("assign", "root")


def test_a_dry_run_changes_nothing(world: World) -> None:
    """A dry run says what would be done to which task, and does nothing."""
    world.case("look-1")
    begun = world.task("look-1")
    world.act(begun, "claim", BOB)
    before = world.stored(begun)
    result = hand_back(world.session, ROOT, "bob", {"dryRun": True})
    assert [(item.task_id, item.action, item.refusal) for item in result.tasks] == [(begun, "release", None)]
    assert result.dry_run
    assert world.stored(begun) == before


def test_closed_tasks_and_those_of_others_stay(world: World) -> None:
    """Only what is open and the user's own is handed back."""
    world.case("look-1")
    closed, others = world.task("look-1"), world.task("look-1")
    world.act(closed, "claim", BOB)
    world.act(closed, "pass", BOB)
    world.act(others, "claim", ANN)
    assert hand_back(world.session, ROOT, "bob", {}).tasks == ()
    assert world.stored(others).assigned_party is not None


def test_a_repeat_finds_nothing_more(world: World) -> None:
    """Handing back twice is the same as once."""
    world.case("look-1")
    world.act(world.task("look-1"), "claim", BOB)
    assert len(hand_back(world.session, ROOT, "bob", {}).tasks) == 1
    again = hand_back(world.session, ROOT, "bob", {})
    assert (again.tasks, again.more) == ((), False)


def test_a_departed_user_can_be_handed_back(world: World) -> None:
    """The tasks of somebody who is not active any more are handed back all the same."""
    world.case("look-1")
    task = world.task("look-1")
    world.act(task, "claim", BOB)
    world.put_user("bob", active=False)
    assert [item.action for item in hand_back(world.session, ROOT, "bob", {}).tasks] == ["release"]


@pytest.mark.parametrize(("code", "tries"), [("conflict", 1), ("action_not_available", 2), ("not_allowed", 2)])
def test_a_task_that_stays_says_why(world: World, monkeypatch: pytest.MonkeyPatch, code: str, tries: int) -> None:
    """Where no way is open, the task is listed with the last refusal, and the others are handed back."""
    world.case("look-1")
    stuck, fine = world.task("look-1"), world.task("look-1")
    for task in (stuck, fine):
        world.act(task, "claim", BOB)
    original, tried = tasks.act, list[str]()

    def act(session: Any, identity: Any, task_id: str, action: str, *rest: Any) -> Any:
        if task_id == stuck:
            tried.append(action)
            refuse(code, "Not now.")  # type: ignore[arg-type]
        return original(session, identity, task_id, action, *rest)

    monkeypatch.setattr(chosen, "act", act)
    result = {item.task_id: item for item in hand_back(world.session, ROOT, "bob", {}).tasks}
    assert len(tried) == tries
    refusal = result[stuck].refusal
    assert result[stuck].action is None
    assert refusal is not None
    assert refusal.detail == "Not now."
    assert result[fine].action == "release"


def test_more_tasks_than_one_call_takes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One call takes so many tasks off a user as its time allows, and says that there are more."""
    monkeypatch.setattr(handback, "AT_ONCE", 2)
    world.case("look-1")
    for _ in range(3):
        world.act(world.task("look-1"), "claim", BOB)
    first = hand_back(world.session, ROOT, "bob", {})
    assert (len(first.tasks), first.more) == (2, True)
    rest = hand_back(world.session, ROOT, "bob", {})
    assert (len(rest.tasks), rest.more) == (1, False)


def test_a_dry_run_says_what_would_stay(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workflow that offers no way leaves the task where it is, also in a dry run."""
    world.case("look-1")
    task = world.task("look-1")
    world.act(task, "claim", BOB)
    monkeypatch.setattr(handback, "_ways", lambda session, task: [HandBack("claim"), HandBack("retry")])
    (item,) = hand_back(world.session, ROOT, "bob", {"dryRun": True}).tasks
    assert item.action is None
    assert item.refusal is not None
    assert item.refusal.code == "action_not_available"


def _lateness(world: World, monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]) -> None:
    """Between the choice and the first task's turn this is done."""
    look, between = tasks.available_actions, [work]

    def late(*given: Any, **more: Any) -> Any:
        if between:
            between.pop()()
        return look(*given, **more)

    monkeypatch.setattr(handback, "available_actions", late)


def test_a_dry_run_tells_of_the_task_as_it_is_by_its_turn(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the user gave back meanwhile would not be handed back; what they began would be released."""
    world.case("look-1")
    given_back, begun = (world.task("look-1") for _ in range(2))
    world.act(given_back, "claim", BOB)
    world.act(begun, "assign", ANN, assignedParty={"kind": "user", "id": "bob"})

    def meanwhile() -> None:
        world.act(given_back, "release", BOB)
        world.act(begun, "claim", BOB)

    _lateness(world, monkeypatch, meanwhile)
    result = {item.task_id: item for item in hand_back(world.session, ROOT, "bob", {"dryRun": True}).tasks}
    assert {task_id: item.action for task_id, item in result.items()} == {given_back: None, begun: "release"}
    assert result[given_back].refusal == Refusal(
        "action_not_available", "The user does not have this task any more.", rule="hand_back"
    )


@pytest.mark.parametrize("code", ["conflict", "not_found"])
def test_a_dry_run_tells_of_a_task_that_cannot_be_looked_at(
    world: World, busy_bob: list[str], monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """It is migrated all the time, or was deleted: that is its refusal, and the others are told of."""
    _lateness(world, monkeypatch, lambda: refuse(code, "Not now."))  # type: ignore[arg-type]
    result = hand_back(world.session, ROOT, "bob", {"dryRun": True}).tasks
    codes = {item.task_id: item.refusal.code if item.refusal else item.action for item in result}
    assert Counter(codes.values()) == Counter([code, "release", "release"])
    assert codes.keys() == set(busy_bob)


@pytest.mark.parametrize(("code", "then"), [("action_not_available", "assign"), ("open_children", None)])
def test_a_dry_run_tries_another_way_where_the_real_one_would(
    world: World, monkeypatch: pytest.MonkeyPatch, code: Any, then: str | None
) -> None:
    """After some refusals none is tried."""
    world.case("look-1")
    world.act(world.task("look-1"), "claim", BOB)
    look = tasks.available_actions

    def stubborn(*given: Any, **more: Any) -> Any:
        view, offers = look(*given, **more)
        refused = Refusal(code, "Not now.")
        return view, tuple(replace(o, refusal=refused) if o.action.name == "release" else o for o in offers)

    monkeypatch.setattr(handback, "available_actions", stubborn)
    (item,) = hand_back(world.session, ROOT, "bob", {"dryRun": True}).tasks
    assert item.action == then
    assert (item.refusal is None) is (then is not None)


def test_a_task_that_others_keep_changing_stays_for_now(world: World, busy_bob: list[str]) -> None:
    """It is refused as it would be alone, and nobody is told of an unexpected error; the others are handed back."""
    changed = busy_bob[1]
    result = hand_back(at(world.session, Contended(world.store, lambda: _edit(world, changed))), ROOT, "bob", {}).tasks
    codes = {item.task_id: item.refusal.code if item.refusal else item.action for item in result}
    assert codes == {**dict.fromkeys(busy_bob, "release"), changed: "conflict"}


def _edit(world: World, task_id: str) -> None:
    world.act(task_id, "edit", priority=world.stored(task_id).version)


@pytest.fixture
def claim(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A case of claims; rue rules, bob is of dispatch."""
    monkeypatch.setattr(world, "session", replace(world.session, workflows=OneWorkflow(claims())))
    world.put_user("rue")
    people.bootstrap(world.session, User("root", "Root"))
    world.join("rulers", "rue")
    given = {"workflow": "claims", "caseId": "c1", "attributes": {"channel": "phone"}}
    cases.create_case(world.session, ROOT, given, Request())
    return world


def test_a_dry_run_goes_by_the_version_that_the_task_goes_by(claim: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the choice and its turn the case is migrated to one in which such a task is not cancelled."""
    first = claims()
    ruling = replace(first.types["Ruling"], actions=frozenset(first.actions) - {"cancel"})
    second = replace(first, version=2, types={**first.types, "Ruling": ruling})
    rue: dict[str, object] = {"kind": "user", "id": "rue"}
    top = _claim_task(claim, type="Claim", assignedParty={"kind": "user", "id": "bob"})
    _claim_task(claim, type="Ruling", parentId=top, assignedParty=rue)
    monkeypatch.setattr(claim, "session", replace(claim.session, workflows=Several(first, second)))
    _lateness(claim, monkeypatch, lambda: migrate_by_engine(claim.session, "c1", second, dry_run=False))
    (item,) = hand_back(claim.session, ROOT, "rue", {"dryRun": True}).tasks
    assert item.action is None
    assert item.refusal is not None
    assert item.refusal.detail == "No organization has passed it on."


def _claim_task(world: World, **given: object) -> str:
    return tasks.create_task(world.session, ROOT, "c1", given, Request()).value.task.task_id


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_type_has_ways_of_its_own(claim: World, dry_run: bool) -> None:  # noqa: FBT001 (a parameter of the test)
    """What was passed on goes back, some types are cancelled, others are listed with the reason; so says a dry run."""
    bob: dict[str, object] = {"kind": "user", "id": "bob"}
    ruled = _claim_task(claim, type="Claim", assignedParty=bob)
    survey = _claim_task(claim, type="Survey", parentId=ruled, assignedParty={"kind": "organization", "id": "dispatch"})
    claim.act(survey, "assign_to_person", userId="bob")
    passed_on = claim.stored(survey).delegate_id or ""
    own = _claim_task(claim, type="Survey", parentId=ruled, assignedParty=bob)
    claim.put_user("bob", active=False)
    result = {item.task_id: item for item in hand_back(claim.session, ROOT, "bob", {"dryRun": dry_run}).tasks}
    assert {task_id: item.action for task_id, item in result.items()} == {
        ruled: None,
        passed_on: "hand_back",
        own: None,
    }
    said = {task_id: item.refusal.detail for task_id, item in result.items() if item.refusal is not None}
    assert said == {
        ruled: "Nothing hands a Claim back: find somebody else for it.",
        own: "No organization has passed it on.",
    }
    assert (claim.stored(passed_on).status == "assigned") is dry_run
    assert (claim.stored(own).status, claim.stored(ruled).status) == ("assigned", "on_hold")
    ruling = _claim_task(claim, type="Ruling", parentId=ruled, assignedParty={"kind": "user", "id": "rue"})
    (item,) = hand_back(claim.session, ROOT, "rue", {"dryRun": dry_run}).tasks
    assert (item.task_id, item.action, item.refusal) == (ruling, "cancel", None)
    assert (claim.stored(ruling).status == "cancelled") is not dry_run


KEYED = Request("POST /users/bob/hand-back", "key", "body")


@pytest.fixture
def busy_bob(world: World) -> list[str]:
    """Three tasks that bob has begun."""
    world.case("look-1")
    begun = [world.task("look-1") for _ in range(3)]
    for task_id in begun:
        world.act(task_id, "claim", BOB)
    return begun


def _keyed(world: World, request: Request = KEYED) -> tuple[dict[str, str | None], bool, bool]:
    """What was done with each task, whether there were more, and whether the answer is that to a repeat."""
    done = hand_back(world.session, ROOT, "bob", {}, request)
    return {item.task_id: item.action for item in done.tasks}, done.more, done.replayed


def test_a_repeat_with_the_same_key_is_about_the_same_tasks(
    world: World, busy_bob: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answers as before, and takes off the user neither what they have got since nor what was left."""
    monkeypatch.setattr(handback, "AT_ONCE", 2)
    first, second, third = busy_bob
    assert _keyed(world) == ({first: "release", second: "release"}, True, False)
    world.act(first, "claim", BOB)
    before = [world.stored(task_id) for task_id in busy_bob]
    assert _keyed(world) == ({first: "release", second: "release"}, True, True)
    assert [world.stored(task_id) for task_id in busy_bob] == before
    rest = hand_back(world.session, ROOT, "bob", {}, replace(KEYED, key="other"))
    assert {item.task_id for item in rest.tasks} == {first, third}
    assert _keyed(world, replace(KEYED, key="none")) == ({}, False, False)
    assert _keyed(world, replace(KEYED, key="none")) == ({}, False, True)


def test_a_repeat_tells_the_action_that_was_taken(world: World) -> None:
    """Though another way would come first by now: what is remembered with the task is what was done."""
    world.case("look-1")
    task = world.task("look-1")
    world.act(task, "assign", ANN, assignedParty={"kind": "user", "id": "bob"})
    assert _keyed(world) == ({task: "assign"}, False, False)
    world.act(task, "claim", BOB)
    assert _keyed(world) == ({task: "assign"}, False, True)
    assert world.stored(task).status == "In Progress"


def test_a_function_that_dies_in_the_middle_is_made_up_for(world: World, busy_bob: list[str]) -> None:
    """The repeat goes on with what was chosen, as far as the user has it."""
    with dying(chosen, after=1) as done:
        _keyed(world)
    first = done[0]
    second, third = (task_id for task_id in busy_bob if task_id != first)
    world.act(second, "assign", ANN, assignedParty={"kind": "user", "id": "ann"})
    assert _keyed(world) == ({first: "release", second: None, third: "release"}, False, False)
    assert world.stored(second).status == "In Progress"


def test_a_dry_run_remembers_nothing(world: World, busy_bob: list[str]) -> None:
    """Its key is free; once used for the real one, it is good for that body alone."""
    dry = replace(KEYED, fingerprint="dry")
    assert hand_back(world.session, ROOT, "bob", {"dryRun": True}, dry).dry_run
    assert _keyed(world)[0] == dict.fromkeys(busy_bob, "release")
    with pytest.raises(Refused) as caught:
        hand_back(world.session, ROOT, "bob", {"dryRun": True}, dry)
    assert caught.value.refusal.code == "idempotency_key_reused"


def test_what_somebody_else_has_by_now_stays_theirs(
    world: World, busy_bob: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the choice and its turn a task may go to another: it is not taken off them."""
    act, between = tasks.act, [True]

    def late(session: Any, identity: Any, task_id: str, *rest: Any) -> Any:
        if between:
            between.clear()
            for given in busy_bob:
                world.act(given, "assign", ANN, assignedParty={"kind": "user", "id": "ann"})
        return act(session, identity, task_id, *rest)

    monkeypatch.setattr(chosen, "act", late)
    result = hand_back(world.session, ROOT, "bob", {})
    assert {item.refusal.detail for item in result.tasks if item.refusal} == {
        "The user does not have this task any more."
    }
    assert {item.action for item in result.tasks} == {None}


@pytest.mark.parametrize(
    ("given", "pointers"),
    [({"dryRun": "yes"}, ["/dryRun"]), ({"dryRun": None, "a/b": 1}, ["/a~1b", "/dryRun"])],
)
def test_what_does_not_fit_is_refused_before_anything_is_read(
    world: World, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], pointers: list[str]
) -> None:
    """With every error at once; no queue is read for it. Who may not ask, or for nobody, hears that first."""
    monkeypatch.setattr(type(world.store), "party_queue", None)
    with pytest.raises(Refused) as caught:
        hand_back(world.session, ROOT, "bob", given)
    refusal = caught.value.refusal
    assert (refusal.code, [error.pointer for error in refusal.errors]) == ("invalid_input", pointers)
    for by, user_id, code in ((ANN, "bob", "not_allowed"), (ROOT, "nobody", "not_found")):
        with pytest.raises(Refused) as caught:
            hand_back(world.session, by, user_id, given)
        assert caught.value.refusal.code == code
