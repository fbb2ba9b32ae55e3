"""The items of a case beside its tasks: the case itself, history, timers, long texts, who waits for whom.

`PK` is the case, `SK` the item within it; both carry the ids, so no attribute repeats them.
"""

from collections.abc import Iterable
from dataclasses import replace

from shared.domain.model.task import Case, Entry, Link, TaskId, Texts, Timer, local_id
from shared.storage import indexes, keys
from shared.storage.attributes import LISTED_NAMES, NUMBER, TEXT, Item
from shared.storage.keys import CaseKey, case_id_of, key_item, within_case
from shared.storage.records import CASE, ENTRY, LINKS, TIMER
from shared.storage.schema import PARTITION, SORT


def case_item(case: Case) -> Item:
    """The item of a case."""
    return key_item(CaseKey(case.case_id).address) | CASE.pack(case)


def case_of_item(item: Item) -> Case:
    """The case that an item holds."""
    return CASE.unpack(item, case_id=case_id_of(item))


def entry_item(entry: Entry) -> Item:
    """The item of a history entry, with its place in the timeline of its case, if it is of one."""
    listed = indexes.entry_keys(entry) if entry.connection_id is None else {}
    return key_item(keys.history_of(entry)) | ENTRY.pack(entry) | listed


def entry_of_item(item: Item) -> Entry:
    """The history entry that an item holds; also as a stream record brings it."""
    kind, _, identifier = item[PARTITION]["S"].partition("#")
    *_, version = item[SORT]["S"].split("#")
    known = {"version": int(version), "created_by": None}
    if kind == "CONNECTION":
        return ENTRY.unpack(item, case_id="", task_id=None, connection_id=identifier, **known)
    case_id = case_id_of(item)
    _, subject, _ = item[SORT]["S"].split("#")
    task_id = None if subject == "CASE" else f"{case_id}.{subject}"
    return ENTRY.unpack(item, case_id=case_id, task_id=task_id, **known)


def timer_item(timer: Timer) -> Item:
    """The item of a timer, with its place among all that are due."""
    return key_item(within_case(timer.task_id, "TIMER", timer.timer_id)) | TIMER.pack(timer) | indexes.timer_keys(timer)


def timer_of_item(item: Item) -> Timer:
    """The timer that an item holds."""
    _, local, timer_id = item[SORT]["S"].split("#", 2)
    return TIMER.unpack(item, task_id=f"{case_id_of(item)}.{local}", timer_id=timer_id)


def first_texts_item(task_id: TaskId, texts: Texts) -> Item:
    """The item of the texts that a task began with; what was written later stands in items behind it."""
    item = key_item(within_case(task_id, "TEXT", "BEGINNING"))
    if texts.description is not None:
        item["description"] = TEXT.pack(texts.description)
    if texts.instructions:
        item["instructions"] = LISTED_NAMES.pack(texts.instructions)
    if texts.links:
        item["links"] = LINKS.pack(texts.links)
    return item


def description_item(task_id: TaskId, text: str) -> Item:
    """The item of a task's description."""
    return key_item(within_case(task_id, "TEXT", "DESCRIPTION")) | {"text": TEXT.pack(text)}


def instruction_item(task_id: TaskId, number: int, text: str) -> Item:
    """The item of one instruction; they sort by number."""
    return key_item(within_case(task_id, "TEXT", "INSTRUCTION", f"{number:06}")) | {"text": TEXT.pack(text)}


def links_item(task_id: TaskId, number: int, links: tuple[Link, ...]) -> Item:
    """The item of a task's links, which stand in place of those that came before this version of the task."""
    item = key_item(within_case(task_id, "TEXT", "LINKS"))
    return item | {"links": LINKS.pack(links), "number": NUMBER.pack(number)}


def added_links_item(task_id: TaskId, number: int, links: tuple[Link, ...]) -> Item:
    """The item of links that a task has as well; they sort by number, behind those above."""
    return key_item(within_case(task_id, "TEXT", "LINKS", f"{number:06}")) | {"links": LINKS.pack(links)}


def texts_of_items(items: Iterable[Item]) -> Texts:
    """The long texts of a task, from their items in the order of their keys: later ones replace the first."""
    texts, replaced = Texts(), 0
    for item in items:
        match item[SORT]["S"].split("#")[2:]:
            case ["BEGINNING"]:
                texts = _first_texts_of_item(item)
            case ["DESCRIPTION"]:
                texts = replace(texts, description=TEXT.unpack(item["text"]) or None)
            case ["INSTRUCTION", _]:
                texts = replace(texts, instructions=(*texts.instructions, TEXT.unpack(item["text"])))
            case ["LINKS"]:
                texts = replace(texts, links=LINKS.unpack(item["links"]))
                replaced = NUMBER.unpack(item["number"]) if "number" in item else 0
            case ["LINKS", number] if int(number) > replaced:
                texts = replace(texts, links=(*texts.links, *LINKS.unpack(item["links"])))
    return texts


def _first_texts_of_item(item: Item) -> Texts:
    return Texts(
        TEXT.unpack(item["description"]) if "description" in item else None,
        LISTED_NAMES.unpack(item["instructions"]) if "instructions" in item else (),
        LINKS.unpack(item["links"]) if "links" in item else (),
    )


def dependent_item(prerequisite: TaskId, task_id: TaskId) -> Item:
    """The item that says that one task waits for another of its case."""
    return key_item(within_case(prerequisite, "DEPENDENT", local_id(task_id)))


def dependent_of_item(item: Item) -> TaskId:
    """The task that waits."""
    return f"{case_id_of(item)}.{item[SORT]['S'].split('#')[2]}"
