"""The README's first calls, as a person would paste them into a shell."""

import os
import re
import subprocess

import pytest

from infra.local.home import REPOSITORY, VARIABLE, Home
from infra.local.records import Stack

pytestmark = pytest.mark.stack

BASH = "/bin/bash"


def _blocks() -> list[str]:
    """The shell blocks of the section, one after the other."""
    section = (REPOSITORY / "README.md").read_text().partition("## The first calls")[2].partition("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", section, re.DOTALL)


def _answers(home: Home) -> list[str]:
    """What each block prints, when they are pasted one after the other."""
    script = "\necho -----\n".join(_blocks()).replace(".local/stack.json", str(home.stack_file))
    done = subprocess.run(
        [BASH, "-eu"],
        input=script,
        env=os.environ | {VARIABLE: str(home.directory)},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split("-----\n")


def test_the_first_calls_work_as_they_stand_there(home: Home, stack: Stack) -> None:
    """They create a case, act on a task, read its history, and find what has become ready."""
    signed_in, created, acted, read = _answers(home)
    assert signed_in == ""
    assert '"caseId": "look-4711"' in created
    assert '"status": "Pending"' in created
    assert '"refused"' in acted
    assert '"status": "Passed"' in acted
    assert '"note": "all there"' in read
    assert '"type": "QA"' in read
    assert '"code"' not in created + acted + read
