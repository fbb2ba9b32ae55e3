"""Types that decisions cannot tell apart: what is found of one of them holds for all."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace

from shared.domain.checks.openings import every_opening
from shared.domain.definitions.workflow import Follow, TaskType, Workflow

ITSELF = "*itself*"


def shapes(workflow: Workflow) -> dict[str, list[str]]:
    """The names of the types, those of one shape together, by the first of them."""
    found: dict[Hashable, list[str]] = {}
    for task_type in workflow.types.values():
        found.setdefault(shape(workflow, task_type), []).append(task_type.name)
    return {names[0]: names for names in found.values()}


def shape(workflow: Workflow, task_type: TaskType) -> Hashable:
    """All that is said of the type, but for names: of its own only that it is, of organizations only their kinds.

    That is also what others say of it: which types stand under it, and as what its tasks open. Two names of
    organizations in one type stay two. A name is only left out where it is one of a type or an organization: a status
    or an action may be called the same.
    """
    bare = _Bare(workflow, task_type.name)
    below = sorted(bare.type(t.name) or "" for t in workflow.types.values() if task_type.name in t.parents)
    openings = (o for o in every_opening(workflow) if o.type_name == task_type.name)
    opened = [(o.key, o.is_passed_on, told(bare.follow(o.declared))) for o in openings]
    return told(bare.of(task_type)), tuple(below), tuple(dict.fromkeys(opened))


@dataclass
class _Bare:
    """Types without names, as one of them is seen."""

    workflow: Workflow
    own: str
    numbered: dict[str, str] = field(default_factory=dict)
    """The organizations that the type names, in the order in which it does."""

    def of(self, task_type: TaskType) -> TaskType:
        """The type itself."""
        return replace(
            task_type,
            name="",
            label="",
            group_queue="" if task_type.group_queue is not None else None,
            # Of its kinds, one is tried.
            kinds=task_type.kinds and ("",),
            parents=frozenset(self.type(name) or "" for name in task_type.parents),
            placed=tuple(self.type(name) or "" for name in task_type.placed),
            created_under={self.type(name) or "": who for name, who in task_type.created_under.items()},
            assigned_to=self.organization(task_type.assigned_to),
            members_of=self.organization(task_type.members_of),
            created_by_members_of=self.organization(task_type.created_by_members_of),
            follows=tuple(map(self.follow, task_type.follows)),
            opens_with=tuple(map(self.follow, task_type.opens_with)),
        )

    def follow(self, declared: Follow) -> Follow:
        """What is declared to open, or to end."""
        return replace(
            declared,
            opens=self.type(declared.opens),
            ends=self.type(declared.ends),
            under=self.type(declared.under) or "",
            counts_at=self.type(declared.counts_at),
            organization=self.organization(declared.organization),
            children=tuple(map(self.follow, declared.children)),
        )

    def type(self, name: str | None) -> str | None:
        """The name, unless it is the type's own."""
        return ITSELF if name == self.own else name

    def organization(self, name: str | None) -> str | None:
        """The number of the organization, and all that tells it from others."""
        named = self.workflow.organizations.get(name or "")
        if named is None:
            return name
        return self.numbered.setdefault(named.id, f"{len(self.numbered)} {named.kind} {named.auto_assign}")


def told(value: object) -> Hashable:
    """The value, with what has no order in one, so that equal values are told alike."""
    if is_dataclass(value) and not isinstance(value, type):
        return tuple(told(getattr(value, each.name)) for each in fields(value))
    if isinstance(value, Mapping):
        return tuple(sorted(((name, told(inner)) for name, inner in value.items()), key=repr))
    if isinstance(value, frozenset):
        return tuple(sorted(map(told, value), key=repr))
    if isinstance(value, tuple | list):
        return tuple(map(told, value))
    return repr(value)
