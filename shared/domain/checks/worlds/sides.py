"""One end of a task, in the case of its organization: what tells it from others, whatever numbers it has seen."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

from shared.domain.checks.worlds.local import ASSIGNING, NEUTRAL, is_neutral, state_of
from shared.domain.checks.worlds.world import World
from shared.domain.definitions.lifecycle import ENGINE
from shared.domain.definitions.workflow import Action, Workflow
from shared.domain.model.ends import PENDING, Counterpart, End
from shared.domain.model.scene import status_of
from shared.domain.model.task import Task, TaskId

OF_WHOEVER_HAS_IT = frozenset({"assignee", "assigner", "group_queue_proxy"})
READING_WHO_HAS_IT = frozenset({"not_anothers", "not_free", "assigned_to_organization"})
"""Guards that ask who has the task."""


@dataclass(frozen=True, slots=True)
class Side:
    """An end of a task, in its case."""

    world: World
    task_id: TaskId

    @property
    def task(self) -> Task:
        """The end as a task."""
        return self.world.tasks[self.task_id]

    @property
    def end(self) -> End:
        """What the end knows of the other one."""
        return self.task.end or End()

    @property
    def open(self) -> bool:
        """Whether the end is not closed."""
        return status_of(self.world.workflow, self.task).open

    @property
    def status(self) -> str:
        """The key of its status."""
        return status_of(self.world.workflow, self.task).key

    @property
    def name(self) -> str:
        """What a counterexample calls it."""
        return self.task.type if self.end.kind == "standalone" else f"{self.task.type} ({self.end.kind})"

    @property
    def words(self) -> str:
        """Where it is, as a counterexample says: its status, and that of the assignment."""
        return self.status if self.end.kind == "standalone" else f"{self.status} ({self.end.assignment})"


def side_of(world: World, task_id: TaskId) -> Side:
    """The end as decisions see it, once what it has said is on its way.

    Messages and assignments are told apart by their numbers, and nothing else is made of those: so each end begins
    to count again after every step, and it is the same however many there were.
    """
    task = world.tasks[task_id]
    end = replace(task.end or End(), generation=0, sent=0, received=0)
    connection = world.connection if end.assignment in PENDING else None
    tasks = {**world.tasks, task_id: replace(task, end=end)}
    return Side(replace(world, tasks=tasks, connection=connection, sent=(), deeds=()), task_id)


def seen_as(side: Side, *, with_party: bool) -> Hashable:
    """What decisions can tell the end by; who has it within its organization only where something asks for that."""
    state, end, connection = state_of(side.world, side.task), side.end, side.world.connection
    known = replace(
        end,
        task_id=None,
        counterpart=Counterpart(organization_id=end.counterpart.mark) if end.counterpart else None,
        # What was suggested is shown, and not read again; who was tried is read where a referral is followed.
        referral=None,
        tried=tuple(sorted(end.tried)) if end.auto_refer else (),
        connection_id=None,
        local=None,
    )
    asked = (connection.state, connection.requested_at is not None) if connection else None
    whose = state if with_party else replace(state, party=None)
    return whose, known, asked, side.task.deleted, side.world.case.organization_id, side.world.staged


def asks_who_has_it(workflow: Workflow, type_name: str) -> bool:
    """Whether it depends on who has such a task within its organization what can become of it."""
    leading = (a for a in workflow.actions_of(type_name).values() if not is_aside(a, everything=True))
    ways = [way for action in leading for way in action.ways]
    named = {name for way in ways for name in way.who} | {word.name for way in ways for word in way.guards}
    return bool(named & (OF_WHOEVER_HAS_IT | READING_WHO_HAS_IT))


def is_aside(action: Action, *, everything: bool) -> bool:
    """Whether people take the action, and it changes nothing; or at most who has the task in its organization."""
    return action.who != (ENGINE,) and is_neutral(action, NEUTRAL | ASSIGNING if everything else NEUTRAL)
