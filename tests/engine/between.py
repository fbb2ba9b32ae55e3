"""A table at which something else happens in the midst of a use case: once, at just that point."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from shared.domain.model.plan import Plan
from shared.engine.session import Session
from shared.storage.keys import CaseKey, Key
from shared.storage.store import CommitFailed, Loaded, Store


class Between:
    """The store of a session, before whose first commit somebody else's work is done.

    `first` says how that commit came out: by the write that failed it, None where it went through.
    """

    def __init__(self, store: Store, work: Callable[[], object]) -> None:
        self._store = store
        self._work: Callable[[], object] | None = work
        self.tried = 0
        self.failed: CommitFailed | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, plan: Plan) -> None:
        """The plan takes effect, after the work of somebody else if it is the first one."""
        work, self._work = self._work, None
        if work is not None:
            work()
        self.tried += 1
        try:
            self._store.commit(plan)
        except CommitFailed as failed:
            self.failed = self.failed or failed
            raise


class Torn:
    """The store of a session, in whose first read of a case and its tasks somebody else's work is done.

    The case is as it was before, everything else as it is after: as a batch read, which is no snapshot, may find it.
    """

    def __init__(self, store: Store, work: Callable[[], object]) -> None:
        self._store = store
        self._work: Callable[[], object] | None = work

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def load(self, keys: Iterable[Key[Any]], *, lagging: bool = False) -> Loaded:
        """The values of all keys."""
        del lagging
        keys = list(keys)
        cases = [key for key in keys if isinstance(key, CaseKey)]
        if self._work is None or not cases:
            return self._store.load(keys)
        before, work, self._work = self._store.load(cases), self._work, None
        work()
        after = self._store.load(keys)
        return Loaded({key: before[key] if key in cases else after[key] for key in keys})


def at(session: Session, store: Any) -> Session:
    """The session, at that table."""
    return replace(session, store=store)
