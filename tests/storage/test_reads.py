from dataclasses import replace
from datetime import timedelta
from itertools import islice

import pytest

from shared.domain.counts.tally import Counted, Move
from shared.domain.model import writes as p
from shared.domain.model.task import Cell, Edge, Entry, TaskId, Texts, Timer
from shared.storage.keys import (
    CaseKey,
    CountedKey,
    EdgeKey,
    Key,
    MemberKey,
    OrganizationKey,
    RequestKey,
    TaskKey,
    UserKey,
)
from shared.storage.store import Store
from tests.storage.examples import (
    BARE_CASE,
    BARE_ENTRY,
    BARE_TASK,
    BARE_USER,
    CASE_ID,
    DISPATCH,
    FULL_ENTRY,
    FULL_ORGANIZATION,
    MEMBER,
    NOW,
    OTHER_ID,
    TASK_ID,
)
from tests.storage.plans import commit

AWKWARD = [
    "",
    " ",
    "#",
    "look-4711#TASK",
    "look-4711.06h0329xgd137ycc#",
    "look-4711.#",
    "look-4711.06h0329xgd137ycc\n",
    "look-4711\x00",
    "\u00e4",
    "\ud800",
    "../look-4711",
    "x" * 1000,
    f"look-4711.{'x' * 1000}",
]


def test_whatever_is_loaded_is_there_or_none(store: Store) -> None:
    """Values of all kinds come in one read, and None for each that there is not."""
    commit(store, p.CreateCase(BARE_CASE), p.CreateTask(BARE_TASK), p.PutUser(BARE_USER, None))
    keys: list[Key[object]] = [CaseKey(CASE_ID), TaskKey(TASK_ID), UserKey("ann"), TaskKey(OTHER_ID), UserKey("bob")]
    loaded = store.load([*keys, *keys])
    assert [loaded[key] for key in keys] == [BARE_CASE, BARE_TASK, BARE_USER, None, None]


def test_what_was_not_asked_for_is_an_error(store: Store) -> None:
    """Looking for a value that was not asked for is a mistake, not a missing value."""
    with pytest.raises(KeyError):
        store.load([CaseKey(CASE_ID)])[CaseKey("other")]


def test_loading_nothing_asks_nothing(store: Store) -> None:
    """Without keys there is no request."""
    store.load([])
    assert store.consumed.read == 0


def test_more_than_a_batch_is_loaded(store: Store) -> None:
    """More keys than one read takes are loaded all the same."""
    tasks = [replace(BARE_TASK, task_id=f"{CASE_ID}.t{number}") for number in range(100)]
    commit(store, *map(p.CreateTask, tasks))
    keys = [TaskKey(f"{CASE_ID}.t{number}") for number in range(230)]
    loaded = store.load(keys)
    assert [task for key in keys if (task := loaded[key])] == tasks


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_ids_name_nothing(store: Store, text: str) -> None:
    """An id that nothing can have loads and lists nothing, is no error, and is not even asked for."""
    commit(store, p.CreateCase(BARE_CASE), p.CreateTask(BARE_TASK), p.AddEntry(FULL_ENTRY))
    store.reset_consumed()
    keys: list[Key[object]] = [CaseKey(text), TaskKey(text), UserKey(text), OrganizationKey(text), RequestKey(text)]
    keys += [CountedKey(text), EdgeKey(text, TASK_ID), EdgeKey(TASK_ID, text)]
    keys += [MemberKey("dispatch", text), MemberKey(text, "ann")]
    loaded = store.load(keys)
    assert [loaded[key] for key in keys] == [None] * len(keys)
    assert not [*store.tasks(text), *store.timers(text), *store.case_history(text), *store.edges(text)]
    assert not [*store.history(text), *store.dependents(text), *store.children(text), *store.members(text)]
    assert not [*store.timeline(text), *store.timeline(CASE_ID, before=text + "\x00")]
    assert not [*store.timeline_at(text, "2026"), *store.timeline_at(CASE_ID, text + "\x00")]
    assert store.texts(text) == Texts()
    assert store.counted(text) is None
    assert not {**store.open_tallies(text), **store.queue_tallies(text, "2026-11-22")}
    assert store.consumed.read == 0


