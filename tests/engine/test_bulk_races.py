"""Requests for several tasks at once with each other and with people, on AWS's own engine: everything happens once."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from threading import Barrier
from typing import Any

import pytest

from shared.domain.counts.tally import Move, counted_as
from shared.domain.model.plan import Refusal
from shared.engine import counting, tasks
from shared.engine.bulk import act_on_each, bulk_assign, hand_back
from shared.engine.queues.statistics import organization_statistics
from shared.engine.queues.status_counts import status_counts
from shared.engine.session import Identity, Refused, Request, Session
from shared.ids import new_id
from shared.storage.store import Store, Throttled, Unreachable
from tests.engine.soundness import check_case
from tests.engine.test_counting import counters, recount
from tests.engine.world import ANN, BOB, ROOT, World
from tests.storage.faults import Killed
from tests.storage.storm import Caller, Storm
from tests.storage.table import REGION, create_table, delete_table

pytestmark = pytest.mark.dynamodb_local

TASKS = 12
Work = Callable[[Session], Any]


@pytest.fixture(scope="module")
def deployment(dynamodb_local: str) -> Iterator[tuple[World, list[dict[str, Any]]]]:
    """A deployment on DynamoDB Local with a case of free tasks, and what is in its table."""
    table = create_table(dynamodb_local)
    made = World(table, dynamodb_local)
    made.populate()
    for name in ("cat", "dov"):
        made.put_user(name)
        made.join("dispatch", name)
    made.case("look-1")
    for _ in range(TASKS):
        made.task("look-1")
    yield made, made.items()
    delete_table(table, dynamodb_local)


def _at_once(world: World, *works: Work) -> list[Any]:
    """What each gave; each has a client of its own, and all begin together."""
    start = Barrier(len(works))

    def run(work: Work) -> Any:
        store = Store(world.table, region=REGION, endpoint=world.endpoint)
        session = replace(world.session, store=store, new_id=new_id, pause=time.sleep)
        store.load([])
        start.wait(60)
        return work(session)

    with ThreadPoolExecutor(len(works)) as pool:
        return [done.result() for done in [pool.submit(run, work) for work in works]]


def _ids(world: World) -> list[str]:
    return [task.task_id for task in world.store.tasks("look-1")]


def _holder(world: World, task_id: str) -> str | None:
    party = world.stored(task_id).assigned_party
    return party.id if party else None


def _actions(world: World, task_id: str) -> list[str]:
    """What happened to the task since it was created."""
    return [entry.action for entry in world.store.history(task_id)[1:]]


def _assign(user_id: str, count: int = TASKS, key: str | None = None) -> Work:
    given = {"userId": user_id, "count": count}
    request = Request("POST /organizations/dispatch/bulk-assign", key, user_id)
    return lambda session: (user_id, bulk_assign(session, ANN, "dispatch", given, request).value.outcomes)


def _claims(task_ids: Sequence[str]) -> Work:
    """Ann claims what she gets; which."""

    def work(session: Session) -> tuple[str, list[str]]:
        got = []
        for task_id in task_ids:
            with suppress(Refused):
                tasks.act(session, ANN, task_id, "claim", {}, Request())
                got.append(task_id)
        return "ann", got

    return work


def _sound(world: World) -> None:
    check_case(world, "look-1")


def test_a_task_is_handed_out_once(world: World) -> None:
    """Of many who hand out the same tasks, each is told truly which ones its member got, and none got two."""
    given = _at_once(world, *(_assign(name) for name in ("bob", "cat", "dov", "bob")))
    got = [(name, o.task_id) for name, outcomes in given for o in outcomes if o.refusal is None]
    assert sorted(task_id for _, task_id in got) == sorted(_ids(world))
    assert {task_id: name for name, task_id in got} == {task_id: _holder(world, task_id) for task_id in _ids(world)}
    assert {len(_actions(world, task_id)) for task_id in _ids(world)} == {1}
    _sound(world)


def test_one_key_hands_out_one_choice(world: World) -> None:
    """Though all who ask choose at the same time, one choice counts, and all are told the same."""
    given = _at_once(world, *(_assign("bob", 4, "key") for _ in range(4)))
    told = [[(o.task_id, o.refusal) for o in outcomes] for _, outcomes in given]
    assert told == [[(task_id, None) for task_id in _ids(world)[:4]]] * 4
    assert [_holder(world, task_id) for task_id in _ids(world)] == ["bob"] * 4 + [None] * (TASKS - 4)
    assert {len(_actions(world, task_id)) for task_id in _ids(world)[:4]} == {1}


def test_what_people_claim_is_not_handed_out(world: World) -> None:
    """Whoever was told that they got a task has it: neither side takes it from the other."""
    ids = _ids(world)
    (_, claimed), *given = _at_once(world, _claims(ids[::-1]), _assign("bob"), _assign("cat"))
    handed = [(o.task_id, name) for name, outcomes in given for o in outcomes if o.refusal is None]
    assert len(dict(handed)) == len(handed)
    # An admin may claim what a member was given, and not the other way round.
    assert {task_id: _holder(world, task_id) for task_id in ids} == dict(handed) | dict.fromkeys(claimed, "ann")
    _sound(world)


def _given_to_bob(world: World) -> list[str]:
    for task_id in _ids(world):
        world.act(task_id, "assign", ANN, assignedParty={"kind": "user", "id": "bob"})
    return _ids(world)


def test_a_task_is_handed_back_once(world: World) -> None:
    """However many hand back a person's tasks, under one key or none; each is told by just one that it was done."""
    ids = _given_to_bob(world)

    def back(key: str | None) -> Work:
        request = Request("POST /users/bob/hand-back", key, "")
        return lambda session: hand_back(session, ROOT, "bob", {}, request).tasks

    given = _at_once(world, back("key"), back("key"), back(None), back(None))
    assert {task_id: _holder(world, task_id) for task_id in ids} == dict.fromkeys(ids)
    assert {tuple(_actions(world, task_id)) for task_id in ids} == {("assign", "assign")}
    done = Counter(item.task_id for tasks_ in given for item in tasks_ if item.action and not item.replayed)
    assert set(done.values()) <= {1}
    # Whoever comes later, with a key or without, finds what is left; one key has one choice.
    told = [{item.task_id for item in tasks_} for tasks_ in given]
    assert told[0] == told[1]
    assert set().union(*told) == done.keys() == set(ids)
    _sound(world)


