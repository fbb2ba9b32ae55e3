"""Rules on what becomes of tasks: each type is played through by the real decision, in small cases.

Whatever is found here is found of no file that has a simpler mistake: those are named first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.domain.checks.counterexamples import (
    Breaks,
    proven,
    proven_case,
    proven_stuck,
    waiting_on,
    without_way_out,
)
from shared.domain.checks.finding import Finding, Place
from shared.domain.checks.worlds import local
from shared.domain.checks.worlds.beginnings import BEGINNINGS, Birth, births, born, cases, ways_to_begin
from shared.domain.checks.worlds.composed import MOST, Idle, beside_the_way, first_case, is_stuck
from shared.domain.checks.worlds.local import Life, Local, can_act, live, state_of
from shared.domain.checks.worlds.real import Real
from shared.domain.checks.worlds.shapes import shapes
from shared.domain.checks.worlds.world import World
from shared.domain.definitions.lifecycle import ENGINE, Step
from shared.domain.definitions.workflow import Workflow
from shared.domain.model.task import Task

WHOLE = "explored-whole"
Telling = Callable[[str], None]
"""Told what the checker looks at now."""


@dataclass(frozen=True, slots=True)
class Lives:
    """What can become of tasks of each type, and the cases that they were looked at in."""

    workflow: Workflow
    begun: tuple[World, ...]
    by_type: Mapping[str, Life]
    alike: Mapping[str, tuple[str, ...]]
    """The types that were looked at, each with all that are like it."""
    real: Real


def lives_of(workflow: Workflow, tell: Telling) -> Lives:
    """What can become of tasks of each type."""
    hold = workflow.tree.hold if workflow.tree else None
    begun = cases(workflow)
    alike = {first: tuple(names) for first, names in shapes(workflow).items() if first != hold}
    by_type = dict[str, Life]()
    for number, first in enumerate(alike, start=1):
        tell(f"{workflow.label}: tasks of type {first} ({number} of {len(alike)})")
        by_type[first] = live(births(workflow, begun, first))
    while beside := _beside(alike, by_type):
        for first, found in beside.items():
            by_type[first] = live(iter(found), by_type[first])
    return Lives(workflow, begun, by_type, alike, Real(workflow, begun, by_type))


def _beside(alike: Mapping[str, Sequence[str]], by_type: Mapping[str, Life]) -> Mapping[str, Sequence[Birth]]:
    """Tasks that came to be beside others that were looked at, in states that their own types were not seen in.

    What follows on a task, and for whom, is known only where that task has been played: a type by itself is looked
    at as it is declared to open, whoever has what it follows on.
    """
    first_of, found = firsts(alike), dict[str, dict[Local, Birth]]()
    for place in (place for life in by_type.values() for place in life.places.values() if not place.world.staged):
        for task in place.world.open_tasks():
            first, state = first_of.get(task.type), state_of(place.world, task)
            if first is not None and state not in by_type[first].places:
                found.setdefault(first, {}).setdefault(state, born(place.world, task, (ENGINE,)))
    return {first: tuple(births.values()) for first, births in found.items()}


def firsts(alike: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    """Of every type that was looked at, the one that stands for it."""
    return {name: first for first, names in alike.items() for name in names}


def types_begin(lives: Lives) -> Iterator[Finding]:
    """Of every type, tasks come to be: with a case, after other tasks, or because somebody may ask for them."""
    for first, life in lives.by_type.items():
        for name in lives.alike[first] if not life.explored.ways else ():
            detail = f"No task of type {name!r} ever comes to be."
            yield Finding("types-begin", ("types", name), detail, "Say who may create one, or after what one opens.")


def statuses_are_lived_in(lives: Lives) -> Iterator[Finding]:
    """Every status is reached by tasks of some type, also as guards and assignees have it."""
    reached = frozenset[str]().union(*(life.explored.statuses() for life in lives.by_type.values()))
    for key in lives.workflow.statuses:
        if key not in reached:
            hint = "The actions that lead there are never for anybody then: look at their `guards` and `who`."
            yield Finding("statuses-reachable", ("statuses", key), f"No task ever gets to {key!r}.", hint)


def tasks_have_a_way_out(lives: Lives) -> Iterator[Finding]:
    """Wherever a task has got to, somebody can bring it to an end, with what waits for it or keeps it waiting."""

    def told(first: str, state: Local) -> tuple[str, str]:
        detail = f"A task of type {first!r} that gets to {state.status!r} is never closed by anybody{_when(state)}."
        return detail, "Look at `guards` and `who` of the actions that lead on from there."

    yield from _in_states(lives, "open-statuses-have-a-way-out", without_way_out, told)


def waits_are_over(lives: Lives) -> Iterator[Finding]:
    """A task waits no longer than something keeps it waiting, unless somebody can take it on by hand."""

    def told(first: str, state: Local) -> tuple[str, str]:
        detail = f"A task of type {first!r} goes on waiting as {state.status!r} when there is nothing to wait for."
        return detail, "Casetree leads it on by itself, if `guards` of the action for that let it."

    yield from _in_states(lives, "waits-end", waiting_on(lives.workflow), told)


def _in_states(
    lives: Lives, rule: str, breaks: Breaks, told: Callable[[str, Local], tuple[str, str]]
) -> Iterator[Finding]:
    """What breaks the rule, by type and status; of a type, and in a status, no more once there is a proof."""
    known = set[Place]()
    for first, life in lives.by_type.items():
        for state in _nearest(breaks(life)):
            where: tuple[Place, Place] = (("types", first), ("statuses", state.status))
            if known.isdisjoint(where):
                finding = Finding(rule, where[1], *told(first, state), life.explored.ways[state], first)
                finding = proven(finding, lives.real.lives(first), breaks)
                known |= set() if finding.unproven else set(where)
                yield finding


def _nearest(states: Iterable[Local]) -> Iterator[Local]:
    """The first of the states in each status."""
    seen = set[str]()
    for state in states:
        if state.status not in seen:
            seen.add(state.status)
            yield state


def actions_have_somebody(lives: Lives) -> Iterator[Finding]:
    """Every action of people can be taken by somebody, on some task, at some time."""
    taken = {name: life.offered for first, life in lives.by_type.items() for name in lives.alike[first]}
    for place, action in lives.workflow.every_action():
        own = place[0] == "types"
        where = [str(place[1])] if own else [n for n in taken if _has(lives.workflow, n, action.name, own=own)]
        if set(action.who) != {ENGINE} and not any(action.name in taken[name] for name in where):
            detail = f"Nobody may ever take {action.name!r}."
            hint = "Its `who` and `guards` never fit one and the same task and person."
            yield Finding("actions-have-somebody", place, detail, hint)


def _has(workflow: Workflow, type_name: str, action: str, *, own: bool) -> bool:
    return own or action not in workflow.types[type_name].own_actions


def _when(state: Local) -> str:
    parties = {None: "nobody has", "user": "a person has", "organization": "an organization has"}
    return f", where {parties.get(state.party, 'somebody outside has')} it"


def cases_are_few(lives: Lives) -> Iterator[Finding]:
    """Cases begin in so few ways that each of them was looked at."""
    for case_type in lives.workflow.case_types.values():
        number = ways_to_begin(lives.workflow, case_type)
        if number > BEGINNINGS:
            detail = f"A case can begin in {number} ways, of which at most {BEGINNINGS} are looked at."
            where: Place = ("case", "types", case_type.name, "attributes")
            yield Finding(WHOLE, where, detail, "Declare fewer attributes, or fewer values of them.")


def somebody_can_act(lives: Lives) -> Iterator[Finding]:
    """In no case that has open tasks can nobody act, while no timer runs."""
    idle, beside = _idle_in(lives), beside_the_way(lives.workflow)

    def breaks(life: Life) -> Iterator[Local]:
        lonely = (state for state in life.places if state in life.alone)
        return (
            s for s in lonely if all(idle(life.places[s].world, task) for task in _with_those_above(life.places[s]))
        )

    for first, life in lives.by_type.items():
        for state in tuple(breaks(life))[:1] if first in beside else ():
            finding = proven_stuck(_nobody(first, life.explored.ways[state]), lives.real.lives(first), breaks)
            yield finding
            if not finding.unproven:
                return
    if not any(life.alone for life in lives.by_type.values()):
        return
    found = first_case(lives.begun, lambda world: is_stuck(world, idle))
    if not found.whole:
        detail = f"More than {MOST} cases can come about: whether somebody can always act was not seen."
        yield Finding(WHOLE, ("case", "types"), detail, "Let cases begin with less, or let less follow.")
    if found.world is not None:
        yield proven_case(_nobody(next(found.world.open_tasks()).type, found.way), found.world)


def _idle_in(lives: Lives) -> Idle:
    first_of = firsts(lives.alike)

    def idle(world: World, task: Task) -> bool:
        life = lives.by_type.get(first_of.get(task.type, ""))
        # What was seen of the type is known without asking again.
        return (life is None or state_of(world, task) not in life.helped) and not can_act(world, task)

    return idle


def _with_those_above(place: local.Place) -> Iterator[Task]:
    task: Task | None = place.world.tasks[place.task_id]
    while task is not None:
        yield task
        task = place.world.tasks.get(task.parent_id or "")


def _nobody(type_name: str, way: tuple[Step, ...]) -> Finding:
    detail = f"A case gets to where its {type_name!r} is open, and nobody can act: no person, no timer."
    hint = "Let the task end with what was below it, or give somebody an action on it."
    return Finding("somebody-can-act", ("types", type_name), detail, hint, way, type_name)


RULES: tuple[Callable[[Lives], Iterable[Finding]], ...] = (
    cases_are_few,
    types_begin,
    statuses_are_lived_in,
    tasks_have_a_way_out,
    waits_are_over,
    actions_have_somebody,
    somebody_can_act,
)
