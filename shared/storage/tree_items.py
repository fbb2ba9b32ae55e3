"""The items that make a case a tree: edges from parents to children, and locks."""

from shared.domain.model.task import Edge, TaskId, case_of, local_id
from shared.storage.attributes import FLAG, NUMBER, TEXT, Item, Record
from shared.storage.keys import Address, EdgeKey, absolute_id, case_id_of, key_item, relative_id
from shared.storage.schema import SORT

_EDGE = Record(
    Edge,
    {"same_type": FLAG, "hold": FLAG, "counted_version": NUMBER, "counted_completed": FLAG},
    always=frozenset({"counted_version"}),
)


def edge_item(edge: Edge) -> Item:
    """The item of an edge; it names the task at which it counts only where that is not the parent."""
    item = key_item(EdgeKey(edge.parent_id, edge.child_id).address) | _EDGE.pack(edge)
    if edge.counts_at != edge.parent_id:
        item["countsAt"] = TEXT.pack(relative_id(edge.counts_at, case_of(edge.parent_id)))
    return item


def edge_of_item(item: Item) -> Edge:
    """The edge that an item holds."""
    case_id = case_id_of(item)
    _, parent, child = item[SORT]["S"].split("#")
    counts_at = TEXT.unpack(item["countsAt"]) if "countsAt" in item else parent
    ids = {"parent_id": parent, "child_id": child, "counts_at": counts_at}
    return _EDGE.unpack(item, **{name: absolute_id(short, case_id) for name, short in ids.items()})


def lock_item(task_id: TaskId, name: str) -> Item:
    """The item of a lock while the task holds it; its holders are a set, from which a task takes only itself."""
    return key_item(Address(f"CASE#{case_of(task_id)}", f"LOCK#{name}")) | {"heldBy": {"SS": [local_id(task_id)]}}


def holder_of_item(item: Item) -> TaskId | None:
    """The task that holds the lock; one that was released stays behind without a holder."""
    held_by = item.get("heldBy", {}).get("SS", ())
    return f"{case_id_of(item)}.{held_by[0]}" if held_by else None
