"""What a plan costs, before it is committed: the rules by which DynamoDB charges transactions.

Two units for each begun kilobyte of an item, the larger of before and after, whether written or
only checked. One unit for each begun kilobyte of an index entry that appears, vanishes or changes;
one that moves vanishes and appears.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from shared.domain.model.plan import Plan
from shared.domain.model.task import TaskId, Timer
from shared.domain.model.writes import ChangeTask, PutTimer
from shared.storage.actions import Action
from shared.storage.attributes import Item
from shared.storage.case_items import timer_item
from shared.storage.schema import INDEXES, PARTITION, SORT, Index
from shared.storage.sizes import kilobytes
from shared.storage.values import Capacity
from shared.storage.writes import actions


def capacity(plan: Plan) -> Capacity:
    """What committing the plan consumes.

    Of an item that is replaced without having been read, what was there before is taken to be no
    larger and in no index; a timer that is set anew is known from its task.
    """
    running = _running(plan)
    return capacity_of(_known(action, running) for action in actions(plan))


def capacity_of(prepared: Iterable[Action]) -> Capacity:
    """What a transaction of these actions consumes."""
    return Capacity(write=sum(_units(action) for action in prepared))


def _running(plan: Plan) -> Mapping[tuple[TaskId, str], Timer]:
    """The timers that ran before, of the tasks that the plan changes."""
    tasks = (write.before for write in plan.writes if isinstance(write, ChangeTask))
    return {(timer.task_id, timer.timer_id): timer for task in tasks for timer in task.timers}


def _known(action: Action, running: Mapping[tuple[TaskId, str], Timer]) -> Action:
    if not isinstance(action.write, PutTimer):
        return action
    before = running.get((action.write.timer.task_id, action.write.timer.timer_id))
    return replace(action, before=timer_item(before)) if before else action


def _units(action: Action) -> int:
    sides = [item for item in (action.before, action.after) if item]
    return 2 * max(map(kilobytes, sides)) + sum(_index_units(i, action.before, action.after) for i in INDEXES)


def _index_units(index: Index, before: Item | None, after: Item | None) -> int:
    old, new = _entry(index, before), _entry(index, after)
    if old == new:
        return 0
    if old and new and _key(index, old) == _key(index, new):
        return max(kilobytes(old), kilobytes(new))
    return sum(kilobytes(entry) for entry in (old, new) if entry)


def _entry(index: Index, item: Item | None) -> Item | None:
    """What the index holds of the item; nothing while a key is missing."""
    if item is None or index.partition not in item or index.sort not in item:
        return None
    if index.projected is None:
        return item
    names = index.projected | {PARTITION, SORT, index.partition, index.sort}
    return {name: value for name, value in item.items() if name in names}


def _key(index: Index, entry: Item) -> tuple[object, object]:
    return entry[index.partition], entry[index.sort]
