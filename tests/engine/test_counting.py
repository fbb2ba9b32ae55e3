from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.domain.counts.tally import Move, Number, Tally, counted_as, newest, numbers
from shared.domain.model.task import Entry
from shared.engine import counting
from shared.engine.session import Refused
from shared.storage.counts import count_actions
from shared.storage.errors import CommitFailed, Throttled, Unreachable
from shared.storage.keys import Key
from shared.storage.store import Loaded, Store
from tests.engine.world import ANN, BOB, ROOT, World

FROM = "2026-11-01"
QUEUES = ("dispatch", "quality-assurance", "cis")


def counters(world: World) -> dict[tuple[Tally, Number], int]:
    """Every number of every queue that is not zero."""
    found: dict[tuple[Tally, Number], int] = {}
    for queue in QUEUES:
        for tally, by_number in world.store.queue_tallies(queue, FROM).items():
            found |= {(tally, number): count for number, count in by_number.items() if count}
    return found


def recount(entries: list[Entry]) -> dict[tuple[Tally, Number], int]:
    """What the numbers must be, from the latest entry of each task."""
    total: Counter[tuple[Tally, Number]] = Counter()
    for entry in newest(entries).values():
        total.update(numbers(counted_as(entry)))
    return dict(total)


def busy_case(world: World) -> list[Entry]:
    """The history of some tasks that went through everything there is."""
    world.case("look-1")
    first, second, third = world.task("look-1"), world.task("look-1", "QA"), world.task("look-1")
    world.pass_time(minutes=10)
    world.act(first, "claim", BOB)
    world.act(second, "move", BOB, groupQueue="cis")
    world.act(third, "assign", ANN, assignedParty={"kind": "user", "id": "bob"})
    world.pass_time(hours=2)
    world.act(first, "fail", BOB, reason="locked")
    world.act(first, "retry", BOB)
    world.act(first, "pass", BOB)
    world.act(third, "skip", ANN, reason="not needed")
    return world.entries()


def test_the_queue_counts_what_happened(world: World) -> None:
    """After the stream has drained, the counters equal a recount, with durations and endings."""
    entries = busy_case(world)
    counting.count(world.session, entries)
    assert counters(world) == recount(entries)
    day = world.store.day_tallies("dispatch", "2026-11-22", "2026-11-22")
    endings = {number.name: n for by in day.values() for number, n in by.items() if number.kind == "ending"}
    assert endings == {"passed": 1, "cancelled": 1}


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_delivery_ends_in_a_recount(world: World, data: st.DataObject, busy: list[Entry]) -> None:
    """However records come, twice, out of order, cut into batches anyhow, the counters equal a recount."""
    repeated = data.draw(st.lists(st.sampled_from(busy), max_size=8))
    delivered = data.draw(st.permutations([*busy, *repeated]))
    size = data.draw(st.integers(1, 6))
    world.forget_counts()
    for start in range(0, len(delivered), size):
        counting.count(world.session, delivered[start : start + size])
    assert counters(world) == recount(busy)


