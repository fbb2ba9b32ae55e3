"""Holds every answer that a test sees to the OpenAPI document: status, media type, headers and body."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

from jsonschema import Draft202012Validator

from functions.api.openapi import document

# Answers to what is no operation at all: there is nothing to document them under.
UNDOCUMENTED = {401, 404, 405, 413}
SOMETIMES = frozenset({"Idempotency-Replayed"})
UNTOLD = SOMETIMES | {"Casetree-Capacity"}
PROBLEM = "application/problem+json"


def check_answer(method: str, path: str, status: int, headers: Mapping[str, str], text: str) -> None:
    """Fail unless the document says that the operation may answer so."""
    assert headers["cache-control"]
    if not _hides(status, text):
        assert re.fullmatch(r"read=[0-9.]+, write=[0-9.]+", headers["casetree-capacity"])
    media_type = headers.get("content-type", "").partition(";")[0]
    if status >= 400:
        assert media_type == PROBLEM
        assert json.loads(text)["status"] == status
    operation = _operation(method, path)
    if operation is None:
        assert status in UNDOCUMENTED
        return
    assert str(status) in operation["responses"], f"{method} {path} may not answer {status}: {text}"
    answer = _resolved(operation["responses"][str(status)])
    _check_headers(answer, headers, UNTOLD if _hides(status, text) else SOMETIMES)
    content = answer.get("content", {})
    if not content:
        assert text == ""
        return
    assert media_type in content, f"{method} {path} may not answer with {media_type}"
    if media_type.endswith("json"):
        _validator(json.dumps(content[media_type]["schema"])).validate(json.loads(text))


def _check_headers(answer: Mapping[str, Any], headers: Mapping[str, str], optional: frozenset[str]) -> None:
    """Headers that are always there are there; others may be."""
    for name in answer.get("headers", {}):
        assert name in optional or name.lower() in headers, f"{name} is missing"


def _hides(status: int, text: str) -> bool:
    """Whether something was not found, of several tasks also just one: what it cost would tell of what is hidden."""
    if status == HTTPStatus.NOT_FOUND:
        return True
    return '"status":404' in text and any(
        item.get("status") == HTTPStatus.NOT_FOUND for item in json.loads(text)["items"]
    )


def _operation(method: str, path: str) -> Mapping[str, Any] | None:
    paths = document()["paths"]
    for template in sorted(paths, key=lambda known: known.count("{")):
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            operation: Mapping[str, Any] | None = paths[template].get(method.lower())
            return operation
    return None


def _resolved(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = answer.get("$ref")
    if reference is None:
        return answer
    resolved: Mapping[str, Any] = document()["components"]["responses"][reference.rpartition("/")[2]]
    return resolved


@cache
def _validator(schema: str) -> Draft202012Validator:
    whole = {**_strict(json.loads(schema)), "components": _strict(document()["components"])}
    return Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _strict(schema: Any) -> Any:
    """The document, with every object closed: a field that is answered must be documented."""
    if isinstance(schema, list):
        return [_strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {name: _strict(value) for name, value in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        strict.setdefault("additionalProperties", False)
    return strict
