"""The roles of the functions, as deployed and as the local server enforces them.

It knows no `dynamodb:LeadingKeys`: that no role may move the clock is held on the template, in tests/infra.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.local import aws
from infra.local.deploy import STACK, outputs
from infra.local.records import Stack

pytestmark = pytest.mark.stack

Call = Callable[["Role"], Any]
FUNCTIONS = ("api", "hooks", "relay", "timers", "console")


class Role:
    """What a function may do: clients that are allowed what its role is, and the names of the stack's resources."""

    def __init__(self, stack: Stack, keys: Mapping[str, str]) -> None:
        self.stack = stack
        self.secret = _settings(stack, "api")["Environment"]["Variables"]["CASETREE_SECRET_ARN"]
        self.failure_queue = outputs(aws.client("cloudformation", stack.endpoint_url), STACK)["FailureQueueUrl"]
        self._keys = keys

    def client(self, service: str) -> Any:
        made: Any = boto3.client
        return made(
            service,
            endpoint_url=self.stack.endpoint_url,
            region_name=self.stack.region,
            aws_access_key_id=self._keys["AccessKeyId"],
            aws_secret_access_key=self._keys["SecretAccessKey"],
        )

    def table(self, operation: str, **parameters: Any) -> Any:
        return getattr(self.client("dynamodb"), operation)(TableName=self.stack.table_name, **parameters)

    def query(self, index: str, attribute: str) -> Any:
        return self.table(
            "query",
            IndexName=index,
            KeyConditionExpression="#key = :key",
            ExpressionAttributeNames={"#key": attribute},
            ExpressionAttributeValues={":key": {"S": "nothing"}},
        )

    def check(self) -> Any:
        """A transaction of nothing but a condition, on an item that there is not."""
        check = {"TableName": self.stack.table_name, "Key": KEY, "ConditionExpression": "attribute_not_exists(PK)"}
        return self.client("dynamodb").transact_write_items(TransactItems=[{"ConditionCheck": check}])

    def put_event(self) -> Any:
        event = {"Source": "test", "DetailType": "Test", "Detail": "{}", "EventBusName": self.stack.bus_name}
        return self.client("events").put_events(Entries=[event])

    def send(self) -> Any:
        return self.client("sqs").send_message(QueueUrl=self.failure_queue, MessageBody=SENT)


SENT = "sent by a test of permissions"
KEY = {"PK": {"S": "nothing"}, "SK": {"S": "nothing"}}
CALLS: dict[str, Call] = {
    "read": lambda role: role.table("get_item", Key=KEY),
    "write": lambda role: role.table("put_item", Item=KEY),
    "delete": lambda role: role.table("delete_item", Key=KEY),
    "check": lambda role: role.check(),
    "scan": lambda role: role.table("scan", Limit=1),
    "query timeline": lambda role: role.query("timeline", "PK"),
    "query due": lambda role: role.query("due", "dueShard"),
    "describe": lambda role: role.table("describe_table"),
    "put event": lambda role: role.put_event(),
    "send": lambda role: role.send(),
    "look at queue": lambda role: role.client("sqs").get_queue_attributes(
        QueueUrl=role.failure_queue, AttributeNames=["ApproximateNumberOfMessages"]
    ),
    "read metrics": lambda role: role.client("cloudwatch").get_metric_data(
        MetricDataQueries=[], StartTime=datetime.now(UTC) - timedelta(hours=1), EndTime=datetime.now(UTC)
    ),
    "list metrics": lambda role: role.client("cloudwatch").list_metrics(Namespace="nothing"),
    "receive": lambda role: role.client("sqs").receive_message(QueueUrl=role.failure_queue),
    "read secret": lambda role: role.client("secretsmanager").get_secret_value(SecretId=role.secret),
    "change secret": lambda role: role.client("secretsmanager").update_secret(SecretId=role.secret, SecretString="x"),
    "invoke": lambda role: role.client("lambda").invoke(FunctionName=role.stack.functions["timers"]),
    "sign in": lambda role: role.client("cognito-idp").list_users(UserPoolId=role.stack.user_pool_id),
    "make users": lambda role: role.client("iam").create_user(UserName="somebody"),
}
METRICS = {"list metrics", "read metrics"}
ALLOWED: dict[str, set[str]] = {
    "api": {
        "read",
        "write",
        "delete",
        "check",
        "query timeline",
        "read secret",
        "look at queue",
        "list metrics",
        "read metrics",
    },
    "console": set(),
    "hooks": {"read", "write", "delete", "check", "send", "read secret"},
    "relay": {"read", "write", "put event", "send", "read secret"},
    "timers": {"read", "write", "delete", "check", "scan", "query due", "put event", "read secret"},
}


@pytest.fixture(params=FUNCTIONS)
def function(request: pytest.FixtureRequest) -> str:
    """Each function in turn."""
    return str(request.param)


@pytest.fixture
def role(stack: Stack, function: str) -> Iterator[Role]:
    """Somebody who may do just what the function's role allows; only Lambda itself may take on the role."""
    iam = aws.client("iam", stack.endpoint_url, stack.region)
    role_name, user = _settings(stack, function)["Role"].rpartition("/")[2], f"like-{function}"
    iam.create_user(UserName=user)
    (policy,) = iam.list_role_policies(RoleName=role_name)["PolicyNames"]
    document = iam.get_role_policy(RoleName=role_name, PolicyName=policy)["PolicyDocument"]
    iam.put_user_policy(UserName=user, PolicyName=policy, PolicyDocument=json.dumps(document))
    keys = iam.create_access_key(UserName=user)["AccessKey"]
    role = Role(stack, keys)
    yield role
    _take_back(role)
    iam.delete_access_key(UserName=user, AccessKeyId=keys["AccessKeyId"])
    iam.delete_user_policy(UserName=user, PolicyName=policy)
    iam.delete_user(UserName=user)


def _take_back(role: Role) -> None:
    """The failure queue is as it was: others look whether something was put aside."""
    sqs = aws.client("sqs", role.stack.endpoint_url, role.stack.region)
    for message in sqs.receive_message(QueueUrl=role.failure_queue, MaxNumberOfMessages=10).get("Messages", []):
        if message["Body"] == SENT:
            sqs.delete_message(QueueUrl=role.failure_queue, ReceiptHandle=message["ReceiptHandle"])


def _settings(stack: Stack, function: str) -> Any:
    functions = aws.client("lambda", stack.endpoint_url, stack.region)
    return functions.get_function_configuration(FunctionName=stack.functions[function])


def test_a_function_may_do_what_it_needs_and_nothing_else(role: Role, function: str) -> None:
    """Each call that any function makes, and some that none should: denied but where the role grants it."""
    assert {name for name, call in CALLS.items() if _is_granted(role, call)} == ALLOWED[function]


def _is_granted(role: Role, call: Call) -> bool:
    try:
        call(role)
    except ClientError as error:
        if "AccessDenied" not in error.response["Error"]["Code"]:
            raise
        return False
    return True
