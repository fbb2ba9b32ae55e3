"""Use cases of tasks on a table: one read, one commit; retries, versions, repeated requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shared.domain.model.plan import Plan
from shared.engine import tasks
from shared.engine.session import ATTEMPTS, Identity, Refused, Request
from shared.storage.keys import RequestKey
from shared.storage.store import CommitFailed, Store, Throttled, Unreachable
from tests.engine.world import ANN, BOB, EVE, PAT, ROOT, World


@pytest.fixture
def task_id(world: World) -> str:
    """A task that anybody of dispatch may claim."""
    world.case("look-1")
    return world.task("look-1")


def _refused(call: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value


def _code(call: Callable[[], object]) -> str:
    return _refused(call).refusal.code


def _between(monkeypatch: pytest.MonkeyPatch, *others: Callable[[], object]) -> None:
    """Before each commit, the next of the others commits first."""
    waiting, commit = list(others), Store.commit

    def late(store: Store, plan: Plan) -> None:
        if waiting:
            waiting.pop(0)()
        commit(store, plan)

    monkeypatch.setattr(Store, "commit", late)


def test_an_action_takes_effect_and_is_in_the_history(world: World, task_id: str) -> None:
    """The answer, the stored task and the last history entry say the same."""
    view = world.act(task_id, "claim", BOB).value
    assert view.task == world.stored(task_id)
    assert (view.task.status, view.task.version) == ("In Progress", 2)
    _, page = tasks.task_history(world.session, BOB, task_id, 0, 100)
    assert [(e.version, e.action, e.status) for e in page.items] == [
        (1, "create", "Ready"),
        (2, "claim", "In Progress"),
    ]


def test_history_is_paged_by_version(world: World, task_id: str) -> None:
    """A page goes on after the version that its cursor names; the last page has none."""
    world.act(task_id, "claim", BOB)
    _, first = tasks.task_history(world.session, BOB, task_id, 0, 1)
    assert ([e.version for e in first.items], first.next_cursor) == ([1], "1")
    _, second = tasks.task_history(world.session, BOB, task_id, 1, 1)
    assert ([e.version for e in second.items], second.next_cursor) == ([2], None)


def test_a_task_shows_its_texts(world: World, task_id: str) -> None:
    """Description, links and instructions come with the task; instructions are never overwritten."""
    link = {"type": "photo", "link": "https://example.org/1", "name": "Front"}
    change = {"description": "Look at the roof", "links": [link]}
    tasks.edit_task(world.session, ANN, task_id, change, Request())
    for text in ("Ring twice", "Mind the dog"):
        world.act(task_id, "add_instructions", ANN, instructions=text)
    texts = tasks.get_task(world.session, ANN, task_id).texts
    assert (texts.description, texts.instructions) == ("Look at the roof", ("Ring twice", "Mind the dog"))
    assert [each.name for each in texts.links] == ["Front"]
    tasks.edit_task(world.session, ANN, task_id, {"description": None, "links": []}, Request())
    texts = tasks.get_task(world.session, ANN, task_id).texts
    assert (texts.description, texts.links) == (None, ())


def test_what_one_may_not_see_does_not_exist(world: World, task_id: str) -> None:
    """404 for what is not there and for what is not shown, whatever is asked of it."""
    for identity, wanted in ((EVE, task_id), (PAT, task_id), (ANN, "look-1.nothing"), (ANN, "no id # at all")):
        assert _code(lambda i=identity, t=wanted: tasks.get_task(world.session, i, t)) == "not_found"  # type: ignore[misc]
        assert _code(lambda i=identity, t=wanted: tasks.act(world.session, i, t, "claim", {}, Request())) == "not_found"  # type: ignore[misc]


def test_people_without_an_active_user_are_refused_everywhere(world: World, task_id: str) -> None:
    """A valid token is not enough: the user must be known and active, read on every request."""
    assert _code(lambda: tasks.get_task(world.session, Identity("nobody"), task_id)) == "unknown_user"
    world.put_user("bob", active=False)
    assert _code(lambda: world.act(task_id, "claim", BOB)) == "unknown_user"


def test_the_administrators_group_alone_makes_no_administrator(world: World, task_id: str) -> None:
    """In the group and an active user: both are needed."""
    assert (
        _code(lambda: tasks.get_task(world.session, Identity("nobody", in_admin_group=True), task_id)) == "unknown_user"
    )
    assert tasks.get_task(world.session, Identity("eve", in_admin_group=True), task_id).task.task_id == task_id


def test_a_stale_version_is_refused_before_anything_else(world: World, task_id: str) -> None:
    """If-Match of another version is 412, also where the action would be refused anyway."""
    stale = Request(if_match=7)
    assert _code(lambda: tasks.act(world.session, PAT, task_id, "claim", {}, stale)) == "not_found"
    assert _code(lambda: tasks.act(world.session, BOB, task_id, "pass", {}, stale)) == "version_mismatch"
    assert tasks.act(world.session, BOB, task_id, "claim", {}, Request(if_match=1)).value.task.version == 2


def test_a_conflict_is_decided_again_on_fresh_data(world: World, task_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody's edit between read and commit does not lose the claim, nor the edit."""
    _between(monkeypatch, lambda: tasks.edit_task(world.session, ANN, task_id, {"priority": 5}, Request()))
    view = world.act(task_id, "claim", BOB).value
    assert (view.task.version, view.task.priority, view.task.status) == (3, 5, "In Progress")


