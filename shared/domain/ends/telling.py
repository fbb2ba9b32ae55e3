"""What one end has to say to the other: messages, numbered in each generation and written with the change."""

from __future__ import annotations

from collections.abc import Mapping

from shared.domain.definitions.hand_off import HandOff
from shared.domain.definitions.workflow import Workflow
from shared.domain.drafts.draft import Draft
from shared.domain.model.ends import LIVE, Direction, End, Message
from shared.domain.model.reactions import MESSAGES
from shared.domain.model.task import Link
from shared.domain.model.writes import PutMessage


def tell(draft: Draft, action: str) -> None:
    """The other end, where there is one, is told: the engine takes the action there.

    What is given to the draft's action, and read by that one, goes along.
    """
    end = end_of(draft)
    if end.assignment not in LIVE:
        return
    fields = draft.context.scene.workflow.actions[action].fields
    send(draft, action, {f.name: _plain(draft.input[f.name]) for f in fields if f.name in draft.input})


def send(draft: Draft, action: str, given: Mapping[str, object]) -> None:
    """The message is under way once the draft has committed."""
    end = end_of(draft)
    direction: Direction = "to_owner" if end.kind == "partner" else "to_partner"
    message = Message(draft.task.task_id, end.generation, direction, end.sent + 1, action, given, end.local)
    draft.write(PutMessage(message))
    draft.set_end(sent=message.sequence)
    draft.react(MESSAGES)


def end_of(draft: Draft) -> End:
    """The end that the draft's task is; raises ValueError where tasks have none."""
    if draft.task.end is None:
        raise ValueError(f"{draft.task.task_id} is no end of a task.")
    return draft.task.end


def hand_off_of(workflow: Workflow) -> HandOff:
    """How the workflow hands tasks off; raises ValueError where tasks have one end only."""
    if workflow.hand_off is None:
        raise ValueError(f"{workflow.name} hands nothing off.")
    return workflow.hand_off


def _plain(value: object) -> object:
    """A value of the input as it is given to an action."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Link):
        return {"type": value.type, "link": value.link, "name": value.name}
    return value
