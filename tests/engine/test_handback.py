from typing import Any

import pytest

from shared.domain.workflow import HandBack
from shared.engine import handback, tasks
from shared.engine.people import hand_back
from shared.engine.session import refuse
from tests.engine.world import ANN, BOB, ROOT, World


def test_open_tasks_go_back_by_what_their_status_offers(world: World) -> None:
    """What is in progress is released, from other tasks the party is taken; each by an ordinary action."""
    world.case("look-1")
    begun, ready, failed = (world.task("look-1") for _ in range(3))
    for task in (begun, failed):
        world.act(task, "claim", BOB)
    world.act(failed, "fail", BOB, reason="no")
    world.act(ready, "assign", ANN, assignedParty={"kind": "user", "id": "bob"})
    result = hand_back(world.session, ROOT, "bob", dry_run=False)
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
    result = hand_back(world.session, ROOT, "bob", dry_run=True)
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
    assert hand_back(world.session, ROOT, "bob", dry_run=False).tasks == ()
    assert world.stored(others).assigned_party is not None


def test_a_repeat_finds_nothing_more(world: World) -> None:
    """Handing back twice is the same as once."""
    world.case("look-1")
    world.act(world.task("look-1"), "claim", BOB)
    assert len(hand_back(world.session, ROOT, "bob", dry_run=False).tasks) == 1
    again = hand_back(world.session, ROOT, "bob", dry_run=False)
    assert (again.tasks, again.more) == ((), False)


def test_a_departed_user_can_be_handed_back(world: World) -> None:
    """The tasks of somebody who is not active any more are handed back all the same."""
    world.case("look-1")
    task = world.task("look-1")
    world.act(task, "claim", BOB)
    world.put_user("bob", active=False)
    assert [item.action for item in hand_back(world.session, ROOT, "bob", dry_run=False).tasks] == ["release"]


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

    monkeypatch.setattr(handback, "act", act)
    result = {item.task_id: item for item in hand_back(world.session, ROOT, "bob", dry_run=False).tasks}
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
    first = hand_back(world.session, ROOT, "bob", dry_run=False)
    assert (len(first.tasks), first.more) == (2, True)
    rest = hand_back(world.session, ROOT, "bob", dry_run=False)
    assert (len(rest.tasks), rest.more) == (1, False)


def test_a_dry_run_says_what_would_stay(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workflow that offers no way leaves the task where it is, also in a dry run."""
    world.case("look-1")
    task = world.task("look-1")
    world.act(task, "claim", BOB)
    monkeypatch.setattr(handback, "_ways", lambda session, task: [HandBack("retry"), HandBack("nothing")])
    (item,) = hand_back(world.session, ROOT, "bob", dry_run=True).tasks
    assert item.action is None
    assert item.refusal is not None
    assert item.refusal.code == "action_not_available"
