"""A case once more, from its beginning: each deed is decided again, and told with who does it, and with what."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace

from shared.domain.checks.worlds.beginnings import unbegun
from shared.domain.checks.worlds.moves import step_of
from shared.domain.checks.worlds.world import Deed, World
from shared.domain.definitions.lifecycle import Step
from shared.domain.definitions.vocabulary import CREATE
from shared.domain.model.scene import status_of


def replayed(world: World, holds: Callable[[World], bool]) -> tuple[Step, ...] | None:
    """Steps that lead to the case, or to one of which the same holds; None where what was done leads to no such case.

    What makes no difference is left out.
    """
    there, steps = _again(world, world.deeds)
    same = (there.case, there.tasks, there.edges, there.locks) == (world.case, world.tasks, world.edges, world.locks)
    if not (same and holds(there)):
        return None
    needed = world.deeds
    for deed in world.deeds[1:]:
        fewer = tuple(other for other in needed if other is not deed)
        there, without = _again(world, fewer)
        if len(without) == len(fewer) and holds(there):
            needed, steps = fewer, without
    return steps


def _again(world: World, deeds: Iterable[Deed]) -> tuple[World, tuple[Step, ...]]:
    """What comes of the deeds from the beginning on, up to one that is refused; tasks keep the ids that they had."""
    there = unbegun(world.workflow, world.people, world.workflow.case_types[world.case.case_type])
    steps: list[Step] = []
    for deed in deeds:
        after = replace(there, ids=deed.ids).done(deed)
        if after is None:
            break
        steps.append(told_of(_step(there, deed, after), deed))
        there = after
    return there, tuple(steps)


def told(world: World) -> tuple[Step, ...]:
    """All that was done in the case."""
    return _again(world, world.deeds)[1]


def told_of(step: Step, deed: Deed) -> Step:
    """The step with who takes it, and with what."""
    user = deed.caller.user
    given = ", ".join(f"{name}: {_shown(value)}" for name, value in deed.given.items())
    return replace(step, by=user.display_name if user else "", given=given)


def _step(before: World, deed: Deed, after: World) -> Step:
    """What the deed did to its task, to the one that it made, or else to the case."""
    if deed.task_id:
        return step_of(before, before.tasks[deed.task_id], deed.name, deed.who, after)
    if deed.name == CREATE and before.deeds:
        new = next(task for task_id, task in after.tasks.items() if task_id not in before.tasks)
        return Step(CREATE, None, status_of(after.workflow, new).key, deed.who, of=new.type)
    return Step(deed.name, "open" if before.deeds else None, "open", deed.who, of="Case")


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
