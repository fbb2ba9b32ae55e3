"""What the doctor finds at night: counted as a metric, and announced on the bus."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

from functions.bus import SOURCE, Event, EventBus
from shared.domain.doctor.finding import Finding
from shared.engine.doctor import diagnose
from shared.engine.doctor_rounds import VisitReport
from shared.engine.session import Session
from shared.timestamps import to_text

FOUND = "FindingMade"
METRIC = "Broken"


@dataclass(slots=True)
class NightlyRound:
    """A night's round of the doctor: how often each invariant was found not to hold."""

    session: Session
    bus: EventBus
    found: Counter[str] = field(default_factory=Counter)

    def visit(self, case_id: str) -> None:
        """The case is examined, and each finding is on the bus; raises RuntimeError where the bus took some not.

        It is announced every night for as long as it is wrong, with the same id.
        """
        diagnosis = diagnose(self.session, case_id)
        findings = diagnosis.findings if diagnosis is not None else ()
        self.found.update(finding.invariant for finding in findings)
        if self.bus.put([self._event(case_id, finding) for finding in findings]):
            raise RuntimeError("Findings could not be announced.")

    def report(self, metrics: Metrics) -> None:
        """How much was found is a metric, of all together and by invariant; none found is 0, not nothing."""
        metrics.add_metric(METRIC, MetricUnit.Count, self.found.total())
        metrics.flush_metrics()
        for invariant, count in self.found.items():
            metrics.add_dimension("invariant", invariant)
            metrics.add_metric(METRIC, MetricUnit.Count, count)
            metrics.flush_metrics()

    def _event(self, case_id: str, finding: Finding) -> Event:
        """What an event says: ids, and sentences that name nobody."""
        detail = {**as_json(case_id, finding), "at": to_text(self.session.now())}
        return {
            "EventBusName": self.bus.name,
            "Source": SOURCE,
            "DetailType": FOUND,
            "Time": self.session.now(),
            "Detail": json.dumps(detail, separators=(",", ":"), ensure_ascii=False),
        }


def as_json(case_id: str, finding: Finding) -> dict[str, object]:
    """The finding about a case, with an id that no other one of the table has."""
    return {
        "id": f"{case_id}/{finding.id}",
        "caseId": case_id,
        "taskIds": list(finding.task_ids),
        "invariant": finding.invariant,
        "detail": finding.detail,
        "repair": finding.repair,
        "repairable": finding.repairable,
    }


def round_as_json(report: VisitReport) -> dict[str, object]:
    """What the doctor's round found and did."""
    return {
        "cases": report.cases,
        "failed": report.failed,
        "next": report.next,
        "findings": [as_json(case_id, finding) for case_id, finding in report.findings],
        "repairs": [
            {
                "finding": as_json(case_id, step.finding),
                "done": step.done,
                "changes": [asdict(change) for change in step.changes],
            }
            for case_id, step in report.repairs
        ],
    }
