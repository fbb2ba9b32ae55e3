"""The two versions that a case is played by, and what cannot be known of who may do something in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from shared.domain.definitions.vocabulary import CREATE
from shared.domain.definitions.workflow import Workflow
from shared.domain.migrating.fitting import Change
from shared.domain.whatif.asked import Asked
from shared.domain.whatif.company import for_anybody
from shared.domain.whatif.past import Commit


@dataclass(frozen=True, slots=True)
class Versions:
    """The version that cases went by, and the one that they are judged by.

    `change` has both as `for_anybody` does, `none` the old one in the place of both. `earlier` are those by which cases
    went before they were migrated to the old one, by their numbers.
    """

    old: Workflow
    new: Workflow
    change: Change
    none: Change
    earlier: Mapping[int, Versions] = field(default_factory=dict)

    @classmethod
    def of(cls, old: Workflow, new: Workflow, *earlier: Workflow) -> Versions:
        """The two versions, for as many cases as there are."""
        was, would = for_anybody(old), for_anybody(new)
        before = {workflow.version: cls.of(workflow, new) for workflow in earlier}
        return cls(old, new, Change(was, would), Change(was, was), before)

    def by(self, number: int) -> Versions | None:
        """The same, of a case that goes by the version of this number; None where that is not known."""
        return self if number == self.old.version else self.earlier.get(number)


def unknown(versions: Versions, asked: Asked, commit: Commit) -> Iterator[tuple[str, str]]:
    """What the step rests on and history does not keep, by rule: who belonged to what."""
    type_name = next((entry.type for entry in commit.entries if entry.task_id == asked.task_id), None)
    was, now = (_who(workflow, asked, type_name, commit) for workflow in (versions.old, versions.new))
    lost = [name for name in was if name not in now]
    if lost:
        yield "who", f"Not for everybody any more: {', '.join(lost)} may not."
    for entry in commit.entries:
        old, new = (workflow.types.get(entry.type or "") for workflow in (versions.old, versions.new))
        party = entry.assigned_party
        if old is None or new is None or party is None or party.kind != "user":
            continue
        if new.members_of not in (None, old.members_of):
            yield "members_of", f"{entry.type} is for members of {new.members_of} now; who was one, is not known."


def _who(workflow: Workflow, asked: Asked, type_name: str | None, commit: Commit) -> tuple[str, ...]:
    """Those who may take such a step, by the file; nobody, where it is none of theirs."""
    if asked.way is not None:
        ways = (w for action in workflow.actions_of(type_name or "").values() for w in action.ways)
        return next((way.who for way in ways if way.name == asked.way.name), ())
    if commit.of_case is None and asked.action == CREATE:
        kinds = (workflow.types.get(entry.type or "") for entry in commit.created)
        return tuple(dict.fromkeys(n for kind in kinds if kind for n in kind.created_by or workflow.creation.who))
    if asked.action == "close":
        return workflow.closing.who if workflow.closing is not None else ()
    return workflow.create_case if commit.by is not None else ()
