"""Cases of a stack migrated from the command line: one, or all of a workflow, run by run until all are looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from infra.local.target import Target

COUNTS = ("cases", "migrated", "already", "closed", "failed")


@dataclass
class Summary:
    """What became of the cases so far, or in a dry run would become of them."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    refused: list[dict[str, Any]] = field(default_factory=list)

    def add(self, answer: dict[str, Any]) -> None:
        """Count what one run of the function has said."""
        for name in COUNTS:
            self.counts[name] += answer[name]
        self.refused += answer["refused"]

    @property
    def whole(self) -> bool:
        """Whether every open case goes by the version now, or would."""
        return not (self.refused or self.counts["failed"])


def migrate(target: Target, workflow: str, version: int, case: str | None, *, dry_run: bool) -> Iterator[Summary]:
    """Yield the summary after each run of the function; begun anew after a stop, it does nothing twice."""
    asked = {"job": "migrate", "workflow": workflow, "toVersion": version, "dryRun": dry_run}
    summary = Summary()
    if case is not None:
        summary.add(target.invoke("timers", {**asked, "caseId": case}))
        yield summary
        return
    after, more = None, True
    while more:
        answer = target.invoke("timers", {**asked, "after": after})
        summary.add(answer)
        yield summary
        # A table too busy to list its cases gets no further: that is told, not tried for ever.
        more, after = answer["next"] not in (None, after), answer["next"]
    if after is not None:
        summary.counts["failed"] += 1
        yield summary


def told(summary: Summary, *, dry_run: bool) -> Iterator[str]:
    """Say in words what became of the cases, the refused ones with their reasons."""
    counts, would = summary.counts, "would be migrated" if dry_run else "migrated"
    yield f"{counts['cases']} cases: {counts['migrated']} {would}, {counts['already']} go by that version already,"
    yield f"  {counts['closed']} are closed and keep theirs, {len(summary.refused)} refused, {counts['failed']} failed."
    for left in summary.refused:
        yield f"{left['case_id']}: {left['code']}"
        yield from (f"    {reason}" for reason in left["reasons"])
        if left["count"] > len(left["reasons"]):
            yield f"    and {left['count'] - len(left['reasons'])} more"
