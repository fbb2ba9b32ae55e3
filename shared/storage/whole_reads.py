"""Everything that is stored of a case, in one read of its partition; strongly consistent, but not of one moment."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from shared.domain.doctor.whole import WholeCase
from shared.domain.model.task import Entry, TaskId
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

# Long texts lie between these, are most of what is stored, and no invariant is about them.
RANGES = (("CASE", "TASK#~"), ("TIMER#", "TIMER#~"))


class WholeReads:
    """A case with all of its items."""

    _table: Table

    def whole(self, case_id: str) -> WholeCase | None:
        """The case with all that is stored of it, without its surroundings; None if there is none."""
        found, misfiled = defaultdict[str, list[Any]](list), defaultdict[str, list[Any]](list)
        # One item after another: kept beside their values, those of ten thousand tasks would not fit a function.
        for item in self._items(case_id):
            kind = item[SORT]["S"].partition("#")[0]
            if kind not in _VALUE_OF:
                continue
            value = _VALUE_OF[kind](item)
            found[kind].append(value)
            if kind in _PLACES and _is_misfiled(value, item, *_PLACES[kind]):
                misfiled[kind].append(value)
        if not found["CASE"]:
            return None
        history = defaultdict[TaskId | None, list[Entry]](list)
        for entry in found["HISTORY"]:
            history[entry.task_id].append(entry)
        return WholeCase(
            case=found["CASE"][0],
            tasks={task.task_id: task for task in found["TASK"]},
            edges=tuple(found["CHILD"]),
            dependents=frozenset(found["DEPENDENT"]),
            history={task_id: tuple(known) for task_id, known in history.items()},
            locks={name: holders for name, holders in found["LOCK"] if holders},
            timers=tuple(found["TIMER"]),
            messages=tuple(found["MESSAGE"]),
            counted=dict(found["COUNTED"]),
            misfiled=(*misfiled["TASK"], *misfiled["TIMER"], *misfiled["HISTORY"]),
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


def _lock(item: Item) -> tuple[str, tuple[TaskId, ...]]:
    """A lock with those who hold it: one that was released stays behind without a holder."""
    holders = item.get("heldBy", {}).get("SS", ())
    return item[SORT]["S"].removeprefix("LOCK#"), tuple(f"{case_id_of(item)}.{holder}" for holder in sorted(holders))


def _is_misfiled(value: Any, item: Item, keys_of: Callable[[Any], Item], places: tuple[str, ...]) -> bool:
    """Whether the value's item does not have just the places in the indexes that follow from it."""
    return {name: item[name] for name in places if name in item} != dict(keys_of(value))


_VALUE_OF: Mapping[str, Callable[[Item], Any]] = {
    "CASE": case_of_item,
    "CHILD": edge_of_item,
    "COUNTED": lambda item: (_beside(item), counted_of_item(item)),
    "DEPENDENT": _dependent,
    "HISTORY": entry_of_item,
    "LOCK": _lock,
    "MESSAGE": message_of_item,
    "TASK": task_of_item,
    "TIMER": timer_of_item,
}
_PLACES: Mapping[str, tuple[Callable[[Any], Item], tuple[str, ...]]] = {
    "HISTORY": (indexes.entry_keys, (TIMELINE.sort,)),
    "TASK": (indexes.task_keys, indexes.TASK_PLACES),
    "TIMER": (indexes.timer_keys, (DUE.partition, DUE.sort)),
}
