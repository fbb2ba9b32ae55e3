"""One action on several tasks, on a table: each by its own decision and in its own transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.engine.bulk import act_on_each, actions
from shared.engine.bulk.outcomes import Outcome
from shared.engine.session import Answer, Identity, Refused, Request
from shared.engine.tasks import act
from shared.storage.errors import Throttled
from tests.engine.dying import dying
from tests.engine.world import ANN, BOB, EVE, World

ROUTE = "POST /bulk/actions"
KEYED = Request(ROUTE, "key", "body")


@pytest.fixture
def looks(world: World) -> list[str]:
    """Three free tasks of dispatch."""
    world.case("look-1")
    return [world.task("look-1") for _ in range(3)]


def _act(
    world: World, task_ids: list[str], action: str = "claim", by: Identity = BOB, request: Request = KEYED, **given: Any
) -> Answer[tuple[Outcome, ...]]:
    asked = {"taskIds": task_ids, "action": action, "input": given}
    return act_on_each(world.session, by, asked, request)


def _codes(answer: Answer[tuple[Outcome, ...]]) -> list[str | None]:
    return [outcome.refusal.code if outcome.refusal else None for outcome in answer.value]


def _versions(world: World, task_ids: list[str]) -> list[int]:
    return [world.stored(task_id).version for task_id in task_ids]


def test_each_commits_or_not_on_its_own(world: World, looks: list[str]) -> None:
    """One that is refused says why, in its place, and stops no other."""
    world.act(looks[1], "claim", BOB)
    answer = _act(world, [looks[2], "look-1.none", looks[1], "#", looks[0]])
    assert [outcome.task_id for outcome in answer.value] == [looks[2], "look-1.none", looks[1], "#", looks[0]]
    assert _codes(answer) == [None, "not_found", "action_not_available", "not_found", None]
    assert (answer.status, answer.replayed) == (200, False)
    assert [world.stored(task_id).status for task_id in looks] == ["In Progress"] * 3


def test_a_refusal_is_the_one_that_the_action_alone_is_met_with(world: World, looks: list[str]) -> None:
    """Whichever rule it is: the same decision serves both."""
    for by, action, given in ((EVE, "claim", {}), (ANN, "pass", {}), (ANN, "fly", {}), (BOB, "claim", {"colour": 1})):
        with pytest.raises(Refused) as alone:
            world.act(looks[0], action, by, **given)
        (outcome,) = _act(world, looks[:1], action, by, Request(), **given).value
        assert outcome.refusal == alone.value.refusal


def test_what_has_changed_since_it_was_seen_is_refused_on_its_own(world: World, looks: list[str]) -> None:
    """The version is compared of those tasks of which the caller names one; a repeat finds what it did itself."""
    world.act(looks[0], "add_instructions", ANN, instructions="Ring twice.")
    world.act(looks[1], "add_instructions", ANN, instructions="Ring twice.")
    asked = {"taskIds": looks, "action": "claim", "versions": {looks[0]: 1, looks[2]: 1}}
    for replayed in (False, True):
        answer = act_on_each(world.session, BOB, asked, KEYED)
        assert (_codes(answer), answer.replayed) == (["version_mismatch", None, None], replayed)
    assert _versions(world, looks) == [2, 3, 2]


def test_a_repeat_does_nothing_twice(world: World, looks: list[str]) -> None:
    """It answers as before, although by now no task offers the action any more; without a key, it is refused."""
    _act(world, looks)
    before = _versions(world, looks)
    again = _act(world, looks)
    assert (_codes(again), again.replayed) == ([None] * 3, True)
    assert _codes(_act(world, looks, request=Request())) == ["action_not_available"] * 3
    assert _versions(world, looks) == before


def test_a_repeat_tries_again_what_was_refused(world: World, looks: list[str]) -> None:
    """Refusals are not remembered; where something was done now, the answer is no repeat of the old one."""
    world.act(looks[0], "claim", BOB)
    assert _codes(_act(world, looks)) == ["action_not_available", None, None]
    world.act(looks[0], "release", BOB)
    again = _act(world, looks)
    assert (_codes(again), again.replayed) == ([None] * 3, False)
    assert [outcome.replayed for outcome in again.value] == [False, True, True]


def test_a_function_that_dies_in_the_middle_is_made_up_for(world: World, looks: list[str]) -> None:
    """The repeat goes on where it was: what had committed is not done again."""
    with dying(actions, after=2):
        _act(world, looks)
    before = _versions(world, looks)
    assert [outcome.replayed for outcome in _act(world, looks).value] == [True, True, False]
    assert _versions(world, looks) == [*before[:2], before[2] + 1]


def test_a_key_is_good_for_one_body(world: World, looks: list[str]) -> None:
    """Also where the other one names none of the same tasks, and where all of the first was refused."""
    assert _codes(_act(world, ["look-1.none"])) == ["not_found"]
    with pytest.raises(Refused) as caught:
        _act(world, looks, request=replace(KEYED, fingerprint="another"))
    assert caught.value.refusal.code == "idempotency_key_reused"
    assert _versions(world, looks) == [1, 1, 1]
    world.pass_time(hours=25)
    assert _codes(_act(world, looks, request=replace(KEYED, fingerprint="another"))) == [None] * 3


def test_a_key_means_something_new_after_a_day(world: World, looks: list[str]) -> None:
    """Also with a task that was done late, when a repeat tried it again: what is remembered of it is of the first."""
    world.act(looks[0], "claim", BOB)
    assert _codes(_act(world, looks)) == ["action_not_available", None, None]
    world.pass_time(hours=23)
    world.act(looks[0], "release", BOB)
    assert _codes(_act(world, looks)) == [None] * 3
    world.pass_time(hours=2)
    world.act(looks[0], "release", BOB)
    answer = _act(world, looks[:1])
    assert (_codes(answer), answer.replayed) == ([None], False)
    assert world.stored(looks[0]).status == "In Progress"


def test_two_requests_with_one_key_at_once_do_it_once(
    world: World, looks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second comes before the first has said that the key is its own: it finds it out, and finds all done."""
    commit, between = type(world.session.store).commit, [True]

    def slow(store: Any, plan: Any) -> None:
        if between:
            between.clear()
            assert _codes(_act(world, looks)) == [None] * 3
        commit(store, plan)

    monkeypatch.setattr(type(world.session.store), "commit", slow)
    answer = _act(world, looks)
    assert (_codes(answer), answer.replayed) == ([None] * 3, True)
    assert _versions(world, looks) == [2, 2, 2]


