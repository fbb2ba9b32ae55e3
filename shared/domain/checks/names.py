"""Names resolve: every name that a workflow mentions stands for something.

All other checks presuppose this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from shared.domain.checks.finding import Finding, Place, nearest
from shared.domain.definitions.vocabulary import ARGUMENTS, CASE_RELATIONS, TIMERS, Takes
from shared.domain.definitions.workflow import (
    BY_CHILDREN,
    BY_COUNTERPART,
    BY_PREREQUISITES,
    SAME,
    Action,
    Field,
    TargetCase,
    TaskType,
    Word,
    Workflow,
)
from shared.domain.model.people import SYSTEM
from shared.domain.words.conditions import CONDITIONS
from shared.domain.words.effects import EFFECTS
from shared.domain.words.fields import KINDS
from shared.domain.words.guards import GUARDS
from shared.domain.words.relations import RELATIONS, VISIBILITIES

DECLARE = {
    BY_PREREQUISITES: "Add `prerequisites: {waiting: ..., ready: ..., action: ...}` to use this word.",
    BY_COUNTERPART: "Only actions lead there, in a workflow with a `hand_off`.",
    BY_CHILDREN: "Only actions lead there, in a workflow with a `tree`.",
}


@dataclass(frozen=True, slots=True)
class Mention:
    """A name at a place of the file, what it should be the name of, and what there is."""

    where: Place
    what: str
    name: str
    known: Iterable[str]
    hint: str = ""


def unresolved(workflow: Workflow) -> Iterator[Finding]:
    """A finding for every name that stands for nothing."""
    for m in _mentions(workflow):
        if m.name not in m.known:
            hint = m.hint or nearest(m.name, m.known)
            yield Finding("names-resolve", m.where, f"There is no {m.what} {m.name!r}.", hint)


def _mentions(workflow: Workflow) -> Iterator[Mention]:
    yield Mention(("visibility",), "visibility", workflow.visibility, VISIBILITIES)
    yield from _relations(("administrators_act_as",), workflow.administrators_act_as)
    yield from _creation(workflow)
    for where, action in workflow.every_action():
        yield from _action(workflow, where, action)
    yield from _engine(workflow)
    yield from _handing(workflow)
    yield from _cases(workflow)
    yield from _types(workflow)


def _relations(where: Place, who: tuple[str, ...], known: Iterable[str] = RELATIONS) -> Iterator[Mention]:
    for index, name in enumerate(who):
        yield Mention((*where, index), "relation", name, known)


def _creation(workflow: Workflow) -> Iterator[Mention]:
    creation = workflow.creation
    known = sorted(CASE_RELATIONS)
    yield from _relations(("create", "who"), creation.who, known)
    yield from _target(workflow, ("create", "to"), creation.target, ())
    yield from _fields(("create", "fields"), creation.fields)


def _action(workflow: Workflow, where: Place, action: Action) -> Iterator[Mention]:
    for status in sorted(action.sources):
        yield Mention((*where, "from"), "status", status, workflow.statuses)
    yield from _target(workflow, (*where, "to"), action.target, (SAME,))
    yield from _relations((*where, "who"), action.who)
    for index, case in enumerate(action.target):
        for value in (word.arguments.get("value") for word in case.conditions if ARGUMENTS.get(word.name) == "input"):
            for name in value if isinstance(value, Mapping) else ():
                yield Mention((*where, "to", index, "when"), "field", str(name), [f.name for f in action.fields])
    yield from _fields((*where, "input"), action.fields)
    yield from _words(workflow, (*where, "guards"), "guard", action.guards, GUARDS)
    yield from _words(workflow, (*where, "effects"), "effect", action.effects, EFFECTS)


def _target(
    workflow: Workflow, where: Place, target: tuple[TargetCase, ...], more: tuple[str, ...]
) -> Iterator[Mention]:
    words = (*more, BY_PREREQUISITES) if workflow.prerequisites else more
    words = (*words, BY_CHILDREN) if workflow.tree and more else words
    words = (*words, BY_COUNTERPART) if workflow.hand_off and more else words
    for index, case in enumerate(target):
        hint = DECLARE.get(case.to, "")
        yield Mention((*where, index, "to"), "status", case.to, (*workflow.statuses, *words), hint)
        yield from _words(workflow, (*where, index, "when"), "condition", case.conditions, CONDITIONS)


def _fields(where: Place, fields: tuple[Field, ...]) -> Iterator[Mention]:
    for field in fields:
        here = (*where, field.name)
        yield Mention((*here, "is"), "kind of field", field.kind, KINDS)
        if field.kind in KINDS:
            for option in field.options:
                what = f"option of a field of kind {field.kind!r} named"
                yield Mention((*here, option), what, option, sorted(KINDS[field.kind].options))


def _words(
    workflow: Workflow, where: Place, what: str, words: tuple[Word, ...], known: Iterable[str]
) -> Iterator[Mention]:
    for index, word in enumerate(words):
        yield Mention((*where, index), what, word.name, known)
        value = word.arguments.get("value")
        if ARGUMENTS.get(word.name) == "status" and isinstance(value, str):
            yield Mention((*where, index), "status", value, workflow.statuses)
        for status in _statuses(ARGUMENTS.get(word.name), value):
            yield Mention((*where, index), "status", status, workflow.statuses)
        if ARGUMENTS.get(word.name) == "action" and isinstance(value, str):
            yield Mention((*where, index), "action", value, workflow.actions)
        if ARGUMENTS.get(word.name) == "field" and isinstance(value, str):
            yield Mention((*where, index), "attribute", value, _attributes(workflow))


def _statuses(takes: Takes | None, value: object) -> Iterator[str]:
    """The statuses that a word lists as its argument, by end or for all."""
    if takes == "statuses by end" and isinstance(value, Mapping):
        for listed in value.values():
            yield from _statuses("statuses", listed)
    if takes == "statuses" and isinstance(value, list | tuple):
        yield from map(str, value)


def _attributes(workflow: Workflow) -> list[str]:
    return [field.name for case_type in workflow.case_types.values() for field in case_type.attributes]


def _engine(workflow: Workflow) -> Iterator[Mention]:
    if workflow.prerequisites is not None:
        for key, status in (("waiting", workflow.prerequisites.waiting), ("ready", workflow.prerequisites.ready)):
            yield Mention(("prerequisites", key), "status", status, workflow.statuses)
        yield Mention(("prerequisites", "action"), "action", workflow.prerequisites.action, workflow.actions)
    if workflow.tree is not None:
        for key in ("on_hold", "returned", "completed", "cancelled"):
            yield Mention(("tree", key), "status", getattr(workflow.tree, key), workflow.statuses)
        yield Mention(("tree", "cascade"), "action", workflow.tree.cascade, workflow.actions)
        if workflow.tree.conclude is not None:
            yield Mention(("tree", "conclude"), "action", workflow.tree.conclude, workflow.actions)
        if workflow.tree.hold is not None:
            yield Mention(("tree", "hold"), "type", workflow.tree.hold, workflow.types)
    yield from _hand_off(workflow)
    for name, action in workflow.timers.items():
        yield Mention(("timers", name), "timer", name, TIMERS)
        yield Mention(("timers", name), "action", action, workflow.actions)


def _hand_off(workflow: Workflow) -> Iterator[Mention]:
    hand_off, where = workflow.hand_off, "hand_off"
    if hand_off is None:
        return
    yield Mention((where, "begins"), "status", hand_off.begins, workflow.statuses)
    yield Mention((where, "arrived"), "action", hand_off.arrived, workflow.actions)
    for key in ("requested", "accepted", "declined"):
        yield Mention((where, "connection", key), "action", getattr(hand_off.connection, key), workflow.actions)
    listed: list[tuple[Place, frozenset[str]]] = [((where, "sends"), hand_off.sends)]
    listed += [((where, "others_turn", index), turn.statuses) for index, turn in enumerate(hand_off.others_turn)]
    listed += [((where, "worker_status", index), rule.statuses) for index, rule in enumerate(hand_off.worker_status)]
    for place, statuses in listed:
        for status in sorted(statuses):
            yield Mention(place, "status", status, workflow.statuses)


def _handing(workflow: Workflow) -> Iterator[Mention]:
    """What takes tasks off people, and what gives tasks to them."""
    for index, step in enumerate(workflow.hand_back):
        yield Mention(("hand_back", index, "action"), "action", step.action, workflow.actions)
        for name in step.types:
            yield Mention(("hand_back", index, "types"), "type", name, workflow.types)
    if workflow.assigning is not None:
        yield Mention(("assigning", "member"), "action", workflow.assigning.member, workflow.actions)
        if workflow.assigning.next is not None:
            yield Mention(("assigning", "next"), "action", workflow.assigning.next, workflow.actions)


def _cases(workflow: Workflow) -> Iterator[Mention]:
    known = sorted(CASE_RELATIONS)
    yield from _relations(("case", "create"), workflow.create_case, known)
    if workflow.closing is not None:
        yield from _relations(("case", "close", "who"), workflow.closing.who, known)
        yield Mention(("case", "close", "cascade"), "action", workflow.closing.cascade, workflow.actions)
    for case_type in workflow.case_types.values():
        where = ("case", "types", case_type.name)
        yield from _fields((*where, "attributes"), case_type.attributes)
        if case_type.identity is not None:
            names = [field.name for field in case_type.attributes]
            yield Mention((*where, "identity"), "attribute", case_type.identity, names)


def _types(workflow: Workflow) -> Iterator[Mention]:
    for task_type in workflow.types.values():
        where = ("types", task_type.name)
        if task_type.group_queue is not None:
            yield Mention((*where, "groupQueue"), "organization", task_type.group_queue, workflow.organizations)
        yield from _people_of(workflow, task_type)
        if task_type.assigned_to_user is not None:
            yield Mention((*where, "assigned_to_user"), "user", task_type.assigned_to_user, (SYSTEM.id,))
        if task_type.begins is not None:
            yield Mention((*where, "begins"), "status", task_type.begins, workflow.statuses)
        for key in ("members_of", "assigned_to", "created_by_members_of"):
            if (named := getattr(task_type, key)) is not None:
                yield Mention((*where, key), "organization", named, workflow.organizations)
        for key in ("parents", "placed"):
            for name in sorted(getattr(task_type, key)):
                yield Mention((*where, key), "type", name, workflow.types)
        for action in sorted(task_type.actions or ()):
            yield Mention((*where, "actions"), "action", action, (*workflow.actions, workflow.creation.action or ""))


def _people_of(workflow: Workflow, task_type: TaskType) -> Iterator[Mention]:
    """Who may create tasks of the type, and take actions on them, where that is said for the type."""
    where = ("types", task_type.name)
    yield from _relations((*where, "created_by"), task_type.created_by or ())
    for key, what, known, named in (
        ("who", "action", workflow.actions, task_type.who),
        ("created_under", "type", workflow.types, task_type.created_under),
    ):
        for name, who in named.items():
            yield Mention((*where, key, name), what, name, known)
            yield from _relations((*where, key, name), who)
