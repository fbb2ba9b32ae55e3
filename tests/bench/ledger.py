"""What every action cost, written down while cases are played."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from shared.domain.model.plan import Plan
from shared.domain.model.task import Entry, Task
from shared.storage.capacity import capacity
from shared.storage.keys import CaseKey, Key
from shared.storage.store import Loaded
from tests.bench.budget import allowed
from tests.bench.deployment import Deployment


class Line(NamedTuple):
    """A commit: units written, units read for it, and what it may write."""

    workflow: str
    action: str
    write: float
    read: float
    allowed: int


@dataclass(slots=True)
class Ledger:
    """The lines of all commits, and the actions of which there are entries."""

    lines: list[Line] = field(default_factory=list)
    played: set[tuple[str, str]] = field(default_factory=set)

    def note(self, plan: Plan, read: float) -> None:
        """The plan took effect."""
        self.played |= {(entry.workflow, entry.action) for entry in plan.entries if entry.task_id}
        entry = _main(plan)
        if entry is not None:
            line = Line(entry.workflow, entry.action, capacity(plan).write, read, allowed(plan).units)
            self.lines.append(line)

    def dearest(self) -> list[Line]:
        """The dearest commit of each action, by workflow and name."""
        by_action: dict[tuple[str, str], Line] = {}
        for line in self.lines:
            known = by_action.setdefault((line.workflow, line.action), line)
            if (line.write - line.allowed, line.write) > (known.write - known.allowed, known.write):
                by_action[line.workflow, line.action] = line
        return [by_action[key] for key in sorted(by_action)]


def _main(plan: Plan) -> Entry | None:
    """The entry of what the plan is about; None for what has none, as a child that is counted and not the last."""
    own = [e for e in plan.entries if isinstance(plan.subject, Task) and e.task_id == plan.subject.task_id]
    of_tasks = [e for e in plan.entries if e.task_id]
    return next(iter(own or of_tasks), None)


@contextmanager
def noted(here: Deployment, ledger: Ledger) -> Iterator[None]:
    """Every commit within the block is in the ledger."""
    store, commit, load = here.observed, here.observed.commit, here.observed.load

    def noting(plan: Plan) -> None:
        commit(plan)
        ledger.note(plan, store.consumed.read)

    def beginning(keys: Iterable[Key[Any]], *, lagging: bool = False) -> Loaded:
        """An attempt begins with reading the case, whatever was read before it for something else."""
        keys = list(keys)
        if any(isinstance(key, CaseKey) for key in keys):
            store.reset_consumed()
        return load(keys, lagging=lagging)

    store.commit, store.load = noting, beginning  # type: ignore[method-assign]
    try:
        yield
    finally:
        store.commit, store.load = commit, load  # type: ignore[method-assign]
