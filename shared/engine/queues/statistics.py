"""Use cases of statistics: how tasks ended, how long they waited, how long they took."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from shared.domain.counts.histogram import percentile, percentile_of_buckets
from shared.domain.counts.tally import NumberKind
from shared.domain.model.scene import status_of
from shared.domain.model.task import Task
from shared.engine.queues.visibility import hidden_types, visible_rows
from shared.engine.session import Identity, Session, not_found, refuse
from shared.storage import indexes
from shared.storage.keys import OrganizationKey, TaskKey, UserKey

DAYS = 366
"""Days that one question may cover; counters are kept for longer."""
USUAL = timedelta(days=29)
TASKS = 1_000
"""Closed tasks of a person that are looked at."""


@dataclass(frozen=True, slots=True)
class Durations:
    """Seconds that half of the tasks, and nine in ten, did not exceed; None where nothing was measured."""

    median: int | None
    p90: int | None


@dataclass(frozen=True, slots=True)
class TypeStatistics:
    """How the closed tasks of a type ended, waited and were worked on."""

    type: str
    closed: int
    endings: Mapping[str, int]
    waiting: Durations
    working: Durations


@dataclass(frozen=True, slots=True)
class Statistics:
    """Statistics by type over days, both included; `truncated` where there were more tasks than were looked at."""

    first: date
    last: date
    types: tuple[TypeStatistics, ...]
    truncated: bool = False


def organization_statistics(
    session: Session, identity: Identity, organization_id: str, first: date | None = None, last: date | None = None
) -> Statistics:
    """What was closed in an organization's queue, from the counters: however many tasks, none is read.

    Durations come from logarithmic buckets, and are at most a fifth off. Nobody is told of tasks of a type
    that only members see. Raises Refused.
    """
    loaded = session.store.load([UserKey(identity.user_id), OrganizationKey(organization_id)])
    caller, organization = session.caller(identity, loaded), loaded[OrganizationKey(organization_id)]
    first, last = _days(session, first, last)
    if organization is None or not (caller.inside or caller.member_of(organization_id)):
        not_found("queue")
    hidden = hidden_types(session.workflows, caller, organization_id)
    sums: dict[str, dict[NumberKind, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    tallies = session.store.day_tallies(organization_id, first.isoformat(), last.isoformat())
    for tally, numbers in tallies.items():
        for number, count in numbers.items():
            sums[tally.type][number.kind][number.name] += count
    return Statistics(first, last, tuple(_of_counters(name, sums[name]) for name in sorted(sums.keys() - hidden)))


def user_statistics(
    session: Session, identity: Identity, user_id: str, first: date | None = None, last: date | None = None
) -> Statistics:
    """What was closed as a person's task, newest first up to a limit, exactly; raises Refused."""
    loaded = session.store.load([UserKey(identity.user_id), UserKey(user_id)])
    caller, user = session.caller(identity, loaded), loaded[UserKey(user_id)]
    first, last = _days(session, first, last)
    if user is None or not (caller.inside or user_id == identity.user_id):
        not_found("queue")
    tasks, truncated = _closed_tasks(session, identity, user_id, first, last)
    by_type: dict[str, list[Task]] = defaultdict(list)
    for task in tasks:
        by_type[task.type].append(task)
    types = tuple(_of_tasks(session, name, by_type[name]) for name in sorted(by_type))
    return Statistics(first, last, types, truncated)


def _days(session: Session, first: date | None, last: date | None) -> tuple[date, date]:
    """The days asked for: thirty up to today, if nothing is said; raises Refused `invalid_request`."""
    last = last or session.now().date()
    # The calendar has a first day: before it nothing was closed, and nothing can be asked for.
    first = first or (last - USUAL if last - date.min >= USUAL else None)
    if first is None or not timedelta() <= last - first < timedelta(days=DAYS):
        refuse("invalid_request", f"From and to must be in this order, and cover at most {DAYS} days.")
    return first, last


def _of_counters(name: str, sums: Mapping[NumberKind, Counter[str]]) -> TypeStatistics:
    endings = {ending: count for ending, count in sorted(sums["ending"].items()) if count > 0}
    waiting, working = (_of_buckets(sums[kind]) for kind in ("waiting", "working"))
    return TypeStatistics(name, sum(endings.values()), endings, waiting, working)


def _of_buckets(counts: Mapping[str, int]) -> Durations:
    by_bucket = {int(bucket): count for bucket, count in counts.items()}
    return Durations(percentile_of_buckets(by_bucket, 0.5), percentile_of_buckets(by_bucket, 0.9))


def _closed_tasks(
    session: Session, identity: Identity, user_id: str, first: date, last: date
) -> tuple[list[Task], bool]:
    """What was closed of a person's on these days and the caller may know of, as it is now; whether there is more."""
    rows = session.store.party_queue(
        indexes.user_queue(user_id),
        prefix=indexes.CLOSED,
        lower=f"{indexes.CLOSED}{first}",
        upper=f"{indexes.CLOSED}{last}T~",
        limit=TASKS + 1,
        ascending=False,
    )
    keys = [TaskKey(row.task_id) for row in visible_rows(session, identity, user_id, rows[:TASKS])]
    loaded = session.store.load(keys)
    found = (loaded[key] for key in keys)
    return [task for task in found if task is not None and task.closed_at is not None], len(rows) > TASKS


def _of_tasks(session: Session, name: str, tasks: Iterable[Task]) -> TypeStatistics:
    tasks = list(tasks)
    endings = Counter(_ending(session, task) for task in tasks)
    # As in the counters: a task that was never in such a status is not measured.
    waiting = _exact(task.waiting for task in tasks if task.waiting)
    working = _exact(task.working for task in tasks if task.working)
    return TypeStatistics(name, len(tasks), dict(sorted(endings.items())), waiting, working)


def _ending(session: Session, task: Task) -> str:
    return status_of(session.workflows.get(task.workflow, task.workflow_version), task).key


def _exact(durations: Iterable[int]) -> Durations:
    seconds = list(durations)
    return Durations(percentile(seconds, 0.5), percentile(seconds, 0.9))
