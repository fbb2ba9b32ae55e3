"""What people give to an action, in the checker's cases: a value for each that the decision tells apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import product

from shared.domain.checks.worlds.people import People
from shared.domain.definitions.workflow import Action, Field
from shared.domain.model.ends import ANY_PARTNER
from shared.domain.model.scene import Scene
from shared.domain.model.task import Task
from shared.domain.trees.following import above_of
from shared.domain.words.fields import OPTION
from shared.domain.words.plain_kinds import texts_of
from shared.domain.words.task_kinds import party_kinds

Given = Mapping[str, object]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER, EARLIER = "2026-06-01T00:00:00Z", "2025-06-01T00:00:00Z"
LEFT_OUT = object()
"""Stands for a field that is not given."""
MATTERS = frozenset({"prerequisites", "awaiting", "assignedParty", "dueTime", "collaborative", "autoRefer"})
"""Fields that decide what can become of a task also where they need not be given."""


def inputs(people: People, scene: Scene, action: Action) -> Iterator[Given]:
    """Every input of the action that leads elsewhere, as far as the vocabulary tells."""
    if action.options:
        for name, option in action.options.items():
            yield from ({OPTION: name, **given} for given in inputs(people, scene, option))
        return
    for group in action.either or ((),):
        taken = [field for field in action.fields if field.required or field.name in group or field.name in MATTERS]
        choices = [[(field, value) for value in values(people, scene, field)] for field in taken]
        for chosen in product(*choices):
            yield {field.name: value for field, value in chosen if value is not LEFT_OUT}


def values(people: People, scene: Scene, field: Field) -> Iterator[object]:
    """The values to try for a field; where it need not be given, that it is not is one of them."""
    if not field.required:
        yield LEFT_OUT
    if field.nullable:
        yield None
    yield from KINDS.get(field.kind, _any_text)(people, scene, field)


def _any_text(people: People, scene: Scene, field: Field) -> Iterable[object]:
    return ("x",)


def _integers(people: People, scene: Scene, field: Field) -> Iterable[object]:
    return (field.options.get("min", 0),)


def _users(people: People, scene: Scene, field: Field) -> Iterator[str]:
    """A member of the task's organization, of the one above, and of each whose members alone have such tasks."""
    types = scene.workflow.types
    asked = types.values() if field.kind == "user" or scene.task is None else (types[scene.task.type],)
    above = (task.assigned_party for task in (scene.task, _parent(scene)) if task is not None)
    near = [party.id for party in above if party is not None and party.kind == "organization"]
    wanted = [task_type.members_of for task_type in asked]
    for organization_id in dict.fromkeys((*near, *wanted, scene.case.organization_id)):
        yield from (user.id for user in people.members(organization_id)[:1])


def _parent(scene: Scene) -> Task | None:
    return scene.related.get(scene.task.parent_id or "") if scene.task else None


def _organizations(people: People, scene: Scene, field: Field) -> Iterator[str]:
    """An organization inside that has not got the task; for a new one, one of each kind."""
    every = people.organizations.values()
    if scene.task is None:
        yield from {o.kind: o.id for o in every}.values()
        return
    has = scene.task.assigned_party.id if scene.task.assigned_party else None
    yield next(o.id for o in every if o.id != has and o.internal)


def _connected(people: People, scene: Scene, field: Field) -> Iterator[str]:
    """The first connected organization that the task was not assigned to; which one it is makes no difference."""
    tried = scene.task.end.tried if scene.task and scene.task.end else ()
    yield from [other for other in scene.ties if other not in tried][:1]


def _referred_to(people: People, scene: Scene, field: Field) -> Iterator[str]:
    """One that can be assigned the task in turn, and the owner, to which it is never referred on."""
    end = scene.task.end if scene.task else None
    owner = end.counterpart.organization_id if end and end.counterpart else None
    yield from [o for o in people.partners if o != scene.case.organization_id][:1]
    yield from filter(None, (owner,))


def _parties(people: People, scene: Scene, field: Field) -> Iterator[object]:
    for kind in party_kinds(field):
        ids = {"user": _users, "organization": _organizations}.get(kind, _any_text)(people, scene, field)
        yield from ({"kind": kind, "id": party_id} for party_id in ids)


def _prerequisites(people: People, scene: Scene, field: Field) -> Iterator[object]:
    """None, one other task, and the one above, which may be on hold for this one."""
    yield ()
    branch = (scene.task, *above_of(scene, scene.task)) if scene.task else ()
    own = [task.task_id for task in branch]
    others = [task_id for task_id in scene.related if task_id not in own]
    yield from ((task_id,) for task_id in (*others[:1], *own[1:2]))


def _queues(people: People, scene: Scene, field: Field) -> Iterator[str]:
    yield from [o.id for o in people.organizations.values() if o.kind == "queue"][:2]


def _task_types(people: People, scene: Scene, field: Field) -> Iterator[str]:
    family = field.options.get("family")
    own = scene.task.type if scene.task else None
    yield from (t.name for t in scene.workflow.types.values() if t.family == family and t.name != own)


KINDS: Mapping[str, Callable[[People, Scene, Field], Iterable[object]]] = {
    "boolean": lambda people, scene, field: (True, False),
    "choice": lambda people, scene, field: texts_of(field, "of"),
    "connected_organization": _connected,
    "days": lambda people, scene, field: (1,),
    "due_time": lambda people, scene, field: (LATER,),
    "email": lambda people, scene, field: ("somebody@example.org",),
    "entity": lambda people, scene, field: ({},),
    "group_queue": _queues,
    "integer": _integers,
    "links": lambda people, scene, field: ((),),
    "organization": _organizations,
    "organization_id": _referred_to,
    "party": _parties,
    "past_time": lambda people, scene, field: (EARLIER,),
    "prerequisites": _prerequisites,
    "role": lambda people, scene, field: (ANY_PARTNER,),
    "task_type": _task_types,
    "tasks": lambda people, scene, field: ((),),
    "user": _users,
}
"""The values of each kind of field; of any other, some text."""
