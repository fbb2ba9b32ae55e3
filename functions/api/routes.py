"""Every route of the API, in the order in which it is documented."""

from __future__ import annotations

import re

from functions.api import cases, connections, doctor, meta, operating, organizations, queues, tasks, users, workflows
from functions.api.operations import Operation

RESOURCES = (cases, doctor, tasks, queues, organizations, users, connections, workflows, operating, meta)
OPERATIONS: tuple[Operation, ...] = tuple(o for resource in RESOURCES for o in resource.ROUTES.operations)


def methods(path: str) -> tuple[str, ...]:
    """The methods that an address takes; a route without parameters goes before one that has some."""
    exact = tuple(operation.method for operation in OPERATIONS if operation.path == path)
    found = exact or (operation.method for operation in OPERATIONS if _pattern(operation.path).fullmatch(path))
    return tuple(dict.fromkeys(found))


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{\w+\}", "[^/]+", path))
