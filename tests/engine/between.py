"""A table at which something else happens in the midst of a use case: once, at just that point."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from shared.domain.doctor.whole import WholeCase
from shared.domain.model.plan import Plan
from shared.domain.model.task import Edge, Task, TaskId
from shared.engine.session import Session
from shared.storage.keys import CaseKey, Key
from shared.storage.store import CommitFailed, Loaded, Store


class Between:
    """The store of a session, before one of whose commits, the first if none is named, somebody else's work is done.

    `failed` says how the first commit that did not go through came out: by the write that failed it.
    """

    def __init__(self, store: Store, work: Callable[[], object], commit: int = 0) -> None:
        self._store = store
        self._work = work
        self._ahead = commit
        self.tried = 0
        self.failed: CommitFailed | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, plan: Plan) -> None:
        """The plan takes effect, after the work of somebody else if it is the one before which that is done."""
        self._ahead -= 1
        if self._ahead == -1:
            self._work()
        self.tried += 1
        try:
            self._store.commit(plan)
        except CommitFailed as failed:
            self.failed = self.failed or failed
            raise


class Contended:
    """The store of a session, before whose every commit somebody else's work is done."""

    def __init__(self, store: Store, work: Callable[[], object]) -> None:
        self._store = store
        self._work = work

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, plan: Plan) -> None:
        """The plan takes effect, if the work of somebody else leaves it a chance."""
        self._work()
        self._store.commit(plan)


class Torn:
    """The store of a session, in one of whose reads, the first if none is named, somebody else's work is done.

    Of a batch, which is no snapshot, what is read `early`, the case if nothing is said, is as it was before,
    everything else as it is after. `done` says whether there were so many reads at all.
    """

    def __init__(
        self, store: Store, work: Callable[[], object], read: int = 0, early: type[Key[Any]] = CaseKey
    ) -> None:
        self._store = store
        self._work = work
        self._ahead = read
        self._early = early
        self.done = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def tasks(self, case_id: str) -> Iterator[Task]:
        """All tasks of the case."""
        self._read()
        return self._store.tasks(case_id)

    def edges(self, case_id: str) -> Iterator[Edge]:
        """All edges of the case."""
        self._read()
        return self._store.edges(case_id)

    def children(self, task_id: TaskId) -> list[Edge]:
        """The edges to the children of the task."""
        self._read()
        return self._store.children(task_id)

    def whole(self, case_id: str) -> WholeCase | None:
        """The case with all that is stored of it."""
        before = self._store.whole(case_id)
        now = self._read()
        after = self._store.whole(case_id)
        return replace(after, case=before.case) if now and before is not None and after is not None else after

    def load(self, keys: Iterable[Key[Any]], *, lagging: bool = False) -> Loaded:
        """The values of all keys."""
        del lagging
        keys = list(keys)
        early = [key for key in keys if isinstance(key, self._early)]
        before = self._store.load(early)
        now = self._read()
        after = self._store.load(keys)
        return Loaded({key: before[key] if now and key in early else after[key] for key in keys})

    def _read(self) -> bool:
        """Whether this is the read in which the work is done: it is done now."""
        self._ahead -= 1
        if self._ahead != -1:
            return False
        self.done = True
        self._work()
        return True


def at(session: Session, store: Any) -> Session:
    """The session, at that table."""
    return replace(session, store=store)
