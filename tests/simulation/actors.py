"""Actors that take turns: each asks for one thing at the table after another, and goes on once it is answered.

An actor is the real engine, and all it learns is what it is answered: its clock and its ids are its own, and it
shares nothing with the others. So what it asks for next follows from the answers that it has had. That is worked
out once for every line of answers, and looked up after that. Only where the answers are new, the engine runs, in a
thread that is given those answers from the first on.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Any

from tests.simulation.steps import BEGIN, Answer, Ask, Step

Choose = Callable[[Mapping[str, Step], "str | None"], "str | None"]
"""Of the actors that can go on, by their next steps, and the one that went last: the next; None ends the schedule."""
Work = Callable[[Callable[[Ask], Any]], object]
"""What an actor does, with what it gets its answers from; what comes of it."""


class Killed(BaseException):
    """The process ended here; nothing catches this, and it does nothing after it."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The work is done: what came of it, or the error that it ended with."""

    result: object = None
    error: Exception | None = None


@dataclass(eq=False, slots=True)
class Moment:
    """How far an actor has come: what it asks for now, and where each answer leads, as far as is known."""

    asks: Ask | Ended
    behind: tuple[Moment, Answer] | None = None
    following: dict[Hashable, Moment] = field(default_factory=dict)

    def heard(self) -> list[Answer]:
        """The answers that led here."""
        answers, moment = [], self
        while moment.behind is not None:
            moment, answer = moment.behind
            answers.append(answer)
        return answers[::-1]


@dataclass(eq=False, slots=True)
class Part:
    """What somebody does, and what is known of it."""

    work: Work
    first: Moment | None = None

    def begun(self) -> Moment:
        """The moment before the first answer."""
        if self.first is None:
            self.first = Moment(self._really_asks([]))
        return self.first

    def after(self, moment: Moment, answer: Answer) -> Moment:
        """The moment that the answer leads to."""
        if answer.key not in moment.following:
            asks = self._really_asks([*moment.heard(), answer])
            moment.following[answer.key] = Moment(asks, (moment, answer))
        return moment.following[answer.key]

    def _really_asks(self, answers: Iterable[Answer]) -> Ask | Ended:
        worker = _a_worker()
        asks = worker.begin(self.work)
        for answer in answers:
            asks = worker.go_on(answer)
        worker.end()
        return asks


@dataclass(eq=False)
class Actor:
    """Somebody who plays a part; `born` is the number of the event that made it, none in the beginning."""

    name: str
    cast: Callable[[], Part]
    born: int = -1
    moment: Moment | None = None
    commits: int = 0
    # The thread in which the engine runs, once there is one, and the answers that it has not had.
    _worker: _Worker | None = None
    _unheard: list[Answer] = field(default_factory=list)

    @property
    def step(self) -> Step:
        """What comes next."""
        return BEGIN if self.moment is None else self.asks.step

    @property
    def asks(self) -> Ask:
        """What the actor waits for."""
        assert self.moment is not None
        assert isinstance(self.moment.asks, Ask)
        return self.moment.asks

    @property
    def ended(self) -> Ended | None:
        """How it ended, if it has."""
        return self.moment.asks if self.moment is not None and isinstance(self.moment.asks, Ended) else None

    def begin(self) -> None:
        """It waits for its first answer."""
        part = self.cast()
        if part.first is None:
            part.first = Moment(self._really_asks())
        self.moment = part.first

    def hear(self, answer: Answer) -> None:
        """It was answered, and waits for the next answer, or has ended."""
        assert self.moment is not None
        self._unheard.append(answer)
        if answer.key not in self.moment.following:
            self.moment.following[answer.key] = Moment(self._really_asks(), (self.moment, answer))
        self.moment = self.moment.following[answer.key]

    def leave(self) -> None:
        """It does nothing more, wherever it was."""
        if self._worker is not None:
            self._worker.end()
            self._worker = None

    def _really_asks(self) -> Ask | Ended:
        """What the engine says, once it has had every answer."""
        asks: Ask | Ended | None = None
        if self._worker is None:
            self._worker = _a_worker()
            asks = self._worker.begin(self.cast().work)
        for answer in self._unheard:
            asks = self._worker.go_on(answer)
        self._unheard.clear()
        assert asks is not None
        return asks


@dataclass(frozen=True, slots=True)
class Event:
    """A step that an actor took."""

    actor: str
    step: Step
    born: int


@dataclass(eq=False)
class Stage:
    """The actors of one schedule, who is next, and what has happened.

    `perform` takes the step that an actor asks for, and says what it is answered: None if it hears nothing any more.
    `over` is told of those that have come to their end.
    """

    choose: Choose
    perform: Callable[[Actor, Ask], Answer | None]
    over: Callable[[Actor, Ended], None]
    actors: dict[str, Actor] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    abandoned: bool = False

    def enter(self, name: str, cast: Callable[[], Part]) -> None:
        """The actor can begin from now on; its part is asked for when it does."""
        assert name not in self.actors, name
        self.actors[name] = Actor(name, cast, len(self.events) - 1)

    def play(self) -> None:
        """All actors have come to their ends, or the schedule was abandoned."""
        last: str | None = None
        while self.actors:
            last = self.choose({name: actor.step for name, actor in self.actors.items()}, last)
            if last is None:
                self.abandoned = True
                break
            if not self._goes_on(self.actors[last]):
                last = None
        for actor in self.actors.values():
            actor.leave()

    def _goes_on(self, actor: Actor) -> bool:
        """Whether there is more to come of the actor, now that it has taken its step."""
        self.events.append(Event(actor.name, actor.step, actor.born))
        if actor.moment is None:
            actor.begin()
        else:
            answer = self.perform(actor, actor.asks)
            if answer is None:
                self._gone(actor)
                return False
            actor.hear(answer)
        ended = actor.ended
        if ended is not None:
            self._gone(actor)
            self.over(actor, ended)
        return ended is None

    def _gone(self, actor: Actor) -> None:
        actor.leave()
        del self.actors[actor.name]


class _Worker:
    """A thread in which the engine does one work after another; one of the two waits for the other at any time."""

    def __init__(self) -> None:
        self._turn, self._back = Lock(), Lock()
        self._turn.acquire()
        self._back.acquire()
        self._work: Work = lambda _: None
        self._answer: Answer | None = None
        self._asks: Ask | Ended = Ended()
        Thread(target=self._run, daemon=True).start()

    def begin(self, work: Work) -> Ask | Ended:
        """What the work asks for first."""
        self._work = work
        return self._handed_over()

    def go_on(self, answer: Answer) -> Ask | Ended:
        """What it asks for next."""
        self._answer = answer
        return self._handed_over()

    def end(self) -> None:
        """The thread is free for other work."""
        if isinstance(self._asks, Ask):
            self._answer = None
            self._handed_over()
        _idle.append(self)

    def _handed_over(self) -> Ask | Ended:
        self._turn.release()
        self._back.acquire()
        return self._asks

    def _ask(self, ask: Ask) -> Any:
        self._asks = ask
        self._back.release()
        self._turn.acquire()
        if self._answer is None:
            raise Killed
        return self._answer.given()

    def _run(self) -> None:
        while True:
            self._turn.acquire()
            try:
                self._asks = Ended(self._work(self._ask))
            except Killed:
                self._asks = Ended()
            except Exception as error:  # noqa: BLE001 (whatever it is, it is the schedule's failure)
                self._asks = Ended(error=error)
            self._back.release()


_idle: list[_Worker] = []


def _a_worker() -> _Worker:
    return _idle.pop() if _idle else _Worker()
