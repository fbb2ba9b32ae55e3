"""How much is measured: all of it, or with `--quick` little, to see that everything works."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """How often, and with how much of everything."""

    quick: bool
    rounds: int
    """Times that a request is made for a median."""

    starts: int
    """Fresh processes of each kind."""

    siblings: tuple[int, ...]
    trees: tuple[int, ...]
    queue: tuple[int, int]
    own_queue: int
    timers: int
    transitions: int
    """In one busy case."""

    hooks: int
    """Parents whose reactions are waited for, under load."""

    hooks_at_once: int
    hooks_pace: int
    """Cases a second that the local stack can bear."""

    closed: tuple[int, int]
    bulk: int


FULL = Sizes(
    quick=False,
    rounds=200,
    starts=20,
    siblings=(10, 100, 1_000, 10_000),
    trees=(100, 1_000, 10_000),
    queue=(100, 100_000),
    own_queue=1_000,
    timers=50_000,
    transitions=2_000,
    hooks=300,
    hooks_at_once=4,
    hooks_pace=4,
    closed=(100, 100_000),
    bulk=100,
)
QUICK = Sizes(
    quick=True,
    rounds=20,
    starts=3,
    siblings=(10, 100),
    trees=(50, 200),
    queue=(100, 1_000),
    own_queue=200,
    timers=400,
    transitions=100,
    hooks=20,
    hooks_at_once=2,
    hooks_pace=2,
    closed=(100, 1_000),
    bulk=20,
)
