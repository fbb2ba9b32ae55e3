"""Kinds of values that belong to tasks: parties, queues, prerequisites, links, entities."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import get_args

from shared.domain.definitions.workflow import Field, NamedOrganization, Workflow
from shared.domain.model.people import Organization, User
from shared.domain.model.scene import Scene
from shared.domain.model.task import Link, Party, PartyKind, Task, TaskId, case_of
from shared.domain.words.kind import Invalid, Json, Kind, Reading, list_of, object_of, text_of
from shared.domain.words.plain_kinds import texts_of
from shared.domain.words.relations import visible

LINKS = 100
LINK_LIMITS = {"type": 100, "link": 2_000, "name": 200}
PREREQUISITES = 50
_PROGRAM = re.compile(r"\s*(javascript|vbscript|data)\s*:", re.IGNORECASE)
"""Addresses that hold what they lead to: a page that shows them as links would run it as its own."""
PARTIES: tuple[str, ...] = get_args(PartyKind)
TASKS = 100
ID = 200


def _read_party(field: Field, value: object, reading: Reading) -> Party:
    party = object_of(value, {"kind", "id"}, {"displayName"})
    party_id = text_of(party["id"], ID, lines=False, pointer="/id")
    name = text_of(party.get("displayName", party_id), ID, lines=False, pointer="/displayName")
    kinds = party_kinds(field)
    if party["kind"] not in kinds:
        raise Invalid(f"This must be {' or '.join(filter(None, (', '.join(kinds[:-1]), kinds[-1])))}.", "/kind")
    if party["kind"] == "user":
        return _user_party(party_id, reading.scene)
    if party["kind"] == "organization":
        return _organization_party(party_id, reading.scene)
    return Party("external", party_id, name)


def party_kinds(field: Field) -> tuple[str, ...]:
    """The kinds of parties that the field takes: all, unless it says which."""
    return texts_of(field, "of", PARTIES)


def _user_party(user_id: str, scene: Scene) -> Party:
    """The user; where only the case's organization sees it, one of its members: of others nobody learns anything."""
    own, user = scene.case.organization_id, scene.users.get(user_id)
    if scene.workflow.visibility == "organization" and user is not None and own not in user.memberships:
        raise Invalid(f"There is no user {user_id!r}.", "/id")
    return _active(user_id, scene, "/id").party


def _organization_party(organization_id: str, scene: Scene) -> Party:
    return _existing(organization_id, scene, "/id").party


def _active(user_id: str, scene: Scene, pointer: str = "") -> User:
    user = scene.users.get(user_id)
    if user is None:
        raise Invalid(f"There is no user {user_id!r}.", pointer)
    if not user.active:
        raise Invalid(f"The user {user_id!r} is not active.", pointer)
    return user


def _existing(organization_id: str, scene: Scene, pointer: str = "") -> Organization:
    organization = scene.organizations.get(organization_id)
    if organization is None:
        raise Invalid(f"There is no organization {organization_id!r}.", pointer)
    return organization


def _read_user(field: Field, value: object, reading: Reading) -> User:
    return _active(text_of(value, ID, lines=False), reading.scene)


def _read_organization(field: Field, value: object, reading: Reading) -> Organization:
    return _existing(text_of(value, ID, lines=False), reading.scene)


def _read_connected(field: Field, value: object, reading: Reading) -> str:
    """The id of an organization that the case's own is connected with; nobody learns which others there are."""
    organization_id = text_of(value, ID, lines=False)
    if organization_id == reading.scene.case.organization_id:
        raise Invalid("An organization does not hand a task to itself.")
    if organization_id not in reading.scene.ties:
        raise Invalid(f"The case's organization is not connected with {organization_id!r}.")
    return organization_id


