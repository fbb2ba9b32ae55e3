from dataclasses import replace

import pytest

from shared.domain.model import writes as p
from shared.domain.model.people import Membership
from shared.domain.model.plan import Plan
from shared.domain.model.task import Children, Edge, Link, Task, Texts, Timer
from shared.storage.capacity import capacity
from shared.storage.keys import CaseKey, EdgeKey, MemberKey, OrganizationKey, RequestKey, TaskKey, TurnKey, UserKey
from shared.storage.store import Store
from tests.storage.examples import (
    BARE_CASE,
    BARE_ENTRY,
    BARE_TASK,
    BARE_USER,
    CASE_ID,
    DISPATCH,
    FULL_CASE,
    FULL_ENTRY,
    FULL_TASK,
    FULL_USER,
    LATER,
    MEMBER,
    OTHER_ID,
    REQUEST,
    TASK_ID,
    TIMER,
    TYPICAL_TASK,
)
from tests.storage.plans import commit, plan, refused
from tests.storage.table import raw_item

CHANGED_TASK = replace(BARE_TASK, status="In Progress", priority=3, version=2)
OTHER_TASK = replace(BARE_TASK, task_id=OTHER_ID)


def test_an_empty_plan_does_nothing(store: Store) -> None:
    """A plan without writes is no request at all."""
    commit(store)
    assert store.consumed.write == 0


def test_a_plan_takes_effect_whole(store: Store) -> None:
    """Everything that a plan writes is there once it has committed, as it was written."""
    commit(store, p.CreateCase(FULL_CASE), p.CreateTask(FULL_TASK), p.AddEntry(FULL_ENTRY), p.AddEntry(BARE_ENTRY))
    loaded = store.load([CaseKey(CASE_ID), TaskKey(TASK_ID)])
    assert loaded[CaseKey(CASE_ID)] == FULL_CASE
    assert loaded[TaskKey(TASK_ID)] == FULL_TASK
    assert store.history(TASK_ID, after=11) == [FULL_ENTRY]
    assert store.case_history(CASE_ID) == [BARE_ENTRY]


def test_a_plan_that_fails_leaves_nothing(store: Store) -> None:
    """Where one condition does not hold, no write of the plan takes effect."""
    commit(store, p.CreateTask(BARE_TASK))
    failing = p.CreateTask(TYPICAL_TASK)
    assert refused(store, p.CreateCase(BARE_CASE), p.AddEntry(BARE_ENTRY), failing) is failing
    assert store.load([CaseKey(CASE_ID)])[CaseKey(CASE_ID)] is None
    assert store.case_history(CASE_ID) == []


def test_the_first_failing_write_is_named(store: Store) -> None:
    """Of several writes that fail the plan's first is named, in whatever order they were sent."""
    commit(store, p.CreateCase(FULL_CASE), p.AddEntry(BARE_ENTRY), p.CreateTask(BARE_TASK))
    stale = p.ChangeTask(replace(BARE_TASK, version=7), replace(BARE_TASK, version=8))
    twice, closed = p.AddEntry(BARE_ENTRY), p.CheckCaseOpen(FULL_CASE)
    fine = p.CreateTask(OTHER_TASK)
    assert refused(store, fine, stale, twice, closed) is stale
    assert refused(store, fine, twice, closed, stale) is twice
    assert refused(store, closed, fine, stale, twice) is closed


def test_every_kind_of_write_is_told_apart(store: Store) -> None:
    """Checks, deletes, puts and updates are sent in an order of their own; the one that fails is named all the same."""
    commit(store, p.CreateCase(BARE_CASE), p.CreateTask(BARE_TASK), p.PutTimer(TIMER))
    check, change, entry = p.CheckCaseOpen(BARE_CASE), p.ChangeTask(BARE_TASK, CHANGED_TASK), p.AddEntry(FULL_ENTRY)
    end = p.DeleteTimer(TIMER, must_exist=True)
    ended = p.DeleteTimer(replace(TIMER, timer_id="gone"), must_exist=True)
    assert refused(store, check, change, entry, end, ended) is ended
    twice = p.CreateTask(BARE_TASK)
    assert refused(store, check, entry, end, twice) is twice
    stale = p.ChangeTask(CHANGED_TASK, FULL_TASK)
    assert refused(store, stale, check, entry, end) is stale


