"""What schemathesis makes of the OpenAPI document, valid or not, is answered as documented.

Each run tries the same requests. FUZZ_EXAMPLES says how many of each kind for each route; a long run, say of
2,000, takes hours and tries others each time.
"""

from __future__ import annotations

import os
from collections import defaultdict
from copy import deepcopy
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import BaseSchema, Case
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.generation.stateful.state_machine import APIStateMachine

from functions.api.openapi import document
from shared import workflows
from tests.functions.api.conftest import World
from tests.functions.api.security.gateway import Gateway, Start
from tests.functions.api.security.scene import Scene, scene

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "5"))
SETTINGS = settings(
    max_examples=EXAMPLES,
    stateful_step_count=10,
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
PATH = {"caseId", "taskId", "userId", "organizationId", "connectionId", "name", "action"}
RELATIONS = ("administrator", "member", "owner", "stranger")
# What a schema cannot say (which words a workflow has, what a cursor looks like) is refused all the same.
CHECKS = {
    "negative_data_rejection": {"expected-statuses": ["400", "401", "403", "404", "405", "409", "412", "422"]},
    "positive_data_acceptance": {"enabled": False},
    # Tokens are checked by API Gateway, before the function.
    "ignored_auth": {"enabled": False},
}


def _schema(here: Scene, relation: str) -> BaseSchema:
    """The document over the API as somebody in this relation calls it; ids are mostly some that there are."""
    known = defaultdict(set)
    for names in here.names.values():
        for name, value in names.items():
            known[name].add(value)
    loaded = workflows.load()
    known["name"] |= set(loaded.names)
    known["action"] |= {action for name in loaded.names for action in loaded.latest(name).actions}
    config = {
        "dictionaries": {name: {"values": sorted(values)} for name, values in known.items()},
        "parameters": {f"path.{name}": {"dictionary": name, "probability": 0.8} for name in PATH & known.keys()},
        "generation": {"with-security-parameters": False},
        "checks": CHECKS,
    }
    # Behind the function is no stage whose prefix would have to be kept.
    served = {**deepcopy(document()), "servers": [{"url": "/"}]}
    schema = schemathesis.openapi.from_dict(served, config=SchemathesisConfig.from_dict(config))
    schema.app = Gateway(here.as_(relation))
    return schema


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
@pytest.mark.parametrize("relation", RELATIONS)
def test_whatever_is_sent_is_answered_as_documented(world: World, relation: str, mode: GenerationMode) -> None:
    """No 5xx, no status, header or media type that is not documented, no body that its schema does not know."""
    here = scene(world)
    for found in _schema(here, relation).get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query or operation.headers):
            # An id may be any text, so there is nothing that would not fit.
            continue

        @SETTINGS
        @given(operation.as_strategy(generation_mode=mode))
        def answered_as_documented(case: Case[Any]) -> None:
            here.restore()
            case.call_and_validate()

        answered_as_documented()


@pytest.mark.parametrize("relation", ["administrator", "owner"])
def test_whatever_is_sent_after_another_is_answered_as_documented(world: World, relation: str) -> None:
    """Requests that go on with ids which those before them were answered with."""
    here = scene(world)
    schema = _schema(here, relation)

    class Machine(schema.as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            here.restore()

    machine: type[APIStateMachine] = Machine
    machine.run(settings=SETTINGS)


def test_an_undocumented_answer_would_be_noticed(world: World) -> None:
    """The checks above are not ones that always pass."""
    schema = _schema(scene(world), "stranger")

    def teapot(_: object, start: Start) -> list[bytes]:
        start("418 I'm a teapot", [("Content-Type", "text/plain")])
        return [b""]

    schema.app = teapot
    with pytest.raises(FailureGroup):
        schema["/users/me"]["GET"].Case().call_and_validate()
