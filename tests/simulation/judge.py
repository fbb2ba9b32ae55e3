"""Whether a schedule came out well: nothing owed, nothing wrong, and as if all had been done one after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import chain, combinations, count, islice, pairwise, permutations, product

from shared.engine import timers
from shared.engine.doctor import diagnose
from shared.engine.invitations import send_lost
from shared.engine.session import Refused, Session
from shared.engine.timers import SettleReport, settle_case
from shared.storage.end_items import LISTED
from shared.storage.keys import Address, CaseKey
from tests.simulation.outcome import Grown, Outcome, cases_of, flaws, miscounted, outcome_of
from tests.simulation.schedule import Doing, Schedule
from tests.simulation.table import Memory, MemoryStore
from tests.simulation.world import Start, session_of, settled

AFTERWARDS = timedelta(hours=2)
"""When all is over: by then, what was staged and never came to light is swept, too."""
TRIES = 400
"""Serial runs that are looked at before a schedule is said to be like none."""

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

    def _run(self, order: Order, pauses: Pauses) -> Outcome | None:
        memory, now = self._start.memory.copy(), self._start.now
        store = MemoryStore(memory)
        for number, pause in zip(order, pauses, strict=True):
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
            if pause:
                settled(engine_of(memory, self._start, now), memory)
        delivered(engine_of(memory, self._start, now + AFTERWARDS), memory)
        return together(cases_of(engine_of(memory, self._start, now), memory))


def judge(schedule: Schedule, start: Start, serial: Serial) -> Iterator[str]:
    """What is wrong with what the schedule came to; it is finished first, and knows its outcome then."""
    yield from (f"{name}: {error!r}" for name, error in schedule.stage.errors)
    yield from (f"put aside: {message}" for message in schedule.aside)
    memory, lost = schedule.memory, schedule.faults.happened["lost record"]
    session = engine_of(memory, start, schedule.now + AFTERWARDS)
    report = finish(session, memory)
    if report.found and not lost:
        yield f"no record was lost, but settling found {report.found} actions that were owed"
    if report.miscounted and not lost and "relay" in schedule.functions:
        yield f"no record was lost, but {report.miscounted} tasks were counted wrongly"
    again = finish(session, memory) if report.found or report.miscounted else report
    if again.found or again.miscounted:
        yield f"after settling, {again.found} actions are owed, {again.miscounted} tasks counted wrongly"
    grown = cases_of(session, memory)
    for one in grown:
        yield from (f"{one.case.case_id}: {flaw}" for flaw in flaws(one, session))
        yield from _diagnosed(session, one.case.case_id)
    yield from miscounted(session.store, grown)
    schedule.outcome = together(grown)
    if not any(schedule.outcome == serial.outcome(*run) for run in islice(serial_runs(schedule), TRIES)):
        yield f"no serial run comes to this: {schedule.outcome}"


def _diagnosed(session: Session, case_id: str) -> Iterator[str]:
    """What the doctor finds of the case, as it does of cases that people use."""
    diagnosis = diagnose(session, case_id)
    for finding in diagnosis.findings if diagnosis is not None else ():
        yield f"{case_id}: the doctor finds {finding.invariant}: {finding.detail}"


def finish(session: Session, memory: Memory) -> SettleReport:
    """Everything is delivered, what is due has fired, and all is settled; what that last step found to do."""
    delivered(session, memory)
    report, swept = SettleReport(), SettleReport()
    for case_id in list(session.store.cases()):
        grown = memory.get(case_address(case_id))
        settle_case(session, case_id, swept if grown and "staged" in grown else report)
    if memory.has(LISTED):
        report.found += sum(send_lost(session, organization.id) for organization in session.store.organizations())
    delivered(session, memory)
    return report


def delivered(session: Session, memory: Memory) -> None:
    """Everything is delivered, what is due has fired, and what followed from that is delivered, too."""
    settled(session, memory)
    timers.sweep(session, memory.shards(), lambda: False, _raised)
    settled(session, memory)


def engine_of(memory: Memory, start: Start, now: datetime) -> Session:
    """A session that nothing comes between, with ids that no actor has."""
    # The same id would be the token of a commit that the table has seen.
    numbers, prefix = count(1), f"z{len(memory.tokens):06}"
    return session_of(MemoryStore(memory), start.workflows, lambda: now, lambda _: f"{prefix}{next(numbers):09}")


def hash_of(outcome: Outcome) -> int:
    """A number that stands for the outcome, the same in every process."""
    return int.from_bytes(sha256(repr(outcome).encode()).digest()[:8])


def together(grown: Iterable[Grown]) -> Outcome:
    """All cases, in no order."""
    return tuple(sorted((outcome_of(one) for one in grown), key=repr))


def serial_runs(schedule: Schedule) -> Iterator[tuple[Order, Pauses]]:
    """Orders of what took effect, the likeliest first: that of the commits, with pauses where hooks did something.

    What nobody heard an answer of may have taken effect or not.
    """
    done = schedule.done
    by_commit = sorted(range(len(done)), key=lambda n: (done[n].at, n))
    certain = [n for n in by_commit if done[n].result == "answered"]
    unknown = [n for n in by_commit if done[n].result == "unknown"]
    some = [set(chain(certain, more)) for k in range(len(unknown), -1, -1) for more in combinations(unknown, k)]
    chosen = [tuple(n for n in by_commit if n in subset) for subset in some]
    yield from ((order, tuple(_paused(schedule, order))) for order in chosen)
    near = [swapped for order in chosen for swapped in _swapped(order)]
    far = (other for order in chosen for other in permutations(order))
    for orders in (chosen, near, far):
        yield from ((order, pauses) for order in orders for pauses in islice(_pauses(len(order)), 40))


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


def case_address(case_id: str) -> Address:
    """Where the case is."""
    address = CaseKey(case_id).address
    assert address is not None
    return address


def _raised(what: str, error: Exception) -> None:
    raise AssertionError(what) from error
