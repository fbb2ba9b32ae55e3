"""Use case of a workflow's statuses: how many open tasks stand at each, by type."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shared.domain.counts.tally import standing
from shared.domain.definitions.workflow import Status
from shared.domain.model.people import Caller
from shared.engine.cursors import listed_after
from shared.engine.queues.visibility import hidden_types
from shared.engine.session import Identity, Page, Session, not_found
from shared.storage.keys import UserKey

QUEUES = 100
"""Queues on a page: each is a read of its own."""


@dataclass(frozen=True, slots=True)
class TypeCounts:
    """The open tasks of a type: how many, and at which statuses; none at those left out."""

    type: str
    open: int
    statuses: Mapping[tuple[str, str], int]


def status_counts(
    session: Session, identity: Identity, name: str, cursor: str | None = None, limit: int = QUEUES
) -> Page[TypeCounts]:
    """The open tasks of the workflow in the queues that the caller may look at, by type; raises Refused.

    From the counters that the stream keeps: one read for each queue, however many tasks are in it, and no more
    queues than the limit, as there may be thousands of organizations and an answer must come within 30 s. A type
    may be on several pages: its numbers add up. What is in no queue is not counted, and nobody is told of tasks of
    a type that only members see.
    """
    caller = session.caller(identity, session.store.load([UserKey(identity.user_id)]))
    if name not in session.workflows.names:
        not_found("workflow")
    known = {
        standing(name, status.state, status.status): (status.state, status.status)
        for status in _statuses(session, name)
    }
    sums: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    queues = listed_after(_queues(session, caller), lambda queue: queue, cursor, limit)
    for queue in queues.items:
        hidden = hidden_types(session.workflows, caller, queue)
        for tally, numbers in session.store.open_tallies(queue).items():
            for number, count in numbers.items():
                if number.kind == "standing" and number.name in known and tally.type not in hidden:
                    sums[tally.type][known[number.name]] += count
    # A counter that another has overtaken may be below zero for a moment.
    found = {type_name: +counts for type_name, counts in sorted(sums.items())}
    types = tuple(TypeCounts(name, counts.total(), counts) for name, counts in found.items() if counts)
    return Page(types, queues.next_cursor)


def _statuses(session: Session, name: str) -> Iterator[Status]:
    """The statuses of the workflow, in every version that a case may be pinned to."""
    for version in session.workflows.versions(name):
        yield from session.workflows.get(name, version).statuses.values()


def _queues(session: Session, caller: Caller) -> list[str]:
    """The organizations whose queues the caller may look at, by id."""
    if caller.inside:
        return [organization.id for organization in session.store.organizations()]
    return sorted(caller.user.memberships if caller.user else ())
