"""Which action stands out on a task, in the three workflows that come with Casetree."""

from __future__ import annotations

from shared.domain.decide import offers
from shared.domain.model.people import User
from shared.domain.model.task import Task
from shared.domain.suggestion import suggested
from tests.domain.appeal import AL, JO, appeal, newest
from tests.domain.appeals_steps import MO, to_judge
from tests.domain.two_ends import Ends, begin, decide, flow, offered, played, settle
from tests.domain.worlds import ANN, World, as_caller


def way(world: World, task: Task | str, caller: User) -> str | None:
    """The name of the way that is suggested to the caller."""
    context = world.context(as_caller(caller), world[task])
    found = suggested(world.workflow, world[task], offers(context))
    return found and found[1].name


def at_end(ends: Ends, task: Task | None) -> tuple[str, str] | None:
    """The names of action and way that are suggested to the people of an end."""
    assert task is not None
    found = suggested(flow(), task, offered(ends, task).values())
    return found and (found[0].name, found[1].name)


def test_an_inspection_is_begun_passed_and_retried() -> None:
    """Nothing is suggested of a task that waits for another one, or is closed, or to whom may only look on."""
    world = World()
    first = world.create("QA")
    second = world.create("QA", prerequisites=[first.task_id])
    assert way(world, first, ANN) == "claim"
    assert way(world, second, ANN) is None
    world.act(first, "claim", ANN)
    assert way(world, first, ANN) == "pass"
    world.act(first, "fail", ANN, reason="rain")
    assert way(world, first, ANN) == "retry"
    world.act(first, "retry", ANN)
    world.act(first, "pass", ANN)
    assert way(world, first, ANN) is None


def test_an_appeal_is_distributed_assigned_and_written() -> None:
    """What is on hold suggests nothing; that a child may be created under a task is no step of its own."""
    waiting = appeal("evidence_submission")
    assert way(waiting, newest(waiting, "DistributionTask"), MO) is None
    world = appeal()
    assert way(world, newest(world, "DistributionTask"), MO) == "distribute"
    to_judge(world)
    judging = newest(world, "JudgeAssignTask")
    assert way(world, judging, JO) == "start"
    world.act(judging, "start", JO)
    assert way(world, judging, JO) == "assign_to_attorney"
    world.act(judging, "assign_to_attorney", JO, userId="al")
    writing = newest(world, "AttorneyTask")
    assert way(world, newest(world, "JudgeDecisionReviewTask"), JO) is None
    world.act(writing, "start", AL)
    assert way(world, writing, AL) == "complete"


def test_both_ends_of_a_task_are_led_on() -> None:
    """Where several ways lead on, or the other end is to move, none stands out."""
    ends, seen = begin(), []
    steps: list[tuple[bool, str, dict[str, object]]] = [
        (True, "prepare", {}),
        (True, "ready", {}),
        (True, "assign", {"option": "to", "organizationId": "harbor"}),
        (False, "assign", {"option": "accept"}),
        (False, "start", {}),
        (False, "submit", {}),
        (True, "redo", {"note": "once more"}),
        (False, "submit", {}),
        (True, "finish", {}),
    ]
    for by_owner, action, given in steps:
        task = ends.owner if by_owner else ends.partner
        assert task is not None
        seen.append((by_owner, at_end(ends, task)))
        ends = settle(played(ends, decide(ends, task, action, **given)))
        if action == "assign":
            assert at_end(ends, ends.owner) is None
    assert seen == [
        (True, ("prepare", "prepare")),
        (True, None),
        (True, None),
        (False, ("assign", "assign_accept")),
        (False, ("start", "start")),
        (False, ("submit", "submit")),
        (True, ("finish", "finish")),
        (False, ("submit", "submit")),
        (True, ("finish", "finish")),
    ]
    assert (at_end(ends, ends.owner), at_end(ends, ends.partner)) == (None, None)
