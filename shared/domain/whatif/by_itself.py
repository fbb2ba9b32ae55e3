"""What Casetree did at a moment that no rule of the file gives: when a sweep came, whose turn it was, what was heard.

Everything else that it does follows from the tasks, and is not looked for in the history.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from shared.domain.decide import act, receive
from shared.domain.definitions.lifecycle import told
from shared.domain.definitions.workflow import Workflow
from shared.domain.model.connections import ConnectionState
from shared.domain.model.ends import Message
from shared.domain.model.plan import Decision, Refusal
from shared.domain.model.scene import Context
from shared.domain.model.task import Task
from shared.domain.whatif.asked import Asked, with_ties
from shared.domain.whatif.past import Commit, Past
from shared.domain.whatif.play import Play
from shared.domain.whatif.traces import Given, Step, guessed, inputs

NOTHING: Given = {}
NOT_DUE = Refusal("action_not_available", "No such timer is due.", rule="timer")
SOMEBODY = "somebody"
"""An organization of which history does not keep which it was."""
DEAF = Refusal("does_not_fit", "Nothing could be heard of the other end.", rule="other_end")


def done_by_itself(workflow: Workflow, past: Past, commit: Commit, was: Play) -> Asked | None:
    """What Casetree did then, as something that was asked of it; None for what follows by itself.

    Raises LookupError where it rests on what is no part of the case.
    """
    for entry in commit.entries:
        task = was.task(entry.task_id)
        found = _asked(Step(workflow, past, commit, entry), task) if task is not None else None
        if found is not None:
            return found
    return None


def _asked(step: Step, task: Task) -> Asked | None:
    workflow, entry, at = step.workflow, step.entry, step.commit.at
    timer = next((t for t in task.timers if t.action == entry.action and t.at <= at), None)
    if timer is not None:
        return Asked(entry.action, entry.task_id, partial(_fire, timer.name), (NOTHING,))
    if workflow.assigning is not None and entry.action == workflow.assigning.next:
        return Asked(entry.action, entry.task_id, partial(_turn, _assigned(step.commit)), (NOTHING,))
    hand_off, end = workflow.hand_off, task.end
    if hand_off is None or end is None:
        return None
    connecting = hand_off.connection
    named = {getattr(connecting, key): key for key in ("requested", "accepted", "declined")}
    if entry.action in named:
        now = step.past.task(entry.task_id)
        by = now.end.counterpart if now is not None and now.end is not None else None
        learn = partial(_learn, named[entry.action], by.organization_id if by is not None else None)
        return Asked(entry.action, entry.task_id, learn, (NOTHING,), heard=True)
    if entry.action not in told(workflow) | {hand_off.arrived}:
        return None
    action = workflow.actions[entry.action]
    hear = partial(_hear, entry.action, end.generation)
    return Asked(entry.action, entry.task_id, hear, tuple(inputs(step, action)), guessed(step, action), heard=True)


def _fire(name: str, context: Context, given: Given) -> Decision:
    """What the timer does, in whichever version, if it is due by then as well."""
    running = (t for t in context.scene.subject.timers if t.name == name and t.at <= context.now)
    timer = next(running, None)
    return act(context, timer.action, given) if timer is not None else NOT_DUE


def _assigned(commit: Commit) -> frozenset[str]:
    return frozenset(entry.assigned_party.id for entry in commit.created if entry.assigned_party is not None)


def _turn(user_ids: frozenset[str], context: Context, given: Given) -> Decision:
    """The task is given to the one whose turn it was; whose it would be else, is no part of the case."""
    assigning = context.scene.workflow.assigning
    users = {user_id: user for user_id, user in context.scene.users.items() if user_id in user_ids}
    scene = replace(context.scene, users=users)
    return act(replace(context, scene=scene), (assigning.next if assigning is not None else None) or "", given)


def _learn(what: str, by: str | None, context: Context, given: Given) -> Decision:
    """What became of the request for a connection, which the task itself has made.

    Who accepted shows in the task as long as it is theirs; later, it is somebody.
    """
    hand_off, connection = context.scene.workflow.hand_off, context.scene.connection
    if hand_off is None or connection is None:
        return DEAF
    asked = replace(connection.asked, organization_id=by or SOMEBODY)
    state: ConnectionState = "declined" if what == "declined" else "connected"
    known = connection if what == "requested" else replace(connection, state=state, asked=asked)
    scene = replace(context.scene, connection=known)
    return act(replace(context, scene=scene), getattr(hand_off.connection, what), given)


def _hear(action: str, generation: int, context: Context, given: Given) -> Decision:
    """What the other end said, in its turn."""
    task = context.scene.subject
    if task.end is None or action not in context.scene.workflow.actions:
        return DEAF
    said = Message(task.end.task_id or "", generation, "to_owner", task.end.received + 1, action, given)
    try:
        return receive(with_ties(context), said)
    except ValueError as error:
        return replace(DEAF, detail=str(error))
