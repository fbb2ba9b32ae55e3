import json
from typing import Any

import pytest
from aws_cdk.assertions import Annotations, Match, Template

from infra import bundle
from infra.function import Packages
from infra.settings import Settings
from infra.stack import CasetreeStack
from tests.infra.conftest import Synthesize, make_app

ON_THE_TABLE = ["api", "hooks", "relay", "timers"]
NAMES = ["api", "console", "hooks", "relay", "timers"]
Properties = dict[str, dict[str, Any]]


def test_there_are_the_five_functions(functions: Properties) -> None:
    """One for each trigger and set of permissions, under the names by which tests import them."""
    assert sorted(functions) == NAMES
    assert {name: properties["Handler"] for name, properties in functions.items()} == {
        name: f"functions.{name}.handler.handler" for name in NAMES
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_function_runs_on_arm_from_one_code_and_one_layer(functions: Properties, name: str) -> None:
    """The packages are built once, for one processor and one Python; the console needs none but its own code."""
    properties = functions[name]
    assert properties["Architectures"] == ["arm64"]
    assert properties["Runtime"] == "python3.13"
    assert properties.get("Layers", []) == ([] if name == "console" else functions["api"]["Layers"])
    assert len(functions["api"]["Layers"]) == 1
    assert properties["Code"] == functions["api"]["Code"]


def test_the_layer_is_for_the_same_processor_and_python(template: Template) -> None:
    """Lambda refuses to combine what does not fit; so does this test, earlier."""
    template.has_resource_properties(
        "AWS::Lambda::LayerVersion",
        {"CompatibleArchitectures": ["arm64"], "CompatibleRuntimes": ["python3.13"]},
    )


def test_another_python_can_be_chosen(synthesize: Synthesize) -> None:
    """Where the runtime's Python is not at hand, one that is gives functions with bytecode."""
    synthesize(python="3.12").all_resources_properties("AWS::Lambda::Function", {"Runtime": "python3.12"})


@pytest.mark.parametrize("name", NAMES)
def test_every_function_is_told_where_things_are(functions: Properties, name: str) -> None:
    """The table, the bus who speaks on it, and Powertools the name under which logs and metrics are found."""
    variables = functions[name]["Environment"]["Variables"]
    assert ("CASETREE_TABLE" in variables) == (name in ON_THE_TABLE)
    assert ("CASETREE_BUS" in variables) == (name in {"relay", "timers"})
    assert variables["POWERTOOLS_SERVICE_NAME"] == name
    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == "Casetree"
    assert variables["POWERTOOLS_LOG_LEVEL"] == "INFO"


@pytest.mark.parametrize("name", NAMES)
def test_lambda_itself_writes_of_failures_alone(functions: Properties, name: str) -> None:
    """What it says of each invocation that went well costs a third of the log; what the functions say, all comes."""
    logging = functions[name]["LoggingConfig"]
    levels = (logging["LogFormat"], logging["ApplicationLogLevel"], logging["SystemLogLevel"])
    assert levels == ("JSON", "INFO", "WARN")


def test_who_wants_to_can_have_lambda_write_of_every_invocation(synthesize: Synthesize) -> None:
    """How much memory it took, and how long a cold start was, stands nowhere else."""
    config = Match.object_like({"LoggingConfig": Match.object_like({"SystemLogLevel": "INFO"})})
    synthesize(systemLogLevel="INFO").all_resources_properties("AWS::Lambda::Function", config)


def test_only_who_has_to_know_the_failure_queue_does(functions: Properties) -> None:
    """To put something there, or to say how much is; the others have no business there."""
    knowing = {name for name in NAMES if "CASETREE_FAILURE_QUEUE_URL" in functions[name]["Environment"]["Variables"]}
    assert knowing == {"api", "hooks", "relay"}


def test_the_console_is_told_how_people_sign_in(functions: Properties, synthesize: Synthesize) -> None:
    """By the same issuer as the API's, with a client of its own; of another issuer, with the one that is named."""
    variables = functions["console"]["Environment"]["Variables"]
    assert "UserPool" in json.dumps(variables["CASETREE_ISSUER"])
    assert "ConsoleClient" in json.dumps(variables["CASETREE_CLIENT_ID"])
    assert variables["CASETREE_SCOPE"] == "openid"
    assert ".amazoncognito.com" in json.dumps(variables["CASETREE_SIGN_IN_ORIGINS"])
    own = {
        "issuer": "https://login.example/realm",
        "audience": "casetree,other",
        "signInOrigins": "https://token.example",
    }
    chosen = {"CASETREE_ISSUER": "https://login.example/realm", "CASETREE_SIGN_IN_ORIGINS": "https://token.example"}
    for context, client, scope in (
        (own, "casetree", "openid"),
        ({**own, "consoleClient": "page", "consoleScope": "openid tasks"}, "page", "openid tasks"),
    ):
        synthesize(**context).has_resource_properties(
            "AWS::Lambda::Function",
            {
                "Environment": {
                    "Variables": Match.object_like({**chosen, "CASETREE_CLIENT_ID": client, "CASETREE_SCOPE": scope})
                }
            },
        )


def test_the_api_is_told_how_to_know_a_caller(functions: Properties) -> None:
    """The claims that may name the user, in their order, and the group of administrators."""
    variables = functions["api"]["Environment"]["Variables"]
    assert variables["CASETREE_USER_CLAIMS"] == "username,cognito:username,sub"
    assert variables["CASETREE_ADMIN_GROUP"] == "casetree-admins"


@pytest.mark.parametrize(
    "context", [{}, {"target": "local"}, {"issuer": "https://login.example", "audience": "a"}, {"throwaway": "true"}]
)
def test_no_template_redirects_the_functions(synthesize: Synthesize, context: dict[str, str]) -> None:
    """A function with AWS_ENDPOINT_URL would honour a moved clock: only a local stack sets it, by itself."""
    assert "AWS_ENDPOINT_URL" not in json.dumps(synthesize(**context).to_json())


def test_the_api_gives_up_before_its_gateway_does(functions: Properties) -> None:
    """API Gateway waits for 30 seconds; an answer after that is work for nobody."""
    assert functions["api"]["Timeout"] < 30


def test_every_log_ends_some_day(template: Template, synthesize: Synthesize) -> None:
    """One log for each function and one for the API, none of them kept for ever."""
    template.resource_count_is("AWS::Logs::LogGroup", len(NAMES) + 1)
    template.all_resources_properties("AWS::Logs::LogGroup", {"RetentionInDays": 90})
    synthesize(logRetentionDays="365").all_resources_properties("AWS::Logs::LogGroup", {"RetentionInDays": 365})


@pytest.mark.parametrize("name", NAMES)
def test_every_function_writes_the_log_that_the_stack_made(functions: Properties, name: str) -> None:
    """Lambda would make a log of its own that is never deleted."""
    assert "Ref" in functions[name]["LoggingConfig"]["LogGroup"]


def test_missing_bytecode_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever deploys without the runtime's Python learns what that costs and what to do."""
    stub = bundle.stub("code")
    monkeypatch.setattr(bundle, "find_interpreter", lambda _version: None)
    monkeypatch.setattr(bundle, "build_layer", lambda _platform: stub)
    monkeypatch.setattr(bundle, "build_code", lambda _platform: stub)
    app = make_app(bundle="build")
    stack = CasetreeStack(app, Settings.from_context(app.node))
    assert any(isinstance(child, Packages) for child in stack.node.find_all())
    Annotations.from_stack(stack).has_warning("*", Match.string_like_regexp("No Python 3.13 .* without bytecode"))
