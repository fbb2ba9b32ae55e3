"""The vocabulary of definitions: what a workflow file says, as frozen values.

A workflow is data. Whatever differs between workflows is a word here, never a branch on a
workflow's name in the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal

from shared.domain.definitions.hand_off import HandOff
from shared.domain.model.people import OrganizationKind

SAME = "same"
BY_PREREQUISITES = "by_prerequisites"
BY_CHILDREN = "by_children"
BY_COUNTERPART = "by_counterpart"
Measure = Literal["waiting", "working"]
Ends = Literal["by_action", "when_delegated", "at_once", "with_children"]
Scope = Literal["case", "parent", "organization", "delegate", "kind"]
QueueOf = Literal["group_queue", "assignee", "case_organization", "none"]
Ending = Literal["completed", "cancelled", "closed"]
Whom = Literal["same", "parent", "actor", "creator", "input"]
Survival = Literal["stays", "cancelled", "completed"]
ROOT, PARENT, SELF = "root", "parent", "self"
Moving = Literal["along", "stays", "all_stay"]
Place = tuple[str | int, ...]
"""Where something stands in a workflow file."""


@dataclass(frozen=True, slots=True)
class Word:
    """A guard, condition or effect by its name in the vocabulary, with its arguments."""

    name: str
    arguments: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Status:
    """A state and status pair that tasks may have.

    `stamp` is the time field set on entry, `tab` overrides the queue tab of an open task,
    `remember` keeps the fact that it was ever entered, `measure` adds the time spent in it up.
    """

    key: str
    state: str
    status: str
    open: bool = False
    active: bool = False
    completed: bool = False
    stamp: str | None = None
    tab: str | None = None
    remember: bool = False
    measure: Measure | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an action's input, or an attribute of a case; `kind` is a word of `fields.py`.

    An attribute that is `fixed` is given when the case begins, and never changes.
    """

    name: str
    kind: str
    required: bool = False
    nullable: bool = False
    fixed: bool = False
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TargetCase:
    """A status to go to if every condition holds."""

    to: str
    conditions: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """A transition: from which statuses, where to, by whom, with which input.

    Of the fields of `either`, just one of the groups is given, whole. One with `options` is taken as the
    one that the input names: each of them is an action of its own, with what this one says of nothing else.
    """

    name: str
    label: str
    sources: frozenset[str]
    target: tuple[TargetCase, ...]
    who: tuple[str, ...]
    fields: tuple[Field, ...] = ()
    guards: tuple[Word, ...] = ()
    effects: tuple[Word, ...] = ()
    event: str | None = None
    listed: bool = True
    either: tuple[tuple[str, ...], ...] = ()
    options: Mapping[str, Action] = field(default_factory=dict)

    def field(self, name: str) -> Field | None:
        """The field of that name, if the action takes one."""
        return next((f for f in self.fields if f.name == name), None)

    @property
    def ways(self) -> tuple[Action, ...]:
        """What the action can be taken as: each of its options, or itself where it has none."""
        return tuple(self.options.values()) or (self,)

    @property
    def by_people(self) -> bool:
        """Whether it is for anybody but Casetree itself."""
        return any(relation != "engine" for way in self.ways for relation in way.who)


@dataclass(frozen=True, slots=True)
class Creation:
    """Who may create tasks, with which fields, and the status a new task takes.

    `action` is the name under which creating a child is listed among the actions of a task.
    """

    who: tuple[str, ...]
    target: tuple[TargetCase, ...]
    fields: tuple[Field, ...]
    action: str | None = None


