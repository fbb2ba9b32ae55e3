"""Everything that is stored of a case, in one read of its partition; strongly consistent, but not of one moment."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import TypeVar

from shared.domain.doctor.whole import WholeCase
from shared.domain.model.task import Entry, Task, TaskId, Timer
from shared.ids import is_case_id
from shared.storage import indexes
from shared.storage.attributes import Item
from shared.storage.case_items import case_of_item, entry_of_item, timer_of_item
from shared.storage.case_reads import between
from shared.storage.counts import counted_of_item
from shared.storage.end_items import message_of_item
from shared.storage.keys import case_id_of
from shared.storage.schema import DUE, SORT, TIMELINE
from shared.storage.table import Table
from shared.storage.task_items import task_of_item
from shared.storage.tree_items import edge_of_item

V = TypeVar("V", Task, Timer, Entry)
# Long texts lie between these, are most of what is stored, and no invariant is about them.
RANGES = (("CASE", "TASK#~"), ("TIMER#", "TIMER#~"))
_TIMER_PLACES = (DUE.partition, DUE.sort)


class WholeReads:
    """A case with all of its items."""

    _table: Table

    def whole(self, case_id: str) -> WholeCase | None:
        """The case with all that is stored of it, without its surroundings; None if there is none."""
        kinds = defaultdict[str, list[Item]](list)
        for item in self._items(case_id):
            kinds[item[SORT]["S"].partition("#")[0]].append(item)
        if not kinds["CASE"]:
            return None
        tasks = [task_of_item(item) for item in kinds["TASK"]]
        entries = [entry_of_item(item) for item in kinds["HISTORY"]]
        timers = [timer_of_item(item) for item in kinds["TIMER"]]
        history = defaultdict[TaskId | None, list[Entry]](list)
        for entry in entries:
            history[entry.task_id].append(entry)
        return WholeCase(
            case=case_of_item(kinds["CASE"][0]),
            tasks={task.task_id: task for task in tasks},
            edges=tuple(map(edge_of_item, kinds["CHILD"])),
            dependents=frozenset(map(_dependent, kinds["DEPENDENT"])),
            history={task_id: tuple(known) for task_id, known in history.items()},
            locks=dict(_locks(kinds["LOCK"])),
            timers=tuple(timers),
            messages=tuple(map(message_of_item, kinds["MESSAGE"])),
            counted={_beside(item): counted_of_item(item) for item in kinds["COUNTED"]},
            misfiled=(
                *_misfiled(tasks, kinds["TASK"], indexes.task_keys, indexes.TASK_PLACES),
                *_misfiled(timers, kinds["TIMER"], indexes.timer_keys, _TIMER_PLACES),
                *_misfiled(entries, kinds["HISTORY"], indexes.entry_keys, (TIMELINE.sort,)),
            ),
        )

    def _items(self, case_id: str) -> Iterator[Item]:
        for lower, upper in RANGES if is_case_id(case_id) else ():
            yield from self._table.query(f"CASE#{case_id}", between(lower, upper))


def _dependent(item: Item) -> tuple[TaskId, TaskId]:
    _, prerequisite, task = item[SORT]["S"].split("#")
    return f"{case_id_of(item)}.{prerequisite}", f"{case_id_of(item)}.{task}"


def _beside(item: Item) -> TaskId:
    """The task that an item belongs to."""
    return f"{case_id_of(item)}.{item[SORT]['S'].split('#')[1]}"


def _locks(items: list[Item]) -> Iterator[tuple[str, tuple[TaskId, ...]]]:
    """The locks that are held: one that was released stays behind without a holder."""
    for item in items:
        holders = item.get("heldBy", {}).get("SS", ())
        if holders:
            name = item[SORT]["S"].removeprefix("LOCK#")
            yield name, tuple(f"{case_id_of(item)}.{holder}" for holder in sorted(holders))


def _misfiled(values: list[V], items: list[Item], keys_of: Callable[[V], Item], places: tuple[str, ...]) -> Iterator[V]:
    """The values whose items do not have just the places in the indexes that follow from them."""
    for value, item in zip(values, items, strict=True):
        if {name: item[name] for name in places if name in item} != dict(keys_of(value)):
            yield value
