import json
import os
import sys
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from infra.local import aws, deploy
from infra.local.home import Home
from infra.local.obstacle import ObstacleError
from infra.local.processes import Identity
from infra.local.records import Server

SERVER = Server(Identity(4711, "1", "ministack"), 4570)

TEMPLATE = {
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    "Outputs": {
        name: {"Value": value}
        for name, value in {
            "ApiUrl": "http://a1b2.execute-api.localhost:4570/",
            "TableName": "Casetree-Table",
            "BusName": "casetree",
            "UserPoolId": "us-east-1_pool",
            "UserPoolClientId": "client",
            "ConsoleClientId": "console-client",
            "ApiFunctionName": "api-1",
            "HooksFunctionName": "hooks-1",
            "RelayFunctionName": "relay-1",
            "TimersFunctionName": "timers-1",
            "ConsoleFunctionName": "console-1",
        }.items()
    },
}


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of a few files."""
    for name in ("functions/api/handler.py", "shared/engine.py", "infra/stack.py", "infra/local/cli.py", "cdk.json"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("1")
    monkeypatch.setattr(deploy, "REPOSITORY", tmp_path)
    return tmp_path


SOURCES = ["functions/api/handler.py", "shared/new.py", "infra/stack.py", "infra/npm/package-lock.json", "cdk.json"]


@pytest.mark.parametrize("name", SOURCES)
def test_a_change_of_what_is_deployed_changes_the_fingerprint(sources: Path, name: str) -> None:
    """New files count like changed ones."""
    before = deploy.fingerprint()
    (sources / name).parent.mkdir(parents=True, exist_ok=True)
    (sources / name).write_text("2")
    assert deploy.fingerprint() != before


LEFT_OUT = ["infra/local/cli.py", "infra/npm/node_modules/x.js", "shared/__pycache__/x.pyc", "docs/x.md"]


@pytest.mark.parametrize("name", LEFT_OUT)
def test_a_change_of_anything_else_does_not(sources: Path, name: str) -> None:
    """The command line itself is not deployed."""
    before = deploy.fingerprint()
    (sources / name).parent.mkdir(parents=True, exist_ok=True)
    (sources / name).write_text("2")
    assert deploy.fingerprint() == before


@mock_aws
def test_a_stack_is_described_by_its_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address is the form that resolves everywhere."""
    client = boto3.client("cloudformation", region_name="us-east-1")
    client.create_stack(StackName="Casetree", TemplateBody=json.dumps(TEMPLATE))
    monkeypatch.setattr(aws, "client", lambda *_: client)
    stack = deploy.describe(SERVER)
    assert stack.api_url == "http://127.0.0.1:4570/_aws/execute-api/a1b2"
    assert stack.console_client_id == "console-client"
    assert stack.functions == {name: f"{name}-1" for name in ("api", "hooks", "relay", "timers", "console")}
    assert (stack.table_name, stack.bus_name, stack.pid, stack.port) == ("Casetree-Table", "casetree", 4711, 4570)


def _fake_cdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a script in the place of node, which is started as the CDK's command line would be."""
    node = tmp_path / "node"
    node.write_text(f"#!{sys.executable}\n{script}")
    node.chmod(0o755)
    monkeypatch.setattr(deploy, "PROGRAMS", tmp_path)


def test_the_cdk_gets_no_real_credentials(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the person's shell holds, only the local server can be reached."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a person's own")
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://elsewhere.example.org")
    script = "import json, os, sys; print(json.dumps([sys.argv[1:], dict(os.environ)]))"
    _fake_cdk(tmp_path, monkeypatch, script)
    deploy.deploy(home, SERVER)
    arguments, variables = json.loads(home.deploy_log.read_text())
    assert "target=local" in arguments
    assert "a person's own" not in variables.values()
    assert {name for name in variables if name.startswith("AWS_")} == {
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_REGION",
        "AWS_ENDPOINT_URL",
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_EC2_METADATA_DISABLED",
    }
    assert variables["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4570"
    assert variables["AWS_CONFIG_FILE"] == os.devnull


def test_a_failed_deployment_says_why(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of the log is in the message, and the message says where all of it is."""
    _fake_cdk(tmp_path, monkeypatch, "raise SystemExit('no such construct')")
    with pytest.raises(ObstacleError, match="no such construct") as caught:
        deploy.deploy(home, SERVER)
    assert "deploy.log" in caught.value.remedy
