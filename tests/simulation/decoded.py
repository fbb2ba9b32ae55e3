"""What an item holds is worked out once, however many schedules read it.

The functions that do so depend on the item alone, and items in memory are never changed, only replaced: so a value
is kept for as long as its item, and by nothing else. The schedules of a script share most of their items.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from shared.storage import store
from shared.storage.attributes import Item
from shared.storage.case_items import case_of_item, entry_of_item, timer_of_item
from shared.storage.counts import counted_of_item
from shared.storage.end_items import connection_of_item, message_of_item, tie_of_item
from shared.storage.people_items import (
    member_of_item,
    membership_of_item,
    organization_of_item,
    user_of_item,
)
from shared.storage.task_items import task_of_item
from shared.storage.tree_items import edge_of_item

READERS: tuple[Callable[[Item], Any], ...] = (
    case_of_item,
    connection_of_item,
    counted_of_item,
    edge_of_item,
    entry_of_item,
    member_of_item,
    membership_of_item,
    message_of_item,
    organization_of_item,
    task_of_item,
    tie_of_item,
    timer_of_item,
    user_of_item,
)
PLACES = ("shared.storage.", "functions.streams", "tests.simulation.")
"""Modules that read items."""
MOST = 20_000
"""Items of which what they hold is kept by each function; beyond that, all are let go."""


def once(reader: Callable[[Item], Any]) -> Callable[[Item], Any]:
    """The function, but for the second time with the same item."""
    known: dict[int, tuple[Item, Any]] = {}

    def read(item: Item) -> Any:
        # The item is kept as well: so nothing else can have its number.
        found = known.get(id(item))
        if found is None:
            if len(known) >= MOST:
                known.clear()
            found = known[id(item)] = item, reader(item)
        return found[1]

    return read


@contextmanager
def read_once() -> Iterator[None]:
    """Whoever reads an item that was read before gets the same value."""
    with ExitStack() as stack:
        for reader in READERS:
            for place in [module for name, module in sys.modules.items() if name.startswith(PLACES)]:
                if getattr(place, reader.__name__, None) is reader:
                    stack.enter_context(patch.object(place, reader.__name__, _ONCE[reader]))
        readers = store._VALUE_OF  # noqa: SLF001 (where loading looks them up)
        stack.enter_context(patch.dict(readers, {key: _ONCE.get(reader, reader) for key, reader in readers.items()}))
        yield


_ONCE = {reader: once(reader) for reader in READERS}
