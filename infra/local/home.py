"""Where the laptop stack keeps its state."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
VARIABLE = "CASETREE_HOME"


@dataclass(frozen=True)
class Home:
    """The files of one stack. Every stack has a directory of its own; the server's environment is shared."""

    directory: Path

    @property
    def stack_file(self) -> Path:
        """Everything a caller needs; there only while the stack is ready."""
        return self.directory / "stack.json"

    @property
    def server_file(self) -> Path:
        """Which process is the server; there from the moment it is started."""
        return self.directory / "server.json"

    @property
    def lock_file(self) -> Path:
        return self.directory / "up.lock"

    @property
    def scratch(self) -> Path:
        """What the server unpacks; worth nothing once it has ended."""
        return self.directory / "tmp"

    @property
    def assembly(self) -> Path:
        return self.directory / "cdk.out"

    @property
    def server_log(self) -> Path:
        return self.directory / "logs" / "ministack.log"

    @property
    def deploy_log(self) -> Path:
        return self.directory / "logs" / "deploy.log"


def current_home() -> Home:
    """Return the home that CASETREE_HOME names, or `.local` in the repository."""
    named = os.environ.get(VARIABLE)
    return Home(Path(named).expanduser().resolve() if named else REPOSITORY / ".local")


def shown(path: Path) -> str:
    """Return a path the way a person in the working directory would write it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def command(arguments: str) -> str:
    """Return a command of ours the way that works in this shell, whether the environment is active or not.

    The search path does not tell: `make` extends it for the programs that it starts.
    """
    ours = Path(sys.executable).parent / "casetree"
    active = os.environ.get("VIRTUAL_ENV") == str(ours.parents[1])
    return f"{'casetree' if active else shown(ours)} {arguments}"
