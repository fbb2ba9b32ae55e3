"""Which other tasks a decision looks at: no more than it needs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.domain.definitions.workflow import Workflow
from shared.domain.model.task import Task
from shared.domain.words.needs import asks_above, asks_creator, beside_parents, holds_of, locks_asked, looks_at
from tests.domain.worlds import World, workflow
from tests.workflows.claims import claims
from tests.workflows.letters import letters


def _task(of: Workflow, type_name: str) -> Task:
    """A task of the type with a parent, a hold, a delegate and a prerequisite."""
    made = World().create()
    made = replace(
        made, type=type_name, parent_id="p", counts_at="c", hold_id="h", delegate_id="d", prerequisites=("q",)
    )
    return replace(made, workflow=of.name)


@pytest.mark.parametrize(
    ("of", "type_name", "action", "found"),
    [
        (claims(), "Survey", "start", {"h", "d"}),
        (claims(), "Survey", "cancel", {"h", "d", "p"}),
        (claims(), "Survey", "hand_back", {"h", "d", "p"}),
        (claims(), "Survey", "reopen", {"h", "d", "p", "c"}),
        (claims(), "Review", "start", {"h", "d", "p"}),
        (letters(), "Answer", "complete", {"h", "d", "p"}),
        (letters(), "Letter", "complete", {"h", "d"}),
        (workflow("inspection"), "QA", "provide", {"h", "d", "q"}),
    ],
)
def test_a_decision_looks_at_what_its_words_name(of: Workflow, type_name: str, action: str, found: set[str]) -> None:
    """The hold and the delegate always; the parent for words about it, prerequisites where they move the task."""
    assert looks_at(of, _task(of, type_name), [of.actions_of(type_name)[action]]) == found


def test_what_is_not_there_is_not_looked_at() -> None:
    """A task without any of them needs none."""
    bare = World().create()
    of = workflow("inspection")
    assert looks_at(of, bare, of.actions.values()) == set()
    assert holds_of([bare, _task(of, "QA")]) == ("h",)


def test_most_types_ask_for_no_lock_and_nobody() -> None:
    """Those that are placed ask for their places; what opens with them for its own; few for who assigned them."""
    types = letters().types
    assert locks_asked(types["Letter"]) == {"Tray", "Office"}
    assert locks_asked(types["Copy"]) == frozenset()
    assert [name for name in types if asks_creator(types[name])] == ["Approval"]


def test_creating_looks_at_what_is_beside_the_parent() -> None:
    """Its hold and its delegate; what is above it only for types that who is there may create."""
    parents = (_task(letters(), "Letter"), World().create())
    request = letters().types["Request"]
    assert beside_parents(request, parents) == {"h", "d"}
    for named in (
        {"created_by": ("parent_organization_member",)},
        {"created_under": {"Letter": ("parent_organization_admin",)}},
    ):
        above = replace(request, **named)
        assert (asks_above(request), asks_above(above)) == (False, True)
        assert beside_parents(above, parents) == {"h", "d", "p"}
