from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import pytest

from shared.domain.counts.tally import Counted, Move, Number, Tally, move
from shared.domain.model.task import Cell
from shared.storage.capacity import capacity_of
from shared.storage.counts import count_actions
from shared.storage.keys import CountedKey
from shared.storage.sizes import size_of
from shared.storage.store import CommitFailed, Store
from tests.storage.examples import CASE_ID, FULL_ENTRY, OTHER_ID, TASK_ID
from tests.storage.table import client

FREE = Counted(1, Cell("dispatch", "unassigned", "OSC Change Request"))
TAKEN = Counted(2, Cell("dispatch", "assigned", "OSC Change Request"))
MOVED = Counted(3, Cell("cis", "assigned", "OSC Change Request"))
DONE = Counted(4, Cell("cis", "completed", "OSC Change Request", "2026-11-22", "passed"), waiting=17, working=9)
STEPS = [None, FREE, TAKEN, MOVED, DONE, Counted(5)]


def steps(task_id: str) -> list[Move]:
    """A task's whole way through the queues."""
    return [Move(task_id, before, after) for before, after in pairwise(STEPS)]  # type: ignore[arg-type]


def numbers(store: Store) -> dict[str, int]:
    """Every number of both queues that is not 0, by queue, day, kind and name."""
    found: dict[str, int] = {}
    for queue in ("dispatch", "cis"):
        for tallies in (store.open_tallies(queue), store.day_tallies(queue, "2026-11-22", "2026-11-22")):
            found |= _named(tallies)
    return {name: number for name, number in found.items() if number}


def _named(tallies: Mapping[Tally, Mapping[Number, int]]) -> dict[str, int]:
    return {
        f"{tally.queue} {tally.day or 'open'} {number.kind} {number.name}": count
        for tally, counts in tallies.items()
        for number, count in counts.items()
    }


def test_a_task_is_counted_where_it_is(store: Store) -> None:
    """A task counts in one cell at a time, and in none at the end."""
    expected = [
        {"dispatch open tab unassigned": 1},
        {"dispatch open tab assigned": 1},
        {"cis open tab assigned": 1},
        {"cis 2026-11-22 ending passed": 1, "cis 2026-11-22 waiting 17": 1, "cis 2026-11-22 working 9": 1},
        {},
    ]
    for step, counts in zip(steps(TASK_ID), expected, strict=True):
        store.move_counts([step])
        assert numbers(store) == counts
        assert store.counted(TASK_ID) == store.load([CountedKey(TASK_ID)])[CountedKey(TASK_ID)] == step.after


def test_what_was_counted_is_not_counted_again(store: Store) -> None:
    """A move from what a task is no longer counted as fails, names the move, and counts nothing of the rest."""
    first, second, *_ = steps(TASK_ID)
    other = steps(OTHER_ID)[0]
    store.move_counts([first])
    for stale in (first, Move(TASK_ID, Counted(7), Counted(8))):
        with pytest.raises(CommitFailed) as raised:
            store.move_counts([other, stale])
        assert (raised.value.kind, raised.value.write) == ("condition", stale)
    assert numbers(store) == {"dispatch open tab unassigned": 1}
    store.move_counts([second, other])
    assert numbers(store) == {"dispatch open tab unassigned": 1, "dispatch open tab assigned": 1}


@pytest.mark.parametrize(
    "field",
    [{"cell": TAKEN.cell}, {"cell": None}, {"waiting": None}, {"working": 3}, {"standing": "inspection/Created/"}],
)
def test_the_whole_of_what_was_read_must_be_there_still(store: Store, field: dict[str, object]) -> None:
    """Putting a task right keeps its version, so the version does not tell whether somebody else has done it."""
    store.move_counts([Move(TASK_ID, None, DONE)])
    read: Counted = replace(DONE, **field)  # type: ignore[arg-type]
    with pytest.raises(CommitFailed) as raised:
        store.move_counts([Move(TASK_ID, read, Counted(4, TAKEN.cell))])
    assert raised.value.kind == "condition"
    assert store.counted(TASK_ID) == DONE
    assert set(numbers(store)) == {f"cis 2026-11-22 {of}" for of in ("ending passed", "waiting 17", "working 9")}


def test_tasks_counted_together_add_up(store: Store) -> None:
    """A batch of tasks counts as they would one by one, over all shards of the numbers."""
    ids = [f"{CASE_ID}.t{number}" for number in range(30)]
    for start in range(0, 30, 10):
        store.move_counts([steps(task_id)[0] for task_id in ids[start : start + 10]])
    for task_id in ids[:4]:
        store.move_counts([steps(task_id)[1]])
    assert numbers(store) == {"dispatch open tab unassigned": 26, "dispatch open tab assigned": 4}


