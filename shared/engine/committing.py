"""Plans take effect: what nobody can see yet first, in parts, then the rest in one transaction.

From outside a plan with a stage is as much all or nothing as any other. Its stage is a case that no
caller is shown, no queue lists, and the stream functions pass over. The one transaction that ends the plan
brings it to light. A process that dies before leaves a stage behind, which nobody ever sees, and which
is swept some time later.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from shared.domain.model.plan import Plan
from shared.domain.model.task import Case
from shared.domain.model.writes import ChangeCase, CreateCase, PassLock, TakeLock
from shared.engine.session import Session
from shared.storage.store import CommitFailed, Throttled, Unreachable

CHUNK = 40
"""Writes of a stage in one transaction: fewer than the 100 that it may hold, as it may hold no more than 4 MB."""


def committed(session: Session, plan: Plan, taken: set[str] | None = None) -> bool:
    """Whether the plan took effect; if not, another commit came between, or another task holds a lock.

    The name of such a lock is added to `taken`. Raises Throttled and Unreachable.
    """
    try:
        _stage(session, plan)
        session.store.commit(plan)
    except CommitFailed as failed:
        if taken is not None and failed.kind == "condition" and isinstance(failed.write, TakeLock | PassLock):
            taken.add(failed.write.name)
        for write in plan.stage:
            if isinstance(write, CreateCase):
                with suppress(CommitFailed, Throttled, Unreachable):  # what is left is swept some time later
                    discard(session, write.case)
        return False
    return True


def discard(session: Session, case: Case) -> bool:
    """Whether the staged case is gone; not if it was brought to light meanwhile, or is gone already.

    First it gets another version: a commit that would bring it to light fails from then on. The case
    itself goes last, so that after a crash the rest is found again.
    """
    if not session.commit(Plan(session.new_id(session.now()), (_ended(case),))):
        return False
    session.store.discard(case.case_id)
    return True


def _stage(session: Session, plan: Plan) -> None:
    for start in range(0, len(plan.stage), CHUNK):
        chunk = plan.stage[start : start + CHUNK]
        session.store.commit(Plan(session.new_id(session.now()), chunk))


def _ended(case: Case) -> ChangeCase:
    return ChangeCase(case, replace(case, version=case.version + 1))
