"""The history entry of a case itself."""

from __future__ import annotations

from shared.domain.model.scene import Context
from shared.domain.model.task import Case, Entry


def case_entry(context: Context, case: Case, action: str, event: str) -> Entry:
    """The history entry of the case's present version."""
    return Entry(
        case_id=case.case_id,
        task_id=None,
        version=case.version,
        created_at=context.now,
        created_by=context.caller.person,
        action=action,
        event=event,
        commit_id=context.ids.commit,
        state=case.state,
        type=case.case_type,
        workflow=case.workflow,
        workflow_version=case.workflow_version,
    )
