"""Functions that die, records that come again, everybody at once, on AWS's own engine: the ends agree all the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import pytest

from shared.engine import messages, tasks
from shared.engine.messages import partner_case_id
from shared.engine.session import Identity, Refused, Request, Session
from shared.storage.store import Store
from tests.engine.parties import HAL, OLA, Parties
from tests.engine.world import World
from tests.storage.faults import Line
from tests.storage.table import REGION, create_table, delete_table

pytestmark = pytest.mark.dynamodb_local

COMMIT = "TransactWriteItems"
ROUNDS = 12
THREADS = 4
Given = Mapping[str, object]
Step = tuple[str, str, Given]
STORY: tuple[Step, ...] = (
    ("owner", "prepare", {}),
    ("owner", "begin_assignment", {}),
    ("owner", "assign", {"option": "to", "organizationId": "harbor"}),
    ("owner", "wait", {}),
    ("partner", "assign", {"option": "accept"}),
    ("owner", "ready", {}),
    ("partner", "start", {}),
    ("partner", "submit", {"note": "Done."}),
    ("owner", "redo", {"note": "Again."}),
    ("partner", "assign", {"option": "refer", "organizationId": "tide", "reason": "They can."}),
    ("owner", "cancel", {}),
)


@dataclass
class Moment:
    """The parties before anything happened, to go back to."""

    parties: Parties
    items: list[dict[str, Any]]

    def again(self) -> Parties:
        """The parties, in that moment."""
        self.parties.world.begin(self.items)
        self.parties.invitations.clear()
        return self.parties


@pytest.fixture(scope="module")
def beginning(dynamodb_local: str) -> Iterator[Moment]:
    """The owner and the partners on DynamoDB Local."""
    table = create_table(dynamodb_local)
    world = World(table, dynamodb_local)
    parties = Parties(world)
    parties.populate()
    yield Moment(parties, world.items())
    delete_table(table, dynamodb_local)


@pytest.fixture
def line(beginning: Moment) -> Iterator[Line]:
    """The line to the table, which may break."""
    line = Line(beginning.parties.world.store)
    yield line
    line.mend()


@dataclass
class Due:
    """What is in the table before the stream delivers what a step made due, and what the histories say after it."""

    items: list[dict[str, Any]]
    delivered: set[tuple[str, int]]
    task: str
    expected: list[list[tuple[str, str | None]]]


def story(parties: Parties) -> Iterator[Due]:
    """The steps, one after another, each with what it makes due."""
    task = parties.task(autoRefer=True)
    for who, action, given in (("", "", {}), *STORY):
        if who == "owner":
            parties.act(task, action, OLA, **given)
        elif who == "partner":
            parties.act(parties.partner(task), action, HAL, **given)
        items, delivered = parties.world.items(), set(parties.world.delivered)
        parties.drain()
        yield Due(items, delivered, task, told(parties, task))


def told(parties: Parties, task: str) -> list[list[tuple[str, str | None]]]:
    """What the histories of all ends say: each action with what became of it, and so with nothing twice."""
    session = parties.world.session
    there = (partner_case_id(session, task, generation) for generation in (1, 2))
    ends = [task, *(end.task_id for case_id in there for end in session.store.tasks(case_id))]
    return [[(entry.action, entry.status) for entry in session.store.history(end)] for end in ends]


def test_wherever_a_function_dies_both_ends_get_where_they_would(beginning: Moment, line: Line) -> None:
    """At every commit that delivers something, before or after it took effect: the records come again."""
    steps = list(story(beginning.again()))
    assert [history[-1][1] for history in steps[-1].expected] == ["cancel", "cancel", "cancel"]
    deaths = 0
    for due in steps:
        for took_effect in (False, True):
            commit = 1
            while _died(beginning.parties, line, due, commit, took_effect=took_effect):
                deaths += 1
                commit += 1
    assert deaths > 2 * len(STORY)


def _died(parties: Parties, line: Line, due: Due, commit: int, *, took_effect: bool) -> bool:
    """Whether there was such a commit to die at; what was due is done all the same."""
    parties.world.begin(due.items)
    parties.world.delivered = set(due.delivered)
    died = line.dies(parties.drain, COMMIT, commit, took_effect=took_effect)
    if died:
        parties.world.delivered = set(due.delivered)
        parties.drain()
    assert told(parties, due.task) == due.expected
    return died


def test_whoever_delivers_at_the_same_time_each_message_arrives_once(beginning: Moment) -> None:
    """Several at once deliver what either end sends, again and again, while both sides act as they may."""
    parties = beginning.again()
    for number in range(ROUNDS):
        task = parties.task(f"job-{number}")
        parties.do(task, "prepare", "ready", "assign:harbor")
        there = parties.partner(task)
        with ThreadPoolExecutor(THREADS + 2) as pool:
            people = [
                pool.submit(_act_on, parties, OLA, task, ("wait", "ready", "wait", "ready")),
                pool.submit(_act_on, parties, HAL, there, ("accept", "start", "submit")),
            ]
            others = [pool.submit(_deliver, parties, (task, there)) for _ in range(THREADS)]
            for running in (*people, *others):
                running.result()
        parties.drain()
        owner, partner = parties.shown(task), parties.shown(there)
        assert owner[:2] == partner[:2], number
        for end in (task, there):
            history = parties.world.store.history(end)
            assert [entry.version for entry in history] == list(range(1, len(history) + 1))
            assert parties.stored(end).version == len(history)
            assert not parties.world.store.messages(end)


def _session(parties: Parties) -> Session:
    """A session with a connection of its own, as another process has."""
    store = Store(parties.world.table, region=REGION, endpoint=parties.world.endpoint)
    return replace(parties.world.session, store=store)


def _act_on(parties: Parties, who: Identity, task_id: str, actions: tuple[str, ...]) -> None:
    """The actions are tried in turn; what is not offered by then is refused."""
    session = _session(parties)
    for action in actions:
        name, given = ("assign", {"option": action}) if action == "accept" else (action, {})
        with suppress(Refused):
            tasks.act(session, who, task_id, name, given, Request())


def _deliver(parties: Parties, ends: tuple[str, str]) -> None:
    session = _session(parties)
    for _ in range(5):
        for end in ends:
            # Who meets too many others leaves it to them, as a record that comes again would.
            with suppress(Refused):
                messages.deliver_all(session, end)
