"""How cases begin, and tasks come to be: with the case, by what is declared, or because somebody asks for one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice, product
from math import prod

from shared.domain.cases import create_case, new_case
from shared.domain.checks.openings import every_opening
from shared.domain.checks.worlds.inputs import LEFT_OUT, NOW, inputs, values
from shared.domain.checks.worlds.people import ADMINISTRATOR, People, callers, people_of
from shared.domain.checks.worlds.world import Deed, World
from shared.domain.creation import create_task
from shared.domain.definitions.lifecycle import ENGINE, Step
from shared.domain.definitions.vocabulary import CREATE
from shared.domain.definitions.workflow import (
    PARENT,
    SAME,
    Action,
    CaseType,
    Field,
    Follow,
    TargetCase,
    TaskType,
    Workflow,
)
from shared.domain.ends.connections import PARTNER
from shared.domain.model.connections import Tie
from shared.domain.model.people import INTERNAL_KINDS, Caller
from shared.domain.model.plan import Decision, Plan, Refusal
from shared.domain.model.scene import Context, Scene, status_of
from shared.domain.model.task import Task, TaskId
from shared.domain.trees.following import above_of, applies, begin_case, open_under
from shared.domain.words.plain_kinds import texts_of
from shared.domain.words.relations import PARENTS, visible

BEGINNINGS = 1_000
"""Ways in which a case may begin, up to which each is looked at."""


@dataclass(frozen=True, slots=True)
class Birth:
    """A task that has just come to be, in its case."""

    step: Step
    world: World
    task_id: TaskId
    way: tuple[Step, ...] = ()
    """What has led there, where the deeds of the case do not tell that."""


def cases(workflow: Workflow) -> tuple[World, ...]:
    """A new case for each way in which its attributes can be given."""
    people = people_of(workflow)
    return tuple(
        world
        for case_type in workflow.case_types.values()
        for attributes in attributes_of(workflow, people, case_type)
        for world in _begun(workflow, people, case_type, attributes)
    )


def _begun(workflow: Workflow, people: People, case_type: CaseType, attributes: object) -> Iterator[World]:
    new, owner = unbegun(workflow, people, case_type), people.of_kind(*INTERNAL_KINDS).id
    owned = {"organizationId": owner} if new.case.organization_id else {}
    given = {"attributes": attributes, **owned}
    begins, who = partial(create_case, given=given), workflow.create_case
    callers_in_turn = (*map(Caller, people.members(owner)), ADMINISTRATOR)
    begun = (new.done(Deed(CREATE, begins, caller, who, given)) for caller in callers_in_turn)
    yield from [case for case in begun if case is not None][:1]


def unbegun(workflow: Workflow, people: People, case_type: CaseType) -> World:
    """A case that nobody has begun yet."""
    owner = people.of_kind(*INTERNAL_KINDS).id if workflow.visibility == "organization" else None
    ties = {other: Tie(owner, other, other, PARTNER, other) for other in people.partners} if owner else {}
    case = replace(new_case(NOW, workflow, case_type, "case"), organization_id=owner)
    asking = frozenset(name for name in workflow.types if _asks_above(workflow, name))
    return World(workflow, people, case, ties=ties, asking_above=asking)


def _asks_above(workflow: Workflow, type_name: str) -> bool:
    """Whether it depends on who has the task above what becomes of such a task.

    Where whoever has it may do the same as the members of that task's organization, there is somebody anyway.
    """
    ways = tuple(way for action in workflow.actions_of(type_name).values() for way in action.ways)
    asked = any(PARENTS.intersection(way.who) and "assignee" not in way.who for way in ways)
    return asked or PARENT in _assignees(workflow.types[type_name].follows)


def _assignees(declared: Iterable[Follow]) -> Iterator[str | None]:
    for each in declared:
        yield each.assignee
        yield from _assignees(each.children)


def attributes_of(workflow: Workflow, people: People, case_type: CaseType) -> Iterator[Mapping[str, object]]:
    """Every way in which the attributes of such a case can be given, as far as it makes a difference."""
    scene = Scene(workflow, new_case(NOW, workflow, case_type, "case"), organizations=people.organizations)
    choices = [[(f.name, value) for value in _values(people, scene, f)] for f in case_type.attributes]
    for chosen in islice(product(*choices), BEGINNINGS):
        yield {name: value for name, value in chosen if value is not LEFT_OUT}


def ways_to_begin(workflow: Workflow, case_type: CaseType) -> int:
    """In how many ways the attributes of such a case can be given."""
    people = people_of(workflow)
    scene = Scene(workflow, new_case(NOW, workflow, case_type, "case"), organizations=people.organizations)
    return prod(len(tuple(_values(people, scene, field))) for field in case_type.attributes)


def _values(people: People, scene: Scene, field: Field) -> Iterator[object]:
    """The values of an attribute of few, each flag of an organization on or off; of others, one."""
    if field.kind == "boolean" and not field.required:
        # What is false and what is not given are read alike, as `when` and `unless` have it.
        yield from (LEFT_OUT, True)
        return
    if field.kind != "flagged_organization":
        yield from values(people, scene, field)
        return
    if not field.required:
        yield LEFT_OUT
    named = people.of_kind(str(field.options["of_kind"])) if "of_kind" in field.options else None
    organization = named or next(iter(people.organizations.values()))
    flags = texts_of(field, "flags")
    for chosen in product((False, True), repeat=len(flags)):
        yield {"organizationId": organization.id, **dict(zip(flags, chosen, strict=True))}


def births(workflow: Workflow, begun: Sequence[World], type_name: str) -> Iterator[Birth]:
    """Every way in which tasks of the type come to be, one after the other."""
    for world in begun:
        yield from (born(world, task, (ENGINE,)) for task in world.tasks.values() if task.type == type_name)
    # What follows on a task may depend on the case's attributes; nothing else of it does.
    for world in map(_with_another, begun if workflow.types[type_name].follows else begun[-1:]):
        for parent_type in parents_of(workflow, type_name):
            yield from _under(world, workflow.types[type_name], parent_type)


def _with_another(world: World) -> World:
    """The case with a task that others may wait for, where tasks wait for others."""
    if world.workflow.prerequisites is None:
        return world
    asked = (birth for name in world.workflow.types.values() for birth in requested(world, name, None))
    return next((birth.world for birth in asked), world)


def born(world: World, task: Task, who: tuple[str, ...]) -> Birth:
    """The task as one that has just come to be."""
    return Birth(Step(CREATE, None, status_of(world.workflow, task).key, who, of=task.type), world, task.task_id)


def parents_of(workflow: Workflow, type_name: str) -> tuple[str | None, ...]:
    """The types under which a task of this one may be; the order is that of the file."""
    parents = workflow.types[type_name].parents - {type_name}
    return tuple(name for name in workflow.types if name in parents) or (None,)


def _under(world: World, task_type: TaskType, parent_type: str | None) -> Iterator[Birth]:
    parent: Task | None = None
    if parent_type is not None:
        staged = with_open(world, parent_type)
        if staged is None:
            return
        before, (world, parent) = world, staged
        there = (t for t in world.tasks.values() if t.task_id not in before.tasks and t.type == task_type.name)
        yield from (born(world, task, (ENGINE,)) for task in there)
    yield from _declared(world, task_type, parent)
    yield from requested(world, task_type, parent)


def with_open(world: World, type_name: str, above: frozenset[str] = frozenset()) -> tuple[World, Task] | None:
    """The case with an open task of the type, where there is a way to it, and that task."""
    found = next((task for task in world.open_tasks() if task.type == type_name), None)
    if found is not None:
        return world, found
    for name in parents_of(world.workflow, type_name):
        if name in above:
            continue
        staged = (world, None) if name is None else with_open(world, name, above | {type_name})
        if staged is None:
            continue
        there, parent = staged
        opened = next((task for task in there.open_tasks() if task.type == type_name), None)
        if opened is not None:
            return there, opened
        task_type = world.workflow.types[type_name]
        for birth in (*_declared(there, task_type, parent), *requested(there, task_type, parent)):
            return birth.world, birth.world.tasks[birth.task_id]
    return None


def _declared(world: World, task_type: TaskType, parent: Task | None) -> Iterator[Birth]:
    """Tasks of the type as they are declared to open, whatever they follow on."""
    for opening in every_opening(world.workflow):
        if opening.type_name == task_type.name and opening.key != "begins" and not opening.is_passed_on:
            declared = _by_hand(opening.declared)
            if applies(declared, world.scene(), {}):
                yield from _made(world, declared, task_type, parent)


def _by_hand(declared: Follow) -> Follow:
    """The same task, opened by whoever is to have it."""
    return Follow(
        opens=declared.opens,
        assignee="actor" if declared.assignee else None,
        organization=declared.organization,
        attribute=declared.attribute,
        children=tuple(map(_by_hand, declared.children)),
    )


def _made(world: World, declared: Follow, task_type: TaskType, parent: Task | None) -> Iterator[Birth]:
    declared = replace(declared, opens=task_type.name)
    user = world.people.members(task_type.members_of or world.people.of_kind(*INTERNAL_KINDS).id)[0]

    def decide(context: Context) -> Decision:
        made = open_under(declared, parent, context, None) if parent else begin_case(context, (declared,))
        if isinstance(made, Refusal):
            return made
        drafts = made if isinstance(made, tuple) else (made,)
        return Plan("", tuple(write for draft in drafts for write in draft.whole()[1]))

    after = world.decided(decide, Caller(user))
    yield from _new(world, _fitting(world, after) if after else None, task_type, (ENGINE,))


def _new(world: World, after: World | None, task_type: TaskType, who: tuple[str, ...]) -> Iterator[Birth]:
    """The new task of the type, if the decision let it be."""
    tasks = after.tasks.values() if after else ()
    new = next((task for task in tasks if task.task_id not in world.tasks and task.type == task_type.name), None)
    if after is not None and new is not None:
        yield born(after, new, who)


def _fitting(world: World, after: World) -> World:
    """The case in which new tasks that a person has are those of a member of whose tasks they are."""
    tasks = dict(after.tasks)
    for task in after.tasks.values():
        parent = after.tasks.get(task.parent_id or "")
        of = parent.assigned_party if task.is_delegate and parent else None
        wanted = world.workflow.types[task.type].members_of or (of.id if of else None)
        members = world.people.members(wanted)
        is_new = task.task_id not in world.tasks and task.assigned_party is not None
        if is_new and task.assigned_party is not None and task.assigned_party.kind == "user" and members:
            tasks[task.task_id] = replace(task, assigned_party=members[0].party)
    return replace(after, tasks=tasks)


def requested(world: World, task_type: TaskType, parent: Task | None) -> Iterator[Birth]:
    """Tasks of the type that somebody may ask for, with each input that makes a difference."""
    creation = world.workflow.creation
    fields = tuple(f for f in creation.fields if f.name != "parentId")
    asked = Action(CREATE, "", frozenset(), (TargetCase(SAME),), creation.who, fields)
    where = {} if parent is None or task_type.placed else {"parentId": parent.task_id}
    kind = {"kind": task_type.kinds[0]} if task_type.kinds else {}
    for given in _given(world, asked, parent):
        request = {"type": task_type.name, **where, **kind, **given}
        asks, who = partial(create_task, given=request), task_type.created_by or creation.who
        askers = (asker for asker in _askers(world, task_type, parent) if _sees(world, asker))
        asked_by = (world.done(Deed(CREATE, asks, asker, who, request)) for asker in askers)
        after = next((case for case in asked_by if case is not None), None)
        yield from _new(world, after, task_type, who)


def _given(world: World, asked: Action, parent: Task | None) -> Iterator[Mapping[str, object]]:
    """Every input of the request; where it names a task to wait for, also with the parent in its place."""
    above = (parent, *above_of(world.scene(), parent)) if parent else ()
    beside = {task_id: task for task_id, task in world.tasks.items() if task not in above}
    for given in inputs(world.people, replace(world.scene(), related=beside), asked):
        yield given
        if parent is not None and given.get("prerequisites") == ():
            yield {**given, "prerequisites": (parent.task_id,)}


def _sees(world: World, caller: Caller) -> bool:
    """Whether the caller may see the case, or some task of it."""
    return any(visible(world.workflow, caller, world.case, task) for task in (None, *world.tasks.values()))


def _askers(world: World, task_type: TaskType, parent: Task | None) -> Iterator[Caller]:
    near = (caller for caller, _ in callers(world.people, world.scene(parent))) if parent else ()
    inside = world.people.of_kind(*INTERNAL_KINDS).id
    for organization_id in (inside, world.case.organization_id, task_type.created_by_members_of):
        yield from map(Caller, world.people.members(organization_id)[:1])
    yield from near
    yield ADMINISTRATOR
