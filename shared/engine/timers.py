"""What the clock does: fire what is due, and settle every case now and then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice

from shared.domain.model.task import TaskId, Timer
from shared.engine.committing import discard
from shared.engine.counting import recount
from shared.engine.invitations import send_lost
from shared.engine.session import Session
from shared.engine.settle import fire, settle
from shared.storage.keys import CaseKey
from shared.storage.store import Throttled, Unreachable
from shared.storage.values import SettlingProgress

PAGE = 100
"""Timers of a shard that are taken up at a time, so that no shard waits for the whole of another."""

STAGED = timedelta(hours=1)
"""A request that stages a case takes half a minute at most: one staged for longer was abandoned."""

OutOfTime = Callable[[], bool]
OnError = Callable[[str, Exception], None]
Work = Callable[[str], object]
"""What is done to a case, by its id."""
TimerKey = tuple[TaskId, str]


@dataclass(slots=True)
class SweepReport:
    """What a sweep did: timers that fired, those with nothing left to do, and those that failed.

    `complete` says that nothing was due any more; else the next sweep goes on.
    """

    fired: int = 0
    idle: int = 0
    failed: int = 0
    complete: bool = True


@dataclass(slots=True)
class SettleReport:
    """What settling did: cases looked at, actions owed, tasks counted wrongly, cases that failed.

    `complete` says that all cases were looked at; else `next` is the one after which to go on.
    """

    cases: int = 0
    found: int = 0
    miscounted: int = 0
    failed: int = 0
    complete: bool = True
    next: str | None = None


class RunLostError(Exception):
    """Two runs were cut off before they were through with this case, so another one passed over it."""


def _nothing_more(case_id: str) -> None:
    """Nothing more is done with a case than to settle it."""


@dataclass(slots=True)
class _Shard:
    """A share of the timers, and which of them this sweep has taken up."""

    number: int
    taken: set[TimerKey] = field(default_factory=set)
    due: Iterator[Timer] = field(default_factory=lambda: iter(()))
    found: bool = True

    def next_page(self, session: Session) -> list[Timer]:
        """The next timers that are due and were not taken up yet.

        One that failed, or that nothing was owed for, is still listed, and must not hide those behind it. So the list
        is gone through to its end, and once more for what has come meanwhile, until that is nothing.
        """
        while True:
            fresh = (timer for timer in self.due if (timer.task_id, timer.timer_id) not in self.taken)
            page = list(islice(fresh, PAGE))
            self.taken.update((timer.task_id, timer.timer_id) for timer in page)
            self.found |= bool(page)
            if page or not self.found:
                return page
            self.due, self.found = iter(session.store.due(self.number, session.now(), PAGE)), False


def sweep(session: Session, shards: Sequence[int], out_of_time: OutOfTime, on_error: OnError) -> SweepReport:
    """What is due in the shards has fired, until nothing is, or the time is up.

    A timer that fails is left to the next sweep, and so is a shard; the others fire all the same.
    """
    report = SweepReport()
    waiting = [_Shard(number) for number in shards]
    while waiting:
        shard = waiting.pop(0)
        timers = _next_page(session, shard, report, on_error)
        for timer in timers:
            if out_of_time():
                report.complete = False
                return report
            _fire(session, timer, report, on_error)
        if timers:
            waiting.append(shard)
    return report


def _next_page(session: Session, shard: _Shard, report: SweepReport, on_error: OnError) -> list[Timer]:
    """The next timers of the shard; where they cannot be listed, they are left to the next sweep."""
    try:
        return shard.next_page(session)
    except (Throttled, Unreachable) as error:
        report.failed, report.complete = report.failed + 1, False
        on_error(f"shard {shard.number}", error)
        return []


def _fire(session: Session, timer: Timer, report: SweepReport, on_error: OnError) -> None:
    try:
        taken = fire(session, timer)
    except Exception as error:  # noqa: BLE001 (whatever it is, the other timers fire)
        report.failed += 1
        on_error(f"{timer.task_id} {timer.name}", error)
        return
    if taken:
        report.fired += 1
    else:
        report.idle += 1


def settle_on(session: Session, out_of_time: OutOfTime, on_error: OnError, then: Work = _nothing_more) -> SettleReport:
    """Settling has gone on from where the last run stopped; nothing is done once the day's round is complete.

    However large the table, the runs of some nights together reach its end, and then begin anew. After each
    case, whether or not it could be settled, `then` looks at it.

    A run that is cut off, by a case that takes more memory or time than there is, can say nothing any more. The next
    run finds that it never ended, and keeps account of each case before it takes it up. Should it be cut off as well,
    the one after it passes over that case, which has failed then, and no case behind it waits for ever.
    """
    today, earlier = session.now().date().isoformat(), session.store.settling_progress()
    if earlier.done_on == today:
        return SettleReport(complete=True)
    begun = replace(earlier, after=earlier.at or earlier.after, running=True, at=None)
    session.store.set_settling_progress(begun)

    def note(case_id: str) -> None:
        with suppress(Throttled, Unreachable):
            session.store.set_settling_progress(replace(begun, at=case_id))

    report = settle_all(session, begun.after, out_of_time, on_error, then, note if earlier.running else _nothing_more)
    if earlier.at is not None:
        report.failed += 1
        on_error(earlier.at, RunLostError())
    session.store.set_settling_progress(SettlingProgress(report.next, today if report.complete else earlier.done_on))
    return report


def settle_all(
    session: Session,
    after: str | None,
    out_of_time: OutOfTime,
    on_error: OnError,
    then: Work = _nothing_more,
    first: Work = _nothing_more,
) -> SettleReport:
    """Nothing is owed in any case behind `after`, and its tasks are counted right, as far as the time goes.

    `first` is told of each case before it is settled, and `then` looks at it afterwards. Cases come in the table's own
    order. What the table was too busy for is done behind the last one, if there is time.
    After that, requests for connections that were lost go out again.
    """
    report, put_off = SettleReport(), list[tuple[str, Work, Exception]]()
    last = after
    for case_id in _cases(session, after, report, on_error):
        if out_of_time():
            report.complete = False
            break
        first(case_id)
        for work in (lambda case_id: settle_case(session, case_id, report), then):
            busy = _too_busy(work, case_id, report, on_error)
            put_off += [(case_id, work, busy)] if busy is not None else []
        report.cases += 1
        last = case_id
    for case_id, work, before in put_off:
        busy = before if out_of_time() else _too_busy(work, case_id, report, on_error)
        if busy is not None:
            report.failed += 1
            on_error(case_id, busy)
    if report.complete:
        report.complete = _settle_connections(session, report, out_of_time, on_error)
    report.next = None if report.complete else last
    return report


def _too_busy(work: Work, case_id: str, report: SettleReport, on_error: OnError) -> Exception | None:
    """The error if the table was too busy for the work on the case; any other one is told to `on_error`."""
    try:
        work(case_id)
    except (Throttled, Unreachable) as error:
        return error
    except Exception as error:  # noqa: BLE001 (whatever it is, the other cases are settled)
        report.failed += 1
        on_error(case_id, error)
    return None


def _cases(session: Session, after: str | None, report: SettleReport, on_error: OnError) -> Iterator[str]:
    """The cases behind `after`, as far as the table lists them: how far that was is not lost where it is busy."""
    try:
        yield from session.store.cases(after)
    except (Throttled, Unreachable) as error:
        report.failed, report.complete = report.failed + 1, False
        on_error("the table", error)


def _settle_connections(session: Session, report: SettleReport, out_of_time: OutOfTime, on_error: OnError) -> bool:
    """Whether the time was enough for the requests of all organizations; those that were lost go out again."""
    for organization in session.store.organizations():
        if out_of_time():
            return False
        try:
            report.found += send_lost(session, organization.id)
        except Exception as error:  # noqa: BLE001 (the requests of other organizations go out)
            report.failed += 1
            on_error(organization.id, error)
    return True


def settle_case(session: Session, case_id: str, report: SettleReport) -> bool:
    """Whether there is such a case: nothing is owed in it, its tasks are counted right; the report says what that took.

    Of a case that was staged and never came to light, nothing is left.
    """
    case = session.store.load([CaseKey(case_id)])[CaseKey(case_id)]
    if case is not None and case.staged:
        if session.now() - case.created_at > STAGED:
            report.found += discard(session, case)
        return True
    try:
        report.found += settle(session, case_id)
    finally:
        report.miscounted += recount(session, case_id)
    return case is not None
