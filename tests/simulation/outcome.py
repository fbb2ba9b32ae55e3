"""What a schedule has led to: what must hold of it, and what is compared with serial runs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields

from shared.domain.counts.tally import Counted, Move, Number, Tally, counted_in, difference
from shared.domain.definitions.workflow import Workflow
from shared.domain.drafts.draft import cell_of
from shared.domain.model.ends import End
from shared.domain.model.scene import status_of
from shared.domain.model.task import Case, Children, Edge, Entry, Task, TaskId, Texts, Timer
from shared.domain.trees.holds import is_hold
from shared.engine.loading import workflow_of
from shared.engine.session import Session
from shared.storage.attributes import Item
from shared.storage.case_items import case_of_item, entry_of_item, texts_of_items, timer_of_item
from shared.storage.counts import counted_of_item
from shared.storage.keys import case_id_of
from shared.storage.schema import PARTITION, SORT
from shared.storage.store import Store
from shared.storage.task_items import task_of_item
from shared.storage.tree_items import edge_of_item, holder_of_item
from tests.simulation.table import Memory

Outcome = object
"""A case without ids and times, in a form that can be compared and hashed."""


@dataclass
class Grown:
    """A case as the table holds it."""

    case: Case
    workflow: Workflow
    tasks: dict[TaskId, Task] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    entries: dict[TaskId | None, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    timers: list[Timer] = field(default_factory=list)
    texts: dict[str, list[Item]] = field(default_factory=lambda: defaultdict(list))
    holders: dict[str, TaskId | None] = field(default_factory=dict)
    counted: dict[TaskId, Counted] = field(default_factory=dict)
    messages: int = 0


def cases_of(session: Session, memory: Memory) -> list[Grown]:
    """All cases, by id."""
    found = {}
    for name in sorted({item[PARTITION]["S"] for item in memory.items() if item[SORT]["S"] == "CASE"}):
        items = memory.partition(name)
        case = case_of_item(next(item for item in items if item[SORT]["S"] == "CASE"))
        found[name] = grown = Grown(case, workflow_of(session, case))
        for item in items:
            _sort_in(grown, item)
    return list(found.values())


def _sort_in(grown: Grown, item: Item) -> None:
    kind, *parts = item[SORT]["S"].split("#")
    task_id = f"{case_id_of(item)}.{parts[0]}" if parts else ""
    match kind:
        case "TASK":
            grown.tasks[task_id] = task_of_item(item)
        case "CHILD":
            grown.edges.append(edge_of_item(item))
        case "HISTORY":
            entry = entry_of_item(item)
            grown.entries[entry.task_id].append(entry)
        case "TIMER":
            grown.timers.append(timer_of_item(item))
        case "TEXT":
            grown.texts[task_id].append(item)
        case "LOCK":
            grown.holders[item[SORT]["S"]] = holder_of_item(item)
        case "COUNTED":
            grown.counted[task_id] = counted_of_item(item)
        case "MESSAGE":
            grown.messages += 1


def flaws(grown: Grown, session: Session) -> Iterator[str]:
    """What is wrong with a case once everything is delivered and settled."""
    yield from _tree_flaws(grown)
    yield from _history_flaws(grown)
    yield from _timer_flaws(grown, session)
    if grown.messages:
        yield f"{grown.messages} messages are still under way"
    if grown.case.staged:
        yield "the case is still staged"
    for name, holder in grown.holders.items():
        if holder is not None and not _is_open(grown, holder):
            yield f"{name} is held by {holder}, which is closed or not there"
    for task_id, items in grown.texts.items():
        if task_id not in grown.tasks or grown.tasks[task_id].deleted:
            yield f"{len(items)} texts of {task_id}, which is not there"


def _tree_flaws(grown: Grown) -> Iterator[str]:
    counted: dict[TaskId, Counter[str]] = defaultdict(Counter)
    for edge in grown.edges:
        child = grown.tasks.get(edge.child_id)
        if child is None or edge.parent_id not in grown.tasks:
            yield f"an edge {edge.parent_id} - {edge.child_id} without one of its ends"
            continue
        if edge.hold:
            if _is_open(grown, edge.child_id) and grown.tasks[edge.parent_id].hold_id != edge.child_id:
                yield f"{edge.child_id} is an open hold that {edge.parent_id} does not know"
            continue
        status = status_of(grown.workflow, child)
        if not status.open and edge.counted_version <= 0:
            yield f"{edge.child_id} has closed, and nobody has counted it"
        names = ["open"] if status.open else ["closed"] + ["completed"] * status.completed
        counted[edge.counts_at].update(names)
        counted[edge.counts_at].update(f"same_{name}" for name in names if edge.same_type)
    for task_id, task in grown.tasks.items():
        if task.children != Children(**counted[task_id]):
            yield f"{task_id} counts {task.children}, its edges {dict(counted[task_id])}"
        if task.hold_id is not None and not (_is_open(grown, task.hold_id) and _is_open(grown, task_id)):
            yield f"{task_id} is held by {task.hold_id}, and one of them is closed"
        if task.staged:
            yield f"{task_id} is still staged"


def _history_flaws(grown: Grown) -> Iterator[str]:
    if grown.entries.keys() - {None} != grown.tasks.keys():
        yield "there are tasks without history, or histories without task"
    for task_id, task in grown.tasks.items():
        entries = sorted(grown.entries[task_id], key=lambda entry: entry.version)
        if [entry.version for entry in entries] != list(range(1, task.version + 1)):
            yield f"{task_id} has version {task.version}, its history {[entry.version for entry in entries]}"
        last = entries[-1] if entries else None
        if last and (last.state, last.status, last.assigned_party) != (task.state, task.status, task.assigned_party):
            yield f"the history of {task_id} ends with {last.status}, but the task is {task.status}"
    if len(grown.entries[None]) != grown.case.version and not grown.case.staged:
        yield f"the case has version {grown.case.version}, but {len(grown.entries[None])} entries"


def _timer_flaws(grown: Grown, session: Session) -> Iterator[str]:
    named = {timer for task in grown.tasks.values() for timer in task.timers}
    if named != set(grown.timers):
        yield f"timers run that no task names, or the other way round: {named.symmetric_difference(grown.timers)}"
    for timer in grown.timers:
        if timer.at <= session.now():
            yield f"the timer {timer.name} of {timer.task_id} is overdue"
        if not _is_open(grown, timer.task_id):
            yield f"the timer {timer.name} of {timer.task_id} runs, and the task is closed"


def _is_open(grown: Grown, task_id: TaskId) -> bool:
    task = grown.tasks.get(task_id)
    return task is not None and status_of(grown.workflow, task).open


def miscounted(store: Store, grown: Sequence[Grown]) -> Iterator[str]:
    """Where the queues' numbers are not the sum of what the tasks are counted as, or that is not what they are."""
    moves = [Move(task_id, None, counted) for one in grown for task_id, counted in one.counted.items()]
    expected = _numbers(difference(moves))
    queues = {task.queue for one in grown for task in one.tasks.values() if task.queue}
    kept: Counter[tuple[Tally, Number]] = Counter()
    for queue in queues | {tally.queue for tally, _ in expected}:
        kept += _numbers(store.queue_tallies(queue, first="0"))
    if expected != kept:
        yield f"the queues count {dict(kept)}, the tasks {dict(expected)}"
    for one in grown:
        for task_id, task in one.tasks.items():
            counted, status = one.counted.get(task_id, Counted()), status_of(one.workflow, task)
            right = counted_in(cell_of(task, status), task)
            if (counted.cell, counted.standing) != (right.cell, right.standing):
                yield f"{task_id} is counted as {counted}, but is {right}"


