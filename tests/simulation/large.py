"""The three workflows at random: a case somewhere in its life, several things at once, and a few faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from random import Random

from shared.domain.decide import Offer
from shared.domain.model.scene import status_of
from shared.domain.model.task import Task
from shared.engine import tasks, timers
from shared.engine.session import Identity, Refused
from tests.engine.board import intake, seat
from tests.engine.parties import HAL, OLA, TIA, Parties
from tests.engine.world import ANN, BOB, ROOT
from tests.simulation.faults import AtRandom
from tests.simulation.inputs import Known, given
from tests.simulation.judge import Judge
from tests.simulation.schedule import Schedule
from tests.simulation.script import CREATE, Call, Doing, Script, Sweep
from tests.simulation.steps import Step
from tests.simulation.world import SimulatedWorld, Start, settled

SHARED = 200
"""Schedules that start from the same moment in the life of a case: making one takes as long as some of them."""
ALIKE = 40
"""Schedules that play the same script: what is done and may come of it is worked out once for all of them."""
LIFE = 14
"""Most actions that were taken before."""
NEAR = 0.65
"""How often what is done next is done to the same task, or one beside it."""
LATER = (0, 0, 0, 1, 3, 100)
"""Days after the moment at which a schedule is played: what was to happen meanwhile is overdue then."""
SHOCKS: Sequence[Mapping[str, float]] = (
    {},
    {"duplicate": 0.4, "batched": 0.4},
    {"died": 0.15, "batched": 0.3},
    {"answer lost": 0.15, "unreached": 0.02},
    {"conflict": 0.15, "throttled": 0.05},
    {"lost record": 0.3, "batched": 0.3},
    {"lagging index": 0.5, "duplicate": 0.2},
    {
        "duplicate": 0.15,
        "batched": 0.3,
        "died": 0.07,
        "answer lost": 0.05,
        "unreached": 0.01,
        "conflict": 0.05,
        "throttled": 0.02,
        "lost record": 0.1,
        "lagging index": 0.2,
    },
)


@dataclass(frozen=True)
class Setting:
    """A workflow with its people, and how a case of it begins."""

    begin: Callable[[Random], SimulatedWorld]
    people: Sequence[Identity]
    organizations: Sequence[str]


def _staff(world: SimulatedWorld) -> None:
    """Somebody is a member of each organization: else only an administrator could go on there, as the doctor says."""
    world.put_user("bea")
    for organization in world.store.organizations():
        if not world.store.members(organization.id):
            world.join(organization.id, "bea")


def _inspection(random: Random) -> SimulatedWorld:
    world = SimulatedWorld()
    world.populate()
    _staff(world)
    world.case("c1")
    made: list[str] = []
    for _ in range(random.randint(2, 5)):
        waits = random.sample(made, min(len(made), random.randint(0, 2)))
        made.append(world.task("c1", prerequisites=waits))
    return world


def _appeals(random: Random) -> SimulatedWorld:
    world = SimulatedWorld()
    seat(world)
    _staff(world)
    intake(world, random.choice(("direct_review", "evidence_submission", "hearing")))
    return world


def _collaboration(random: Random) -> SimulatedWorld:
    world = SimulatedWorld()
    parties = Parties(world)
    parties.populate()
    task = parties.task(autoRefer=random.random() < 0.5)
    story = ("prepare", "begin_assignment", "assign:harbor", "ready")
    parties.do(task, *story[: random.randint(0, len(story))])
    return world


BOARD = tuple(Identity(name) for name in ("jo", "june", "al", "quin", "dee", "hank", "may", "cleo"))
SETTINGS: Mapping[str, Setting] = {
    "inspection": Setting(_inspection, (ROOT, ANN, BOB), ("dispatch", "quality-assurance", "customer-support")),
    "appeals": Setting(
        _appeals,
        (ROOT, *BOARD),
        ("judges", "attorneys", "mail-team", "colocated", "translation", "hearings-management", "privacy"),
    ),
    "collaboration": Setting(_collaboration, (OLA, HAL, TIA), ("harbor", "tide", "acme-claims")),
}


@dataclass(frozen=True)
class Moment:
    """A start, and what people might do there, by task."""

    start: Start
    offers: Mapping[str, Sequence[Call]]
    near: Mapping[str, Sequence[str]]
    shards: Sequence[int]


@lru_cache(8)
def moment(workflow: str, number: int) -> Moment:
    """The moment of that number in the lives of cases of the workflow: always the same."""
    random = Random(f"{workflow} {number}")  # noqa: S311 (an order, no secret)
    while True:
        found = _moment(SETTINGS[workflow], random)
        if found.offers:
            return found


def _moment(setting: Setting, random: Random) -> Moment:
    world = setting.begin(random)
    settled(world.session, world.memory)
    for _ in range(random.randint(0, LIFE)):
        _live(world, setting, random)
    start = world.start()
    everybody = [task for case_id in world.store.cases() for task in world.store.tasks(case_id)]
    offers = {task.task_id: list(_offered(world, setting, task, random)) for task in everybody}
    near = {t.task_id: [o.task_id for o in everybody if _beside(t, o)] for t in everybody if offers[t.task_id]}
    offered = {task_id: calls for task_id, calls in offers.items() if calls}
    return Moment(start, offered, near, start.memory.shards())


def _live(world: SimulatedWorld, setting: Setting, random: Random) -> None:
    """One thing more has happened to the case, and what followed from it."""
    if random.random() < 0.1:
        world.pass_time(days=1)
        timers.sweep(world.session, range(16), lambda: False, lambda *_: None)
    else:
        present = [task for case_id in world.store.cases() for task in world.store.tasks(case_id)]
        calls = list(_offered(world, setting, random.choice(present), random))
        if calls:
            with suppress(Refused):
                random.choice(calls).make(world.session)
    settled(world.session, world.memory)


def _beside(task: Task, other: Task) -> bool:
    """Whether the two may meet: parent and child, siblings, one that waits for the other, two ends."""
    related = {other.task_id, other.parent_id, *other.prerequisites} - {None}
    return not related.isdisjoint({task.task_id, task.parent_id, *task.prerequisites}) or task.end is not None


def _offered(world: SimulatedWorld, setting: Setting, task: Task, random: Random) -> Iterator[Call]:
    """What a few people may do to the task now, with input at random; and a child under it."""
    workflow = world.session.workflows.get(task.workflow, task.workflow_version)
    siblings = [other.task_id for other in world.store.tasks(task.case_id)]
    users = [who.user_id for who in setting.people]
    known = Known(workflow, users, setting.organizations, siblings, world.now)
    for who in dict.fromkeys((setting.people[0], random.choice(setting.people))):
        try:
            _, offers = tasks.available_actions(world.session, who, task.task_id)
        except Refused:
            continue
        yield from _calls(who, task, offers, known, random)
    below = [t.name for t in workflow.types.values() if workflow.tree and task.type in (t.parents or ())]
    if below and status_of(workflow, task).open:
        person = {"kind": "user", "id": random.choice(users)}
        yield Call(ROOT, CREATE, task.case_id, {"type": random.choice(below), "parentId": task.task_id})
        yield Call(ROOT, CREATE, task.case_id, {"type": task.type, "parentId": task.task_id, "assignedParty": person})
    if workflow.prerequisites is not None:
        waits = random.sample(siblings, min(2, len(siblings)))
        yield Call(ROOT, CREATE, task.case_id, {"type": task.type, "prerequisites": waits})


def _calls(who: Identity, task: Task, offers: Sequence[Offer], known: Known, random: Random) -> Iterator[Call]:
    for offer in offers:
        if offer.refusal is None and offer.action.name in known.workflow.actions_of(task.type):
            yield Call(who, offer.action.name, task.task_id, given(offer.action, known, random))


class Wandering:
    """Anybody may go next; for how long one goes on is another matter in each schedule."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._steady = random.choice((0.0, 0.5, 0.8, 0.95))

    def choose(self, enabled: Mapping[str, Step], last: str | None) -> str:
        """The one who went last goes on, or somebody else does."""
        if last in enabled and self._random.random() < self._steady:
            return last or ""
        return self._random.choice(list(enabled))


