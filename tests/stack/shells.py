"""Commands that are printed for people, tried as people do: pasted into a shell."""

import os
import re
import subprocess

from infra.local.home import REPOSITORY, VARIABLE, Home

BASH = "/bin/bash"


def paste_next_steps(home: Home, told: str) -> str:
    """What the commands print that a demo names to go on with."""
    steps = told.partition("Next, in a shell")[2].partition("More commands")[0]
    done = subprocess.run(
        [BASH, "-eu"],
        input="\n".join(re.findall(r"^    (.+)$", steps, re.MULTILINE)),
        env=os.environ | {VARIABLE: str(home.directory)},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
