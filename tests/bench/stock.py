"""A table with much in it, written past the engine: the items are the storage's own, as the engine would leave them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from shared import workflows
from shared.domain.counts.tally import Move, counted_in
from shared.domain.drafts.draft import cell_of
from shared.domain.model.scene import status_of
from shared.domain.model.task import Case, Party, Task, Timer
from shared.ids import new_id
from shared.storage.attributes import Item
from shared.storage.case_items import case_item, timer_item
from shared.storage.task_items import task_item
from tests.bench.deployment import Deployment
from tests.engine.world import START

CASE_TASKS = 100
TYPES = {"dispatch": ("Looker Schedule Look", "Looker Schedule Assist", "Look Schedule Review")}
ONLY = {"quality-assurance": ("QA", "Hover Inspection")}
COUNTED = 45
"""Tasks that are counted in one transaction: with the numbers of their types and days, no more than it may hold."""


def tasks(queue: str, number: int, status: str = "ready", party: Party | None = None) -> Iterator[Task]:
    """So many tasks of a queue, of its types in turn, a hundred in a case, each due a minute after the one before."""
    workflow = workflows.load().latest("inspection")
    types = (TYPES | ONLY)[queue]
    known = workflow.statuses[status]
    for position in range(number):
        case_id = f"{queue}-{status}-{party.id if party else 'nobody'}-{position // CASE_TASKS}"
        made = START + timedelta(milliseconds=position)
        task = Task(
            task_id=f"{case_id}.{new_id(made)}",
            case_id=case_id,
            workflow=workflow.name,
            workflow_version=workflow.version,
            type=types[position % len(types)],
            state=known.state,
            status=known.status,
            created_at=made,
            updated_at=made,
            since=made,
            assigned_party=party,
            assigned_at=made if party else None,
            group_queue=queue,
            queue=queue,
            tab=known.tab or ("assigned" if party else "unassigned"),
            due_time=START + timedelta(minutes=1 + position),
            priority=position % 7,
        )
        yield task if known.open else replace(task, closed_at=made, tab="completed", waiting=600, working=3_600)


def with_timers(some: Sequence[Task], due: str = "due") -> list[Task]:
    """The tasks with the timer of their due times, which is the same for all."""
    workflow = workflows.load().latest("inspection")
    at = START + timedelta(minutes=1)
    return [
        replace(
            task,
            due_time=at,
            timers=(Timer(task.task_id, new_id(task.created_at), due, workflow.timers[due], at),),
        )
        for task in some
    ]


def items_of(some: Sequence[Task]) -> Iterator[Item]:
    """The items of the tasks, of their timers, and of their cases."""
    workflow = workflows.load().latest("inspection")
    for case_id in sorted({task.case_id for task in some}):
        yield case_item(Case(case_id, workflow.name, workflow.version, "look", START, START, display_name="Look"))
    for task in some:
        yield task_item(task)
        yield from (timer_item(timer) for timer in task.timers)


def count(here: Deployment, some: Sequence[Task]) -> None:
    """The queues count the tasks, by the relay's own transactions."""
    workflow = workflows.load().latest("inspection")
    for start in range(0, len(some), COUNTED):
        moves = [
            Move(t.task_id, None, counted_in(cell_of(t, status_of(workflow, t)), t))
            for t in some[start : start + COUNTED]
        ]
        here.store.move_counts(moves)
    here.observed.costs()
