"""One schedule: calls, the stream's two functions, sweeps and the clock, step by step, with whatever goes wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from botocore.exceptions import ReadTimeoutError
from pynamodb.exceptions import TransactWriteError

from shared.storage.attributes import Item
from shared.storage.errors import Unreachable
from shared.storage.schema import PARTITION, SORT
from tests.simulation.actors import Actor, Choose, Ended, Stage
from tests.simulation.faults import Faults
from tests.simulation.script import Call, Doing, Handled, Script
from tests.simulation.steps import BEGIN, Answer, Ask, Step
from tests.simulation.table import Memory, cancelled, failed_as, up_to_date

URL = "http://127.0.0.1"


@dataclass(slots=True)
class Done:
    """What became of one thing that was to be done: answered, the code of a refusal, or nobody knows.

    `at` is the number of the event at which it took effect; of its last look, where there was nothing to change.
    """

    what: Doing
    result: str = "not begun"
    at: int = -1
    committed: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """What is left to judge when nobody does anything any more.

    `length` is how many events there were, and `reactions` are the numbers of those at which hooks did something:
    hints at which serial run it may be like.
    """

    memory: Memory
    done: Sequence[Done]
    lost: bool = False
    reactions: Sequence[int] = ()
    length: int = 0


class Schedule:
    """Everything that goes on from one start; it has happened once it was played."""

    def __init__(self, script: Script, choose: Choose, faults: Faults) -> None:
        self.script = script
        self.memory = script.start.memory.copy()
        self.stage = Stage(choose, self._perform, self._over)
        self.faults = faults
        self.done = [Done(what) for what in script.doings]
        self.errors: list[tuple[str, Exception]] = []
        self.aside: list[str] = []
        self.commits: Counter[str] = Counter()
        self.reactions: list[int] = []
        self.outcome: object = None
        self._calls: dict[str, Done] = {}
        self._batches: dict[str, list[Item]] = {}
        for number, done in enumerate(self.done):
            self._begin(f"call {number}", done)

    def play(self) -> None:
        """Everything has happened, and everything that followed from it was delivered as often as the faults say."""
        self.memory.lag = self.faults.lag
        self.stage.play()
        # In the end indexes have caught up.
        self.memory.lag = up_to_date

    @property
    def finished(self) -> Finished:
        """What it has come to, now that it was played."""
        lost = self.faults.happened["lost record"] > 0
        return Finished(self.memory, self.done, lost, self.reactions, len(self.stage.events))

    def _begin(self, name: str, done: Done) -> None:
        self._calls[name] = done
        self.stage.enter(name, lambda: self.script.caller(name, done.what))

    def _perform(self, actor: Actor, ask: Ask) -> Answer | None:
        """The step was taken, unless a fault keeps it from that; none if the actor died of it."""
        step, done = ask.step, self._calls.get(actor.name)
        if done is not None and not done.committed:
            done.at = len(self.stage.events)
        before = self.faults.before(actor, step)
        if before is not None:
            return Answer(before, error=lambda: _BEFORE[before](step))
        answer = ask.carry_out(self.memory)
        if answer.error is None and step.name in ("commit", "put"):
            return self._happened(actor, step, answer)
        return answer

    def _happened(self, actor: Actor, step: Step, answer: Answer) -> Answer | None:
        done = self._calls.get(actor.name)
        # What only remembers the request has changed nothing: it counts as done where it looked.
        if done is not None and any(address.sort != "REQUEST" for address in step.writes):
            done.at, done.committed = len(self.stage.events), True
        actor.commits += 1
        self.commits[actor.name] += 1
        if actor.name.startswith("hooks"):
            self.reactions.append(len(self.stage.events))
        fresh, self.memory.stream = self.memory.stream, []
        for item in fresh:
            self._inserted(item)
        after = self.faults.after(actor, step)
        if after == "died":
            self._died(actor)
            return None
        if after == "answer lost":
            return Answer(after, error=lambda: TransactWriteError("no answer", ReadTimeoutError(endpoint_url=URL)))
        return answer

    def _died(self, actor: Actor) -> None:
        """Nobody hears of the call any more; a function's batch is delivered again, whole."""
        if actor.name in self._calls:
            self._unheard(actor.name, self._calls[actor.name])
        else:
            self._deliver(actor.name, self._batches[actor.name])

    def _over(self, actor: Actor, ended: Ended) -> None:
        if ended.error is not None:
            self.errors.append((actor.name, ended.error))
        elif isinstance(ended.result, Handled):
            self._handled(actor.name, ended.result)
        else:
            self._told(actor.name, self._calls[actor.name], str(ended.result))

    def _told(self, name: str, done: Done, result: str) -> None:
        if result == "unknown":
            self._unheard(name, done)
        elif result == "answered" or done.result != "unknown":
            # Who asks again after no answer may be refused what has happened: a deleted task is not found.
            done.result = result

    def _unheard(self, name: str, done: Done) -> None:
        done.result = "unknown"
        if isinstance(done.what, Call) and done.what.key:
            self._begin(f"{name}'", done)

    def _handled(self, name: str, handled: Handled) -> None:
        """From the lowest record on that failed, the batch is delivered again."""
        self.aside += handled.aside
        if handled.failed:
            self._deliver(name, self._batches[name][min(handled.failed) :])

    def _inserted(self, item: Item) -> None:
        """The stream has a record of the history entry; its function, or both, will get it."""
        partition, sort = item[PARTITION]["S"].partition("#")[2], item[SORT]["S"]
        subject = f"{partition} {sort.removeprefix('HISTORY#')}"
        for function in self.script.functions:
            if function == "hooks" and "reacts" not in item:
                continue
            name = f"{function} {subject}"
            for copy in range(self.faults.copies(name)):
                self._deliver(name + "'" * copy, [item])

    def _deliver(self, name: str, items: list[Item]) -> None:
        function = name.partition(" ")[0]
        waiting = [n for n in self._batches if n.startswith(function) and self._not_begun(n)]
        joined = self.faults.joins(waiting)
        if joined is not None:
            self._batches[joined] += items
            return
        while name in self._batches:
            name += "'"
        # A list of its own: what joins it later joins no other batch that began with the same records.
        self._batches[name] = items = [*items]
        # Others may join until it begins.
        self.stage.enter(name, lambda: self.script.function(name, items))

    def _not_begun(self, name: str) -> bool:
        actor = self.stage.actors.get(name)
        return actor is not None and actor.moment is None


def _unreached(step: Step) -> Exception:
    """As the storage's own code tells it of a read, and as PynamoDB does of a transaction."""
    if step.name == "commit":
        return TransactWriteError("not sent", ReadTimeoutError(endpoint_url=URL))
    return Unreachable("not sent")


_BEFORE: Mapping[str, Callable[[Step], Exception]] = {
    "conflict": lambda _: cancelled(["TransactionConflict"]),
    "throttled": lambda _: failed_as("ThrottlingException"),
    "unreached": _unreached,
}


def described(schedule: Schedule) -> str:
    """The schedule's steps, one a line, and what became of the calls, for people to read."""
    calls = [f"  call {n}: {done.what} -> {done.result}" for n, done in enumerate(schedule.done)]
    steps = [
        f"  {n:3} {event.actor}: {event.step}"
        for n, event in enumerate(schedule.stage.events)
        if event.step is not BEGIN
    ]
    faults = ", ".join(f"{kind} {n}" for kind, n in schedule.faults.happened.items() if n) or "none"
    return "\n".join(["calls:", *calls, f"faults: {faults}", "steps:", *steps])
