"""The OpenAPI document, made from the routes and the schemas: `python -m functions.api.openapi` renews the copy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from functions.api import routes, schemas
from functions.api.conditions import IF_MATCH
from functions.api.problems import KINDS, MEDIA_TYPE
from functions.api.routing import JSON, Content, Operation

COPY = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"
VERSION = "1"
Json = dict[str, Any]

DESCRIPTION = """\
Tasks for people: who has to do what in a case, what may be done next and by whom, and what has happened so far.

* Send `Authorization: Bearer <token>`; press *Authorize* above to do so from here.
* A resource with a `version` has it as `ETag`. Send it back as `If-Match` with a write: if somebody
  changed the resource meanwhile, the answer is 412 and nothing happens.
* Send an `Idempotency-Key` with a write: a repeat within 24 hours does nothing twice.
* Both headers count only where the operation lists them, and must be well-formed there (400). A write that does not
  list `If-Match` refuses it (400), because it cannot check it, and every write refuses `If-None-Match` and
  `If-Unmodified-Since`; otherwise the headers are ignored. `If-Match: *` matches every version, even if the resource
  does not exist.
* Errors are `application/problem+json` with a stable `code`, except the gateway's own 401 and 429. They are checked
  in the order 401, 413, 400, 404, replay of a request, 412, 403, 409 (the status does not offer it), 422, other 409.
* Lists are `{items, nextCursor}`; send `nextCursor` back as `cursor`. A page may hold fewer items than its
  `limit`, because an answer holds about 5 MB: only a `nextCursor` of null means the end.
* `Casetree-Capacity` gives the read and write units of the table that a request consumed.
"""
TAGS = {
    "Cases": "What the work is about; a case holds tasks.",
    "Doctor": "Finds and repairs broken cases.",
    "Tasks": "Pieces of work: who has to do them, what may be done with them, and what was done.",
    "Queues": "What a person or an organization has to do.",
    "Organizations": "Groups that tasks are assigned to or watched by.",
    "Users": "People.",
    "Connections": "Organizations that work together, and requests for this.",
    "Workflows": "What can be started, and how it runs.",
    "Operations": "The state of the stack as a whole.",
    "About": "The API itself; needs no sign-in.",
}
PATH_PARAMETERS: Mapping[str, tuple[str, Json]] = {
    "caseId": ("The case's id.", {"type": "string", "minLength": 1, "example": "look-4711"}),
    "taskId": ("The task's id.", {"type": "string", "minLength": 1, "example": "look-4711.01k9x3m2q7c5v8nd"}),
    "action": ("The action's name.", {"type": "string", "minLength": 1, "example": "claim"}),
    "userId": ("The user's id.", {"type": "string", "minLength": 1, "example": "ann"}),
    "organizationId": ("The organization's id.", {"type": "string", "minLength": 1, "example": "quality-assurance"}),
    "connectionId": (
        "The connection's id.",
        {"type": "string", "minLength": 1, "example": "01k9x3m2q7c5v8nd"},
    ),
    "name": ("The workflow's name.", {"type": "string", "minLength": 1, "example": "inspection"}),
}
# What any signed-in request may be answered, beyond what its route says.
ALWAYS = (400, 401, 429, 500, 503)
PUBLIC = (400, 429, 500)
# docs/decisions/gateway-answers.md: 429 is the gateway's alone, and of 401 it answers nearly all.
GATEWAY: Mapping[int, str] = {401: "Unauthorized", 429: "Too Many Requests"}
DESCRIPTIONS: Mapping[int, str] = {
    400: "The request cannot be read: malformed JSON, an unknown query parameter, a bad cursor, a header out of place.",
    401: "There is no valid token (the gateway's own answer), or the token names no user (the API's answer).",
    403: "The caller is unknown, or may not do this in any status.",
    404: "It does not exist, or the caller may not see it.",
    409: "The present state does not allow it.",
    412: "It has changed since the version that If-Match names.",
    413: "The body is larger than 256 KB.",
    422: "The input does not fit, or the idempotency key was used with another body.",
    429: "Too many requests at once: the gateway's own answer.",
    500: "Something went wrong here.",
    503: "The table is busy or cannot be reached; try again after `Retry-After` seconds.",
}


@cache
def document() -> Json:
    """The whole document."""
    paths: dict[str, Json] = {}
    for operation in routes.OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Casetree",
            "version": VERSION,
            "summary": "A serverless engine for human tasks",
            "description": DESCRIPTION,
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        # Relative to the document, so that it holds wherever the API is deployed.
        "servers": [{"url": "."}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas.definitions(),
            "responses": {str(status): _problem_answer(status) for status in DESCRIPTIONS},
            "parameters": _header_parameters(),
            "headers": _headers(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def text() -> str:
    """The document as it is kept in the repository."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def _operation(operation: Operation) -> Json:
    described: Json = {
        "tags": [operation.tag],
        "operationId": operation.name,
        "summary": operation.summary,
        "description": operation.description,
        "parameters": _parameters(operation),
        "responses": _answers(operation),
    }
    if operation.body is not None:
        schema = {"$ref": schemas.REFERENCE.format(model=operation.body)}
        described["requestBody"] = {"required": _needs_body(operation.body), "content": {JSON: {"schema": schema}}}
    if operation.public:
        described["security"] = []
    return described


