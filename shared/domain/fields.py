"""Kinds of input fields: what each accepts, as JSON Schema and as a check that reads it.

The action's input, the list of available actions and the editor's form all follow from here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.plan import FieldError
from shared.domain.scene import Scene
from shared.domain.task import Link, Party, TaskId, case_of
from shared.domain.text import is_plain
from shared.domain.workflow import Field, NamedOrganization, Workflow
from shared.timestamps import parse

LONG_TEXT = 10_000
LINKS = 100
PREREQUISITES = 50
ID = 200

Json = dict[str, object]


class Invalid(Exception):
    """The value does not fit; `pointer` is relative to the field."""

    def __init__(self, detail: str, pointer: str = "") -> None:
        super().__init__(detail)
        self.error = FieldError(pointer, detail)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a field is read against: the loaded items and the time."""

    scene: Scene
    now: datetime


@dataclass(frozen=True, slots=True)
class Kind:
    """A word for a kind of value: its JSON Schema, and how it is read; `options` it takes."""

    schema: Callable[[Field, Workflow], Json]
    read: Callable[[Field, object, Reading], object]
    options: frozenset[str] = frozenset()


def read_input(
    fields: Sequence[Field], given: Mapping[str, object], reading: Reading
) -> tuple[dict[str, object], tuple[FieldError, ...]]:
    """The values of all fields that were given, read; and every error, each with its pointer."""
    known = {field.name for field in fields}
    errors = [FieldError(f"/{_escape(n)}", "There is no such field.") for n in given if n not in known]
    values: dict[str, object] = {}
    for field in fields:
        if field.name not in given:
            if field.required:
                errors.append(FieldError(f"/{field.name}", "This field is required."))
            continue
        try:
            values[field.name] = read_value(field, given[field.name], reading)
        except Invalid as invalid:
            pointer = f"/{field.name}{invalid.error.pointer}"
            errors.append(FieldError(pointer, invalid.error.detail))
    return values, tuple(errors)


def read_value(field: Field, value: object, reading: Reading) -> object:
    """The value of one field; raises Invalid."""
    if value is None:
        if field.nullable:
            return None
        raise Invalid("This field cannot be null.")
    return KINDS[field.kind].read(field, value, reading)


def json_schema(fields: Sequence[Field], workflow: Workflow) -> Json:
    """The JSON Schema of an action's input."""
    properties = {f.name: _nullable(f, KINDS[f.kind].schema(f, workflow)) for f in fields}
    required = [f.name for f in fields if f.required]
    schema: Json = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, "required": required} if required else schema


def _nullable(field: Field, schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]} if field.nullable else schema


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _text(value: object, limit: int, *, lines: bool, pointer: str = "") -> str:
    if not isinstance(value, str):
        raise Invalid("This must be a string.", pointer)
    if not value.strip():
        raise Invalid("This must not be empty.", pointer)
    if len(value) > limit:
        raise Invalid(f"This must be at most {limit:,} characters, not {len(value):,}.", pointer)
    if not is_plain(value, lines=lines):
        raise Invalid("This must not contain control characters.", pointer)
    return value


def _object(value: object, required: set[str], optional: set[str], pointer: str = "") -> Json:
    if not isinstance(value, Mapping):
        raise Invalid("This must be an object.", pointer)
    for name in value:
        if name not in required | optional:
            raise Invalid("There is no such field.", f"{pointer}/{_escape(str(name))}")
    for name in sorted(required - value.keys()):
        raise Invalid("This field is required.", f"{pointer}/{name}")
    return dict(value)


def _list(value: object, limit: int) -> Sequence[object]:
    if not isinstance(value, list | tuple):
        raise Invalid("This must be a list.")
    if len(value) > limit:
        raise Invalid(f"At most {limit} are possible, not {len(value)}.")
    return value


def _limit(field: Field, default: int) -> int:
    value = field.options.get("max", default)
    return value if isinstance(value, int) else default


