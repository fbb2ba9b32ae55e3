"""What goes wrong in a schedule: nothing, or a few things at random."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random
from typing import Literal

from tests.simulation.actors import Actor
from tests.simulation.steps import Step

Before = Literal["conflict", "throttled", "unreached"]
After = Literal["died", "answer lost"]
BEFORE: tuple[Before, ...] = ("conflict", "throttled", "unreached")
AFTER: tuple[After, ...] = ("died", "answer lost")


class Faults:
    """Nothing goes wrong: each record comes once, alone; `happened` counts what did go wrong, by kind."""

    def __init__(self) -> None:
        self.happened: Counter[str] = Counter()

    def copies(self, record: str) -> int:
        """How often the record is delivered."""
        return 1

    def joins(self, batches: Sequence[str]) -> str | None:
        """The batch, of those that are still waiting, that a record joins; none if it comes alone."""
        return None

    def lag(self, versions: int) -> int:
        """How many versions of an item, of so many earlier ones, an index is behind the table."""
        return 0

    def before(self, actor: Actor, step: Step) -> Before | None:
        """What keeps the actor's step from happening."""
        return None

    def after(self, actor: Actor, step: Step) -> After | None:
        """What happens to the actor after its step took effect."""
        return None


class AtRandom(Faults):
    """A few faults of any kind, by a random source."""

    def __init__(self, random: Random, rates: Mapping[str, float]) -> None:
        super().__init__()
        self._random = random
        self._rates = rates

    def _now(self, kind: str) -> bool:
        rate = self._rates.get(kind, 0.0)
        happens = rate > 0 and self._random.random() < rate
        self.happened[kind] += happens
        return happens

    def copies(self, record: str) -> int:
        if self._now("lost record"):
            return 0
        return 1 + self._now("duplicate")

    def joins(self, batches: Sequence[str]) -> str | None:
        return self._random.choice(batches) if batches and self._now("batched") else None

    def lag(self, versions: int) -> int:
        return self._random.randint(1, versions) if self._now("lagging index") else 0

    def before(self, actor: Actor, step: Step) -> Before | None:
        if step.writes:
            return next((kind for kind in BEFORE if self._now(kind)), None)
        return "unreached" if self._now("unreached") else None

    def after(self, actor: Actor, step: Step) -> After | None:
        if step.name != "commit" or not step.writes:
            return None
        return next((kind for kind in AFTER if self._now(kind)), None)
