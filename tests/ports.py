"""Ports for servers of tests, of which several processes run at once."""

import secrets

from infra.local.ports import is_free

# Below those that the system gives to whoever calls, and above those that `casetree up` takes by itself.
FIRST, NUMBER = 20_000, 10_000


def own_port() -> int:
    """A port that is free, and that no other process is likely to take before it is used, or once it was."""
    while not is_free(port := FIRST + secrets.randbelow(NUMBER)):
        pass
    return port