def _read_flagged(field: Field, value: object, reading: Reading) -> Json:
    """The organization with its name, so that what follows needs no further look, and each flag, false by default."""
    flags = _flags(field)
    given = object_of(value, {"organizationId"}, set(flags))
    organization = _existing(
        text_of(given["organizationId"], ID, lines=False, pointer="/organizationId"), reading.scene, "/organizationId"
    )
    wanted = field.options.get("of_kind", organization.kind)
    if organization.kind != wanted:
        raise Invalid(f"{organization.id!r} is no organization of the kind {wanted}.", "/organizationId")
    for name in flags:
        if not isinstance(given.setdefault(name, False), bool):
            raise Invalid("This must be true or false.", f"/{name}")
    return {**given, "displayName": organization.display_name}


def _flagged_schema(field: Field, workflow: Workflow) -> Json:
    properties: Json = {"organizationId": _id_schema(field, workflow)}
    properties |= {name: {"type": "boolean"} for name in _flags(field)}
    return {"type": "object", "properties": properties, "required": ["organizationId"], "additionalProperties": False}


def _flags(field: Field) -> tuple[str, ...]:
    return texts_of(field, "flags")


def _id_schema(field: Field, workflow: Workflow) -> Json:
    return {"type": "string", "minLength": 1, "maxLength": ID}


def _party_schema(field: Field, workflow: Workflow) -> Json:
    text = {"type": "string", "minLength": 1, "maxLength": ID}
    kinds = {"type": "string", "enum": list(party_kinds(field))}
    return {
        "type": "object",
        "properties": {"kind": kinds, "id": text, "displayName": text},
        "required": ["kind", "id"],
        "additionalProperties": False,
    }


def _queues(workflow: Workflow) -> list[NamedOrganization]:
    return [o for o in workflow.organizations.values() if o.kind == "queue"]


def _read_group_queue(field: Field, value: object, reading: Reading) -> str:
    workflow = reading.scene.workflow
    named = workflow.organization_named(value) if isinstance(value, str) else None
    if named is None or named.kind != "queue":
        labels = ", ".join(o.label for o in _queues(workflow))
        raise Invalid(f"This must be a group queue: {labels}.")
    return named.id


def _group_queue_schema(field: Field, workflow: Workflow) -> Json:
    names = [name for o in _queues(workflow) for name in (o.label, o.id)]
    return {"type": "string", "enum": list(dict.fromkeys(names))}


def _read_parent(field: Field, value: object, reading: Reading) -> Task:
    """A task of the case, whatever its status: whether it takes a child is for the tree to say."""
    parent = reading.scene.related.get(value) if isinstance(value, str) else None
    if parent is None or not _is_seen(parent.task_id, reading):
        raise Invalid("There is no such task in this case.")
    return parent


def _read_prerequisites(field: Field, value: object, reading: Reading) -> tuple[TaskId, ...]:
    scene = reading.scene
    for index, item in enumerate(list_of(value, PREREQUISITES)):
        pointer = f"/{index}"
        if not isinstance(item, str):
            raise Invalid("This must be the id of a task.", pointer)
        if not _is_seen(item, reading):
            raise Invalid("There is no such task in this case.", pointer)
        if scene.task is not None and item == scene.task.task_id:
            raise Invalid("A task cannot wait for itself.", pointer)
    return tuple(dict.fromkeys(str(item) for item in list_of(value, PREREQUISITES)))


def _is_seen(task_id: TaskId, reading: Reading) -> bool:
    """Whether there is such a task in the case, and the caller may see it."""
    scene, task = reading.scene, reading.scene.related.get(task_id)
    in_case = task is not None and case_of(task_id) == scene.case.case_id
    return in_case and visible(scene.workflow, reading.caller, scene.case, task)


def _prerequisites_schema(field: Field, workflow: Workflow) -> Json:
    return {"type": "array", "items": {"type": "string"}, "maxItems": PREREQUISITES}


def _read_tasks(field: Field, value: object, reading: Reading) -> tuple[TaskId, ...]:
    for index, item in enumerate(list_of(value, TASKS)):
        if not isinstance(item, str) or not _is_seen(item, reading):
            raise Invalid("There is no such task in this case.", f"/{index}")
    return tuple(dict.fromkeys(str(item) for item in list_of(value, TASKS)))


