"""The OpenAPI document: complete, valid, kept in the repository, and true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from functions.api import routes, schemas
from functions.api.conditions import if_match
from functions.api.openapi import COPY, document, text
from functions.api.problems import Problem
from functions.api.routing import Operation
from shared import workflows
from shared.domain import cases, first_tasks, members
from shared.engine import doctor_requests
from shared.engine.bulk import actions, assignment
from tests.functions.api.client import Client
from tests.functions.api.conftest import World

METHODS = ("get", "post", "put", "patch", "delete")


def _operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document()["paths"].items():
        for method in METHODS:
            if method in item:
                yield method, path, item[method]


def test_the_copy_in_the_repository_is_the_document() -> None:
    """A change of the API shows in review. To renew it: python -m functions.api.openapi."""
    assert COPY.read_text("utf-8") == text(), "Run: python -m functions.api.openapi"


def test_the_document_is_valid() -> None:
    """By OpenAPI's own rules."""
    validate(document())


def test_every_route_is_in_the_document() -> None:
    """And nothing else."""
    documented = {(method.upper(), path) for method, path, _ in _operations()}
    assert documented == {(operation.method, operation.path) for operation in routes.OPERATIONS}


def test_every_operation_can_be_read_without_the_code() -> None:
    """A name of its own, a summary, a description, a tag that is explained, and what each parameter means."""
    tags = {tag["name"] for tag in document()["tags"]}
    names = [operation["operationId"] for _, _, operation in _operations()]
    assert len(names) == len(set(names))
    for _, path, operation in _operations():
        assert operation["summary"]
        assert operation["description"].endswith(".")
        assert set(operation["tags"]) <= tags
        named = [p for p in operation["parameters"] if "$ref" not in p]
        assert all(parameter["description"] for parameter in named)
        assert {p["name"] for p in named if p["in"] == "path"} == set(re.findall(r"{(\w+)}", path))


def test_every_operation_says_how_it_may_be_refused() -> None:
    """With problems; what is behind a token says so."""
    public = {"/health", "/openapi.json", "/docs"}
    for method, path, operation in _operations():
        statuses = set(operation["responses"])
        assert {"400", "429", "500"} <= statuses
        assert (operation.get("security") == []) == (path in public)
        assert ("401" in statuses) == ("503" in statuses) == (path not in public)
        assert ("413" in statuses) == (method != "get")
        if "{" in path:
            assert "404" in statuses
        if "requestBody" in operation:
            assert "422" in statuses
        headers = [p["$ref"].rpartition("/")[2] for p in operation["parameters"] if "$ref" in p]
        assert ("412" in statuses) == ("If-Match" in headers)


def test_every_schema_is_used_and_every_reference_leads_somewhere() -> None:
    """The document has no loose ends."""
    components = document()["components"]
    references = set(_references(document()))
    for reference in references:
        kind, name = reference.removeprefix("#/components/").split("/")
        assert name in components[kind]
    used = {r.rpartition("/")[2] for r in references if "/schemas/" in r}
    assert set(components["schemas"]) - used == set()


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def test_every_example_fits_its_schema() -> None:
    """What is shown can be sent."""
    for schema in _with_examples(document()["components"]["schemas"]):
        whole = {**schema, "components": document()["components"]}
        for example in schema["examples"]:
            Draft202012Validator(whole).validate(example)


def _with_examples(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("examples"), list):
            yield value
        for name, item in value.items():
            if name != "examples":
                yield from _with_examples(item)
    elif isinstance(value, list):
        for item in value:
            yield from _with_examples(item)


def test_bodies_have_the_fields_that_the_engine_reads() -> None:
    """What the engine takes is documented, and what is documented is taken."""
    known = [workflows.load().latest(name) for name in workflows.load().names]
    created = {field.name for workflow in known for field in workflow.creation.fields} | {"type"}
    edited = {
        field.name for workflow in known if "edit" in workflow.actions for field in workflow.actions["edit"].fields
    }
    expected = {
        "TaskCreation": created,
        # With a new case comes no task that another could stand under.
        "CaseTask": created - {"parentId"} | {"key"},
        "TaskChange": edited,
        "CaseCreation": cases.BEGINNING | {"displayName"},
        "CaseChange": {"displayName", "attributes"},
        "CaseClosing": {"reason"},
        "UserInput": set(members.USER),
        "OrganizationInput": set(members.ORGANIZATION),
        "MemberInput": set(members.MEMBER),
        "HandBackInput": {"dryRun"},
        "RepairInput": set(doctor_requests.FIELDS),
        "BulkAssignmentInput": set(assignment.FIELDS),
        "BulkActionInput": set(actions.FIELDS),
    }
    components = document()["components"]["schemas"]
    documented = {name: set(components[name]["properties"]) for name in expected}
    assert documented == expected
    assert all(components[name]["additionalProperties"] is False for name in expected)


