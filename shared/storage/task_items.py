"""The item of a task, which should stay under a kilobyte: beyond it, every write costs twice.

So a task names others of its case by their ids within the case, a person who stands in several
places is written once, and a moment that is the same as another one not again.
"""

from dataclasses import replace
from typing import Any

from shared.domain.model.task import Person, Task, TaskId, Timer
from shared.storage.attributes import JSON, MOMENT, NAMES, NUMBER, TEXT, Item
from shared.storage.indexes import task_keys
from shared.storage.keys import TaskKey, absolute_id, case_id_of, key_item, relative_id
from shared.storage.records import CHILDREN, RECEIVED, TASK, join_person, split_person
from shared.storage.schema import SORT
from shared.timestamps import parse, to_text

_RELATIVES = {"parent_id": "parentId", "counts_at": "countsAt", "hold_id": "holdId", "delegate_id": "delegateId"}
(_RECEIVED,) = RECEIVED.attributes
_PEOPLE = ("created_by", "updated_by", "assigned_by", "cancelled_by", "completed_by")


def task_item(task: Task) -> Item:
    """The item of a task, with its place in the queues."""
    item = key_item(TaskKey(task.task_id).address)
    for part in (TASK.pack(task), CHILDREN.pack(task.children), _shortened(task), task_keys(task)):
        item |= part
    return item | RECEIVED.pack(task.end) if task.end is not None else item


def task_of_item(item: Item) -> Task:
    """The task that an item holds."""
    case_id = case_id_of(item)
    task_id = f"{case_id}.{item[SORT]['S'].removeprefix('TASK#')}"
    created_at = MOMENT.unpack(item["createdAt"])
    updated_at = MOMENT.unpack(item["updatedAt"]) if "updatedAt" in item else created_at
    task = TASK.unpack(
        item,
        task_id=task_id,
        case_id=case_id,
        updated_at=updated_at,
        since=MOMENT.unpack(item["since"]) if "since" in item else updated_at,
        children=CHILDREN.unpack(item),
        timers=_timers_of(item, task_id),
        **_relatives_of(item, case_id),
        **_people_of(item),
    )
    received = item.get(_RECEIVED)
    if task.end is None or received is None:
        return task
    return replace(task, end=replace(task.end, received=NUMBER.unpack(received)))


def _shortened(task: Task) -> Item:
    """The attributes that are written shorter than field by field."""
    item = _relatives(task) | _people(task)
    if task.updated_at != task.created_at:
        item["updatedAt"] = MOMENT.pack(task.updated_at)
    if task.since != task.updated_at:
        item["since"] = MOMENT.pack(task.since)
    if task.timers:
        item["timers"] = JSON.pack([_timer(timer, task) for timer in task.timers])
    return item


def _timer(timer: Timer, task: Task) -> list[str]:
    parts = [timer.timer_id, timer.name, timer.action]
    return parts if timer.at == task.due_time else [*parts, to_text(timer.at)]


def _timers_of(item: Item, task_id: TaskId) -> tuple[Timer, ...]:
    rows = JSON.unpack(item["timers"]) if "timers" in item else ()
    return tuple(
        Timer(task_id, timer_id, name, action, parse(at[0] if at else item["dueTime"]["S"]))
        for timer_id, name, action, *at in rows
    )


def _people(task: Task) -> Item:
    """Everybody once, with all that they did."""
    did: dict[Person, list[str]] = {}
    for name in _PEOPLE:
        person = getattr(task, name)
        if person is not None:
            did.setdefault(person, []).append(name.removesuffix("_by"))
    rows = [[" ".join(what), *split_person(person)] for person, what in did.items()]
    return {"people": JSON.pack(rows)} if rows else {}


def _people_of(item: Item) -> dict[str, Person]:
    rows = JSON.unpack(item["people"]) if "people" in item else ()
    return {f"{did}_by": join_person(person) for what, *person in rows for did in what.split()}


def _relatives(task: Task) -> Item:
    item = {}
    for name, attribute in _RELATIVES.items():
        relative = getattr(task, name)
        if relative is not None:
            item[attribute] = TEXT.pack(relative_id(relative, task.case_id))
    if task.prerequisites:
        item["prerequisites"] = NAMES.pack([relative_id(other, task.case_id) for other in task.prerequisites])
    return item


def _relatives_of(item: Item, case_id: str) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: absolute_id(TEXT.unpack(item[attribute]), case_id)
        for name, attribute in _RELATIVES.items()
        if attribute in item
    }
    if "prerequisites" in item:
        values["prerequisites"] = tuple(absolute_id(other, case_id) for other in NAMES.unpack(item["prerequisites"]))
    return values
