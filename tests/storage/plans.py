"""Short ways to commit something and to see whether a plan is refused."""

from itertools import count

import pytest

from shared.domain.model.plan import Plan
from shared.domain.model.writes import Write
from shared.storage.store import CommitFailed, Store

_numbers = count(1)


def plan(*writes: Write) -> Plan:
    """A plan of these writes, with a commit id of its own."""
    return Plan(f"commit-{next(_numbers):08}", writes)


def commit(store: Store, *writes: Write) -> None:
    """The writes took effect."""
    store.commit(plan(*writes))


def refused(store: Store, *writes: Write) -> Write:
    """The write whose condition did not hold."""
    with pytest.raises(CommitFailed) as raised:
        commit(store, *writes)
    assert raised.value.kind == "condition"
    write = raised.value.write
    assert any(write is asked for asked in writes)
    return write  # type: ignore[return-value]
