"""What is read of a case. An ill-formed id names nothing, and the table is not asked for it."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path

from shared.domain.model.task import Entry, Task, TaskId, Texts, Timer, case_of, local_id
from shared.ids import is_case_id, is_task_id
from shared.storage import case_items, indexes
from shared.storage.attributes import Item
from shared.storage.keys import Address, case_id_of, is_position
from shared.storage.schema import DUE, PARTITION, SORT, TIMELINE
from shared.storage.table import Table
from shared.storage.task_items import task_of_item
from shared.timestamps import to_text

LAST_VERSION = 999_999
_SORT = Path(SORT)


class CaseReads:
    """A case's tasks, texts, history and timers; strongly consistent, but for timeline and due timers."""

    _table: Table

    def tasks(self, case_id: str, after: TaskId | None = None, limit: int | None = None) -> Iterator[Task]:
        """The case's tasks, oldest first, from the one after `after` on; read as they are taken."""
        if not is_case_id(case_id):
            return iter(())
        # No character of an id sorts before "-", so "!" behind an id is before any other id.
        lower = f"TASK#{local_id(after)}!" if after else "TASK#"
        items = self._table.query(f"CASE#{case_id}", between(lower, "TASK#~"), page=limit)
        return (task_of_item(item) for item in islice(items, limit))

    def texts(self, task_id: TaskId) -> Texts:
        """The long texts of a task."""
        return case_items.texts_of_items(self._beside(task_id, "TEXT"))

    def dependents(self, task_id: TaskId) -> list[TaskId]:
        """The tasks that wait for this one."""
        return [case_items.dependent_of_item(item) for item in self._beside(task_id, "DEPENDENT")]

    def timers(self, case_id: str) -> list[Timer]:
        """The timers that run in a case."""
        return [case_items.timer_of_item(item) for item in self._within(case_id, "TIMER#", "TIMER#~")]

    def history(self, task_id: TaskId, after: int = 0, limit: int | None = None) -> list[Entry]:
        """The versions of a task, oldest first, from the one after `after` on."""
        known = is_task_id(task_id)
        return self._history(case_of(task_id), local_id(task_id), after, limit) if known else []

    def case_history(self, case_id: str, after: int = 0, limit: int | None = None) -> list[Entry]:
        """The versions of the case itself, oldest first, from the one after `after` on."""
        return self._history(case_id, "CASE", after, limit)

    def timeline(self, case_id: str, before: str | None = None, limit: int = 100) -> list[tuple[str, Entry]]:
        """Everything that happened in a case, newest first, each with its position; it may lag."""
        if not is_case_id(case_id) or not (before is None or is_position(before)):
            return []
        earlier = Path(TIMELINE.sort) < {"S": before} if before else None
        items = self._table.query(f"CASE#{case_id}", earlier, index=TIMELINE, page=limit, ascending=False)
        return [(item[TIMELINE.sort]["S"], case_items.entry_of_item(item)) for item in islice(items, limit)]

    def timeline_at(self, case_id: str, moment: str) -> list[tuple[str, Entry]]:
        """What happened in a case at one moment, which holds all of a commit; each with its position; it may lag."""
        if not is_case_id(case_id) or not is_position(moment):
            return []
        there = Path(TIMELINE.sort).between({"S": f"{moment}#"}, {"S": f"{moment}#~"})
        items = self._table.query(f"CASE#{case_id}", there, index=TIMELINE)
        return [(item[TIMELINE.sort]["S"], case_items.entry_of_item(item)) for item in items]

    def due(self, shard: int, until: datetime, page: int = 100) -> Iterator[Timer]:
        """The timers of a shard whose time has come by then, earliest first, without those that are gone by now.

        They are read as they are taken, so many at a time.
        """
        bound = {"S": f"{to_text(until)}~"}
        rows = self._table.query(indexes.due_shard(shard), Path(DUE.sort) <= bound, index=DUE, page=page)
        while some := list(islice(rows, page)):
            yield from self._running(some)

    def cases(
        self, after: str | None = None, workflow: str | None = None, share: tuple[int, int] | None = None
    ) -> Iterator[str]:
        """The ids of all cases, or of a workflow's: for the night and for operators, as it reads the whole table.

        They come in the table's own order, which stays the same; `after` goes on behind a case. Of a share, just
        those in it come, and `after` is one of them.
        """
        start = Address(f"CASE#{after}", "CASE") if after else None
        wanted = _SORT == {"S": "CASE"}
        if workflow is not None:
            wanted &= Path("workflow") == {"S": workflow}
        return (case_id_of(item) for item in self._table.scan(wanted, start, share))

    def _history(self, case_id: str, subject: str, after: int, limit: int | None) -> list[Entry]:
        first, last = (f"HISTORY#{subject}#{version:06}" for version in (after + 1, LAST_VERSION))
        if not is_case_id(case_id) or not 0 <= after < LAST_VERSION:
            return []
        items = self._table.query(f"CASE#{case_id}", between(first, last), page=limit)
        return [case_items.entry_of_item(item) for item in islice(items, limit)]

    def _running(self, rows: Iterable[Item]) -> list[Timer]:
        """The timers of index rows, as they are in the table; the index may still list one that has ended."""
        addresses = [Address(row[PARTITION]["S"], row[SORT]["S"]) for row in rows]
        timers = [case_items.timer_of_item(item) for item in self._table.batch_get(addresses)]
        return sorted(timers, key=lambda timer: timer.at)

    def _beside(self, task_id: TaskId, kind: str) -> Iterable[Item]:
        if not is_task_id(task_id):
            return ()
        prefix = f"{kind}#{local_id(task_id)}#"
        return self._within(case_of(task_id), prefix, f"{prefix}~")

    def _within(self, case_id: str, lower: str, upper: str) -> Iterable[Item]:
        return self._table.query(f"CASE#{case_id}", between(lower, upper)) if is_case_id(case_id) else ()


def between(lower: str, upper: str) -> Condition:
    """Sort keys from one to the other, both included."""
    return _SORT.between({"S": lower}, {"S": upper})
