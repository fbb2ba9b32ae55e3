"""A stack to work on as its operator: the one on this machine, or one on AWS with the caller's own credentials."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.local import aws
from infra.local.deploy import FUNCTIONS, STACK, outputs
from infra.local.obstacle import ObstacleError
from infra.local.records import Stack

# A function may take its whole quarter of an hour, and is not to be asked twice meanwhile.
PATIENCE = Config(read_timeout=910, tcp_keepalive=True, retries={"total_max_attempts": 1})


@dataclass(frozen=True)
class Target:
    """A stack's clients by service, and the names of what it is made of."""

    client: Callable[[str], Any]
    table: str
    failure_queue: str
    functions: Mapping[str, str]

    def invoke(self, function: str, event: Mapping[str, Any]) -> Any:
        """Return what a function answers; its error is an obstacle that says what it was."""
        answer = self.client("lambda").invoke(FunctionName=self.functions[function], Payload=json.dumps(event).encode())
        body = json.loads(answer["Payload"].read() or b"null")
        if "FunctionError" in answer:
            said = body.get("errorMessage", body) if isinstance(body, dict) else body
            raise ObstacleError(
                f"The function '{function}' failed: {said}", f"More is in the log of {self.functions[function]}."
            )
        return body

    def settle(self, case_id: str | None = None) -> list[dict[str, Any]]:
        """Do what is owed in a case, or in all: as many runs as that takes; return what each answered."""
        if case_id is not None:
            return [self.invoke("timers", {"job": "settle", "caseId": case_id})]
        answers: list[dict[str, Any]] = []
        after: str | None = None
        while not answers or answers[-1]["next"] not in (None, after):
            after = answers[-1]["next"] if answers else None
            answers.append(self.invoke("timers", {"job": "settle", "after": after}))
        return answers


def failures_of(answers: Sequence[Mapping[str, Any]]) -> int:
    """Return how many cases could not be settled; where the last run got no further, there are more."""
    return sum(int(answer["failed"]) for answer in answers) + (answers[-1]["next"] is not None)


def on_this_machine(stack: Stack) -> Target:
    """Return the stack that is up here."""
    return _target(lambda service: aws.client(service, stack.endpoint_url, stack.region), STACK)


def on_aws(stack_name: str, region: str | None) -> Target:
    """Return a deployed stack; that there is none is an obstacle."""
    session = boto3.session.Session(region_name=region)
    try:
        return _target(lambda service: session.client(service, config=PATIENCE), stack_name)  # type: ignore[call-overload]
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        raise ObstacleError(
            f"This account has no stack '{stack_name}' in {session.region_name}.", "Name it with --stack and --region."
        ) from error


def _target(client: Callable[[str], Any], stack_name: str) -> Target:
    said = outputs(client("cloudformation"), stack_name)
    functions = {name: said[f"{name.capitalize()}FunctionName"] for name in FUNCTIONS}
    return Target(client, said["TableName"], said["FailureQueueUrl"], functions)
