"""The states that tasks of a type can be in, found by taking every step there is.

A state here is what the file alone tells of a task: its status and what it remembers. Open children, holds and
locks are looked at where workflows are played (`worlds`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from shared.domain.definitions.lifecycle import Step, creations, steps
from shared.domain.definitions.workflow import Word, Workflow
from shared.domain.words.conditions import texts

Arguments = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class State:
    """What is known of a task, as far as the workflow can tell tasks apart."""

    status: str
    remembered: frozenset[str] = frozenset()


class HasStatus(Hashable, Protocol):
    """Whatever a task is known by, its status is part of it."""

    @property
    def status(self) -> str:
        """The key of the status."""


S = TypeVar("S", bound=HasStatus)


@dataclass(frozen=True, slots=True)
class Explored(Generic[S]):
    """All states of a type, each with a shortest way to it, and the moves between them."""

    ways: Mapping[S, tuple[Step, ...]]
    moves: tuple[tuple[S, Step, S], ...]

    def statuses(self) -> frozenset[str]:
        """The statuses that tasks of the type can have."""
        return frozenset(state.status for state in self.ways)

    def can_reach(self, goals: Iterable[S], usable: Callable[[Step], bool]) -> frozenset[S]:
        """The states from which usable steps lead to one of the goals, the goals included."""
        found = set(goals)
        before: dict[S, set[S]] = {}
        for source, step, target in self.moves:
            if usable(step):
                before.setdefault(target, set()).add(source)
        ahead = list(found)
        while ahead:
            new = before.get(ahead.pop(), set()) - found
            found |= new
            ahead.extend(new)
        return frozenset(found)


def explore(workflow: Workflow, type_name: str) -> Explored[State]:
    """Everything that can become of a task of the type."""
    ways: dict[State, tuple[Step, ...]] = {}
    moves: list[tuple[State, Step, State]] = []
    first = _taken(workflow, creations(workflow, type_name), frozenset())
    ahead = deque[tuple[State, tuple[Step, ...]]]((state, (step,)) for step, state in first)
    possible = steps(workflow, type_name)
    while ahead:
        state, way = ahead.popleft()
        if state in ways:
            continue
        ways[state] = way
        offered = (step for step in possible if step.source == state.status)
        for step, after in _taken(workflow, offered, state.remembered):
            moves.append((state, step, after))
            ahead.append((after, (*way, step)))
    return Explored(ways, tuple(moves))


def _taken(workflow: Workflow, offered: Iterable[Step], remembered: frozenset[str]) -> Iterator[tuple[Step, State]]:
    """The steps that can be taken, with the state that follows.

    Of the targets of one action the first counts whose conditions hold, so the others fall away
    behind one that is certain.
    """
    certain: dict[str, int] = {}
    for step in offered:
        verdicts = [_holds(word, step.source, remembered) for word in step.conditions]
        if False in verdicts or certain.get(step.action, step.option) != step.option:
            continue
        if all(verdicts):
            certain[step.action] = step.option
        yield step, _entered(workflow, step.target, remembered)


def _entered(workflow: Workflow, status: str, remembered: frozenset[str]) -> State:
    more = {status} if workflow.statuses[status].remember else set()
    return State(status, remembered | more)


def _holds(word: Word, source: str | None, remembered: frozenset[str]) -> bool | None:
    """Whether the condition holds; None where the state does not tell."""
    decide = DECIDED.get(word.name)
    return decide(word.arguments, source, remembered) if decide else None


DECIDED: Mapping[str, Callable[[Arguments, str | None, frozenset[str]], bool]] = {
    "visited": lambda arguments, source, remembered: arguments["value"] in remembered,
    "was": lambda arguments, source, remembered: source in texts(arguments),
}