def _tasks_schema(field: Field, workflow: Workflow) -> Json:
    return {"type": "array", "items": {"type": "string"}, "maxItems": TASKS}


def _read_task_type(field: Field, value: object, reading: Reading) -> str:
    task, family = reading.scene.task, _family(field, reading.scene.workflow)
    others = [name for name in family if task is None or name != task.type]
    if not isinstance(value, str) or value not in others:
        raise Invalid(f"This must be one of: {', '.join(others)}.")
    return value


def _family(field: Field, workflow: Workflow) -> list[str]:
    wanted = field.options.get("family")
    return [name for name, task_type in workflow.types.items() if task_type.family == wanted]


def _read_links(field: Field, value: object, reading: Reading) -> tuple[Link, ...]:
    return tuple(_link(item, f"/{index}") for index, item in enumerate(list_of(value, LINKS)))


def _link(value: object, pointer: str) -> Link:
    link = object_of(value, {"type", "link", "name"}, set(), pointer)
    texts = {n: text_of(link[n], limit, lines=False, pointer=f"{pointer}/{n}") for n, limit in LINK_LIMITS.items()}
    if _PROGRAM.match(texts["link"]):
        raise Invalid("This must not be a program, which runs where somebody opens it.", f"{pointer}/link")
    return Link(**texts)


def _links_schema(field: Field, workflow: Workflow) -> Json:
    properties = {n: {"type": "string", "minLength": 1, "maxLength": m} for n, m in LINK_LIMITS.items()}
    link = {
        "type": "object",
        "properties": properties,
        "required": list(LINK_LIMITS),
        "additionalProperties": False,
    }
    return {"type": "array", "items": link, "maxItems": LINKS}


def _read_entity(field: Field, value: object, reading: Reading) -> dict[str, dict[str, str]]:
    kinds = {c.entity for c in reading.scene.workflow.case_types.values() if c.entity}
    entity = object_of(value, set(), kinds)
    return {name: _entity_reference(item, f"/{name}") for name, item in entity.items()}


def _entity_reference(value: object, pointer: str) -> dict[str, str]:
    reference = object_of(value, {"id", "displayName"}, set(), pointer)
    return {n: text_of(reference[n], ID, lines=False, pointer=f"{pointer}/{n}") for n in reference}


def _entity_schema(field: Field, workflow: Workflow) -> Json:
    text = {"type": "string", "minLength": 1, "maxLength": ID}
    reference: Json = {
        "type": "object",
        "properties": {"id": text, "displayName": text},
        "required": ["id", "displayName"],
        "additionalProperties": False,
    }
    kinds = dict.fromkeys(c.entity for c in workflow.case_types.values() if c.entity)
    properties = dict.fromkeys(kinds, reference)
    return {"type": "object", "properties": properties, "additionalProperties": False}


TASK_KINDS: Mapping[str, Kind] = {
    "party": Kind(_party_schema, _read_party, frozenset({"of"})),
    "user": Kind(_id_schema, _read_user),
    "organization": Kind(_id_schema, _read_organization),
    "connected_organization": Kind(_id_schema, _read_connected),
    "organization_id": Kind(_id_schema, lambda field, value, reading: text_of(value, ID, lines=False)),
    "flagged_organization": Kind(_flagged_schema, _read_flagged, frozenset({"flags", "of_kind"})),
    "group_queue": Kind(_group_queue_schema, _read_group_queue),
    "parent": Kind(lambda f, w: {"type": "string"}, _read_parent),
    "prerequisites": Kind(_prerequisites_schema, _read_prerequisites),
    "tasks": Kind(_tasks_schema, _read_tasks),
    "task_type": Kind(lambda f, w: {"type": "string", "enum": _family(f, w)}, _read_task_type, frozenset({"family"})),
    "links": Kind(_links_schema, _read_links),
    "entity": Kind(_entity_schema, _read_entity),
}