def _read_text(field: Field, value: object, reading: Reading) -> str:
    del reading
    return _text(value, _limit(field, 500), lines=False)


def _read_long_text(field: Field, value: object, reading: Reading) -> str:
    del reading
    return _text(value, _limit(field, LONG_TEXT), lines=True)


def _text_schema(default: int) -> Callable[[Field, Workflow], Json]:
    return lambda f, w: {"type": "string", "minLength": 1, "maxLength": _limit(f, default)}


def _read_boolean(field: Field, value: object, reading: Reading) -> bool:
    del field, reading
    if not isinstance(value, bool):
        raise Invalid("This must be true or false.")
    return value


def _read_integer(field: Field, value: object, reading: Reading) -> int:
    del reading
    low, high = _range(field)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise Invalid(f"This must be a whole number from {low} to {high}.")
    return value


def _range(field: Field) -> tuple[int, int]:
    low, high = field.options.get("min", 0), field.options.get("max", 2**31)
    return (low, high) if isinstance(low, int) and isinstance(high, int) else (0, 2**31)


def _integer_schema(field: Field, workflow: Workflow) -> Json:
    del workflow
    low, high = _range(field)
    return {"type": "integer", "minimum": low, "maximum": high}


def _read_choice(field: Field, value: object, reading: Reading) -> object:
    del reading
    choices = _choices(field)
    if value not in choices or not isinstance(value, str):
        raise Invalid(f"This must be one of: {', '.join(choices)}.")
    return value


def _choices(field: Field) -> tuple[str, ...]:
    of = field.options.get("of", ())
    return tuple(str(choice) for choice in of) if isinstance(of, list | tuple) else ()


def _read_due_time(field: Field, value: object, reading: Reading) -> datetime:
    del field
    if not isinstance(value, str):
        raise Invalid("This must be a timestamp such as 2026-12-01T17:00:00Z.")
    try:
        due = parse(value)
    except ValueError as error:
        raise Invalid("This must be a timestamp with a zone, as 2026-12-01T17:00:00Z.") from error
    if due <= reading.now:
        raise Invalid("This must be in the future.")
    return due


def _read_party(field: Field, value: object, reading: Reading) -> Party:
    del field
    party = _object(value, {"kind", "id"}, {"displayName"})
    party_id = _text(party["id"], ID, lines=False, pointer="/id")
    match party["kind"]:
        case "user":
            return _user_party(party_id, reading.scene)
        case "organization":
            return _organization_party(party_id, reading.scene)
        case "external":
            name = _text(party.get("displayName", party_id), ID, lines=False, pointer="/displayName")
            return Party("external", party_id, name)
        case _:
            raise Invalid("This must be user, organization or external.", "/kind")


def _user_party(user_id: str, scene: Scene) -> Party:
    user = scene.users.get(user_id)
    if user is None:
        raise Invalid(f"There is no user {user_id!r}.", "/id")
    if not user.active:
        raise Invalid(f"{user.display_name} is not active.", "/id")
    return user.party


def _organization_party(organization_id: str, scene: Scene) -> Party:
    organization = scene.organizations.get(organization_id)
    if organization is None:
        raise Invalid(f"There is no organization {organization_id!r}.", "/id")
    return organization.party


def _party_schema(field: Field, workflow: Workflow) -> Json:
    del field, workflow
    text = {"type": "string", "minLength": 1, "maxLength": ID}
    kinds = {"type": "string", "enum": ["user", "organization", "external"]}
    return {
        "type": "object",
        "properties": {"kind": kinds, "id": text, "displayName": text},
        "required": ["kind", "id"],
        "additionalProperties": False,
    }


def _queues(workflow: Workflow) -> list[NamedOrganization]:
    return [o for o in workflow.organizations.values() if o.kind == "queue"]


def _read_group_queue(field: Field, value: object, reading: Reading) -> str:
    del field
    workflow = reading.scene.workflow
    named = workflow.organization_named(value) if isinstance(value, str) else None
    if named is None or named.kind != "queue":
        labels = ", ".join(o.label for o in _queues(workflow))
        raise Invalid(f"This must be a group queue: {labels}.")
    return named.id


