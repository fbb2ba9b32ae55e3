"""What a start of a background function loads: what it needs for any event, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

ENVIRONMENT = {
    "CASETREE_TABLE": "casetree",
    "CASETREE_BUS": "casetree",
    "CASETREE_FAILURE_QUEUE_URL": "https://queue",
    "POWERTOOLS_METRICS_NAMESPACE": "Casetree",
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
}
HEAVY = {"pydantic", "boto3", "aws_xray_sdk", "yaml", "jsonschema", "aws_lambda_powertools.event_handler"}
PROGRAM = """
import json, sys
import functions.{name}.handler as module
print(json.dumps({{"answer": {call}, "modules": sorted(sys.modules)}}))
"""
NOTHING = "[module.handler({'Records': []}, None), module._queue.cache_info().currsize]"


def _started(name: str, call: str) -> tuple[object, set[str]]:
    command = [sys.executable, "-c", PROGRAM.format(name=name, call=call)]
    run = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stderr
    result = json.loads(run.stdout.splitlines()[-1])
    return result["answer"], set(result["modules"])


@pytest.mark.parametrize("name", ["hooks", "relay"])
def test_a_batch_without_failures_makes_no_client_of_the_failure_queue(name: str) -> None:
    """Making one takes a fifth of a start, and most processes never put a record aside."""
    answer, modules = _started(name, NOTHING)
    assert answer == [{"batchItemFailures": []}, 0]
    assert not HEAVY & modules


def test_the_clock_wakes_nothing_that_only_creates_people() -> None:
    """The first administrators are made once in the life of a stack; a sweep starts every minute."""
    _, modules = _started("timers", "None")
    assert not (HEAVY | {"shared.engine.people", "shared.engine.organizations"}) & modules
