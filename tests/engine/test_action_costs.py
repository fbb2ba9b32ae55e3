"""What every action of every workflow costs, on the request path and in the hooks: each within the design's table."""

from __future__ import annotations

import pytest

from shared.engine import cases, settle, tasks
from shared.engine.session import Identity, Request
from tests.bench.capacity import PLAYS, actions_of
from tests.bench.cost import metered
from tests.bench.deployment import Deployment
from tests.bench.ledger import Ledger, noted
from tests.engine.world import ANN, BOB, ROOT, World

CHILD_UNDER_A_PARENT_ON_HOLD, COUNTED_NOT_LAST, FOLLOW_ON, ACROSS_TABS = 11, 4, 11, 9
READ, COMMIT = "BatchGetItem", "TransactWriteItems"


@pytest.fixture
def here(world: World) -> Deployment:
    """The world of the tests, on which it is known what was committed."""
    deployment = Deployment(world.table)
    deployment.drain()
    deployment.observed.costs()
    return deployment


def _appeal(here: Deployment, docket: str = "direct_review") -> str:
    """The id of the distribution task of a new appeal."""
    given = {"workflow": "appeals", "caseId": "a1", "attributes": {"docket": docket}}
    cases.create_case(here.session, ROOT, given, Request())
    here.drain()
    here.observed.costs()
    return next(task.task_id for task in here.store.tasks("a1") if task.type == "DistributionTask")


@pytest.mark.parametrize("workflow", PLAYS)
def test_every_action_of_a_workflow_is_within_its_budget(here: Deployment, workflow: str) -> None:
    """All actions of its file are taken, by people and by the engine; what each writes, the design allows."""
    ledger = Ledger()
    with noted(here, ledger):
        PLAYS[workflow](here)
    assert {action for name, action in ledger.played if name == workflow} >= actions_of(workflow)
    assert [line for line in ledger.lines if line.write > line.allowed] == []


def test_a_child_under_a_parent_on_hold_costs_what_one_without_a_parent_does(here: Deployment) -> None:
    """The parent is on hold already: it is counted at it, and nothing of it moves."""
    parent = _appeal(here)
    here.task("a1", "EngineeringTask", parentId=parent)
    here.observed.costs()
    here.task("a1", "EngineeringTask", parentId=parent)
    (written,) = here.observed.costs()
    assert written <= CHILD_UNDER_A_PARENT_ON_HOLD


def test_counting_a_child_that_is_not_the_last_costs_two_writes(here: Deployment) -> None:
    """Its edge and its parent's counters, without a history entry."""
    parent = _appeal(here)
    children = [here.task("a1", "EngineeringTask", parentId=parent) for _ in range(3)]
    for child in children[:2]:
        here.act(child, "complete")
        entries = [entry for plan in here.observed.taken() for entry in plan.entries]
        here.observed.costs()
        settle.react(here.session, entries[-1])
        (written,) = here.observed.costs()
        assert written <= COUNTED_NOT_LAST


def test_each_follow_on_task_costs_no_more_than_a_creation(here: Deployment) -> None:
    """Distribution opens the judge's task beside itself: what that adds to closing a leaf is one creation."""
    distribution = _appeal(here)
    here.put_user("jo")
    here.join("judges", "jo")
    here.observed.costs()
    here.act(distribution, "distribute", userId="jo")
    (written,) = here.observed.costs()
    lock = 2
    assert written <= ACROSS_TABS + lock + FOLLOW_ON + lock


@pytest.mark.parametrize(("who", "action"), [(BOB, "claim"), (ANN, "skip"), (ANN, "reschedule")])
def test_an_action_takes_one_read_and_one_commit(here: Deployment, who: Identity, action: str) -> None:
    """One batch read of all that it depends on, and one transaction."""
    here.case("look-1")
    task = here.task("look-1")
    given = {"skip": {"reason": "Sold."}, "reschedule": {"dueTime": "2026-12-01T17:00:00Z"}}.get(action, {})
    with metered(here) as cost:
        tasks.act(here.session, who, task, action, given, Request())
    assert cost.operations == [READ, COMMIT]


def test_an_action_on_a_child_takes_no_more(here: Deployment) -> None:
    """Closing it tells nothing to its parent, which the hook counts it at."""
    child = here.task("a1", "EngineeringTask", parentId=_appeal(here))
    with metered(here) as cost:
        here.act(child, "complete")
    assert cost.operations == [READ, COMMIT]
