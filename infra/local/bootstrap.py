"""The first administrator and the organizations of the workflows, without which the API accepts nobody."""

import json
from collections.abc import Sequence
from typing import Any

import boto3

from infra.local.deploy import outputs
from infra.local.functions import invoke
from infra.local.obstacle import ObstacleError
from infra.local.records import Stack


def bootstrap(stack: Stack, admins: Sequence[str]) -> None:
    """Make the admins active users of a local stack, and its workflows' organizations exist."""
    invoke(stack, "timers", job(admins))


def bootstrap_deployed(stack_name: str, region: str | None, admins: Sequence[str]) -> None:
    """The same for a stack on AWS, with the caller's own credentials, which need to invoke one function."""
    session = boto3.session.Session(region_name=region)
    said = outputs(session.client("cloudformation"), stack_name)
    answer = session.client("lambda").invoke(
        FunctionName=said["TimersFunctionName"], Payload=json.dumps(job(admins)).encode()
    )
    if "FunctionError" in answer:
        raise ObstacleError(
            f"The function failed: {answer['Payload'].read().decode()}", "Its log group has the whole story."
        )


def job(admins: Sequence[str]) -> dict[str, Any]:
    """What the timers function is asked. It can be asked again: what exists is left as it is."""
    return {"job": "bootstrap", "admins": list(admins)}
