"""Every state that schedules can come to, each once: a duplicate, a death and a lagging index among them.

Schedules that lead to the same state go on alike from there, so it is enough to go on once. A state is all that the
future depends on: the items of the table, what indexes may still show, what each actor has been answered so far, what
callers were told, and which faults are left. There are far fewer of these than schedules, in which the same state is
come to over and over.

One thing more is left out. A read of items that nobody ever writes, in no state, gives the same answer whenever it
is made: it is made at once. Which items those are is not known beforehand: the exploration begins with none of them
as written, and begins anew with those that were, until it finds no more.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from shared.storage.attributes import Item
from shared.storage.schema import PARTITION, SORT
from tests.simulation.actors import Ended, Moment, Part
from tests.simulation.judge import Judge, hash_of
from tests.simulation.schedule import Done, Finished
from tests.simulation.script import Handled, Script
from tests.simulation.steps import Answer, Ask, Step
from tests.simulation.table import KEPT, Memory, address_of, up_to_date

MOST_COMMITS = 5_000
"""Commits whose effects are remembered: states that follow one another are much alike."""


class Left(NamedTuple):
    """Faults that may happen, once each: a record comes twice, whoever commits dies of it, an index lags."""

    twice: bool = False
    dies: bool = False
    lags: bool = False


class _State(NamedTuple):
    """The table, who is under way, what each call has been told, and whether a fault may still happen."""

    memory: Memory
    number: int
    actors: Mapping[str, tuple[Part, Moment]]
    told: tuple[str, ...]
    left: Left
    # What has been wrong already: nothing goes on from there.
    wrong: tuple[str, ...] = ()


@dataclass
class Found:
    """States and steps between them; ends, by the faults on the way, and what they come to; the first failure."""

    states: int = 0
    steps: int = 0
    ends: Counter[Left] = field(default_factory=Counter)
    outcomes: set[int] = field(default_factory=set)
    failure: str = ""


class Graph:
    """The states of a script."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._judge = Judge(script)
        self._start = script.start.memory.state()
        self._numbers: dict[object, int] = {}
        self._said: dict[tuple[tuple[str, ...], Left], int] = {}
        self._written: dict[str, set[str]] = {}
        self._alone: dict[int, bool] = {}
        self._commits: dict[tuple[int, int], tuple[Answer, Memory, int, list[Item]]] = {}
        self._more = False
        self._lags = False

    def explore(self, faults: Left) -> Found:
        """All states that the faults lead to; once one has come out wrong, no more."""
        self._lags = faults.lags
        self._numbers.clear()
        self._commits.clear()
        while True:
            self._more = False
            self._alone.clear()
            found = self._explored(faults)
            if found.failure or not self._more:
                return found

    def _explored(self, faults: Left) -> Found:
        found, seen = Found(), set[bytes]()
        path: list[tuple[_Label, Iterator[_Way]]] = [(_NOTHING, iter([(_NOTHING, self._first(faults))]))]
        while path and not found.failure:
            label, state = next(path[-1][1], _NO_MORE)
            if state is None:
                path.pop()
                continue
            found.steps += 1
            key = self._key_of(state)
            if key not in seen:
                seen.add(key)
                path.append((label, self._following(state)))
                wrong = [*state.wrong, *self._wrong_in_the_end(state, faults, found)]
                if wrong:
                    found.failure = "\n".join([*wrong, "steps:", *(_told_of(label) for label, _ in path[2:])])
        found.states = len(seen)
        return found

    def _first(self, faults: Left) -> _State:
        script = self._script
        parts = {f"call {n}": script.caller(f"call {n}", what) for n, what in enumerate(script.doings)}
        told = ("not begun",) * len(script.doings)
        actors = {name: (part, part.begun()) for name, part in parts.items()}
        memory = script.start.memory.copy()
        return _State(memory, self._number(memory), actors, told, faults)

    def _number(self, memory: Memory) -> int:
        # What differs from the start stands for the whole, and takes a tenth of the room.
        changed = memory.state() ^ self._start
        key = (changed, memory.versions()) if self._lags else changed
        return self._numbers.setdefault(key, len(self._numbers))

    def _key_of(self, state: _State) -> bytes:
        """All that the future depends on; a moment is that of one actor, and stands for all that it was answered."""
        said = self._said.setdefault((state.told, state.left), len(self._said))
        return array("q", (state.number, said, *sorted(id(moment) for _, moment in state.actors.values()))).tobytes()

    def _wrong_in_the_end(self, state: _State, faults: Left, found: Found) -> Sequence[str]:
        """What is wrong where nobody does anything any more."""
        if state.actors:
            return ()
        found.ends[
            Left(
                faults.twice and not state.left.twice,
                faults.dies and not state.left.dies,
                faults.lags and not state.left.lags,
            )
        ] += 1
        done = [Done(what, told) for what, told in zip(self._script.doings, state.told, strict=True)]
        outcome, wrong = self._judge.judged(Finished(state.memory, done))
        found.outcomes.add(hash_of(outcome))
        return wrong

    def _following(self, state: _State) -> Iterator[_Way]:
        for name, (_, moment) in state.actors.items():
            if self._is_alone(moment):
                yield from self._steps(state, name)
                return
        for name in state.actors:
            yield from self._steps(state, name)
        if state.left.twice:
            without = state._replace(left=state.left._replace(twice=False))
            for name, item in self._records(state.memory):
                yield (name, None, " comes again"), self._entered(without, f"{name}'", [item])

    def _is_alone(self, moment: Moment) -> bool:
        """Whether the actor asks for nothing that anybody else ever changes, and changes nothing."""
        if id(moment) not in self._alone:
            self._alone[id(moment)] = isinstance(moment.asks, Ask) and not self._is_shared(moment.asks.step)
        return self._alone[id(moment)]

    def _is_shared(self, step: Step) -> bool:
        return bool(step.writes) or any(
            span.lower <= sort <= span.upper for span in step.reads for sort in self._written.get(span.partition, ())
        )

    def _steps(self, state: _State, name: str) -> Iterator[_Way]:
        """The actor's step, and, if it was a commit, the same with the actor's death after it."""
        part, moment = state.actors[name]
        assert isinstance(moment.asks, Ask)
        ask = moment.asks
        if not ask.step.writes:
            answer = ask.carry_out(state.memory)
            yield (name, ask.step, ""), self._moved(state, name, part, part.after(moment, answer))
            if state.left.lags:
                without = state._replace(left=state.left._replace(lags=False))
                for old in _lagging(state.memory, ask, answer):
                    yield (name, ask.step, ", which lags"), self._moved(without, name, part, part.after(moment, old))
            return
        answer, after = self._committed(state, ask)
        yield (name, ask.step, ""), self._moved(after, name, part, part.after(moment, answer))
        if state.left.dies and answer.error is None:
            without = after._replace(left=state.left._replace(dies=False))
            yield (name, ask.step, ", and dies"), self._dead(without, name)

    def _committed(self, state: _State, ask: Ask) -> tuple[Answer, _State]:
        """What the commit is answered, and the state after it, with those whom the stream brings on."""
        key = state.number, id(ask)
        if key not in self._commits:
            if len(self._commits) >= MOST_COMMITS:
                self._commits.clear()
            memory = state.memory.copy()
            answer = ask.carry_out(memory)
            fresh, memory.stream = memory.stream, []
            # No answer is lost here, so no token comes again; but others may have led to the same items.
            memory.tokens.clear()
            self._commits[key] = answer, memory, self._number(memory), fresh
        answer, memory, number, fresh = self._commits[key]
        if answer.error is not None:
            return answer, state
        self._note(ask.step)
        after = state._replace(memory=memory, number=number)
        for item in fresh:
            if "hooks" in self._script.functions and "reacts" in item:
                after = self._entered(after, _name_of(item), [item])
        return answer, after

    def _note(self, step: Step) -> None:
        """Items that somebody writes, and rows of indexes: who reads them waits for its turn from now on."""
        for address in step.writes | step.listed:
            sorts = self._written.setdefault(address.partition, set())
            if address.sort not in sorts:
                sorts.add(address.sort)
                self._more = True

    def _entered(self, state: _State, name: str, items: list[Item]) -> _State:
        part = self._script.function(name, items)
        return self._moved(state, name, part, part.begun())

    def _moved(self, state: _State, name: str, part: Part, moment: Moment) -> _State:
        if isinstance(moment.asks, Ended):
            return self._over(_without(state, name), name, moment.asks)
        return state._replace(actors={**state.actors, name: (part, moment)})

    def _over(self, state: _State, name: str, ended: Ended) -> _State:
        if ended.error is not None:
            return state._replace(wrong=(f"{name}: {ended.error!r}",))
        if isinstance(ended.result, Handled):
            state = state._replace(wrong=tuple(f"put aside: {message}" for message in ended.result.aside))
            return self._delivered_again(state, name) if ended.result.failed else state
        return _told(state, name, str(ended.result))

    def _dead(self, state: _State, name: str) -> _State:
        left = _without(state, name)
        return _told(left, name, "unknown") if name.startswith("call") else self._delivered_again(left, name)

    def _delivered_again(self, state: _State, name: str) -> _State:
        """The batch of one record comes again, to a function of another name, as its ids are made of that."""
        item = next(item for other, item in self._records(state.memory) if other == name.rstrip("'+"))
        return self._entered(state, f"{name}+", [item])

    def _records(self, memory: Memory) -> Iterator[tuple[str, Item]]:
        """The records that the stream has had, by the name of who gets them."""
        entries = (item for item in memory.items() if item[SORT]["S"].startswith("HISTORY#") and "reacts" in item)
        before = self._script.start.memory
        return ((_name_of(item), item) for item in entries if before.get(address_of(item)) is None)


