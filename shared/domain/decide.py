"""The one decision: (definitions, items, caller, input, time, new ids) to a plan or a refusal.

Checked in the order of api.md: may this caller ever (403), does the status offer it (409), does
the input fit (422), and what only input and items together show (other 409).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from shared.domain.children import child_action, create_child
from shared.domain.children import offer as offer_child
from shared.domain.definitions.workflow import Action
from shared.domain.drafts.draft import Draft
from shared.domain.model.ends import Message
from shared.domain.model.plan import Decision, FieldError, Plan, Refusal
from shared.domain.model.scene import Context
from shared.domain.model.skew import SKEW
from shared.domain.model.task import Task
from shared.domain.model.text import with_article
from shared.domain.model.writes import ChangeTask, DeleteMessage
from shared.domain.trees.delegation import end_with_delegate, give_back
from shared.domain.trees.following import follow
from shared.domain.trees.holds import end_hold, is_hold
from shared.domain.trees.tree import release
from shared.domain.words.effects import EFFECTS
from shared.domain.words.fields import OPTION, read_action
from shared.domain.words.guards import CODES, GUARDS, LASTING
from shared.domain.words.kind import Reading
from shared.domain.words.permission import kept_out
from shared.domain.words.relations import describe


@dataclass(frozen=True, slots=True)
class Offer:
    """An action, and why the caller may not take it now; None when they may."""

    action: Action
    refusal: Refusal | None


def act(context: Context, name: str, given: Mapping[str, object]) -> Decision:
    """The plan that takes the action on the scene's task, or why nothing happens."""
    workflow, type_name = context.scene.workflow, context.scene.subject.type
    if name == child_action(workflow, type_name):
        return create_child(context, given)
    action = workflow.actions_of(type_name).get(name)
    if action is None:
        return _unknown(context, name)
    if action.options:
        return _act_by_option(context, action, given)
    return _act(context, action, given)


def _act_by_option(context: Context, action: Action, given: Mapping[str, object]) -> Decision:
    """The plan of the option that the input names; where no option is offered now, that is refused first."""
    option = action.options.get(str(given.get(OPTION)))
    if option is not None:
        return _act(context, option, {name: value for name, value in given.items() if name != OPTION})
    now = offer_of(context, action)
    if now.refusal is not None:
        return now.refusal
    wanted = f"This must be one of: {', '.join(now.action.options)}."
    detail = wanted if OPTION in given else f"This field is required. {wanted}"
    return Refusal("invalid_input", "The input does not fit.", rule="input", errors=(FieldError(f"/{OPTION}", detail),))


def _act(context: Context, action: Action, given: Mapping[str, object], heard: Task | None = None) -> Decision:
    """The plan of the action, by which nothing else is meant; `heard` is the task that has taken a message for it."""
    refusal = permitted(context, action) or offered(context, action)
    if refusal is not None:
        return refusal
    values, errors = read_action(action, given, Reading(context.scene, context.caller, context.now))
    if errors:
        return Refusal("invalid_input", "The input does not fit.", rule="input", errors=errors)
    return _take(context, action, values, heard)


def receive(context: Context, message: Message) -> Plan:
    """The plan by which a message of the other end arrives at the scene's task, once, and in its turn.

    The engine takes the action that it names. What that action is not offered for, by now, is dropped, as is
    what another generation says, what was heard before, and what a deleted end would hear
    (collaboration.md, Crossing messages). Raises ValueError for one that comes before its turn, or does not fit.
    """
    task, end = context.scene.subject, context.scene.subject.end
    if end is None or task.deleted or message.generation != end.generation or message.sequence <= end.received:
        return Plan(context.ids.commit, (DeleteMessage(message),), task, SKEW)
    if message.sequence != end.received + 1:
        raise ValueError(f"{task.task_id} has heard {end.received} messages, and not yet those before this one.")
    action = context.scene.workflow.actions[message.action]
    heard = replace(task, end=replace(end, received=message.sequence))
    if permitted(context, action) or offered(context, action):
        return Plan(context.ids.commit, (ChangeTask(task, heard), DeleteMessage(message)), heard, SKEW)
    # Who talks is who to talk to: a partner's end is found by its id, once it was heard of.
    known = replace(heard, end=replace(end, received=message.sequence, task_id=message.task_id))
    decision = _act(context, action, message.input, known)
    if isinstance(decision, Refusal):
        raise ValueError(f"{message.action} was told to {task.task_id}, and refused: {decision.detail}")  # noqa: TRY004 (no type is wrong)
    return replace(decision, writes=(*decision.writes, DeleteMessage(message)))