def test_of_two_who_claim_at_once_one_is_told(world: World, task_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second claim sees the first one's, and is refused by the rule."""
    _between(monkeypatch, lambda: world.act(task_id, "claim", ANN))
    assert _code(lambda: world.act(task_id, "claim", BOB)) == "action_not_available"
    party = world.stored(task_id).assigned_party
    assert party is not None
    assert party.id == "ann"


def test_with_if_match_a_conflict_is_told_instead(world: World, task_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever names a version wants no second decision on another one."""
    _between(monkeypatch, lambda: tasks.edit_task(world.session, ANN, task_id, {"priority": 5}, Request()))
    call = lambda: tasks.act(world.session, BOB, task_id, "claim", {}, Request(if_match=1))  # noqa: E731
    assert _code(call) == "version_mismatch"


def test_an_endless_conflict_ends_as_one(world: World, task_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a bounded number of attempts the caller is told."""
    tries: list[Plan] = []

    def never(store: Store, plan: Plan) -> None:
        tries.append(plan)
        raise CommitFailed(plan.writes[0], "conflict")

    monkeypatch.setattr(Store, "commit", never)
    assert _code(lambda: world.act(task_id, "claim", BOB)) == "conflict"
    assert len(tries) == ATTEMPTS
    assert len({plan.commit_id for plan in tries}) == ATTEMPTS


def test_a_repeated_request_takes_effect_once(world: World, task_id: str) -> None:
    """The repeat has the first status, and the task as it is now."""
    request = Request(route="POST /x", key="k1", fingerprint="f")
    first = tasks.create_task(world.session, ANN, "look-1", {"type": "QA"}, request)
    world.act(first.value.task.task_id, "skip", ROOT, reason="x")
    again = tasks.create_task(world.session, ANN, "look-1", {"type": "QA"}, request)
    assert (first.status, first.replayed) == (201, False)
    assert (again.status, again.replayed) == (201, True)
    assert (again.value.task.task_id, again.value.task.status) == (first.value.task.task_id, "Skipped")


def test_a_repeated_action_is_not_taken_twice(world: World, task_id: str) -> None:
    """A claim that is sent twice is one claim, and the repeat is no refusal."""
    request = Request(route="POST /y", key="k1", fingerprint="f", if_match=1)
    tasks.act(world.session, BOB, task_id, "claim", {}, request)
    again = tasks.act(world.session, BOB, task_id, "claim", {}, request)
    assert (again.replayed, again.value.task.version) == (True, 2)


def test_a_key_belongs_to_one_caller_one_route_and_one_body(world: World, task_id: str) -> None:
    """The same key with another body is 422; of another caller or route it is another key."""
    first = Request(route="POST /x", key="k1", fingerprint="f")
    one = tasks.create_task(world.session, ANN, "look-1", {"type": "QA"}, first)
    other_body = Request(route="POST /x", key="k1", fingerprint="g")
    call = lambda: tasks.create_task(world.session, ANN, "look-1", {"type": "QA"}, other_body)  # noqa: E731
    assert _code(call) == "idempotency_key_reused"
    by_bob = tasks.create_task(world.session, BOB, "look-1", {"type": "QA"}, first)
    elsewhere = Request(route="POST /z", key="k1", fingerprint="f")
    by_route = tasks.create_task(world.session, ANN, "look-1", {"type": "QA"}, elsewhere)
    assert len({one.value.task.task_id, by_bob.value.task.task_id, by_route.value.task.task_id}) == 3


def test_a_key_expires_after_a_day(world: World, task_id: str) -> None:
    """Expired means `expires < now`, whether or not the table has cleaned up."""
    request = Request(route="POST /x", key="k1", fingerprint="f")
    first = tasks.create_task(world.session, ANN, "look-1", {"type": "QA"}, request)
    world.pass_time(hours=25)
    second = tasks.create_task(world.session, ANN, "look-1", {"type": "QA"}, request)
    assert first.value.task.task_id != second.value.task.task_id


def test_a_key_is_free_once_it_is_expired(world: World, task_id: str) -> None:
    """In its last second, whatever the fraction, the repeat is one; in the next, the key is used anew."""
    request = Request(route="POST /x", key="k1", fingerprint="f")
    times: list[dict[str, float]] = [{}, {"days": 1, "milliseconds": 999}, {"milliseconds": 1}]
    replayed = []
    for time in times:
        world.pass_time(**time)
        replayed.append(tasks.create_task(world.session, ANN, "look-1", {"type": "QA"}, request).replayed)
    assert replayed == [False, True, False]


def test_a_refusal_is_not_remembered(world: World, task_id: str) -> None:
    """A refused request with a key can be sent again once it fits."""
    request = Request(route="POST /y", key="k1", fingerprint="f")
    assert _code(lambda: tasks.act(world.session, BOB, task_id, "pass", {}, request)) == "not_allowed"
    world.act(task_id, "claim", BOB)
    assert tasks.act(world.session, BOB, task_id, "pass", {}, request).value.task.status == "Passed"


def test_a_cycle_that_two_requests_race_to_build_is_refused(
    world: World, task_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each edit alone is fine; together they would close a cycle. The later one is refused."""
    other = world.task("look-1")

    def edit(task: str, wanted: str) -> Any:
        return tasks.edit_task(world.session, ANN, task, {"prerequisites": [wanted]}, Request())

    _between(monkeypatch, lambda: edit(other, task_id))
    refused = _refused(lambda: edit(task_id, other))
    assert refused.refusal.errors[0].pointer == "/prerequisites"
    assert world.stored(task_id).prerequisites == ()
    assert world.stored(other).prerequisites == (task_id,)


def test_a_case_that_closes_meanwhile_takes_no_task(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The creation's condition is that the case is open at the very commit."""
    from shared.engine import cases  # noqa: PLC0415

    world.case("look-2")
    _between(monkeypatch, lambda: cases.close_case(world.session, ANN, "look-2", {"reason": "x"}, Request()))
    call = lambda: tasks.create_task(world.session, ANN, "look-2", {"type": "QA"}, Request())  # noqa: E731
    assert _code(call) == "case_closed"
    assert list(world.store.tasks("look-2")) == []


def test_offers_are_what_act_accepts(world: World, task_id: str) -> None:
    """The list of available actions names for each refused one the rule and who could do it."""
    _, offers = tasks.available_actions(world.session, BOB, task_id)
    offered = {offer.action.name for offer in offers if offer.refusal is None}
    assert "claim" in offered
    for offer in offers:
        if offer.refusal is not None:
            assert _code(lambda name=offer.action.name: world.act(task_id, name, BOB)) == offer.refusal.code  # type: ignore[misc]


def test_an_action_reads_once_and_writes_once(world: World, task_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One batch read, one transaction: the round trips of engine.md, Cost."""
    calls: list[str] = []
    for name in ("load", "commit", "texts", "tasks"):
        method = getattr(Store, name)
        monkeypatch.setattr(Store, name, _noting(calls, name, method))
    world.act(task_id, "claim", BOB)
    assert calls == ["load", "commit"]


def _noting(calls: list[str], name: str, method: Callable[..., object]) -> Callable[..., object]:
    def noted(*arguments: object, **more: object) -> object:
        calls.append(name)
        return method(*arguments, **more)

    return noted


def test_what_a_request_repeats_is_checked_after_what_it_may_see(world: World) -> None:
    """404 goes before the check of a repeated request, also with another body."""
    world.case("look-1")
    task_id = world.task("look-1", assignedParty={"kind": "user", "id": "eve"})
    request = Request(route="POST /y", key="k", fingerprint="f")
    tasks.act(world.session, EVE, task_id, "add_instructions", {"instructions": "Ring"}, request)
    world.act(task_id, "assign", ROOT, assignedParty=None)
    other_body = Request(route="POST /y", key="k", fingerprint="g")
    for again in (request, other_body):
        assert _code(lambda r=again: tasks.act(world.session, EVE, task_id, "claim", {}, r)) == "not_found"  # type: ignore[misc]


def test_the_same_request_at_the_same_time_is_answered_with_what_the_other_did(
    world: World, task_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch read is no snapshot: the record is missed, and the task is seen as the twin left it."""
    request = Request(route="POST /y", key="k", fingerprint="f")
    load = Store.load

    def torn(store: Store, keys: Any) -> Any:
        monkeypatch.setattr(Store, "load", load)
        keys = list(keys)
        before = load(store, [key for key in keys if isinstance(key, RequestKey)])
        tasks.act(world.session, BOB, task_id, "claim", {}, request)
        after = load(store, keys)
        return {key: before[key] if isinstance(key, RequestKey) else after[key] for key in keys}

    monkeypatch.setattr(Store, "load", torn)
    answer = tasks.act(world.session, BOB, task_id, "claim", {}, request)
    assert (answer.replayed, answer.value.task.version) == (True, 2)


def test_a_change_that_cannot_be_read_back_is_not_called_refused(
    world: World, task_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Throttled after the commit: the caller is told to look, not that nothing happened."""
    world.act(task_id, "add_instructions", ANN, instructions="Ring twice")

    def throttled(store: Store, wanted: str) -> None:
        raise Throttled

    monkeypatch.setattr(Store, "texts", throttled)
    with pytest.raises(Unreachable, match="took effect"):
        world.act(task_id, "claim", BOB)
    assert world.stored(task_id).status == "In Progress"


def test_a_request_looks_up_no_more_parties_than_it_can_need(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of names in a body cost no more than one batch read."""
    world.case("look-1")
    asked: list[int] = []
    load = Store.load

    def counting(store: Store, keys: Any) -> Any:
        keys = list(keys)
        asked.append(len(keys))
        return load(store, keys)

    monkeypatch.setattr(Store, "load", counting)
    junk = [{"kind": "user", "id": f"u{n}"} for n in range(3000)]
    assert _code(lambda: tasks.create_task(world.session, EVE, "look-1", {"x": junk}, Request())) == "not_found"
    assert sum(asked) < 100


def test_a_cursor_of_no_list_is_refused(world: World, task_id: str) -> None:
    """Whatever a client makes of a cursor is 400."""
    for cursor in ("~", "zzzz", "look-1.~~~", "look-2.06h03ep3pjytjhj3", "é"):
        call = lambda c=cursor: tasks.task_children(world.session, ANN, task_id, c, 10)  # noqa: E731
        assert _code(call) == "invalid_request"
