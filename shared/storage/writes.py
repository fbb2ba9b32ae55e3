"""What each write of a plan does to which items, and under which condition."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import reduce, singledispatch

from pynamodb.expressions.condition import And, Condition, Or
from pynamodb.expressions.operand import Path

from shared.domain.model import writes as p
from shared.domain.model.plan import Plan
from shared.domain.model.writes import Write
from shared.storage import case_items as cases
from shared.storage import end_items as ends
from shared.storage import people_items as people
from shared.storage import tree_items as tree
from shared.storage.actions import Action, changing, distinct
from shared.storage.attributes import Item
from shared.storage.indexes import TASK_PLACES
from shared.storage.keys import history_of, key_item
from shared.storage.records import CHILDREN, RECEIVED
from shared.storage.schema import PARTITION, TIMELINE
from shared.storage.task_items import task_item

_OPEN_CHILDREN = "childrenOpen"
UNKNOWN = "?"
"""Stands for an index key whose value is not known: no key of a task equals it, so each is written."""
_NEW = Path(PARTITION).does_not_exist()
_PINNED = ("workflowVersion",)
_OPEN = Path("state") == {"S": "open"}


def actions(plan: Plan) -> list[Action]:
    """The actions of the plan's writes, in their order."""
    return distinct(action for write in plan.writes for action in actions_of(write))


@singledispatch
def actions_of(write: Write) -> Iterator[Action]:
    """The actions of one write."""
    raise TypeError(f"no way to write {write!r}")


@actions_of.register
def _(write: p.CreateCase) -> Iterator[Action]:
    yield Action("put", write, after=cases.case_item(write.case), condition=_NEW)


@actions_of.register
def _(write: p.ChangeCase) -> Iterator[Action]:
    before, after = cases.case_item(write.before), cases.case_item(write.after)
    unchanged = _version(write.before.version)
    if write.after.graph_version != write.before.graph_version:
        unchanged &= Path("graphVersion") == before["graphVersion"]
    yield changing(write, before, after, unchanged)


@actions_of.register
def _(write: p.CheckCaseOpen) -> Iterator[Action]:
    item = cases.case_item(write.case)
    yield Action("check", write, item, item, condition=_OPEN & _unchanged(item, _PINNED))


@actions_of.register
def _(write: p.CheckPinned) -> Iterator[Action]:
    item = cases.case_item(write.case)
    yield Action("check", write, item, item, condition=_unchanged(item, _PINNED))


@actions_of.register
def _(write: p.CheckCase) -> Iterator[Action]:
    item = cases.case_item(write.case)
    yield Action("check", write, item, item, condition=_version(write.case.version))


@actions_of.register
def _(write: p.AdvanceGraph) -> Iterator[Action]:
    number = write.case.graph_version
    after = replace(write.case, graph_version=number + 1)
    unchanged = (Path("graphVersion") == {"N": str(number)}) & _OPEN
    yield changing(write, cases.case_item(write.case), cases.case_item(after), unchanged)


@actions_of.register
def _(write: p.GrowGraph) -> Iterator[Action]:
    before = cases.case_item(write.case)
    after = cases.case_item(replace(write.case, graph_version=write.case.graph_version + 1))
    more = Path("graphVersion").add({"N": "1"})
    yield Action("update", write, before, after, _OPEN & _unchanged(before, _PINNED), (more,))


@actions_of.register
def _(write: p.CreateTask) -> Iterator[Action]:
    yield Action("put", write, after=task_item(write.task), condition=_NEW)


@actions_of.register
def _(write: p.ChangeTask) -> Iterator[Action]:
    before = task_item(write.before)
    condition = _version(write.before.version)
    if write.counters:
        condition &= _unchanged(before, CHILDREN.attributes)
    if write.reassigns:
        condition &= _unchanged(before, RECEIVED.attributes)
    known = _listed_nowhere(before) if write.listed_anew else before
    yield changing(write, known, task_item(write.after), condition)