@dataclass(frozen=True, slots=True)
class Follow:
    """What follows when a task ends (or, for a case type, when a case begins): a task opens, or one above ends too.

    `opens` names a type (`same`: that of the task it opens under), `under` where it stands: `root`,
    `parent`, `self` (the very task that has ended), or the type of a task above. It counts there, or at
    `counts_at`. It is assigned to one of `assignee`, `organization` (by id) and `attribute` (of the
    case). All of `when` (attributes of the case) and `given` (input) must be so, and none of `unless`
    (attributes). With `if_free` it opens only where no lock keeps it from opening. Its due time is the
    input's `due`. Beside a task that a request creates (`opens_with`), and only there, it opens only
    `while_open`, or only `unless_open`, a task of that type is open in the case. `children` open under it.
    `ends` names the task above that ends in the same way.
    """

    after: Ending = "closed"
    opens: str | None = None
    ends: str | None = None
    under: str = PARENT
    assignee: Whom | None = None
    organization: str | None = None
    attribute: str | None = None
    when: Mapping[str, object] = field(default_factory=dict)
    unless: Mapping[str, object] = field(default_factory=dict)
    given: Mapping[str, object] = field(default_factory=dict)
    children: tuple[Follow, ...] = ()
    counts_at: str | None = None
    while_open: str | None = None
    unless_open: str | None = None
    if_free: bool = False
    due: str | None = None


@dataclass(frozen=True, slots=True)
class TaskType:
    """What kind of work a task is; `actions` limits the workflow's actions to those named.

    `parents` names the types that it may stand under; none: it stands alone. `ends` says when a
    task of the type closes with its last open child instead of going back to work. `one_open`
    names the scopes (the case, the parent) in which only one task of the type may be open. A timed
    task `lasts` that long: then the engine takes the action of the timer `time`. `queue` says whose
    queue lists it, `members_of` the organization whose members alone such a task is assigned to.
    One that `returns` is given back when the child that it was passed on to is cancelled. `follows`
    says what comes after its end, `under_completed` what becomes of it when its parent is completed,
    `begins` in which status it begins, where that is another one than the workflow's, `created_by`
    who may create one under a task to which they have one of these relations, `created_under` the same
    by the type of that task, `created_by_members_of` an organization whose members may, too. Without
    another assignee it is `assigned_to` that organization, and to no other, or `assigned_to_user`; one of an
    `assigned_kind` is created for an organization of that kind. `who` names those who may take some of the
    actions on such a task, in place of those whom the actions name; `own_actions` are actions of this
    type alone, in place of the workflow's of that name.

    A request need not say where one stands that is `placed`: under the open task of the first such type
    that there is, else the last. `opens_with` opens under every new one that is no delegate. One that
    `joins_completed` may be created under a completed parent. Those of a `family` can be changed into
    each other. `kinds` tells apart tasks of the type. One that is `held_for` some time begins with such
    a timed hold, and is completed when the hold ends by time. `moves` says whether such an open task is
    taken along into a case that follows on its own.
    """

    name: str
    label: str
    group_queue: str | None = None
    due_in: timedelta | None = None
    actions: frozenset[str] | None = None
    parents: frozenset[str] = frozenset()
    ends: Ends = "by_action"
    one_open: tuple[Scope, ...] = ()
    lasts: timedelta | None = None
    queue: QueueOf = "group_queue"
    members_of: str | None = None
    returns: bool = False
    follows: tuple[Follow, ...] = ()
    under_completed: Survival = "stays"
    begins: str | None = None
    created_by: tuple[str, ...] | None = None
    assigned_to: str | None = None
    assigned_to_user: str | None = None
    assigned_kind: OrganizationKind | None = None
    who: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    own_actions: Mapping[str, Action] = field(default_factory=dict)
    created_under: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    created_by_members_of: str | None = None
    placed: tuple[str, ...] = ()
    opens_with: tuple[Follow, ...] = ()
    joins_completed: bool = False
    family: str | None = None
    kinds: tuple[str, ...] = ()
    held_for: timedelta | None = None
    moves: Moving = "along"


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to the tasks of a case when one of its attributes gets another value.

    With `ends`, every open task of that type is cancelled for that `reason`, and what `opens` stands
    in its place, under its parent; without, what `opens` stands under the root.
    """

    ends: str | None = None
    reason: str | None = None
    opens: tuple[Follow, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseType:
    """What a case may be about; `entity` names the entity that its tasks inherit.

    `identity` is the case attribute that holds the entity's own id; without it, the case's id.
    `begins` names the tasks that open with every case of the type, `when_changed` what happens to
    tasks when an attribute, or the part of one that stands behind a dot, gets another value.
    """

    name: str
    label: str
    entity: str | None = None
    identity: str | None = None
    attributes: tuple[Field, ...] = ()
    templates: Mapping[str, tuple[Mapping[str, object], ...]] = field(default_factory=dict)
    begins: tuple[Follow, ...] = ()
    when_changed: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseClosing:
    """How a case of the workflow is closed: by whom, and the action that ends its open tasks."""

    who: tuple[str, ...]
    cascade: str


@dataclass(frozen=True, slots=True)
class HandBack:
    """An action, with its input, that takes an open task of one of the types, or of any, off a departing user."""

    action: str
    input: Mapping[str, object] = field(default_factory=dict)
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assigning:
    """How tasks of an organization get to its members: by the action `member`, or by the engine's `next`, by turns."""

    member: str
    next: str | None = None


