"""One schedule: calls, the stream's two functions, sweeps and the clock, step by step, with whatever goes wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from zlib import crc32

from botocore.exceptions import ReadTimeoutError
from pynamodb.exceptions import TransactWriteError

from functions.hooks.handler import react
from functions.relay.events import Bus
from functions.relay.handler import relay
from functions.streams import FailureQueue
from shared.engine import cases, tasks, timers
from shared.engine.session import Identity, Refused, Request, Session
from shared.storage.attributes import Item
from shared.storage.errors import Throttled, Unreachable
from shared.storage.schema import PARTITION, SORT
from tests.engine.world import record_of
from tests.simulation.actors import Actor, Choose, Killed, Stage
from tests.simulation.faults import Faults
from tests.simulation.steps import BEGIN, Step
from tests.simulation.table import Gate, MemoryStore, cancelled, failed_as
from tests.simulation.world import Start, session_of

BOTH = ("hooks", "relay")
CREATE, SWITCH = "create a task", "change the case"
URL = "http://127.0.0.1"


class Died(Killed):
    """The function or the caller ended after a commit, and heard nothing of it."""


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

    def make(self, session: Session) -> None:
        """What is due has fired; what failed is left to the next sweep."""
        timers.sweep(session, self.shards, lambda: False, lambda *_: None)

    def __str__(self) -> str:
        return "sweep"


Doing = Call | Sweep


@dataclass(slots=True)
class Done:
    """What became of one thing that was to be done: answered, the code of a refusal, or nobody knows.

    `at` is the number of the event at which it took effect; of its last look, where there was nothing to change.
    """

    what: Doing
    result: str = "not begun"
    at: int = -1
    committed: bool = False


class Schedule:
    """Everything that goes on from one start; it has happened once it was played."""

    def __init__(
        self, start: Start, doings: Sequence[Doing], choose: Choose, faults: Faults, functions: Sequence[str] = BOTH
    ) -> None:
        self.memory = start.memory.copy()
        self.now = start.now
        self.stage = Stage(choose)
        self.faults = faults
        self.done = [Done(what) for what in doings]
        self.functions = functions
        self.aside: list[str] = []
        self.commits: Counter[str] = Counter()
        self.reactions: list[int] = []
        self.outcome: object = None
        self._workflows = start.workflows
        self._batches: dict[str, list[Item]] = {}
        self._failures = FailureQueue(lambda: self, "queue", "function")
        self._bus = Bus(self, "casetree", lambda _: None)
        for number, done in enumerate(self.done):
            self._begin(f"call {number}", done)

    def play(self) -> None:
        """Everything has happened, and everything that followed from it was delivered as often as the faults say."""
        self.stage.play()

    def session(self, name: str, gate: Gate) -> Session:
        """A session of somebody's own; its ids depend on nothing but who they are and how many they took."""
        numbers, prefix = count(1), f"{crc32(name.encode()):010}"
        store = MemoryStore(self.memory, gate)
        return session_of(store, self._workflows, lambda: self.now, lambda _: f"{prefix}{next(numbers):06}")

    def _begin(self, name: str, done: Done) -> None:
        self.stage.enter(name, lambda actor: self._do(actor, done))

    def _do(self, actor: Actor, done: Done) -> None:
        try:
            done.what.make(self.session(actor.name, self._gate(actor, done)))
            done.result = "answered"
        except Refused as refused:
            # Who asks again after no answer may be refused what has happened: a deleted task is not found.
            done.result = "unknown" if done.result == "unknown" else refused.refusal.code
        except Throttled:
            done.result = "throttled"
        except (Unreachable, Died):
            done.result = "unknown"
            if isinstance(done.what, Call) and done.what.key:
                self._begin(f"{actor.name}'", done)

    def _gate(self, actor: Actor, done: Done | None = None) -> Gate:
        def gate(step: Step) -> Callable[[], None]:
            self.stage.wait(actor, step)
            if done is not None and not done.committed:
                done.at = len(self.stage.events)
            before = self.faults.before(actor, step)
            if before is not None:
                raise _BEFORE[before](step)
            return lambda: self._happened(actor, step, done)

        return gate

    def _happened(self, actor: Actor, step: Step, done: Done | None) -> None:
        # What only remembers the request has changed nothing: it counts as done where it looked.
        if done is not None and any(address.sort != "REQUEST" for address in step.writes):
            done.at, done.committed = len(self.stage.events), True
        actor.commits += 1
        self.commits[actor.name] += 1
        if done is None and actor.name.startswith("hooks"):
            self.reactions.append(len(self.stage.events))
        fresh, self.memory.stream = self.memory.stream, []
        for item in fresh:
            self._inserted(item)
        after = self.faults.after(actor, step)
        if after == "died":
            raise Died
        if after == "answer lost":
            raise TransactWriteError("no answer", ReadTimeoutError(endpoint_url=URL))

    def _inserted(self, item: Item) -> None:
        """The stream has a record of the history entry; its function, or both, will get it."""
        partition, sort = item[PARTITION]["S"].partition("#")[2], item[SORT]["S"]
        subject = f"{partition} {sort.removeprefix('HISTORY#')}"
        for function in self.functions:
            if function == "hooks" and "reacts" not in item:
                continue
            name = f"{function} {subject}"
            for copy in range(self.faults.copies(name)):
                self._deliver(name + "'" * copy, [item])

    def _deliver(self, name: str, items: list[Item]) -> None:
        function = name.partition(" ")[0]
        waiting = [n for n in self._batches if n.startswith(function) and self._not_begun(n)]
        joined = self.faults.joins(waiting)
        if joined is not None:
            self._batches[joined] += items
            return
        while name in self._batches:
            name += "'"
        self._batches[name] = items
        self.stage.enter(name, self._receive)

    def _not_begun(self, name: str) -> bool:
        actor = self.stage.actors.get(name)
        return actor is not None and actor.step is BEGIN and actor.worker is None

    def _receive(self, actor: Actor) -> None:
        """The function has had its batch; from the lowest record on that failed, it is delivered again."""
        items = self._batches[actor.name]
        event = {"Records": [record_of(item, number) for number, item in enumerate(items)]}
        session = self.session(actor.name, self._gate(actor))
        try:
            failed = FUNCTIONS[actor.name.partition(" ")[0]](self, event, session)
        except Died:
            failed = [0]
        if failed:
            self._deliver(actor.name, items[min(failed) :])

    def hooks(self, event: dict[str, Any], session: Session) -> list[int]:
        """The numbers of the records that the hooks want again."""
        return _failed(react(event, self, session, self._failures))

    def relay(self, event: dict[str, Any], session: Session) -> list[int]:
        """The numbers of the records that the relay wants again."""
        return _failed(relay(event, self, session, self._bus, self._failures))

    # What the functions get from AWS.

    def get_remaining_time_in_millis(self) -> int:
        """There is time enough."""
        return 900_000

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> None:  # noqa: N803, ARG002 (named by AWS)
        """A record was put aside: a failure, as nothing here is wrong with any record."""
        self.aside.append(MessageBody)

    def put_events(self, *, Entries: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:  # noqa: N803 (named by AWS)
        """The bus takes everything."""
        return {"Entries": [{} for _ in Entries]}


FUNCTIONS: Mapping[str, Callable[[Schedule, dict[str, Any], Session], list[int]]] = {
    "hooks": Schedule.hooks,
    "relay": Schedule.relay,
}


def _failed(answer: Mapping[str, Any]) -> list[int]:
    return [int(failure["itemIdentifier"]) for failure in answer["batchItemFailures"]]


def _unreached(step: Step) -> Exception:
    """As the storage's own code tells it of a read, and as PynamoDB does of a transaction."""
    if step.name == "commit":
        return TransactWriteError("not sent", ReadTimeoutError(endpoint_url=URL))
    return Unreachable("not sent")


_BEFORE: Mapping[str, Callable[[Step], Exception]] = {
    "conflict": lambda _: cancelled(["TransactionConflict"]),
    "throttled": lambda _: failed_as("ThrottlingException"),
    "unreached": _unreached,
}


def described(schedule: Schedule) -> str:
    """The schedule's steps, one a line, and what became of the calls, for people to read."""
    calls = [f"  call {n}: {done.what} -> {done.result}" for n, done in enumerate(schedule.done)]
    steps = [
        f"  {n:3} {event.actor}: {event.step}"
        for n, event in enumerate(schedule.stage.events)
        if event.step is not BEGIN
    ]
    faults = ", ".join(f"{kind} {n}" for kind, n in schedule.faults.happened.items() if n) or "none"
    return "\n".join(["calls:", *calls, f"faults: {faults}", "steps:", *steps])
