"""Runs in which the same things happen one after another, and what they come to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, combinations, count, islice, pairwise, permutations, product
from random import Random

from shared.engine.session import Refused, Session
from tests.simulation.outcome import Outcome, cases_of, together
from tests.simulation.schedule import Doing, Schedule
from tests.simulation.table import Memory, MemoryStore
from tests.simulation.world import AFTERWARDS, Start, delivered, delivered_once, engine_of, session_of, settled

TRIES = 400
"""Serial runs, each with everything delivered in pauses, that are looked at first."""
SCATTERED = 2_000
"""Serial runs, each with every record delivered by itself, that are looked at before it is like none."""

RATES = (0.2, 0.5, 0.8)
"""How often a record is delivered by itself before the next thing is done."""

Order = tuple[int, ...]
Pauses = tuple[bool, ...]


class Serial:
    """Runs of the same things one after another; each is made once, as many schedules ask for it."""

    def __init__(self, start: Start, doings: Sequence[Doing]) -> None:
        self._start = start
        self._doings = doings
        self._known: dict[tuple[Order, Pauses], Outcome | None] = {}

    def outcome(self, order: Order, pauses: Pauses) -> Outcome | None:
        """What it comes to if everything is delivered in the pauses, and at the end; None if a call is refused."""
        if (order, pauses) not in self._known:
            self._known[order, pauses] = self._run(order, pauses)
        return self._known[order, pauses]

    def scattered(self, order: Order, random: Random) -> Outcome | None:
        """What it comes to if each record is delivered by itself, between any two of the things or at the end."""
        rate = random.choice(RATES)

        def now_and_then(memory: Memory) -> None:
            while memory.stream and random.random() < rate:
                _deliver_one(engine_of(memory, self._start, self._start.now), memory, random)

        return self._played(order, [now_and_then] * len(order))

    def _run(self, order: Order, pauses: Pauses) -> Outcome | None:
        def in_a_pause(memory: Memory) -> None:
            settled(engine_of(memory, self._start, self._start.now), memory)

        return self._played(order, [in_a_pause if pause else _nothing for pause in pauses])

    def _played(self, order: Order, between: Sequence[Callable[[Memory], None]]) -> Outcome | None:
        memory, now = self._start.memory.copy(), self._start.now
        store = MemoryStore(memory)
        for number, deliver in zip(order, between, strict=True):
            doing, ids = self._doings[number], count(1)
            session = session_of(
                store,
                self._start.workflows,
                lambda: now,
                lambda _, ids=ids, n=number: f"s{n:09}{next(ids):06}",  # type: ignore[misc]
            )
            try:
                doing.make(session)
            except Refused:
                return None
            deliver(memory)
        delivered(engine_of(memory, self._start, now + AFTERWARDS), memory)
        return together(cases_of(engine_of(memory, self._start, now), memory))


def serial_outcomes(schedule: Schedule, serial: Serial) -> Iterator[Outcome | None]:
    """What serial runs come to, the likeliest first.

    Few schedules need the later ones: those in which one record was overtaken by what another one made due.
    """
    yield from (serial.outcome(*run) for run in islice(serial_runs(schedule), TRIES))
    random, orders = Random(0), _by_commit(schedule)  # noqa: S311 (an order, no secret)
    for _ in range(SCATTERED):
        order = random.choice(orders)
        if random.random() < random.choice(RATES):
            order = tuple(random.sample(order, len(order)))
        yield serial.scattered(order, random)


def _deliver_one(session: Session, memory: Memory, random: Random) -> None:
    """One record of the stream was delivered, whichever; what followed from it waits with the others."""
    waiting = memory.stream
    memory.stream = [waiting.pop(random.randrange(len(waiting)))]
    delivered_once(session, memory)
    memory.stream = waiting + memory.stream


def _nothing(_: Memory) -> None:
    """Nothing is delivered."""


def serial_runs(schedule: Schedule) -> Iterator[tuple[Order, Pauses]]:
    """Orders of what took effect, the likeliest first: that of the commits, with pauses where hooks did something."""
    chosen = _by_commit(schedule)
    yield from ((order, tuple(_paused(schedule, order))) for order in chosen)
    near = [swapped for order in chosen for swapped in _swapped(order)]
    far = (other for order in chosen for other in permutations(order))
    for orders in (chosen, near, far):
        yield from ((order, pauses) for order in orders for pauses in islice(_pauses(len(order)), 40))


def _by_commit(schedule: Schedule) -> list[Order]:
    """What took effect, in the order of the commits; what nobody heard an answer of may have taken effect or not."""
    done = schedule.done
    by_commit = sorted(range(len(done)), key=lambda n: (done[n].at, n))
    certain = [n for n in by_commit if done[n].result == "answered"]
    unknown = [n for n in by_commit if done[n].result == "unknown"]
    some = [set(chain(certain, more)) for k in range(len(unknown), -1, -1) for more in combinations(unknown, k)]
    return [tuple(n for n in by_commit if n in subset) for subset in some]


def _paused(schedule: Schedule, order: Order) -> Iterator[bool]:
    """After each, whether hooks took effect before the next."""
    moments = [schedule.done[number].at for number in order]
    for begin, end in pairwise((*moments, len(schedule.stage.events))):
        yield any(begin < reaction <= end for reaction in schedule.reactions)


def _swapped(order: Order) -> Iterator[Order]:
    """The order with each two neighbours the other way round."""
    return (order[:n] + order[n + 1 : n + 2] + order[n : n + 1] + order[n + 2 :] for n in range(len(order) - 1))


def _pauses(length: int) -> Iterator[Pauses]:
    return product((True, False), repeat=length)
