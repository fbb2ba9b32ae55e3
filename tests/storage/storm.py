"""Several callers at one table, and faults between them and it: which, and who goes next, a seed says.

Each caller is a thread with a connection of its own, through the whole of the storage, PynamoDB and botocore.
One runs at a time, and hands over at every request that it sends: so a seed gives the same storm again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from random import Random
from threading import Semaphore, Thread
from typing import Any

from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from shared.storage.store import Store
from tests.storage.faults import URL, Fault, Killed, Response, answer, answer_lost, cancelled, never_sent
from tests.storage.table import REGION

COMMIT, LOAD = "TransactWriteItems", "BatchGetItem"
RATE = 0.12
"""How many of the requests meet a fault."""
BUSY = ("ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded")
CANCELLED = ("TransactionConflict", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded")


def closed(send: Callable[[], Response]) -> Response:
    """The connection ends after the request took effect."""
    send()
    return None, ConnectionClosedError(endpoint_url=URL)


def closed_before(_: Callable[[], Response]) -> Response:
    """The connection ends before the request took effect."""
    return None, ConnectionClosedError(endpoint_url=URL)


def too_late(_: Callable[[], Response]) -> Response:
    """No answer comes, and the request never takes effect."""
    return None, ReadTimeoutError(endpoint_url=URL)


def failed_after(send: Callable[[], Response]) -> Response:
    """DynamoDB says that it failed, although the request took effect."""
    send()
    return answer("InternalServerError", 500)(send)


ANYWHERE: Mapping[str, Fault] = {
    "never sent": never_sent,
    "answer lost": answer_lost,
    "closed": closed,
    "closed before": closed_before,
    "too late": too_late,
    "failed": answer("InternalServerError", 500),
    "failed after": failed_after,
    **{code: answer(code) for code in BUSY},
}


@dataclass
class Caller:
    """A thread that waits for its turn before every request."""

    name: str
    storm: Storm
    mortal: bool = False
    turn: Semaphore = field(default_factory=lambda: Semaphore(0))
    dead: bool = False
    ended: bool = False

    def wait(self) -> None:
        """Whoever is next runs; this one does when it is its turn again."""
        self.storm.over.release()
        self.turn.acquire()

    def send(self, whole: Callable[..., Response], request: Any, operation: Any, context: Any) -> Response:
        """What becomes of a request."""
        if self.dead:
            raise Killed
        self.wait()
        name, fault = self.storm.fault(self, operation.name, request)
        self.storm.trace.append((self.name, operation.name, name))
        if name.startswith("dies"):
            self.dead = True
        return fault(lambda: whole(request, operation, context))


@dataclass
class Storm:
    """One storm, of one seed; `trace` tells who sent what, and what became of it."""

    seed: int
    rate: float = RATE
    random: Random = field(init=False)
    over: Semaphore = field(default_factory=lambda: Semaphore(0))
    callers: dict[str, Caller] = field(default_factory=dict)
    trace: list[tuple[str, str, str]] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311 (an order, no secret)

    def store(self, name: str, table: str, endpoint: str | None, *, mortal: bool = False) -> tuple[Store, Caller]:
        """The caller of that name, and its connection; one that is mortal may die at any request."""
        caller = self.callers[name] = Caller(name, self, mortal)
        store = _store(name, table, endpoint)
        endpoint_of: Any = store._table._connection.client._endpoint  # noqa: SLF001
        whole = type(endpoint_of)._do_get_response.__get__(endpoint_of)  # noqa: SLF001
        endpoint_of._do_get_response = lambda *sent: caller.send(whole, *sent)  # noqa: SLF001
        return store, caller

    def run(self, works: Mapping[str, Callable[[], None]]) -> None:
        """All callers have done their work; raises the first error that one of them ended with."""
        threads = {name: Thread(target=self._live, args=(self.callers[name], work)) for name, work in works.items()}
        for thread in threads.values():
            thread.start()
        alive = sorted(threads)
        while alive:
            name = self.random.choice(alive)
            self.callers[name].turn.release()
            self.over.acquire()
            if self.callers[name].ended:
                threads[name].join()
                alive.remove(name)
        if self.errors:
            raise self.errors[0]

    def _live(self, caller: Caller, work: Callable[[], None]) -> None:
        caller.turn.acquire()
        try:
            work()
        except BaseException as error:  # noqa: BLE001 (raised by `run`, in the thread of the test)
            self.errors.append(error)
        caller.ended = True
        self.over.release()

    def fault(self, caller: Caller, operation: str, request: Any) -> tuple[str, Fault]:
        """What the request meets, with its name."""
        if self.random.random() >= self.rate:
            return "", lambda send: send()
        if caller.mortal and self.random.random() < 0.15:
            return self.random.choice((("dies", _dies), ("dies after", _dies_after)))
        if operation == COMMIT and self.random.random() < 0.5:
            reasons = self._reasons(len(json.loads(request.body)["TransactItems"]))
            return " ".join(reasons), cancelled(*reasons)
        if operation == LOAD and self.random.random() < 0.5:
            return "cut", self._cut
        name = self.random.choice(sorted(ANYWHERE))
        return name, ANYWHERE[name]

    def _reasons(self, number: int) -> list[str]:
        """A reason for each action of a transaction; most have none."""
        reasons = ["None"] * number
        for position in self.random.sample(range(number), min(number, self.random.randint(1, 2))):
            reasons[position] = self.random.choice(CANCELLED)
        return reasons

    def _cut(self, send: Callable[[], Response]) -> Response:
        """A batch read leaves out some of what there is."""
        (response, parsed), error = send()
        ((table, items),) = parsed["Responses"].items()
        left = self.random.sample(items, self.random.randint(0, len(items)))
        keys = [{name: item[name] for name in ("PK", "SK")} for item in left]
        kept = [item for item in items if item not in left]
        cut = {table: {"Keys": keys}} if keys else {}
        return (response, {**parsed, "Responses": {table: kept}, "UnprocessedKeys": cut}), error


def _dies(_: Callable[[], Response]) -> Response:
    raise Killed


def _dies_after(send: Callable[[], Response]) -> Response:
    send()
    raise Killed


@cache
def _store(name: str, table: str, endpoint: str | None) -> Store:
    """One for each caller and table: making a connection takes longer than most requests."""
    return Store(table, region=REGION, endpoint=endpoint)
