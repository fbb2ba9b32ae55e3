"""The doctor: a case is read whole, what does not hold of it is found, and what can be is repaired.

A case is not read at one moment, so what is found is looked at twice: what was only on its way is not
found again. A repair commits on condition of what it was decided from, and is decided anew otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from shared.domain.decide import act
from shared.domain.doctor.changes import Difference, differences
from shared.domain.doctor.examine import PATIENCE, examine, treat
from shared.domain.doctor.finding import Finding
from shared.domain.doctor.people import DOCTOR
from shared.domain.doctor.whole import Chart
from shared.domain.model.people import Caller
from shared.domain.model.plan import Plan, Refusal
from shared.domain.model.scene import Context
from shared.engine.counting import recount
from shared.engine.loading import workflow_of
from shared.engine.session import Session
from shared.engine.settle import settle_what_can_be
from shared.engine.whole_cases import read_whole

ROUNDS = 12
"""What one repair brings to light is repaired by the next round."""
CHUNK = 80
"""Writes of one commit, of the 100 that it may hold."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What does not hold of a case."""

    case_id: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Repair:
    """What the doctor did, or in a dry run would do, about a finding: what is stored differently then."""

    finding: Finding
    done: bool
    changes: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Repaired:
    """What came of the repairs that were asked for, and what does not hold of the case after them."""

    case_id: str
    dry_run: bool
    repairs: tuple[Repair, ...]
    left: tuple[Finding, ...]


def diagnose(session: Session, case_id: str) -> Diagnosis | None:
    """What does not hold of the case, in two readings; None if there is no such case."""
    first = _examined(session, case_id)
    if first is None:
        return None
    again = _examined(session, case_id) if first else first
    seen = {finding.id for finding in first}
    return Diagnosis(case_id, tuple(finding for finding in again or () if finding.id in seen))


def repair(
    session: Session, case_id: str, wanted: frozenset[str] | None, *, dry_run: bool, caller: Caller = DOCTOR
) -> Repaired | None:
    """What was wanted of the findings, by their ids (all, where none are named), is repaired as far as it can be.

    Findings that a repair brings to light are repaired as well where all are. A dry run changes nothing.
    None if there is no such case.
    """
    diagnosis = diagnose(session, case_id)
    if diagnosis is None:
        return None
    chosen = tuple(f for f in diagnosis.findings if wanted is None or f.id in wanted)
    if dry_run:
        return Repaired(case_id, dry_run, _proposed(session, case_id, chosen, caller), diagnosis.findings)
    done = dict[str, Repair]()
    for _ in range(ROUNDS):
        ahead = [f for f in chosen if f.repairable]
        if not ahead or not _round(session, case_id, ahead, caller, done):
            break
        found = diagnose(session, case_id)
        chosen = () if found is None else tuple(f for f in found.findings if wanted is None or f.id in wanted)
    found = diagnose(session, case_id)
    left = found.findings if found is not None else ()
    ids = {finding.id for finding in left}
    asked = {f.id: f for f in diagnosis.findings if wanted is None or f.id in wanted}
    repairs = [replace(step, done=key not in ids) for key, step in done.items()]
    repairs += [Repair(finding, done=key not in ids) for key, finding in asked.items() if key not in done]
    return Repaired(case_id, dry_run, tuple(repairs), left)


def _round(
    session: Session, case_id: str, findings: Sequence[Finding], caller: Caller, done: dict[str, Repair]
) -> bool:
    """Whether something was done: what is mended together, then what people might do, then what is owed."""
    chart = _chart(session, case_id)
    if chart is None:
        return False
    wanted = {finding.id for finding in findings}
    present = [f for f in examine(chart.whole, chart.workflow, chart.now, chart.patience) if f.id in wanted]
    mended = [finding for finding in present if finding.mend is not None]
    if mended:
        return _mend(session, chart, mended, caller, done)
    for finding in present:
        if finding.cure == "acting":
            plan = _acted(session, chart, finding, caller)
            if plan is not None and session.commit(plan):
                done[finding.id] = Repair(finding, done=True, changes=differences(plan.writes))
                return True
    owed = [finding for finding in present if finding.cure == "settling"]
    if owed:
        settle_what_can_be(session, case_id)
        recount(session, case_id)
        done.update({finding.id: Repair(finding, done=True) for finding in owed})
    return bool(owed)


def _mend(session: Session, chart: Chart, findings: Sequence[Finding], caller: Caller, done: dict[str, Repair]) -> bool:
    """As many of the findings as fit one commit are mended by it; if it meets another's, the next round tries anew."""
    count = len(findings)
    plan = _treatment(session, chart, findings, caller)
    while count > 1 and len(plan.writes) > CHUNK:
        count = max(1, count // 2)
        plan = _treatment(session, chart, findings[:count], caller)
    if session.commit(plan):
        for finding in findings[:count]:
            done[finding.id] = Repair(finding, done=True, changes=_alone(session, chart, finding, caller))
    return True


def _treatment(session: Session, chart: Chart, findings: Iterable[Finding], caller: Caller) -> Plan:
    return treat(chart, findings, caller, session.ids(chart.now))


def _alone(session: Session, chart: Chart, finding: Finding, caller: Caller) -> tuple[Difference, ...]:
    """What is stored differently once the finding is repaired; what is owed is done, and not foretold."""
    if finding.mend is not None:
        return differences(_treatment(session, chart, (finding,), caller).writes)
    plan = _acted(session, chart, finding, caller) if finding.cure == "acting" else None
    return differences(plan.writes) if plan is not None else ()


def _acted(session: Session, chart: Chart, finding: Finding, caller: Caller) -> Plan | None:
    """The plan of the finding's action, as anybody would take it; None where it is refused by now."""
    name, given = finding.act or ("", {})
    scene = chart.scene(chart.tasks[finding.task_ids[0]])
    decision = act(Context(scene, caller, chart.now, session.ids(chart.now)), name, given)
    return None if isinstance(decision, Refusal) else decision


def _proposed(session: Session, case_id: str, findings: Iterable[Finding], caller: Caller) -> tuple[Repair, ...]:
    chart = _chart(session, case_id)
    if chart is None:
        return ()
    present = {f.id: f for f in examine(chart.whole, chart.workflow, chart.now, chart.patience)}
    fresh = (present[finding.id] for finding in findings if finding.id in present)
    return tuple(Repair(f, done=False, changes=_alone(session, chart, f, caller)) for f in fresh)


def _examined(session: Session, case_id: str) -> tuple[Finding, ...] | None:
    chart = _chart(session, case_id)
    return None if chart is None else examine(chart.whole, chart.workflow, chart.now, chart.patience)


def _chart(session: Session, case_id: str) -> Chart | None:
    whole = read_whole(session, case_id)
    return None if whole is None else Chart(whole, workflow_of(session, whole.case), session.now(), PATIENCE)
