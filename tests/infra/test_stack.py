import json

import pytest
from aws_cdk.assertions import Template

from infra.settings import Settings
from infra.stack import CasetreeStack
from tests.infra.conftest import Synthesize, make_app


def test_the_outputs_say_what_clients_and_operators_need(template: Template) -> None:
    """Where to call, whom to ask for a token, and what to look at."""
    assert set(template.to_json()["Outputs"]) == {
        "ApiUrl",
        "ConsoleUrl",
        "ConsoleClientId",
        "TableName",
        "BusName",
        "FailureQueueUrl",
        "UserPoolId",
        "UserPoolClientId",
        "ApiFunctionName",
        "ConsoleFunctionName",
        "HooksFunctionName",
        "RelayFunctionName",
        "TimersFunctionName",
    }


def test_a_laptop_gets_the_same_template(template: Template, synthesize: Synthesize) -> None:
    """What runs locally is what runs on AWS: only the check of AWS's bootstrap stack is left out."""
    aws, local = template.to_json(), synthesize(target="local").to_json()
    assert local["Resources"] == aws["Resources"]
    assert local["Outputs"] == aws["Outputs"]
    assert set(aws) - set(local) == {"Parameters", "Rules"}


@pytest.mark.parametrize(("context", "protected"), [({}, True), ({"throwaway": "true"}, False)])
def test_a_stack_with_data_is_not_deleted_by_mistake(context: dict[str, str], *, protected: bool) -> None:
    """CloudFormation refuses to delete it until somebody says so."""
    app = make_app(**context)
    assert CasetreeStack(app, Settings.from_context(app.node)).termination_protection is protected


def test_the_template_is_the_same_every_time(template: Template) -> None:
    """A second synthesis changes nothing, so a deployment shows what somebody changed."""
    app = make_app()
    again = Template.from_stack(CasetreeStack(app, Settings.from_context(app.node))).to_json()
    assert json.dumps(again) == json.dumps(template.to_json())
