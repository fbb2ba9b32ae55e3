"""The first administrator and the organizations of the workflows, without which the API accepts nobody."""

import json
from collections.abc import Sequence
from typing import Any

import boto3

from infra.local.functions import invoke
from infra.local.obstacle import ObstacleError
from infra.local.records import Stack

TIMERS_HANDLER = "functions.timers.handler.handler"


def bootstrap(stack: Stack, admins: Sequence[str]) -> None:
    """Make the admins active users of a local stack, and its workflows' organizations exist."""
    invoke(stack, "timers", job(admins))


def bootstrap_deployed(stack_name: str, region: str | None, admins: Sequence[str]) -> None:
    """The same for a stack on AWS, with the caller's own credentials, which need to invoke one function."""
    session = boto3.session.Session(region_name=region)
    answer = session.client("lambda").invoke(
        FunctionName=_timers_function(session, stack_name), Payload=json.dumps(job(admins)).encode()
    )
    if "FunctionError" in answer:
        raise ObstacleError(
            f"The function failed: {answer['Payload'].read().decode()}", "Its log group has the whole story."
        )


def job(admins: Sequence[str]) -> dict[str, Any]:
    """What the timers function is asked. It can be asked again: what exists is left as it is."""
    return {"job": "bootstrap", "admins": list(admins)}


def _timers_function(session: boto3.session.Session, stack_name: str) -> str:
    pages = session.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack_name)
    resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
    functions = session.client("lambda")
    for resource in resources:
        if resource["ResourceType"] == "AWS::Lambda::Function":
            name = resource["PhysicalResourceId"]
            if functions.get_function_configuration(FunctionName=name)["Handler"] == TIMERS_HANDLER:
                return name
    raise ObstacleError(f"The stack {stack_name} has no timers function.", "Deploy it first: make deploy")