def _lagging(memory: Memory, ask: Ask, answer: Answer) -> Iterable[Answer]:
    """What else is answered where the index, if it reads one, shows items as they were some versions ago."""
    if ask.step.name != "list":
        return ()
    answers = {answer.key: answer}
    for behind in range(1, KEPT + 1):
        memory.lag = partial(min, behind)
        old = ask.carry_out(memory)
        answers.setdefault(old.key, old)
    memory.lag = up_to_date
    return list(answers.values())[1:]


_Label = tuple[str, Step | None, str]
_Way = tuple[_Label, _State]
_NOTHING: _Label = ("", None, "")
_NO_MORE: tuple[_Label, _State | None] = (_NOTHING, None)


def _told_of(label: _Label) -> str:
    name, step, more = label
    return f"  {name}{f': {step}' if step else ''}{more}"


def _without(state: _State, name: str) -> _State:
    return state._replace(actors={other: at for other, at in state.actors.items() if other != name})


def _told(state: _State, name: str, result: str) -> _State:
    number = int(name.removeprefix("call "))
    return state._replace(told=(*state.told[:number], result, *state.told[number + 1 :]))


def _name_of(item: Item) -> str:
    case_id = item[PARTITION]["S"].partition("#")[2]
    return f"hooks {case_id} {item[SORT]['S'].removeprefix('HISTORY#')}"
