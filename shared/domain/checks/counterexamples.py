"""Counterexamples: what is found of a state is proven by a real case that gets into it, and is unproven without one.

Rules look at more than there is: at statuses without guards, and at tasks that were put where they may only be said
to open. So each state that breaks a rule is looked for among tasks that came about for real; the case is decided once
more from its beginning, and the rule is asked again of the task as it is then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from shared.domain.checks.finding import Finding
from shared.domain.checks.worlds.beginnings import born
from shared.domain.checks.worlds.composed import first_case, is_stuck
from shared.domain.checks.worlds.local import Life, Local, Place, can_act, live, state_of
from shared.domain.checks.worlds.replay import replayed
from shared.domain.checks.worlds.world import World
from shared.domain.definitions.lifecycle import ENGINE
from shared.domain.definitions.workflow import Workflow
from shared.domain.model.task import Task

Breaks = Callable[[Life], Iterable[Local]]
"""The states of a type that break a rule, the nearest ones first."""


def without_way_out(life: Life) -> Iterator[Local]:
    """The states from which nothing that may happen ends the task.

    That an administrator may stand in for whoever has it ends none: where nobody has it, nobody knows that it is there.
    """
    ended = [state for state in life.explored.ways if not state.open]
    alive = life.explored.can_reach(ended, lambda step: not step.stands_in)
    return (state for state in life.explored.ways if state not in alive)


def waiting_on(workflow: Workflow) -> Breaks:
    """The states in which a task waits, and there is nothing that it waits for."""
    waiting = {workflow.tree.on_hold} if workflow.tree else set[str]()
    waiting |= {workflow.prerequisites.waiting} if workflow.prerequisites else set()

    def breaks(life: Life) -> Iterator[Local]:
        over = (state for state in life.explored.ways if not state.waits_for_others and not state.hold)
        return (state for state in over if state.status in waiting)

    return breaks


def proven(finding: Finding, lives: Iterable[Life], breaks: Breaks) -> Finding:
    """The finding with all steps of a case whose task is in its status and breaks the rule, if there is one."""
    for place in _real(lives, breaks):
        steps = replayed(place.world, _breaking(place, breaks)) if place.state.status == finding.status else None
        if steps is not None:
            return replace(finding, path=steps, unproven=False)
    return replace(finding, unproven=True)


def _breaking(place: Place, breaks: Breaks) -> Callable[[World], bool]:
    def holds(world: World) -> bool:
        task = world.tasks.get(place.task_id)
        if task is None or state_of(world, task) != place.state:
            return False
        return place.state in breaks(live(iter((born(world, task, (ENGINE,)),))))

    return holds


def proven_stuck(finding: Finding, lives: Iterable[Life], breaks: Breaks) -> Finding:
    """The finding with all steps of a case in which nobody can act, if such a task leads to one."""
    for life in lives:
        told = proven_case(finding, first_case([p.world for p in _real((life,), breaks)], nobody_can_act).world)
        if not told.unproven:
            return told
    return replace(finding, unproven=True)


def proven_case(finding: Finding, world: World | None) -> Finding:
    """The finding with all steps of the case, if they lead to where nobody can act."""
    steps = replayed(world, nobody_can_act) if world is not None else None
    return replace(finding, unproven=True) if steps is None else replace(finding, path=steps, unproven=False)


def nobody_can_act(world: World) -> bool:
    """Whether the case has open tasks, and none of them is one that somebody can act on."""
    return is_stuck(world, _idle)


def _idle(world: World, task: Task) -> bool:
    return not can_act(world, task)


def _real(lives: Iterable[Life], breaks: Breaks) -> Iterator[Place]:
    """The states that break the rule, of tasks that nobody staged."""
    places = (life.places[state] for life in lives for state in breaks(life))
    return (place for place in places if not place.world.staged)
