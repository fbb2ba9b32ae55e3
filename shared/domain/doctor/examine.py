"""The examination of a case: every invariant, and what of them does not hold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.domain.definitions.workflow import Workflow
from shared.domain.doctor import histories, locks, standing
from shared.domain.doctor.finding import Examine, Finding
from shared.domain.doctor.treatment import Treatment
from shared.domain.doctor.whole import Chart, WholeCase
from shared.domain.model.people import Caller
from shared.domain.model.plan import Plan
from shared.domain.model.scene import Ids

PATIENCE = timedelta(minutes=5)
"""What is on its way for longer should have arrived: the stream takes a second, and its retries some more."""
FIRST: dict[str, Examine] = {"status-allowed": standing.status_allowed}
"""Without these, nothing else can be said of a case."""
INVARIANTS: dict[str, Examine] = {
    **FIRST,
    "closed-has-closed-at": standing.closed_at,
    "open-has-none": standing.open_has_none,
    "cancelled-has-canceller": standing.canceller,
    "one-open-of-type": locks.one_open,
    "lock-matches": locks.lock_matches,
    "history-complete": histories.complete,
}
"""Everything that must hold of a case, by name."""


def examine(whole: WholeCase, workflow: Workflow, now: datetime, patience: timedelta = PATIENCE) -> tuple[Finding, ...]:
    """What does not hold of the case; of what is on its way only what has been for longer than the patience.

    Where the first invariants do not hold, nothing is said of the others. Nobody has seen a staged case yet.
    """
    if whole.case.staged:
        return ()
    chart = Chart(whole, workflow, now, patience)
    basic = tuple(finding for examined in FIRST.values() for finding in examined(chart))
    return basic or tuple(finding for examined in INVARIANTS.values() for finding in examined(chart))


def treat(chart: Chart, findings: Iterable[Finding], caller: Caller, ids: Ids) -> Plan:
    """The plan that repairs the findings of the case on the chart by mending; the others it leaves alone."""
    treatment = Treatment(chart, caller, ids)
    for finding in findings:
        if finding.mend is not None:
            finding.mend(treatment)
    return treatment.plan()
