"""What people read instead of names."""

from __future__ import annotations

import pytest

from shared.domain.definitions.labels import in_words, label_of
from tests.domain.worlds import workflow

INSPECTION, APPEALS, COLLABORATION = map(workflow, ("inspection", "appeals", "collaboration"))


@pytest.mark.parametrize(
    ("action", "type_name", "label"),
    [
        ("claim", "QA", "Claim and start"),
        ("overdue", "QA", "Become overdue"),
        ("edit", "", "Edit"),
        ("create", "QA", "Create"),
        ("mended", "", "Mended"),
        ("claim", "A type that is gone", "Claim and start"),
    ],
)
def test_history_calls_an_action_as_its_button_does(action: str, type_name: str, label: str) -> None:
    """What no action of the file made has a name of its own; where the type is not known any more, it makes do."""
    assert label_of(action, INSPECTION, type_name) == label


def test_what_a_single_type_has_is_known_by_its_label() -> None:
    """Actions of a type's own, and those that are taken as an option of another."""
    (own, action), *_ = ((name, action) for name, each in APPEALS.types.items() for action in each.own_actions.values())
    assert label_of(action.name, APPEALS, own) == action.label
    option = COLLABORATION.actions["assign"].options["accept"]
    assert label_of(option.name, COLLABORATION, "Task") == option.label


def test_without_a_workflow_a_name_is_in_words() -> None:
    """As where the version that a case began with is known no more."""
    assert label_of("on_hold", None, "QA") == "On hold"
    assert in_words("") == ""
