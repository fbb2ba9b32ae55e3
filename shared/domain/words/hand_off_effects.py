"""Effects of tasks with two ends: assignments, what is told to the other end, holds, connections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from shared.domain.drafts.draft import Draft
from shared.domain.ends import assignment as rules
from shared.domain.ends.connections import changed
from shared.domain.ends.telling import tell as tell_other_end
from shared.domain.model.ends import AssignmentStatus, Counterpart
from shared.domain.model.plan import Refusal
from shared.domain.model.reactions import TEXTS
from shared.domain.model.task import Link
from shared.domain.model.writes import AddLinks

Arguments = Mapping[str, object]
Effect = Callable[[Draft, Arguments], Refusal | None]


def set_hold(draft: Draft, arguments: Arguments) -> Refusal | None:
    """People have stopped the task."""
    draft.changed("hold", draft.task.hold, after=True)
    draft.set(hold=True)
    return None


def clear_hold(draft: Draft, arguments: Arguments) -> Refusal | None:
    """People have stopped the task no longer."""
    draft.changed("hold", draft.task.hold, after=False)
    draft.set(hold=False)
    return None


def add_links(draft: Draft, arguments: Arguments) -> Refusal | None:
    """The task has the input's links as well as those that it has."""
    links = cast(tuple[Link, ...], draft.input.get("links", ()))
    if links:
        draft.write(AddLinks(draft.task.task_id, draft.next_version, links))
        draft.text_items(1)
        draft.rewritten("links")
    return None


def delete_task(draft: Draft, arguments: Arguments) -> Refusal | None:
    """Nobody can see the task any more, and its texts are deleted."""
    draft.set(deleted=True)
    draft.changed("deleted", before=False, after=True)
    draft.react(TEXTS)
    return None


def assign_partner(draft: Draft, arguments: Arguments) -> Refusal | None:
    """The task is assigned to the input's connected organization, or to the person named by name and email."""
    return rules.assign_to(draft)


def send(draft: Draft, arguments: Arguments) -> Refusal | None:
    """An assignment that was not sent yet is sent, if the action leads to a status for that."""
    draft.later(rules.send_assignment)
    return None


def recall(draft: Draft, arguments: Arguments) -> Refusal | None:
    """The assignment is recalled, in any state, and the engine takes this action at the other end."""
    rules.recall(draft, str(arguments["value"]))
    return None


def set_assignment(draft: Draft, arguments: Arguments) -> Refusal | None:
    """The assignment status is this."""
    draft.set_end(assignment=cast(AssignmentStatus, arguments["value"]))
    return None


def refer(draft: Draft, arguments: Arguments) -> Refusal | None:
    """The task is referred to the party that the input suggests."""
    return rules.refer(draft)


def take_referral(draft: Draft, arguments: Arguments) -> Refusal | None:
    """The partner has referred the task to the input's party; it goes there at once, if the task says so."""
    rules.take_referral(draft)
    return None


def tell(draft: Draft, arguments: Arguments) -> Refusal | None:
    """The engine takes this action at the other end, if there is one, with the input fields that it takes."""
    tell_other_end(draft, str(arguments["value"]))
    return None


def counterpart_is(draft: Draft, arguments: Arguments) -> Refusal | None:
    """The other end has said that it is in this status."""
    draft.set_end(heard=str(arguments["value"]))
    return None


def accept_connection(draft: Draft, arguments: Arguments) -> Refusal | None:
    """The organization that has accepted the connection is assigned the task, which is sent."""
    connection = draft.context.scene.connection
    if connection is None:
        raise ValueError(f"{draft.task.task_id} waits for no connection.")
    draft.stop_timer("connection")
    rules.meet(draft, Counterpart(connection.asked.display_name, connection.asked.organization_id))
    draft.set_end(connection_id=None)
    rules.offer(draft)
    return None


def expire_connection(draft: Draft, arguments: Arguments) -> Refusal | None:
    """The open request for a connection, if there is one, ends without an answer."""
    draft.stop_timer("connection")
    connection = draft.context.scene.connection
    if connection is not None and connection.state == "requested":
        draft.write(*changed(draft.context.occasion, connection, "expired"))
    draft.set_end(connection_id=None)
    return None


HAND_OFF_EFFECTS: Mapping[str, Effect] = {
    "set_hold": set_hold,
    "clear_hold": clear_hold,
    "add_links": add_links,
    "delete_task": delete_task,
    "assign_partner": assign_partner,
    "send": send,
    "recall": recall,
    "set_assignment": set_assignment,
    "refer": refer,
    "take_referral": take_referral,
    "tell": tell,
    "counterpart_is": counterpart_is,
    "accept_connection": accept_connection,
    "expire_connection": expire_connection,
}
