"""What the doctor finds of locks and histories, and what it writes."""

from __future__ import annotations

from dataclasses import replace

from shared.domain.doctor.whole import WholeCase
from shared.domain.model.people import SYSTEM
from shared.domain.model.task import Children, Entry, Person
from shared.domain.model.writes import (
    AddEntry,
    ChangeCase,
    ChangeTask,
    CheckTask,
    PassLock,
    ReleaseLock,
    TakeLock,
    Write,
)
from tests.domain.test_tree import Grove
from tests.domain.wards import found, mended, whole, with_task
from tests.domain.worlds import ANN, World, as_caller, workflow


def entries_of(world: World, case: WholeCase, invariant: str) -> list[Entry]:
    """What the histories say of the repair."""
    return sorted(mended(world, case, invariant).entries, key=lambda entry: entry.version)


def writes_of(world: World, case: WholeCase, invariant: str) -> list[Write]:
    """What the doctor writes, but for what tells of it."""
    plan = mended(world, case, invariant)
    assert plan.entries, "the history tells of every repair"
    return [write for write in plan.writes if not isinstance(write, AddEntry | ChangeTask | ChangeCase | CheckTask)]


def locked() -> tuple[Grove, WholeCase, str, str]:
    """A goal with a step of which there may be one, and the name of its lock."""
    grove = Grove(scopes=("case",))
    step = grove.grow(grove.grow())
    ((name, holder),) = grove.locks.items()
    assert holder == step.task_id
    return grove, whole(grove), step.task_id, name


def test_a_lock_that_is_needed_is_taken() -> None:
    """One that nobody holds would let a second task of the kind through."""
    grove, case, step, name = locked()
    broken = replace(case, locks={})
    assert found(grove, broken)["lock-matches"].task_ids == (step,)
    assert writes_of(grove, broken, "lock-matches") == [TakeLock(step, name)]


def test_a_lock_passes_to_the_task_that_needs_it() -> None:
    """From one that does not; where several hold it, one lets go at a time."""
    grove, case, step, name = locked()
    other, third = "look-1.gone", "look-1.third"
    assert writes_of(grove, replace(case, locks={name: (other,)}), "lock-matches") == [PassLock(other, step, name)]
    both = replace(case, locks={name: (other, step)})
    assert writes_of(grove, both, "lock-matches") == [ReleaseLock(other, name)]
    crowd = replace(case, locks={name: (other, third)})
    assert writes_of(grove, crowd, "lock-matches") == [ReleaseLock(other, name)]


def test_a_lock_that_no_open_task_needs_is_let_go() -> None:
    """The history of the task tells, or that of the case where there is no such task."""
    grove, case, step, _ = locked()
    unneeded = replace(case, locks={**case.locks, "Else": (step,)})
    assert writes_of(grove, unneeded, "lock-matches") == [ReleaseLock(step, "Else")]
    nobodys = replace(case, locks={**case.locks, "Else": ("look-1.gone",)})
    (change,) = [write for write in mended(grove, nobodys, "lock-matches").writes if isinstance(write, ChangeCase)]
    assert change.after.version == 2


def test_of_two_tasks_of_which_one_may_be_open_that_with_the_lock_stays() -> None:
    """The other is cancelled; where no tree says how, a person has to."""
    grove, case, step, name = locked()
    second = replace(grove[step], task_id="look-1.second")
    goal = grove[grove[step].parent_id or ""]
    crowded = replace(
        case,
        tasks={**case.tasks, second.task_id: second, goal.task_id: goal},
        locks={name: (second.task_id,)},
    )
    finding = found(grove, crowded)["one-open-of-type"]
    assert finding.task_ids == (second.task_id, step)
    plan = mended(grove, crowded, "one-open-of-type")
    assert CheckTask(second) in plan.writes, "the one that stays is still open when the other is cancelled"
    (cancelled,) = [write.after for write in plan.writes if isinstance(write, ChangeTask)]
    assert (cancelled.task_id, cancelled.status, cancelled.closed_at) == (step, "cancelled", grove.now)
    grove.workflow = replace(grove.workflow, tree=None)
    assert found(grove, crowded)["one-open-of-type"].cure == "hand"


