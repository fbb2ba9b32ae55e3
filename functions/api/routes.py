"""Every route of the API, in the order in which it is documented."""

from __future__ import annotations

import re

from functions.api import cases, meta, organizations, queues, tasks, users, workflows
from functions.api.operations import Operation

RESOURCES = (cases, tasks, queues, organizations, users, workflows, meta)
OPERATIONS: tuple[Operation, ...] = tuple(o for resource in RESOURCES for o in resource.ROUTES.operations)


def pattern(path: str) -> re.Pattern[str]:
    """What addresses of a route look like."""
    return re.compile(re.sub(r"\{\w+\}", "[^/]+", path))
