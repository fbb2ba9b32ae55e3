"""The examination of a case: every invariant, and what of them does not hold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.domain.definitions.workflow import Workflow
from shared.domain.doctor import (
    edges,
    ends,
    histories,
    locks,
    owed,
    parents,
    people,
    places,
    prerequisites,
    standing,
    timers,
)
from shared.domain.doctor.finding import Examine, Finding
from shared.domain.doctor.treatment import Treatment
from shared.domain.doctor.whole import Chart, WholeCase
from shared.domain.model.people import Caller
from shared.domain.model.plan import Plan
from shared.domain.model.scene import Ids

PATIENCE = timedelta(minutes=5)
"""What is on its way for longer should have arrived: the stream takes a second, and its retries some more."""
FIRST: tuple[Examine, ...] = (standing.status_allowed, edges.no_circle)
"""Without these, nothing else can be said of a case."""
INVARIANTS: dict[str, Examine] = {
    "status-allowed": standing.status_allowed,
    "edge-matches-parent": edges.matches,
    "closed-has-closed-at": standing.closed_at,
    "open-has-none": standing.open_has_none,
    "cancelled-has-canceller": standing.canceller,
    "open-child-parent-on-hold": parents.held,
    "on-hold-has-reason": parents.reasons,
    "closed-root-no-open-tasks": owed.nothing_open,
    "counts-match": edges.counts_match,
    "one-open-of-type": locks.one_open,
    "lock-matches": locks.lock_matches,
    "closed-no-timer": timers.closed_has_none,
    "timer-not-overdue": timers.not_overdue,
    "prerequisites-satisfied": prerequisites.satisfied,
    "settled": owed.settled,
    "assignee-exists": people.assignee_exists,
    "assignee-active": people.assignee_active,
    "somebody-can-act": people.somebody_can_act,
    "ends-agree": ends.agree,
    "history-complete": histories.complete,
    "index-matches": places.indexed,
    "queue-counts-match": places.counted,
}
"""Everything that must hold of a case, by name."""


def examine(whole: WholeCase, workflow: Workflow, now: datetime, patience: timedelta = PATIENCE) -> tuple[Finding, ...]:
    """What does not hold of the case; of what is on its way only what has been for longer than the patience.

    Where the first invariants do not hold, nothing is said of the others. Nobody has seen a staged case yet.
    """
    if whole.case.staged:
        return ()
    chart = Chart(whole, workflow, now, patience)
    basic = tuple(finding for examined in FIRST for finding in examined(chart))
    return basic or tuple(finding for examined in INVARIANTS.values() for finding in examined(chart))


def treat(chart: Chart, findings: Iterable[Finding], caller: Caller, ids: Ids) -> Plan:
    """The plan that repairs the findings of the case on the chart by mending; the others it leaves alone."""
    treatment = Treatment(chart, caller, ids)
    for finding in findings:
        if finding.mend is not None:
            finding.mend(treatment)
            for task_id in chart.tasks.keys() & set(finding.task_ids):
                treatment.look_at(chart.tasks[task_id])
    return treatment.plan()
