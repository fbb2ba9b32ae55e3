"""What must hold of timers: those of open tasks run, and fire in time; others there are none."""

from __future__ import annotations

from collections.abc import Iterator

from shared.domain.doctor.finding import Finding, Mend
from shared.domain.doctor.treatment import Treatment
from shared.domain.doctor.whole import Chart
from shared.domain.model.task import Task, Timer
from shared.domain.model.writes import DeleteTimer, PutTimer


def not_overdue(chart: Chart) -> Iterator[Finding]:
    """Every timer of an open task is there to fire, and has not been due for long."""
    stored = {(timer.task_id, timer.timer_id): timer for timer in chart.whole.timers}
    for task in chart.open_tasks:
        for timer in task.timers:
            if stored.get((task.task_id, timer.timer_id)) != timer:
                detail = f"The timer {timer.name} of {task.task_id} would not fire when it is due."
                repair = "It is set again."
                mend = _setting(task, timer, repair)
                yield Finding("timer-not-overdue", (task.task_id,), detail, repair, about=timer.timer_id, mend=mend)
            elif chart.is_late(timer.at):
                detail = f"The timer {timer.name} of {task.task_id} was due at {timer.at:%Y-%m-%d %H:%M} UTC."
                about = timer.timer_id
                yield Finding("timer-not-overdue", (task.task_id,), detail, "It fires.", "settling", about=about)


def closed_has_none(chart: Chart) -> Iterator[Finding]:
    """No timer runs but those that an open task names."""
    for task in chart.tasks.values():
        if task.timers and not chart.is_open(task):
            detail = f"{task.task_id} is {task.status}, and names a timer."
            yield Finding("closed-no-timer", (task.task_id,), detail, "It names none.", mend=_forgetting(task, detail))
    for timer in chart.whole.timers:
        task_of = chart.tasks.get(timer.task_id)
        named = () if task_of is None else (other.timer_id for other in task_of.timers)
        if timer.timer_id not in named:
            detail = f"A timer {timer.name} runs for {timer.task_id}, which does not name it."
            ids = () if task_of is None else (timer.task_id,)
            mend = _stopping(timer, detail)
            about = f"{timer.task_id} {timer.timer_id}"
            yield Finding("closed-no-timer", ids, detail, "It is taken away.", about=about, mend=mend)


def _setting(task: Task, timer: Timer, note: str) -> Mend:
    def mend(treatment: Treatment) -> None:
        treatment.write(PutTimer(timer))
        treatment.draft(task, note)

    return mend


def _forgetting(task: Task, note: str) -> Mend:
    def mend(treatment: Treatment) -> None:
        treatment.write(*(DeleteTimer(timer) for timer in task.timers))
        treatment.draft(task, note).set(timers=())

    return mend


def _stopping(timer: Timer, note: str) -> Mend:
    def mend(treatment: Treatment) -> None:
        treatment.write(DeleteTimer(timer))
        treatment.tell(timer.task_id, note)

    return mend