def test_a_busy_table_ends_it(world: World, looks: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What was done is told, the rest is not tried; a repeat does it."""

    def busy(session: Any, identity: Any, task_id: str, *rest: Any) -> Any:
        if task_id == looks[1]:
            raise Throttled("busy")
        return act(session, identity, task_id, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(actions, "act", busy)
        assert _codes(_act(world, looks)) == [None, "throttled", "throttled"]
    assert _codes(_act(world, looks)) == [None] * 3


def test_an_unexpected_error_ends_it_where_nobody_notes_it(
    world: World, looks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No error is passed over in silence: who opens a session says where errors go, or meets them."""
    monkeypatch.setattr(actions, "act", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        _act(world, looks)


def test_a_slow_table_ends_it_before_the_gateway_gives_up(
    world: World, looks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asked hears what was done, and that the rest was not begun; a repeat does it."""

    def slow(session: Any, identity: Any, task_id: str, *rest: Any) -> Any:
        world.pass_time(seconds=10)
        return act(session, identity, task_id, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(actions, "act", slow)
        assert _codes(_act(world, looks)) == [None, None, "throttled"]
    assert _versions(world, looks) == [2, 2, 1]
    assert _codes(_act(world, looks)) == [None] * 3


@pytest.mark.parametrize(
    ("given", "pointers"),
    [
        ({}, ["/taskIds", "/action"]),
        ({"taskIds": "x", "action": "claim"}, ["/taskIds"]),
        ({"taskIds": [], "action": "claim"}, ["/taskIds"]),
        ({"taskIds": [f"look-1.{n}" for n in range(101)], "action": "claim"}, ["/taskIds"]),
        ({"taskIds": ["a", 7, "b", "a"], "action": "claim"}, ["/taskIds/1", "/taskIds/3"]),
        ({"taskIds": ["a"], "action": ""}, ["/action"]),
        ({"taskIds": ["a"], "action": "x" * 101}, ["/action"]),
        ({"taskIds": ["a"], "action": None, "input": None, "a/b": 1}, ["/a~1b", "/action", "/input"]),
        ({"taskIds": ["a"], "action": "claim", "versions": [1]}, ["/versions"]),
        ({"taskIds": ["a"], "action": "claim", "versions": {"a": 0}}, ["/versions/a"]),
        ({"taskIds": ["a"], "action": "claim", "versions": {"a": True, "b/c": 1}}, ["/versions/a", "/versions/b~1c"]),
        ({"taskIds": [["a"]], "action": "claim", "versions": {"a": "1"}}, ["/taskIds/0", "/versions/a"]),
    ],
)
def test_what_does_not_fit_is_refused_as_a_whole(world: World, given: dict[str, Any], pointers: list[str]) -> None:
    """With every error at once, and the key is free for what does."""
    with pytest.raises(Refused) as caught:
        act_on_each(world.session, ANN, given, KEYED)
    refusal = caught.value.refusal
    assert (refusal.code, [error.pointer for error in refusal.errors]) == ("invalid_input", pointers)
    world.case("look-1")
    assert _codes(_act(world, [world.task("look-1")], request=replace(KEYED, fingerprint="fits"))) == [None]


def test_only_known_people_are_answered(world: World) -> None:
    """Before anything is said of what was sent."""
    with pytest.raises(Refused) as caught:
        act_on_each(world.session, Identity("nobody"), {}, KEYED)
    assert caught.value.refusal.code == "unknown_user"
