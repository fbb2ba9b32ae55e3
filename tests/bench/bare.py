"""What a function is held against: run as a script, the same requests to DynamoDB by nothing but botocore.

With `resolver`, Powertools' resolver answers a request meanwhile; with `events`, a client of EventBridge is made.
"""

import json
import os
import sys
from typing import Any

import botocore.session

given = json.load(sys.stdin)
session = botocore.session.get_session()
place: dict[str, Any] = {"region_name": os.environ["AWS_REGION"], "endpoint_url": os.environ["AWS_ENDPOINT_URL"]}
client = session.create_client("dynamodb", **place)
if given["events"]:
    session.create_client("events", **place)


def ask() -> None:
    """The requests are made."""
    for method, parameters in given["requests"]:
        getattr(client, method)(**parameters)


if given["resolver"]:
    from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

    resolver = APIGatewayHttpResolver()

    @resolver.route(given["event"]["rawPath"], given["event"]["requestContext"]["http"]["method"])
    def answer() -> Response[str]:
        """Answers as the function would, after the same requests."""
        ask()
        return Response(200, "application/json", "{}")

    resolver.resolve(given["event"], None)  # type: ignore[arg-type]
else:
    ask()