def test_a_plan_that_was_committed_is_not_committed_again(store: Store, endpoint: str | None) -> None:
    """The same plan once more is the same commit: its token says so, and nothing fails."""
    if endpoint is None:
        pytest.skip("moto does not keep tokens")
    once = plan(p.CreateTask(BARE_TASK))
    store.commit(once)
    store.commit(once)


def test_two_writes_of_one_item_are_a_mistake(store: Store) -> None:
    """DynamoDB takes one action on an item; whoever plans two hears of it before anything is sent."""
    with pytest.raises(ValueError, match="ChangeCase, AdvanceGraph"):
        commit(store, p.ChangeCase(BARE_CASE, replace(BARE_CASE, version=2)), p.AdvanceGraph(BARE_CASE))


def test_the_same_check_twice_is_one(store: Store) -> None:
    """Plans that are committed together may each check the same case."""
    commit(store, p.CreateCase(BARE_CASE))
    commit(store, p.CheckCaseOpen(BARE_CASE), p.CheckCaseOpen(BARE_CASE), p.CreateTask(BARE_TASK))


def test_more_than_a_transaction_holds_is_a_mistake(store: Store) -> None:
    """A plan of more than 100 actions is refused before anything is sent."""
    tasks = (replace(BARE_TASK, task_id=f"{CASE_ID}.{number}") for number in range(101))
    with pytest.raises(ValueError, match="101 actions"):
        commit(store, *(p.CreateTask(task) for task in tasks))


def test_a_case_is_created_once(store: Store) -> None:
    """A case id that is taken fails the plan, also when the other case was closed long ago."""
    commit(store, p.CreateCase(FULL_CASE))
    again = p.CreateCase(BARE_CASE)
    assert refused(store, again) is again


def test_a_case_is_changed_from_the_version_that_was_read(store: Store) -> None:
    """A change of a case fails if the case was changed since it was read."""
    commit(store, p.CreateCase(BARE_CASE))
    commit(store, p.ChangeCase(BARE_CASE, replace(FULL_CASE, version=2, created_by=None)))
    again = p.ChangeCase(BARE_CASE, replace(BARE_CASE, version=2, display_name="mine"))
    assert refused(store, again) is again
    assert store.load([CaseKey(CASE_ID)])[CaseKey(CASE_ID)] == replace(FULL_CASE, version=2, created_by=None)


def test_a_case_that_advances_its_graph_demands_the_one_that_was_read(store: Store) -> None:
    """It fails if the graph advanced meanwhile, which makes no version; a change of the name alone does not mind."""
    commit(store, p.CreateCase(BARE_CASE), p.CreateTask(BARE_TASK))
    commit(store, p.AdvanceGraph(BARE_CASE))
    advancing = p.ChangeCase(BARE_CASE, replace(BARE_CASE, version=2, graph_version=1))
    assert refused(store, advancing) is advancing
    commit(store, p.ChangeCase(BARE_CASE, replace(BARE_CASE, version=2, display_name="mine")))
    loaded = store.load([CaseKey(CASE_ID)])[CaseKey(CASE_ID)]
    assert loaded == replace(BARE_CASE, version=2, display_name="mine", graph_version=1)


def test_a_closed_case_takes_nothing(store: Store) -> None:
    """The check that a case is open fails once it is closed, and where there is none."""
    check = p.CheckCaseOpen(BARE_CASE)
    assert refused(store, check) is check
    commit(store, p.CreateCase(BARE_CASE))
    commit(store, check)
    commit(store, p.ChangeCase(BARE_CASE, replace(BARE_CASE, state="closed", version=2)))
    assert refused(store, check) is check


def test_a_graph_advances_from_the_version_that_was_read(store: Store) -> None:
    """Of two that change the prerequisites of a case at once, one fails; the case's own version stays."""
    commit(store, p.CreateCase(BARE_CASE))
    advance = p.AdvanceGraph(BARE_CASE)
    commit(store, advance)
    assert refused(store, advance) is advance
    advanced = replace(BARE_CASE, graph_version=1)
    assert store.load([CaseKey(CASE_ID)])[CaseKey(CASE_ID)] == advanced
    commit(store, p.ChangeCase(advanced, replace(advanced, state="closed", version=2)))
    again = p.AdvanceGraph(advanced)
    assert refused(store, again) is again


