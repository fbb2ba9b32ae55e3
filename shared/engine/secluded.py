"""Tasks that only members of their case's organization see: others are not told that they are there.

People inside may look at every queue. Such tasks neither stand in what a queue shows them, nor are they
counted there (collaboration.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from shared.domain.model.people import Caller
from shared.domain.model.task import case_of
from shared.domain.words.relations import visible
from shared.engine.loading import workflow_of
from shared.engine.session import Identity, Session, Workflows, every_version
from shared.storage.keys import CaseKey, UserKey
from shared.storage.values import QueueRow


def unknown_types(workflows: Workflows, caller: Caller, organization_id: str) -> frozenset[str]:
    """The types of tasks in the organization's queue that the caller may not know of: none to its members."""
    if caller.administrator or caller.member_of(organization_id):
        return frozenset()
    return _secluded(workflows)


def known_rows(session: Session, identity: Identity, user_id: str, rows: Sequence[QueueRow]) -> list[QueueRow]:
    """The rows of the person's queue that the caller may know of; to the person themself all of them.

    Raises Refused `unknown_user`.
    """
    secluded = _secluded(session.workflows)
    keys = [CaseKey(case_id) for case_id in sorted({case_of(row.task_id) for row in rows if row.type in secluded})]
    if user_id == identity.user_id or not keys:
        return list(rows)
    loaded = session.store.load([UserKey(identity.user_id), *keys])
    caller, cases = session.caller(identity, loaded), {key.case_id: loaded[key] for key in keys}
    seen = {id_ for id_, case in cases.items() if case and visible(workflow_of(session, case), caller, case)}
    return [row for row in rows if row.type not in secluded or case_of(row.task_id) in seen]


def open_rows(
    read: Callable[[str | None], Sequence[QueueRow]], after: str | None, limit: int, hidden: frozenset[str]
) -> list[QueueRow]:
    """The next rows that are of no hidden type, up to a limit; `read` gives as many behind a position.

    A page that ended at a hidden one would tell that it is there.
    """
    found: list[QueueRow] = []
    while True:
        rows = read(after)
        found += [row for row in rows if row.type not in hidden]
        if len(found) >= limit or len(rows) < limit:
            return found[:limit]
        after = rows[-1].position


def _secluded(workflows: Workflows) -> frozenset[str]:
    """The types of those workflows of which only the organization of a case sees anything."""
    known = every_version(workflows)
    return frozenset(name for workflow in known if workflow.visibility == "organization" for name in workflow.types)
