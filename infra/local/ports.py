"""A port for the local stack, and who holds one that is taken."""

import socket
import subprocess
from contextlib import suppress
from pathlib import Path

from infra.local.home import command
from infra.local.obstacle import ObstacleError
from infra.local.processes import PROC, identify

LOOPBACK = "127.0.0.1"
PREFERRED = 4566
TRIES = 50


def is_free(port: int) -> bool:
    """Say whether a server could listen on the port of this machine's loopback address."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def choose_port(asked: int | None) -> int:
    """Return the port that was asked for, else the preferred one or the next that is free."""
    if asked is not None:
        if not is_free(asked):
            raise ObstacleError(
                f"Port {asked} is taken by {holder(asked)}.",
                "End that process, or leave --port out to get a free port.",
            )
        return asked
    for port in range(PREFERRED, PREFERRED + TRIES):
        if is_free(port):
            return port
    raise ObstacleError(
        f"The ports {PREFERRED} to {PREFERRED + TRIES - 1} are all taken.",
        f"Name a free one: {command('up --port 8123')}",
    )


def holder(port: int) -> str:
    """Name the process that listens on a port, as far as this user may know it."""
    pid = _listener_from_proc(port) if (PROC / "net" / "tcp").exists() else _listener_from_lsof(port)
    identity = identify(pid) if pid else None
    return f"process {identity.pid} ({identity.command[:80]})" if identity else "another process"


def _listener_from_proc(port: int) -> int | None:
    sockets = set()
    for table in ("tcp", "tcp6"):
        path = PROC / "net" / table
        rows = path.read_text().splitlines()[1:] if path.exists() else []
        sockets |= {f"socket:[{row[9]}]" for row in map(str.split, rows) if _listens(row, port)}
    for entry in PROC.iterdir():
        if entry.name.isdigit() and sockets & _open_files(entry):
            return int(entry.name)
    return None


def _listens(row: list[str], port: int) -> bool:
    listening = "0A"
    return row[3] == listening and int(row[1].rpartition(":")[2], 16) == port


def _open_files(process: Path) -> set[str]:
    """Return what a process has open; nothing where it is another user's, or has just ended."""
    found = set()
    with suppress(OSError):
        for link in (process / "fd").iterdir():
            with suppress(FileNotFoundError):  # closed since it was listed
                found.add(str(link.readlink()))
    return found


def _listener_from_lsof(port: int) -> int | None:
    query = ["lsof", "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-t"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, check=False).stdout.split()
    except FileNotFoundError:
        return None
    return int(answer[0]) if answer else None