def test_a_task_is_changed_from_the_version_that_was_read(store: Store) -> None:
    """A change of a task fails if the task was changed since, or was never there."""
    change = p.ChangeTask(BARE_TASK, CHANGED_TASK)
    assert refused(store, change) is change
    commit(store, p.CreateTask(BARE_TASK))
    commit(store, change)
    assert refused(store, change) is change


@pytest.mark.parametrize(
    ("before", "after"), [(BARE_TASK, FULL_TASK), (FULL_TASK, BARE_TASK), (TYPICAL_TASK, FULL_TASK)]
)
def test_a_task_becomes_what_it_was_changed_to(store: Store, before: Task, after: Task) -> None:
    """Whatever differs is written, and what is no longer set is gone."""
    commit(store, p.CreateTask(before))
    commit(store, p.ChangeTask(before, after))
    assert store.load([TaskKey(TASK_ID)])[TaskKey(TASK_ID)] == after


def test_a_change_that_changes_nothing_still_demands_its_version(store: Store) -> None:
    """Without a difference, what is left of a change is its condition."""
    commit(store, p.CreateTask(BARE_TASK))
    commit(store, p.ChangeTask(BARE_TASK, BARE_TASK))
    stale = p.ChangeTask(CHANGED_TASK, CHANGED_TASK)
    assert refused(store, stale) is stale


def test_counters_are_left_alone_by_a_change_of_the_task(store: Store) -> None:
    """A change planned before a child was counted does not undo the counting."""
    commit(store, p.CreateTask(BARE_TASK))
    commit(store, p.ChangeCounters(BARE_TASK, replace(BARE_TASK, children=Children(open=1, same_open=1))))
    commit(store, p.ChangeTask(BARE_TASK, CHANGED_TASK))
    task = store.load([TaskKey(TASK_ID)])[TaskKey(TASK_ID)]
    assert task == replace(CHANGED_TASK, children=Children(open=1, same_open=1))


def test_counters_are_added_to(store: Store) -> None:
    """Siblings that count from the same read are all counted."""
    commit(store, p.CreateTask(BARE_TASK))
    one_more = p.ChangeCounters(BARE_TASK, replace(BARE_TASK, children=Children(open=1)))
    commit(store, one_more)
    commit(store, one_more)
    task = store.load([TaskKey(TASK_ID)])[TaskKey(TASK_ID)]
    assert task is not None
    assert task.children == Children(open=2)


def test_counters_move_while_status_and_hold_are_as_read(store: Store) -> None:
    """A parent that was put on hold or went on meanwhile is counted at only after another look."""
    held = replace(BARE_TASK, hold_id=OTHER_ID, version=2)
    commit(store, p.CreateTask(BARE_TASK))
    commit(store, p.ChangeTask(BARE_TASK, held))
    for stale in (BARE_TASK, replace(held, status="Failed"), replace(held, state="Canceled")):
        count = p.ChangeCounters(stale, replace(stale, children=Children(closed=1)))
        assert refused(store, count) is count
    commit(store, p.ChangeCounters(held, replace(held, children=Children(closed=1))))


def test_the_last_child_is_not_counted_alone(store: Store) -> None:
    """Where another child must be open, counting fails as soon as there is none."""
    two = replace(BARE_TASK, children=Children(open=2))
    commit(store, p.CreateTask(two))
    count = p.ChangeCounters(two, replace(two, children=Children(open=1, closed=1)), not_last=True)
    commit(store, count)
    assert refused(store, count) is count


def test_a_decision_on_counters_demands_those_counters(store: Store) -> None:
    """A change that followed from the counters fails if a child was counted meanwhile, and not if none was."""
    commit(store, p.CreateTask(BARE_TASK))
    decided = p.ChangeTask(BARE_TASK, CHANGED_TASK, counters=True)
    up = p.ChangeCounters(BARE_TASK, replace(BARE_TASK, children=Children(open=1)))
    commit(store, up)
    assert refused(store, decided) is decided
    commit(store, p.ChangeCounters(up.after, BARE_TASK))
    commit(store, decided)


