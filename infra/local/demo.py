"""`casetree demo`: a case taken through its life over the HTTP API, told as it happens."""

from collections.abc import Callable

from infra.local.obstacle import ObstacleError
from infra.local.records import Stack

# A demo by the name of its workflow.
DEMOS: dict[str, Callable[[Stack], None]] = {}


def find(name: str) -> Callable[[Stack], None]:
    """Return a demo, which plays on a local stack and leaves its cases there to be looked at."""
    if name not in DEMOS:
        raise ObstacleError(f"There is no demo '{name}' yet.", f"There are: {', '.join(DEMOS) or 'none so far'}.")
    return DEMOS[name]
