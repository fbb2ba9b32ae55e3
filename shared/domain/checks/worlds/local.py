"""All that can become of one task, in a small case: with what stands above it, and what it may wait for.

Its states are what decisions tell apart, each found by the real decision. Of the tasks that it waits for, children
and prerequisites, at most two are open at once, and all that is asked of them is to close.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from shared.domain.checks.explore import Explored
from shared.domain.checks.worlds.beginnings import Birth, requested
from shared.domain.checks.worlds.moves import Move, by_parent, by_people, by_time, moves, step_of
from shared.domain.checks.worlds.world import World
from shared.domain.children import child_action
from shared.domain.definitions.lifecycle import Step
from shared.domain.definitions.vocabulary import CHILD_OPENED
from shared.domain.definitions.workflow import BY_CHILDREN, SAME, Action, Status
from shared.domain.model.scene import status_of, unfinished
from shared.domain.model.task import Task, TaskId
from shared.domain.trees.following import above_of

MANY = 2
"""Open children that stand for any number of them."""


@dataclass(frozen=True, slots=True)
class Local:
    """What decisions about a task depend on."""

    status: str
    open: bool
    children: int = 0
    closed: bool = False
    completed: bool = False
    delegated: bool = False
    delegate: bool = False
    hold: bool = False
    party: str | None = None
    awaiting: bool = False
    waits: int = 0
    circular: bool = False
    remembered: tuple[str, ...] = ()
    timed: bool = False
    stopped: bool = False
    passed_on: str | None = None
    above: str | None = None

    @property
    def waits_for_others(self) -> bool:
        """Whether another task, or information, has to come first."""
        return bool(self.children or self.waits or self.awaiting)


@dataclass(frozen=True, slots=True)
class Place:
    """A state of a task with a case in which it is in that state."""

    state: Local
    world: World
    task_id: TaskId


def state_of(world: World, task: Task) -> Local:
    """The state of the task, as far as decisions can tell tasks of its type apart."""
    status, children, ends = status_of(world.workflow, task), task.children, world.workflow.types[task.type].ends
    waits = unfinished(world.scene(task), task.prerequisites)
    passes_on, collects = ends in ("when_delegated", "at_once") and status.open, ends == "with_children" and status.open
    return Local(
        status.key,
        status.open,
        min(children.open, MANY),
        # What was counted, and what was passed on, is read only where the type ends by it.
        closed=collects and children.closed > 0,
        completed=(collects and children.completed > 0) or (passes_on and children.same_completed > 0),
        delegated=passes_on and task.delegated,
        delegate=task.is_delegate,
        hold=task.hold_id is not None,
        party=task.assigned_party.kind if task.assigned_party else None,
        awaiting=task.awaiting is not None,
        waits=min(len(waits), MANY),
        # What is above may be on hold for this one.
        circular=bool(waits) and any(one.task_id in waits for one in above_of(world.scene(task), task)),
        remembered=tuple(sorted(task.remembered)),
        timed=any(timer.name != "due" for timer in task.timers),
        stopped=task.hold,
        passed_on=_has_delegate(world, task) if status.open else None,
        above=_has_above(world, task) if status.open and task.type in world.asking_above else None,
    )


def _has_delegate(world: World, task: Task) -> str | None:
    """What kind of party has the open child that the task was passed on to."""
    child = world.tasks.get(task.delegate_id or "")
    party = child.assigned_party if child and status_of(world.workflow, child).open else None
    return party.kind if party else None


def _has_above(world: World, task: Task) -> str | None:
    """What kind of party has the task that the task stands under."""
    above = world.tasks.get(task.parent_id or "")
    return above.assigned_party.kind if above and above.assigned_party else None


def others(world: World, task: Task) -> tuple[Task, ...]:
    """The open tasks that the task waits for, its timed hold among them."""
    waited = (world.tasks[task_id] for task_id in task.prerequisites if task_id in world.tasks)
    still = tuple(one for one in waited if status_of(world.workflow, one).open)
    hold = world.tasks.get(task.hold_id or "")
    return (*world.below(task), *still, *((hold,) if hold else ()))


@dataclass(frozen=True, slots=True)
class Life:
    """The states of a type: all of them with a shortest way, and who can act in each."""

    explored: Explored[Local]
    offered: frozenset[str]
    helped: frozenset[Local]
    """The states in which somebody who is no administrator can change something, or a timer does."""
    alone: frozenset[Local]
    """The others, in which the task is open and has nothing to wait for."""
    places: Mapping[Local, Place]
    """Every state with a case in which a task is in it: one that came about without being staged, if there is one."""


NOTHING = Life(Explored({}, ()), frozenset(), frozenset(), frozenset(), {})
"""A life of which nothing is known yet."""


def live(births: Iterator[Birth], known: Life = NOTHING) -> Life:
    """Everything that can become of the tasks that were born, and of those that they are passed on to.

    What is known of other tasks of the type is not looked at again, and is part of the life.
    """
    ways: dict[Local, tuple[Step, ...]] = dict(known.explored.ways)
    steps: list[tuple[Local, Step, Local]] = list(known.explored.moves)
    offered, helped = set(known.offered), set(known.helped)
    places: dict[Local, Place] = dict(known.places)
    ahead, staged = deque[tuple[Place, tuple[Step, ...]]](), deque[tuple[Place, tuple[Step, ...]]]()

    def go_on(*more: tuple[Place, tuple[Step, ...]]) -> None:
        for place, way in more:
            (staged if place.world.staged else ahead).append((place, way))

    for birth in births:
        born = [t for t in birth.world.tasks.values() if t.is_delegate and t.parent_id == birth.task_id]
        go_on(*((place_of(birth.world, task_id), (birth.step,)) for task_id in (birth.task_id, *_ids(born))))
        # Whether a task is late changes nothing else, so it is no part of its state.
        offered |= {move.step.action for move in by_time(birth.world, birth.world.tasks[birth.task_id])}
        offered |= birth.world.taken
    while line := ahead or staged:
        place, way = line.popleft()
        if place.state in ways:
            continue
        ways[place.state], places[place.state] = way, place
        for move in next_moves(place, _known(place, offered)):
            after = place_of(move.after, place.task_id)
            offered |= move.after.taken
            if move.task_id == place.task_id:
                offered.add(move.step.action)
                if move.counts and _changes(place.state, after.state):
                    helped.add(place.state)
            if within(after):
                steps.append((place.state, move.step, after.state))
                go_on(*((there, (*way, move.step)) for there in (after, *_delegates(place, after))))
    alone = frozenset(state for state in ways if state.open and not state.waits_for_others) - helped
    return Life(Explored(ways, tuple(steps)), frozenset(offered), frozenset(helped), alone, places)


def _ids(tasks: Iterable[Task]) -> Iterator[TaskId]:
    return (task.task_id for task in tasks)


def within(place: Place) -> bool:
    """Whether the task waits for no more than stands for any number."""
    task = place.world.tasks[place.task_id]
    return task.children.open <= MANY and len(others(place.world, task)) <= MANY + 1


def _delegates(before: Place, after: Place) -> Iterator[Place]:
    """The new tasks that the task was passed on to."""
    for task_id, task in after.world.tasks.items():
        if task_id not in before.world.tasks and task.is_delegate and task.parent_id == before.task_id:
            yield place_of(after.world, task_id)


def can_act(world: World, task: Task) -> bool:
    """Whether somebody who is no administrator, or a timer, can change something about the task."""
    before = state_of(world, task)
    counting = (move.after for move in moves(world, task) if move.counts)
    return any(_changes(before, state_of(after, after.tasks[task.task_id])) for after in counting)


def _changes(before: Local, after: Local) -> bool:
    return (before.status, before.children) != (after.status, after.children)


def place_of(world: World, task_id: TaskId) -> Place:
    """The state that a task of the case is in."""
    return Place(state_of(world, world.tasks[task_id]), world, task_id)


def _known(place: Place, offered: Collection[str]) -> frozenset[str]:
    """The actions of which it is known that somebody may take them, and of which nothing else has to be known."""
    actions = place.world.workflow.actions_of(place.world.tasks[place.task_id].type)
    return frozenset(name for name in offered if name in actions and is_neutral(actions[name]))


def next_moves(place: Place, without: Collection[str]) -> Iterator[Move]:
    """What may happen to the task, and to what it waits for, without some actions of people."""
    world, task = place.world, place.world.tasks[place.task_id]
    yield from moves(world, task, without)
    yield from by_parent(world, task)
    yield from _given_above(world, task)
    yield from _with_child(world, task)
    for other in others(world, task):
        yield from closings(world, other)


NEUTRAL = frozenset({"append_instruction", "edit_fields", "set_due_time", "mark_overdue", "add_links"})
"""Effects that change nothing that a decision reads."""
ASSIGNING = frozenset({"reassign", "set_assigned_party", "claim", "clear_person"})
"""Effects that change who has a task."""


def is_neutral(action: Action, effects: Collection[str] = NEUTRAL) -> bool:
    """Whether the action leaves the task where it is, and has none but these effects."""
    stays = all(target.to in (SAME, BY_CHILDREN) for target in action.target) and not action.options
    return stays and all(effect.name in effects for effect in action.effects)


def _given_above(world: World, task: Task) -> Iterator[Move]:
    """That somebody else has the task above, where that matters here."""
    above = world.tasks.get(task.parent_id or "")
    if above is None or task.type not in world.asking_above:
        return
    actions = world.workflow.actions_of(above.type)
    giving = {a.name for a in actions.values() if any(e.name in ASSIGNING for way in a.ways for e in way.effects)}
    others = {*actions, child_action(world.workflow, above.type) or ""} - giving
    yield from by_people(world, above, without=others)


def _with_child(world: World, task: Task) -> Iterator[Move]:
    """A child that somebody asks for, where that is no action of the task."""
    types = world.workflow.types.values()
    children = [t for t in types if task.type in t.parents and t.name != task.type and not t.placed]
    if child_action(world.workflow, task.type) is not None or not children:
        return
    for birth in (birth for child in children for birth in requested(world, child, task)):
        step = step_of(world, task, CHILD_OPENED, birth.step.who, birth.world)
        yield Move(step, birth.world, task.task_id, counts=False)
        return


def closings(world: World, task: Task) -> tuple[Move, ...]:
    """The nearest ways in which the task, of which nothing else is asked, is closed."""
    statuses = world.workflow.statuses
    actions = world.workflow.actions_of(task.type).values()
    idle = {a.name for a in actions if not any(_may_close(statuses, t.to) for w in a.ways for t in w.target)}
    found = _closings(world, task, idle)
    return found if found and not found[0].step.stands_in else _closings(world, task, ()) or found


def _closings(world: World, task: Task, without: Collection[str]) -> tuple[Move, ...]:
    """Those of people who may take them themselves come before those of an administrator who stands in for somebody."""
    seen, ahead, in_place = set[str](), [world], tuple[Move, ...]()
    while ahead:
        found = [move for there in ahead for move in moves(there, there.tasks[task.task_id], without)]
        closing = tuple(move for move in found if not world.workflow.statuses[move.step.target].open)
        own = tuple(move for move in closing if not move.step.stands_in)
        if own:
            return own
        in_place = in_place or closing
        ahead = [move.after for move in found if move.step.target not in seen]
        seen.update(move.step.target for move in found)
    return in_place


def _may_close(statuses: Mapping[str, Status], to: str) -> bool:
    return to in statuses and not statuses[to].open
