"""A case with its tasks, as a value: what a plan makes of it, and what Casetree owes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count

from shared.domain.checks.worlds.inputs import NOW
from shared.domain.checks.worlds.people import People
from shared.domain.decide import act
from shared.domain.definitions.workflow import Workflow
from shared.domain.model.connections import Connection, Tie
from shared.domain.model.ends import PENDING, Message
from shared.domain.model.people import ENGINE, Caller
from shared.domain.model.plan import Decision, Plan
from shared.domain.model.scene import Context, Ids, Scene, status_of
from shared.domain.model.task import Case, Edge, Task, TaskId
from shared.domain.model.writes import (
    ChangeCase,
    ChangeConnection,
    ChangeCounters,
    ChangeEdge,
    ChangeTask,
    CreateCase,
    CreateConnection,
    CreateEdge,
    CreateTask,
    PassLock,
    PutMessage,
    ReleaseLock,
    TakeLock,
    Write,
)
from shared.domain.settling import due
from shared.domain.trees.child_counters import count_children, is_behind
from shared.domain.trees.locks import DUPLICATE

IDS = 100
"""Ids that one decision may use up."""

Deciding = Callable[[Context], Decision]


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that is done in a case: how it is decided, by whom, with what input, on which task, and when."""

    name: str
    decide: Deciding
    caller: Caller
    who: tuple[str, ...]
    """The relations by which the caller may do it."""
    given: Mapping[str, object] = field(default_factory=dict)
    task_id: TaskId = ""
    now: datetime = NOW
    ids: int = 0
    """Where the new ids began that it used up."""


