"""Fields of input: read by their kinds, with every error at once, and shown as JSON Schema.

The action's input, the list of available actions and a form in an editor all follow from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from shared.domain.definitions.workflow import Action, Field, Workflow
from shared.domain.model.plan import FieldError
from shared.domain.words.kind import Invalid, Json, Kind, Reading, escape
from shared.domain.words.plain_kinds import PLAIN_KINDS
from shared.domain.words.task_kinds import TASK_KINDS

OPTION = "option"
"""The field of the input that names an option, where an action has some."""

KINDS: Mapping[str, Kind] = {**PLAIN_KINDS, **TASK_KINDS}


def read_input(
    fields: Sequence[Field], given: Mapping[str, object], reading: Reading
) -> tuple[dict[str, object], tuple[FieldError, ...]]:
    """The values of all fields that were given, read; and every error, each with its pointer."""
    known = {field.name for field in fields}
    errors = [FieldError(f"/{escape(n)}", "There is no such field.") for n in given if n not in known]
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


def read_action(
    action: Action, given: Mapping[str, object], reading: Reading
) -> tuple[dict[str, object], tuple[FieldError, ...]]:
    """The same for the input of an action: of the groups that it takes either of, just one is given."""
    values, errors = read_input(action.fields, given, reading)
    return values, (*errors, *_either_errors(action, given))


def _either_errors(action: Action, given: Mapping[str, object]) -> Iterator[FieldError]:
    named = [group for group in action.either if any(name in given for name in group)]
    if not action.either or (len(named) == 1 and all(name in given for name in named[0])):
        return
    groups = " or ".join(" with ".join(group) for group in action.either)
    if len(named) != 1:
        yield FieldError("", f"Give just one of: {groups}.")
        return
    for name in named[0]:
        if name not in given:
            yield FieldError(f"/{name}", "This field is required.")


def read_value(field: Field, value: object, reading: Reading) -> object:
    """The value of one field; raises Invalid."""
    if value is None:
        if field.nullable:
            return None
        raise Invalid("This field cannot be null.")
    return KINDS[field.kind].read(field, value, reading)


def json_schema(fields: Sequence[Field], workflow: Workflow) -> Json:
    """The JSON Schema of an object with these fields."""
    properties = {f.name: _nullable(f, KINDS[f.kind].schema(f, workflow)) for f in fields}
    required = [f.name for f in fields if f.required]
    schema: Json = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, "required": required} if required else schema


def input_schema(action: Action, workflow: Workflow) -> Json:
    """The JSON Schema of an action's input; of one with options, of just those that it has."""
    if action.options:
        return {"oneOf": [_with_option(name, option, workflow) for name, option in action.options.items()]}
    schema = json_schema(action.fields, workflow)
    groups = [_only(group, action.either) for group in action.either]
    return {**schema, "oneOf": groups} if groups else schema


def _only(group: Sequence[str], either: Sequence[Sequence[str]]) -> Json:
    """The schema of an object with all of the group's fields, and none of the others'."""
    others = [name for other in either for name in other if name not in group]
    return {"required": list(group), "properties": dict.fromkeys(others, False)}


def _with_option(name: str, option: Action, workflow: Workflow) -> Json:
    schema = input_schema(option, workflow)
    properties = {OPTION: {"const": name}, **cast(Json, schema["properties"])}
    return {
        **schema,
        "title": option.label,
        "properties": properties,
        "required": [OPTION, *cast(list[str], schema.get("required", []))],
    }


def _nullable(field: Field, schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]} if field.nullable else schema
