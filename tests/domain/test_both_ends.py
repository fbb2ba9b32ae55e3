"""The checker plays tasks with two ends: both of them, and the messages between them, by the real decision."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.compile import workflow_of
from shared.domain.checks.both_ends import both_ends_of, sides_of
from shared.domain.checks.finding import Finding
from shared.domain.checks.verify import play
from shared.domain.checks.worlds import crossings, happenings
from shared.domain.checks.worlds.beginnings import cases
from shared.domain.checks.worlds.crossings import IN_FLIGHT
from shared.domain.checks.worlds.local import state_of
from shared.domain.checks.worlds.played import replayed
from shared.domain.decide import receive
from shared.domain.definitions.workflow import Workflow
from shared.domain.model.ends import End, Message
from shared.domain.model.plan import Plan
from shared.domain.model.scene import Context
from shared.domain.pictures.counterexample import counterexample
from tests.domain.crossed import collaboration, crossed, tasks
from tests.domain.test_verify import typed
from tests.domain.test_verify_hand_off import acting, optional, word
from tests.workflows.broken import FAVOURS, MOVES

SMALL, TREES = workflow_of(FAVOURS), workflow_of(MOVES)


def found(whole: Workflow, rule: str) -> list[Finding]:
    """What the rule finds where the workflow is played."""
    return [finding for finding in play(whole) if finding.rule == rule]


def steps(finding: Finding) -> list[str]:
    """The steps of the counterexample: at which end what was done."""
    return [f"{step.of}: {step.action}" for step in finding.path]


def test_a_workflow_with_two_ends_plays_well() -> None:
    """Nothing is found, and it is told what is looked at."""
    heard: list[str] = []
    assert play(SMALL, heard.append) == ()
    assert heard == ["Favours: both ends of tasks of type Favour (1 of 1)"]


def test_whatever_either_end_can_do_was_done() -> None:
    """All actions of collaboration, by people and by Casetree, were taken, and all assignment statuses come to."""
    both = collaboration()
    named = {action.name for _, action in both.workflow.every_action()}
    assert named - both.lives.by_type["Task"].offered == set()
    ends = {side.end.kind: set[str]() for side in tasks().numbered.sides}
    for side in tasks().numbered.sides:
        ends[side.end.kind].add(side.end.assignment)
    assert ends["partner"] == {"received", "accepted", "declined", "referred", "recalled"}
    assert len(ends["owner"]) == 11
    assert ends["standalone"] == {"initial"}


def test_messages_are_under_way_in_both_directions_at_once() -> None:
    """As many as are looked at, and no more."""
    under_way = {(len(pair.to_owner), len(pair.to_partner)) for pair in tasks().pairs}
    assert max(under_way) == (IN_FLIGHT, IN_FLIGHT)


def test_a_mistake_is_shown_with_the_end_at_which_each_step_is_taken() -> None:
    """A message that arrives is a step of its own, in words and in the picture."""
    (wrong,) = found(acting("neighbour_declines", sources=frozenset({"wanted"}))(SMALL), "ends-agree")
    assert steps(wrong) == [
        "Case: create",
        "Favour: create",
        "Favour (owner): ask",
        "Favour (owner): assign_to",
        "Favour (partner): create",
        "Favour (partner): assign_decline",
        "Favour (owner): neighbour_knows",
        "Favour (owner): neighbour_declines",
    ]
    last = "asked (sent) --neighbour_declines by a message of the partner, dropped--> asked (sent)"
    assert str(wrong.path[-1]) == f"Favour (owner): {last}"
    assert "neighbour_declines by a message of the partner, dropped" in counterexample("x", wrong.path)


def test_every_state_is_come_to_once_more_as_it_really_is() -> None:
    """With all numbers of messages and assignments, and the ends of those that are over beside the present one."""
    small = crossed(SMALL)
    assert [pair for pair in range(len(small.pairs)) if not replayed(small, pair)] == []
    large = tasks()
    assert [pair for pair in range(0, len(large.pairs), 1_000) if not replayed(large, pair)] == []


def test_a_way_without_one_of_its_steps_proves_nothing() -> None:
    """What was never told is not heard, and what was not begun does not go on."""
    found = crossed(SMALL)
    for pair, (_, turns) in ((pair, found.along(pair)) for pair in range(len(found.pairs))):
        if len(turns) > 1:
            before = found.pairs.index(turns[-3][1]) if len(turns) > 2 else 0
            skipping = [*found.came[:pair], (before, turns[-1][0]), *found.came[pair + 1 :]]
            assert not replayed(replace(found, came=skipping), pair)


def test_what_could_not_be_looked_at_whole_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else is said then: what was found in a part says as little as what was not."""
    monkeypatch.setattr(crossings, "MOST", 50)
    assert [(finding.rule, finding.where) for finding in play(SMALL)] == [("explored-whole", ("types", "Favour"))]


