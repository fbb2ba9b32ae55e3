"""What is said of a case that another version of its workflow has been asked about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.domain.model.task import TaskId

Kind = Literal["stuck", "refused", "unfit", "otherwise", "not_judged"]
Outcome = Literal["stuck", "refused", "unfit", "otherwise", "not_judged", "same"]
OUTCOMES: tuple[Outcome, ...] = ("stuck", "refused", "unfit", "otherwise", "not_judged", "same")
"""What may be the verdict on a case, the gravest first: where several things are said of it, that counts."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is said: at which step of people, when and by whom, of which task, by which code and rule, in which words.

    `step` is 0 for the case as it is now; what time did has the step before it, and nobody.
    """

    kind: Kind
    step: int
    action: str
    task_id: TaskId | None
    rule: str
    detail: str
    code: str = ""
    at: datetime | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A case judged by another version: how many steps people took, and all that is said of them."""

    case_id: str
    steps: int
    findings: tuple[Finding, ...]

    @property
    def outcome(self) -> Outcome:
        """The gravest thing that is said; where nothing is, the case would have gone the same way."""
        kinds = {finding.kind for finding in self.findings}
        return next((outcome for outcome in OUTCOMES if outcome in kinds), "same")

    @property
    def fits(self) -> bool:
        """Whether nothing would have been refused, and nobody would be stuck."""
        return self.outcome not in ("stuck", "refused", "unfit")
