"""Looks on the whole stack: created and worked on over HTTP, waited for with a deadline."""

import time
from collections.abc import Callable
from itertools import count
from typing import Any, TypeVar

from infra.local.calls import Answer, Api

T = TypeVar("T")
Task = dict[str, Any]
DEADLINE_SECONDS = 60.0

_numbers = count(1)


def new_case_id() -> str:
    """An id that no other test of this run uses, and that is the beginning of none: pages are searched for it."""
    return f"look-{next(_numbers):05}"


def new_look(api: Api, **given: Any) -> dict[str, Task]:
    """The tasks of a new look, by type."""
    body = {"workflow": "inspection", "caseType": "look", "caseId": new_case_id(), **given}
    tasks = api.need("POST", "/cases", body)["tasks"]["items"]
    return {task["type"]: task for task in tasks}


def new_task(api: Api, task_type: str = "QA", **given: Any) -> Task:
    """The only task of a new look."""
    return new_look(api, tasks=[{"type": task_type, **given}])[task_type]


def act(api: Api, task: Task, action: str, **given: Any) -> Answer:
    """The answer to an action, whatever it is."""
    return api.call("POST", f"/tasks/{task['taskId']}/actions/{action}", given)


def read(api: Api, task: Task) -> Task:
    """The task as it is now."""
    found: Task = api.need("GET", f"/tasks/{task['taskId']}")
    return found


def pair(task: Task) -> tuple[str, str]:
    """The state and the status."""
    return task["state"], task["status"]


def history(api: Api, task: Task) -> list[Task]:
    """Every version of the task, oldest first."""
    entries: list[Task] = api.need("GET", f"/tasks/{task['taskId']}/history")["items"]
    return entries


def eventually(look: Callable[[], T], holds: Callable[[T], bool], seconds: float = DEADLINE_SECONDS) -> T:
    """What is seen once it holds; AssertionError with the last that was seen when the deadline passes."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if holds(seen):
            return seen
        assert time.monotonic() < deadline, seen
        time.sleep(0.1)
