"""What Lambda starts, and what starting it costs."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from functions.api.settings import Settings

ENVIRONMENT = {
    "CASETREE_TABLE": "casetree",
    "CASETREE_USER_CLAIMS": "username, cognito:username,sub",
    "CASETREE_ADMIN_GROUP": "casetree-admins",
    "POWERTOOLS_METRICS_NAMESPACE": "Casetree",
    "POWERTOOLS_SERVICE_NAME": "api",
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
}
HEALTH = {
    "version": "2.0",
    "rawPath": "/health",
    "rawQueryString": "",
    "headers": {},
    "requestContext": {"requestId": "r", "stage": "$default", "http": {"method": "GET", "path": "/health"}},
}
PROGRAM = f"""
import json, sys
from functions.api.handler import handler
answer = handler({HEALTH!r}, None)
print(json.dumps({{"status": answer["statusCode"], "modules": sorted(sys.modules)}}))
"""


def _run(program: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


def test_a_start_loads_nothing_that_only_some_answers_need() -> None:
    """Neither what the document alone needs, nor what tracing, YAML or other services would."""
    run = _run(PROGRAM, ENVIRONMENT)
    assert run.returncode == 0, run.stderr
    result = json.loads(run.stdout.splitlines()[-1])
    assert result["status"] == 200
    heavy = {
        "pydantic",
        "boto3",
        "aws_xray_sdk",
        "yaml",
        "jsonschema",
        "functions.api.openapi",
        "functions.api.schemas",
        "shared.domain.pictures.drawing",
    }
    assert not heavy & set(result["modules"])


def test_settings_are_read_once_and_whole() -> None:
    """Spaces around names do not count."""
    settings = Settings.from_environment(ENVIRONMENT)
    assert settings == Settings(("username", "cognito:username", "sub"), "casetree-admins")


@pytest.mark.parametrize("name", ["CASETREE_TABLE", "CASETREE_USER_CLAIMS", "CASETREE_ADMIN_GROUP", "AWS_REGION"])
def test_a_missing_setting_is_named_at_the_start(name: str) -> None:
    """The function does not start, rather than fail on a request."""
    run = _run("import functions.api.handler", {**ENVIRONMENT, name: ""})
    assert run.returncode != 0
    assert f"Not set: {name}." in run.stderr
