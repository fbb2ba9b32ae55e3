"""Waivers: an unproven finding that the file names, with the reason why it cannot be real, stops nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from shared.domain.checks.finding import Finding

RULE = "waivers-fit"


@dataclass(frozen=True, slots=True)
class Waiver:
    """A finding that is taken for unreal: its rule, the type, and the status if it is about one; and why."""

    rule: str
    type: str
    reason: str
    status: str = ""

    def __str__(self) -> str:
        """What is waived, and why, as a person reads it."""
        status = f" in {self.status!r}" if self.status else ""
        return f"{self.rule} of {self.type!r}{status}, because: {self.reason}"

    def names(self, finding: Finding) -> bool:
        """Whether it is this finding that is meant."""
        return (self.rule, self.type, self.status) == (finding.rule, finding.type, finding.status)


def waived(waivers: Sequence[Waiver], findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What is left of the findings, and what is wrong with the waivers."""
    found = tuple(findings)
    left = [f for f in found if not (f.unproven and any(waiver.names(f) for waiver in waivers))]
    # What was found may keep others from being found: that a waiver waives nothing is known once all else is right.
    return (*map(_told, left), *_proven(waivers, left), *(() if left else _idle(waivers, found)))


def _told(finding: Finding) -> Finding:
    if not finding.unproven:
        return finding
    hint = "No case was seen to come to this. Mend it, or say under `waived` why none can."
    return replace(finding, hint=f"{finding.hint} {hint}".strip())


def _proven(waivers: Sequence[Waiver], left: Sequence[Finding]) -> Iterator[Finding]:
    for index, waiver in enumerate(waivers):
        if any(waiver.names(finding) for finding in left):
            yield Finding(RULE, ("waived", index), "What this waives is proven.", "Mend that, and take this out.")


def _idle(waivers: Sequence[Waiver], found: Sequence[Finding]) -> Iterator[Finding]:
    """Those that no finding needs: also the second one for the same finding."""
    for index, waiver in enumerate(waivers):
        needed = any(waiver.names(f) and not any(w.names(f) for w in waivers[:index]) for f in found)
        if not needed:
            hint = "Take it out, or look at its rule, type and status."
            yield Finding(RULE, ("waived", index), "This waives nothing that was found.", hint)
