import dataclasses
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given

from shared.domain.model.ends import End
from shared.domain.model.task import Link, Task, Texts
from shared.storage import case_items, end_items, people_items
from shared.storage.sizes import size_of
from shared.storage.task_items import task_item, task_of_item
from tests.storage import examples

CASES = [examples.BARE_CASE, examples.FULL_CASE]
TASKS = [examples.BARE_TASK, examples.FULL_TASK, examples.TYPICAL_TASK]
ENTRIES = [examples.BARE_ENTRY, examples.FULL_ENTRY, examples.CONNECTION_ENTRY]
FULL = [
    (examples.FULL_CASE,),
    (examples.FULL_TASK,),
    # An entry is of a task or of a connection.
    (examples.FULL_ENTRY, examples.CONNECTION_ENTRY),
    (examples.FULL_USER,),
    (examples.FULL_TASK.end,),
    (examples.CONNECTION,),
    (examples.MESSAGE,),
    (examples.TIE,),
]


@pytest.mark.parametrize("values", FULL)
def test_the_full_examples_leave_no_field_out(values: tuple[Any, ...]) -> None:
    """The examples that say so have every field different from its default, so a round trip shows all of them."""
    for field in dataclasses.fields(values[0]):
        assert any(getattr(value, field.name) != field.default for value in values), field.name


@pytest.mark.parametrize("case", CASES)
def test_a_case_comes_back_as_it_was(case: Any) -> None:
    """A case is read as it was written, with every field set or with none."""
    assert case_items.case_of_item(case_items.case_item(case)) == case


@pytest.mark.parametrize("task", TASKS)
def test_a_task_comes_back_as_it_was(task: Task) -> None:
    """A task is read as it was written, with every field set or with none."""
    assert task_of_item(task_item(task)) == task


@given(examples.tasks())
def test_any_task_comes_back_as_it_was(task: Task) -> None:
    """Whatever texts, numbers and ids a task holds, it is read as it was written."""
    assert task_of_item(task_item(task)) == task


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_entry_comes_back_as_it_was(entry: Any) -> None:
    """A history entry, of a task or of a case, is read as it was written."""
    assert case_items.entry_of_item(case_items.entry_item(entry)) == entry


def test_what_two_ends_have_comes_back_as_it_was() -> None:
    """A message, a connection, the list of an organization's connections, and a tie are read as they were written."""
    assert end_items.message_of_item(end_items.message_item(examples.MESSAGE)) == examples.MESSAGE
    assert end_items.connection_of_item(end_items.connection_item(examples.CONNECTION)) == examples.CONNECTION
    assert end_items.tie_of_item(end_items.tie_item(examples.TIE)) == examples.TIE
    listed = end_items.listed_connection_item("acme", examples.CONNECTION.id)
    assert end_items.listed_connection_of_item(listed) == examples.CONNECTION.id


def test_an_end_of_which_nothing_is_said_takes_no_room() -> None:
    """What a standalone task knows of its end is nothing but that it is one."""
    task = dataclasses.replace(examples.BARE_TASK, end=End())
    assert task_item(task)["end"] == {"S": "[]"}
    assert task_of_item(task_item(task)) == task


def test_a_timer_comes_back_as_it_was() -> None:
    """A timer is read as it was written."""
    assert case_items.timer_of_item(case_items.timer_item(examples.TIMER)) == examples.TIMER


def test_texts_come_back_in_their_order() -> None:
    """Description, instructions and links are read as written, by the version that brought them.

    Links that were there before all of them were replaced are gone.
    """
    links = (Link("photo", "https://example.org/1", "Front"), Link("", "", ""))
    items = [
        case_items.links_item(examples.TASK_ID, 3, links[:1]),
        case_items.added_links_item(examples.TASK_ID, 2, links[:1]),
        case_items.added_links_item(examples.TASK_ID, 12, links[1:]),
        case_items.instruction_item(examples.TASK_ID, 10, "then lock up"),
        case_items.instruction_item(examples.TASK_ID, 9, "ring twice"),
        case_items.description_item(examples.TASK_ID, "a look"),
    ]
    ordered = sorted(items, key=lambda item: item["SK"]["S"])
    assert case_items.texts_of_items(ordered) == Texts("a look", ("ring twice", "then lock up"), links)
    assert case_items.texts_of_items([]) == Texts()


@pytest.mark.parametrize("user", [examples.BARE_USER, examples.FULL_USER])
def test_a_user_comes_back_as_it_was(user: Any) -> None:
    """A user is read as written, with all memberships."""
    assert people_items.user_of_item(people_items.user_item(user)) == user