def _numbers(tallies: Mapping[Tally, Mapping[Number, int]]) -> Counter[tuple[Tally, Number]]:
    """The numbers that are not zero."""
    return Counter({(tally, number): n for tally, numbers in tallies.items() for number, n in numbers.items() if n})


def together(grown: Iterable[Grown]) -> Outcome:
    """All cases, in no order."""
    return tuple(sorted((outcome_of(one) for one in grown), key=repr))


def outcome_of(grown: Grown) -> Outcome:
    """The case as a forest of tasks, in no order, each with what it is, what people did with it, and what is below."""
    below: dict[TaskId | None, list[TaskId]] = defaultdict(list)
    for task in grown.tasks.values():
        below[task.parent_id].append(task.task_id)
    forest = _sorted(_tree_of(grown, below, task_id) for task_id in below[None])
    return (compared(grown.case), _did(grown, None), forest)


def _tree_of(grown: Grown, below: Mapping[TaskId | None, list[TaskId]], task_id: TaskId) -> Outcome:
    children = _sorted(_tree_of(grown, below, child) for child in below.get(task_id, ()))
    return (*_self_of(grown, grown.tasks[task_id]), _did(grown, task_id), children)


def _self_of(grown: Grown, task: Task) -> tuple[Outcome, ...]:
    texts = texts_of_items(grown.texts.get(task.task_id, ()))
    waits = _sorted((grown.tasks[p].type, grown.tasks[p].status) for p in task.prerequisites if p in grown.tasks)
    timers = _sorted(timer.name for timer in task.timers)
    end = compared(task.end) if task.end is not None else ""
    return compared(task), end, timers, waits, is_hold(grown.workflow, task), _flat(texts)