def test_a_read_that_lags_behind_changes_no_number(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What tasks are counted as may be read as it was a moment ago: that is noticed, and read as it is."""
    entries = busy_case(world)
    load = Store.load
    consistent: list[bool] = []
    behind: dict[Any, Loaded] = {}

    def lag(self: Store, keys: Iterable[Key[Any]], *, lagging: bool = False) -> Loaded:
        """The read before the last of the same keys, if there was one."""
        wanted, consistent[len(consistent) :] = tuple(keys), [not lagging]
        now = load(self, wanted)
        if not lagging:
            return now
        before, behind[wanted] = behind.get(wanted, now), now
        return before

    monkeypatch.setattr(Store, "load", lag)
    for entry in entries:
        counting.count(world.session, [entry])
    assert counters(world) == recount(entries)
    assert not consistent[0]
    assert any(consistent)


@pytest.fixture
def busy(world: World) -> list[Entry]:
    """The entries of a busy case."""
    return busy_case(world)


def test_a_lost_record_is_made_up_for_by_the_next(world: World) -> None:
    """A record that never comes costs nothing once a later one of the same task does."""
    entries = busy_case(world)
    kept = list(newest(entries).values())
    assert len(kept) < len(entries) - 3
    counting.count(world.session, kept)
    assert counters(world) == recount(entries)


def test_a_lost_last_record_is_found_by_looking(world: World) -> None:
    """Settling a case counts its tasks as what they are; the record that comes after all changes nothing."""
    entries = busy_case(world)
    counting.count(world.session, [entry for entry in entries if entry.version == 1])
    assert counters(world) != recount(entries)
    assert counting.recount(world.session, "look-1") == 3
    assert counters(world) == recount(entries)
    assert counting.recount(world.session, "look-1") == 0
    counting.count(world.session, entries)
    assert counters(world) == recount(entries)


def test_looking_never_undoes_what_the_relay_counted_later(world: World) -> None:
    """A task that changes between the look and the write is counted as the later version."""
    entries = busy_case(world)
    counting.count(world.session, entries)
    old = [world.stored(entry.task_id) for entry in newest(entries).values() if entry.task_id]
    world.act(old[1].task_id, "claim", ROOT)
    counting.count(world.session, world.entries())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(world.store), "tasks", lambda self, case_id: iter(old))
        assert counting.recount(world.session, "look-1") == 0
    assert counters(world) == recount(world.entries())


def test_nothing_is_written_for_what_moves_nothing(world: World) -> None:
    """The very next change of a task that stays in its cell costs no write."""
    world.case("look-1")
    task = world.task("look-1")
    world.act(task, "claim", BOB)
    counting.count(world.session, world.entries())
    world.act(task, "assign", ANN, assignedParty={"kind": "user", "id": "ann"})
    counting.count(world.session, world.entries())
    counted = world.store.counted(task)
    assert counted is not None
    assert (counted.version, world.stored(task).version) == (2, 3)


def test_a_change_of_status_within_a_tab_is_counted(world: World) -> None:
    """The tab has as many tasks as before, and each status as many as stand there."""
    world.case("look-1")
    task = world.task("look-1")
    world.act(task, "claim", BOB)
    counting.count(world.session, world.entries())
    world.act(task, "fail", BOB, reason="locked")
    counting.count(world.session, world.entries())
    (numbers,) = world.store.open_tallies("dispatch").values()
    assert {number: n for number, n in numbers.items() if n} == {
        Number("tab", "assigned"): 1,
        Number("standing", "inspection/Created/Failed"): 1,
    }


def test_what_was_counted_without_its_status_is_put_right(world: World) -> None:
    """Tasks counted before statuses were get theirs with their next change, or when their case is settled."""
    world.case("look-1")
    task = world.task("look-1")
    (entry,) = [each for each in world.entries() if each.task_id]
    before = replace(counted_as(entry), standing=None)
    world.store.move_counts([Move(task, None, before)])
    assert counting.recount(world.session, "look-1") == 1
    assert counters(world) == recount([entry])


def test_two_that_put_the_same_right_count_it_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another puts a task right between the look and the write, the look is repeated, and finds it right."""
    world.case("look-1")
    task = world.task("look-1")
    (entry,) = [each for each in world.entries() if each.task_id]
    world.store.move_counts([Move(task, None, replace(counted_as(entry), standing=None))])
    original = type(world.store).move_counts
    others = ["another"]

    def overtaken(self: Any, moves: Any) -> None:
        if others and others.pop():
            original(self, moves)
        original(self, moves)

    monkeypatch.setattr(type(world.store), "move_counts", overtaken)
    assert counting.recount(world.session, "look-1") == 0
    assert counters(world) == recount([entry])


def test_entries_of_cases_are_left_out(world: World) -> None:
    """The history of a case itself counts nowhere."""
    world.case("look-1")
    counting.count(world.session, world.entries())
    assert counters(world) == {}


@pytest.mark.parametrize("failure", [CommitFailed(None, "conflict"), CommitFailed(None, "condition"), Unreachable("?")])
def test_a_conflict_is_tried_again(world: World, monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    """Where another relay came first, or nobody knows, the count is made anew on what is there."""
    entries = busy_case(world)
    failures = [failure]
    original = type(world.store).move_counts

    def failing(self: Any, moves: Any) -> None:
        if failures:
            raise failures.pop()
        original(self, moves)

    monkeypatch.setattr(type(world.store), "move_counts", failing)
    counting.count(world.session, entries)
    assert counters(world) == recount(entries)


def test_an_answer_lost_after_the_commit_counts_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the write took effect and the answer was lost, nothing is counted again."""
    entries = busy_case(world)
    original = type(world.store).move_counts
    calls: list[int] = []

    def losing(self: Any, moves: Any) -> None:
        original(self, moves)
        calls.append(len(moves))
        if len(calls) == 1:
            raise Unreachable("the answer was lost")

    monkeypatch.setattr(type(world.store), "move_counts", losing)
    counting.count(world.session, entries)
    assert counters(world) == recount(entries)
    assert len(calls) == 1


def test_endless_conflicts_are_given_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """After some attempts the caller hears of it, and the record is delivered again later."""
    entries = busy_case(world)

    def failing(self: Any, moves: Any) -> None:
        raise CommitFailed(None, "conflict")

    monkeypatch.setattr(type(world.store), "move_counts", failing)
    with pytest.raises(Refused, match="conflict"):
        counting.count(world.session, entries)


def test_a_busy_table_is_not_pressed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Throttling leaves at once: the storage has tried again already."""
    entries = busy_case(world)

    def failing(self: Any, moves: Any) -> None:
        raise Throttled

    monkeypatch.setattr(type(world.store), "move_counts", failing)
    with pytest.raises(Throttled):
        counting.count(world.session, entries)


def test_many_tasks_are_counted_in_few_transactions(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks of one queue and type are counted together, for about half of what they cost one by one."""
    world.case("look-1")
    for _ in range(40):
        world.task("look-1")
    entries = world.entries()
    written: list[int] = []
    original = type(world.store).move_counts

    def move_counts(self: Any, moves: Any) -> None:
        written.append(len(count_actions(moves)))
        original(self, moves)

    monkeypatch.setattr(type(world.store), "move_counts", move_counts)
    counting.count(world.session, entries)
    assert counters(world) == recount(entries)
    # Forty tasks in two transactions, each with the one number that they share.
    assert sum(written) == 40 + 2


BUDGET = {"create": 4, "claim": 4, "move": 6, "pass": 6}


@pytest.mark.parametrize("action", BUDGET)
def test_what_counting_costs(world: World, action: str) -> None:
    """A change of the cell costs at most four write units, six when the task is closed or moved."""
    world.case("look-1")
    task = world.task("look-1", "QA")
    if action in ("claim", "move", "pass"):
        counting.count(world.session, world.entries())
        if action != "move":
            world.act(task, "claim", BOB)
        if action == "pass":
            counting.count(world.session, world.entries())
            world.act(task, "pass", BOB)
        if action == "move":
            world.act(task, "move", BOB, groupQueue="dispatch")
    moves = counting_moves(world)
    # Two units for each item that a transaction writes, as all of them are below a kilobyte.
    assert 2 * moves <= BUDGET[action]


def counting_moves(world: World) -> int:
    """How many items are written to count what has not been counted yet."""
    items = {(i["PK"]["S"], i["SK"]["S"]): i for i in world.items()}
    counting.count(world.session, world.entries())
    after = {(i["PK"]["S"], i["SK"]["S"]): i for i in world.items()}
    return sum(items.get(key) != item for key, item in after.items())


def test_the_items_of_counters_stay_small(world: World) -> None:
    """A day's numbers of one type stay below a kilobyte, whatever durations there were."""
    world.case("look-1")
    for number in range(0, 40, 2):
        task = world.task("look-1", "QA")
        world.pass_time(seconds=int(1.5**number) % 900_000)
        world.act(task, "claim", BOB)
        world.pass_time(seconds=int(1.4**number) % 700_000)
        world.act(task, "pass", BOB)
    for entry in world.entries():
        if entry.cell is not None and entry.cell.closed_on is not None:
            on_one_day = replace(entry, cell=replace(entry.cell, closed_on="2026-11-22"))
            counting.count(world.session, [on_one_day])
    days = [item for item in world.items() if item["SK"]["S"].startswith("DAY#")]
    assert days
    assert max(_size(item) for item in days) < 1024


def _size(item: dict[str, Any]) -> int:
    """As DynamoDB reckons: names, texts, and about a byte for two digits."""
    return sum(len(name) + sum(len(str(value)) for value in values.values()) + 1 for name, values in item.items())
