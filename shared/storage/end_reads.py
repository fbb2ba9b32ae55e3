"""What is read of tasks with two ends: messages under way, connections and ties; strongly consistent."""

from pynamodb.expressions.operand import Path

from shared.domain.model.connections import Tie
from shared.domain.model.ends import Message
from shared.domain.model.task import TaskId
from shared.ids import is_case_id, is_organization_id, is_task_id
from shared.storage.end_items import LISTED, TIED, listed_connection_of_item, message_of_item, tie_of_item
from shared.storage.keys import within_case
from shared.storage.schema import SORT
from shared.storage.table import Table

_SORT = Path(SORT)


class EndReads:
    """Messages in the order in which they are to arrive; connections and ties of organizations."""

    _table: Table

    def messages(self, task_id: TaskId) -> list[Message]:
        """What the task has sent, and has not arrived."""
        if not is_task_id(task_id):
            return []
        sent = within_case(task_id, "MESSAGE", "")
        return [message_of_item(item) for item in self._table.query(sent.partition, _SORT.startswith(sent.sort))]

    def messages_of_case(self, case_id: str) -> list[Message]:
        """What the tasks of the case have sent, and has not arrived."""
        if not is_case_id(case_id):
            return []
        items = self._table.query(f"CASE#{case_id}", _SORT.startswith("MESSAGE#"))
        return [message_of_item(item) for item in items]

    def listed_connections(self, organization_id: str) -> list[str]:
        """The ids of the organization's connections, asked for and answered ones, the oldest first."""
        items = self._of_organization(organization_id, LISTED)
        return [listed_connection_of_item(item) for item in items]

    def ties(self, organization_id: str) -> list[Tie]:
        """Those with whom the organization is connected, by their ids."""
        return [tie_of_item(item) for item in self._of_organization(organization_id, TIED)]

    def _of_organization(self, organization_id: str, prefix: str) -> list[dict[str, dict[str, str]]]:
        known = is_organization_id(organization_id)
        return list(self._table.query(f"ORG#{organization_id}", _SORT.startswith(prefix))) if known else []
