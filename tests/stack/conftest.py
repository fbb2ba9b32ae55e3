"""One whole stack for the run, started and ended by the commands that a person uses."""

import os
import re
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from infra.local.calls import Api
from infra.local.home import REPOSITORY, VARIABLE, Home
from infra.local.ports import is_free
from infra.local.processes import members
from infra.local.records import Stack, load_server, load_stack
from infra.local.signin import create_sign_in, fresh_token
from tests.ports import own_port
from tests.stack import browser as chromium

Command = Callable[..., "subprocess.CompletedProcess[str]"]
AsPerson = Callable[[str], Api]

# The console asks again every few seconds; on a busy machine each answer may take some, too.
PATIENCE_MILLISECONDS = 45_000
expect.set_options(timeout=PATIENCE_MILLISECONDS)


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
    started = casetree("up", "--port", str(own_port()))
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


@pytest.fixture
def newcomer(stack: Stack, as_person: AsPerson) -> tuple[Stack, str]:
    """Whom no other test has given a task or a membership: the stack with their sign-in, and their name."""
    name = f"newcomer-{secrets.token_hex(4)}"
    email = f"{name}@example.org"
    as_person("admin").need("PUT", f"/users/{name}", {"displayName": "New Comer", "email": email})
    return replace(stack, users={**stack.users, name: create_sign_in(stack, name, email)}), name


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all tests here, each of which has a session of its own in it."""
    with chromium.running() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of somebody who is not signed in; what goes wrong in it, or leaves the stack, fails the test."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "Security Policy" in said.text else None)
    page.on("request", lambda asked: None if _is_local(asked.url) else wrong.append(asked.url))
    yield page
    context.close()
    assert wrong == []


def _is_local(address: str) -> bool:
    return re.match(r"(http://127\.0\.0\.1:|blob:|data:)", address) is not None


def _log(path: Path) -> str:
    return path.read_text(errors="replace")[-3000:] if path.exists() else ""
