"""How far the nightly settling has come: an item, as each of its runs goes on where the one before stopped."""

from shared.storage.keys import Address, key_item
from shared.storage.table import Table
from shared.storage.values import SettlingProgress

_PROGRESS = Address("SETTLING", "POSITION")


class Settling:
    """The progress of the settling of all cases; strongly consistent."""

    _table: Table

    def settling_progress(self) -> SettlingProgress:
        """The progress as the last run left it; empty before the first one."""
        item = self._table.get(_PROGRESS) or {}
        after, done_on = (item.get(name, {}).get("S") for name in ("after", "doneOn"))
        return SettlingProgress(after, done_on)

    def set_settling_progress(self, progress: SettlingProgress) -> None:
        """The next run goes on from there."""
        given = {"after": progress.after, "doneOn": progress.done_on}
        self._table.put(key_item(_PROGRESS) | {name: {"S": value} for name, value in given.items() if value})
