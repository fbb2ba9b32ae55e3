"""A function that dies in the middle of a request for several tasks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any
from unittest.mock import patch

import pytest

from shared.engine.tasks import act


@contextmanager
def dying(module: ModuleType, after: int) -> Iterator[list[str]]:
    """Within, the process ends before the module acts on one task more; the tasks that it has acted on by then."""
    done = list[str]()

    def acting(session: Any, identity: Any, task_id: str, *rest: Any) -> Any:
        if len(done) == after:
            raise KeyboardInterrupt
        done.append(task_id)
        return act(session, identity, task_id, *rest)

    with patch.object(module, "act", acting), pytest.raises(KeyboardInterrupt):
        yield done
