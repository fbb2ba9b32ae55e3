"""A home and a stack record for tests that start nothing on AWS's emulator."""

from pathlib import Path

import pytest

from infra.local.home import Home
from infra.local.records import SignIn, Stack


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A place for state that nothing has used yet."""
    return Home(tmp_path / "home")


@pytest.fixture
def stack() -> Stack:
    """A record of a stack, of which nothing runs."""
    return Stack(
        api_url="http://127.0.0.1:4566/_aws/execute-api/a1",
        endpoint_url="http://127.0.0.1:4566",
        region="us-east-1",
        table_name="Casetree-Table",
        bus_name="casetree",
        user_pool_id="us-east-1_pool",
        client_id="client",
        console_client_id="console-client",
        functions={name: f"Casetree-{name}" for name in ("api", "hooks", "relay", "timers")},
        pid=1,
        port=4566,
        deployed="digest",
        users={"ann": SignIn("Tree-1", "token-1"), "admin": SignIn("Tree-2", "token-2")},
    )
