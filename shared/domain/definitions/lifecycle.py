"""The lifecycle of a type as a graph: its statuses, and the steps that lead from one to another.

The checker and the diagrams look at this graph. It knows what a workflow says of statuses, and
nothing of a particular task: a step that depends on a condition is there with its condition.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shared.domain.definitions.vocabulary import (
    CASE_CHANGED,
    CHILD_OPENED,
    CHILDREN_CLOSED,
    CREATE,
    ENDED_BELOW,
    PASS_ON,
    TELLING,
)
from shared.domain.definitions.workflow import (
    BY_CHILDREN,
    BY_COUNTERPART,
    BY_PREREQUISITES,
    PARENT,
    ROOT,
    SAME,
    Action,
    TargetCase,
    Word,
    Workflow,
)

ENGINE = "engine"


@dataclass(frozen=True, slots=True)
class Step:
    """An action that may lead from one status to another; `source` is None for creation.

    `option` tells the targets of one action apart: the first whose conditions hold counts. `of` is the
    type of the task, where more than one task is looked at. `by` and `given` are the person and the input of a step
    that was taken; `stands_in`, that this was an administrator who may take it in somebody's place alone.
    """

    action: str
    source: str | None
    target: str
    who: tuple[str, ...]
    conditions: tuple[Word, ...] = ()
    option: int = 0
    of: str = ""
    by: str = ""
    given: str = ""
    stands_in: bool = False

    @property
    def actor(self) -> str:
        """Who takes it: somebody with one of the relations; in brackets the person, where that is known."""
        return " or ".join(self.who) + (f" ({self.by})" if self.by else "")

    def __str__(self) -> str:
        """The step in words, as a counterexample prints it."""
        start = self.source or "(nothing)"
        task = f"{self.of}: " if self.of else ""
        given = f", with {self.given}" if self.given else ""
        return f"{task}{start} --{self.action} by {self.actor}--> {self.target}{given}"


def creations(workflow: Workflow, type_name: str = "") -> tuple[Step, ...]:
    """The first steps of every task, or of one of the type where that begins in a status of its own."""
    creation = workflow.creation
    own = workflow.types[type_name] if type_name else None
    who = own.created_by if own and own.created_by is not None else creation.who
    if own and own.begins is not None:
        return (Step(CREATE, None, own.begins, who),)
    first = tuple(
        Step(CREATE, None, status, who, target.conditions, option)
        for option, target in enumerate(creation.target)
        for status in _reached(workflow, target, None)
    )
    hand_off = workflow.hand_off
    return first if hand_off is None else (*first, Step(CREATE, None, hand_off.begins, (ENGINE,), option=len(first)))


def steps(workflow: Workflow, type_name: str) -> tuple[Step, ...]:
    """All steps of tasks of the type: those of actions in the order of the file, then by children."""
    actions = workflow.actions_of(type_name).values()
    by_action = (step for action in actions for way in action.ways for step in _steps_of(workflow, way))
    return (
        *by_action,
        *_steps_by_children(workflow, type_name),
        *_steps_from_below(workflow, type_name),
        *_steps_by_change(workflow, type_name),
    )


def _steps_of(workflow: Workflow, action: Action) -> Iterator[Step]:
    for source in (key for key in workflow.statuses if key in action.sources):
        for option, target in enumerate(action.target):
            holds = any(word.name == "place_timed_hold" for word in action.effects)
            for status in _reached(workflow, target, source, waits=_makes_wait(action), holds=holds):
                yield Step(action.name, source, status, action.who, target.conditions, option)


def _steps_by_children(workflow: Workflow, type_name: str) -> Iterator[Step]:
    """What children do to a parent: hold it, and let it go back to work or end (engine.md)."""
    tree, own = workflow.tree, workflow.types[type_name]
    if tree is None or not _has_children(workflow, type_name):
        return
    for status in workflow.statuses.values():
        if status.open and status.key != tree.on_hold:
            yield Step(CHILD_OPENED, status.key, tree.on_hold, workflow.creation.who)
    ends = [] if own.ends == "by_action" else [tree.completed, tree.cancelled]
    back = [] if own.ends == "with_children" else [tree.returned]
    for target in (*back, *ends):
        yield Step(CHILDREN_CLOSED, tree.on_hold, target, (ENGINE,))


def _has_children(workflow: Workflow, type_name: str) -> bool:
    """Whether other tasks stand under such a one, or its work is passed on to a child of its own type."""
    passed_on = any(w.name in PASS_ON for a in workflow.actions_of(type_name).values() for w in a.effects)
    return passed_on or any(type_name in child.parents for child in workflow.types.values())


def _steps_from_below(workflow: Workflow, type_name: str) -> Iterator[Step]:
    """What the end of a task below does to one above that is declared to end as well."""
    tree = workflow.tree
    if tree is None:
        return
    roots = {name for name, other in workflow.types.items() if not other.parents}
    ends = {"completed": (tree.completed,), "cancelled": (tree.cancelled,)}
    if workflow.types[type_name].ends == "at_once":
        for status in (s for s in workflow.statuses.values() if s.open):
            for target in (tree.completed, tree.cancelled):
                yield Step(ENDED_BELOW, status.key, target, (ENGINE,))
    for other in workflow.types.values():
        named = {PARENT: other.parents, ROOT: roots}
        for declared in other.follows:
            if type_name not in named.get(declared.ends or "", {declared.ends}):
                continue
            for status in (s for s in workflow.statuses.values() if s.open):
                for target in ends.get(declared.after, (tree.completed, tree.cancelled)):
                    yield Step(ENDED_BELOW, status.key, target, (ENGINE,))


def _steps_by_change(workflow: Workflow, type_name: str) -> Iterator[Step]:
    """What another value of an attribute of the case does to a task: nobody counts on that as a way out."""
    every = (c for case in workflow.case_types.values() for changes in case.when_changed.values() for c in changes)
    if workflow.tree is not None and any(change.ends == type_name for change in every):
        for status in (s for s in workflow.statuses.values() if s.open):
            yield Step(CASE_CHANGED, status.key, workflow.tree.cancelled, (ENGINE,))


def _reached(
    workflow: Workflow, target: TargetCase, source: str | None, *, waits: bool = False, holds: bool = False
) -> tuple[str, ...]:
    """The statuses that a target may stand for, seen from a status."""
    if target.to == BY_PREREQUISITES and workflow.prerequisites is not None:
        pair = (workflow.prerequisites.waiting, workflow.prerequisites.ready)
        # Work that has begun stays where it is (inspection.md: prerequisites hold a task back
        # only before its start).
        if source is not None and source not in pair:
            return (source,)
        return pair[:1] if waits else pair
    if target.to == BY_CHILDREN and workflow.tree is not None:
        return (workflow.tree.on_hold,) if holds else (workflow.tree.on_hold, workflow.tree.returned)
    if target.to == BY_COUNTERPART and workflow.hand_off is not None:
        return tuple(key for key in workflow.statuses if key in workflow.hand_off.sends)
    if target.to in (SAME, BY_PREREQUISITES):
        return () if source is None else (source,)
    return (target.to,)


def _makes_wait(action: Action) -> bool:
    """Whether the action certainly leaves the task waiting for information."""
    field = action.field("awaiting")
    named = field is not None and field.required and not field.nullable
    return named and any(word.name == "set_awaiting" for word in action.effects)


def engine_moves(workflow: Workflow) -> frozenset[str]:
    """The actions that Casetree takes by itself.

    On timers, by turns, when prerequisites or children close, and for what the other end of a task tells.
    """
    named = set(workflow.timers.values()) | told(workflow)
    if workflow.hand_off is not None:
        connecting = workflow.hand_off.connection
        named |= {workflow.hand_off.arrived, connecting.requested, connecting.accepted, connecting.declined}
    if workflow.assigning is not None and workflow.assigning.next is not None:
        named.add(workflow.assigning.next)
    if workflow.prerequisites is not None:
        named.add(workflow.prerequisites.action)
    return frozenset(name for name in named if ENGINE in workflow.actions[name].who) | {CHILDREN_CLOSED, ENDED_BELOW}


def told(workflow: Workflow) -> frozenset[str]:
    """The actions that an end of a task has Casetree take at the other one."""
    words = (word for _, action in workflow.every_action() for word in action.effects)
    return frozenset(str(word.arguments.get("value")) for word in words if word.name in TELLING)


def ends_with_parent(workflow: Workflow, type_name: str) -> frozenset[str]:
    """The action that Casetree takes on such a task when its parent is completed; none where it stays."""
    survival, tree = workflow.types[type_name].under_completed, workflow.tree
    if tree is None or survival == "stays":
        return frozenset()
    return frozenset({tree.cascade if survival == "cancelled" else tree.conclude or ""})