def test_a_version_has_one_entry(store: Store) -> None:
    """A second entry for the same version of a task or a case fails."""
    for entry in (p.AddEntry(FULL_ENTRY), p.AddEntry(BARE_ENTRY)):
        commit(store, entry)
        assert refused(store, entry) is entry


def test_an_edge_is_counted_from_what_was_read(store: Store) -> None:
    """An edge is created once, and counts its child anew only if nobody did since it was read."""
    edge = Edge(OTHER_ID, TASK_ID, OTHER_ID, same_type=True)
    counted = replace(edge, counted_version=3, counted_completed=True)
    create, change = p.CreateEdge(edge), p.ChangeEdge(edge, counted)
    commit(store, create)
    assert refused(store, create) is create
    commit(store, change)
    assert refused(store, change) is change
    assert store.load([EdgeKey(OTHER_ID, TASK_ID)])[EdgeKey(OTHER_ID, TASK_ID)] == counted


def test_a_lock_has_one_holder(store: Store) -> None:
    """A lock that another task holds cannot be taken; released, it can."""
    take, other = p.TakeLock(TASK_ID, "open QA"), p.TakeLock(OTHER_ID, "open QA")
    commit(store, take)
    assert refused(store, other) is other
    commit(store, p.ReleaseLock(TASK_ID, "open QA"))
    commit(store, other)


def test_a_lock_of_another_is_not_released(store: Store) -> None:
    """Releasing a lock that one does not hold changes nothing, and fails nothing."""
    commit(store, p.ReleaseLock(TASK_ID, "open QA"))
    commit(store, p.TakeLock(OTHER_ID, "open QA"))
    commit(store, p.ReleaseLock(TASK_ID, "open QA"))
    take = p.TakeLock(TASK_ID, "open QA")
    assert refused(store, take) is take


def test_a_lock_is_passed_on_by_whoever_holds_it(store: Store) -> None:
    """From its holder or, where it is free, from nobody; never from a third task."""
    passing = p.PassLock(TASK_ID, OTHER_ID, "open QA")
    for _ in range(2):
        commit(store, passing)
    take = p.TakeLock(TASK_ID, "open QA")
    assert refused(store, take) is take
    back = p.PassLock(OTHER_ID, TASK_ID, "open QA")
    commit(store, back)
    third = p.PassLock(OTHER_ID, f"{CASE_ID}.06h0329xgd137yyy", "open QA")
    assert refused(store, third) is third
    assert capacity(Plan("c", (back,))).write == capacity(Plan("c", (take,))).write


def test_texts_are_written_and_taken_away(store: Store) -> None:
    """Description and links are replaced, empty ones are gone; instructions are added."""
    link = Link("photo", "https://example.org/1", "Front")
    commit(store, p.PutDescription(TASK_ID, "a"), p.PutLinks(TASK_ID, 2, (link,)), p.AddInstruction(TASK_ID, 1, "x"))
    commit(store, p.PutDescription(TASK_ID, "b"), p.AddInstruction(TASK_ID, 2, "y"))
    assert store.texts(TASK_ID) == Texts("b", ("x", "y"), (link,))
    commit(store, p.PutDescription(TASK_ID, ""), p.PutLinks(TASK_ID, 3, ()))
    assert store.texts(TASK_ID) == Texts(None, ("x", "y"), ())


def test_dependents_come_and_go(store: Store) -> None:
    """A task waits for its prerequisite until the edge is removed; removing it twice is fine."""
    commit(store, p.AddDependent(OTHER_ID, TASK_ID))
    assert store.dependents(OTHER_ID) == [TASK_ID]
    assert store.dependents(TASK_ID) == []
    commit(store, p.RemoveDependent(OTHER_ID, TASK_ID))
    commit(store, p.RemoveDependent(OTHER_ID, TASK_ID))
    assert store.dependents(OTHER_ID) == []


def test_a_timer_ends_once(store: Store) -> None:
    """A timer that must exist fails the plan if somebody else ended it first."""
    ending = p.DeleteTimer(TIMER, must_exist=True)
    commit(store, p.PutTimer(TIMER))
    commit(store, ending)
    assert refused(store, ending) is ending
    commit(store, p.DeleteTimer(TIMER))


