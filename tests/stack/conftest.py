"""One whole stack for the run, started and ended by the commands that a person uses."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.local.calls import Api
from infra.local.home import REPOSITORY, VARIABLE, Home
from infra.local.ports import is_free
from infra.local.processes import members
from infra.local.records import Stack, load_server, load_stack
from infra.local.signin import fresh_token

Command = Callable[..., "subprocess.CompletedProcess[str]"]
AsPerson = Callable[[str], Api]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Where this run's stack keeps its state: not where a person's does."""
    return Home(tmp_path_factory.mktemp("stack"))


@pytest.fixture(scope="session")
def casetree(home: Home) -> Command:
    """The command line, as a person would run it on this run's stack."""

    def run(*arguments: str, columns: int = 200, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        variables = os.environ | {VARIABLE: str(home.directory), "COLUMNS": str(columns)}
        command = [sys.executable, "-m", "infra.local", *arguments]
        return subprocess.run(
            command, cwd=REPOSITORY, env=variables, capture_output=True, text=True, timeout=timeout, check=False
        )

    return run


@pytest.fixture(scope="session")
def stack(home: Home, casetree: Command) -> Iterator[Stack]:
    """A stack on a port of its own, with everybody signed in; afterwards nothing of it is left."""
    started = casetree("up")
    server = load_server(home)
    stack = load_stack(home)
    try:
        if started.returncode or stack is None:
            pytest.fail(
                f"'casetree up' failed:\n{started.stdout}{started.stderr}{_log(home.server_log)}", pytrace=False
            )
        yield stack
    finally:
        ended = casetree("down")
    assert ended.returncode == 0, ended.stderr
    assert server is not None
    assert members(server.process.pid) == []
    assert is_free(server.port)
    assert sorted(path.name for path in home.directory.iterdir()) == ["cdk.out", "logs", "up.lock"]


@pytest.fixture
def as_person(stack: Stack) -> AsPerson:
    """The API as a person calls it, by name, with a fresh token."""
    return lambda name: Api(stack.api_url, fresh_token(stack, name))


def _log(path: Path) -> str:
    return path.read_text(errors="replace")[-3000:] if path.exists() else ""
