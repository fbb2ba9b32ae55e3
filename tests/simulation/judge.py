"""Whether a schedule came out well: nothing owed, nothing wrong, and as if all had been done one after another."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from shared.engine.doctor import diagnose
from shared.engine.invitations import send_lost
from shared.engine.session import Session
from shared.engine.timers import SettleReport, settle_case
from shared.storage.end_items import LISTED
from shared.storage.keys import Address, CaseKey
from tests.simulation.outcome import Outcome, cases_of, flaws, miscounted, together
from tests.simulation.schedule import Schedule
from tests.simulation.serial import Serial, serial_outcomes
from tests.simulation.table import Memory
from tests.simulation.world import AFTERWARDS, Start, delivered, engine_of


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
    if not any(schedule.outcome == outcome for outcome in serial_outcomes(schedule, serial)):
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


def hash_of(outcome: Outcome) -> int:
    """A number that stands for the outcome, the same in every process."""
    return int.from_bytes(sha256(repr(outcome).encode()).digest()[:8])


def case_address(case_id: str) -> Address:
    """Where the case is."""
    address = CaseKey(case_id).address
    assert address is not None
    return address