def test_what_goes_to_somebody_else_is_not_handed_back(world: World) -> None:
    """A task that was passed on while its former holder's tasks are handed back stays where it went."""
    ids = _given_to_bob(world)

    def pass_on(session: Session) -> list[str]:
        for task_id in ids[::-1]:
            tasks.act(session, ANN, task_id, "assign", {"assignedParty": {"kind": "user", "id": "cat"}}, Request())
        return ids

    _at_once(world, pass_on, *(lambda session: hand_back(session, ROOT, "bob", {}).tasks for _ in range(3)))
    assert {_holder(world, task_id) for task_id in ids} == {"cat"}
    _sound(world)


def test_one_key_acts_on_each_task_once(world: World) -> None:
    """Requests that come together under one key are one; each is told of all."""
    asked = {"taskIds": _ids(world), "action": "claim", "input": {}}
    request = Request("POST /bulk/actions", "key", "body")
    answers = _at_once(world, *(lambda session: act_on_each(session, BOB, asked, request).value for _ in range(4)))
    assert [[o.refusal for o in outcomes] for outcomes in answers] == [[None] * TASKS] * 4
    assert {tuple(_actions(world, task_id)) for task_id in _ids(world)} == {("claim",)}
    _sound(world)


def test_counters_come_right_whoever_counts(world: World) -> None:
    """Records come twice and in parts, and several put the numbers right at the same time; readers meet no error."""
    ids = _ids(world)
    for number, task_id in enumerate(ids[6:]):
        world.act(task_id, "claim", BOB)
        if number % 2:
            world.act(task_id, "pass", BOB)
    entries = world.entries()
    # What an earlier release counted without the status: only looking puts these right, and leaves their version.
    first = {entry.task_id: entry for entry in entries if entry.task_id in ids[:6]}
    old = [Move(task_id, None, replace(counted_as(first[task_id]), standing=None)) for task_id in ids[:6]]
    world.store.move_counts(old)

    def relay(step: int) -> Work:
        def work(session: Session) -> None:
            for start in range(0, len(entries), step):
                counting.count(session, entries[start : start + step])

        return work

    def read(session: Session) -> None:
        for _ in range(10):
            status_counts(session, ROOT, "inspection")
            organization_statistics(session, ROOT, "dispatch")

    _at_once(world, relay(5), relay(3), *[lambda session: counting.recount(session, "look-1")] * 3, read)
    assert counting.recount(world.session, "look-1") == 0
    assert counters(world) == recount(entries)


