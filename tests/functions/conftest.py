"""The functions on moto, in the environment that the stack gives them."""

import os

from tests.engine.conftest import deployment, world
from tests.functions.fakes import Context, Queue, context, queue

os.environ["POWERTOOLS_METRICS_NAMESPACE"] = "Casetree"

__all__ = ["Context", "Queue", "context", "deployment", "queue", "world"]
