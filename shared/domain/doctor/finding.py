"""What the doctor finds wrong with a case, and what would mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

from shared.domain.doctor.treatment import Treatment
from shared.domain.doctor.whole import Chart
from shared.domain.model.task import TaskId

Cure = Literal["mending", "settling", "acting", "hand"]
Way = tuple[str, Mapping[str, object]]
Mend = Callable[[Treatment], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """An invariant that does not hold: of which tasks, what is wrong, and what the proposed repair does.

    `cure` says how it is repaired: by `mending` what is stored; by `settling` the case, as something is
    merely owed; by `acting`, with the action `act` that anybody might take, and its input; or by `hand`:
    then `repair` says what a person has to do. `about` tells apart two findings of one invariant about
    the same tasks.
    """

    invariant: str
    task_ids: tuple[TaskId, ...]
    detail: str
    repair: str
    cure: Cure = "mending"
    about: str = ""
    act: Way | None = None
    mend: Mend | None = field(default=None, compare=False, repr=False)

    @property
    def id(self) -> str:
        """The same for the same finding, whenever and however often it is made."""
        text = "\n".join((self.invariant, *self.task_ids, self.about))
        return f"{self.invariant}-{sha256(text.encode()).hexdigest()[:12]}"

    @property
    def repairable(self) -> bool:
        """Whether the doctor can repair it."""
        return self.cure != "hand"


Examine = Callable[[Chart], Iterator[Finding]]
