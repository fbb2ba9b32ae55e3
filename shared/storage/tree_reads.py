"""What is read of a case's tree; strongly consistent."""

from collections.abc import Iterable, Iterator
from itertools import islice

from shared.domain.model.task import Edge, TaskId, case_of, local_id
from shared.ids import is_case_id, is_task_id
from shared.storage.case_reads import between
from shared.storage.table import Table
from shared.storage.tree_items import edge_of_item


class TreeReads:
    """Edges from parents to children."""

    _table: Table

    def children(self, task_id: TaskId, after: TaskId | None = None, limit: int | None = None) -> list[Edge]:
        """The edges to the children of a task, oldest first, from the one after `after` on."""
        if not is_task_id(task_id):
            return []
        prefix = f"CHILD#{local_id(task_id)}#"
        lower = f"{prefix}{local_id(after)}!" if after else prefix
        return list(islice(self._edges(case_of(task_id), lower, f"{prefix}~", limit), limit))

    def edges(self, case_id: str) -> Iterator[Edge]:
        """Every edge of a case."""
        return iter(self._edges(case_id, "CHILD#", "CHILD#~", None) if is_case_id(case_id) else ())

    def _edges(self, case_id: str, lower: str, upper: str, page: int | None) -> Iterable[Edge]:
        return map(edge_of_item, self._table.query(f"CASE#{case_id}", between(lower, upper), page=page))
