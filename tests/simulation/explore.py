"""Every schedule that can make a difference, and of those that cannot, only one.

Two steps of different actors are *dependent* if one may write what the other reads or writes.
Swapping neighbours that are not dependent changes nothing, so all schedules fall into classes: those
that order every dependent pair alike. One of each class is enough.

How they are found (source sets and sleep sets, after Abdulla, Aronis, Jonsson and Sagonas 2014): run
any schedule to its end. Wherever two neighbouring steps in it race (dependent, and nothing else forces
their order), note at the point before the first one that somebody must go there who leads to the
second one first. Go back to the last such point, and run again from there. What was tried at a point
already sleeps below it until a step dependent on it is taken: waking it earlier would only repeat a
class that was seen. A schedule in which everybody sleeps is given up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.simulation.actors import Event
from tests.simulation.steps import Step, dependent


@dataclass(slots=True)
class _Point:
    """Before one step: who could go, who went, who is to be tried, who was, and who would only repeat."""

    enabled: Mapping[str, Step]
    chosen: str
    sleep: dict[str, Step]
    wanted: set[str] = field(default_factory=set)
    # The events that happen before this one, itself included, as bits.
    before: int = 0


class Exploration:
    """All schedules, one after another: run one with `choose`, then say `learn`, until there is `no_more`."""

    def __init__(self) -> None:
        self._points: list[_Point] = []
        self._depth = 0
        self._analysed = 0
        self.no_more = False
        self.repeats = 0

    def choose(self, enabled: Mapping[str, Step], last: str | None) -> str | None:
        """As it was up to the point that differs, and from there on whoever does not sleep."""
        if self._depth == len(self._points):
            sleep = self._sleeping()
            awake = [name for name in enabled if name not in sleep]
            if not awake:
                self.repeats += 1
                return None
            chosen = last if last in awake else awake[0]
            self._points.append(_Point(dict(enabled), chosen, sleep, {chosen}))
        point = self._points[self._depth]
        assert point.enabled == enabled, "the same steps led to another place: something is left to chance"
        self._depth += 1
        return point.chosen

    def learn(self, events: Sequence[Event]) -> None:
        """The schedule was run; the next one differs from it where it has to."""
        for number in range(self._analysed, len(events)):
            self._analyse(events, number)
        self._depth = 0
        while self._points:
            point = self._points[-1]
            point.sleep[point.chosen] = point.enabled[point.chosen]
            ahead = [name for name in point.enabled if name in point.wanted and name not in point.sleep]
            if ahead:
                point.chosen = ahead[0]
                self._analysed = len(self._points) - 1
                return
            self._points.pop()
        self.no_more = True

    def _sleeping(self) -> dict[str, Step]:
        if not self._points:
            return {}
        above = self._points[-1]
        taken = above.enabled[above.chosen]
        return {name: step for name, step in above.sleep.items() if name != above.chosen and not dependent(step, taken)}

    def _analyse(self, events: Sequence[Event], number: int) -> None:
        """What happens before the event is known, and where it races, the other order is wanted."""
        event, points = events[number], self._points
        earlier = next((i for i in range(number - 1, -1, -1) if events[i].actor == event.actor), event.born)
        known = points[earlier].before if earlier >= 0 else 0
        for other in range(number - 1, -1, -1):
            if known >> other & 1 or not dependent(events[other].step, event.step):
                continue
            known |= points[other].before
            self._reverse(events, other, number, known)
        points[number].before = known | 1 << number

    def _reverse(self, events: Sequence[Event], first: int, second: int, known: int) -> None:
        """At the point before the first, somebody is wanted who leads to the second without it."""
        beside = [k for k in range(first + 1, second) if not self._points[k].before >> first & 1]
        bits = sum(1 << k for k in beside)
        starts = [events[k].actor for k in beside if not self._points[k].before & bits & ~(1 << k)]
        starts += [events[second].actor] if not known & bits else []
        point = self._points[first]
        if point.wanted.isdisjoint(starts):
            point.wanted.add(starts[-1])
