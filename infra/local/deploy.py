"""The unchanged template, brought to the local server by the CDK's own command line."""

import hashlib
import os
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from infra.local import aws
from infra.local.environment import CDK, PROGRAMS, server_python
from infra.local.home import REPOSITORY, Home, shown
from infra.local.obstacle import ObstacleError
from infra.local.records import Server, Stack

DEPLOYED_FROM = ("functions", "shared", "infra", "cdk.json")
# What is under infra/ and does not reach the stack.
LEFT_OUT = ("infra/local", "infra/npm/node_modules", "__pycache__")
STACK = "Casetree"
FUNCTIONS = ("api", "hooks", "relay", "timers", "console")


def fingerprint() -> str:
    """Return a digest of everything that the stack is made from: equal digests need no deployment."""
    digest = hashlib.sha256()
    for path in sorted(_sources()):
        digest.update(str(path.relative_to(REPOSITORY)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _sources() -> list[Path]:
    roots = [REPOSITORY / name for name in DEPLOYED_FROM]
    files = [path for root in roots for path in ([root] if root.is_file() else root.rglob("*"))]
    return [path for path in files if path.is_file() and not _left_out(path.relative_to(REPOSITORY).as_posix())]


def _left_out(name: str) -> bool:
    return any(name.startswith(part) or f"/{part}/" in name for part in LEFT_OUT)


def account_is_prepared(server: Server) -> bool:
    """Say whether there is a bucket to publish assets to."""
    stacks = aws.client("cloudformation", server.endpoint).list_stacks()["StackSummaries"]
    return any(stack["StackName"] == "CDKToolkit" for stack in stacks)


def prepare_account(home: Home, server: Server) -> None:
    """Prepare the local account for deployments as one does every AWS account."""
    # Away from cdk.json: with an app at hand, it would be synthesized for nothing.
    _cdk(home, server, home.directory, "bootstrap", f"aws://{aws.ACCOUNT}/{aws.REGION}")


def deploy(home: Home, server: Server) -> None:
    """Bring the stack to what the sources say."""
    _cdk(
        home, server, REPOSITORY, "deploy", "--all", "--require-approval", "never",
        "--context", "target=local", "--context", f"interpreter={server_python()}", "--output", str(home.assembly),
    )  # fmt: skip


def _cdk(home: Home, server: Server, directory: Path, *arguments: str) -> None:
    home.deploy_log.parent.mkdir(parents=True, exist_ok=True)
    command = [str(PROGRAMS / "node"), str(CDK), *arguments, "--progress", "events", "--no-notices"]
    with home.deploy_log.open("ab") as log:
        done = subprocess.run(
            command,
            cwd=directory,
            env=_variables(server),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=False,
        )
    if done.returncode:
        tail = "\n".join(home.deploy_log.read_text(errors="replace").splitlines()[-5:])
        raise ObstacleError(f"'cdk {arguments[0]}' failed:\n{tail}", f"All of it: {shown(home.deploy_log)}")


def _variables(server: Server) -> dict[str, str]:
    """The caller's environment without a trace of real AWS credentials or settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
    return {
        **kept,
        **aws.KEYS,
        "AWS_REGION": aws.REGION,
        "AWS_ENDPOINT_URL": server.endpoint,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CDK_DISABLE_VERSION_CHECK": "true",
        "PATH": f"{PROGRAMS}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
    }


def describe(server: Server) -> Stack:
    """Return the addresses and names of what was deployed, as the stack's outputs say them."""
    said = outputs(aws.client("cloudformation", server.endpoint), STACK)
    # The host form of the address does not resolve everywhere; the path form needs no stage.
    api = (urlsplit(said["ApiUrl"]).hostname or "").partition(".")[0]
    return Stack(
        api_url=f"{server.endpoint}/_aws/execute-api/{api}",
        endpoint_url=server.endpoint,
        region=aws.REGION,
        table_name=said["TableName"],
        bus_name=said["BusName"],
        user_pool_id=said["UserPoolId"],
        client_id=said["UserPoolClientId"],
        console_client_id=said["ConsoleClientId"],
        functions={name: said[f"{name.capitalize()}FunctionName"] for name in FUNCTIONS},
        pid=server.process.pid,
        port=server.port,
    )


def outputs(cloudformation: Any, stack: str) -> dict[str, str]:
    """Return a stack's outputs by name."""
    found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}
