"""What was passed on is told once: the entries that a timeline leaves out, and those that it does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from shared.domain.model.task import Entry, Person, Task
from shared.domain.pictures.timeline import Versions, looked_at, told_once
from tests.domain.worlds import START, workflow

APPEALS = workflow("appeals")
RENAMED = replace(
    APPEALS,
    version=2,
    statuses={key: replace(status, status=f"{status.status}_now") for key, status in APPEALS.statuses.items()},
    types={name: replace(task_type, ends="with_children") for name, task_type in APPEALS.types.items()},
    tree=replace(APPEALS.tree, cascade="conclude") if APPEALS.tree else None,
)
"""A later version, by which nothing of what was passed on before is what it was."""
VERSIONS = {1: APPEALS, 2: RENAMED}
ANN = Person("ann")
TYPE = "FoiaTask"


def _task(name: str, parent: str | None = None, type_name: str = TYPE, *, delegate: bool = False) -> Task:
    return Task(
        f"a1.{name}",
        "a1",
        "appeals",
        1,
        type_name,
        "open",
        "assigned",
        START,
        START,
        START,
        parent_id=f"a1.{parent}" if parent else None,
        is_delegate=delegate,
    )


TEAM = _task("team", "root")
MEMBER = _task("member", "team", delegate=True)
CHAIN = (TEAM, _task("other", "team", delegate=True), _task("last", "other", delegate=True))


def _entry(
    name: str | None, commit: str, action: str, status: str = "assigned", *, by: Person | None = ANN, of: str = TYPE
) -> Entry:
    state = "closed" if status in ("completed", "cancelled") else "open"
    return Entry(
        "a1",
        f"a1.{name}" if name else None,
        2,
        START,
        by,
        action,
        "TaskChanged",
        commit,
        state,
        status if name else None,
        of if name else "appeal",
    )


def _told(
    entries: Iterable[Entry],
    *tasks: Task,
    beside: Iterable[Entry] = (),
    whole: bool = True,
    versions: Versions = VERSIONS,
) -> list[tuple[str | None, str]]:
    known = {task.task_id: task for task in tasks}
    told = told_once(versions, entries, beside, known, whole=whole)
    return [(entry.task_id and entry.task_id.removeprefix("a1."), entry.action) for entry in told]


PASSED_ON = (_entry("team", "c1", "assign_to_person", "on_hold"), _entry("member", "c1", "create"))
CLOSED = (
    _entry("team", "c3", "children_closed", "completed", by=None),
    _entry("member", "c2", "complete", "completed"),
)
CANCELLED = (
    _entry("member", "c5", "end", "cancelled", by=None),
    _entry("team", "c4", "cancel", "cancelled"),
)


def test_what_one_step_did_to_a_task_and_its_delegate_is_told_of_the_delegate() -> None:
    """The new child says to whom the work was given, and by whom."""
    assert _told(PASSED_ON, TEAM, MEMBER) == [("member", "create")]
    assert _told(reversed(PASSED_ON), TEAM, MEMBER) == [("member", "create")]


def test_of_a_chain_of_delegates_the_last_is_told() -> None:
    """Work may be passed on from organization to organization to person."""
    entries = [_entry(name, "c1", "complete", "completed") for name in ("team", "other", "last")]
    assert _told(entries, *CHAIN) == [("last", "complete")]


def test_steps_of_their_own_are_all_told() -> None:
    """Of different commits, and of tasks that are no delegates of each other."""
    apart = [_entry("team", "c1", "add_instructions"), _entry("member", "c2", "start", "in_progress")]
    assert _told(apart, TEAM, MEMBER) == [("team", "add_instructions"), ("member", "start")]
    together = [_entry("team", "c1", "start"), _entry("member", "c1", "start")]
    assert _told(together, TEAM, _task("member", "elsewhere", delegate=True)) == [
        ("team", "start"),
        ("member", "start"),
    ]
    assert _told(together, TEAM, _task("member", "team")) == [("team", "start"), ("member", "start")]


def test_a_task_that_is_back_at_work_is_told() -> None:
    """It is the organization's turn again, which the end of its delegate does not say."""
    entries = [_entry("team", "c1", "work_returned"), _entry("member", "c1", "hand_back", "cancelled")]
    assert len(_told(entries, TEAM, MEMBER)) == 2
    assert _told([_entry("team", "c2", "children_closed", by=None)], TEAM) == [("team", "children_closed")]


