"""The stack's template, synthesized once for each choice of context and without building anything."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App
from aws_cdk.assertions import Template

from infra.settings import Settings
from infra.stack import CasetreeStack

CDK_JSON = Path(__file__).resolve().parents[2] / "cdk.json"

Synthesize = Callable[..., Template]


def make_app(**context: Any) -> App:
    """An app as `cdk --context` makes it, without assets."""
    return App(context={**json.loads(CDK_JSON.read_text())["context"], "bundle": "skip", **context})


@cache
def _template(context: tuple[tuple[str, str], ...]) -> Template:
    app = make_app(**dict(context))
    return Template.from_stack(CasetreeStack(app, Settings.from_context(app.node)))


@pytest.fixture(scope="session")
def synthesize() -> Synthesize:
    """Makes the template for a context: `synthesize(throwaway="true")`."""
    return lambda **context: _template(tuple(sorted(context.items())))


@pytest.fixture(scope="session")
def template(synthesize: Synthesize) -> Template:
    """The template as it is by default."""
    return synthesize()


@pytest.fixture(scope="session")
def resources(template: Template) -> dict[str, dict[str, Any]]:
    """The resources of the default template, by logical id."""
    found: dict[str, dict[str, Any]] = template.to_json()["Resources"]
    return found


@pytest.fixture(scope="session")
def functions(resources: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The properties of the five functions, by name."""
    return {
        resource["Properties"]["Handler"].split(".")[1]: resource["Properties"]
        for resource in resources.values()
        if resource["Type"] == "AWS::Lambda::Function"
    }
