"""What people read instead of the names in a workflow file."""

from __future__ import annotations

from collections.abc import Mapping

from shared.domain.definitions.vocabulary import CASE_CHANGED, CHILD_OPENED, CHILDREN_CLOSED, CREATE, ENDED_BELOW
from shared.domain.definitions.workflow import Action, Workflow

LABELS = {
    CREATE: "Create",
    CHILD_OPENED: "A child is opened",
    CHILDREN_CLOSED: "All children are closed",
    ENDED_BELOW: "A task below has ended",
    CASE_CHANGED: "The case is changed",
}
"""Of changes that no action of a file makes, those whose names say too little."""


def in_words(name: str) -> str:
    """A name as people write it: `on_hold` is "On hold"."""
    apart = name.replace("_", " ")
    return apart[:1].upper() + apart[1:]


def named(actions: Mapping[str, Action]) -> dict[str, str]:
    """The labels of actions by the names that they are taken by; of one with options, those of each."""
    return {way.name: way.label for action in actions.values() for way in action.ways}


def label_of(action: str, workflow: Workflow | None, type_name: str) -> str:
    """What an action in the history is called on the button by which it is taken; a case has no type, which is ""."""
    label = LABELS.get(action)
    if label is None and workflow is not None:
        own = workflow.actions_of(type_name) if type_name in workflow.types else {}
        label = named({**workflow.actions, **own}).get(action)
    return label or in_words(action)
