"""The checker on tasks with two ends: `collaboration` with one mistake in it, each of which is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shared.domain.checks.verify import verify
from shared.domain.definitions.workflow import Action, Field, TargetCase, Word, Workflow
from tests.domain.two_ends import flow

Change = Callable[[Workflow], Workflow]


def acting(name: str, **values: Any) -> Change:
    """The workflow with another action of that name."""
    return lambda w: replace(w, actions={**w.actions, name: replace(w.actions[name], **values)})


def optional(name: str, option: str, **values: Any) -> Change:
    """The workflow with another option of an action."""

    def change(workflow: Workflow) -> Workflow:
        action = workflow.actions[name]
        options = {**action.options, option: replace(action.options[option], **values)}
        return replace(workflow, actions={**workflow.actions, name: replace(action, options=options)})

    return change


def handing(**values: Any) -> Change:
    """The workflow that hands tasks off otherwise."""
    return lambda w: replace(w, hand_off=replace(w.hand_off, **values) if w.hand_off else None)


def connecting(**values: Any) -> Change:
    """The workflow that takes other actions on what becomes of a connection."""

    def change(workflow: Workflow) -> Workflow:
        assert workflow.hand_off is not None
        connection = replace(workflow.hand_off.connection, **values)
        return replace(workflow, hand_off=replace(workflow.hand_off, connection=connection))

    return change


def told(workflow: Workflow, rule: str = "hand-off-fits") -> list[str]:
    """What the rule finds wrong."""
    return [finding.detail for finding in verify(workflow) if finding.rule == rule]


def word(name: str, value: object) -> Word:
    """A word with its argument."""
    return Word(name, {"value": value})


NOTE = Field("note", "note", required=True)
WHEN = Field("when", "due_time")
DUE = Action("x", "X", frozenset({"submit"}), (TargetCase("same"),), ("engine",), (WHEN,))

LATE = (word("set_assignment", "declined"), word("tell", "partner_declines"))
SELDOM = frozenset({"assign"})


def undeclared(workflow: Workflow) -> Workflow:
    """The workflow that speaks of ends, and hands nothing off."""
    plain = optional("assign", "accept", target=(TargetCase("assign"),))(workflow)
    return replace(plain, hand_off=None)


MISTAKES: tuple[tuple[str, Change, str], ...] = (
    ("ends are not declared", undeclared, "speaks of the ends of a task"),
    ("begins closed", handing(begins="cancel"), "'cancel' is terminal."),
    ("sends closed", handing(sends=frozenset({"assign", "finish"})), "'finish' is terminal."),
    ("both sides see it", lambda w: replace(w, visibility="inside_or_party"), "would be seen by people of either side"),
    (
        "nobody hears",
        acting("owner_waits", who=("case_organization_member",)),
        "Casetree itself is to take 'owner_waits'",
    ),
    ("too little is told", acting("partner_starts", fields=(NOTE,)), "'partner_starts' needs 'note'"),
    ("arrival needs more", acting("partner_is_there", fields=(NOTE,)), "'partner_is_there' needs 'note'"),
    ("never expires", lambda w: replace(w, timers={"due": "overdue"}), "would wait for ever for a connection"),
    (
        "a group of nothing",
        optional("assign", "to", either=(("organizationId",), ("who",))),
        "The action takes no 'who'.",
    ),
    (
        "nothing to choose",
        optional("assign", "refer", either=(("organizationId",), ("reason",))),
        "'reason' is always required",
    ),
    (
        "too late to tell",
        optional("assign", "decline", effects=LATE),
        "is over by then",
    ),
    (
        "a moment cannot go along",
        lambda w: replace(
            w,
            actions={
                **w.actions,
                "x": DUE,
                "submit": replace(
                    w.actions["submit"],
                    fields=(*w.actions["submit"].fields, WHEN),
                    effects=(*w.actions["submit"].effects, word("tell", "x")),
                ),
            },
        ),
        "'when' is given as due_time and would be heard as due_time",
    ),
    (
        "accepted too seldom",
        acting("connection_accepted", sources=SELDOM),
        "while the task is 'ready', 'wait'",
    ),
    (
        "accepted for nothing",
        acting("connection_accepted", effects=()),
        "'connection_accepted' leaves the task",
    ),
    (
        "declined for nothing",
        connecting(declined="connection_requested"),
        "'connection_requested' leaves the task",
    ),
    (
        "requested for nothing",
        acting("connection_requested", effects=()),
        "'connection_requested' leaves the task",
    ),
)


@pytest.mark.parametrize(("change", "detail"), [(c, d) for _, c, d in MISTAKES], ids=[name for name, _, _ in MISTAKES])
def test_a_mistake_about_ends_is_named(change: Change, detail: str) -> None:
    """Before anything is deployed, in words that say what would happen."""
    assert any(detail in found for found in told(change(flow()))), told(change(flow()))


def test_the_workflow_itself_has_none() -> None:
    """What comes with Casetree passes its own checker."""
    assert verify(flow()) == ()


def test_a_queue_of_the_cases_organization_needs_one() -> None:
    """Where a case belongs to no organization, nobody's queue would list its tasks."""
    hidden = replace(flow(), visibility="inside_or_party")
    assert "The case of a 'Task' belongs to no organization." in told(hidden)


SAME = TargetCase("same")
NAMES: tuple[tuple[str, Change], ...] = (
    ("status", handing(begins="nowhere")),
    ("status", handing(sends=frozenset({"nowhere"}))),
    ("action", handing(arrived="nothing")),
    ("action", connecting(accepted="nothing")),
    ("action", acting("start", effects=(word("tell", "nothing"),))),
    ("status", acting("finish", guards=(word("only_from", {"owner": ["nowhere"]}),))),
    (
        "status",
        acting("partner_declines", target=(TargetCase("ready", (word("was", ["nowhere"]),)), TargetCase("same"))),
    ),
)


@pytest.mark.parametrize(("what", "change"), NAMES)
def test_names_in_what_is_said_of_ends_resolve(what: str, change: Change) -> None:
    """Statuses and actions that there are not are named."""
    assert any(found.startswith(f"There is no {what} 'n") for found in told(change(flow()), "names-resolve"))


ARGUMENTS: tuple[Change, ...] = (
    acting("start", guards=(word("end", ["nobody"]),)),
    acting("start", guards=(word("end", []),)),
    acting("start", guards=(word("assignment", ["accepted", "accepted"]),)),
    acting("start", guards=(word("assignment", "accepted"),)),
    acting("finish", guards=(word("only_from", {"nobody": ["submit"]}),)),
    acting("finish", guards=(word("only_from", ["submit"]),)),
    acting("partner_is_there", effects=(word("set_assignment", "lost"),)),
)


@pytest.mark.parametrize("change", ARGUMENTS)
def test_words_about_ends_take_what_they_take(change: Change) -> None:
    """Ends, assignment statuses, and statuses by end, each of those that there are."""
    assert told(change(flow()), "words-take-their-arguments")


def test_what_casetree_takes_at_an_end_is_there() -> None:
    """A type of its own list of actions has those that the other end, or a connection, has Casetree take."""
    few = frozenset(flow().actions) - {"partner_starts", "connection_accepted"}
    narrow = replace(flow(), types={"Task": replace(flow().types["Task"], actions=few)})
    found = told(narrow, "engine-acts")
    assert any("'partner_starts' when the other end of such a task tells so" in detail for detail in found)
    assert any("'connection_accepted' when a connection was accepted" in detail for detail in found)
