"""How far the nightly settling has come: an item, as each of its runs goes on where the one before stopped."""

from shared.storage.attributes import FLAG, TEXT, Record
from shared.storage.keys import Address, key_item
from shared.storage.table import Table
from shared.storage.values import SettlingProgress

_PROGRESS = Address("SETTLING", "POSITION")
_PACKED = Record(SettlingProgress, {"after": TEXT, "done_on": TEXT, "running": FLAG, "at": TEXT})


class Settling:
    """The progress of the settling of all cases; strongly consistent."""

    _table: Table

    def settling_progress(self) -> SettlingProgress:
        """The progress as the last run left it; empty before the first one."""
        item = self._table.get(_PROGRESS) or {}
        return _PACKED.unpack(item)

    def set_settling_progress(self, progress: SettlingProgress) -> None:
        """The next run goes on from there."""
        self._table.put(key_item(_PROGRESS) | _PACKED.pack(progress))
