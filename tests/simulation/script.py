"""What is done, by whom, and from where: what many schedules have in common, and what they learn of it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, repeat
from typing import Any
from zlib import crc32

from functions.hooks.handler import react
from functions.relay.events import Bus
from functions.relay.handler import relay
from functions.streams import FailureQueue
from shared.engine import cases, tasks, timers
from shared.engine.session import Identity, Refused, Request, Session
from shared.storage.attributes import Item
from shared.storage.errors import Throttled, Unreachable
from tests.engine.world import record_of
from tests.simulation.actors import Part
from tests.simulation.table import Asking, MemoryStore
from tests.simulation.world import Start, session_of

BOTH = ("hooks", "relay")
CREATE, SWITCH = "create a task", "change the case"


@dataclass(frozen=True, slots=True)
class Call:
    """What somebody asks of the API; with a key, they ask again when they hear nothing."""

    who: Identity
    action: str
    target: str
    given: Mapping[str, object] = field(default_factory=dict)
    key: str | None = None

    def make(self, session: Session) -> None:
        """The call was answered; raises what it was answered with instead."""
        request = Request(f"{self.action} {self.target}", self.key)
        if self.action == CREATE:
            tasks.create_task(session, self.who, self.target, self.given, request)
        elif self.action == SWITCH:
            cases.edit_case(session, self.who, self.target, self.given, request)
        else:
            tasks.act(session, self.who, self.target, self.action, self.given, request)

    def __str__(self) -> str:
        given = f" with {dict(self.given)}" if self.given else ""
        return f"{self.who.user_id}: {self.action} {self.target}{given}{' (asks again)' if self.key else ''}"


@dataclass(frozen=True, slots=True)
class Sweep:
    """The rule that fires what is due."""

    shards: Sequence[int] = range(16)

    def make(self, session: Session, most: int | None = None) -> None:
        """What is due has fired, or so many timers of it; what failed is left to the next sweep."""
        left = repeat(None) if most is None else iter(range(most))
        timers.sweep(session, self.shards, lambda: next(left, self) is self, lambda *_: None)

    def __str__(self) -> str:
        return "sweep"


Doing = Call | Sweep


@dataclass(slots=True)
class Handled:
    """What a function made of its batch: the numbers of the records that it wants again, and what it put aside."""

    failed: list[int]
    aside: list[str]


@dataclass(frozen=True)
class Script:
    """The things that are done, the moment at which they are, and the functions that the stream has.

    What an actor does depends on its name, which its ids are made of, on its thing or its records, and on the
    answers that it gets: so far it is known to all schedules of the script.
    """

    start: Start
    doings: Sequence[Doing]
    functions: Sequence[str] = BOTH
    _parts: dict[Hashable, Part] = field(default_factory=dict)

    def caller(self, name: str, doing: Doing) -> Part:
        """Who does the thing; what comes of it is how they were answered, or the code of a refusal."""
        return self._part((name, id(doing)), lambda ask: _answer(doing, self._session(name, ask)))

    def function(self, name: str, items: Sequence[Item]) -> Part:
        """The function with its batch, as it is now: schedules that play the part later find the same records."""
        handle, batch = _FUNCTIONS[name.partition(" ")[0]], tuple(items)
        return self._part((name, tuple(map(id, batch))), lambda ask: _handled(handle, batch, self._session(name, ask)))

    def _part(self, key: Hashable, work: Callable[[Asking], object]) -> Part:
        if key not in self._parts:
            self._parts[key] = Part(work)
        return self._parts[key]

    def _session(self, name: str, ask: Asking) -> Session:
        """A session of somebody's own; its ids depend on nothing but who they are and how many they took."""
        numbers, prefix, start = count(1), f"{crc32(name.encode()):010}", self.start
        return session_of(MemoryStore(ask), start.workflows, lambda: start.now, lambda _: f"{prefix}{next(numbers):06}")


def _answer(doing: Doing, session: Session) -> str:
    try:
        doing.make(session)
    except Refused as refused:
        return refused.refusal.code
    except Throttled:
        return "throttled"
    except Unreachable:
        return "unknown"
    return "answered"


class _Lambda:
    """What a function gets from AWS: time enough, a bus that takes everything, and a queue."""

    def __init__(self) -> None:
        self.aside: list[str] = []
        self.failures = FailureQueue(lambda: self, "queue", "function")

    def get_remaining_time_in_millis(self) -> int:
        """There is time enough."""
        return 900_000

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> None:  # noqa: N803, ARG002 (named by AWS)
        """A record was put aside: a failure, as nothing here is wrong with any record."""
        self.aside.append(MessageBody)

    def put_events(self, *, Entries: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:  # noqa: N803 (named by AWS)
        """The bus takes everything."""
        return {"Entries": [{} for _ in Entries]}


_Handle = Callable[[dict[str, Any], _Lambda, Session], Mapping[str, Any]]
_FUNCTIONS: Mapping[str, _Handle] = {
    "hooks": lambda event, aws, session: react(event, aws, session, aws.failures),
    "relay": lambda event, aws, session: relay(event, aws, session, Bus(aws, "casetree", lambda _: None), aws.failures),
}


def _handled(handle: _Handle, items: Sequence[Item], session: Session) -> Handled:
    aws = _Lambda()
    event = {"Records": [record_of(item, number) for number, item in enumerate(items)]}
    answer = handle(event, aws, session)
    return Handled([int(failure["itemIdentifier"]) for failure in answer["batchItemFailures"]], aws.aside)
