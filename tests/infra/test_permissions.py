"""What each function may do, as the template says it, and what it must never do."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.infra.conftest import Synthesize
from tests.infra.test_good_practice import each_variant

Resources = dict[str, dict[str, Any]]
Statement = dict[str, Any]

ON_THE_TABLE = ["api", "hooks", "relay", "timers"]
NAMES = [*ON_THE_TABLE, "console"]
READ = {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"}
WRITE = {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"}
COUNT = WRITE - {"dynamodb:DeleteItem"}
CHECK = {"dynamodb:ConditionCheckItem"}
STREAM = {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"}
LOG = {"logs:CreateLogStream", "logs:PutLogEvents"}
SECRET = {"secretsmanager:GetSecretValue"}
METRICS = {"cloudwatch:GetMetricData", "cloudwatch:ListMetrics"}

ALLOWED = {
    "api": LOG | SECRET | READ | WRITE | CHECK | METRICS | {"sqs:GetQueueAttributes"},
    "hooks": LOG | SECRET | READ | WRITE | CHECK | STREAM | {"sqs:SendMessage"},
    "relay": LOG | SECRET | READ | COUNT | STREAM | {"sqs:SendMessage", "events:PutEvents"},
    "console": LOG,
    "timers": LOG | SECRET | READ | WRITE | CHECK | {"dynamodb:Scan", "events:PutEvents"},
}
INDEXES = {
    "api": {"party-queue", "organization-queue", "unassigned", "timeline"},
    "console": set[str](),
    "hooks": set[str](),
    "relay": set[str](),
    "timers": {"due"},
}


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _statements(resources: Resources, name: str, effect: str) -> list[Statement]:
    """The statements of a function's role, found by the function that assumes it."""
    (function,) = (
        resource["Properties"]
        for resource in resources.values()
        if resource["Type"] == "AWS::Lambda::Function" and resource["Properties"]["Handler"].split(".")[1] == name
    )
    role = resources[function["Role"]["Fn::GetAtt"][0]]["Properties"]
    (policy,) = role["Policies"]
    return [each for each in policy["PolicyDocument"]["Statement"] if each["Effect"] == effect]


def _actions(found: list[Statement]) -> set[str]:
    return {action for statement in found for action in _as_list(statement["Action"])}


def _type_of(resources: Resources, resource: Any) -> str:
    """What kind of thing an ARN in a statement stands for."""
    if resource == "*":
        return "*"
    logical_id, attribute = (
        resource["Fn::Join"][1][0]["Fn::GetAtt"] if "Fn::Join" in resource else resource["Fn::GetAtt"]
    )
    kind = resources[logical_id]["Type"].removeprefix("AWS::")
    return f"{kind} {attribute}" if attribute == "StreamArn" else kind


@pytest.mark.parametrize("name", NAMES)
def test_a_function_may_do_what_it_needs_and_nothing_else(resources: Resources, name: str) -> None:
    """Every action is named, so what is not in this list is denied."""
    assert _actions(_statements(resources, name, "Allow")) == ALLOWED[name]


@pytest.mark.parametrize("name", NAMES)
def test_no_action_has_a_wildcard(resources: Resources, name: str) -> None:
    """A wildcard grants what AWS thinks of next year."""
    assert [action for action in _actions(_statements(resources, name, "Allow")) if "*" in action] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_action_is_for_resources_of_this_stack(resources: Resources, name: str) -> None:
    """Only actions that name no resource are for all: to find a stream, and to list and read metrics."""
    places = {
        (action, _type_of(resources, resource))
        for statement in _statements(resources, name, "Allow")
        for action in _as_list(statement["Action"])
        for resource in _as_list(statement["Resource"])
    }
    for action, kind in places:
        expected = {
            "dynamodb:ListStreams": "*",
            "cloudwatch:GetMetricData": "*",
            "cloudwatch:ListMetrics": "*",
            "sqs:GetQueueAttributes": "SQS::Queue",
            "sqs:SendMessage": "SQS::Queue",
            "events:PutEvents": "Events::EventBus",
            "secretsmanager:GetSecretValue": "SecretsManager::Secret",
        }.get(action, "Logs::LogGroup" if action in LOG else "DynamoDB::Table")
        assert kind == (f"{expected} StreamArn" if action in STREAM and expected != "*" else expected)


