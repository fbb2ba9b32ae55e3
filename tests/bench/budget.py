"""What a plan may cost, by the table of the design: so many units for each thing that it does."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from shared.domain.model.plan import Plan
from shared.domain.model.task import Task
from shared.domain.model.writes import (
    AddDependent,
    AddEntry,
    AddInstruction,
    AddLinks,
    AdvanceGraph,
    ChangeCase,
    ChangeConnection,
    ChangeCounters,
    ChangeEdge,
    ChangeTask,
    CheckCase,
    CheckTask,
    CreateCase,
    CreateConnection,
    CreateTask,
    DeleteMessage,
    DeleteTimer,
    ListConnection,
    PassLock,
    PassTurn,
    PutDescription,
    PutFirstTexts,
    PutLinks,
    PutMessage,
    PutRequest,
    PutTie,
    PutTimer,
    ReleaseLock,
    RemoveDependent,
    TakeLock,
    Write,
)

WITHIN_A_TAB, ACROSS_TABS, RESCHEDULED, CREATED, COUNTED = 7, 9, 13, 11, 4
PARENT_NEWLY_ON_HOLD = 17 - CREATED
MESSAGE = 10
PARTNERS_END = 19
ENTRY = 3
"""An entry of history and its place in the timeline: those of a case come with none of the above."""

TIMER, SMALL = 3, 2
EXTRAS: dict[type[Write], int] = {
    **dict.fromkeys((PutTimer, DeleteTimer), TIMER),
    **dict.fromkeys((TakeLock, ReleaseLock, PassLock), SMALL),
    **dict.fromkeys((PutFirstTexts, PutDescription, PutLinks, AddLinks, AddInstruction), SMALL),
    **dict.fromkeys((AddDependent, RemoveDependent, AdvanceGraph, CheckTask, CheckCase, PutRequest, PassTurn), SMALL),
    **dict.fromkeys((CreateCase, ChangeCase, ChangeEdge), SMALL),
    **dict.fromkeys((CreateConnection, ChangeConnection, ListConnection, PutTie), SMALL),
}


class Allowed(NamedTuple):
    """Units, and what for."""

    units: int
    reason: str


def allowed(plan: Plan) -> Allowed:
    """What the plan may cost: for each task that it creates, changes or counts at, and for what goes with it."""
    by_kind = Counter(type(write) for write in plan.writes)
    created = by_kind[CreateTask]
    told, heard = bool(by_kind[PutMessage]), bool(by_kind[DeleteMessage])
    if heard and created:
        return _sum({"partner's end": PARTNERS_END}, by_kind, without={CreateCase})
    parts: dict[str, int] = {f"{created} created": CREATED * created} if created else {}
    changes = [w for w in plan.writes if isinstance(w, ChangeTask)]
    for number, change in enumerate(changes):
        units, name = _changed(change.before, change.after, created=bool(created))
        parts[f"{name} {number}"] = max(units, MESSAGE) if (told or heard) and number == 0 else units
    parts |= {"counted": (COUNTED - SMALL) * by_kind[ChangeCounters]} if by_kind[ChangeCounters] else {}
    of_cases = sum(isinstance(w, AddEntry) and w.entry.task_id is None for w in plan.writes)
    parts |= {"case": ENTRY * of_cases} if of_cases else {}
    return _sum(parts, by_kind)


def _changed(before: Task, after: Task, *, created: bool) -> Allowed:
    if created and before.tab != after.tab and after.tab == "on_hold":
        return Allowed(PARENT_NEWLY_ON_HOLD + ENTRY, "newly on hold")
    if before.due_time != after.due_time:
        return Allowed(RESCHEDULED, "rescheduled")
    if _place(before) == _place(after):
        return Allowed(WITHIN_A_TAB, "within a tab")
    return Allowed(ACROSS_TABS, "across tabs")


def _place(task: Task) -> tuple[object, ...]:
    """Where indexes list the task."""
    return task.tab, task.queue, task.assigned_party, task.closed_at


def _sum(parts: dict[str, int], by_kind: Counter[type[Write]], without: set[type[Write]] | None = None) -> Allowed:
    extras = sum(EXTRAS.get(kind, 0) * number for kind, number in by_kind.items() if kind not in (without or set()))
    return Allowed(sum(parts.values()) + extras, ", ".join([*parts, *(["extras"] if extras else [])]))
