"""Processes that run the functions are killed in the middle of work: what was accepted has its effect, once."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from random import Random
from threading import Event, Thread

import pytest
from urllib3.exceptions import HTTPError

from infra.local.calls import Answer, Api
from infra.local.functions import wait_until_at_rest
from infra.local.home import Home
from infra.local.processes import identify, members
from infra.local.records import Stack, load_server
from infra.local.target import on_this_machine
from tests.stack.conftest import AsPerson
from tests.stack.looks import Task, history, new_case_id, new_look, pair, read

pytestmark = pytest.mark.stack

WORKER = "_worker."
SIBLINGS = 6
AT_ONCE = 4
KILLS = 6
ATTEMPTS = 50
PAUSES = Random(5)  # noqa: S311 (an order, no secret)


def _workers(home: Home) -> list[int]:
    """The processes that run functions: members of the group of this run's own server."""
    server = load_server(home)
    assert server is not None
    found = (identify(pid) for pid in members(server.process.pid))
    return [process.pid for process in found if process is not None and WORKER in process.command]


@contextmanager
def _killing(home: Home) -> Iterator[list[int]]:
    """While this lasts, one of the workers after another is killed, some moments apart; gives those that were."""
    killed, over = list[int](), Event()

    def kill() -> None:
        while len(killed) < KILLS and not over.wait(PAUSES.uniform(0.0, 0.2)):
            workers = _workers(home)
            if workers:
                pid = PAUSES.choice(workers)
                # It may have ended by itself.
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)

    thread = Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


def _insist(api: Api, method: str, path: str, body: object, key: str) -> Answer:
    """The answer to a request that is repeated with its key until a function lived long enough to give one."""
    for _ in range(ATTEMPTS):
        with suppress(HTTPError):
            answer = api.call(method, path, body, **{"Idempotency-Key": key})
            if answer.status < 500:
                return answer
    raise AssertionError("never answered")


def _closed(api: Api, task: Task, action: str, **given: object) -> int:
    path = f"/tasks/{task['taskId']}/actions/{action}"
    return _insist(api, "POST", path, given, f"{action} {task['taskId']}").status


def test_whoever_is_killed_nothing_is_lost_and_nothing_happens_twice(
    home: Home, stack: Stack, as_person: AsPerson
) -> None:
    """Tasks are created, siblings and prerequisites closed, while workers of all functions die; then it is settled."""
    admin, cho = as_person("admin"), as_person("cho")
    waited_for = [{"key": f"k{n}", "type": "Hover Inspection"} for n in range(SIBLINGS)]
    look = new_look(cho, tasks=[*waited_for, {"type": "QA", "prerequisites": [task["key"] for task in waited_for]}])
    body = {"workflow": "appeals", "caseId": new_case_id(), "attributes": {"docket": "direct_review"}}
    appeal = {task["type"]: task for task in admin.need("POST", "/cases", body)["tasks"]["items"]}
    parent, waiting = appeal["DistributionTask"], look["QA"]
    under = {"type": "EngineeringTask", "parentId": parent["taskId"]}
    path = f"/cases/{parent['caseId']}/tasks"

    def work(number: int) -> tuple[int, int, int]:
        made = _insist(admin, "POST", path, under, f"{parent['taskId']} {number}")
        prerequisite = {"taskId": waiting["prerequisites"][number]}
        skipped = _closed(cho, prerequisite, "skip", reason="Not needed.")
        return made.status, skipped, _closed(admin, made.body, ("complete", "cancel")[number % 2])

    with _killing(home) as killed, ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = list(pool.map(work, range(SIBLINGS)))
    assert killed
    assert statuses == [(201, 200, 200)] * SIBLINGS

    assert wait_until_at_rest(stack)
    target = on_this_machine(stack)
    for case_id in (waiting["caseId"], parent["caseId"]):
        target.settle(case_id)
        assert wait_until_at_rest(stack)
        (again,) = target.settle(case_id)
        assert (again["found"], again["miscounted"]) == (0, 0)
        assert admin.need("GET", f"/cases/{case_id}/diagnosis")["findings"] == []
    assert pair(read(cho, waiting)) == ("Created", "Ready")
    assert [entry["action"] for entry in history(cho, waiting)] == ["create", "ready"]
    children = admin.need("GET", f"/tasks/{parent['taskId']}/children?limit=100")["items"]
    made = [child for child in children if child["type"] == "EngineeringTask"]
    assert [child["version"] for child in made] == [2] * SIBLINGS
    assert read(admin, parent)["status"] == "assigned"
