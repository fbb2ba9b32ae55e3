"""The doctor goes from case to case: a whole table, share by share and part by part, no faster than asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from shared.domain.doctor.finding import Finding
from shared.engine.doctor import Repair, diagnose, repair
from shared.engine.session import Session

TOLD = 2_000
"""Findings, repairs and changes after which a run ends: each has some hundred bytes of a Lambda's answer, of 6 MB."""

OutOfTime = Callable[[], bool]
OnError = Callable[[str, Exception], None]


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """Which cases are visited, and what is done there.

    Those behind `after` in the table's order, of a `share` (its number, and how many there are); up to `most`
    in one run, `rate` of them in a second (0: as fast as it goes). With `repairs` they are repaired, in a dry
    run only in words.
    """

    after: str | None = None
    share: tuple[int, int] | None = None
    most: int = 50
    rate: float = 0.0
    repairs: bool = False
    dry_run: bool = False


@dataclass(slots=True)
class VisitReport:
    """What was found, and done; `next` is the case after which to go on, None at the end."""

    cases: int = 0
    failed: int = 0
    findings: list[tuple[str, Finding]] = field(default_factory=list)
    repairs: list[tuple[str, Repair]] = field(default_factory=list)
    next: str | None = None

    @property
    def told(self) -> int:
        """How much the report says: findings, repairs, and what each of those changes."""
        return len(self.findings) + sum(1 + len(step.changes) for _, step in self.repairs)


def visit_all(session: Session, planned: RoundPlan, out_of_time: OutOfTime, on_error: OnError) -> VisitReport:
    """The cases of the round were visited, as far as the time goes; one that fails holds up no other."""
    report, last = VisitReport(), planned.after
    for case_id in session.store.cases(planned.after, share=planned.share):
        enough = report.cases >= planned.most or report.told >= TOLD
        if enough or (report.cases and out_of_time()):
            report.next = last
            break
        if planned.rate and report.cases:
            session.pause(1 / planned.rate)
        try:
            visit(session, case_id, planned, report)
        except Exception as error:  # noqa: BLE001 (whatever it is, the other cases are visited)
            report.failed += 1
            on_error(case_id, error)
        report.cases += 1
        last = case_id
    return report


def visit(session: Session, case_id: str, planned: RoundPlan, report: VisitReport) -> bool:
    """Whether there is such a case; if so, the report says what does not hold of it, and what was done about that."""
    if not planned.repairs:
        diagnosis = diagnose(session, case_id)
        report.findings += [(case_id, finding) for finding in diagnosis.findings] if diagnosis is not None else []
        return diagnosis is not None
    done = repair(session, case_id, None, dry_run=planned.dry_run)
    if done is not None:
        report.findings += [(case_id, finding) for finding in done.left]
        report.repairs += [(case_id, step) for step in done.repairs]
    return done is not None
