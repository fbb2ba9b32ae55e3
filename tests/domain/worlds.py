"""A small world for tests of the decision: people, a case, and a task that plans are played on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count

from shared.domain.cases import new_case
from shared.domain.creation import create_task
from shared.domain.decide import act, offers
from shared.domain.definitions.workflow import Workflow
from shared.domain.model.people import ENGINE, Caller, Membership, Organization, OrganizationKind, User
from shared.domain.model.plan import Decision, Plan, Refusal
from shared.domain.model.scene import Context, Ids, Scene
from shared.domain.model.task import Case, Edge, Entry, Task
from shared.domain.model.writes import (
    AddEntry,
    ChangeCase,
    ChangeCounters,
    ChangeEdge,
    ChangeTask,
    CreateCase,
    CreateEdge,
    CreateTask,
    PassLock,
    PassTurn,
    ReleaseLock,
    TakeLock,
)
from shared.domain.settling import due
from shared.domain.trees.child_counters import count_children
from shared.workflows import load

START = datetime(2026, 11, 22, 8, tzinfo=UTC)


def workflow(name: str = "inspection") -> Workflow:
    """The newest version of a workflow that comes with Casetree."""
    return load().latest(name)


def user(user_id: str, /, *, kind: OrganizationKind = "queue", active: bool = True, **organizations: bool) -> User:
    """A user with a membership for each named organization; True makes them its admin."""
    memberships = {
        name.replace("_", "-"): Membership(name.replace("_", "-"), name.title(), kind, admin)
        for name, admin in organizations.items()
    }
    name = user_id.title()
    return User(user_id, f"{name} Lee", name, "Lee", f"{user_id}@example.org", active, memberships)


ANN = user("ann", quality_assurance=True, dispatch=False)
BOB = user("bob", quality_assurance=False)
CHO = user("cho", cis=False)
EVE = user("eve")
FAY = user("fay", kind="partner", acme=False)
ACME = Organization("acme", "Acme Surveys", "partner")
DISPATCH = Organization("dispatch", "Dispatch", "queue")


@dataclass
class World:
    """One case in memory; plans that are played on it take effect at once."""

    workflow: Workflow = field(default_factory=workflow)
    now: datetime = START
    case: Case = field(init=False)
    tasks: dict[str, Task] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    edges: dict[str, Edge] = field(default_factory=dict)
    locks: dict[str, str] = field(default_factory=dict)
    users: Mapping[str, User] = field(default_factory=lambda: {u.id: u for u in (ANN, BOB, CHO, EVE, FAY)})
    organizations: Mapping[str, Organization] = field(default_factory=lambda: {o.id: o for o in (ACME, DISPATCH)})
    turns: dict[str, str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        case_type = next(iter(self.workflow.case_types.values()))
        self.case = replace(new_case(self.now, self.workflow, case_type, "look-1"), display_name="Look 1")

    def context(self, caller: Caller, task: Task | None = None) -> Context:
        """What a decision would be given now, with every task of the case loaded."""
        graph = {t.task_id: t.prerequisites for t in self.tasks.values()}
        edge = self.edges.get(task.task_id) if task else None
        scene = Scene(self.workflow, self.case, task, self.tasks, self.users, self.organizations, graph, edge)
        party = task.assigned_party if task else None
        scene = replace(scene, last_turn=self.turns.get(party.id) if party else None, held=self.locks)
        return Context(scene, caller, self.now, Ids(f"c{next(self.numbers)}", self._fresh()))

    def act(self, task: Task | str, action: str, caller: Caller | User = ENGINE, **given: object) -> Task:
        """The task after the action, which must be possible."""
        return played(self.play(self.decide(task, action, caller, **given)))

    def decide(self, task: Task | str, action: str, caller: Caller | User = ENGINE, **given: object) -> Decision:
        """What comes of the action; nothing is stored."""
        return act(self.context(as_caller(caller), self.tasks[key(task)]), action, given)

    def create(self, type_name: str = "QA", caller: Caller | User = ANN, **given: object) -> Task:
        """A new task, which must be possible."""
        return played(self.play(self.decide_creation(type_name, caller, **given)))

    def decide_creation(self, type_name: str = "QA", caller: Caller | User = ANN, **given: object) -> Decision:
        """What comes of creating a task; nothing is stored."""
        return create_task(self.context(as_caller(caller)), {"type": type_name, **given})

    def offered(self, task: Task | str, caller: Caller | User) -> set[str]:
        """The names of the actions that the caller may take now."""
        listed = offers(self.context(as_caller(caller), self.tasks[key(task)]))
        return {offer.action.name for offer in listed if offer.refusal is None}

    def play(self, decision: Decision) -> Decision:
        """The decision, its writes now in effect if it is a plan."""
        if isinstance(decision, Plan):
            for write in decision.writes:
                self._write(write)
        return decision

    def count(self, child: Task | str) -> Plan | None:
        """The hook counts a closed child at its parent."""
        edge = self.edges[key(child)]
        context = self.context(ENGINE, self[edge.counts_at])
        plan = count_children(context, ((edge, self[child]),))
        if plan is not None:
            self.play(plan)
        return plan

    def settle(self) -> None:
        """All that the engine owes the tasks is done, and every closing is counted."""
        for task_id in [t for _ in range(5) for t in self.tasks]:
            owed = due(self.context(ENGINE, self.tasks[task_id]).scene, self.now)
            if owed is not None:
                self.play(act(self.context(ENGINE, self.tasks[task_id]), owed.action, owed.input))
            if task_id in self.edges:
                self.count(task_id)

    def pass_time(self, **amount: float) -> None:
        """It is that much later."""
        self.now += timedelta(**amount)

    def __getitem__(self, task: Task | str) -> Task:
        return self.tasks[key(task)]

    def _write(self, write: object) -> None:
        match write:
            case CreateTask(task):
                assert task.task_id not in self.tasks
                self.tasks[task.task_id] = task
            case ChangeTask(before, after):
                assert self.tasks[before.task_id] == before
                self.tasks[before.task_id] = after
            case CreateCase(case) | ChangeCase(_, case):
                self.case = case
            case AddEntry(entry):
                self.entries.append(entry)
            case CreateEdge(edge):
                self.edges[edge.child_id] = edge
            case ChangeEdge(old, new):
                assert self.edges[old.child_id] == old
                self.edges[old.child_id] = new
            case ChangeCounters(before, after, not_last):
                now = self[before]
                assert (now.state, now.status, now.hold_id) == (before.state, before.status, before.hold_id)
                assert not not_last or now.children.open > 1
                self.tasks[before.task_id] = replace(now, children=after.children)
            case PassTurn(organization_id, user_id, previous):
                assert self.turns.get(organization_id) == previous
                self.turns[organization_id] = user_id
            case TakeLock() | ReleaseLock() | PassLock():
                self._write_lock(write)

    def _write_lock(self, write: TakeLock | ReleaseLock | PassLock) -> None:
        match write:
            case TakeLock(task_id, name):
                assert self.locks.setdefault(name, task_id) == task_id
            case ReleaseLock(task_id, name):
                assert self.locks.pop(name) == task_id
            case PassLock(task_id, to, name):
                assert self.locks.get(name) == task_id
                self.locks[name] = to

    def _fresh(self) -> Iterator[str]:
        return (f"t{number:04}" for number in self.numbers)


def key(task: Task | str) -> str:
    """The id of a task given as such or by its id."""
    return task if isinstance(task, str) else task.task_id


def as_caller(caller: Caller | User) -> Caller:
    """The caller that a user is, without the administrator's group."""
    return Caller(caller) if isinstance(caller, User) else caller


def admin(of: User = EVE) -> Caller:
    """The user as administrator."""
    return Caller(of, administrator=True)


def played(decision: Decision) -> Task:
    """The task of a plan; fails with the reason if it is a refusal."""
    assert isinstance(decision, Plan), decision
    assert isinstance(decision.subject, Task)
    return decision.subject


def refused(decision: Decision) -> Refusal:
    """The refusal; fails if it is a plan."""
    assert isinstance(decision, Refusal), decision
    return decision


def pairs(tasks: Iterable[Task]) -> list[tuple[str, str]]:
    """The state and status pairs of tasks."""
    return [(task.state, task.status) for task in tasks]
