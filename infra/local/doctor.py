"""The tree doctor from the command line: one case, or the whole table, by several runs at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Any

from rich.text import Text

from infra.local.listing import Listing
from infra.local.target import Target

Json = dict[str, Any]
Progress = Callable[[int, int], None]
"""Is told how many cases were looked at so far, and how many findings were made."""


@dataclass
class Visit:
    """What the doctor found so far, and did, or in a dry run would do."""

    cases: int = 0
    failed: int = 0
    findings: list[Json] = field(default_factory=list)
    repairs: list[Json] = field(default_factory=list)

    def add(self, answer: Mapping[str, Any]) -> None:
        """Add what one run of the function has said."""
        self.cases += answer["cases"]
        self.failed += answer["failed"]
        self.findings += answer["findings"]
        self.repairs += answer["repairs"]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong, as far as could be looked at."""
        return not (self.findings or self.failed)

    def as_json(self) -> Json:
        """Return all of it, in the order of cases."""
        found = sorted(self.findings, key=lambda finding: str(finding["id"]))
        done = sorted(self.repairs, key=lambda step: str(step["finding"]["id"]))
        return {"cases": self.cases, "failed": self.failed, "findings": found, "repairs": done}


def visit(target: Target, case: str | None, asked: Json, parallel: int, rate: float, progress: Progress) -> Visit:
    """Have the doctor look at the one case, or at all: the table is shared among runs that go on at once."""
    whole = Visit()
    if case is not None:
        whole.add(target.invoke("timers", {"job": "doctor", "caseId": case, **asked}))
        return whole
    # The rate is that of all runs together.
    asked = {"job": "doctor", "rate": rate / parallel, **asked}
    with ThreadPoolExecutor(parallel) as pool:
        shares = [pool.submit(_share, target, asked, [number, parallel], whole, progress) for number in range(parallel)]
        for share in as_completed(shares):
            share.result()
    return whole


def _share(target: Target, asked: Json, share: list[int], whole: Visit, progress: Progress) -> None:
    after, more = None, True
    while more:
        answer = target.invoke("timers", {**asked, "share": share, "after": after})
        whole.add(answer)
        progress(whole.cases, len(whole.findings))
        more, after = answer["next"] is not None, answer["next"]


def told(visited: Visit, *, dry_run: bool) -> Iterator[Listing | Text]:
    """Say what is wrong, what was done about it, and what a person has to do."""
    result = visited.as_json()
    if result["repairs"]:
        yield _repairs(result["repairs"], dry_run=dry_run)
        changes = [(step, change) for step in result["repairs"] for change in step["changes"]]
        yield _changes(changes) if changes else Text()
    elif result["findings"]:
        yield _findings(result["findings"])
    yield Text(_summary(visited), style="green" if visited.sound else "yellow")


def _findings(found: list[Json]) -> Listing:
    return Listing(
        "What does not hold",
        {
            "Case": [Text(finding["caseId"], "bold") for finding in found],
            "Invariant": [Text(finding["invariant"], "red") for finding in found],
            "Why not": [Text(finding["detail"]) for finding in found],
            "Note": [_cure(finding) for finding in found],
        },
    )


def _repairs(steps: list[Json], *, dry_run: bool) -> Listing:
    found = [step["finding"] for step in steps]
    return Listing(
        "What would be done" if dry_run else "What was done",
        {
            "Case": [Text(finding["caseId"], "bold") for finding in found],
            "Invariant": [Text(finding["invariant"], "red") for finding in found],
            "": [_mark(step, dry_run=dry_run) for step in steps],
            "Why not": [Text(finding["detail"]) for finding in found],
            "Note": [_cure(finding) for finding in found],
        },
    )


def _changes(changes: list[tuple[Json, Json]]) -> Listing:
    return Listing(
        "What is stored differently",
        {
            "Item": [Text(change["item"]) for _, change in changes],
            "Field": [Text(change["field"], "bold") for _, change in changes],
            "Before": [Text(change["before"] or "", "red") for _, change in changes],
            "After": [Text(change["after"] or "", "green") for _, change in changes],
        },
    )


def _mark(step: Json, *, dry_run: bool) -> Text:
    if not step["finding"]["repairable"]:
        return Text("by hand", "yellow")
    if dry_run:
        return Text("would be", "cyan")
    return Text("healed", "green") if step["done"] else Text("left", "yellow")


def _cure(finding: Json) -> Text:
    return Text(finding["repair"], "" if finding["repairable"] else "yellow")


def _summary(visited: Visit) -> str:
    looked = "1 case" if visited.cases == 1 else f"{visited.cases} cases"
    failed = f" {visited.failed} could not be looked at: the log of timers says why." if visited.failed else ""
    if not visited.findings:
        return f"{looked} looked at; nothing is wrong.{failed}"
    counts = Counter(finding["invariant"] for finding in visited.findings)
    named = ", ".join(f"{count} {name}" for name, count in counts.most_common())
    return f"{looked} looked at; {len(visited.findings)} findings: {named}.{failed}"
