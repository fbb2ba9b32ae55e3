"""Which process is which: a pid alone says nothing after a reboot or on a busy machine."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Identity:
    """A process as it was when it was looked at; equal identities are the same process.

    No two processes share pid and starting time; the command line may change as a process starts.
    """

    pid: int
    started: str
    command: str = field(compare=False)


def identify(pid: int) -> Identity | None:
    """Return the identity of a living process, None when there is none (a zombie counts as none)."""
    if pid <= 0:
        return None
    return _from_proc(pid) if (PROC / "self").exists() else _from_ps(pid)


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat from the state on (the name before it may hold spaces)."""
    text = (PROC / str(pid) / "stat").read_text()
    return text[text.rindex(")") + 2 :].split()


def _from_proc(pid: int) -> Identity | None:
    try:
        fields = _stat(pid)
        command = (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (OSError, ValueError):
        return None
    return None if fields[0] in "ZX" else Identity(pid, fields[19], command.strip())


def _from_ps(pid: int) -> Identity | None:
    rows = _ps("-o", "stat=,lstart=,command=", "-p", str(pid))
    if not rows or rows[0].startswith("Z"):
        return None
    _, *started, command = rows[0].split(maxsplit=6)
    return Identity(pid, " ".join(started), command)


def _ps(*options: str) -> list[str]:
    return subprocess.run(["/bin/ps", *options], capture_output=True, text=True, check=False).stdout.splitlines()


def members(group: int) -> list[int]:
    """Return the living processes of a process group."""
    if not (PROC / "self").exists():
        rows = [line.split() for line in _ps("-A", "-o", "pid=,pgid=,stat=")]
        return [int(row[0]) for row in rows if row[1] == str(group) and not row[2].startswith("Z")]
    return [pid for pid in _pids() if _group(pid) == group]


def _pids() -> list[int]:
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]


def _group(pid: int) -> int | None:
    try:
        fields = _stat(pid)
    except (OSError, ValueError):
        return None
    return None if fields[0] in "ZX" else int(fields[2])


def end_group(leader: Identity, patience: float = 10.0) -> bool:
    """End a process that leads its group, and all of the group; True once nothing of it runs.

    Nothing is signalled unless the leader still is the process that it was.
    """
    if identify(leader.pid) != leader:
        return False
    for number, wait in ((signal.SIGTERM, patience), (signal.SIGKILL, 5.0)):
        _signal_group(leader.pid, number)
        if _wait_until_gone(leader.pid, wait):
            return True
    return False


def _signal_group(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, number)


def _wait_until_gone(group: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while True:
        _reap(group)
        if not members(group):
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)


def _reap(pid: int) -> None:
    """Collect the process if it is a child of this one, so that no zombie stays behind."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
