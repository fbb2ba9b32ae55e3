"""The deployed functions: called directly, warmed up, and watched until they are at rest."""

import json
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from infra.local import aws
from infra.local.home import current_home, shown
from infra.local.obstacle import ObstacleError
from infra.local.records import Stack

ON_THE_STREAM = ("hooks", "relay")
# As many as a browser asks for at once, each of which starts a console of its own.
CONSOLES = 6
QUIET_SECONDS = 1.0
QUIET_LOOKS = 10


def invoke(stack: Stack, function: str, event: Mapping[str, Any]) -> Any:
    """Return what a function answers; its error is an obstacle that says what it was."""
    answer = aws.client("lambda", stack.endpoint_url, stack.region).invoke(
        FunctionName=stack.functions[function], Payload=json.dumps(event).encode()
    )
    body = json.loads(answer["Payload"].read() or b"null")
    if "FunctionError" in answer:
        said = body.get("errorMessage", body) if isinstance(body, dict) else body
        raise ObstacleError(
            f"The function '{function}' failed: {said}", f"The log has more: {shown(current_home().server_log)}"
        )
    return body


def warm_up(stack: Stack) -> None:
    """Load the stream functions and the console, so that the first records and the first page wait for nothing."""
    asked: list[tuple[str, Mapping[str, Any]]] = [
        *((function, {"Records": []}) for function in ON_THE_STREAM),
        *[("console", {})] * CONSOLES,
    ]
    with ThreadPoolExecutor(len(asked)) as pool:
        list(pool.map(lambda each: invoke(stack, *each), asked))


def wait_until_at_rest(stack: Stack, patience: float = 60.0) -> bool:
    """Wait until the stream functions have had nothing to do for a while; False when patience ends first.

    The stream's reader passes records on at once, one batch after the other, and every run writes to the
    log. Whoever wrote the records just now therefore sees the last run's log within the quiet time. Where the
    machine is busy, a run may take longer than that; so does a look, of which it takes some.
    """
    deadline = time.monotonic() + patience
    groups = log_groups(stack)
    last, since, looks = _last_runs(stack, groups), time.monotonic(), 0
    while looks < QUIET_LOOKS or time.monotonic() - since < QUIET_SECONDS:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
        runs, looks = _last_runs(stack, groups), looks + 1
        if runs != last:
            last, since, looks = runs, time.monotonic(), 0
    return True


def log_groups(stack: Stack) -> list[str]:
    """Return where the stream functions log."""
    functions = aws.client("lambda", stack.endpoint_url, stack.region)
    names = [stack.functions[function] for function in ON_THE_STREAM]
    configured = [functions.get_function_configuration(FunctionName=name) for name in names]
    return [
        found.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{name}"
        for name, found in zip(names, configured, strict=True)
    ]


def _last_runs(stack: Stack, groups: list[str]) -> list[str]:
    """Name the last run of each; the local server opens a log stream for every run."""
    logs = aws.client("logs", stack.endpoint_url, stack.region)
    return [_newest_stream(logs, group) for group in groups]


def _newest_stream(logs: Any, group: str) -> str:
    try:
        found = logs.describe_log_streams(logGroupName=group, orderBy="LastEventTime", descending=True, limit=1)
    except logs.exceptions.ResourceNotFoundException:
        return ""
    return "".join(stream["logStreamName"] for stream in found["logStreams"])