def test_limits_are_those_of_the_engine() -> None:
    """A form that keeps to the document is not refused for a length."""
    components = document()["components"]["schemas"]
    workflow = workflows.load().latest("inspection")
    limits = {field.name: field for field in workflow.creation.fields}
    created = components["TaskCreation"]["properties"]
    assert created["description"]["maxLength"] == 10_000
    assert (created["links"]["maxItems"], created["prerequisites"]["maxItems"]) == (100, 50)
    assert created["awaiting"]["anyOf"][0]["maxLength"] == limits["awaiting"].options["max"]
    assert created["priority"]["maximum"] == limits["priority"].options["max"]
    assert components["CaseCreation"]["properties"]["tasks"]["maxItems"] == first_tasks.TASKS


@pytest.mark.parametrize(
    ("model", "body"),
    [
        ("CaseCreation", {"caseId": None, "caseType": None, "template": None}),
        ("CaseCreation", {"tasks": [{"type": "QA", "key": "k" * 1_000}]}),
        ("CaseCreation", {"tasks": [{"type": "QA", "assignedParty": None, "dueTime": None, "awaiting": None}]}),
    ],
)
def test_what_is_taken_fits_the_document(ann: Client, model: str, body: dict[str, Any]) -> None:
    """Null where it stands for nothing given; a key is as long as one likes."""
    body = {"workflow": "inspection", **body}
    schema = {"$ref": f"#/components/schemas/{model}", "components": document()["components"]}
    assert ann.post("/cases", body).status == 201
    Draft202012Validator(schema).validate(body)


@pytest.mark.parametrize("field", ["displayName", "organizationId", "attributes", "tasks"])
def test_null_is_refused_where_the_document_has_none(ann: Client, field: str) -> None:
    """As any other misfit."""
    schema = {"$ref": "#/components/schemas/CaseCreation", "components": document()["components"]}
    body = {"workflow": "inspection", field: None}
    assert not Draft202012Validator(schema).is_valid(body)
    assert ann.post("/cases", body).status == 422


@pytest.mark.parametrize(
    "given",
    ['"3"', 'W/"3"', ' "3" ', "*", " *", '"a", W/"b"', '""', "3", '"3', "", "W/3", '"3";', '"a"b"', "*, *", '"a b"'],
)
def test_if_match_is_what_its_pattern_says(given: str) -> None:
    """Neither more nor less."""
    pattern = document()["components"]["parameters"]["If-Match"]["schema"]["pattern"]
    if re.search(pattern, given):
        if_match({"if-match": given})
        return
    with pytest.raises(Problem):
        if_match({"if-match": given})


def test_the_answers_of_the_gateway_itself_are_documented() -> None:
    """It refuses a missing token and too many requests in its own words, which no function can change."""
    answers = document()["components"]["responses"]
    assert set(answers["401"]["content"]) == {"application/problem+json", "application/json"}
    assert set(answers["429"]["content"]) == {"application/json"}
    own = answers["401"]["content"]["application/json"]["schema"]
    assert Draft202012Validator(own).is_valid({"message": "Unauthorized"})
    assert not Draft202012Validator(own).is_valid({})


@pytest.mark.parametrize("name", sorted(schemas.MODELS))
def test_every_schema_is_described(name: str) -> None:
    """In a sentence."""
    assert document()["components"]["schemas"][name]["description"].endswith(".")


def _asked(world: World) -> str:
    """The id of a connection that somebody was asked for by email."""
    partner = {"name": "Brook Labs", "email": "ida@example.org"}
    asked = world.as_("ann").post("/connections", {"organizationId": "quality-assurance", "partner": partner})
    world.settle()
    return str(asked.json["connectionId"])


@pytest.mark.parametrize("operation", [o for o in routes.OPERATIONS if o.body], ids=lambda o: o.name)
def test_the_examples_of_bodies_are_accepted(world: World, operation: Operation) -> None:
    """What Swagger UI puts into the editor can be sent as it is."""
    task_id = world.task("look-1")["taskId"]
    given = {"caseId": "look-1", "taskId": task_id, "userId": "bob", "organizationId": "harbor", "action": "claim"}
    if operation.body == "BulkAssignmentInput":
        given["organizationId"] = "quality-assurance"
    if operation.body == "ConnectionAnswer":
        given["connectionId"] = _asked(world)
    path = re.sub(r"{(\w+)}", lambda found: given[found[1]], operation.path)
    shown = document()["components"]["schemas"][operation.body or ""]["examples"][0]
    if operation.body == "ConnectionInput":
        shown = {**shown, "organizationId": "quality-assurance"}
    if operation.body == "ConnectionAnswer":
        # A token is another one for each request: no example can be.
        shown = {**shown, "token": world.tokens[given["connectionId"]]}
    bodies = ("MigrationInput", "RepairInput")
    for_admins = path.startswith(("/users", "/organizations")) or operation.body in bodies
    client = world.as_("admin") if for_admins else world.as_("ann")
    answer = client.call(operation.method, path, shown)
    assert answer.status in (200, 201), answer.text
