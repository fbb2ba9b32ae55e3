"""All cases of a workflow go by another version of it, one after the other: each whole, or refused with its reasons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from shared.domain.definitions.workflow import Workflow
from shared.engine.migration import migrate_by_engine
from shared.engine.session import Refused, Session

REFUSALS = 50
"""Refused cases in one report, which is a Lambda's answer: the next one goes on behind them."""
REASONS = 20
"""Reasons that are told of one case: who wants all of them asks for a dry run of it alone."""

OutOfTime = Callable[[], bool]
OnError = Callable[[str, Exception], None]


@dataclass(frozen=True, slots=True)
class Left:
    """A case that keeps its version, with the code and the reasons of that; some of `count`, if there are many."""

    case_id: str
    code: str
    count: int
    reasons: tuple[str, ...]


@dataclass(slots=True)
class MigrateReport:
    """What was done: cases of the workflow, those migrated, those that went by the version already, closed ones.

    The `refused` ones do not fit; with others something `failed`. `complete` says that all cases were looked at;
    else `next` is the one after which to go on.
    """

    cases: int = 0
    migrated: int = 0
    already: int = 0
    closed: int = 0
    failed: int = 0
    refused: list[Left] = field(default_factory=list)
    complete: bool = True
    next: str | None = None


def migrate_all(
    session: Session,
    to: Workflow,
    after: str | None,
    out_of_time: OutOfTime,
    on_error: OnError,
    *,
    dry_run: bool,
) -> MigrateReport:
    """Every case of the workflow behind `after` that fits goes by the version, as far as the time goes.

    Cases come in the table's own order. Begun anew after a crash, it finds those that are done already. Of a dry
    run the report says what would be.
    """
    report, last = MigrateReport(), after
    for case_id in session.store.cases(after, to.name):
        if out_of_time() or len(report.refused) >= REFUSALS:
            report.complete, report.next = False, last
            return report
        try:
            migrate_one(session, case_id, to, report, dry_run=dry_run)
        except Exception as error:  # noqa: BLE001 (whatever it is, the other cases are migrated)
            report.failed += 1
            on_error(case_id, error)
        last = case_id
    return report


def migrate_one(session: Session, case_id: str, to: Workflow, report: MigrateReport, *, dry_run: bool) -> None:
    """The case goes by the version, if it fits; the report says what became of it."""
    try:
        done = migrate_by_engine(session, case_id, to, dry_run=dry_run)
    except Refused as refused:
        _refused(case_id, refused, report)
        return
    if done is None:
        return
    report.cases += 1
    if done.from_version == to.version:
        report.already += 1
    else:
        report.migrated += 1


def _refused(case_id: str, refused: Refused, report: MigrateReport) -> None:
    report.cases += 1
    refusal = refused.refusal
    if refusal.code == "case_closed":
        report.closed += 1
        return
    reasons = tuple(f"{error.pointer}: {error.detail}" for error in refusal.errors) or (refusal.detail,)
    report.refused.append(Left(case_id, refusal.code, len(reasons), reasons[:REASONS]))