def test_a_timer_that_was_replaced_is_another_one(store: Store) -> None:
    """Ending a timer fails if it was put off under the same id meanwhile."""
    put_off = Timer(TASK_ID, TIMER.timer_id, TIMER.name, TIMER.action, LATER.replace(year=2027))
    commit(store, p.PutTimer(TIMER))
    commit(store, p.PutTimer(put_off))
    ending = p.DeleteTimer(TIMER, must_exist=True)
    assert refused(store, ending) is ending
    assert store.timers(CASE_ID) == [put_off]


def test_a_request_is_remembered_once(store: Store) -> None:
    """A second request with the same key fails until the first has expired, to the second."""
    commit(store, REQUEST)
    assert store.load([RequestKey(REQUEST.key)])[RequestKey(REQUEST.key)] == REQUEST
    repeated = replace(REQUEST, now=REQUEST.expires, expires=REQUEST.expires + 5)
    assert refused(store, repeated) is repeated
    commit(store, replace(repeated, now=REQUEST.expires + 1))


def test_a_user_is_put_from_the_version_that_was_read(store: Store) -> None:
    """A new user must be new, and a changed one as it was read."""
    create = p.PutUser(BARE_USER, None)
    commit(store, create)
    assert refused(store, create) is create
    change = p.PutUser(replace(FULL_USER, version=2), 1)
    commit(store, change)
    assert refused(store, change) is change
    assert store.load([UserKey("ann")])[UserKey("ann")] == replace(FULL_USER, version=2)


def test_an_organization_is_put_from_the_version_that_was_read(store: Store) -> None:
    """A new organization must be new, and a changed one as it was read; the list of all follows."""
    create = p.PutOrganization(DISPATCH, None)
    commit(store, create)
    assert refused(store, create) is create
    renamed = replace(DISPATCH, display_name="Dispatch 2", version=2)
    change = p.PutOrganization(renamed, 1)
    commit(store, change)
    assert refused(store, change) is change
    assert store.load([OrganizationKey("dispatch")])[OrganizationKey("dispatch")] == renamed
    assert store.organizations() == [renamed]


def test_a_turn_follows_on_the_last_one(store: Store) -> None:
    """Whose turn it was is put after the one that was read; changing the organization leaves it alone."""
    first, second = p.PassTurn("dispatch", "ann", None), p.PassTurn("dispatch", "bob", "ann")
    assert refused(store, second) is second
    commit(store, first)
    assert refused(store, first) is first
    commit(store, second)
    commit(store, p.PutOrganization(DISPATCH, None))
    assert store.load([TurnKey("dispatch")])[TurnKey("dispatch")] == "bob"
    assert store.load([TurnKey("a#b")])[TurnKey("a#b")] is None


def test_members_come_and_go(store: Store) -> None:
    """An organization lists who was put, as last put, until deleted."""
    plain = Membership("dispatch", "Dispatch", "queue")
    commit(store, p.PutMember("dispatch", "ann", plain), p.PutMember("dispatch", "bob", plain))
    commit(store, p.PutMember("dispatch", "ann", MEMBER), p.DeleteMember("dispatch", "bob"))
    assert store.members("dispatch") == [("ann", MEMBER)]
    assert store.load([MemberKey("dispatch", "ann")])[MemberKey("dispatch", "ann")] == MEMBER


def test_only_the_difference_is_written(store: Store, table_name: str, endpoint: str | None) -> None:
    """An attribute that the storage does not know survives a change of the task."""
    commit(store, p.CreateTask(BARE_TASK))
    store._table.put(  # noqa: SLF001 - what a later version might have written
        (raw_item(table_name, f"CASE#{CASE_ID}", f"TASK#{TASK_ID.split('.')[1]}", endpoint) or {}) | {"new": {"S": "x"}}
    )
    commit(store, p.ChangeTask(BARE_TASK, CHANGED_TASK))
    item = raw_item(table_name, f"CASE#{CASE_ID}", f"TASK#{TASK_ID.split('.')[1]}", endpoint)
    assert item is not None
    assert item["new"] == {"S": "x"}
