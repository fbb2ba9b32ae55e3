"""Finds a Python whose bytecode the Lambda runtime reads."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_QUESTION = (
    "import importlib.util, sys, sysconfig;"
    "print('%d.%d' % sys.version_info[:2], importlib.util.MAGIC_NUMBER.hex(), sysconfig.get_platform())"
)


@dataclass(frozen=True)
class Interpreter:
    """A Python on this machine."""

    path: str
    version: str
    magic: str
    """Equal for interpreters that can share bytecode."""

    platform: str
    """Together with the version: equal for interpreters that can share wheels."""


def inspect_interpreter(path: str) -> Interpreter | None:
    """What the program at this path says it is; None where it is no working Python."""
    try:
        answer = subprocess.run(  # noqa: S603
            [path, "-I", "-c", _QUESTION], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    version, magic, platform = answer.split()
    return Interpreter(path, version, magic, platform)


def find_interpreter(version: str) -> Interpreter | None:
    """A Python of this version (`3.13`) among those that are installed; None without one."""
    found = (inspect_interpreter(path) for path in _candidates(version))
    return next((each for each in found if each is not None and each.version == version), None)


def _candidates(version: str) -> Iterator[str]:
    yield sys.executable
    name = f"python{version}"
    if program := shutil.which(name):
        yield program
    # Where pyenv and uv keep what they installed, on the path or not.
    homes = [
        Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions",
        Path(os.environ.get("UV_PYTHON_INSTALL_DIR", Path.home() / ".local" / "share" / "uv" / "python")),
    ]
    for home in homes:
        for path in sorted(home.glob(f"*/bin/{name}")):
            yield str(path)
