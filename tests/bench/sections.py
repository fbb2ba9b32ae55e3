"""All that is measured, in the order in which it is told."""

from __future__ import annotations

from tests.bench import (
    bulk,
    busy_case,
    capacity,
    cascade,
    closed,
    cold_start,
    hooks_delay,
    memory,
    money,
    package,
    queues,
    siblings,
    sweep,
    transition,
)

SECTIONS = tuple(
    module.SECTION
    for module in (
        transition,
        cold_start,
        package,
        capacity,
        money,
        siblings,
        cascade,
        queues,
        sweep,
        busy_case,
        hooks_delay,
        memory,
        bulk,
        closed,
    )
)
