"""How long a parent waits for its reaction: from the commit that closes a child, on the local stack, under load."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

from infra.local.calls import Api
from infra.local.home import REPOSITORY, VARIABLE, Home
from infra.local.records import Stack, load_stack
from infra.local.signin import fresh_token
from infra.stream import HOOKS
from tests.bench.figure import Figure, Finding, Section
from tests.bench.rounds import MILLISECONDS
from tests.bench.sizes import Sizes

REACTION, CLOSING = "children_closed", "complete"
PATIENCE = 300.0
OPEN = 32
"""Calls that may be under way at once where they come at a pace: never as many, unless the stack cannot bear it."""


def measure(sizes: Sizes) -> Iterator[Finding]:
    """Cases are opened with a child each, which is closed: so many a second, and as fast as some clients can."""
    with _stack() as stack:
        steady = _played(stack, [f"steady-{number}" for number in range(sizes.hooks)], sizes, sizes.hooks_pace)
        rushed = _played(stack, [f"rushed-{number}" for number in range(sizes.hooks)], sizes)
    yield from _figures(f"{sizes.hooks_pace} cases a second", steady)
    yield from _figures(f"{sizes.hooks_at_once} clients as fast as they can", rushed)
    yield Figure("cases that those opened and closed a second", rushed.pace, here=True)
    yield Figure("batch size of the mapping", HOOKS.size)
    yield Figure("its window", HOOKS.window.to_seconds(), "s")
    yield Figure("batches of a shard at a time", HOOKS.parallel)


@dataclass(frozen=True, slots=True)
class Load:
    """How long the reactions took, in milliseconds from the shortest, and how many cases there were a second."""

    delays: list[float]
    pace: float


def _figures(load: str, played: Load) -> Iterator[Finding]:
    p99 = quantiles(played.delays, n=100, method="inclusive")[-1]
    yield Figure(f"{load}: from commit to reaction, median", median(played.delays), "ms", here=True)
    yield Figure(f"{load}: p99", p99, "ms", here=True)
    yield Figure(f"{load}: longest", played.delays[-1], "ms", here=True)


def _played(stack: Stack, cases: Sequence[str], sizes: Sizes, pace: float | None = None) -> Load:
    """With a pace, each case is opened at its time, however long those before it take: nobody waits for an answer."""
    begun = time.perf_counter()

    def close(numbered: tuple[int, str]) -> tuple[str, str]:
        number, case_id = numbered
        if pace is not None:
            time.sleep(max(0.0, begun + number / pace - time.perf_counter()))
        return _closed(stack, case_id)

    with ThreadPoolExecutor(sizes.hooks_at_once if pace is None else OPEN) as pool:
        pairs = list(pool.map(close, enumerate(cases)))
    seconds = time.perf_counter() - begun
    api = Api(stack.api_url, fresh_token(stack, "admin"))
    return Load(sorted(_delay(api, parent, child) for parent, child in pairs), len(pairs) / seconds)


@contextmanager
def _stack() -> Iterator[Stack]:
    """The whole stack, in a home of its own; afterwards nothing of it is left."""
    with TemporaryDirectory() as folder:
        home = Home(Path(folder))
        _casetree(home, "up")
        try:
            stack = load_stack(home)
            assert stack is not None
            yield stack
        finally:
            _casetree(home, "down")


def _casetree(home: Home, command: str) -> None:
    variables = os.environ | {VARIABLE: str(home.directory)}
    arguments = [sys.executable, "-m", "infra.local", command]
    done = subprocess.run(arguments, cwd=REPOSITORY, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _closed(stack: Stack, case_id: str) -> tuple[str, str]:
    """A new case in which the distribution waits for a child, which is closed; the ids of both."""
    api = Api(stack.api_url, fresh_token(stack, "admin"))
    body = {"workflow": "appeals", "caseId": case_id, "attributes": {"docket": "direct_review"}}
    made = api.need("POST", "/cases", body)["tasks"]["items"]
    parent = next(str(task["taskId"]) for task in made if task["type"] == "DistributionTask")
    child = api.need("POST", f"/cases/{case_id}/tasks", {"type": "EngineeringTask", "parentId": parent})["taskId"]
    api.need("POST", f"/tasks/{child}/actions/{CLOSING}", {})
    return parent, str(child)


def _delay(api: Api, parent: str, child: str) -> float:
    """Milliseconds between both commits, as the histories have them; waits for the second one."""
    closed = _moment(_last(api, child, CLOSING))
    deadline = time.monotonic() + PATIENCE
    while True:
        # The first reaction of the kind may be that to what the case began with.
        found = _last(api, parent, REACTION)
        if found is not None and _moment(found) >= closed:
            return (_moment(found) - closed).total_seconds() * MILLISECONDS
        assert time.monotonic() < deadline, f"{parent} never reacted"
        time.sleep(0.2)


def _last(api: Api, task_id: str, action: str) -> Any:
    entries = api.need("GET", f"/tasks/{task_id}/history")["items"]
    return next((entry for entry in reversed(entries) if entry["action"] == action), None)


def _moment(entry: Any) -> datetime:
    return datetime.fromisoformat(entry["createdAt"])


SECTION = Section(
    name="hooks",
    title="Hooks",
    engine="the local stack",
    measure=measure,
    sizes=lambda sizes: f"{sizes.hooks} parents of each kind",
)
