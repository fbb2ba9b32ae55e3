"""What a running stack has written by the time somebody looks: nothing that a person wrote or holds."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.local import aws, events
from infra.local.functions import wait_until_at_rest
from infra.local.home import Home
from infra.local.records import Stack
from tests.stack.conftest import AsPerson
from tests.stack.looks import act, eventually, new_task

pytestmark = pytest.mark.stack

MARK = "marzipan"
EMAIL = f"{MARK}@example.net"


def _work(stack: Stack, as_person: AsPerson) -> str:
    """The token that somebody was sent who was asked by email, after all kinds of texts, fitting and not."""
    ann, ola, admin = as_person("ann"), as_person("ola"), as_person("admin")
    task = new_task(ann, description=f"The {MARK}", instructions=MARK)
    act(ann, task, "add_instructions", instructions=f"Bring {MARK}")
    act(ann, task, MARK, **{MARK: MARK})
    ann.call("PATCH", f"/tasks/{task['taskId']}", {"description": MARK, "priority": MARK})
    act(ann, task, "skip", reason=MARK)
    admin.need("PUT", "/users/zoe", {"displayName": MARK, "email": EMAIL})
    (membership,) = [m for m in ola.need("GET", "/users/me")["organizations"] if m["admin"]]
    own = {"organizationId": membership["organizationId"]}
    heard: list[Any] = []

    def tokens() -> list[str]:
        heard.extend(events.receive(stack, queue, 1))
        return [event["detail"]["token"] for event in heard if event["detail"].get("email") == EMAIL]

    with events.subscription(stack) as queue:
        ola.need("POST", "/connections", {**own, "partner": {"name": MARK, "email": EMAIL}})
        token = eventually(tokens, bool)[0]
    assert wait_until_at_rest(stack)
    return token


def _written(stack: Stack, home: Home) -> Iterator[tuple[str, str]]:
    """Every line of every log, with the log's name: the functions', and the files beside the stack."""
    logs = aws.client("logs", stack.endpoint_url, stack.region)
    for group in logs.describe_log_groups()["logGroups"]:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
        yield from ((group["logGroupName"], event["message"]) for page in pages for event in page["events"])
    for file in (home.server_log, home.deploy_log):
        yield from ((file.name, line) for line in file.read_text(errors="replace").splitlines())


def test_no_log_of_the_stack_holds_a_text_an_address_or_a_token(stack: Stack, home: Home, as_person: AsPerson) -> None:
    """Of all that this run has done so far, and of texts in every place where somebody can write one."""
    answering = _work(stack, as_person)
    tokens = [part for user in stack.users.values() for part in user.token.split(".")[1:]]
    passwords = [user.password for user in stack.users.values()]
    lines = list(_written(stack, home))
    said = {json.loads(line).get("message") for _, line in lines if line.startswith("{") and '"message"' in line}
    assert {"answered", "reacted", "relayed"} <= said
    secrets = (MARK, "@example.", answering, *tokens, *passwords)
    assert [(where, line) for where, line in lines for secret in secrets if secret in line] == []
