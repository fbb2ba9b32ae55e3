"""What must hold of edges: each ties a child to its parent, and the parent's counters are what they add up to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from shared.domain.doctor.finding import Finding, Mend
from shared.domain.doctor.treatment import Treatment
from shared.domain.doctor.whole import Chart
from shared.domain.model.task import Edge, Task, TaskId
from shared.domain.model.writes import ChangeEdge, CreateEdge, DeleteEdge, Write
from shared.domain.trees.child_counters import counters_of
from shared.domain.trees.holds import is_hold

NAME = "edge-matches-parent"


def no_circle(chart: Chart) -> Iterator[Finding]:
    """No task stands below itself."""
    for task in chart.tasks.values():
        above, seen = chart.tasks.get(task.parent_id or ""), set[TaskId]()
        while above is not None and above.task_id not in seen:
            seen.add(above.task_id)
            above = chart.tasks.get(above.parent_id or "")
        if task.task_id in seen:
            detail = f"{task.task_id} stands below itself."
            yield Finding(NAME, (task.task_id,), detail, "Restore the tasks from a backup.", "hand", about="circle")


def matches(chart: Chart) -> Iterator[Finding]:
    """Every task below another one has an edge from that; every edge ties a task to its parent."""
    for edge in chart.whole.edges:
        yield from _of_edge(chart, edge)
    known = {(edge.parent_id, edge.child_id): edge for edge in chart.whole.edges}
    tied = {edge.child_id for edge in chart.whole.edges}
    for task in chart.tasks.values():
        if task.parent_id is None:
            if task.task_id not in tied and task.task_id != chart.whole.case.root_id:
                yield from _parentless(chart, task)
        elif task.parent_id not in chart.tasks:
            yield _orphan(task, f"{task.task_id} stands under {task.parent_id}, which is not there.")
        else:
            yield from _of_task(chart, task, known.get((task.parent_id, task.task_id)))


def _of_edge(chart: Chart, edge: Edge) -> Iterator[Finding]:
    child = chart.tasks.get(edge.child_id)
    if child is not None and child.parent_id == edge.parent_id:
        return
    ids = tuple(task_id for task_id in (edge.child_id, edge.parent_id) if task_id in chart.tasks)
    detail = f"An edge says that {edge.child_id} stands under {edge.parent_id}, and that task does not."
    alone = [other.child_id for other in chart.whole.edges].count(edge.child_id) == 1
    if child is not None and child.parent_id is None and alone and edge.parent_id in chart.tasks:
        repair = f"{child.task_id} stands under {edge.parent_id}."
        yield Finding(NAME, ids, detail, repair, about=edge.parent_id, mend=_placing(chart, child, edge, repair))
        return
    repair = "The edge is taken away."
    mend = _tying(chart, ids[0] if ids else None, detail, DeleteEdge(edge))
    yield Finding(NAME, ids, detail, repair, about=f"{edge.parent_id} {edge.child_id}", mend=mend)


def _of_task(chart: Chart, task: Task, edge: Edge | None) -> Iterator[Finding]:
    hold, parent_id = is_hold(chart.workflow, task), task.parent_id or ""
    if edge is None:
        detail = f"No edge says that {task.task_id} stands under {parent_id}."
        made = Edge(parent_id, task.task_id, parent_id if hold else task.counts_at or parent_id)
        mend = _tying(chart, task.task_id, detail, CreateEdge(_counted(chart, made, task)))
        yield Finding(NAME, (task.task_id, parent_id), detail, "The edge is made again.", mend=mend)
        return
    if not hold and task.counts_at not in chart.tasks:
        repair = f"It counts at {edge.counts_at}."
        detail = f"{task.task_id} does not say at which task it counts."
        mend = _placing(chart, task, edge, repair)
        yield Finding(NAME, (task.task_id,), detail, repair, about="counts at", mend=mend)
        return
    counts_at = parent_id if hold else task.counts_at or ""
    right = replace(edge, counts_at=counts_at, hold=hold, same_type=task.is_delegate)
    if edge != right:
        detail = f"The edge from {parent_id} to {task.task_id} is not what the task says."
        mend = _tying(chart, task.task_id, detail, ChangeEdge(edge, right))
        yield Finding(NAME, (task.task_id,), detail, "The edge says what the task says.", about="edge", mend=mend)


def _parentless(chart: Chart, task: Task) -> Iterator[Finding]:
    if chart.workflow.types[task.type].parents:
        yield _orphan(task, f"{task.task_id} is a {task.type}, and stands under no task.")


def _orphan(task: Task, detail: str) -> Finding:
    return Finding(NAME, (task.task_id,), detail, "Restore what it stands under from a backup.", "hand", about="orphan")


def _counted(chart: Chart, edge: Edge, task: Task) -> Edge:
    """The edge of the task, which counts it as what it is: its counters are put right by what they add up to."""
    hold, status = is_hold(chart.workflow, task), chart.status(task)
    closed = not status.open and not hold
    return replace(
        edge,
        same_type=task.is_delegate,
        hold=hold,
        counted_version=task.version if closed else 0,
        counted_completed=closed and status.completed,
    )


def _placing(chart: Chart, task: Task, edge: Edge, note: str) -> Mend:
    counts_at = None if is_hold(chart.workflow, task) else edge.counts_at
    return lambda treatment: treatment.draft(task, note).set(parent_id=edge.parent_id, counts_at=counts_at)


def _tying(chart: Chart, told: TaskId | None, note: str, write: CreateEdge | ChangeEdge | DeleteEdge) -> Mend:
    """The edge is written, and counted where it counts, and where it did."""
    edges = (write.before, write.after) if isinstance(write, ChangeEdge) else (write.edge,)
    above = tuple(dict.fromkeys(edge.counts_at for edge in edges if edge.counts_at in chart.tasks))

    def mend(treatment: Treatment) -> None:
        treatment.write(write)
        treatment.tell(told, note)
        for task_id in above:
            treatment.count_anew(chart.tasks[task_id], note)

    return mend


def counts_match(chart: Chart) -> Iterator[Finding]:
    """The counters of every task are what the edges add up to, and no edge counts a child as what it is not."""
    at = defaultdict[TaskId, list[tuple[Edge, Edge]]](list)
    for edge in chart.whole.edges:
        at[edge.counts_at].append((edge, _right(chart, edge)))
    for task in chart.tasks.values():
        pairs = at[task.task_id]
        children = counters_of(right for _, right in pairs)
        wrong = [(edge, right) for edge, right in pairs if edge != right]
        if children == task.children and not wrong:
            continue
        detail = f"{task.task_id} counts {task.children.open} open children and {task.children.closed} closed ones; "
        detail += f"its edges add up to {children.open} and {children.closed}."
        ids = (task.task_id, *(edge.child_id for edge, _ in wrong))
        mend = _recounting(task, (ChangeEdge(edge, right) for edge, right in wrong), detail)
        yield Finding("counts-match", ids, detail, "It counts what its edges add up to.", mend=mend)


def _right(chart: Chart, edge: Edge) -> Edge:
    """The edge, without what it counts and is not so; a closing that it has not counted yet is owed, not wrong."""
    child = chart.tasks.get(edge.child_id)
    if edge.counted_version <= 0 or child is None:
        return edge
    status = chart.status(child)
    if edge.hold or status.open:
        return replace(edge, counted_version=0, counted_completed=False)
    return replace(edge, counted_completed=status.completed)


def _recounting(task: Task, writes: Iterable[Write], note: str) -> Mend:
    changes = tuple(writes)

    def mend(treatment: Treatment) -> None:
        treatment.write(*changes)
        treatment.count_anew(task, note)

    return mend