def _needs_body(name: str) -> bool:
    return any(field.is_required() for field in schemas.MODELS[name].model_fields.values())


def _parameters(operation: Operation) -> list[Json]:
    named = [name.strip("{}") for name in operation.path.split("/") if name.startswith("{")]
    path = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": PATH_PARAMETERS[name][0],
            "schema": PATH_PARAMETERS[name][1],
        }
        for name in named
    ]
    query = [
        {"name": p.name, "in": "query", "required": p.needed, "description": p.description, "schema": dict(p.schema)}
        for p in operation.query
    ]
    headers = ["If-Match"] * operation.versioned + ["Idempotency-Key"] * operation.idempotent
    return [*path, *query, *({"$ref": f"#/components/parameters/{name}"} for name in headers)]


def _answers(operation: Operation) -> Json:
    statuses = {*(PUBLIC if operation.public else ALWAYS), *operation.refusals}
    if operation.method != "GET":
        statuses.add(413)
    if "{" in operation.path:
        # Also where something new may be made: some ids are no address at all.
        statuses.add(404)
    problems = {str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(statuses)}
    answer = operation.answer
    successes = {answer.status: answer, **({201: replace(answer, status=201)} if answer.created else {})}
    return {**{str(status): _success(operation, content) for status, content in successes.items()}, **problems}


def _success(operation: Operation, answer: Content) -> Json:
    content: Json = {media_type: {"schema": {"type": "string"}} for media_type in answer.other}
    if answer.schema is not None:
        content[JSON] = {"schema": {"$ref": schemas.REFERENCE.format(model=answer.schema)}}
    names = ["Casetree-Capacity"]
    if "version" in getattr(schemas.MODELS.get(answer.schema or ""), "model_fields", {}):
        names.append("ETag")
    if answer.status == HTTPStatus.CREATED:
        names.append("Location")
    if operation.idempotent:
        names.append("Idempotency-Replayed")
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    described: Json = {"description": answer.description, "headers": headers}
    return {**described, "content": content} if content else described


def _problem_answer(status: int) -> Json:
    described: Json = {"description": DESCRIPTIONS[status]}
    content: Json = {}
    codes = [code for code, kind in KINDS.items() if kind.status == status]
    if codes:
        problem: Json = {"$ref": schemas.REFERENCE.format(model="Problem")}
        narrowed: Json = {"properties": {"status": {"const": status}, "code": {"enum": codes}}}
        content[MEDIA_TYPE] = {"schema": {"allOf": [problem, narrowed]}}
    if status in GATEWAY:
        message = {"type": "string", "example": GATEWAY[status]}
        content[JSON] = {"schema": {"type": "object", "required": ["message"], "properties": {"message": message}}}
    described["content"] = content
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        described["headers"] = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
    return described


def _header_parameters() -> Json:
    return {
        "If-Match": {
            "name": "If-Match",
            "in": "header",
            "required": False,
            "description": "The ETag of the version that was seen; otherwise 412. Just one version may be named.",
            "schema": {"type": "string", "pattern": f"^{IF_MATCH}$", "example": '"3"'},
        },
        "Idempotency-Key": {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "Any text: a repeat with the same key within 24 hours does nothing twice.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]{1,255}$"},
        },
    }


def _headers() -> Json:
    described = {
        "ETag": ("The version, for If-Match.", '"3"'),
        "Location": ("Where the new resource is.", "/tasks/look-4711.01k9x3m2q7c5v8nd"),
        "Idempotency-Replayed": ("`true` if the request had been done before.", "true"),
        "Casetree-Capacity": ("Read and write units that the request consumed.", "read=2, write=9"),
        "Retry-After": ("In how many seconds to try again.", "1"),
    }
    return {
        name: {"description": text, "schema": {"type": "string", "example": example}}
        for name, (text, example) in described.items()
    }


if __name__ == "__main__":
    COPY.parent.mkdir(exist_ok=True)
    COPY.write_text(text(), "utf-8")
