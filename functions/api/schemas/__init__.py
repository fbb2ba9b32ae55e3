"""The HTTP contract: what the API takes and answers, as JSON Schema.

Loaded for the OpenAPI document only. What a request's body may hold is decided by the engine, in
its place in the order of checks; tests hold these schemas and the engine's answers together.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from functions.api.schemas import cases, common, connections, doctor, operations, people, queues, tasks, workflows

REFERENCE = "#/components/schemas/{model}"


def definitions() -> dict[str, Any]:
    """Every schema by its name, as components of an OpenAPI document."""
    models = [(model, _mode(model)) for model in MODELS.values()]
    _, schemas = models_json_schema(models, ref_template=REFERENCE)
    return {name: _cleaned(schema) for name, schema in sorted(schemas["$defs"].items())}


def _models() -> dict[str, type[BaseModel]]:
    """Every model by its name; those that end in `Fields` are what others have in common."""
    modules = (common, people, tasks, cases, doctor, queues, connections, workflows, operations)
    found = [value for module in modules for value in vars(module).values() if isinstance(value, type)]
    models = {value.__name__: value for value in found if issubclass(value, BaseModel)}
    shared = {"BaseModel", "Input", "Output", *(name for name in models if name.endswith("Fields"))}
    return {name: model for name, model in models.items() if name not in shared}


MODELS = _models()


def _mode(model: type[BaseModel]) -> Any:
    return "validation" if issubclass(model, common.Input) else "serialization"


def _cleaned(schema: Any) -> Any:
    """The schema without what only pydantic needs: titles made from names, and null where a field may be left out."""
    if isinstance(schema, list):
        return [_cleaned(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: value for name, value in schema.items() if not _is_noise(name, value)}
    return {name: value if name == "examples" else _cleaned(value) for name, value in kept.items()}


def _is_noise(name: str, value: object) -> bool:
    return (name == "title" and isinstance(value, str)) or (name == "default" and value is None)