def test_lost_entries_are_put_back_as_lost() -> None:
    """In their place stands what is known: what the entry before says, else the one behind, else what is stored."""
    world = World()
    task = world.act(world.create(), "claim", ANN)
    case = whole(world)
    first, second = case.entries(task.task_id)
    for known, status in (((first,), "Ready"), ((second,), "In Progress"), ((), "In Progress")):
        broken = replace(case, history={**case.history, task.task_id: known})
        lost, *_ = entries_of(world, broken, "history-complete")
        assert (lost.status, lost.action, lost.type) == (status, "mended", task.type)
        assert lost.version not in {entry.version for entry in known}


def test_a_lost_entry_of_the_case_is_put_back() -> None:
    """With the state that the case has."""
    world = World()
    case = replace(whole(world), history={})
    lost, told = entries_of(world, case, "history-complete")
    assert (lost.task_id, lost.version, lost.state, told.version) == (None, 1, "open", 2)


def test_a_lost_entry_goes_by_the_version_of_its_time() -> None:
    """That of the entry that it is made after; where none is left, that of the case."""
    world = World(replace(workflow("inspection"), version=2))
    task = world.act(world.create(), "claim", ANN)
    case = whole(world)
    first, second = case.entries(task.task_id)
    for known, version in (((replace(first, workflow_version=1),), 1), ((second,), 2), ((), 2)):
        broken = replace(case, history={**case.history, task.task_id: known})
        lost, *_ = entries_of(world, broken, "history-complete")
        assert lost.workflow_version == version


def test_a_history_ends_with_what_is_stored() -> None:
    """Where it does not, a new entry says what is stored; behind those that are there."""
    world = World()
    task = world.act(world.create(), "claim", ANN)
    changed = with_task(whole(world), task, group_queue="dispatch")
    (entry,) = entries_of(world, changed, "history-complete")
    assert (entry.version, entry.group_queue, entry.created_by) == (3, "dispatch", replace(SYSTEM.person, inside=True))
    older = with_task(whole(world), task, version=1)
    (entry,) = entries_of(world, older, "history-complete")
    assert entry.version == 3
    closed = replace(whole(world), case=replace(world.case, state="closed"))
    (entry,) = entries_of(world, closed, "history-complete")
    assert (entry.task_id, entry.version, entry.state) == (None, 2, "closed")


def test_many_lost_entries_are_put_back_part_by_part() -> None:
    """What is left is found again."""
    world = World()
    task = world.create()
    case = with_task(whole(world), task, version=50)
    assert "49 versions from 2 to 50" in found(world, case)["history-complete"].detail
    assert len(entries_of(world, case, "history-complete")) == 31


def test_a_cancelled_task_says_who_cancelled_it() -> None:
    """Unless the engine did; the entry by which it was closed tells."""
    world = World()
    task = world.act(world.create(), "skip", ANN, reason="x")
    case = with_task(whole(world), task, cancelled_by=None)
    (change,) = [w for w in mended(world, case, "cancelled-has-canceller").writes if isinstance(w, ChangeTask)]
    assert change.after.cancelled_by == as_caller(ANN).person
    engines = tuple(replace(entry, created_by=None) for entry in case.entries(task.task_id))
    assert "cancelled-has-canceller" not in found(world, replace(case, history={**case.history, task.task_id: engines}))
    assert isinstance(change.after.cancelled_by, Person)


def test_repairs_of_different_kinds_commit_together() -> None:
    """A lock is taken, and counters are put right, by one plan."""
    grove, case, step, name = locked()
    goal = grove[step].parent_id or ""
    both = with_task(replace(case, locks={}), goal, children=Children(open=4))
    plan = mended(grove, both, "lock-matches", "counts-match")
    assert TakeLock(step, name) in plan.writes
    assert [w.after.children for w in plan.writes if isinstance(w, ChangeTask) and w.before.task_id == goal] == [
        Children(open=1)
    ]
