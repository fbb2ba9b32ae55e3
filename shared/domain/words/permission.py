"""Refusals that come before any other: who may not, and a case that takes nothing any more."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from shared.domain.model.people import Caller
from shared.domain.model.plan import Refusal
from shared.domain.model.scene import Scene
from shared.domain.model.task import Case
from shared.domain.words.relations import describe, relations


def kept_out(scene: Scene, caller: Caller, who: Collection[str], what: str) -> Refusal | None:
    """Refuses a caller who stands in none of the relations to the scene's task; says who does."""
    if relations(scene, caller) & set(who):
        return None
    return Refusal("not_allowed", f"You may not {what}.", rule="who", who=describe(scene, tuple(who), caller))


def kept_out_of_case(scene: Scene, caller: Caller, who: Collection[str], what: str) -> Refusal | None:
    """The same where there is no task yet, or none that counts."""
    return kept_out(replace(scene, task=None), caller, who, what)


def closed(case: Case) -> Refusal | None:
    """Refuses what only an open case takes."""
    return None if case.open else Refusal("case_closed", f"{case.case_id} is closed.", rule="case_open")