def test_a_closing_that_follows_from_the_delegates_is_told_of_the_delegate() -> None:
    """But where a type closes with all its children, its closing is news."""
    assert _told(CLOSED) == [("member", "complete")]
    hearing = _entry("hearing", "c3", "children_closed", "completed", by=None, of="HearingTask")
    assert _told([hearing]) == [("hearing", "children_closed")]


def test_a_delegate_that_ends_with_its_task_is_told_of_the_task() -> None:
    """Whether the cascade came in a commit of its own or ended both."""
    assert _told(CANCELLED, MEMBER) == [("team", "cancel")]
    both = [_entry(name, "c1", "end", "cancelled", by=None) for name in ("team", "other", "last")]
    assert _told(both, *CHAIN) == [("team", "end")]
    assert _told(both) == [("team", "end"), ("other", "end"), ("last", "end")]


@pytest.mark.parametrize("first", [0, 1])
def test_a_pair_is_told_once_wherever_a_page_ends(first: int) -> None:
    """Each page decides on its own, and the pages together tell what one page would."""
    entries = [PASSED_ON[first], PASSED_ON[1 - first]]
    newer = _told(entries[:1], TEAM, MEMBER, beside=entries[1:])
    older = _told(entries[1:], TEAM, MEMBER, beside=entries[:1])
    assert [*newer, *older] == [("member", "create")]


def test_who_does_not_see_the_one_is_told_of_the_other() -> None:
    """Nothing stands for an entry to somebody who is not shown it."""
    assert _told(PASSED_ON[:1], TEAM, beside=PASSED_ON[1:], whole=False) == [("team", "assign_to_person")]
    assert _told(CLOSED[:1], TEAM, whole=False) == [("team", "children_closed")]
    assert _told(CLOSED, TEAM, MEMBER, whole=False) == [("member", "complete")]
    assert _told(CANCELLED[:1], MEMBER, whole=False) == [("member", "end")]
    assert _told(CANCELLED, TEAM, MEMBER, whole=False) == [("team", "cancel")]


def test_what_is_no_task_is_told() -> None:
    """An entry of the case, and one of a workflow in which nothing is passed on."""
    assert _told([_entry(None, "c1", "edit")]) == [(None, "edit")]
    inspection = workflow("inspection")
    skipped = _entry("a", "c1", "skip", of="QA")
    assert list(told_once({1: inspection}, [skipped], (), {}, whole=True)) == [skipped]


def test_few_tasks_have_to_be_looked_at() -> None:
    """Those that changed together with one of their type, and those that a cascade ended."""
    alone = [_entry("team", "c1", "cancel", "cancelled"), _entry(None, "c1", "edit")]
    assert looked_at(VERSIONS, alone) == set()
    assert looked_at(VERSIONS, PASSED_ON) == {"a1.team", "a1.member"}
    assert looked_at(VERSIONS, CANCELLED) == {"a1.member"}
    others = [_entry("a", "c1", "create", of="RootTask"), _entry("b", "c1", "create", of="DistributionTask")]
    assert looked_at(VERSIONS, others) == set()


@pytest.mark.parametrize("entries", [PASSED_ON, CLOSED, CANCELLED], ids=["passed on", "closed", "cancelled"])
def test_an_entry_is_judged_by_the_version_of_its_time(entries: tuple[Entry, ...]) -> None:
    """Whatever the case goes by now: what its statuses, types and actions are called, and what they do."""
    once = _told(entries, TEAM, MEMBER)
    assert len(once) == 1
    later = [replace(entry, workflow_version=2) for entry in entries]
    assert _told(later, TEAM, MEMBER, versions={2: APPEALS, 1: RENAMED}) == once


@pytest.mark.parametrize("entries", [PASSED_ON, CLOSED, CANCELLED], ids=["passed on", "closed", "cancelled"])
def test_an_entry_of_a_version_that_is_not_known_any_more_is_told_as_it_is(entries: tuple[Entry, ...]) -> None:
    """Nothing stands for it, as nobody can say what it meant."""
    for versions in ({}, {2: RENAMED}):
        assert len(_told(entries, TEAM, MEMBER, versions=versions)) == 2
    assert looked_at({}, CANCELLED) == set()


def test_an_entry_that_is_not_of_its_version_is_told_as_it_is() -> None:
    """A pair, or a type, that the version never had: the table was changed by hand."""
    odd = [replace(entry, status="odd") for entry in PASSED_ON]
    assert len(_told(odd, TEAM, MEMBER)) == 2
    assert len(_told([replace(CLOSED[0], status="odd")])) == 1
    assert len(_told([replace(CLOSED[0], type="Odd")])) == 1
