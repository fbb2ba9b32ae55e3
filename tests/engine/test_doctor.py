"""Whatever is broken in the table, the doctor finds it, says what it would do, and heals it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.doctor.examine import INVARIANTS
from shared.engine import doctor, tasks, timers
from shared.engine.session import Request
from shared.timestamps import to_text
from shared.workflows import load
from tests.engine.parties import HAL, OLA, Parties
from tests.engine.wards import LOOKS, OFFICE, Break, Ward, looks, office
from tests.engine.world import World

# Tests of one module share a world, and the wards of the office know their own workflow alone.
KNOWN = load()
BY_HAND = {"somebody-can-act"}
ENDS = {"ends-agree"}


@pytest.fixture(autouse=True)
def all_workflows(world: World) -> None:
    """The workflows are those that come with Casetree."""
    world.session = replace(world.session, workflows=KNOWN)


def check_healed(ward: Ward, invariant: str) -> None:
    """The invariant does not hold; a dry run says what would be done, and does nothing; afterwards all is well."""
    assert invariant in ward.found()
    before = ward.world.items()
    proposed = {step.finding.invariant: step for step in ward.repaired(dry_run=True).repairs}
    assert ward.world.items() == before
    assert proposed[invariant].changes or proposed[invariant].finding.cure == "settling"
    done = ward.repaired()
    assert done.left == ()
    assert {step.finding.invariant: step.done for step in done.repairs}[invariant]
    assert ward.found() == {}


@pytest.mark.parametrize(("invariant", "break_it"), OFFICE.items(), ids=OFFICE)
def test_what_is_broken_in_a_tree_is_found_and_healed(world: World, invariant: str, break_it: Break) -> None:
    """For every invariant of trees: broken by hand, seen, and healed."""
    ward = office(world)
    assert ward.found() == {}
    break_it(ward)
    world.pass_time(minutes=10)
    check_healed(ward, invariant)


@pytest.mark.parametrize(("invariant", "break_it"), LOOKS.items(), ids=LOOKS)
def test_what_is_broken_among_flat_tasks_is_found_and_healed(world: World, invariant: str, break_it: Break) -> None:
    """The same for those of prerequisites, of people and of counts."""
    ward = looks(world)
    assert ward.found() == {}
    break_it(ward)
    world.pass_time(minutes=10)
    check_healed(ward, invariant)


@pytest.mark.parametrize("step", ["start", "submit"])
def test_what_one_end_has_said_and_the_other_never_heard_is_said_again(parties: Parties, step: str) -> None:
    """The message is gone; the end that sent it says it again."""
    task = parties.task()
    parties.do(task, "prepare", "ready", "assign:harbor")
    parties.answer(parties.partner(task), "accept")
    partner = parties.partner(task)
    if step == "submit":
        parties.act(partner, "start", HAL)
        parties.drain()
    parties.act(partner, step, HAL)
    ward = Ward(parties.world, partner.rpartition(".")[0])
    ward.drop("MESSAGE#")
    assert parties.stored(task).status != parties.stored(partner).status
    parties.world.pass_time(minutes=10)
    check_healed(ward, "ends-agree")
    parties.drain()
    assert parties.stored(task).status == parties.stored(partner).status
    assert Ward(parties.world, "job-1").found() == {}


def test_what_cannot_be_settled_does_not_keep_the_rest_from_being_repaired(parties: Parties) -> None:
    """A message that can never arrive: all else is done, and told; that one is left. So it is at night."""
    world, task = parties.world, parties.task()
    parties.do(task, "prepare", "ready")
    parties.act(task, "assign", option="to", organizationId="harbor")
    parties.act(task, "cancel")
    given = {"type": "Task", "collaborative": False, "dueTime": to_text(world.now + timedelta(hours=1))}
    late = tasks.create_task(world.session, OLA, "job-1", given, Request()).value.task.task_id
    first = next(item for item in world.items() if item["SK"]["S"].startswith("MESSAGE#"))
    world.client.delete_item(TableName=world.table, Key={"PK": first["PK"], "SK": first["SK"]})
    world.pass_time(hours=2)
    done = doctor.repair(world.session, "job-1", None, dry_run=False)
    assert done is not None
    assert [finding.invariant for finding in done.left] == ["settled"]
    assert world.stored(late).overdue
    with pytest.raises(ValueError, match="is not there yet"):
        timers.settle_case(world.session, "job-1", report := timers.SettleReport())
    assert report.miscounted == 0
    world.forget_counts()
    with pytest.raises(ValueError, match="is not there yet"):
        timers.settle_case(world.session, "job-1", report)
    assert report.miscounted == 2


def test_a_case_in_which_nobody_can_act_is_found_and_healed_by_hand(world: World) -> None:
    """The doctor says what a person has to do; once that is done, the case is sound."""
    world.case("look-1")
    ward = Ward(world, "look-1", {"first": world.task("look-1")})
    for user_id in ("ann", "bob"):
        world.put_user(user_id, active=False)
    assert ward.found()["somebody-can-act"].cure == "hand"
    assert ward.repaired().left != ()
    world.put_user("ann", active=True)
    assert ward.found() == {}


def test_every_invariant_is_broken_by_one_of_these_tests() -> None:
    """None is forgotten."""
    assert {*OFFICE, *LOOKS, *ENDS, *BY_HAND} == set(INVARIANTS)


def test_what_is_on_its_way_is_no_finding(world: World) -> None:
    """A case in the middle of ordinary work: nothing has been delivered yet."""
    ward = office(world)
    world.act(ward.named["review"], "complete")
    assert ward.found() == {}


def test_only_what_is_asked_for_is_repaired(world: World) -> None:
    """The other finding is left; what is not there is not repaired."""
    ward = office(world)
    OFFICE["open-has-none"](ward)
    OFFICE["lock-matches"](ward)
    asked = ward.found()["open-has-none"]
    done = doctor.repair(world.session, "c1", frozenset({asked.id, "none-such"}), dry_run=False)
    assert done is not None
    assert [step.finding.id for step in done.repairs] == [asked.id]
    assert [finding.invariant for finding in done.left] == ["lock-matches"]
    assert doctor.repair(world.session, "no-such-case", None, dry_run=True) is None


def test_the_history_tells_of_a_repair(world: World) -> None:
    """The task that was mended has a version more, in the name of Casetree, and says what was done."""
    ward = office(world)
    OFFICE["open-has-none"](ward)
    ward.repaired()
    last = world.store.history(ward.named["claim"])[-1]
    assert (last.action, last.note) == ("mended", "It says so no longer.")
    assert last.created_by is not None
    assert last.created_by.id == "system"


def test_many_things_at_once_are_healed(world: World) -> None:
    """Whatever comes to light while others are repaired is repaired as well."""
    ward = office(world)
    for name in ("lock-matches", "timer-not-overdue", "counts-match", "closed-no-timer", "open-child-parent-on-hold"):
        OFFICE[name](ward)
    world.pass_time(minutes=10)
    assert ward.repaired().left == ()
