"""The checker of workflows: what it accepts has no dead end, as far as it looks.

Names first, then each rule by itself, the rules of `RULES` over the statuses as the file draws them. What has no
such mistake is played through by the real decision: `lives.py` looks at every type, and at cases as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from shared.domain.checks.both_ends import both_ends_of
from shared.domain.checks.consistency import CONSISTENCY
from shared.domain.checks.counterexamples import proven, without_way_out
from shared.domain.checks.ends_agree import RULES as AGREEING
from shared.domain.checks.ends_alive import RULES as ALIVE
from shared.domain.checks.ends_alive import all_was_seen
from shared.domain.checks.engine import ENGINE_RULES
from shared.domain.checks.explore import Explored, State, explore
from shared.domain.checks.finding import Finding, listed
from shared.domain.checks.hand_off import HAND_OFF
from shared.domain.checks.inputs import INPUTS
from shared.domain.checks.lives import RULES as LIVES
from shared.domain.checks.lives import Telling, firsts, lives_of
from shared.domain.checks.names import unresolved
from shared.domain.checks.waivers import Waiver, waived
from shared.domain.definitions.lifecycle import ENGINE, Step, ends_with_parent, engine_moves
from shared.domain.definitions.workflow import SAME, Workflow


def examine(workflow: Workflow, waivers: Sequence[Waiver], tell: Telling = lambda said: None) -> tuple[Finding, ...]:
    """Everything that is wrong with the workflow, but what is unproven and waived."""
    if tuple(unresolved(workflow)) or _simple(workflow):
        return verify(workflow)
    written = tuple(_replayed(workflow, _of_statuses(workflow), tell))
    played = play(workflow, tell) if all(finding.unproven for finding in written) else ()
    # What was found both of a status as it is written and as it is played is told once.
    again = {(finding.rule, finding.where, finding.type) for finding in played}
    return waived(waivers, (*(f for f in written if (f.rule, f.where, f.type) not in again), *played))


def verify(workflow: Workflow) -> tuple[Finding, ...]:
    """Everything that is wrong with the workflow as it is written; what is not may be played."""
    return tuple(unresolved(workflow)) or (*_simple(workflow), *_of_statuses(workflow))


def _simple(workflow: Workflow) -> tuple[Finding, ...]:
    """What breaks a rule that looks at no states."""
    rules = (*CONSISTENCY, *ENGINE_RULES, *INPUTS, *HAND_OFF)
    return tuple(finding for rule in rules for finding in rule(workflow))


def _of_statuses(workflow: Workflow) -> tuple[Finding, ...]:
    explored = {name: explore(workflow, name) for name in workflow.types}
    return tuple(finding for rule in RULES for finding in rule(workflow, explored))


def _replayed(workflow: Workflow, written: Sequence[Finding], tell: Telling) -> Iterator[Finding]:
    """The findings, those of which there is a case proven by the real decision."""
    if workflow.hand_off is not None:
        # Where such a state is real, the same is found once both ends are played.
        yield from (replace(finding, unproven=bool(finding.path)) for finding in written)
        return
    if not any(finding.path for finding in written):
        yield from written
        return
    lives = lives_of(workflow, tell)
    first_of = firsts(lives.alike)
    for finding in written:
        first = first_of.get(finding.type)
        yield proven(finding, lives.real.lives(first), without_way_out) if first else finding


def play(workflow: Workflow, tell: Telling = lambda said: None) -> tuple[Finding, ...]:
    """Everything that is wrong with what becomes of tasks by the workflow, which is sound as it is written.

    `tell` hears what is looked at, as that takes some seconds. Where tasks have two ends, those are played together.
    """
    if workflow.hand_off is not None:
        both = both_ends_of(workflow, tell)
        # Of a part, neither what is found nor what is not says anything.
        return tuple(all_was_seen(both)) or tuple(finding for rule in (*ALIVE, *AGREEING) for finding in rule(both))
    lives = lives_of(workflow, tell)
    return tuple(finding for rule in LIVES for finding in rule(lives))


def statuses_reachable(workflow: Workflow, explored: Mapping[str, Explored[State]]) -> Iterator[Finding]:
    """Every status is reached by tasks of some type."""
    reached = frozenset[str]().union(*(e.statuses() for e in explored.values()))
    for key in workflow.statuses:
        if key not in reached:
            hint = _leads(workflow, key, reached)
            yield Finding("statuses-reachable", ("statuses", key), f"No task ever gets to {key!r}.", hint)


def _leads(workflow: Workflow, key: str, reached: frozenset[str]) -> str:
    towards = {a.name: a.sources for _, a in workflow.every_action() if any(t.to == key for t in a.target)}
    if not towards:
        return "Give an action that leads there, or remove the status."
    sources = frozenset[str]().union(*towards.values())
    why = "but never under its conditions" if sources & reached else "which no task gets to either"
    return f"Only {listed(towards)} would lead there, from {listed(sorted(sources))}, {why}."


def open_statuses_have_a_way_out(workflow: Workflow, explored: Mapping[str, Explored[State]]) -> Iterator[Finding]:
    """From every open status that a task gets to, somebody can bring it to an end in the end."""
    reported: set[frozenset[str]] = set()
    for type_name, found in explored.items():
        stuck = _stuck(workflow, type_name, found)
        statuses = frozenset(state.status for state in stuck)
        if not stuck or statuses in reported:
            continue
        reported.add(statuses)
        first = min(stuck, key=lambda state: len(found.ways[state]))
        yield Finding(
            "open-statuses-have-a-way-out",
            ("statuses", first.status),
            f"A task of type {type_name!r} that gets to {first.status!r} is never closed by anybody.",
            _out(workflow, type_name, first.status),
            found.ways[first],
            type_name,
            unproven=True,
        )


def _stuck(workflow: Workflow, type_name: str, found: Explored[State]) -> list[State]:
    """The open states from which no chain of steps that somebody takes ends the task."""
    ended = [state for state in found.ways if not workflow.statuses[state.status].open]
    own = engine_moves(workflow) | ends_with_parent(workflow, type_name)
    alive = found.can_reach(ended, lambda step: _taken_by_somebody(step, own))
    return [state for state in found.ways if state not in alive]


def _taken_by_somebody(step: Step, engine: Iterable[str]) -> bool:
    """A person can, or Casetree does by itself; closing the whole case is no way out for a task."""
    return step.action in engine or any(relation != ENGINE for relation in step.who)


def _out(workflow: Workflow, type_name: str, status: str) -> str:
    own = engine_moves(workflow)
    actions = [a for a in workflow.actions_of(type_name).values() if status in a.sources]
    idle = [a.name for a in actions if set(a.who) == {ENGINE} and a.name not in own]
    if idle:
        return f"Only the engine may take {listed(idle)}, and nothing makes it: name a person in `who`."
    leaving = [a.name for a in actions if any(t.to not in (status, SAME) for t in a.target)]
    if not leaving:
        return "Give an action from there to a status with `open: false`."
    return f"From there {listed(leaving)} can be taken, but nothing that follows ends the task."


RULES: tuple[Callable[[Workflow, Mapping[str, Explored[State]]], Iterator[Finding]], ...] = (
    statuses_reachable,
    open_statuses_have_a_way_out,
)
