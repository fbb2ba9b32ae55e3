"""What becomes of a case when one of its attributes gets another value."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from shared.domain.cases import edit_case
from shared.domain.checks.worlds.beginnings import attributes_of
from shared.domain.checks.worlds.moves import Move
from shared.domain.checks.worlds.people import ADMINISTRATOR
from shared.domain.checks.worlds.world import Deed, World
from shared.domain.definitions.lifecycle import Step
from shared.domain.definitions.vocabulary import CASE_CHANGED
from shared.domain.model.people import INTERNAL_KINDS, Caller


def changes(world: World) -> Iterator[Move]:
    """The case with each other value of the attributes whose change does something to its tasks."""
    case_type = world.workflow.case_types[world.case.case_type]
    watched = {path.partition(".")[0] for path in case_type.when_changed}
    inside = world.people.members(world.people.of_kind(*INTERNAL_KINDS).id)
    every = attributes_of(world.workflow, world.people, case_type) if watched else ()
    others = {repr(values): values for values in ({name: each.get(name) for name in watched} for each in every)}
    for values in others.values():
        given = {"attributes": values}
        edits, who = partial(edit_case, given=given), world.workflow.create_case
        callers = (*map(Caller, inside[:1]), ADMINISTRATOR)
        every_after = (world.done(Deed(CASE_CHANGED, edits, caller, who, given)) for caller in callers)
        after = next((case for case in every_after if case is not None), None)
        if after is not None:
            step = Step(CASE_CHANGED, "open", "open", who, of="Case")
            yield Move(step, after, counts=False)
