"""The function that the clock wakes: it fires what is due every minute, and settles every night.

The command line asks it, too: to settle one case, to migrate cases, and for the first administrators.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from functions.bus import EventBus
from functions.environment import required
from functions.metering import report
from functions.runtime import make_client, open_session
from functions.streams import Context
from functions.timers.findings import NightlyRound, round_as_json
from shared.domain.model.people import User
from shared.engine.doctor_rounds import RoundPlan, VisitReport, visit, visit_all
from shared.engine.session import Session
from shared.engine.timers import SettleReport, settle_all, settle_case, settle_on, sweep

SWEEP = 55.0
"""Seconds after which a sweep leaves the rest to that of the next minute."""
MARGIN = 5.0
"""Seconds that must be left of Lambda's own limit to begin with anything more."""

SERVICE = "timers"

logger = Logger(service=SERVICE)
metrics = Metrics(service=SERVICE)
UNLOGGED = frozenset({"admins", "refused", "findings", "repairs"})
"""Parts of a result that may be long: they are in the answer, and not in the log."""
OutOfTime = Callable[[], bool]
Job = Callable[[Session, dict[str, Any], OutOfTime], dict[str, Any]]


class NotAllDoneError(Exception):
    """Some of the work failed; what can be said about it is in the log, and the alarm on errors tells."""


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """What the rules call, with the job to do."""
    return run(event, context, _session())


def run(event: dict[str, Any], context: Context, session: Session) -> dict[str, Any]:
    """The job is done as far as the time went; raises ValueError for a job that there is not."""
    job = JOBS.get(event.get("job", ""))
    if job is None:
        raise ValueError(f"There is no such job; there are: {', '.join(JOBS)}.")
    session.store.reset_consumed()
    result = job(session, event, _past(context.get_remaining_time_in_millis() / 1000 - MARGIN))
    facts = {name: value for name, value in result.items() if name not in UNLOGGED}
    report(metrics, logger, session.store.consumed, event["job"], event["job"], **facts)
    if result["failed"] and "after" not in event:
        raise NotAllDoneError(f"{event['job']}: {result['failed']} failed.")
    return result


def _sweep(session: Session, event: dict[str, Any], out_of_time: OutOfTime) -> dict[str, Any]:
    """What is due in the shards has fired, in time for the next minute's sweep."""
    late = _past(SWEEP)
    return asdict(sweep(session, event["shards"], lambda: late() or out_of_time(), _log_failure))


def _settle(session: Session, event: dict[str, Any], out_of_time: OutOfTime) -> dict[str, Any]:
    """Nothing is owed in the one case given, in any after the position given, or in this night's share of them.

    At night the doctor looks at each case as well, once it is settled.

    `next` is the position where to go on; None at the end. A caller that names a position reads in the answer what
    failed, and goes on there.
    """
    case_id = event.get("caseId")
    if case_id is not None:
        result = SettleReport()
        result.cases = int(settle_case(session, case_id, result))
    elif event.get("nightly"):
        nightly = NightlyRound(session, _bus())
        result = settle_on(session, out_of_time, _log_failure, nightly.visit)
        nightly.report(metrics)
    else:
        result = settle_all(session, event.get("after"), out_of_time, _log_failure)
    if result.complete and case_id is None:
        metrics.add_metric("SettledAll", MetricUnit.Count, 1)
    metrics.add_metric("Findings", MetricUnit.Count, result.found + result.miscounted)
    metrics.flush_metrics()
    return asdict(result)


def _doctor(session: Session, event: dict[str, Any], out_of_time: OutOfTime) -> dict[str, Any]:
    """The one case given, or a share of the table behind the position given, was examined; repaired if so asked.

    `next` is the position where to go on; None at the end.
    """
    share = tuple(event["share"]) if event.get("share") else None
    planned = RoundPlan(
        event.get("after"),
        share,
        rate=event.get("rate", 0.0),
        repairs=event.get("repair", False),
        dry_run=event.get("dryRun", False),
    )
    case_id = event.get("caseId")
    if case_id is None:
        report = visit_all(session, planned, out_of_time, _log_failure)
    else:
        report = VisitReport()
        report.cases = int(visit(session, case_id, planned, report))
    return round_as_json(report)


def _migrate(session: Session, event: dict[str, Any], out_of_time: OutOfTime) -> dict[str, Any]:
    """The one case given goes by the version given, or all cases of the workflow behind the position given do.

    With `dryRun`, it is said what would become of them. `next` is the position where to go on; None at the end.
    Raises LookupError for a version that there is not.
    """
    # As rare as what makes people: no sweep is to wait for it.
    from shared.engine.mass_migration import MigrateReport, migrate_all, migrate_one  # noqa: PLC0415

    to, dry_run = session.workflows.get(event["workflow"], event["toVersion"]), event["dryRun"]
    case_id = event.get("caseId")
    if case_id is None:
        result = migrate_all(session, to, event.get("after"), out_of_time, _log_failure, dry_run=dry_run)
    else:
        result = MigrateReport()
        migrate_one(session, case_id, to, result, dry_run=dry_run)
    return asdict(result)


def _bootstrap(session: Session, event: dict[str, Any], out_of_time: OutOfTime) -> dict[str, Any]:
    """The organizations of all workflows exist, and so do the administrators; who exists is left as they are."""
    # Asked for once in the life of a stack: no other start is to wait for what creates people.
    from shared.engine.people import bootstrap  # noqa: PLC0415

    for admin in event["admins"]:
        bootstrap(session, User(admin, admin))
    return {"admins": event["admins"], "failed": 0}


def _past(seconds: float) -> OutOfTime:
    """Tells whether so many seconds have passed since now."""
    deadline = time.monotonic() + seconds
    return lambda: time.monotonic() > deadline


def _log_failure(what: str, error: Exception) -> None:
    """The error's kind and place are in the log; its text may quote what a person wrote."""
    logger.error("failed", what=what, exception_name=type(error).__name__)


JOBS: dict[str, Job] = {
    "sweep": _sweep,
    "settle": _settle,
    "doctor": _doctor,
    "migrate": _migrate,
    "bootstrap": _bootstrap,
}


@cache
def _session() -> Session:
    return open_session(os.environ)


@cache
def _bus() -> EventBus:
    return EventBus(make_client("events", os.environ), required(os.environ, "CASETREE_BUS"), time.sleep)