@lru_cache(2)
def script(workflow: str, number: int) -> tuple[Script, Judge]:
    """The script of that number, and who judges its schedules: always the same."""
    random = Random(f"{workflow} script {number}")  # noqa: S311 (an order, no secret)
    here = moment(workflow, number * ALIKE // SHARED)
    start = replace(here.start, now=here.start.now + timedelta(days=random.choice(LATER)))
    made = Script(start, list(_doings(here, random)))
    return made, Judge(made)


def schedule_of(workflow: str, seed: int) -> tuple[Schedule, Judge]:
    """The schedule of that seed, and who judges it: always the same."""
    random = Random(f"{workflow} schedule {seed}")  # noqa: S311 (an order, no secret)
    played, judge = script(workflow, seed // ALIKE)
    faults = AtRandom(random, random.choice(SHOCKS))
    return Schedule(played, Wandering(random).choose, faults), judge


def _doings(here: Moment, random: Random) -> Iterator[Doing]:
    """Two to five calls, mostly to tasks that may meet; up to two sweeps."""
    task_id = random.choice(list(here.offers))
    for _ in range(random.randint(2, 5)):
        call = random.choice(here.offers[task_id])
        yield replace(call, key=f"{random.getrandbits(32)}") if random.random() < 0.5 else call
        beside = [other for other in here.near[task_id] if other in here.offers]
        task_id = random.choice(beside if random.random() < NEAR else list(here.offers))
    # One shard each, as parallel sweeps have: what a sweep of several does is not done at one moment.
    for _ in range(random.choice((0, 0, 1, 2))):
        yield from (Sweep((shard,)) for shard in here.shards)
