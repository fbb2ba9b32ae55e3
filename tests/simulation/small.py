"""Small trees, of which every schedule is played, and every state is seen that a few faults lead to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from shared.domain.model.task import TaskId
from shared.engine import cases, tasks
from shared.engine.session import Request
from shared.storage.indexes import timer_keys
from shared.storage.schema import DUE
from tests.engine.test_trees import OneWorkflow
from tests.engine.world import ANN, ROOT
from tests.simulation.explore import Exploration
from tests.simulation.faults import Faults
from tests.simulation.graph import Graph, Left
from tests.simulation.judge import Judge, hash_of
from tests.simulation.schedule import Schedule, described
from tests.simulation.script import CREATE, Call, Doing, Script, Sweep
from tests.simulation.world import SimulatedWorld, Start
from tests.workflows.claims import claims

FUNCTIONS = ("hooks",)
"""What the relay counts is in items of its own, which nothing else reads: it has its own scene."""
MINE = {"kind": "user", "id": "ann"}
Scene = tuple[Start, Sequence[Doing]]


class Office(SimulatedWorld):
    """A world whose one case is a claim."""

    def __init__(self) -> None:
        super().__init__()
        self.populate()
        self.session = replace(self.session, workflows=OneWorkflow(claims()))
        given = {"workflow": "claims", "caseId": "c1", "attributes": {"channel": "phone"}}
        cases.create_case(self.session, ANN, given, Request())

    def open(self, type_name: str, parent: TaskId | None = None) -> TaskId:
        """The id of a new task."""
        given = {"type": type_name, "assignedParty": MINE} | ({"parentId": parent} if parent else {})
        return tasks.create_task(self.session, ANN, "c1", given, Request()).value.task.task_id

    def siblings(self, number: int) -> tuple[TaskId, list[TaskId]]:
        """A claim with so many surveys under it."""
        claim = self.open("Claim")
        return claim, [self.open("Survey", claim) for _ in range(number)]


def _call(action: str, task_id: TaskId, **given: object) -> Call:
    return Call(ANN, action, task_id, given)


def _child(parent: TaskId) -> Call:
    return Call(ANN, CREATE, "c1", {"type": "Survey", "parentId": parent, "assignedParty": MINE})


def _sweep(office: Office, task_id: TaskId) -> Sweep:
    """A sweep of the shard in which the hold of the task runs out: the others are empty."""
    (timer,) = office.stored(office.stored(task_id).hold_id or "").timers
    shard = timer_keys(timer)[DUE.partition]["S"].partition("#")[2]
    return Sweep((int(shard),))


def three_siblings() -> Scene:
    """The last three children of a parent close at once."""
    office = Office()
    _, (one, two, three) = office.siblings(3)
    return office.start(), (_call("complete", one), _call("cancel", two), _call("complete", three))


def last_and_next() -> Scene:
    """The last child of a parent closes while another one is opened."""
    office = Office()
    claim, (one,) = office.siblings(1)
    return office.start(), (_call("complete", one), _child(claim))


def hold_runs_out() -> Scene:
    """A timed hold runs out while a person ends it, and a child is opened."""
    office = Office()
    claim = office.open("Claim")
    office.act(claim, "place_timed_hold", ANN, days=1)
    office.pass_time(days=2)
    return office.start(), (_sweep(office, claim), _call("end_hold", claim), _child(claim))


def two_sweeps() -> Scene:
    """A timed hold runs out, and two sweeps at once see it."""
    office = Office()
    claim = office.open("Claim")
    office.act(claim, "place_timed_hold", ANN, days=1)
    office.pass_time(days=2)
    return office.start(), (_sweep(office, claim), _sweep(office, claim))


def sibling_on_hold() -> Scene:
    """Of three children one is on a timed hold, which runs out while all of them close."""
    office = Office()
    _, (one, two, three) = office.siblings(3)
    office.act(three, "place_timed_hold", ANN, days=1)
    office.act(two, "complete", ANN)
    office.pass_time(days=2)
    return office.start(), (_call("complete", one), _call("cancel", three), _sweep(office, three))


def cancelled_above() -> Scene:
    """A parent is cancelled while one of its children closes, and another gets a child of its own."""
    office = Office()
    claim, (one, two) = office.siblings(2)
    return office.start(), (_call("cancel", claim), _call("complete", one), _child(two))


def reopened() -> Scene:
    """A closed child is opened again while its last sibling closes."""
    office = Office()
    _, (one, two) = office.siblings(2)
    office.act(one, "complete", ANN)
    return office.start(), (Call(ROOT, "reopen", one), _call("complete", two))


SCENES: Mapping[str, Callable[[], Scene]] = {
    scene.__name__: scene
    for scene in (three_siblings, last_and_next, hold_runs_out, two_sweeps, sibling_on_hold, cancelled_above, reopened)
}


ALL_FAULTS = Left(twice=True, dies=True, lags=True)
LARGE = ("cancelled_above", "sibling_on_hold")
"""Scenes with states by the million: a duplicate and a death are played together, an index that lags alone."""


@dataclass
class Explored:
    """What the schedules of a scene came to: how many there were, and what was wrong."""

    schedules: int = 0
    repeats: int = 0
    states: set[int] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)


def script_of(name: str) -> Script:
    """The scene of that name."""
    return Script(*SCENES[name](), FUNCTIONS)


def explore(name: str) -> Explored:
    """Every schedule of the scene in which nothing goes wrong."""
    script = script_of(name)
    found, judge, exploration = Explored(), Judge(script), Exploration()
    while not exploration.no_more:
        schedule = Schedule(script, exploration.choose, Faults())
        schedule.play()
        exploration.learn(schedule.stage.events)
        if not schedule.stage.abandoned:
            _judge(name, schedule, judge, found)
    found.repeats = exploration.repeats
    return found


def faults_of(name: str) -> Sequence[Left]:
    """The faults with which every state of the scene is seen."""
    return (Left(twice=True, dies=True), Left(lags=True)) if name in LARGE else (ALL_FAULTS,)


def first_failure(name: str) -> str:
    """The first state of the scene that comes out wrong, without a fault or with one of each kind; none: nothing."""
    graph = Graph(script_of(name))
    failures = (graph.explore(faults).failure for faults in (Left(), ALL_FAULTS))
    return next((f"scene {name}:\n{failure}" for failure in failures if failure), "")


def _judge(name: str, schedule: Schedule, judge: Judge, found: Explored) -> None:
    found.schedules += 1
    steps = described(schedule)
    wrong = list(judge.judge(schedule))
    found.states.add(hash_of(schedule.outcome))
    if wrong:
        found.failures.append("\n".join([f"scene {name}:", *wrong, steps]))
