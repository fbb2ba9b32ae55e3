"""The exploration leaves out no outcome, and runs each class of schedules once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import factorial
from random import Random

import pytest

from shared.storage.keys import Address
from tests.simulation.actors import Actor, Ended, Event, Part, Stage
from tests.simulation.explore import Exploration
from tests.simulation.steps import Answer, Ask, Step, dependent, of_item

Program = Mapping[str, Sequence[str]]
"""What each actor does in turn: `r x` reads x, `w x` appends its name and all it has read to x, `+ b` lets b begin."""
Outcome = tuple[tuple[str, tuple[str, ...]], ...]


def _step(word: str) -> Step:
    kind, _, name = word.partition(" ")
    address = Address(name, name)
    return Step(word, (of_item(address),)) if kind == "r" else Step(word, writes=frozenset({address}))


def _asked(name: str, word: str, seen: Sequence[str]) -> Ask:
    """The request of the actor that is in the word."""
    kind, _, variable = word.partition(" ")

    def carry_out(values: dict[str, tuple[str, ...]]) -> Answer:
        there = values.get(variable, ())
        if kind == "w":
            values[variable] = (*there, f"{name}({','.join(seen)})")
        return Answer("+".join(there), "+".join(there)) if kind == "r" else Answer(None)

    return Ask(_step(word), carry_out)


class Toy:
    """Actors that read and write a few variables; what is known of them is kept from run to run, if it is to be."""

    def __init__(self, program: Program, *, forgetful: bool = False) -> None:
        self._program = program
        self._parts: dict[str, Part] = {}
        self._forgetful = forgetful
        self._begun = set(program) - {w[2:] for words in program.values() for w in words if w.startswith("+")}

    def run(self, choose: Callable[[Mapping[str, Step], str | None], str | None]) -> tuple[Stage, Outcome]:
        """The stage after the schedule, and what is in the variables then."""
        values = dict[str, tuple[str, ...]]()

        def perform(actor: Actor, ask: Ask) -> Answer:
            if ask.step.name.startswith("+"):
                enter(ask.step.name[2:])
            return ask.carry_out(values)

        def enter(name: str) -> None:
            stage.enter(name, lambda: self._part(name))

        def over(_: Actor, ended: Ended) -> None:
            assert ended.error is None

        stage = Stage(choose, perform, over)
        for name in self._program:
            if name in self._begun:
                enter(name)
        stage.play()
        return stage, tuple(sorted(values.items()))

    def _part(self, name: str) -> Part:
        if self._forgetful:
            return Part(lambda ask: self._work(name, ask))
        return self._parts.setdefault(name, Part(lambda ask: self._work(name, ask)))

    def _work(self, name: str, ask: Callable[[Ask], str]) -> None:
        seen: list[str] = []
        for word in self._program[name]:
            answer = ask(_asked(name, word, tuple(seen)))
            if word.startswith("r"):
                seen.append(answer)


class Everything:
    """All schedules, whether they make a difference or not."""

    def __init__(self) -> None:
        self._path: list[tuple[str, list[str]]] = []
        self._depth = 0

    def choose(self, enabled: Mapping[str, Step], _: str | None) -> str:
        """The next branch that was not taken."""
        if self._depth == len(self._path):
            first, *rest = enabled
            self._path.append((first, rest))
        self._depth += 1
        return self._path[self._depth - 1][0]

    def more(self) -> bool:
        """Whether there is another schedule."""
        self._depth = 0
        while self._path and not self._path[-1][1]:
            self._path.pop()
        if self._path:
            _, (first, *rest) = self._path.pop()
            self._path.append((first, rest))
        return bool(self._path)


def _explored(program: Program) -> tuple[list[frozenset[object]], set[Outcome]]:
    toy, exploration = Toy(program, forgetful=True), Exploration()
    classes, outcomes = list[frozenset[object]](), set[Outcome]()
    while not exploration.no_more:
        stage, outcome = toy.run(exploration.choose)
        if not stage.abandoned:
            classes.append(_class_of(stage.events))
            outcomes.add(outcome)
        exploration.learn(stage.events)
    return classes, outcomes


def _brute(program: Program) -> tuple[set[frozenset[object]], set[Outcome]]:
    toy, everything = Toy(program), Everything()
    classes, outcomes = set[frozenset[object]](), set[Outcome]()
    while True:
        stage, outcome = toy.run(everything.choose)
        classes.add(_class_of(stage.events))
        outcomes.add(outcome)
        if not everything.more():
            return classes, outcomes


def _class_of(events: Sequence[Event]) -> frozenset[object]:
    """The order of each dependent pair: what the schedules of a class have in common."""
    named, steps = list[tuple[str, int]](), dict[str, int]()
    for event in events:
        steps[event.actor] = steps.get(event.actor, 0) + 1
        named.append((event.actor, steps[event.actor]))
    pairs = ((i, j) for j in range(len(events)) for i in range(j))
    return frozenset((named[i], named[j]) for i, j in pairs if dependent(events[i].step, events[j].step))


@pytest.mark.parametrize("writers", [1, 2, 3, 4, 5])
def test_writers_of_one_item_have_every_order(writers: int) -> None:
    """Of n writers of one item there are n! classes, and as many schedules are run."""
    classes, outcomes = _explored({f"a{n}": ["w x"] for n in range(writers)})
    assert len(classes) == len(set(classes)) == len(outcomes) == factorial(writers)


def test_writers_of_different_items_have_one() -> None:
    """What never meets is run in one order, of the very many that there are."""
    classes, _ = _explored({f"a{n}": ["r x", f"w y{n}", f"w z{n}"] for n in range(6)})
    assert len(classes) == 1


def test_readers_are_before_or_after_the_writer() -> None:
    """Three readers beside one writer: two to the power of three classes."""
    classes, _ = _explored({"writer": ["w x"], **{f"r{n}": ["r x", f"w y{n}"] for n in range(3)}})
    assert len(classes) == len(set(classes)) == 2**3


def test_whoever_read_and_writes_meets_everybody() -> None:
    """Three that each read and then write one item, as three hooks at one parent do: 36 classes.

    Of those who write last, the first one's read has one place, the second's two, the third's three,
    in each of the six orders of writing.
    """
    classes, _ = _explored({f"a{n}": ["r x", "w x"] for n in range(3)})
    assert len(classes) == len(set(classes)) == 6 * (1 * 2 * 3)


@pytest.mark.parametrize("seed", range(40))
def test_no_outcome_is_lost(seed: int) -> None:
    """Small programs at random, also with actors that begin later: the same classes and outcomes as by brute force."""
    random = Random(seed)  # noqa: S311 (a program, no secret)
    words = [f"{kind} {name}" for kind in "rw" for name in "xyz"]
    program = {name: random.choices(words, k=random.randint(1, 3)) for name in ("a", "b", "c")}
    if seed % 2:
        starter = random.choice("ab")
        program[starter].insert(random.randint(0, len(program[starter])), "+ c")
    classes, outcomes = _explored(program)
    every_class, every_outcome = _brute(program)
    assert outcomes == every_outcome
    assert set(classes) == every_class
    assert len(classes) == len(every_class), "a class was run twice"