@pytest.mark.parametrize("name", NAMES)
def test_a_function_queries_only_the_indexes_that_it_needs(resources: Resources, name: str) -> None:
    """A queue's index shows who works on what; hooks and relay have no business there."""
    joined = [
        resource["Fn::Join"][1][1]
        for statement in _statements(resources, name, "Allow")
        for resource in _as_list(statement["Resource"])
        if isinstance(resource, dict) and "Fn::Join" in resource
    ]
    assert {suffix.removeprefix("/index/") for suffix in joined} == INDEXES[name]


@pytest.mark.parametrize("name", ON_THE_TABLE)
def test_no_function_can_move_the_clock(resources: Resources, name: str) -> None:
    """The partition of the clock's offset is closed to every write, whatever else is allowed."""
    (denied,) = _statements(resources, name, "Deny")
    assert set(denied["Action"]) == WRITE | {"dynamodb:BatchWriteItem"}
    assert denied["Condition"] == {"ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": ["CLOCK"]}}
    assert _type_of(resources, denied["Resource"]) == "DynamoDB::Table"


def test_only_the_timers_read_the_whole_table(resources: Resources) -> None:
    """A scan is what the night is for; anywhere else it would be a mistake, or theft."""
    scanning = {name for name in NAMES if "dynamodb:Scan" in _actions(_statements(resources, name, "Allow"))}
    assert scanning == {"timers"}


def test_only_the_relay_and_the_doctor_speak_on_the_bus(resources: Resources) -> None:
    """An event on the bus is a change that was committed, or a finding of the night, and nothing else."""
    speaking = {name for name in NAMES if "events:PutEvents" in _actions(_statements(resources, name, "Allow"))}
    assert speaking == {"relay", "timers"}


def test_every_function_has_a_role_of_its_own(resources: Resources) -> None:
    """What one of them must not do, it cannot do by way of another's role."""
    roles = [r["Properties"] for r in resources.values() if r["Type"] == "AWS::IAM::Role"]
    assert len(roles) == len(NAMES)
    for role in roles:
        (trusted,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert trusted["Principal"] == {"Service": "lambda.amazonaws.com"}


def test_nothing_is_granted_behind_the_roles_back(resources: Resources) -> None:
    """No managed policy and no policy that a construct attached by itself."""
    assert [r for r in resources.values() if r["Type"] in {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"}] == []
    assert [r for r in resources.values() if "ManagedPolicyArns" in r.get("Properties", {})] == []


def _granted(value: Any) -> Iterator[Statement]:
    """Every statement in a resource that allows something: of a role, of a queue, of a key."""
    if isinstance(value, list):
        for item in value:
            yield from _granted(item)
    elif isinstance(value, dict):
        if value.get("Effect") == "Allow" and "Action" in value:
            yield value
        for item in value.values():
            yield from _granted(item)


WILDCARDS = {
    # Name no resource: AWS takes nothing else.
    ("AWS::IAM::Role", "dynamodb:ListStreams"),
    ("AWS::IAM::Role", "cloudwatch:GetMetricData", "cloudwatch:ListMetrics"),
    # How a key is left to the account that it is in; without it, nobody could ever change the key again.
    ("AWS::KMS::Key", "kms:*"),
}


@each_variant
def test_no_statement_of_any_policy_has_a_wildcard(synthesize: Synthesize, context: dict[str, str]) -> None:
    """Neither in what it allows, nor on what, nor whom; the exceptions are these."""
    found = {
        (resource["Type"], *_as_list(statement["Action"]))
        for resource in synthesize(**context).to_json()["Resources"].values()
        for statement in _granted(resource.get("Properties", {}))
        for part in ("Action", "Resource", "Principal")
        if '"*"' in json.dumps(statement.get(part)) or ":*" in json.dumps(statement.get("Action"))
    }
    assert found <= WILDCARDS
