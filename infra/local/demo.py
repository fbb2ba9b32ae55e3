"""`casetree demo`: a case taken through its life over the HTTP API, told as it happens."""

from collections.abc import Callable, Mapping

from infra.local.demos import appeals, collaboration, inspection
from infra.local.obstacle import ObstacleError
from infra.local.records import Stack

# A demo plays on a local stack, leaves its cases there, and names commands to go on with.
Demo = Callable[[Stack], Mapping[str, str]]

# By the name of its workflow.
DEMOS: dict[str, Demo] = {"inspection": inspection.play, "appeals": appeals.play, "collaboration": collaboration.play}


def find(name: str) -> Demo:
    """Return a demo, or say which there are."""
    if name not in DEMOS:
        raise ObstacleError(f"There is no demo '{name}'.", f"There are: {', '.join(DEMOS)}.")
    return DEMOS[name]