def test_a_task_moves_once_in_a_batch(store: Store) -> None:
    """The same task twice in one batch is a mistake: only its last cell counts."""
    with pytest.raises(ValueError, match="two writes"):
        store.move_counts(steps(TASK_ID)[:2])


def test_an_entry_is_counted_as_it_says(store: Store) -> None:
    """What the domain makes of a history entry is counted, with what was measured."""
    step = move(FULL_ENTRY, None)
    assert step is not None
    store.move_counts([step])
    (tally,) = store.day_tallies("quality-assurance", "2026-11-01", "2026-11-30")
    assert tally == Tally("quality-assurance", "QA", "2026-11-22")
    assert store.day_tallies("quality-assurance", "2026-11-23", "2026-11-30") == {}
    assert store.day_tallies("quality-assurance", "2026-11-30", "2026-11-01") == {}


def test_a_queues_tabs_are_read_at_once(store: Store) -> None:
    """Open tasks and those closed from a day on come together, and nothing of the days before."""
    store.move_counts([Move(TASK_ID, None, DONE), Move(OTHER_ID, None, MOVED)])
    both = {"cis open tab assigned", "cis 2026-11-22 ending passed"}
    assert both <= _named(store.queue_tallies("cis", "2026-11-22")).keys()
    assert set(_named(store.queue_tallies("cis", "2026-11-23"))) == {"cis open tab assigned"}


@pytest.mark.parametrize("name", ["Übergabe", "契約", "~", "\U0001f697 Car", "A to Z"])
def test_a_type_of_any_name_is_counted(store: Store, name: str) -> None:
    """Types are named in any language: what sorts behind all of ASCII is read with the rest."""
    free = Counted(1, Cell("dispatch", "unassigned", name))
    done = Counted(1, Cell("dispatch", "completed", name, "2026-11-22", "passed"))
    store.move_counts([Move(TASK_ID, None, free), Move(OTHER_ID, None, done)])
    opened, closed = Tally("dispatch", name), Tally("dispatch", name, "2026-11-22")
    assert store.open_tallies("dispatch").keys() == {opened}
    assert store.day_tallies("dispatch", "2026-11-22", "2026-11-22").keys() == {closed}
    assert store.day_tallies("dispatch", "2026-11-21", "2026-11-21") == {}
    assert store.queue_tallies("dispatch", "2026-11-22").keys() == {opened, closed}
    assert store.queue_tallies("dispatch", "2026-11-23").keys() == {opened}


def test_numbers_of_a_day_expire(store: Store, table_name: str, endpoint: str | None) -> None:
    """Numbers of a day go away after 400 days; those of open tasks and what tasks are counted as stay."""
    store.move_counts([Move(TASK_ID, None, DONE), Move(OTHER_ID, None, FREE)])
    items = client(endpoint).scan(TableName=table_name)["Items"]
    expiring = {item["SK"]["S"].split("#")[0]: item.get("expires") for item in items}
    assert expiring == {"DAY": {"N": "1829865600"}, "OPEN": None, "COUNTED": None}


def test_an_item_of_numbers_stays_under_a_kilobyte(store: Store, table_name: str, endpoint: str | None) -> None:
    """Even a day on which every duration occurred is one kilobyte, so counting it costs no more."""
    cell = Cell("cis", "completed", "OSC Change Request", "2026-11-22", "passed")
    for number in range(53):
        done = Counted(1, cell, waiting=number, working=number)
        store.move_counts([Move(TASK_ID, None, done), Move(OTHER_ID, None, done)])
        for task_id in (TASK_ID, OTHER_ID):
            local = task_id.split(".")[1]
            key = {"PK": {"S": f"CASE#{CASE_ID}"}, "SK": {"S": f"COUNTED#{local}"}}
            client(endpoint).delete_item(TableName=table_name, Key=key)
    items = client(endpoint).scan(TableName=table_name)["Items"]
    assert len(items) == 1
    assert size_of(items[0]) < 1024


def test_counting_costs_what_is_budgeted() -> None:
    """Four units when the cell changes among the open ones, six when a task moves or closes; less in a batch."""
    assert [capacity_of(count_actions([step])).write for step in steps(TASK_ID)] == [4, 4, 6, 6, 4]
    batch = [steps(f"{CASE_ID}.t{number}")[1] for number in range(20)]
    assert capacity_of(count_actions(batch)).write / 20 < 2.2