@actions_of.register
def _(write: p.CheckTask) -> Iterator[Action]:
    item = task_item(write.task)
    condition = _version(write.task.version) & _unchanged(item, CHILDREN.attributes)
    yield Action("check", write, item, item, condition=condition)


@actions_of.register
def _(write: p.ChangeCounters) -> Iterator[Action]:
    before = task_item(write.before)
    condition = _unchanged(before, ("state", "status", "holdId", *_PINNED))
    if write.not_last:
        closed = write.before.children.open - write.after.children.open
        condition &= Path(_OPEN_CHILDREN) > {"N": str(closed)}
    yield changing(write, before, task_item(write.after), condition)


@actions_of.register
def _(write: p.CreateEdge) -> Iterator[Action]:
    yield Action("put", write, after=tree.edge_item(write.edge), condition=_NEW)


@actions_of.register
def _(write: p.ChangeEdge) -> Iterator[Action]:
    before = tree.edge_item(write.before)
    yield changing(write, before, tree.edge_item(write.after), _unchanged(before, ("countedVersion",)))


@actions_of.register
def _(write: p.DeleteEdge) -> Iterator[Action]:
    item = tree.edge_item(write.edge)
    yield Action("delete", write, item, condition=_unchanged(item, ("countedVersion",)))


@actions_of.register
def _(write: p.TakeLock) -> Iterator[Action]:
    item = tree.lock_item(write.task_id, write.name)
    holders = Path("heldBy")
    free = holders.does_not_exist() | (holders == item["heldBy"])
    yield Action("update", write, after=item, condition=free, updates=(holders.add(item["heldBy"]),))


@actions_of.register
def _(write: p.ReleaseLock) -> Iterator[Action]:
    item = tree.lock_item(write.task_id, write.name)
    yield Action("update", write, item, updates=(Path("heldBy").delete(item["heldBy"]),))


@actions_of.register
def _(write: p.PassLock) -> Iterator[Action]:
    before, after = tree.lock_item(write.task_id, write.name), tree.lock_item(write.to, write.name)
    holders = Path("heldBy")
    free = (holders == before["heldBy"]) | holders.does_not_exist() | (holders == after["heldBy"])
    yield Action("update", write, before, after, free, (holders.set(after["heldBy"]),))


@actions_of.register
def _(write: p.AddEntry) -> Iterator[Action]:
    yield Action("put", write, after=cases.entry_item(write.entry), condition=_NEW)


@actions_of.register
def _(write: p.ListEntry) -> Iterator[Action]:
    item, there = cases.entry_item(write.entry), key_item(history_of(write.entry))
    yield changing(write, there, there | {TIMELINE.sort: item[TIMELINE.sort]}, Path(PARTITION).exists())


@actions_of.register
def _(write: p.PutFirstTexts) -> Iterator[Action]:
    yield Action("put", write, after=cases.first_texts_item(write.task_id, write.texts))


@actions_of.register
def _(write: p.PutDescription) -> Iterator[Action]:
    # An empty text is kept: it stands in front of the description that the task began with.
    yield Action("put", write, after=cases.description_item(write.task_id, write.text))


@actions_of.register
def _(write: p.PutLinks) -> Iterator[Action]:
    yield Action("put", write, after=cases.links_item(write.task_id, write.number, write.links))


@actions_of.register
def _(write: p.AddLinks) -> Iterator[Action]:
    yield Action("put", write, after=cases.added_links_item(write.task_id, write.number, write.links))


@actions_of.register
def _(write: p.AddInstruction) -> Iterator[Action]:
    yield Action("put", write, after=cases.instruction_item(write.task_id, write.number, write.text))


@actions_of.register
def _(write: p.AddDependent) -> Iterator[Action]:
    yield Action("put", write, after=cases.dependent_item(write.prerequisite, write.task_id))


@actions_of.register
def _(write: p.RemoveDependent) -> Iterator[Action]:
    yield Action("delete", write, cases.dependent_item(write.prerequisite, write.task_id))