@dataclass(frozen=True, slots=True)
class NamedOrganization:
    """An organization that exists from deployment on."""

    id: str
    label: str
    kind: OrganizationKind
    auto_assign: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """The two statuses between which prerequisites move a task, and the engine's action for it."""

    waiting: str
    ready: str
    action: str


@dataclass(frozen=True, slots=True)
class Tree:
    """The statuses between which children move their parent, and how what is below a task ends.

    A parent is `on_hold` while a child is open, then `returned`; one that ends with its children
    is `completed` if one of them was, else `cancelled`. `cascade` is the engine's action on every
    open task below a cancelled one. `hold` is the type of a timed hold: a child that keeps its
    parent on hold for some days, and is not counted. `conclude` is the engine's action on what is
    completed with its parent.
    """

    on_hold: str
    returned: str
    completed: str
    cancelled: str
    cascade: str
    hold: str | None = None
    conclude: str | None = None


@dataclass(frozen=True, slots=True)
class Workflow:
    """A whole workflow: one version of one file."""

    name: str
    version: int
    label: str
    visibility: str
    administrators_act_as: tuple[str, ...]
    statuses: Mapping[str, Status]
    actions: Mapping[str, Action]
    types: Mapping[str, TaskType]
    case_types: Mapping[str, CaseType]
    create_case: tuple[str, ...]
    creation: Creation
    organizations: Mapping[str, NamedOrganization]
    prerequisites: Waiting | None = None
    tree: Tree | None = None
    closing: CaseClosing | None = None
    hand_back: tuple[HandBack, ...] = ()
    assigning: Assigning | None = None
    timers: Mapping[str, str] = field(default_factory=dict)
    hand_off: HandOff | None = None

    def status_of(self, state: str, status: str) -> Status | None:
        """The status with these wire values; none if the workflow has no such pair."""
        pairs = (s for s in self.statuses.values() if (s.state, s.status) == (state, status))
        return next(pairs, None)

    def actions_of(self, type_name: str) -> Mapping[str, Action]:
        """The actions that tasks of a type have, each with those who may take it on such a task."""
        own = self.types[type_name]
        if own.actions is None and not own.who and not own.own_actions:
            return self.actions
        limited = self.actions.keys() if own.actions is None else own.actions
        shared = {
            name: replace(action, who=own.who[name]) if name in own.who else action
            for name, action in self.actions.items()
            if name in limited
        }
        return {**shared, **own.own_actions}

    def every_action(self) -> Iterator[tuple[Place, Action]]:
        """All actions, those of a single type and every option too, each with its place in the file."""
        for action in self.actions.values():
            yield from _with_options(("actions", action.name), action)
        for task_type in self.types.values():
            for action in task_type.own_actions.values():
                yield from _with_options(("types", task_type.name, "own_actions", action.name), action)

    def organization_named(self, text: str) -> NamedOrganization | None:
        """An organization of the workflow by its id or its label."""
        by_label = (o for o in self.organizations.values() if o.label == text)
        return self.organizations.get(text) or next(by_label, None)


def _with_options(where: Place, action: Action) -> Iterator[tuple[Place, Action]]:
    if not action.options:
        yield where, action
    for name, option in action.options.items():
        yield (*where, "options", name), option
