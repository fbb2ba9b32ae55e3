"""Actors that take turns: each runs the real engine in a thread, and stops before every step at the table.

One thread runs at a time. Who comes next is chosen where one stops, in its own thread, so going on
with the same actor costs no switch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock, Thread

from tests.simulation.steps import BEGIN, Step

Choose = Callable[[Mapping[str, Step], "str | None"], "str | None"]
"""Of the actors that can go on, by their next steps, and the one that went last: the next; None ends the schedule."""


class Killed(BaseException):
    """The process ended here; nothing catches this, and it does nothing after it."""


@dataclass(eq=False)
class Actor:
    """Somebody who acts: `step` comes next; `born` is the number of the event that made it, none in the beginning."""

    name: str
    work: Callable[[Actor], None]
    born: int = -1
    step: Step = BEGIN
    worker: _Worker | None = None
    killed: bool = False
    commits: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """A step that an actor took."""

    actor: str
    step: Step
    born: int


@dataclass(eq=False)
class Stage:
    """The actors of one schedule, who is next, and what has happened."""

    choose: Choose
    actors: dict[str, Actor] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    errors: list[tuple[str, BaseException]] = field(default_factory=list)
    abandoned: bool = False
    _end: Lock = field(default_factory=Lock)

    def enter(self, name: str, work: Callable[[Actor], None]) -> None:
        """The actor can begin from now on."""
        assert name not in self.actors, name
        self.actors[name] = Actor(name, work, len(self.events) - 1)

    def play(self) -> None:
        """All actors have come to their ends, or the schedule was abandoned."""
        self._end.acquire()
        first = self._next(None)
        if first is not None:
            self._wake(first)
            self._end.acquire()
        self._end.release()

    def wait(self, actor: Actor, step: Step) -> None:
        """It is the actor's turn to take the step."""
        if actor.killed:
            raise Killed
        actor.step = step
        following = self._next(actor)
        if following is not actor:
            self._wake(following)
            assert actor.worker is not None
            actor.worker.turn.acquire()
        if actor.killed:
            raise Killed
        self.events.append(Event(actor.name, step, actor.born))

    def _next(self, last: Actor | None) -> Actor | None:
        """Who goes on; once the schedule is abandoned, whoever is left, to be ended."""
        if not self.abandoned and self.actors:
            steps = {name: actor.step for name, actor in self.actors.items()}
            name = self.choose(steps, last.name if last else None)
            if name is not None:
                return self.actors[name]
            self.abandoned = True
        self.actors = {name: actor for name, actor in self.actors.items() if actor.worker is not None}
        for actor in self.actors.values():
            actor.killed = True
        return next(iter(self.actors.values()), None)

    def _wake(self, actor: Actor | None) -> None:
        if actor is None:
            self._end.release()
            return
        if actor.worker is None:
            actor.worker = _idle.pop() if _idle else _Worker()
            actor.worker.job = lambda: self._live(actor)
        actor.worker.turn.release()

    def _live(self, actor: Actor) -> None:
        try:
            if not actor.killed:
                self.events.append(Event(actor.name, BEGIN, actor.born))
                actor.work(actor)
        except Killed:
            pass
        except BaseException as error:  # noqa: BLE001 (whatever it is, it is the schedule's failure)
            self.errors.append((actor.name, error))
        del self.actors[actor.name]
        following = self._next(None)
        assert actor.worker is not None
        # Idle before the turn is passed on: from then on another may need the thread.
        _idle.append(actor.worker)
        self._wake(following)


class _Worker:
    """A thread that does one job after another, each when it is its turn."""

    def __init__(self) -> None:
        self.turn = Lock()
        self.turn.acquire()
        self.job: Callable[[], None] = lambda: None
        Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            self.turn.acquire()
            self.job()


_idle: list[_Worker] = []