@dataclass(frozen=True, slots=True)
class World:
    """All items of one case; there is nothing that a decision could overlook."""

    workflow: Workflow
    people: People
    case: Case
    tasks: Mapping[TaskId, Task] = field(default_factory=dict)
    edges: Mapping[TaskId, Edge] = field(default_factory=dict)
    locks: Mapping[str, TaskId] = field(default_factory=dict)
    ids: int = 0
    taken: frozenset[str] = frozenset()
    """The actions that Casetree has taken, without being asked, since people did something."""
    deeds: tuple[Deed, ...] = ()
    """All that was done, from the beginning of the case on."""
    staged: bool = False
    """Whether something has come about here that nobody did: the deeds alone do not lead to this case."""
    ties: Mapping[str, Tie] = field(default_factory=dict)
    connection: Connection | None = None
    """The last request for a connection that a task of the case has made."""
    asking_above: frozenset[str] = frozenset()
    """The types of which it depends on who has the task above what becomes of theirs."""
    sent: tuple[Message, ...] = ()
    """What was told to other ends of tasks; nobody has heard it yet."""

    def scene(self, task: Task | None = None, taken: frozenset[str] = frozenset()) -> Scene:
        """What a decision on the task looks at; `taken` are locks that it found held."""
        return Scene(
            self.workflow,
            self.case,
            task,
            related=self.tasks,
            users=self.people.users,
            organizations=self.people.organizations,
            graph={t.task_id: t.prerequisites for t in self.tasks.values()} if self.workflow.prerequisites else {},
            edge=self.edges.get(task.task_id) if task else None,
            taken=taken,
            held=self.locks,
            ties=self.ties,
            connection=self.connection if task and task.end and task.end.assignment in PENDING else None,
        )

    def context(
        self, caller: Caller, task: Task | None = None, now: datetime = NOW, taken: frozenset[str] = frozenset()
    ) -> Context:
        """Everything that the caller's decision on the task depends on."""
        fresh = (f"t{number:06}" for number in count(self.ids))
        return Context(self.scene(task, taken), caller, now, Ids(f"c{self.ids}", fresh))

    def open_tasks(self) -> Iterator[Task]:
        """The tasks that are not closed."""
        return (task for task in self.tasks.values() if status_of(self.workflow, task).open)

    def below(self, task: Task) -> tuple[Task, ...]:
        """The open tasks that keep the task on hold, its timed hold left out."""
        edges = (edge for edge in self.edges.values() if edge.counts_at == task.task_id and not edge.hold)
        children = (self.tasks[edge.child_id] for edge in edges)
        return tuple(child for child in children if status_of(self.workflow, child).open)

    def done(self, deed: Deed) -> World | None:
        """The case once the deed is done, and Casetree has done what it owes then; None where it cannot be done."""
        if deed.task_id and deed.task_id not in self.tasks:
            return None
        after = self.decided(deed.decide, deed.caller, self.tasks.get(deed.task_id), deed.now)
        return (
            None
            if after is None
            else replace(after, deeds=(*self.deeds, replace(deed, ids=self.ids)), staged=self.staged)
        )

    def decided(self, decide: Deciding, caller: Caller, task: Task | None = None, now: datetime = NOW) -> World | None:
        """The case after the decision, and after all that Casetree owes it then; None where it is refused.

        It counts as staged: the decision may be one that nobody ever asks for.
        """
        decision = self.decision(decide, caller, task, now)
        if not isinstance(decision, Plan):
            return None
        return settled(replace(self.after(decision.writes), taken=frozenset(), staged=True))

    def decision(self, decide: Deciding, caller: Caller, task: Task | None = None, now: datetime = NOW) -> Decision:
        """What is decided on the task.

        Like the engine, it is decided once more, knowing of it, where another task holds a lock that it would take.
        """
        taken: frozenset[str] = frozenset()
        while True:
            decision = decide(self.context(caller, task, now, taken))
            if not isinstance(decision, Plan):
                return decision
            held = {w.name for w in decision.writes if isinstance(w, TakeLock) and self._is_held(w)}
            if not held:
                return decision
            if held <= taken:
                return DUPLICATE
            taken |= held

    def _is_held(self, lock: TakeLock) -> bool:
        return self.locks.get(lock.name, lock.task_id) != lock.task_id

    def after(self, writes: Iterable[Write]) -> World:
        """The case once the writes have committed."""
        case, tasks, edges, locks = self.case, dict(self.tasks), dict(self.edges), dict(self.locks)
        connection, sent = self.connection, self.sent
        for write in writes:
            match write:
                case CreateTask(task) | ChangeTask(_, task) | ChangeCounters(_, task):
                    tasks[task.task_id] = task
                case CreateEdge(edge) | ChangeEdge(_, edge):
                    edges[edge.child_id] = edge
                case CreateCase(changed) | ChangeCase(_, changed):
                    case = changed if changed.case_id == case.case_id else case
                case TakeLock(task_id, name) | PassLock(_, task_id, name):
                    locks[name] = task_id
                case ReleaseLock(_, name):
                    locks.pop(name, None)
                case CreateConnection(new) | ChangeConnection(_, new):
                    connection = new
                case PutMessage(message):
                    sent = (*sent, message)
        own = {task_id: task for task_id, task in tasks.items() if task.case_id == case.case_id}
        after = replace(self, case=case, tasks=own, edges=edges, locks=locks, ids=self.ids + IDS)
        return replace(after, connection=connection, sent=sent)


def settled(world: World, now: datetime = NOW, fired: datetime = NOW) -> World:
    """The case once Casetree has done all that it owes by now: closings are counted, and no wait that is over goes on.

    Of its timers, those that were due by `fired` have fired. What comes from elsewhere, a message or the answer to a
    request for a connection, takes its time.
    """
    while True:
        after = _counted(world, now) or _owed(world, now, fired)
        if after is None:
            return world
        world = after


def _counted(world: World, now: datetime) -> World | None:
    for edge in world.edges.values():
        child = world.tasks[edge.child_id]
        if is_behind(world.workflow, edge, child):
            plan = count_children(world.context(ENGINE, world.tasks[edge.counts_at], now), ((edge, child),))
            return world.after(plan.writes) if plan is not None else None
    return None


def _owed(world: World, now: datetime, fired: datetime) -> World | None:
    for task in world.open_tasks():
        owed = due(replace(world.scene(task), connection=None), fired)
        if owed is not None:
            decision = act(world.context(ENGINE, task, now), owed.action, owed.input)
            if isinstance(decision, Plan) and decision.writes:
                return replace(world.after(decision.writes), taken=world.taken | {owed.action})
    return None
