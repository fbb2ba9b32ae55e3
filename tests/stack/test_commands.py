"""Commands that a person types while the stack is up."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local import aws
from infra.local.home import REPOSITORY, VARIABLE, Home
from infra.local.records import Stack
from tests.stack.conftest import AsPerson, Command
from tests.stack.looks import eventually, new_task
from tests.stack.shells import paste_next_steps

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def played(casetree: Command, stack: Stack) -> tuple[str, str]:
    """What two demos have told, one after the other."""
    first, second = casetree("demo"), casetree("demo")
    assert first.returncode == 0, first.stdout + first.stderr
    assert second.returncode == 0, second.stdout + second.stderr
    return first.stdout, second.stdout


def test_the_demo_plays_a_look_through_its_life(played: tuple[str, str], stack: Stack, home: Home) -> None:
    """It tells what happens, and ends with commands that work when they are pasted.

    A second one, on a stack whose clock the first has moved, plays beside it with cases of its own.
    """
    first, told = played
    assert not _cases(first) & _cases(told)
    for fact in ("Created / Failed", "Completed / Skipped", "Canceled / Skipped", "TaskOverdue", "Who could: Ann Lee"):
        assert fact in told
    assert f"{stack.api_url}/docs" in told
    assert stack.users["eve"].password in told
    pasted = paste_next_steps(home, told)
    for result in ('"status":"In Progress"', '"status":"Passed"', '"note":"paid"'):
        assert result in pasted


def _cases(told: str) -> set[str]:
    return set(re.findall(r"creates (look-\d+)", told))


@pytest.fixture
def follower(stack: Stack, home: Home, tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """`casetree events`, once it listens; what it prints is in a file."""
    with (tmp_path / "events").open("wb") as events, (tmp_path / "errors").open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "infra.local", "events", "--json"],
            cwd=REPOSITORY,
            env=os.environ | {VARIABLE: str(home.directory)},
            stdout=events,
            stderr=errors,
            # A shell that runs the tests in the background has Ctrl-C ignored, and a child inherits that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads here
        )
    try:
        eventually(lambda: _rules(stack), bool)
        yield process
    finally:
        process.kill()
        process.wait()


def _rules(stack: Stack) -> list[Any]:
    """The rules of those who follow the bus."""
    bus = aws.client("events", stack.endpoint_url, stack.region)
    rules: list[Any] = bus.list_rules(EventBusName=stack.bus_name, NamePrefix="casetree-events-")["Rules"]
    return [
        rule for rule in rules if bus.list_targets_by_rule(Rule=rule["Name"], EventBusName=stack.bus_name)["Targets"]
    ]


def test_events_are_followed_until_somebody_stops(
    stack: Stack, as_person: AsPerson, follower: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    """Each is one line of JSON, as it comes; Ctrl-C ends it with a word, and leaves nothing on the bus."""
    task = new_task(as_person("ann"))

    def heard() -> set[str]:
        """The types of the case's events; a line that has no end yet is still being written."""
        lines = (tmp_path / "events").read_text().splitlines(keepends=True)
        told = [json.loads(line) for line in lines if line.endswith("\n")]
        return {event["detail-type"] for event in told if event["detail"].get("caseId") == task["caseId"]}

    eventually(heard, lambda types: types == {"TaskCreated", "CaseCreated"})
    follower.send_signal(signal.SIGINT)
    assert follower.wait(60) == 1
    assert "Stopped." in (tmp_path / "errors").read_text()
    assert _rules(stack) == []


def test_the_api_describes_itself_as_the_repository_does(as_person: AsPerson) -> None:
    """The OpenAPI document that is served is the one that a change of the API shows in."""
    served = as_person("ann").need("GET", "/openapi.json")
    assert served == json.loads((REPOSITORY / "docs" / "openapi.json").read_text())


def test_swagger_ui_finds_the_document(as_person: AsPerson) -> None:
    """Its page names the address of the document as a browser will ask for it."""
    page = as_person("ann").call("GET", "/docs")
    assert page.headers["Content-Type"].startswith("text/html")
    assert "openapi.json" in page.body
