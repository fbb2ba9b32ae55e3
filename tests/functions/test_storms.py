"""Storms over lives of all workflows, on AWS's own engine: callers, hooks and relay meet faults at every request.

Whatever happens, and whoever dies, once all is calm and settled the table is as if nothing had gone wrong.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pytest

from functions.hooks import handler as hooks
from functions.relay import handler as relay
from functions.relay.events import Bus
from functions.streams import FailureQueue
from shared.domain.model.task import Task
from shared.engine import tasks
from shared.engine.doctor import diagnose
from shared.engine.session import Identity, Refused, Request, Session
from shared.engine.timers import settle_all, sweep
from shared.storage.store import Throttled, Unreachable
from tests.engine.board import MAY, intake, seat
from tests.engine.parties import HAL, OLA, Parties
from tests.engine.soundness import check_case
from tests.engine.test_counting import recount
from tests.engine.world import ANN, BOB, ROOT, World
from tests.functions.fakes import Context, Queue
from tests.functions.relay.test_events import Client
from tests.storage.faults import Killed
from tests.storage.storm import Caller, Storm
from tests.storage.table import create_table, delete_table

pytestmark = pytest.mark.dynamodb_local

SEEDS = range(int(os.environ.get("CASETREE_STORMS", "4")))
"""A part of the storms that there are; more of them: CASETREE_STORMS=100."""
STUBBORN = 60
"""How often a caller asks for the same before it is a failure: there is no storm without an end."""
Ask = Callable[[Session, Request], object]
Step = tuple[str, str, Ask]
"""Who does what, as the history calls it, and how."""
Plot = Mapping[str, Sequence[Step]]


@dataclass
class Stage:
    """A world before the storm, to go back to, and what its callers are about to do."""

    world: World
    plot: Callable[[], Plot]
    items: list[dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.items, self.session = self.world.items(), self.world.session
        self.now, self.delivered = self.world.now, set(self.world.delivered)

    def again(self) -> World:
        """The world, as it was."""
        self.world.begin(self.items)
        self.world.session = self.session
        self.world.now, self.world.delivered = self.now, set(self.delivered)
        return self.world


# What people do.


def _act(who: Identity, task_id: str, action: str, **given: object) -> Step:
    said = f"{action}_{given['option']}" if "option" in given else action
    return who.user_id, said, lambda session, request: tasks.act(session, who, task_id, action, given, request)


def _create(who: Identity, case_id: str, type_name: str, **given: object) -> Step:
    fields = {"type": type_name, **given}
    return who.user_id, "create", lambda session, request: tasks.create_task(session, who, case_id, fields, request)


def _inspection(world: World) -> Callable[[], Plot]:
    """Three tasks that others wait for are closed at once, while further ones are opened that wait for them."""
    world.populate()
    world.case("look-1")
    first = [world.task("look-1") for _ in range(3)]
    waiting = world.task("look-1", "QA", prerequisites=first)
    world.drain()

    def work(who: Identity, task_id: str, *actions: str) -> list[Step]:
        return [_act(who, task_id, action, **({"reason": "No."} if action != "claim" else {})) for action in actions]

    return lambda: {
        "bob": [_act(BOB, first[0], "claim"), _act(BOB, first[0], "pass"), _act(BOB, waiting, "claim")],
        "ann": [_act(ANN, first[1], "claim"), _act(ANN, first[1], "fail", reason="No."), *work(ANN, first[1], "skip")],
        "root": [_create(ROOT, "look-1", "QA", prerequisites=first[1:]), *work(ROOT, first[2], "skip")],
        "again": [_create(ROOT, "look-1", "QA", prerequisites=[waiting]), _act(BOB, first[0], "claim")],
    }


def _appeals(world: World) -> Callable[[], Plot]:
    """Siblings are closed at once, a timed hold beside them; mail comes in, and a branch is cancelled."""
    seat(world)
    intake(world, "direct_review")
    parent = next(t for t in world.store.tasks("a1") if t.type == "DistributionTask").task_id
    beside = [world_task(world, "EngineeringTask", parent) for _ in range(4)]
    world.drain()
    under = partial(_create, ROOT, "a1", "EngineeringTask")
    return lambda: {
        "one": [_act(ROOT, beside[0], "complete"), _act(ROOT, beside[1], "cancel")],
        "two": [_act(ROOT, beside[2], "complete"), under(parentId=parent)],
        "three": [_act(ROOT, beside[3], "place_timed_hold", days=3), under(parentId=beside[3])],
        "mail": [_create(MAY, "a1", "FoiaRequestMailTask"), _act(ROOT, beside[3], "cancel")],
    }


def world_task(world: World, type_name: str, parent: str) -> str:
    """A task under another."""
    given = {"type": type_name, "parentId": parent}
    return tasks.create_task(world.session, ROOT, "a1", given, Request()).value.task.task_id


def _collaboration(world: World) -> Callable[[], Plot]:
    """Owner and partner act at once, whatever the other does; what crosses is dropped or heard, at both ends alike."""
    parties = Parties(world)
    parties.populate()
    owner = parties.task()
    parties.do(owner, "prepare", "ready", "assign:harbor")
    partner = parties.partner(owner)
    return lambda: {
        "ola": [_act(OLA, owner, action) for action in ("wait", "ready", "redo", "wait", "ready")],
        "hal": [
            _act(HAL, partner, "assign", option="accept"),
            *(_act(HAL, partner, action) for action in ("start", "submit", "start")),
        ],
        "recall": [_act(OLA, owner, "assign", option="recall"), _act(OLA, owner, "cancel")],
    }


STAGES = {"inspection": _inspection, "appeals": _appeals, "collaboration": _collaboration}


@pytest.fixture(scope="module", params=sorted(STAGES))
def stage(request: pytest.FixtureRequest, dynamodb_local: str) -> Iterator[Stage]:
    """A table with a case of the workflow in it."""
    world = World(create_table(dynamodb_local), dynamodb_local)
    plot = STAGES[request.param](world)
    yield Stage(world, plot)
    delete_table(world.table, dynamodb_local)


# Who takes part.


@dataclass
class Play:
    """A storm over a stage: what was asked for, and what was answered."""

    world: World
    storm: Storm
    queue: Queue = field(default_factory=Queue)
    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    busy: int = 0

    def perform(self, plot: Plot, **others: Callable[[Caller], None]) -> None:
        """People have done what they wanted, and the stream has delivered some of it, some twice, and lost some.

        Others may do something of their own meanwhile.
        """
        works: dict[str, Callable[[], None]] = {}
        for name, work in others.items():
            works[name] = partial(work, self._session(name)[1])
        self.busy = len(plot)
        for name, steps in plot.items():
            works[name] = partial(self._people, self._session(name)[0], name, steps)
        for name in ("hooks", "relay"):
            works[name] = partial(self._deliver, *self._session(name, mortal=True), name)
        self.storm.run(works)

    def _session(self, name: str, *, mortal: bool = False) -> tuple[Session, Caller]:
        store, caller = self.storm.store(name, self.world.table, self.world.endpoint, mortal=mortal)
        return replace(self.world.session, store=store), caller

    def _people(self, session: Session, name: str, steps: Sequence[Step]) -> None:
        try:
            for number, (who, what, ask) in enumerate(steps):
                request = Request(route=f"POST {name} {what}", key=f"{self.storm.seed} {name} {number}")
                accepted = self._insist(session, ask, request)
                self.done[who, what] += accepted
        finally:
            self.busy -= 1

    def _insist(self, session: Session, ask: Ask, request: Request) -> bool:
        """Whether the request was accepted, which is repeated with its key until somebody says so or not."""
        for _ in range(STUBBORN):
            try:
                ask(session, request)
            except Refused as refused:
                if refused.refusal.code != "conflict":
                    return False
            except (Throttled, Unreachable):
                continue
            else:
                return True
        raise AssertionError("never answered")

    def _deliver(self, session: Session, caller: Caller, name: str) -> None:
        """Each record comes once or twice, or not at all; what failed comes again, as does all after a death."""
        random, delivered = self.storm.random, set[str]()
        while self.busy or random.random() < 0.5:
            caller.wait()
            fresh = [record for record in self.world.records() if _sort(record) not in delivered]
            batch = [record for record in fresh if random.random() > 0.1]
            delivered |= {_sort(record) for record in fresh}
            again = self._run(session, caller, name, batch)
            delivered -= again | {_sort(record) for record in batch if random.random() < 0.2}

    def _run(self, session: Session, caller: Caller, name: str, batch: list[Any]) -> set[str]:
        """The sort keys of the records that come again."""
        failures, event = FailureQueue(lambda: self.queue, "https://queue", name), {"Records": batch}
        try:
            if name == "hooks":
                answer = hooks.react(event, Context(), session, failures)
            else:
                answer = relay.relay(event, Context(), session, Bus(Client(), "casetree", lambda _: None), failures)
        except Killed:
            caller.dead = False
            return {_sort(record) for record in batch}
        failed = {item["itemIdentifier"] for item in answer["batchItemFailures"]}
        return {_sort(record) for record in batch if record["dynamodb"]["SequenceNumber"] in failed}


def _sort(record: Any) -> str:
    return str(record["dynamodb"]["Keys"])


# What must hold.


def calm(world: World) -> None:
    """The clock goes on, and the night comes, until nothing is due."""
    due = 1
    while due:
        world.pass_time(days=2)
        fired = sweep(world.session, range(16), lambda: False, _raised).fired
        report = settle_all(world.session, None, lambda: False, _raised)
        due = fired + report.found + report.miscounted


def _raised(what: str, error: Exception) -> None:
    raise AssertionError(what) from error


def check(world: World) -> None:
    """Trees, histories, queues and both ends are right."""
    cases = list(world.store.cases())
    for case_id in cases:
        check_case(world, case_id)
        diagnosis = diagnose(world.session, case_id)
        assert diagnosis is not None
        assert diagnosis.findings == ()
    found = [task for case_id in cases for task in world.store.tasks(case_id)]
    assert not any(task.staged for task in found)
    _check_ends(world, found)
    counted: dict[Any, int] = {}
    for queue in {task.queue for task in found if task.queue}:
        for tally, by_number in world.store.queue_tallies(queue, "2026-11-01").items():
            counted |= {(tally, number): count for number, count in by_number.items() if count}
    assert counted == recount([entry for entry in world.entries() if entry.task_id])


def _check_ends(world: World, found: Sequence[Task]) -> None:
    """No message is under way, and both ends say the same of their phase."""
    assert [message for task in found for message in world.store.messages(task.task_id)] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_after_a_storm_everything_is_as_it_should_be(stage: Stage, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is owed, counters and queues are right, no version is missing; what was accepted has happened once."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    world = stage.again()
    before = _commits(world)
    play = Play(world, Storm(seed))
    play.perform(stage.plot())
    happened = _commits(world).items() - before.items()
    assert Counter(who for (who, _), _ in happened) == Counter(who for who, _ in play.done.elements())
    assert play.done <= Counter((who, what) for (who, _), actions in happened for what in actions)
    assert all("is not there yet" in message["error"] for message in play.queue.messages)
    calm(world)
    check(world)


def _commits(world: World) -> dict[tuple[str, str], frozenset[str]]:
    """What people did: by who it was and the commit, the actions that its entries tell of."""
    told: dict[tuple[str, str], set[str]] = defaultdict(set)
    for entry in world.entries():
        if entry.created_by is not None:
            told[entry.created_by.id, entry.commit_id].add(entry.action)
    return {commit: frozenset(actions) for commit, actions in told.items()}


def test_a_seed_gives_the_same_storm_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sent what, in which order, and what became of it: so whatever goes wrong can be looked at."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    traces = []
    for _ in range(2):
        play = Play(stage.again(), Storm(1))
        play.perform(stage.plot())
        traces.append(play.storm.trace)
    assert traces[0] == traces[1]
