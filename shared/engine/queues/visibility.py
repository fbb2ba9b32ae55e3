"""Who may know of which tasks in a queue.

People inside may look at every queue. Yet a task of a workflow whose cases belong to organizations is known to the
members of its case's organization, and to administrators, alone: others see no row of it, and it is left out of what
they are told of numbers (collaboration.md). Here the types of such tasks are called private.
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

PASSED_OVER = 1_000
"""Rows that are read at once, at most, where many of them are hidden."""


def hidden_types(workflows: Workflows, caller: Caller, organization_id: str) -> frozenset[str]:
    """The private types; none where the caller is an administrator, or a member of the organization with the queue."""
    if caller.administrator or caller.member_of(organization_id):
        return frozenset()
    return _private_types(workflows)


def visible_rows(session: Session, identity: Identity, user_id: str, rows: Sequence[QueueRow]) -> list[QueueRow]:
    """The rows of a user's queue that the caller may know of: all of them, if it is the caller's own.

    Of private types, those whose case the caller may see. Raises Refused `unknown_user`.
    """
    private = _private_types(session.workflows)
    keys = [CaseKey(case_id) for case_id in sorted({case_of(row.task_id) for row in rows if row.type in private})]
    if user_id == identity.user_id or not keys:
        return list(rows)
    loaded = session.store.load([UserKey(identity.user_id), *keys])
    caller, cases = session.caller(identity, loaded), {key.case_id: loaded[key] for key in keys}
    seen = {id_ for id_, case in cases.items() if case and visible(workflow_of(session, case), caller, case)}
    return [row for row in rows if row.type not in private or case_of(row.task_id) in seen]


def next_visible_rows(
    read: Callable[[str | None, int], Sequence[QueueRow]], after: str | None, limit: int, hidden: frozenset[str]
) -> list[QueueRow]:
    """The next `limit` rows of no hidden type, fewer at the end; `read` gives so many rows behind a position.

    Hidden rows are passed over here, not taken out of a page: a page that is short would tell that they are there.
    There may be as many as the queue has, so each read takes more of them than the one before.
    """
    found, size = list[QueueRow](), limit
    while True:
        rows = read(after, size)
        found += [row for row in rows if row.type not in hidden]
        if len(found) >= limit or len(rows) < size:
            return found[:limit]
        after, size = rows[-1].position, max(size, min(2 * size, PASSED_OVER))


def _private_types(workflows: Workflows) -> frozenset[str]:
    """The types of the workflows of whose cases only the case's own organization sees anything."""
    known = every_version(workflows)
    return frozenset(name for workflow in known if workflow.visibility == "organization" for name in workflow.types)