@pytest.mark.parametrize("organization", [examples.DISPATCH, examples.FULL_ORGANIZATION])
def test_an_organization_comes_back_as_it_was(organization: Any) -> None:
    """An organization is read as written, from its own item and from the list of all."""
    for write in (people_items.organization_item, people_items.listed_organization_item):
        assert people_items.organization_of_item(write(organization)) == organization


def test_a_member_comes_back_as_it_was() -> None:
    """A member's item says who, where, and whether as an admin."""
    item = people_items.member_item("dispatch", "ann", examples.MEMBER)
    assert people_items.membership_of_item(item) == examples.MEMBER
    assert people_items.member_of_item(item) == "ann"


def test_a_request_comes_back_as_it_was() -> None:
    """A remembered request is read as written; when it expires is a number, as DynamoDB's expiry wants it."""
    item = people_items.request_item(examples.REQUEST)
    assert people_items.request_of_item(item) == examples.REQUEST
    assert item["expires"] == {"N": "1795408501"}


def test_nothing_is_written_for_what_is_not_set() -> None:
    """A field without a value, or with its default, costs nothing."""
    required = {"PK", "SK", "workflow", "workflowVersion", "type", "state", "status", "createdAt", "version"}
    assert set(task_item(examples.BARE_TASK)) == required


def test_an_empty_text_is_not_no_text() -> None:
    """An empty text where none is the default is kept: reading must not change a value."""
    task = dataclasses.replace(examples.BARE_TASK, awaiting="")
    assert task_of_item(task_item(task)).awaiting == ""


def test_prerequisites_are_local_ids() -> None:
    """A task names others of its case by their short ids, and others by their whole ones."""
    item = task_item(examples.FULL_TASK)
    assert item["prerequisites"] == {"S": '["06h0329xgd137zzz","06h0329xgd137zzx"]'}
    assert item["parentId"] == {"S": "06h0329xgd137zzz"}
    assert item["countsAt"] == {"S": "look-4712.06h0329xgd137zzy"}


def test_an_entry_without_reactions_has_no_attribute_for_them() -> None:
    """The stream's filter lets entries with `reacts` through; it is there only with something in it."""
    assert "reacts" not in case_items.entry_item(examples.BARE_ENTRY)
    assert case_items.entry_item(examples.FULL_ENTRY)["reacts"] == {"L": [{"S": "prerequisites"}, {"S": "parent"}]}


@pytest.mark.parametrize("task_id", ["look-1", "look-1.a#b", "look-1.", ".a", "", "look\x00.a", "l" * 1000 + ".a"])
def test_an_item_with_an_awkward_id_is_not_made(task_id: str) -> None:
    """A task whose id could reach into another key is never written."""
    with pytest.raises(ValueError, match="key"):
        task_item(dataclasses.replace(examples.BARE_TASK, task_id=task_id))


def test_moments_that_changed_are_texts() -> None:
    """What changed is told as the API shows it: a moment comes back as its text."""
    entry = dataclasses.replace(examples.FULL_ENTRY, changes={"dueTime": {"from": None, "to": examples.NOW}})
    read = case_items.entry_of_item(case_items.entry_item(entry))
    assert read.changes == {"dueTime": {"from": None, "to": "2026-11-22T04:35:01.123Z"}}


def test_any_mapping_can_be_an_attribute() -> None:
    """Attributes of a case may be read-only mappings, at any depth; they come back as plain ones."""
    case = dataclasses.replace(examples.FULL_CASE, attributes=MappingProxyType({"a": MappingProxyType({"b": [1]})}))
    assert case_items.case_of_item(case_items.case_item(case)).attributes == {"a": {"b": [1]}}


def test_what_changed_must_be_json() -> None:
    """A value that JSON cannot say is refused when it is written, not when somebody reads it."""
    with pytest.raises(TypeError):
        case_items.entry_item(dataclasses.replace(examples.FULL_ENTRY, changes={"assignedParty": examples.ANN}))
    with pytest.raises(ValueError, match="JSON"):
        case_items.case_item(dataclasses.replace(examples.FULL_CASE, attributes={"miles": float("nan")}))


def test_a_typical_task_is_well_under_a_kilobyte() -> None:
    """An assigned inspection task with people, entity and due time stays under 1 KB, index keys included."""
    sizes = {
        "task": size_of(task_item(examples.TYPICAL_TASK)),
        "entry": size_of(case_items.entry_item(examples.FULL_ENTRY)),
        "case": size_of(case_items.case_item(examples.FULL_CASE)),
        "timer": size_of(case_items.timer_item(examples.TIMER)),
    }
    print(sizes)  # noqa: T201 - the figures are worth reading
    assert max(sizes.values()) < 930
