"""Where tasks come about for real: nothing there was staged, so each step is one that somebody takes, or Casetree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from shared.domain.checks.openings import every_opening
from shared.domain.checks.worlds.beginnings import Birth, born, parents_of, requested
from shared.domain.checks.worlds.composed import first_case
from shared.domain.checks.worlds.local import Life, Local, Place, live, place_of
from shared.domain.checks.worlds.moves import moves
from shared.domain.checks.worlds.world import World
from shared.domain.definitions.lifecycle import ENGINE
from shared.domain.definitions.workflow import Workflow


@dataclass(frozen=True)
class Real:
    """What becomes of tasks that nobody staged; it is looked for when it is first asked for, as that takes a while."""

    workflow: Workflow
    begun: Sequence[World]
    by_type: Mapping[str, Life]
    """What can become of tasks of each type, staged ones among them."""

    def lives(self, type_name: str) -> Iterator[Life]:
        """What was seen of the type already, and then what becomes of those of its tasks that came about for real."""
        yield self.by_type[type_name]
        yield live(self._births(type_name, set()))

    @cached_property
    def _found(self) -> Mapping[str, Mapping[Local, Place]]:
        """The states of open tasks on the way of cases, and of those beside a task that was looked at, by type."""
        found: dict[str, dict[Local, Place]] = {}

        def look(world: World) -> bool:
            for task in world.open_tasks():
                place = place_of(world, task.task_id)
                found.setdefault(task.type, {}).setdefault(place.state, place)
            return False

        first_case(self.begun, look)
        for place in (place for life in self.by_type.values() for place in life.places.values()):
            if not place.world.staged:
                look(place.world)
        return found

    def _births(self, type_name: str, tried: set[str]) -> Iterator[Birth]:
        """Tasks of the type as they were found; else as they follow on others, or are asked for under others."""
        there = self._found.get(type_name, {})
        yield from (_here(place.world, place.task_id) for place in there.values())
        if not there and type_name not in tried:
            tried.add(type_name)
            yield from self._following(type_name, tried)
            yield from self._below(type_name, tried)

    def _following(self, type_name: str, tried: set[str]) -> Iterator[Birth]:
        openings = (o for o in every_opening(self.workflow) if o.type_name == type_name and o.owner)
        for owner in dict.fromkeys(o.owner.name for o in openings if o.owner):
            for place in live(self._births(owner, tried)).places.values():
                before = place.world.tasks
                for move in () if place.world.staged else moves(place.world, before[place.task_id]):
                    new = (task for task_id, task in move.after.tasks.items() if task_id not in before)
                    yield from (_here(move.after, task.task_id) for task in new if task.type == type_name)

    def _below(self, type_name: str, tried: set[str]) -> Iterator[Birth]:
        for name in parents_of(self.workflow, type_name):
            parent = next(self._births(name, tried), None) if name else None
            if parent is not None:
                task = parent.world.tasks[parent.task_id]
                yield from requested(parent.world, self.workflow.types[type_name], task)


def _here(world: World, task_id: str) -> Birth:
    return born(world, world.tasks[task_id], (ENGINE,))
