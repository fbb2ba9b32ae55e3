"""What must hold of where a task is listed and counted: as what it is."""

from __future__ import annotations

from collections.abc import Iterator

from shared.domain.counts.tally import counted_in, numbers
from shared.domain.doctor.finding import Finding, Mend
from shared.domain.doctor.treatment import Treatment
from shared.domain.doctor.whole import Chart
from shared.domain.drafts.draft import cell_of
from shared.domain.drafts.places import queue_of, tab_of
from shared.domain.model.task import Entry, Task, Timer
from shared.domain.model.writes import ListEntry, PutTimer


def indexed(chart: Chart) -> Iterator[Finding]:
    """Every task is in the tab and the queue that follow from it, and every item where indexes should list it."""
    owner, wrong = chart.whole.case.organization_id, list[Task | Timer | Entry]()
    for task in chart.tasks.values():
        place = (queue_of(chart.workflow, task, owner), tab_of(chart.workflow, task))
        if place != (task.queue, task.tab):
            wrong.append(task)
    for thing in (*wrong, *(other for other in chart.whole.misfiled if other not in wrong)):
        task_id, what = thing.task_id, type(thing).__name__.lower()
        named = {"task": task_id, "timer": f"A timer of {task_id}", "entry": f"An entry of {task_id or 'the case'}"}
        detail = f"{named[what]} is not listed where it belongs."
        about = thing.timer_id if isinstance(thing, Timer) else str(getattr(thing, "version", "")) * (what == "entry")
        ids = () if task_id is None else (task_id,)
        yield Finding("index-matches", ids, detail, "It is listed anew.", about=about, mend=_listing(thing, detail))


def counted(chart: Chart) -> Iterator[Finding]:
    """Queues and statistics count every task as what it is, but for what has changed a moment ago."""
    for task in chart.tasks.values():
        known, status = chart.whole.counted.get(task.task_id), chart.status(task)
        right = counted_in(cell_of(task, status), task)
        if numbers(known) == numbers(right) or not chart.is_late(task.updated_at):
            continue
        detail = f"Its queue does not count {task.task_id} as what it is."
        yield Finding("queue-counts-match", (task.task_id,), detail, "It is counted anew.", "settling")


def _listing(thing: Task | Timer | Entry, note: str) -> Mend:
    def mend(treatment: Treatment) -> None:
        if isinstance(thing, Entry):
            treatment.write(ListEntry(thing))
        elif isinstance(thing, Timer):
            treatment.write(PutTimer(thing))
        treatment.tell(thing.task_id, note)

    return mend
