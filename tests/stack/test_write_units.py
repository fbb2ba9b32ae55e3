"""What actions on inspection tasks cost, as the API's answers report it, held to the budget of the design.

The local server charges a transaction as AWS does: two units for each begun kilobyte of an item that is
written or checked, one for each begun kilobyte of an index entry that appears, vanishes or changes, two
where it moves; what it reports holds all of that. The same figure comes of the plan before it is
committed (shared.storage.capacity), and the two must agree.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest

from functions.runtime import clock
from infra.local.calls import Answer, Api
from infra.local.records import Stack
from shared import workflows
from shared.domain.model.plan import Plan
from shared.engine import tasks as engine
from shared.engine.session import Identity, Request, Session
from shared.ids import new_id
from shared.storage.capacity import capacity
from shared.storage.store import Store
from tests.stack.conftest import AsPerson
from tests.stack.looks import Task, new_look

pytestmark = pytest.mark.stack

WITHIN_A_TAB, ACROSS_TABS, RESCHEDULE, CREATE = 7, 9, 13, 11
PREREQUISITE, TIMER, TEXT, KEY = 2, 3, 2, 2
# A change of prerequisites is conditional on the version of the case's graph.
GRAPH = 2

Given = dict[str, Any]
SOON, LATER = "2096-12-01T17:00:00Z", "2096-12-02T17:00:00Z"
BOB = {"kind": "user", "id": "bob"}
CLAIM: tuple[str, Given] = ("claim", {})
FAIL: tuple[str, Given] = ("fail", {"reason": "Blurred."})
AWAIT: tuple[str, Given] = ("await", {"awaiting": "The gate code."})


@dataclass(frozen=True)
class Step:
    """What is done to a QA task, after what, and what it may cost."""

    action: str
    budget: int
    given: Given = field(default_factory=dict)
    before: tuple[tuple[str, Given], ...] = ()
    task: Given = field(default_factory=dict)


STEPS = {
    "create": Step("create", CREATE),
    "create with a prerequisite": Step("create", CREATE + PREREQUISITE, {"prerequisites": ["other"]}),
    "create with due time and description": Step(
        "create", CREATE + TIMER + TEXT, {"dueTime": SOON, "description": "Ring twice."}
    ),
    "claim": Step("claim", ACROSS_TABS),
    "claim, due": Step("claim", ACROSS_TABS, task={"dueTime": SOON}),
    "pass": Step("pass", ACROSS_TABS, {"note": "Shiny."}, (CLAIM,)),
    "pass, due": Step("pass", ACROSS_TABS + TIMER, {}, (CLAIM,), {"dueTime": SOON}),
    "fail": Step("fail", WITHIN_A_TAB, {"reason": "Blurred."}, (CLAIM,)),
    "retry": Step("retry", WITHIN_A_TAB, {}, (CLAIM, FAIL)),
    "release": Step("release", ACROSS_TABS, {}, (CLAIM,)),
    "skip": Step("skip", ACROSS_TABS, {"reason": "Sold."}),
    "skip, claimed": Step("skip", ACROSS_TABS, {"reason": "Sold."}, (CLAIM,)),
    "move": Step("move", ACROSS_TABS, {"groupQueue": "Dispatch"}),
    "move, claimed": Step("move", ACROSS_TABS, {"groupQueue": "Dispatch"}, (CLAIM,)),
    "reschedule": Step("reschedule", RESCHEDULE, {"dueTime": SOON}),
    "reschedule, due": Step("reschedule", RESCHEDULE, {"dueTime": LATER}, (), {"dueTime": SOON}),
    "reschedule, due and claimed": Step("reschedule", RESCHEDULE, {"dueTime": LATER}, (CLAIM,), {"dueTime": SOON}),
    "reschedule to never": Step("reschedule", RESCHEDULE, {"dueTime": None}, (), {"dueTime": SOON}),
    "assign": Step("assign", ACROSS_TABS, {"assignedParty": BOB}),
    "assign to another": Step("assign", ACROSS_TABS, {"assignedParty": BOB}, (CLAIM,)),
    "await": Step("await", ACROSS_TABS, {"awaiting": "The gate code."}),
    "provide": Step("provide", ACROSS_TABS, {}, (AWAIT,)),
    "edit": Step("edit", WITHIN_A_TAB, {"priority": 7}),
    "edit a text": Step("edit", WITHIN_A_TAB + TEXT, {"description": "Ring twice."}),
    "edit prerequisites": Step("edit", ACROSS_TABS + PREREQUISITE + GRAPH, {"prerequisites": ["other"]}),
    "add instructions": Step("add_instructions", WITHIN_A_TAB + TEXT, {"instructions": "Mind the dog."}),
}


class Rehearsal(Store):
    """The table, on which plans are decided and not carried out."""

    plan: Plan

    def commit(self, plan: Plan) -> None:
        self.plan = plan


@pytest.fixture(scope="session")
def rehearsal(stack: Stack) -> Rehearsal:
    """The stack's own table, read only."""
    return Rehearsal(stack.table_name, region=stack.region, endpoint=stack.endpoint_url)


@pytest.mark.parametrize("key", [None, "the same for each task"], ids=["", "with a key"])
@pytest.mark.parametrize("name", STEPS)
def test_an_action_costs_what_its_plan_says_and_no_more_than_its_budget(
    stack: Stack, as_person: AsPerson, rehearsal: Rehearsal, name: str, key: str | None
) -> None:
    """With an Idempotency-Key, its record comes on top."""
    step, cho = STEPS[name], as_person("cho")
    looks = new_look(cho, tasks=[{"type": "QA", **step.task}, {"type": "Hover Inspection"}])
    task, other = looks["QA"], looks["Hover Inspection"]
    for action, given in step.before:
        cho.need("POST", f"/tasks/{task['taskId']}/actions/{action}", given)
    given = {**step.given, "prerequisites": [other["taskId"]]} if "prerequisites" in step.given else step.given
    planned = _planned(stack, rehearsal, step.action, task, given, key=key)
    measured = _measured(_call(cho, step.action, task, given, key=key))
    assert measured == planned
    assert measured <= step.budget + (KEY if key else 0)


def _call(api: Api, action: str, task: Task, given: Given, *, key: str | None) -> Answer:
    headers = {"Idempotency-Key": key} if key else {}
    if action == "create":
        answer = api.call("POST", f"/cases/{task['caseId']}/tasks", {"type": "QA", **given}, **headers)
    elif action == "edit":
        answer = api.call("PATCH", f"/tasks/{task['taskId']}", given, **headers)
    else:
        answer = api.call("POST", f"/tasks/{task['taskId']}/actions/{action}", given, **headers)
    assert answer.status in {200, 201}, answer.body
    return answer


def _measured(answer: Answer) -> float:
    return float(answer.headers["Casetree-Capacity"].partition("write=")[2])


def _planned(stack: Stack, rehearsal: Rehearsal, action: str, task: Task, given: Given, *, key: str | None) -> float:
    """What the plan says that the engine makes of the same request."""
    session = Session(rehearsal, workflows.load(), clock(stack.endpoint_url, rehearsal.clock_offset), new_id)
    request = Request(route="POST", key=key, fingerprint="0" * 64)
    if action == "create":
        engine.create_task(session, Identity("cho"), task["caseId"], {"type": "QA", **given}, request)
    else:
        engine.act(session, Identity("cho"), task["taskId"], action, given, request)
    return capacity(rehearsal.plan).write
