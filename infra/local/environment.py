"""The server's own Python environment, and the programs that `make setup` installs."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from infra.local.home import REPOSITORY
from infra.local.obstacle import ObstacleError

REQUIREMENTS = REPOSITORY / "infra" / "requirements" / "local.txt"
SERVER_ENVIRONMENT = REPOSITORY / ".local" / "ministack-venv"
CDK = REPOSITORY / "infra" / "npm" / "node_modules" / "aws-cdk" / "bin" / "cdk"
PROGRAMS = Path(sys.executable).parent


def server_python() -> Path:
    """Return the Python that runs the server, and in it the functions."""
    return SERVER_ENVIRONMENT / "bin" / "python"


def need_tools() -> None:
    """Refuse to go on without what `make setup` installs, rather than fail half-way."""
    missing = [str(path.relative_to(REPOSITORY)) for path in (CDK,) if not path.exists()]
    missing += [name for name in ("uv", "node") if not (PROGRAMS / name).exists()]
    if missing:
        raise ObstacleError(f"Not installed: {', '.join(missing)}.", "Run: make setup")


def environment_is_current() -> bool:
    """Say whether the server's environment holds just what is locked."""
    stamp = SERVER_ENVIRONMENT / ".locked"
    return server_python().exists() and stamp.exists() and stamp.read_text() == _fingerprint()


def install_environment() -> None:
    """Create the server's environment at the locked versions and hashes."""
    uv = str(PROGRAMS / "uv")
    python = str(server_python())
    _run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(SERVER_ENVIRONMENT)])
    sync = [uv, "pip", "sync", "--quiet", "--python", python, "--require-hashes", str(REQUIREMENTS)]
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--python", python]
    # Where uv is kept from the packages, pip tries with its own settings; the hashes hold either way.
    if _fails(sync):
        _run([*pip, "install", "--require-hashes", "-r", str(REQUIREMENTS)])
    (SERVER_ENVIRONMENT / ".locked").write_text(_fingerprint())


def _fingerprint() -> str:
    return hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()


def _uv_settings() -> dict[str, str]:
    """Hand pip's settings on to uv, which reads none of them."""
    handed_on = {"UV_DEFAULT_INDEX": "PIP_INDEX_URL", "UV_INDEX": "PIP_EXTRA_INDEX_URL"}
    named = {theirs: os.environ[ours] for theirs, ours in handed_on.items() if ours in os.environ}
    return {"UV_SYSTEM_CERTS": "1", **named, **os.environ}


def _fails(command: list[str]) -> bool:
    return subprocess.run(command, env=_uv_settings(), capture_output=True, check=False).returncode != 0


def _run(command: list[str]) -> None:
    done = subprocess.run(command, env=_uv_settings(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise ObstacleError(
            f"The local server could not be installed:\n{done.stderr.strip()[-1500:]}",
            "Look whether PyPI can be reached, then try again.",
        )
