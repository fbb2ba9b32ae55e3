from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.counts.histogram import bucket
from shared.domain.counts.tally import Counted, Move, Number, Tally, counted_as, difference, move, newest, numbers
from shared.domain.model.task import Cell, Entry

NOW = datetime(2026, 11, 22, 4, 35, tzinfo=UTC)
READY = Cell("dispatch", "unassigned", "QA")
CLAIMED = Cell("dispatch", "assigned", "QA")
PASSED = Cell("dispatch", "completed", "QA", "2026-11-22", "passed")


def entry(
    version: int, cell: Cell | None, task: str = "look-1.a", waiting: int | None = None, working: int | None = None
) -> Entry:
    """A history entry, of which only the counting matters."""
    made = Entry("look-1", task, version, NOW, None, "act", "TaskChanged", "c1", "Created")
    return replace(made, cell=cell, waiting=waiting, working=working)


CELLS = st.sampled_from(
    [
        None,
        READY,
        CLAIMED,
        PASSED,
        replace(PASSED, ending="skipped"),
        replace(PASSED, closed_on="2026-11-23"),
        replace(READY, queue="cis"),
        replace(CLAIMED, type="MVR Check"),
    ]
)
HISTORIES = st.lists(st.tuples(CELLS, st.integers(0, 5000), st.integers(0, 5000)), min_size=1, max_size=6)


class Counters:
    """Keeps what is counted as the table does: a move counts only where nothing came between."""

    def __init__(self) -> None:
        self.counted: dict[str, Counted] = {}
        self.totals: Counter[tuple[Tally, Number]] = Counter()

    def relay(self, entries: list[Entry]) -> None:
        steps = [move(e, self.counted.get(task_id)) for task_id, e in newest(entries).items()]
        moves = [step for step in steps if step is not None]
        for tally, changes in difference(moves).items():
            for number, change in changes.items():
                self.totals[tally, number] += change
        self.counted |= {step.task_id: step.after for step in moves}


def test_a_new_task_is_counted_where_it_is() -> None:
    """The first entry of a task adds one to its tab and type."""
    step = move(entry(1, READY), None)
    assert step == Move("look-1.a", None, Counted(1, READY))
    assert difference([step]) == {Tally("dispatch", "QA"): {Number("tab", "unassigned"): 1}}


def test_a_claim_moves_the_task_to_another_tab() -> None:
    """What leaves a tab is taken off it in the same write that adds it to the other."""
    step = move(entry(2, CLAIMED), Counted(1, READY))
    assert step is not None
    expected = {Number("tab", "unassigned"): -1, Number("tab", "assigned"): 1}
    assert difference([step]) == {Tally("dispatch", "QA"): expected}


def test_a_closed_task_is_counted_by_day_with_its_durations() -> None:
    """Closing takes the task off its tab, and counts its ending, its waiting and its working time."""
    step = move(entry(3, PASSED, waiting=60, working=3600), Counted(2, CLAIMED))
    assert step is not None
    assert difference([step]) == {
        Tally("dispatch", "QA"): {Number("tab", "assigned"): -1},
        Tally("dispatch", "QA", "2026-11-22"): {
            Number("ending", "passed"): 1,
            Number("waiting", str(bucket(60))): 1,
            Number("working", str(bucket(3600))): 1,
        },
    }


def test_what_was_never_measured_is_in_no_bucket() -> None:
    """A task that was never worked on does not count as worked on for no time."""
    assert counted_as(entry(2, PASSED, waiting=60, working=0)) == Counted(2, PASSED, bucket(60), None)


def test_an_open_task_has_no_durations() -> None:
    """Durations count when the task is closed, not before."""
    assert counted_as(entry(2, CLAIMED, waiting=60)) == Counted(2, CLAIMED)


def test_an_open_task_is_counted_where_it_stands() -> None:
    """By workflow, state and status, beside its tab: a change within the tab moves it."""
    ready = replace(entry(1, READY), workflow="inspection", status="Ready")
    waiting = replace(entry(2, READY), workflow="inspection", status="Waiting")
    step = move(waiting, counted_as(ready))
    assert step is not None
    assert difference([step]) == {
        Tally("dispatch", "QA"): {
            Number("standing", "inspection/Created/Ready"): -1,
            Number("standing", "inspection/Created/Waiting"): 1,
        }
    }


@pytest.mark.parametrize("cell", [None, PASSED])
def test_what_is_closed_or_in_no_queue_stands_nowhere(cell: Cell | None) -> None:
    """Only open tasks that a queue counts are counted by status."""
    assert counted_as(replace(entry(1, cell), workflow="inspection")).standing is None


def test_a_closed_cell_without_ending_counts_all_the_same() -> None:
    """An ending that nobody named is counted under no name."""
    assert numbers(Counted(1, replace(PASSED, ending=None))) == {
        (Tally("dispatch", "QA", "2026-11-22"), Number("ending", "")): 1
    }


@pytest.mark.parametrize("version", [1, 2, 3])
def test_an_old_or_repeated_entry_changes_nothing(version: int) -> None:
    """An entry that is no later than what was counted is dropped."""
    assert move(entry(version, READY), Counted(3, PASSED)) is None


def test_the_next_entry_in_the_same_cell_is_not_remembered() -> None:
    """A change that moves no counter costs no write when it is the very next one."""
    assert move(entry(3, CLAIMED), Counted(2, CLAIMED)) is None


def test_a_gap_is_remembered_even_where_nothing_moves() -> None:
    """With a version skipped, the later one is remembered, or the skipped one would count when it comes late."""
    step = move(entry(4, CLAIMED), Counted(2, CLAIMED))
    assert step is not None
    assert not step.changes
    assert difference([step]) == {}
    assert move(entry(3, READY), step.after) is None


def test_moves_of_several_tasks_add_up() -> None:
    """Tasks that move alike need one number, and those that cancel out need none."""
    one = Move("look-1.a", Counted(1, READY), Counted(2, CLAIMED))
    other = Move("look-1.b", Counted(1, READY), Counted(2, CLAIMED))
    back = Move("look-1.c", Counted(1, CLAIMED), Counted(2, READY))
    assert difference([one, other, back]) == {
        Tally("dispatch", "QA"): {Number("tab", "unassigned"): -1, Number("tab", "assigned"): 1}
    }


def test_entries_of_cases_are_not_counted() -> None:
    """Queues list tasks; the history of a case itself has nothing for them."""
    of_case = replace(entry(1, None), task_id=None)
    assert newest([of_case]) == {}
    with pytest.raises(ValueError, match="Only tasks"):
        move(of_case, None)


@given(st.data(), HISTORIES, HISTORIES)
def test_any_order_and_repetition_ends_in_a_recount(data: st.DataObject, one: list, other: list) -> None:  # type: ignore[type-arg]
    """However the records of two tasks come, twice, reordered, cut into batches, the counters equal a recount."""
    entries = [
        entry(version, cell, task, waiting=waiting, working=working)
        for task, history in (("look-1.a", one), ("look-1.b", other))
        for version, (cell, waiting, working) in enumerate(history, start=1)
    ]
    repeated = data.draw(st.lists(st.sampled_from(entries), max_size=10))
    delivered = data.draw(st.permutations(entries + repeated))
    size = data.draw(st.integers(1, 5))
    counters = Counters()
    for start in range(0, len(delivered), size):
        counters.relay(delivered[start : start + size])
    recount: Counter[tuple[Tally, Number]] = Counter()
    for last in newest(entries).values():
        recount.update(numbers(counted_as(last)))
    assert {key: n for key, n in counters.totals.items() if n} == dict(recount)