def test_all_tasks_of_a_case_are_read(store: Store) -> None:
    """A case's tasks come in the order of their ids, all pages of them, and none of another case."""
    bulky = [replace(BARE_TASK, task_id=f"{CASE_ID}.t{n:03}", awaiting="x" * 20_000) for n in range(120)]
    for start in range(0, len(bulky), 40):
        commit(store, *map(p.CreateTask, bulky[start : start + 40]))
    commit(store, p.CreateTask(replace(BARE_TASK, case_id="look-47110", task_id="look-47110.a")))
    assert list(store.tasks(CASE_ID)) == bulky
    assert list(store.tasks(CASE_ID, after=bulky[6].task_id, limit=5)) == bulky[7:12]


def test_an_id_that_begins_like_another_is_another(store: Store) -> None:
    """What belongs to a task is not mistaken for what belongs to one whose id is longer."""
    short, long, dashed = (f"{CASE_ID}.{local}" for local in ("t1", "t12", "t1-2"))
    commit(store, *(p.CreateTask(replace(BARE_TASK, task_id=task_id)) for task_id in (short, long, dashed)))
    commit(store, *(p.PutDescription(task_id, task_id) for task_id in (short, long, dashed)))
    assert store.texts(short) == Texts(short)
    assert [task.task_id for task in store.tasks(CASE_ID, after=short)] == [dashed, long]


def entries(task_id: TaskId | None, *versions: int) -> list[Entry]:
    """Entries of these versions, a second apart."""
    local = task_id or CASE_ID
    return [
        replace(
            BARE_ENTRY,
            task_id=task_id,
            version=version,
            created_at=NOW + timedelta(seconds=version, milliseconds=len(local)),
        )
        for version in versions
    ]


def test_history_is_paged_by_version(store: Store) -> None:
    """A task's history is oldest first, also beyond nine versions, and goes on behind any version."""
    written = entries(TASK_ID, *range(1, 13))
    commit(store, *map(p.AddEntry, written), *map(p.AddEntry, entries(None, 1, 2)))
    assert store.history(TASK_ID) == written
    assert store.history(TASK_ID, after=8, limit=3) == written[8:11]
    assert store.history(TASK_ID, after=12) == store.history(TASK_ID, after=-1) == store.history(OTHER_ID) == []
    assert store.case_history(CASE_ID, after=1) == entries(None, 2)


def test_the_timeline_is_newest_first(store: Store) -> None:
    """Everything that happened in a case is in one list, newest first, page by page without gap or repetition."""
    written = [*entries(TASK_ID, 1, 2, 3), *entries(None, 1, 2), *entries(OTHER_ID, 2, 3, 4)]
    commit(store, *map(p.AddEntry, written))
    whole = store.timeline(CASE_ID)
    assert sorted(position for position, _ in whole) == [position for position, _ in reversed(whole)]
    assert {entry.created_at for _, entry in whole} == {entry.created_at for entry in written}
    assert len(whole) == len(written)
    pages, before = [], None
    while page := store.timeline(CASE_ID, before=before, limit=3):
        pages += page
        before = page[-1][0]
    assert pages == whole
    moment = before.partition("#")[0] if before else ""
    assert store.timeline_at(CASE_ID, moment) == [row for row in reversed(whole) if row[0].startswith(moment)]
    assert store.timeline_at(CASE_ID, moment[:-1]) == []


def test_due_timers_come_earliest_first(store: Store) -> None:
    """What is due by a moment is listed, to the millisecond, earliest first, and nothing of later."""
    timers = [Timer(TASK_ID, f"t{n}", "due", "expire", NOW + timedelta(milliseconds=n)) for n in range(5)]
    commit(store, *map(p.PutTimer, timers))
    shard = next(number for number in range(16) if list(store.due(number, NOW)))
    assert list(store.due(shard, NOW - timedelta(milliseconds=1))) == []
    assert list(store.due(shard, NOW + timedelta(milliseconds=2))) == timers[:3]
    assert list(store.due(shard, NOW + timedelta(days=1), page=2)) == timers
    assert store.timers(CASE_ID) == timers


