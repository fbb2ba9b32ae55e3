"""Whether a schedule came out well: nothing owed, nothing wrong, and as if all had been done one after another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from shared.engine.doctor import diagnose
from shared.engine.invitations import send_lost
from shared.engine.session import Session
from shared.engine.timers import SettleReport, settle_case
from shared.storage.end_items import LISTED
from shared.storage.keys import Address, CaseKey
from tests.simulation.outcome import Outcome, cases_of, flaws, miscounted, together
from tests.simulation.schedule import Finished, Schedule
from tests.simulation.script import Script
from tests.simulation.serial import HAPPENED, Serial, serial_outcomes
from tests.simulation.table import Memory
from tests.simulation.world import AFTERWARDS, delivered, engine_of


@dataclass(frozen=True, slots=True)
class _End:
    """What a state of the table comes to once everything is delivered and settled, and what is wrong with it."""

    outcome: Outcome
    wrong: tuple[str, ...]


class Judge:
    """Judges schedules of one script.

    What is worked out again and again is kept, by all that it follows from. What a state comes to: by the state,
    and by whether records were lost, which says what may be owed; clock and functions are the script's. That some
    serial run comes to an outcome: by the outcome, and by what happened for certain, and what perhaps.
    """

    def __init__(self, script: Script) -> None:
        self._script = script
        self._serial = Serial(script.start, script.doings)
        self._ends: dict[tuple[frozenset[int], bool], _End] = {}
        self._serial_ends: set[tuple[tuple[str, ...], Outcome]] = set()

    def judge(self, schedule: Schedule) -> Iterator[str]:
        """What is wrong with what the schedule came to; it knows its outcome then."""
        yield from (f"{name}: {error!r}" for name, error in schedule.errors)
        yield from (f"put aside: {message}" for message in schedule.aside)
        schedule.outcome, wrong = self.judged(schedule.finished)
        yield from wrong

    def judged(self, finished: Finished) -> tuple[Outcome, list[str]]:
        """What it comes to in the end, and what is wrong with that."""
        end = self._end_of(finished)
        if self._as_if_serial(finished, end.outcome):
            return end.outcome, [*end.wrong]
        return end.outcome, [*end.wrong, f"no serial run comes to this: {end.outcome}"]

    def _end_of(self, finished: Finished) -> _End:
        assert not finished.memory.stream, "a record was handed to nobody"
        key = finished.memory.state(), finished.lost
        if key not in self._ends:
            self._ends[key] = _ended(finished.memory.copy(), self._script, lost=finished.lost)
        return self._ends[key]

    def _as_if_serial(self, finished: Finished, outcome: Outcome) -> bool:
        happened = tuple(done.result if done.result in HAPPENED else "" for done in finished.done)
        if (happened, outcome) not in self._serial_ends and outcome in serial_outcomes(finished, self._serial):
            self._serial_ends.add((happened, outcome))
        return (happened, outcome) in self._serial_ends


def _ended(memory: Memory, script: Script, *, lost: bool) -> _End:
    wrong = []
    session = engine_of(memory, script.start, script.start.now + AFTERWARDS)
    report = finish(session, memory)
    if report.found and not lost:
        wrong.append(f"no record was lost, but settling found {report.found} actions that were owed")
    if report.miscounted and not lost and "relay" in script.functions:
        wrong.append(f"no record was lost, but {report.miscounted} tasks were counted wrongly")
    again = finish(session, memory) if report.found or report.miscounted else report
    if again.found or again.miscounted:
        wrong.append(f"after settling, {again.found} actions are owed, {again.miscounted} tasks counted wrongly")
    grown = cases_of(session, memory)
    for one in grown:
        wrong += [f"{one.case.case_id}: {flaw}" for flaw in flaws(one, session)]
        wrong += _diagnosed(session, one.case.case_id)
    wrong += miscounted(session.store, grown)
    return _End(together(grown), tuple(wrong))


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


def hash_of(outcome: Outcome) -> int:
    """A number that stands for the outcome, the same in every process."""
    return int.from_bytes(sha256(repr(outcome).encode()).digest()[:8])


def case_address(case_id: str) -> Address:
    """Where the case is."""
    address = CaseKey(case_id).address
    assert address is not None
    return address
