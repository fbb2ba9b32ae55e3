"""What a reader of a timeline is shown: work that was passed on is one event, and has one entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from shared.domain.definitions.vocabulary import CHILDREN_CLOSED
from shared.domain.definitions.workflow import Status, Workflow
from shared.domain.model.task import Entry, Task, TaskId


def looked_at(workflow: Workflow, entries: Sequence[Entry]) -> set[TaskId]:
    """The tasks of which has to be known whether they are delegates: of most entries they need not be read."""
    alike = Counter((entry.commit_id, entry.type) for entry in entries)
    return {
        entry.task_id
        for entry in entries
        if entry.task_id is not None and (alike[entry.commit_id, entry.type] > 1 or _is_cascade(workflow, entry))
    }


def told_once(
    workflow: Workflow, entries: Iterable[Entry], beside: Iterable[Entry], tasks: Mapping[TaskId, Task], *, whole: bool
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
        if entry.task_id in above and not _is_cascade(workflow, entry)
    }
    passed_on = set(above.values())
    for entry in entries:
        parent = above.get(entry.task_id or "")
        at_once = (entry.commit_id, entry.task_id) in of_delegates and not _status(workflow, entry).active
        afterwards = _is_followed(workflow, entry) and (whole or entry.task_id in passed_on)
        with_parent = _is_cascade(workflow, entry) and parent is not None and (whole or parent in tasks)
        if not (at_once or afterwards or with_parent):
            yield entry


def _is_followed(workflow: Workflow, entry: Entry) -> bool:
    """Whether the engine closed the task because its delegates had closed."""
    task_type = workflow.types.get(entry.type or "")
    delegates = task_type is not None and task_type.ends in ("when_delegated", "at_once")
    return delegates and entry.action == CHILDREN_CLOSED and not _status(workflow, entry).open


def _is_cascade(workflow: Workflow, entry: Entry) -> bool:
    """Whether the engine ended the task because one above it was."""
    return workflow.tree is not None and entry.action == workflow.tree.cascade and entry.created_by is None


def _status(workflow: Workflow, entry: Entry) -> Status:
    """The status of the entry's task."""
    return next(s for s in workflow.statuses.values() if (s.state, s.status) == (entry.state, entry.status))
