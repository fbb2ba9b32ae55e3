import pytest

from infra.local.records import Stack
from shared.domain.counts.tally import move, newest
from shared.domain.model.plan import Plan
from shared.storage.capacity import capacity, capacity_of
from shared.storage.counts import count_actions
from shared.storage.store import Store
from tests.storage.lives import lives
from tests.storage.table import REGION, create_table

pytestmark = pytest.mark.stack


@pytest.fixture
def store(stack: Stack) -> Store:
    """The storage on a table of its own, on an engine that counts transactions as AWS does."""
    return Store(create_table(stack.endpoint_url), region=REGION, endpoint=stack.endpoint_url)


def test_plans_cost_what_they_say(store: Store) -> None:
    """What a plan says it costs is what the engine reports when it is committed, for every kind of change."""
    said, reported = {}, {}
    for name, plan in lives():
        said[name] = capacity(plan).write
        store.reset_consumed()
        store.commit(plan)
        reported[name] = store.consumed.write
    assert reported == said


def test_counting_costs_what_it_says(store: Store) -> None:
    """What the relay's counting says it costs is what the engine reports."""
    plans: list[Plan] = [plan for _, plan in lives()]
    for plan in plans:
        for entry in newest(plan.entries).values():
            step = move(entry, store.counted(entry.task_id or ""))
            if step is None:
                continue
            store.reset_consumed()
            store.move_counts([step])
            assert store.consumed.write == capacity_of(count_actions([step])).write