def _group_queue_schema(field: Field, workflow: Workflow) -> Json:
    del field
    names = [name for o in _queues(workflow) for name in (o.label, o.id)]
    return {"type": "string", "enum": list(dict.fromkeys(names))}


def _read_prerequisites(field: Field, value: object, reading: Reading) -> tuple[TaskId, ...]:
    del field
    scene = reading.scene
    for index, item in enumerate(_list(value, PREREQUISITES)):
        pointer = f"/{index}"
        if not isinstance(item, str):
            raise Invalid("This must be the id of a task.", pointer)
        if case_of(item) != scene.case.case_id or item not in scene.related:
            raise Invalid("There is no such task in this case.", pointer)
        if scene.task is not None and item == scene.task.task_id:
            raise Invalid("A task cannot wait for itself.", pointer)
    return tuple(dict.fromkeys(str(item) for item in _list(value, PREREQUISITES)))


def _prerequisites_schema(field: Field, workflow: Workflow) -> Json:
    del field, workflow
    return {"type": "array", "items": {"type": "string"}, "maxItems": PREREQUISITES}


def _read_links(field: Field, value: object, reading: Reading) -> tuple[Link, ...]:
    del field, reading
    return tuple(_link(item, f"/{index}") for index, item in enumerate(_list(value, LINKS)))


def _link(value: object, pointer: str) -> Link:
    link = _object(value, {"type", "link", "name"}, set(), pointer)
    limits = {"type": 100, "link": 2_000, "name": 200}
    texts = {n: _text(link[n], limit, lines=False, pointer=f"{pointer}/{n}") for n, limit in limits.items()}
    return Link(**texts)


def _links_schema(field: Field, workflow: Workflow) -> Json:
    del field, workflow
    limits = {"type": 100, "link": 2_000, "name": 200}
    properties = {n: {"type": "string", "minLength": 1, "maxLength": m} for n, m in limits.items()}
    link = {
        "type": "object",
        "properties": properties,
        "required": list(limits),
        "additionalProperties": False,
    }
    return {"type": "array", "items": link, "maxItems": LINKS}


def _read_entity(field: Field, value: object, reading: Reading) -> dict[str, dict[str, str]]:
    del field
    kinds = {c.entity for c in reading.scene.workflow.case_types.values() if c.entity}
    entity = _object(value, set(), kinds)
    return {name: _entity_reference(item, f"/{name}") for name, item in entity.items()}


def _entity_reference(value: object, pointer: str) -> dict[str, str]:
    reference = _object(value, {"id", "displayName"}, set(), pointer)
    return {n: _text(reference[n], ID, lines=False, pointer=f"{pointer}/{n}") for n in reference}


def _entity_schema(field: Field, workflow: Workflow) -> Json:
    del field
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


KINDS: Mapping[str, Kind] = {
    "text": Kind(_text_schema(500), _read_text, frozenset({"max"})),
    "note": Kind(_text_schema(LONG_TEXT), _read_long_text),
    "description": Kind(_text_schema(LONG_TEXT), _read_long_text),
    "instruction": Kind(_text_schema(LONG_TEXT), _read_long_text),
    "boolean": Kind(lambda f, w: {"type": "boolean"}, _read_boolean),
    "integer": Kind(_integer_schema, _read_integer, frozenset({"min", "max"})),
    "choice": Kind(
        lambda f, w: {"type": "string", "enum": list(_choices(f))}, _read_choice, frozenset({"of"})
    ),
    "due_time": Kind(lambda f, w: {"type": "string", "format": "date-time"}, _read_due_time),
    "party": Kind(_party_schema, _read_party),
    "group_queue": Kind(_group_queue_schema, _read_group_queue),
    "prerequisites": Kind(_prerequisites_schema, _read_prerequisites),
    "links": Kind(_links_schema, _read_links),
    "entity": Kind(_entity_schema, _read_entity),
}