def test_children_are_paged(store: Store) -> None:
    """A parent's edges come oldest first, page by page; all edges of a case come together."""
    edges = [Edge(TASK_ID, f"{CASE_ID}.t{number}", TASK_ID) for number in range(5)]
    other = Edge(edges[0].child_id, OTHER_ID, TASK_ID, hold=True)
    commit(store, *map(p.CreateEdge, [*edges, other]))
    assert store.children(TASK_ID) == edges
    assert store.children(TASK_ID, after=edges[1].child_id, limit=2) == edges[2:4]
    assert sorted(store.edges(CASE_ID), key=lambda edge: edge.child_id) == sorted(
        [*edges, other], key=lambda edge: edge.child_id
    )


def test_all_cases_are_found(store: Store) -> None:
    """A walk over all cases finds each once, whatever else there is, and goes on behind any of them."""
    ids = [f"look-{number}" for number in range(20)]
    commit(store, *(p.CreateCase(replace(BARE_CASE, case_id=case_id)) for case_id in ids), p.CreateTask(BARE_TASK))
    found = list(store.cases())
    assert sorted(found) == sorted(ids)
    assert list(store.cases(after=found[7])) == found[8:]


def test_organizations_are_listed_by_id(store: Store) -> None:
    """The list of all organizations has each of them, whole."""
    commit(store, p.PutOrganization(DISPATCH, None), p.PutOrganization(FULL_ORGANIZATION, None))
    assert store.organizations() == [FULL_ORGANIZATION, DISPATCH]


def test_the_clock_of_a_local_stack_is_moved(store: Store) -> None:
    """The clock's offset is 0 until it is set."""
    assert store.clock_offset() == 0
    store.set_clock_offset(90 * 86400)
    assert store.clock_offset() == 7_776_000


def test_what_is_consumed_adds_up(store: Store, endpoint: str | None) -> None:
    """Reads and writes are counted since the last reset, as the engine reports them."""
    commit(store, p.CreateTask(BARE_TASK), p.AddEntry(FULL_ENTRY))
    written = store.consumed.write
    store.load([TaskKey(TASK_ID), UserKey("ann")])
    list(store.tasks(CASE_ID))
    assert written > 0 or endpoint is None, "moto reports nothing for transactions"
    assert store.consumed.write == written
    assert store.consumed.read > 0
    store.reset_consumed()
    assert (store.consumed.read, store.consumed.write) == (0, 0)


def test_reads_are_strongly_consistent(store: Store, endpoint: str | None) -> None:
    """What is read is what was written before: a consistent read of a small item is one unit, another half of it."""
    if endpoint is None:
        pytest.skip("moto does not count units by consistency")
    task = replace(BARE_TASK, queue="dispatch", tab="unassigned")
    commit(store, p.CreateTask(task), p.AddEntry(FULL_ENTRY), p.AddDependent(TASK_ID, OTHER_ID))
    commit(store, p.PutOrganization(DISPATCH, None), p.PutMember("dispatch", "ann", MEMBER))
    store.move_counts([Move(TASK_ID, None, Counted(1, Cell("dispatch", "unassigned", "QA")))])
    strong = [
        lambda: store.load([TaskKey(TASK_ID)]),
        lambda: list(store.tasks(CASE_ID)),
        lambda: store.history(TASK_ID),
        lambda: store.dependents(TASK_ID),
        lambda: store.members("dispatch"),
        store.organizations,
    ]
    lagging = [lambda: store.timeline(CASE_ID), lambda: store.unassigned("dispatch")]
    lagging.append(lambda: store.open_tallies("dispatch"))
    for reads, units in ((strong, 1), (lagging, 0.5)):
        for read in reads:
            store.reset_consumed()
            assert read()
            assert store.consumed.read == units


def test_tasks_are_read_as_they_are_taken(store: Store) -> None:
    """Who takes the first tasks of a large case does not pay for the rest."""
    bulky = [replace(BARE_TASK, task_id=f"{CASE_ID}.t{n:03}", awaiting="x" * 40_000) for n in range(60)]
    commit(store, *map(p.CreateTask, bulky[:30]))
    commit(store, *map(p.CreateTask, bulky[30:]))
    store.reset_consumed()
    assert list(islice(store.tasks(CASE_ID), 2)) == bulky[:2]
    some = store.consumed.read
    store.reset_consumed()
    assert len(list(store.tasks(CASE_ID))) == 60
    assert store.consumed.read > some