def test_a_message_that_would_count_twice_is_heard_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were a copy not dropped, as it is, the checker would come to where it leads, and show the way."""
    heard_late = acting("neighbour_agrees", sources=frozenset({"asked", "done"}), guards=(word("end", ("owner",)),))(
        SMALL
    )
    assert play(heard_late) == ()

    def forgetful(context: Context, message: Message) -> Plan:
        end = context.scene.subject.end
        assert end is not None
        fresh = replace(message, sequence=end.received + 1)
        return receive(context, fresh)

    monkeypatch.setattr(happenings, "receive", forgetful)
    (wrong,) = found(heard_late, "ends-agree")
    assert wrong.path[-1].who == ("a message of the partner that comes again",)
    assert not wrong.unproven


def test_an_assignment_that_is_over_leaves_an_end_that_is_looked_at_by_itself() -> None:
    """Until it has heard that, it may be anything; then it is closed, or the checker says that it is not."""
    left = [pair for pair in crossed(SMALL).pairs if pair.owner is None]
    assert left
    assert all(not pair.to_owner for pair in left)
    again = optional("assign", "to", guards=(word("end", ("owner",)),))(SMALL)
    details = [finding.detail for finding in found(again, "ends-agree")]
    assert details == [
        "Once all is heard, of a 'Favour' an end is 'asked (received)', though that was assigned anew since."
    ]


def test_what_becomes_of_a_request_for_a_connection_has_to_be_heard() -> None:
    """Where the end is not offered what it should hear then, it never is, and the checker says so."""
    deaf = acting("request_accepted", guards=(word("assignment", ("initial",)),))(SMALL)
    assert [finding.where for finding in found(deaf, "engine-acts")] == [("actions", "request_accepted")]


def test_what_opens_by_declaration_stands_alone() -> None:
    """It is no less an end than what a request creates: it can be ended with what would tell the other one."""
    (begun,) = cases(TREES)
    assert {task.type: task.end for task in begun.tasks.values()} == {"Move": End(), "Favour": End()}


def test_a_task_may_wait_for_the_one_that_is_on_hold_for_it() -> None:
    """Beside it, it may wait for another one, with which alone it goes on."""
    found = both_ends_of(TREES, lambda said: None).by_type["Favour"]
    states = [state_of(side.world, side.task) for side in sides_of(found)]
    assert {state.circular for state in states if state.status == "waiting"} == {True, False}


def test_an_end_is_not_idle_while_somebody_can_act_above_it() -> None:
    """A favour that waits for its move, which is on hold for it, goes on once that is settled."""
    (settle,) = TREES.types["Move"].own_actions.values()
    waiting = acting("drop", sources=TREES.actions["drop"].sources - {"waiting"})(TREES)
    assert [finding.type for finding in found(waiting, "somebody-can-act")] == ["Favour", "Favour"]
    settled = replace(settle, sources=settle.sources | {"held"})
    assert play(typed(waiting, "Move", own_actions={"settle": settled})) == ()


def test_what_stands_below_a_partners_end_is_looked_at_there() -> None:
    """By the partner's people: who is inside sees nothing of it."""
    own = TREES.types["Step"].own_actions
    managed = {**own, "manage": replace(own["manage"], who=("inside",))}
    (endless,) = found(typed(TREES, "Step", own_actions=managed), "open-statuses-have-a-way-out")
    assert steps(endless)[-3:] == ["Favour (partner): create", "Favour (partner): child_opened", "Step: tackle"]
    assert not endless.unproven