HASTE = frozenset({"throttled", "unavailable", "conflict"})
"""What a caller hears who should ask again."""
STUBBORN = 60
Told = Callable[[Session], Sequence[tuple[str, Refusal | None]]]


def _assigner(by: Identity, user_id: str, key: str) -> Told:
    given, request = {"userId": user_id, "count": 8}, Request("POST /organizations/dispatch/bulk-assign", key, user_id)

    def ask(session: Session) -> Sequence[tuple[str, Refusal | None]]:
        done = bulk_assign(session, by, "dispatch", given, request).value.outcomes
        return [(each.task_id, each.refusal) for each in done]

    return ask


def _taker(key: str, task_ids: list[str]) -> Told:
    asked, request = {"taskIds": task_ids, "action": "claim"}, Request("POST /bulk/actions", key, "claim")

    def ask(session: Session) -> Sequence[tuple[str, Refusal | None]]:
        done = act_on_each(session, Identity("dov"), asked, request).value
        return [(each.task_id, each.refusal) for each in done]

    return ask


def _giver_back(key: str) -> Told:
    def ask(session: Session) -> Sequence[tuple[str, Refusal | None]]:
        done = hand_back(
            session, Identity("eve", in_admin_group=True), "bob", {}, Request("POST hand-back", key, "bob")
        )
        return [(each.task_id, each.refusal) for each in done.tasks]

    return ask


@pytest.mark.parametrize("seed", range(int(os.environ.get("CASETREE_STORMS", "4"))))
def test_what_is_told_is_what_was_done_whatever_is_lost(world: World, seed: int) -> None:
    """Answers get lost, the table is busy, callers die and come back with their key: each does a thing once.

    Each caller is another person, so that the history tells who did what: for every task of which somebody was told
    in the end that it was done, they did one thing, and for every other one nothing.
    """
    ids, storm = _ids(world), Storm(seed)
    for task_id in ids[:3]:
        world.act(task_id, "assign", ANN, assignedParty={"kind": "user", "id": "bob"})
    world.join("dispatch", "cat", admin=True)
    asking = {
        "ann": _assigner(ANN, "bob", f"{seed}"),
        "cat": _assigner(Identity("cat"), "cat", f"{seed}"),
        "dov": _taker(f"{seed}", ids[::2]),
        "eve": _giver_back(f"{seed}"),
    }
    done: dict[str, set[str]] = {}

    def insist(name: str, session: Session, caller: Caller) -> None:
        for _ in range(STUBBORN):
            try:
                told = asking[name](session)
            except Killed:
                caller.dead = False
            except (Throttled, Unreachable):
                continue
            else:
                if not HASTE & {refusal.code for _, refusal in told if refusal}:
                    done[name] = {task_id for task_id, refusal in told if refusal is None}
                    return
        raise AssertionError("never answered")

    works: dict[str, Callable[[], None]] = {}
    for name in asking:
        store, caller = storm.store(name, world.table, world.endpoint, mortal=True)
        works[name] = partial(insist, name, replace(world.session, store=store, new_id=new_id), caller)
    before = {task_id: len(world.store.history(task_id)) for task_id in ids}
    storm.run(works)
    did = Counter(
        (entry.created_by.id, task_id)
        for task_id in ids
        for entry in world.store.history(task_id)[before[task_id] :]
        if entry.created_by is not None
    )
    assert did == Counter((name, task_id) for name, told in done.items() for task_id in told)
    _sound(world)
