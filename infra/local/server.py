"""MiniStack: started on the loopback address only, recognized again, and ended whole."""

import shutil
import subprocess
import time
from http import HTTPStatus
from pathlib import Path

import urllib3

from infra.local import environment, ports
from infra.local.home import Home, command, shown
from infra.local.obstacle import ObstacleError
from infra.local.processes import end_group, identify
from infra.local.records import Server, Stack, forget, load_server, load_stack, save_server

READY_PATH = "/_ministack/ready"
START_SECONDS = 60.0


def running(home: Home) -> Server | None:
    """Return the server that `up` started if that very process still runs."""
    server = load_server(home)
    return server if server and identify(server.process.pid) == server.process else None


def running_stack(home: Home) -> Stack:
    """Return the stack that is up, or tell how to get one."""
    stack = load_stack(home)
    if stack is None or running(home) is None:
        gone = "" if stack is None else f": its process {stack.pid} has ended"
        raise ObstacleError(f"No stack is up{gone}.", f"Start one: {command('up')}")
    return stack


def is_healthy(server: Server) -> bool:
    """Say whether the server answers."""
    try:
        answer = urllib3.request("GET", server.endpoint + READY_PATH, timeout=2.0, retries=False)
    except urllib3.exceptions.HTTPError:
        return False
    return answer.status == HTTPStatus.OK


def start(home: Home, port: int) -> Server:
    """Start a server with nothing in it; when this returns, it answers and is on record."""
    home.server_log.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(home.scratch, ignore_errors=True)
    home.scratch.mkdir(parents=True)
    identity = identify(_spawn(home, port))
    if identity is None:
        raise _did_not_start(home)
    server = Server(identity, port)
    save_server(home, server)
    _wait_until_healthy(home, server)
    return server


def _spawn(home: Home, port: int) -> int:
    with home.server_log.open("wb") as log:
        process = subprocess.Popen(
            _command(),
            cwd=home.scratch,
            env=_variables(home.scratch, port),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # it leads a group of its own
        )
    process.returncode = 0  # it outlives this command: nobody here waits for it
    return process.pid


def _command() -> list[str]:
    return [str(environment.server_python()), "-m", "ministack"]


def _variables(scratch: Path, port: int) -> dict[str, str]:
    """Nothing of the caller's environment: functions inherit what the server has, credentials too."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "LANG": "C.UTF-8",
        "BIND_HOST": ports.LOOPBACK,
        "GATEWAY_PORT": str(port),
        # The keys that tokens are signed with; by default they would stay in /tmp.
        "STATE_DIR": str(scratch / "state"),
        # The roles of the functions are enforced, as on AWS.
        "AUTH": "true",
        # Both would listen on every address of the machine.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }


def _wait_until_healthy(home: Home, server: Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_healthy(server):
        if running(home) is None or time.monotonic() > deadline:
            stop(home)
            raise _did_not_start(home)
        time.sleep(0.05)


def _did_not_start(home: Home) -> ObstacleError:
    log = home.server_log.read_text(errors="replace") if home.server_log.exists() else ""
    return ObstacleError(
        f"The local server did not start:\n{log[-1500:].strip()}", f"All of it: {shown(home.server_log)}"
    )


def stop(home: Home) -> bool:
    """End the server that `up` started, and remove its records; False where none was running."""
    server = running(home)
    if server and not end_group(server.process):
        raise ObstacleError(
            f"Process {server.process.pid} does not end.", f"Look at it: ps -p {server.process.pid} -o pid,stat,command"
        )
    forget(home)
    shutil.rmtree(home.scratch, ignore_errors=True)
    return server is not None