def offers(context: Context, *, unlisted: bool = False) -> tuple[Offer, ...]:
    """Every action of the task's type that is listed, or really every one, each with why `act` would refuse it."""
    workflow, type_name = context.scene.workflow, context.scene.subject.type
    found = tuple(
        offer_of(context, action) for action in workflow.actions_of(type_name).values() if action.listed or unlisted
    )
    return found if child_action(workflow, type_name) is None else (*found, Offer(*offer_child(context)))


def offer_of(context: Context, action: Action) -> Offer:
    """The action, with just those options that are offered; where none is, with what stands in the way of the first.

    What only its status keeps the task from comes before what is never for the caller.
    """
    if not action.options:
        return Offer(action, permitted(context, action) or offered(context, action))
    each = {name: offer_of(context, option) for name, option in action.options.items()}
    now = {name: offer.action for name, offer in each.items() if offer.refusal is None}
    if now:
        return Offer(replace(action, options=now), None)
    refusals = [offer.refusal for offer in each.values() if offer.refusal is not None]
    return Offer(action, min(refusals, key=lambda refusal: refusal.code == "not_allowed"))


def permitted(context: Context, action: Action) -> Refusal | None:
    """Refuses what no status of the task would let the caller do: for what the task is, or for who they are.

    Who could is of little use where nobody can at present: that is said as well.
    """
    for word in (word for word in action.guards if word.name in LASTING):
        reason = GUARDS[word.name](context, word.arguments)
        if reason is not None:
            return Refusal("not_allowed", reason, rule=word.name)
    refusal = kept_out(context.scene, context.caller, action.who, f'take the action "{action.label}" on this task')
    if refusal is None or context.scene.status.key in action.sources:
        return refusal
    return replace(refusal, detail=f"{refusal.detail} Nobody can at present: {_only_from(context, action)}")


def _unknown(context: Context, name: str) -> Refusal:
    """Refuses an action that tasks of the type do not have, or no task at all."""
    workflow = context.scene.workflow
    if name == workflow.creation.action or any(action.name == name for _, action in workflow.every_action()):
        detail = f"{with_article(context.scene.subject.type, first=True)} has no action {name!r}."
        return Refusal("not_allowed", detail, rule="action")
    return Refusal("invalid_input", f"There is no action {name!r}.", rule="action")


def offered(context: Context, action: Action) -> Refusal | None:
    """Refuses what the task's status, or a guard, does not offer to anybody now."""
    scene = context.scene
    if scene.status.key not in action.sources:
        return _unavailable(context, action, "from", _only_from(context, action))
    for word in action.guards:
        reason = GUARDS[word.name](context, word.arguments)
        if reason is not None:
            return _unavailable(context, action, word.name, reason)
    return None


def _unavailable(context: Context, action: Action, rule: str, reason: str) -> Refusal:
    who = describe(context.scene, action.who, context.caller)
    return Refusal(CODES.get(rule, "action_not_available"), reason, rule=rule, who=who)


def _only_from(context: Context, action: Action) -> str:
    statuses = context.scene.workflow.statuses
    names = [statuses[key].status for key in statuses if key in action.sources]
    wanted = " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    present = context.scene.subject
    return f"{action.label} is possible while {wanted}; the task is {present.state} / {present.status}."


def _take(context: Context, action: Action, values: Mapping[str, object], heard: Task | None = None) -> Decision:
    """The plan of the action with its input, read; `heard` is the task that has taken a message of its other end."""
    draft = Draft(context, context.scene.subject, action=action.name, given=values)
    draft.task = heard or draft.task
    draft.note = next((str(values[f.name]) for f in action.fields if _is_note(f.kind, f.name, values)), None)
    for word in action.effects:
        refusal = EFFECTS[word.name](draft, word.arguments)
        if refusal is not None:
            return refusal
    draft.move_to(action.target)
    refusal = _let_go(draft)
    if refusal is not None:
        return refusal
    if draft.is_idle:
        return Plan(context.ids.commit, (), context.scene.subject, SKEW)
    draft.event = action.event or draft.event
    return draft.plan(**SKEW)


def _let_go(draft: Draft) -> Refusal | None:
    """What has ended gives back what it held, or was given; unless a cascade ended it, what is declared follows."""
    workflow, status = draft.context.scene.workflow, draft.status
    if status.open:
        return None
    end_hold(draft)
    if is_hold(workflow, draft.task):
        held = release(draft)
        return follow(held) if held is not None else None
    if workflow.tree is None or draft.action in (workflow.tree.cascade, workflow.tree.conclude):
        return None
    if workflow.types[draft.task.type].returns and not status.completed:
        give_back(draft)
    return end_with_delegate(draft) or follow(draft)


def _is_note(kind: str, name: str, values: Mapping[str, object]) -> bool:
    return kind == "note" and values.get(name) is not None
