"""What can happen next in a case: what people do to a task, and what time does."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from shared.domain.checks.worlds.inputs import inputs
from shared.domain.checks.worlds.people import callers
from shared.domain.checks.worlds.world import Deed, World
from shared.domain.children import child_action
from shared.domain.children import offer as offer_child
from shared.domain.decide import act, offer_of
from shared.domain.definitions.lifecycle import ENGINE as BY_ENGINE
from shared.domain.definitions.lifecycle import Step
from shared.domain.definitions.workflow import Action
from shared.domain.drafts.draft import Draft
from shared.domain.model.people import ENGINE, Caller
from shared.domain.model.plan import Plan
from shared.domain.model.scene import Context, Scene, status_of
from shared.domain.model.task import Task, TaskId
from shared.domain.trees.tree import end
from shared.domain.words.fields import OPTION
from shared.domain.words.plain_kinds import texts_of
from shared.domain.words.relations import relations

ADMINISTRATOR = "administrator"
ENDED_ABOVE = "ended_above"
"""What a counterexample calls the completion of the parent."""


@dataclass(frozen=True, slots=True)
class Move:
    """A step that the real decision has taken on a task, and the case after it."""

    step: Step
    after: World
    task_id: TaskId = ""
    counts: bool = True
    """Whether it shows that somebody can act: an administrator, a task beside, or a new one, does not."""


def moves(world: World, task: Task, without: Collection[str] = ()) -> Iterator[Move]:
    """Everything that may happen to the task next, without some actions of people."""
    yield from by_time(world, task)
    yield from by_people(world, task, without)


def by_time(world: World, task: Task) -> Iterator[Move]:
    """What the timers of the task do when they are due."""
    for timer in task.timers:
        fires = partial(act, name=timer.action, given={})
        deed = Deed(timer.action, fires, ENGINE, (BY_ENGINE,), task_id=task.task_id, now=timer.at)
        yield from _moved(world, task, deed.name, deed.who, world.done(deed))


def by_parent(world: World, task: Task) -> Iterator[Move]:
    """What the completion of its parent does to a task that may not outlive it."""
    parent, survival = world.tasks.get(task.parent_id or ""), world.workflow.types[task.type].under_completed
    if parent is None or survival == "stays":
        return
    after = world.decided(_completed, ENGINE, parent)
    yield from _moved(world, task, ENDED_ABOVE, (BY_ENGINE,), after, counts=False)


def _moved(
    world: World, task: Task, action: str, who: tuple[str, ...], after: World | None, *, counts: bool = True
) -> Iterator[Move]:
    """The step, if the decision let it be taken."""
    if after is not None:
        yield Move(step_of(world, task, action, who, after), after, task.task_id, counts)


def _stands_in(scene: Scene, caller: Caller, who: tuple[str, ...]) -> bool:
    """Whether the caller may do what is for these only as an administrator who acts for somebody (`act_as`)."""
    alone = replace(scene, workflow=replace(scene.workflow, administrators_act_as=()))
    return caller.administrator and relations(alone, caller).isdisjoint(who)


def _completed(context: Context) -> Plan:
    draft = Draft(context, context.scene.subject, action=ENDED_ABOVE, given={})
    end(draft, completed=True)
    return draft.plan()


def by_people(world: World, task: Task, without: Collection[str] = ()) -> Iterator[Move]:
    """What people can do to the task: each action by the first of them who may take it, administrators last."""
    done, scene, child = set(without), world.scene(task), child_action(world.workflow, task.type)
    for caller, related in callers(world.people, scene):
        for action in _offered(world.context(caller, task), related, done):
            for given in inputs(world.people, scene, action):
                who = tuple(name for name in action.who if name in related) or (ADMINISTRATOR,)
                taken = partial(act, name=action.name, given=given)
                deed = Deed(_called(action, given), taken, caller, who, given, task.task_id)
                after = world.done(deed)
                done |= {action.name} if after is not None else set()
                counts = not caller.administrator and action.name != child
                stands_in = _stands_in(scene, caller, who)
                for move in _moved(world, task, deed.name, who, after, counts=counts):
                    yield replace(move, step=replace(move.step, stands_in=stands_in))


def _offered(context: Context, related: frozenset[str], done: Collection[str]) -> Iterator[Action]:
    """The actions that the caller may take now; whom an action is not for is not asked about the rest."""
    workflow, task = context.scene.workflow, context.scene.subject
    for action in workflow.actions_of(task.type).values():
        if action.name not in done and not related.isdisjoint(action.who):
            offer = offer_of(context, action)
            if offer.refusal is None:
                yield offer.action
    child = child_action(workflow, task.type)
    if child is not None and child not in done:
        action, refusal = offer_child(context)
        if refusal is None:
            yield _of_one_type(action)


def _of_one_type(action: Action) -> Action:
    """Creating a child, of the first type that there may be: how many there are counts, not of what types."""
    first = (replace(f, options={"of": texts_of(f, "of")[:1]}) if f.name == "type" else f for f in action.fields)
    return replace(action, fields=tuple(first))


def _called(action: Action, given: Mapping[str, object]) -> str:
    """The action, or the option of it that is taken."""
    return action.options[str(given[OPTION])].name if action.options else action.name


def step_of(world: World, task: Task, action: str, who: tuple[str, ...], after: World) -> Step:
    """The step as a counterexample prints it."""
    return Step(action, _key(world, task), _key(after, after.tasks[task.task_id]), who, of=task.type)


def _key(world: World, task: Task) -> str:
    return status_of(world.workflow, task).key
