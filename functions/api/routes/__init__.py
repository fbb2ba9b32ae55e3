"""The routes of the API, a module for each resource: they parse, call the engine and shape the answer."""

from __future__ import annotations

import re

from functions.api.routes import (
    about,
    cases,
    connections,
    doctor,
    operations,
    organizations,
    queues,
    tasks,
    users,
    workflows,
)
from functions.api.routing import Operation

# In the order in which they are documented.
RESOURCES = (cases, doctor, tasks, queues, organizations, users, connections, workflows, operations, about)
OPERATIONS: tuple[Operation, ...] = tuple(o for resource in RESOURCES for o in resource.ROUTES.operations)


def methods(path: str) -> tuple[str, ...]:
    """The methods that an address takes; a route without parameters goes before one that has some."""
    exact = tuple(operation.method for operation in OPERATIONS if operation.path == path)
    found = exact or (operation.method for operation in OPERATIONS if _pattern(operation.path).fullmatch(path))
    return tuple(dict.fromkeys(found))


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{\w+\}", "[^/]+", path))