@actions_of.register
def _(write: p.PutTimer) -> Iterator[Action]:
    yield Action("put", write, after=cases.timer_item(write.timer))


@actions_of.register
def _(write: p.DeleteTimer) -> Iterator[Action]:
    item = cases.timer_item(write.timer)
    # A timer of the same id that was put in its place is another one.
    yield Action("delete", write, item, condition=Path("at") == item["at"] if write.must_exist else None)


@actions_of.register
def _(write: p.PutMessage) -> Iterator[Action]:
    yield Action("put", write, after=ends.message_item(write.message), condition=_NEW)


@actions_of.register
def _(write: p.DeleteMessage) -> Iterator[Action]:
    yield Action("delete", write, ends.message_item(write.message), condition=Path(PARTITION).exists())


@actions_of.register
def _(write: p.CreateConnection) -> Iterator[Action]:
    yield Action("put", write, after=ends.connection_item(write.connection), condition=_NEW)


@actions_of.register
def _(write: p.ChangeConnection) -> Iterator[Action]:
    before, after = ends.connection_item(write.before), ends.connection_item(write.after)
    yield changing(write, before, after, _version(write.before.version))


@actions_of.register
def _(write: p.ListConnection) -> Iterator[Action]:
    yield Action("put", write, after=ends.listed_connection_item(write.organization_id, write.connection_id))


@actions_of.register
def _(write: p.PutTie) -> Iterator[Action]:
    yield Action("put", write, after=ends.tie_item(write.tie), condition=_NEW)


@actions_of.register
def _(write: p.PutRequest) -> Iterator[Action]:
    expired = Path("expires") < {"N": str(write.now)}
    yield Action("put", write, after=people.request_item(write), condition=_NEW | expired)


@actions_of.register
def _(write: p.PutUser) -> Iterator[Action]:
    yield Action("put", write, after=people.user_item(write.user), condition=_previous(write.previous))


@actions_of.register
def _(write: p.PutOrganization) -> Iterator[Action]:
    item = people.organization_item(write.organization)
    yield Action("put", write, after=item, condition=_previous(write.previous))
    yield Action("put", write, after=people.listed_organization_item(write.organization))


@actions_of.register
def _(write: p.CheckOrganization) -> Iterator[Action]:
    item = people.organization_item(write.organization)
    yield Action("check", write, item, item, condition=_version(write.organization.version))


@actions_of.register
def _(write: p.PassTurn) -> Iterator[Action]:
    last = Path("userId")
    unchanged = last.does_not_exist() if write.previous is None else last == {"S": write.previous}
    yield Action("put", write, after=people.turn_item(write.organization_id, write.user_id), condition=unchanged)


@actions_of.register
def _(write: p.PutMember) -> Iterator[Action]:
    yield Action("put", write, after=people.member_item(write.organization_id, write.user_id, write.membership))


@actions_of.register
def _(write: p.DeleteMember) -> Iterator[Action]:
    yield Action("delete", write, people.unlisted_member_item(write.organization_id, write.user_id))


def _listed_nowhere(item: Item) -> Item:
    """The item as if nobody knew its places in the indexes, so that each is set or taken away."""
    return item | {name: {"S": UNKNOWN} for name in TASK_PLACES}


def _unchanged(before: Item, names: Iterable[str]) -> Condition:
    """Each of the attributes is as it was.

    One that was not there may be 0 by now: a counter that went up and down again stays as a number.
    """
    same: list[Condition] = [Path(n) == before[n] if n in before else _nothing(n) for n in names]
    return reduce(And, same)


def _nothing(name: str) -> Condition:
    return Or(Path(name).does_not_exist(), Path(name) == {"N": "0"})


def _version(number: int) -> Condition:
    return Path("version") == {"N": str(number)}


def _previous(version: int | None) -> Condition:
    return _NEW if version is None else _version(version)
