"""Guards: words that make an action unavailable although its status and the caller fit.

A guard looks at the scene and the caller, never at the input: the list of available actions asks
the same guards as the action itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shared.domain.model.plan import Code
from shared.domain.model.scene import Context, unfinished
from shared.domain.words.conditions import texts
from shared.domain.words.relations import passed_on_by

Arguments = Mapping[str, object]
Guard = Callable[[Context, Arguments], str | None]
"""Answers the reason why not, or None."""


def nothing_awaited(context: Context, arguments: Arguments) -> str | None:
    """No information is missing."""
    awaiting = context.scene.subject.awaiting
    return f"Information is still awaited: {awaiting}" if awaiting is not None else None


def something_awaited(context: Context, arguments: Arguments) -> str | None:
    """Some information is missing."""
    return "No information is awaited." if context.scene.subject.awaiting is None else None


def prerequisites_closed(context: Context, arguments: Arguments) -> str | None:
    """Every prerequisite is closed, in whatever way."""
    still_open = unfinished(context.scene, context.scene.subject.prerequisites)
    return f"{len(still_open)} of its prerequisites are still open." if still_open else None


def not_anothers(context: Context, arguments: Arguments) -> str | None:
    """The task is not assigned to another person."""
    party = context.scene.subject.assigned_party
    if party is None or party.kind != "user":
        return None
    mine = context.caller.user is not None and context.caller.user.id == party.id
    return None if mine else f"It is assigned to {party.display_name}."


def due_time_passed(context: Context, arguments: Arguments) -> str | None:
    """The due time has come, and was not noted yet."""
    task = context.scene.subject
    if task.due_time is None or task.due_time > context.now:
        return "It is not due yet."
    return "It is known to be overdue." if task.overdue else None


def no_open_children(context: Context, arguments: Arguments) -> str | None:
    """No child is open; a timed hold does not count as one."""
    return _children(context)


def not_blocked(context: Context, arguments: Arguments) -> str | None:
    """Nothing but a timed hold keeps the task on hold."""
    return _children(context)


def on_timed_hold(context: Context, arguments: Arguments) -> str | None:
    """A timed hold runs."""
    return "No timed hold runs." if context.scene.subject.hold_id is None else None


def assigned_to_organization(context: Context, arguments: Arguments) -> str | None:
    """An organization is assigned."""
    party = context.scene.subject.assigned_party
    return None if party is not None and party.kind == "organization" else "No organization is assigned."


def passed_on(context: Context, arguments: Arguments) -> str | None:
    """An organization has passed the task on, as a child of its own task."""
    return None if passed_on_by(context.scene) else "No organization has passed it on."


def end(context: Context, arguments: Arguments) -> str | None:
    """It is one of these ends of the task."""
    ends = texts(arguments)
    mine = context.scene.subject.end
    kind = mine.kind if mine is not None else None
    if kind in ends:
        return None
    if kind == "standalone":
        return "It is for tasks with a partner; this one is standalone."
    return "It is for the partner's end of the task." if "partner" in ends else "It is for the owner's end of the task."


def assignment(context: Context, arguments: Arguments) -> str | None:
    """The assignment status is one of these."""
    mine = context.scene.subject.end
    if mine is None or mine.assignment in texts(arguments):
        return None
    return f"The assignment status is {mine.assignment}."


def only_from(context: Context, arguments: Arguments) -> str | None:
    """At an end that is named, the status is one of these."""
    mine, by_end = context.scene.subject.end, arguments["value"]
    allowed = by_end.get(mine.kind) if mine is not None and isinstance(by_end, Mapping) else None
    if allowed is None or context.scene.status.key in allowed:
        return None
    return f"At this end it is possible while {' or '.join(allowed)}."


def not_stopped(context: Context, arguments: Arguments) -> str | None:
    """People have not stopped the task."""
    return "It is on hold: resume it first." if context.scene.subject.hold else None


def stopped(context: Context, arguments: Arguments) -> str | None:
    """People have stopped the task."""
    return None if context.scene.subject.hold else "It is not on hold."


def not_free(context: Context, arguments: Arguments) -> str | None:
    """Somebody has the task."""
    return "Nobody has it." if context.scene.subject.assigned_party is None else None


def _children(context: Context) -> str | None:
    count = context.scene.subject.children.open
    return f"{count} of its children {'is' if count == 1 else 'are'} still open." if count else None


GUARDS: Mapping[str, Guard] = {
    "nothing_awaited": nothing_awaited,
    "something_awaited": something_awaited,
    "prerequisites_closed": prerequisites_closed,
    "not_anothers": not_anothers,
    "due_time_passed": due_time_passed,
    "no_open_children": no_open_children,
    "not_blocked": not_blocked,
    "on_timed_hold": on_timed_hold,
    "assigned_to_organization": assigned_to_organization,
    "passed_on": passed_on,
    "end": end,
    "assignment": assignment,
    "only_from": only_from,
    "not_stopped": not_stopped,
    "stopped": stopped,
    "not_free": not_free,
}

CODES: Mapping[str, Code] = {"no_open_children": "open_children"}
"""The codes of guards that have one of their own; the others refuse with `action_not_available`."""

LASTING = frozenset({"assigned_to_organization", "passed_on", "end"})
"""Guards that look at what the task is, not at how it stands: what they refuse is not allowed, whatever the status."""
