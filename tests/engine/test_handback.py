from shared.engine.people import hand_back
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
