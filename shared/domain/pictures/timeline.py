"""What a reader of a timeline is shown: work that was passed on is one event, and has one entry.

What an entry means is for the version of the workflow to say that it was written under: the case may have been
migrated since, to one that has other names for it. An entry of a version that is not known any more is told as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from shared.domain.definitions.vocabulary import CHILDREN_CLOSED
from shared.domain.definitions.workflow import Status, Workflow
from shared.domain.model.task import Entry, Task, TaskId

Versions = Mapping[int, Workflow]
"""Those versions of one workflow that are known, by their numbers."""


def looked_at(versions: Versions, entries: Sequence[Entry]) -> set[TaskId]:
    """The tasks of which has to be known whether they are delegates: of most entries they need not be read."""
    alike = Counter((entry.commit_id, entry.type) for entry in entries)
    return {
        entry.task_id
        for entry in entries
        if entry.task_id is not None and (alike[entry.commit_id, entry.type] > 1 or _is_cascade(versions, entry))
    }


def told_once(
    versions: Versions, entries: Iterable[Entry], beside: Iterable[Entry], tasks: Mapping[TaskId, Task], *, whole: bool
) -> Iterator[Entry]:
    """The entries without those for which another one stands.

    Left out is, of a task and its delegate (a child of its own type),

    * the task's entry where one commit changed both, unless the task is back at work by it;
    * the task's closing when its delegates have closed: the last of them is shown as closed;
    * the delegate's end in the cascade below the task: the task is shown as cancelled.

    Whether an entry is left out depends on its commit and on what never changes, so it does not depend on
    the page. `beside` are entries of other pages, among them all that share a commit with one of these.
    `tasks` holds those looked at; where not `whole`, just those that the caller may see, and nothing
    stands for another entry that they are not shown.
    """
    entries = list(entries)
    above = {t.task_id: t.parent_id for t in tasks.values() if t.is_delegate and t.parent_id is not None}
    of_delegates = {
        (entry.commit_id, above[entry.task_id])
        for entry in (*entries, *beside)
        if entry.task_id in above and not _is_cascade(versions, entry)
    }
    passed_on = set(above.values())
    for entry in entries:
        parent = above.get(entry.task_id or "")
        at_once = (entry.commit_id, entry.task_id) in of_delegates and not _may_be_at_work(versions, entry)
        afterwards = _is_followed(versions, entry) and (whole or entry.task_id in passed_on)
        with_parent = _is_cascade(versions, entry) and parent is not None and (whole or parent in tasks)
        if not (at_once or afterwards or with_parent):
            yield entry


def _may_be_at_work(versions: Versions, entry: Entry) -> bool:
    """Whether the entry's task was at work by it, for all that is known."""
    status = _status(versions, entry)
    return status is None or status.active


def _is_followed(versions: Versions, entry: Entry) -> bool:
    """Whether the engine closed the task because its delegates had closed."""
    workflow, status = versions.get(entry.workflow_version), _status(versions, entry)
    if workflow is None or status is None or status.open or entry.action != CHILDREN_CLOSED:
        return False
    task_type = workflow.types.get(entry.type or "")
    return task_type is not None and task_type.ends in ("when_delegated", "at_once")


def _is_cascade(versions: Versions, entry: Entry) -> bool:
    """Whether the engine ended the task because one above it was."""
    workflow = versions.get(entry.workflow_version)
    tree = workflow.tree if workflow is not None else None
    return tree is not None and entry.action == tree.cascade and entry.created_by is None


def _status(versions: Versions, entry: Entry) -> Status | None:
    """The status of the entry's task; None for a case, and where it is not known any more what the pair meant."""
    workflow = versions.get(entry.workflow_version)
    return workflow.status_of(entry.state, entry.status or "") if workflow is not None else None
