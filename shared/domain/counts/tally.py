"""What the queues count: how one change of a task moves it from one counter to another.

The counters are moved by stream records, which may come twice, late or in any order. What a task
was last counted as is remembered with the version that said so, and only a later version moves it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from shared.domain.counts.histogram import bucket
from shared.domain.model.task import Cell, Entry, Task, TaskId

NumberKind = Literal["tab", "standing", "ending", "waiting", "working"]


@dataclass(frozen=True, slots=True)
class Counted:
    """What a task is counted as, and the version of it that said so.

    `waiting` and `working` are the buckets in which a closed task counts, if in any; `standing` is where
    an open one stands in its workflow.
    """

    version: int = 0
    cell: Cell | None = None
    waiting: int | None = None
    working: int | None = None
    standing: str | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers that are kept together: a queue's open tasks of a type, or those closed on a day."""

    queue: str
    type: str
    day: str | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a tally: by tab and by standing for open tasks; by ending and durations for closed ones."""

    kind: NumberKind
    name: str


@dataclass(frozen=True, slots=True)
class Move:
    """A task is counted as `after` from now on, and no longer as `before`.

    Nothing moves but the remembered version when both are the same cell.
    """

    task_id: TaskId
    before: Counted | None
    after: Counted

    @property
    def changes(self) -> bool:
        """Whether any number changes."""
        return numbers(self.before) != numbers(self.after)


def newest(entries: Iterable[Entry]) -> Mapping[TaskId, Entry]:
    """The latest entry of each task: the cells before it are of no interest any more."""
    latest: dict[TaskId, Entry] = {}
    for entry in entries:
        if entry.task_id is not None:
            known = latest.get(entry.task_id)
            if known is None or known.version < entry.version:
                latest[entry.task_id] = entry
    return latest


def move(entry: Entry, before: Counted | None) -> Move | None:
    """What an entry of a task makes of its counting; None when there is nothing to write.

    An entry that is not later than what was counted is dropped. One that is the very next and
    changes no number need not be remembered either: were it to come again, nothing would follow.
    """
    if entry.task_id is None:
        raise ValueError("Only tasks are counted.")
    known = before or Counted()
    if entry.version <= known.version:
        return None
    step = Move(entry.task_id, before, counted_as(entry))
    return step if step.changes or entry.version > known.version + 1 else None


def standing(workflow: str, state: str, status: str | None) -> str | None:
    """The name under which those are counted that stand there; none for entries that name no workflow."""
    return f"{workflow}/{state}/{status or ''}" if workflow else None


def counted_as(entry: Entry) -> Counted:
    """What the task is counted as once the entry has been counted."""
    return counted_in(entry.cell, entry)


def counted_in(cell: Cell | None, told: Entry | Task) -> Counted:
    """What a task in the cell is counted as, by an entry of its history or by itself.

    Where it stands counts while it is open; durations, in seconds, count once it is closed.
    """
    if cell is None:
        return Counted(told.version)
    if cell.closed_on is None:
        return Counted(told.version, cell, standing=standing(told.workflow, told.state, told.status))
    return Counted(told.version, cell, _measured(told.waiting), _measured(told.working))


def _measured(seconds: int | None) -> int | None:
    """The bucket of a duration; a task that was never in such a status is in none."""
    return bucket(seconds) if seconds else None


def numbers(counted: Counted | None) -> Mapping[tuple[Tally, Number], int]:
    """The numbers to which a task adds one."""
    if counted is None or counted.cell is None:
        return {}
    cell = counted.cell
    if cell.closed_on is None:
        open_tasks = Tally(cell.queue, cell.type)
        stands = {(open_tasks, Number("standing", counted.standing)): 1} if counted.standing else {}
        return {(open_tasks, Number("tab", cell.tab)): 1, **stands}
    tally = Tally(cell.queue, cell.type, cell.closed_on)
    named = [Number("ending", cell.ending or "")]
    named += [Number("waiting", str(counted.waiting))] if counted.waiting is not None else []
    named += [Number("working", str(counted.working))] if counted.working is not None else []
    return {(tally, number): 1 for number in named}


def difference(moves: Iterable[Move]) -> Mapping[Tally, Mapping[Number, int]]:
    """What to add to which number so that all the moves are counted."""
    total: Counter[tuple[Tally, Number]] = Counter()
    for step in moves:
        total.update(numbers(step.after))
        total.subtract(numbers(step.before))
    sums: dict[Tally, dict[Number, int]] = {}
    for (tally, number), change in total.items():
        if change:
            sums.setdefault(tally, {})[number] = change
    return sums