NOT_COMPARED = frozenset(
    {"task_id", "case_id", "created_at", "updated_at", "updated_by", "since", "version", "graph_version"}
    | {"waiting", "working"}
)
"""What depends on the order, and is right in each: whoever was last, when, and how often hooks came by in between.

Histories tell who did what, and are compared. What a timer ends by itself at the very end has waited longer.
"""
ONLY_WHETHER_SET = frozenset(
    {"parent_id", "counts_at", "hold_id", "delegate_id", "new_case_id", "original_case_id", "root_id", "connection_id"}
    | {"due_time", "assigned_at", "started_at", "placed_on_hold_at", "closed_at", "local"}
)
"""Ids, which no two runs share, and times: only whether they are there. What is where, the tree says."""
COMPARED_APART = frozenset({"timers", "prerequisites", "end"})
"""Compared by more than their value: a timer by its name, a prerequisite by what it is, an end by its own fields."""


def compared(value: Task | Case | End) -> str:
    """What is compared of the value itself: every field, but those that are left out by name."""
    return repr([_comparable(name, getattr(value, name)) for name in _COMPARED[type(value)]])


_COMPARED = {
    kind: tuple(field.name for field in fields(kind) if field.name not in NOT_COMPARED | COMPARED_APART)
    for kind in (Task, Case, End)
}


def _comparable(name: str, value: object) -> object:
    if name in ONLY_WHETHER_SET:
        return value is not None
    return sorted(value.items()) if isinstance(value, Mapping) else value


def _did(grown: Grown, task_id: TaskId | None) -> tuple[str, ...]:
    """What people did with it, in order; when something happened to it by the way may differ."""
    entries = sorted(grown.entries.get(task_id, ()), key=lambda entry: entry.version)
    known = grown.workflow.actions_of(grown.tasks[task_id].type) if task_id else {e.action for e in entries}
    return tuple(entry.action for entry in entries if entry.created_by is not None and entry.action in known)


def _flat(value: Mapping[str, object] | Texts) -> str:
    return repr(sorted(value.items())) if isinstance(value, Mapping) else repr(value)


def _sorted(values: Iterable[Outcome]) -> tuple[Outcome, ...]:
    return tuple(sorted(values, key=repr))
