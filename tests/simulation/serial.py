"""Runs in which the same things happen one after another, and what they come to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain, combinations, count, islice, pairwise, permutations, product
from random import Random

from shared.engine.session import Refused, Session
from tests.simulation.outcome import Outcome, cases_of, together
from tests.simulation.schedule import Finished
from tests.simulation.script import Doing, Sweep
from tests.simulation.table import Memory, MemoryStore, up_to_date
from tests.simulation.world import AFTERWARDS, Start, delivered, delivered_once, engine_of, session_of, settled

TRIES = 400
"""Serial runs, each with everything delivered in pauses, that are looked at first."""
SCATTERED = 2_000
"""Serial runs, each with every record delivered by itself, that are looked at before it is like none."""

RATES = (0.2, 0.5, 0.8)
"""How often a record is delivered by itself before the next thing is done."""

HAPPENED = ("answered", "unknown")
"""What became of calls that took effect, and of those that perhaps did, as nobody heard an answer."""

Order = tuple[int, ...]
Pauses = tuple[bool, ...]


class Serial:
    """Runs of the same things one after another; each is made once, as many schedules ask for it.

    So is each beginning that runs have in common: nothing that is in it depends on what comes after.
    """

    def __init__(self, start: Start, doings: Sequence[Doing]) -> None:
        self._start = start
        self._doings = doings
        self._known: dict[tuple[Order, Pauses], Outcome | None] = {}
        self._begun: dict[tuple[Order, Pauses], Memory | None] = {((), ()): start.memory}
        self._ends: dict[object, Outcome] = {}

    def known(self, finished: Finished) -> Iterator[Outcome | None]:
        """What the runs came to that were made already, and in which just what took effect then."""
        happened = [set(order) for order in _by_commit(finished)]
        return (outcome for (order, _), outcome in self._known.items() if set(order) in happened)

    def outcome(self, order: Order, pauses: Pauses) -> Outcome | None:
        """What it comes to if everything is delivered in the pauses, and at the end; None if a call is refused."""
        if (order, pauses) not in self._known:
            memory = self._after(order, pauses)
            self._known[order, pauses] = self._end(memory) if memory is not None else None
        return self._known[order, pauses]

    def scattered(self, order: Order, random: Random) -> Outcome | None:
        """What it comes to if each record is delivered by itself, between any two of the things or at the end.

        A sweep fires one timer after the other, and others may come between: where the order has one several
        times, it fires one timer each time, and the last time whatever is due then. Which is the first it reads in an
        index, which may lag.
        """
        rate, memory = random.choice(RATES), self._start.memory.copy()
        for at, number in enumerate(order):
            in_part = number in order[at + 1 :]
            memory.lag = partial(random.randint, 0) if in_part else up_to_date
            if not self._done(memory, number, order[:at].count(number), in_part=in_part):
                return None
            while memory.stream and random.random() < rate:
                _deliver_one(engine_of(memory, self._start, self._start.now), memory, random)
        return self._end(memory)

    def _after(self, order: Order, pauses: Pauses) -> Memory | None:
        """The table after these things, not to be changed; None if one of them is refused."""
        if (order, pauses) not in self._begun:
            before = self._after(order[:-1], pauses[:-1])
            self._begun[order, pauses] = self._next(before.copy(), order[-1], pauses[-1]) if before else None
        return self._begun[order, pauses]

    def _next(self, memory: Memory, number: int, pause: bool) -> Memory | None:  # noqa: FBT001 (one of the pauses)
        if not self._done(memory, number):
            return None
        if pause:
            settled(engine_of(memory, self._start, self._start.now), memory)
        return memory

    def _done(self, memory: Memory, number: int, before: int = 0, *, in_part: bool = False) -> bool:
        """Whether the thing was done, or one timer of a sweep that was there `before` so often."""
        ids, start, doing = count(1), self._start, self._doings[number]
        session = session_of(
            MemoryStore(memory), start.workflows, lambda: start.now, lambda _: f"s{before:03}{number:06}{next(ids):06}"
        )
        try:
            if isinstance(doing, Sweep):
                doing.make(session, most=1 if in_part else None)
            else:
                doing.make(session)
        except Refused:
            return False
        return True

    def in_parts(self, order: Order, random: Random) -> Order:
        """The order with each of its sweeps once more, anywhere."""
        parts = list(order)
        for number in order:
            if isinstance(self._doings[number], Sweep):
                parts.insert(random.randint(0, len(parts)), number)
        return tuple(parts)

    def _end(self, memory: Memory) -> Outcome:
        """What comes of the table, which stays as it is."""
        # The number of commits is what the ids of those that follow are made of.
        key = memory.state(), tuple(map(id, memory.stream)), len(memory.tokens)
        if key not in self._ends:
            ended = memory.copy()
            delivered(engine_of(ended, self._start, self._start.now + AFTERWARDS), ended)
            self._ends[key] = together(cases_of(engine_of(ended, self._start, self._start.now), ended))
        return self._ends[key]


def serial_outcomes(finished: Finished, serial: Serial) -> Iterator[Outcome | None]:
    """What serial runs come to, the likeliest first.

    Few schedules need the later ones: those in which one record was overtaken by what another one made due.
    """
    yield from serial.known(finished)
    yield from (serial.outcome(*run) for run in islice(serial_runs(finished), TRIES))
    random, orders = Random(0), _by_commit(finished)  # noqa: S311 (an order, no secret)
    for _ in range(SCATTERED):
        order = random.choice(orders)
        if random.random() < random.choice(RATES):
            order = tuple(random.sample(order, len(order)))
        if random.random() < random.choice(RATES):
            order = serial.in_parts(order, random)
        yield serial.scattered(order, random)


def _deliver_one(session: Session, memory: Memory, random: Random) -> None:
    """One record of the stream was delivered, whichever; what followed from it waits with the others."""
    waiting = memory.stream
    memory.stream = [waiting.pop(random.randrange(len(waiting)))]
    delivered_once(session, memory)
    memory.stream = waiting + memory.stream


def serial_runs(finished: Finished) -> Iterator[tuple[Order, Pauses]]:
    """Orders of what took effect, the likeliest first: that of the commits, with pauses where hooks did something."""
    chosen = _by_commit(finished)
    yield from ((order, tuple(_paused(finished, order))) for order in chosen)
    near = [swapped for order in chosen for swapped in _swapped(order)]
    far = (other for order in chosen for other in permutations(order))
    for orders in (chosen, near, far):
        yield from ((order, pauses) for order in orders for pauses in islice(_pauses(len(order)), 40))


def _by_commit(finished: Finished) -> list[Order]:
    """What took effect, in the order of the commits; what nobody heard an answer of may have taken effect or not."""
    done = finished.done
    by_commit = sorted(range(len(done)), key=lambda n: (done[n].at, n))
    certain = [n for n in by_commit if done[n].result == "answered"]
    unknown = [n for n in by_commit if done[n].result == "unknown"]
    some = [set(chain(certain, more)) for k in range(len(unknown), -1, -1) for more in combinations(unknown, k)]
    return [tuple(n for n in by_commit if n in subset) for subset in some]


def _paused(finished: Finished, order: Order) -> Iterator[bool]:
    """After each, whether hooks took effect before the next."""
    moments = [finished.done[number].at for number in order]
    for begin, end in pairwise((*moments, finished.length)):
        yield any(begin < reaction <= end for reaction in finished.reactions)


def _swapped(order: Order) -> Iterator[Order]:
    """The order with each two neighbours the other way round."""
    return (order[:n] + order[n + 1 : n + 2] + order[n : n + 1] + order[n + 2 :] for n in range(len(order) - 1))


def _pauses(length: int) -> Iterator[Pauses]:
    return product((True, False), repeat=length)
