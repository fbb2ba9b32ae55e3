"""How far the nightly settling has come: an item that outlives each of its runs."""

from shared.storage.keys import Address, key_item
from shared.storage.table import Table
from shared.storage.values import Round

_POSITION = Address("SETTLING", "POSITION")


class Rounds:
    """The round of settling that is under way, or was done last."""

    _table: Table

    def settling(self) -> Round:
        """The round as the last run left it."""
        item = self._table.get(_POSITION) or {}
        after, done_on = (item.get(name, {}).get("S") for name in ("after", "doneOn"))
        return Round(after, done_on)

    def set_settling(self, settling: Round) -> None:
        """The next run goes on from there."""
        given = {"after": settling.after, "doneOn": settling.done_on}
        self._table.put(key_item(_POSITION) | {name: {"S": value} for name, value in given.items() if value})
