"""A case played anew by a version of its workflow: what people do, and all that Casetree does by itself then.

It is the engine's own decisions, on the same small cases in memory in which the checker plays workflows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from shared.domain.checks.worlds.people import People
from shared.domain.checks.worlds.world import World, settled
from shared.domain.decide import act
from shared.domain.model.people import ENGINE, Caller
from shared.domain.model.plan import Decision, Plan
from shared.domain.model.scene import Context
from shared.domain.model.task import Person, Task, TaskId, Timer
from shared.domain.whatif.compared import whose

NOT_BY_ITSELF = datetime.min.replace(tzinfo=UTC)
"""A moment at which no timer is due: what is played says itself when which one fires."""

Deciding = Callable[[Context], Decision]
Waits = frozenset[tuple[TaskId, str, datetime]]
"""Timers that are not to fire yet: of which task, which one, due when."""


@dataclass(frozen=True, slots=True)
class Play:
    """The case as it is now; `names` says what the tasks that there really were are called in it."""

    world: World
    names: Mapping[TaskId, TaskId] = field(default_factory=dict)

    def task(self, recorded: TaskId | None) -> Task | None:
        """What corresponds to the task that there really was; None where it has not come to be."""
        return self.world.tasks.get(self.names.get(recorded or "", ""))

    def decision(self, decide: Deciding, by: Person | None, recorded: TaskId | None, now: datetime) -> Decision:
        """What is decided on the task: for the person, who may do everything, or for Casetree itself."""
        caller = Caller(self.world.people.users[by.id], administrator=True) if by is not None else ENGINE
        return self.world.decision(decide, caller, self.task(recorded), now)

    def among(self, people: People) -> Play:
        """The case with these people in the place of those who were there."""
        return replace(self, world=replace(self.world, people=people))

    def after(self, plan: Plan, now: datetime) -> Play:
        """The case once the plan has committed, and Casetree has done what it owes then."""
        return replace(self, world=self.world.after(plan.writes)).settled(now)

    def settled(self, now: datetime) -> Play:
        """The case once Casetree has done what it owes."""
        return replace(self, world=settled(self.world, now, NOT_BY_ITSELF))

    def fired(self, task: Task, timer: Timer, now: datetime) -> Play:
        """The case once the timer has fired; as it was, where its action is not offered."""
        decision = self.world.decision(lambda context: act(context, timer.action, {}), ENGINE, task, now)
        return self.after(decision, now) if isinstance(decision, Plan) else self

    def elapsed(self, since: datetime, until: datetime, waits: Waits) -> Play:
        """The case once every timer has fired, in its turn, that was due by then and need not wait."""
        play, tried = self, set(waits)
        while True:
            running = [(t, timer) for t in play.world.tasks.values() for timer in t.timers if timer.at <= until]
            ahead = [(t, timer) for t, timer in running if (t.task_id, timer.name, timer.at) not in tried]
            if not ahead:
                return play
            task, timer = min(ahead, key=lambda one: (one[1].at, one[1].timer_id))
            tried.add((task.task_id, timer.name, timer.at))
            play = play.fired(task, timer, max(since, timer.at))

    def knowing(self, recorded: Iterable[Task]) -> Play:
        """The case in which these tasks, each as it was when new, are known.

        Each is taken for the first task here of the same type and place that is not taken yet, if possible one with
        the same assignee: of several that open at once, another version may open fewer, or in another order.
        """
        names, left = dict(self.names), set(self.world.tasks) - set(self.names.values())
        new = tuple(recorded)
        for same_party in (True, False):
            for real in new:
                alike = (t for t in sorted(left) if self._is_like(self.world.tasks[t], real, names))
                theirs = (t for t in alike if not same_party or whose(self.world.tasks[t]) == whose(real))
                found = next(theirs, None) if real.task_id not in names else None
                if found is not None:
                    names[real.task_id] = found
                    left.remove(found)
        return replace(self, names=names)

    @staticmethod
    def _is_like(task: Task, real: Task, names: Mapping[TaskId, TaskId]) -> bool:
        above = names.get(real.parent_id or "") if real.parent_id is not None else None
        same_place = task.parent_id == above and (above is not None or real.parent_id is None)
        return task.type == real.type and task.kind == real.kind and same_place

    def translated(self, value: object) -> object:
        """The value that names tasks as they are called here."""
        if isinstance(value, str):
            return self.names.get(value, value)
        if isinstance(value, Mapping):
            return {name: self.translated(inner) for name, inner in value.items()}
        return [self.translated(inner) for inner in value] if isinstance(value, list | tuple) else value
