"""The functions on moto, in the environment that the stack gives them."""

import os

from tests.engine.conftest import deployment, world
from tests.functions.fakes import Bus, Context, Queue, context, night_bus, queue

os.environ["POWERTOOLS_METRICS_NAMESPACE"] = "Casetree"

__all__ = ["Bus", "Context", "Queue", "context", "deployment", "night_bus", "queue", "world"]
