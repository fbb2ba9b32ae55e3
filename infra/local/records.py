"""The two files that say what runs: `server.json` (a process) and `stack.json` (a stack that is ready)."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from infra.local.home import Home
from infra.local.processes import Identity


@dataclass(frozen=True)
class Server:
    """The process that `up` started, and its port."""

    process: Identity
    port: int

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True)
class SignIn:
    """A person's password, and a token that was good when it was written."""

    password: str
    token: str


@dataclass(frozen=True)
class Stack:
    """A deployed stack: its addresses, the names of what it is made of, and who can sign in."""

    api_url: str
    endpoint_url: str
    region: str
    table_name: str
    bus_name: str
    user_pool_id: str
    client_id: str
    console_client_id: str
    functions: Mapping[str, str]
    pid: int = 0
    port: int = 0
    deployed: str = ""
    users: Mapping[str, SignIn] = field(default_factory=dict)

    @property
    def console_url(self) -> str:
        return f"{self.api_url}/console"


def save_server(home: Home, server: Server) -> None:
    """Write which process serves the stack."""
    _write(home.server_file, {"port": server.port, **asdict(server.process)})


def load_server(home: Home) -> Server | None:
    """Return the server that was written, None where there is no legible record."""
    record = _read(home.server_file)
    try:
        return Server(Identity(int(record["pid"]), record["started"], record["command"]), int(record["port"]))
    except (KeyError, TypeError, ValueError):
        return None


def save_stack(home: Home, stack: Stack) -> None:
    """Write what callers of the stack need, for this user's eyes only."""
    _write(home.stack_file, {_camel(name): value for name, value in asdict(stack).items()})


def load_stack(home: Home) -> Stack | None:
    """Return the stack that was written, None where there is no legible record."""
    record = _read(home.stack_file)
    try:
        users = {name: SignIn(user["password"], user["token"]) for name, user in record["users"].items()}
        plain = {name: record[_camel(name)] for name in Stack.__dataclass_fields__ if name != "users"}
        return Stack(**plain, users=users)
    except (KeyError, TypeError, AttributeError):
        return None


def forget(home: Home) -> None:
    """Remove the records of a stack that is no more."""
    home.stack_file.unlink(missing_ok=True)
    home.server_file.unlink(missing_ok=True)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _read(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _write(path: Path, record: Mapping[str, Any]) -> None:
    """Replace the file in one step, so that nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(record, indent=2) + "\n")
    draft.replace(path)
