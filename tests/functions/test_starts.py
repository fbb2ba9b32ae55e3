"""What a start of a background function loads: what it needs for any event, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping

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


def _started(name: str, call: str, more: Mapping[str, str] | None = None) -> tuple[object, set[str]]:
    command = [sys.executable, "-c", PROGRAM.format(name=name, call=call)]
    run = subprocess.run(
        command, env={**ENVIRONMENT, **(more or {})}, capture_output=True, text=True, check=False, timeout=120
    )
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


def test_no_request_waits_for_what_administrators_rarely_ask_for() -> None:
    """Examining and migrating cases is loaded by the requests that ask for it."""
    claims = {"CASETREE_USER_CLAIMS": "username", "CASETREE_ADMIN_GROUP": "admins", "CASETREE_SECRET_ARN": "secret"}
    _, modules = _started("api", "None", claims)
    left_out = {"shared.engine.doctor", "shared.domain.doctor.examine", "shared.engine.migration", "pydantic", "yaml"}
    assert "shared.engine.tasks" in modules
    assert not left_out & modules


def test_a_start_does_not_look_for_garbage_all_the_time() -> None:
    """It makes hardly any: what is made is kept for as long as the process lives."""
    looks, _ = _started("hooks", "sum(each['collections'] for each in __import__('gc').get_stats())")
    assert isinstance(looks, int)
    assert looks < 50
