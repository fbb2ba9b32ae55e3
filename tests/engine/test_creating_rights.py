"""Who may create tasks under others, on a table: what is offered, and what is done, agree by whichever route."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.compile import workflow_of
from shared.domain.definitions.workflow import Workflow
from shared.domain.model.plan import Refusal
from shared.domain.model.task import Task
from shared.engine import tasks
from shared.engine.session import Identity, Refused, Request
from tests.engine.board import AL, JO, act, create, intake, seat, tasks_of
from tests.engine.test_trees import OneWorkflow
from tests.engine.world import ROOT, World
from tests.workflows.appeals import APPEALS

COL, DOC = Identity("col"), Identity("doc")
TRANSLATION, FOIA = {"type": "TranslationTask"}, {"type": "FoiaTask"}


@pytest.fixture
def board(world: World) -> World:
    """An attorney asks for something, which is col's and doc's organization's."""
    made = seat(world)
    for name in ("col", "doc"):
        made.put_user(name)
        made.join("colocated", name)
    intake(made, "direct_review")
    act(made, ROOT, "Distribution", "distribute", userId="jo")
    act(made, JO, "JudgeAssign", "assign_to_attorney", userId="al")
    create(made, AL, "Colocated", "Attorney", kind="aoj")
    return made


def _asked(board: World) -> Task:
    """The organization's task."""
    return next(t for t in tasks_of(board) if t.type == "ColocatedTask" and not t.is_delegate)


def _offered(board: World, who: Identity, task: Task) -> Refusal | None:
    offers = tasks.available_actions(board.session, who, task.task_id)[1]
    return next(offer.refusal for offer in offers if offer.action.name == "create_child")


def _routes(board: World, who: Identity, task: Task) -> tuple[Callable[[], object], ...]:
    """Both ways to a child."""
    posted = {**FOIA, "parentId": task.task_id}
    return (
        lambda: tasks.act(board.session, who, task.task_id, "create_child", TRANSLATION, Request()),
        lambda: tasks.create_task(board.session, who, "a1", posted, Request()),
    )


def _check(board: World, who: Identity, task: Task, *, may: bool) -> None:
    """What the offer says, both ways do."""
    offered = _offered(board, who, task)
    assert (offered is None) == may
    for route in _routes(board, who, task):
        if may:
            route()
            continue
        with pytest.raises(Refused) as caught:
            route()
        assert (caught.value.refusal.code, caught.value.refusal.rule) == ("not_allowed", "who")


def test_who_has_the_work_creates_nothing_under_the_task_of_their_organization(board: World) -> None:
    """Their place is the task that they have; another member acts as the organization."""
    act(board, COL, "Colocated", "assign_to_person", userId="col")
    task = _asked(board)
    _check(board, COL, task, may=False)
    _check(board, DOC, task, may=True)


def test_an_administrator_who_has_the_work_creates_children_all_the_same(board: World) -> None:
    """As whoever may do what an assignee may, on any task."""
    board.put_user("root")
    board.join("colocated", "root")
    act(board, ROOT, "Colocated", "assign_to_person", userId="root")
    _check(board, ROOT, _asked(board), may=True)


def _workflow(**types: tuple[str, ...]) -> Workflow:
    """Appeals, where those named create tasks of the types under a colocated task."""
    made = workflow_of(APPEALS)
    changed = {n: replace(made.types[n], created_under={"ColocatedTask": who}) for n, who in types.items()}
    return replace(made, types={**made.types, **changed})


@pytest.mark.parametrize("who", [DOC, AL])
def test_who_may_create_can_depend_on_the_organization_above_the_parent(board: World, who: Identity) -> None:
    """The task above is looked at: a member of its organization may, and nobody else."""
    asked = ("parent_organization_member",)
    made = _workflow(TranslationTask=asked, FoiaTask=asked)
    board.session = replace(board.session, workflows=OneWorkflow(made))
    act(board, COL, "Colocated", "assign_to_person", userId="col")
    child = next(t for t in tasks_of(board) if t.type == "ColocatedTask" and t.is_delegate)
    _check(board, who, child, may=who == DOC)
