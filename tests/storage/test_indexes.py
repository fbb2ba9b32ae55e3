from dataclasses import replace

import pytest
from hypothesis import given

from shared.domain.model.task import Entry, Party, Task, Timer
from shared.storage.attributes import Item
from shared.storage.indexes import entry_keys, task_keys, timer_keys
from shared.storage.schema import INDEXES
from shared.storage.task_items import task_item
from tests.storage import examples
from tests.storage.examples import BARE_ENTRY, BARE_TASK, FULL_ENTRY, LATER, TASK_ID, TIMER

ANN = Party("user", "ann", "Ann Lee")
ACME = Party("organization", "acme", "Acme")
QA = Party("organization", "quality-assurance", "Quality Assurance")
OUTSIDE = Party("external", "acme", "Acme")
QUEUED = replace(BARE_TASK, queue="quality-assurance", tab="assigned")
LOCAL = TASK_ID.split(".")[1]


def keys(task: Task) -> dict[str, str]:
    """The index keys as plain texts."""
    return plain(task_keys(task))


def plain(item: Item) -> dict[str, str]:
    """The attributes without their types."""
    return {name: value["S"] for name, value in item.items()}


def test_a_task_without_queue_or_party_is_listed_nowhere() -> None:
    """A task that nobody watches or has is in no index."""
    assert keys(BARE_TASK) == {}
    assert keys(replace(BARE_TASK, queue="dispatch")) == {}


def test_a_task_is_in_its_tab_of_its_queue() -> None:
    """A task with a queue is listed there by tab, without due time behind all that have one."""
    assert keys(QUEUED) == {
        "organizationQueue": "quality-assurance#assigned",
        "organizationSort": f"~#{LOCAL}",
    }
    due = replace(QUEUED, due_time=LATER)
    assert keys(due)["organizationSort"] == f"2026-12-01T04:35:01.124Z#{LOCAL}"


def test_an_unassigned_task_is_also_among_those() -> None:
    """Only the tab `unassigned` is listed by creation, too."""
    assert keys(replace(QUEUED, tab="unassigned"))["unassignedQueue"] == "quality-assurance"
    assert "unassignedQueue" not in keys(QUEUED)


def test_a_users_task_is_open_or_closed() -> None:
    """A user's open tasks sort by due time, closed ones by closing time, apart from each other."""
    mine = replace(BARE_TASK, assigned_party=ANN, due_time=LATER, tab="assigned")
    assert keys(mine) == {"partyQueue": "USER#ann", "partySort": f"O#2026-12-01T04:35:01.124Z#{LOCAL}"}
    assert keys(replace(mine, due_time=None))["partySort"] == f"O#~#{LOCAL}"
    closed = replace(mine, closed_at=examples.NOW)
    assert keys(closed)["partySort"] == f"C#2026-11-22T04:35:01.123Z#{LOCAL}"


def test_an_organizations_task_is_in_its_party_queue_unless_it_watches_it_anyway() -> None:
    """An organization is listed as a party by tab, but not in its own queue twice."""
    theirs = replace(QUEUED, assigned_party=ACME)
    assert keys(theirs)["partyQueue"] == "ORG#acme#assigned"
    assert keys(theirs)["partySort"] == f"~#{LOCAL}"
    assert "partyQueue" not in keys(replace(QUEUED, assigned_party=QA))


def test_a_task_without_a_tab_is_listed_nowhere() -> None:
    """What a workflow hides is in no queue, neither an organization's nor a person's."""
    assert keys(replace(BARE_TASK, assigned_party=ANN)) == {}
    assert keys(replace(QUEUED, assigned_party=ACME, tab=None)) == {}


def test_an_outside_party_has_no_queue() -> None:
    """A party outside Casetree looks at no queue here."""
    assert "partyQueue" not in keys(replace(QUEUED, assigned_party=OUTSIDE))


@given(examples.tasks())
def test_no_index_key_is_ever_empty(task: Task) -> None:
    """DynamoDB refuses an item with an empty index key, so there is none, whatever a task holds."""
    item = task_item(task)
    names = {name for index in INDEXES for name in (index.partition, index.sort)}
    assert all(item[name]["S"] for name in names & item.keys())


@pytest.mark.parametrize("entry", [BARE_ENTRY, FULL_ENTRY])
def test_history_is_in_the_timeline(entry: Entry) -> None:
    """Every entry is in its case's timeline, by time, then by what it is about and its version."""
    subject = LOCAL if entry.task_id else "CASE"
    assert plain(entry_keys(entry)) == {"timelineSort": f"2026-11-22T04:35:01.123Z#{subject}#{entry.version:06}"}


def test_timers_are_spread_over_shards() -> None:
    """A timer is due in one of 16 shards, the same one for all timers of a task."""
    assert plain(timer_keys(TIMER))["dueSort"] == f"2026-12-01T04:35:01.124Z#{TASK_ID}#due"
    timers = [Timer(f"look-1.a{number}", "due", "due", "expire", LATER) for number in range(500)]
    shards = {plain(timer_keys(timer))["dueShard"] for timer in timers}
    assert shards == {f"DUE#{number}" for number in range(16)}
    assert timer_keys(TIMER)["dueShard"] == timer_keys(replace(TIMER, timer_id="other"))["dueShard"]
