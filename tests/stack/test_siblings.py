"""Siblings of an appeal that are closed at once over the API, and counted by the real stream."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import timedelta
from multiprocessing import get_context

import pytest

from infra.local import clock
from infra.local.calls import Api
from infra.local.functions import wait_until_at_rest
from infra.local.records import Stack
from infra.local.signin import fresh_token
from infra.local.target import on_this_machine
from tests.stack.conftest import AsPerson
from tests.stack.looks import Task, act, eventually, history, new_case_id, read

pytestmark = pytest.mark.stack

SIBLINGS = 200
AT_ONCE = 8
PROCESSES = 4
PATIENCE = 120.0


def _appeal(api: Api, docket: str) -> dict[str, Task]:
    """The tasks of a new appeal, by type."""
    body = {"workflow": "appeals", "caseId": new_case_id(), "attributes": {"docket": docket}}
    tasks = api.need("POST", "/cases", body)["tasks"]["items"]
    return {task["type"].removesuffix("Task"): task for task in tasks}


def _grown(api: Api, parent: Task, number: int) -> list[Task]:
    """So many siblings under the parent, created at once."""
    body = {"type": "EngineeringTask", "parentId": parent["taskId"]}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda _: api.need("POST", f"/cases/{parent['caseId']}/tasks", body), range(number)))


def _closed(stack: Stack, siblings: list[Task], *actions: str) -> None:
    """All are closed at once, by several processes with several threads each, by the actions in turn."""
    pairs = [(task, actions[number % len(actions)]) for number, task in enumerate(siblings)]
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        caller = stack.api_url, fresh_token(stack, "admin")
        running = [pool.submit(_close_share, *caller, pairs[share::PROCESSES]) for share in range(PROCESSES)]
        assert {status for done in running for status in done.result()} == {200}


def _close_share(api_url: str, token: str, pairs: list[tuple[Task, str]]) -> list[int]:
    """One process's part of the closing: the status of each answer."""
    api = Api(api_url, token)
    with ThreadPoolExecutor(AT_ONCE // PROCESSES) as pool:
        return [answer.status for answer in pool.map(lambda pair: act(api, *pair), pairs)]


def _becomes(api: Api, task: Task, status: str) -> None:
    eventually(lambda: read(api, task)["status"], lambda seen: seen == status, PATIENCE)


def _check_history(api: Api, task: Task, *actions: str) -> None:
    """These happened, and nothing besides, with no version missing."""
    entries = history(api, task)
    assert [(entry["version"], entry["action"]) for entry in entries] == list(enumerate(actions, start=1))


def _check_settled(stack: Stack, task: Task) -> None:
    """Nothing is owed to anybody in the task's case."""
    assert wait_until_at_rest(stack)
    assert [answer["found"] for answer in on_this_machine(stack).settle(task["caseId"])] == [0]


def test_an_appeal_is_ready_once_all_that_blocked_it_is_closed(as_person: AsPerson, stack: Stack) -> None:
    """Two hundred siblings: however they close, distribution is ready for it once."""
    admin = as_person("admin")
    distribution = _appeal(admin, "direct_review")["Distribution"]
    # The first closing is that of intake itself, under which nothing was open.
    _becomes(admin, distribution, "assigned")
    siblings = _grown(admin, distribution, SIBLINGS)
    assert read(admin, distribution)["status"] == "on_hold"
    _closed(stack, siblings, "complete", "cancel")
    _becomes(admin, distribution, "assigned")
    _check_settled(stack, distribution)
    _check_history(admin, distribution, "create", "children_closed", "child_opened", "children_closed")


def test_a_hearing_closes_with_its_children_once(as_person: AsPerson, stack: Stack) -> None:
    """Completed, as one of them was, though all others were cancelled; and what is above it is ready."""
    admin = as_person("admin")
    tasks = _appeal(admin, "hearing")
    hearing, distribution = tasks["Hearing"], tasks["Distribution"]
    siblings = _grown(admin, hearing, 24)
    date = f"{clock.now(stack) + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"
    assert act(admin, tasks["ScheduleHearing"], "complete", date=date).status == 200
    children = admin.need("GET", f"/tasks/{hearing['taskId']}/children")["items"]
    (disposition,) = (task for task in children if task["type"] == "AssignHearingDispositionTask")
    with ThreadPoolExecutor(1) as pool:
        last = pool.submit(act, admin, disposition, "set_disposition", disposition="cancelled")
        _closed(stack, siblings, "cancel")
    assert last.result().status == 200
    _becomes(admin, hearing, "completed")
    _becomes(admin, distribution, "assigned")
    _check_settled(stack, hearing)
    _check_history(admin, hearing, "create", "children_closed")
    _check_history(admin, distribution, "create", "children_closed")
