"""One step of the past, judged by another version: through the real decision, on the case as it was before the step.

The step did happen by its own version. So the same is asked of that one first: where even it would refuse, history
does not keep what the decision rests on, and the step is not judged. Who may do what rests on who belongs to what
organization, which history does not keep: nobody is refused for that, but it is said where fewer may do it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from shared.domain.creation import create_task
from shared.domain.decide import act
from shared.domain.definitions.vocabulary import CHILD_OPENED, CREATE
from shared.domain.definitions.workflow import Action, Field, Workflow
from shared.domain.model.people import SYSTEM, Caller, Membership, Organization, User
from shared.domain.model.plan import Decision, Plan, Refusal
from shared.domain.model.scene import Context, Ids, Scene
from shared.domain.model.task import Case, Entry, Party, Person, Task
from shared.domain.whatif.past import Moment
from shared.domain.words.fields import OPTION

Kind = Literal["refused", "elsewhere", "not_judged"]
ANYBODY = "administrator"
"""The relation in which, of a workflow that is judged, everybody stands who has done anything."""
KEPT_TEXT = "A text that history does not keep."
TEXTS = frozenset({"description", "instruction", "note"})
OF_THE_CHILD = {"userId": "user", "organizationId": "organization"}
"""Input that says who gets the work: the assignee of the task that was created with the step."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is said of a step: by which rule it would be refused, where it would lead, or why neither is known."""

    kind: Kind
    rule: str
    detail: str


@dataclass(frozen=True, slots=True)
class Judge:
    """The version that things happened by, and the one that they are judged by."""

    old: Workflow
    new: Workflow
    case: Case

    def step(self, moment: Moment) -> Judgement | None:
        """What is said of the step; None where it would have been just so, and for what Casetree did by itself."""
        entry, task = moment.entry, moment.task
        if entry.created_by is None or entry.task_id is None:
            return None
        if task is None:
            return self._creation(moment) if _is_request(moment) else self._came_along(entry)
        taken = _taken(self.old, moment)
        if taken is None:
            return None
        if not _has_place(self.new, task):
            return _no_place(self.new, task.type, task.state, task.status)
        name, way, values = taken
        judged = self._compared(entry, *(act(self._context(w, moment), name, values) for w in self._versions))
        return judged or _fewer(way, _way(self.new, task.type, way.name))

    @property
    def _versions(self) -> tuple[Workflow, Workflow]:
        return for_anybody(self.old), for_anybody(self.new)

    def _came_along(self, entry: Entry) -> Judgement | None:
        """Of what came along with something else, only whether there is such a task is asked."""
        known = entry.type in self.new.types and self.new.status_of(entry.state, entry.status or "") is not None
        return None if known else _no_place(self.new, entry.type, entry.state, entry.status)

    def _creation(self, moment: Moment) -> Judgement | None:
        entry, present = moment.entry, moment.present
        task_type = self.old.types.get(entry.type or "")
        if task_type is None or present is None:
            return Judgement("not_judged", "type", f"{entry.type} is older than version {self.old.version}.")
        fixed = {"parentId": present.parent_id, "kind": present.kind}
        given: dict[str, object] = {"type": entry.type, **{n: v for n, v in fixed.items() if v is not None}}
        if entry.group_queue not in (None, task_type.group_queue):
            given["groupQueue"] = entry.group_queue
        if entry.assigned_party is not None and entry.assigned_party.id != task_type.assigned_to:
            given["assignedParty"] = _party(entry.assigned_party)
        return self._compared(entry, *(create_task(self._context(w, moment), given) for w in self._versions))

    def _compared(self, entry: Entry, by_old: Decision, by_new: Decision) -> Judgement | None:
        if isinstance(by_new, Refusal):
            told = " ".join((by_new.detail, *(f"{e.pointer}: {e.detail}" for e in by_new.errors)))
            if isinstance(by_old, Refusal) or by_new.code == "assignee_not_member":
                return Judgement("not_judged", by_new.rule or by_new.code, told)
            return Judgement("refused", by_new.rule or by_new.code, told)
        led, leads = _led(by_old), _led(by_new)
        if led is None or led == leads or led != (entry.state, entry.status):
            return None
        return Judgement("elsewhere", "to", f"It would have led to {' / '.join(leads or ())}.")

    def _context(self, workflow: Workflow, moment: Moment) -> Context:
        """What the decision would have been given. Tasks without a place in the version are left out."""
        known = {task_id: task for task_id, task in moment.tasks.items() if _has_place(workflow, task)}
        people = {user.id: user for user in _users(moment)}
        organizations = {o.id: o for o in _organizations(workflow, moment)}
        scene = Scene(workflow, self.case, moment.task, known, people, organizations, held={})
        numbers = (f"new{number}" for number in range(1_000))
        caller = Caller(_user(moment.entry.created_by or SYSTEM.person), administrator=True)
        return Context(scene, caller, moment.entry.created_at, Ids("new", numbers))


def for_anybody(workflow: Workflow) -> Workflow:
    """The workflow, in which `ANYBODY` may do everything that anybody may."""
    types = {
        name: replace(
            task_type,
            who={},
            own_actions=_opened(task_type.own_actions),
            created_by=None,
            created_under={},
            created_by_members_of=None,
        )
        for name, task_type in workflow.types.items()
    }
    creation = replace(workflow.creation, who=(*workflow.creation.who, ANYBODY))
    return replace(workflow, actions=_opened(workflow.actions), types=types, creation=creation)


def _opened(actions: Mapping[str, Action]) -> dict[str, Action]:
    return {
        name: replace(action, who=(*action.who, ANYBODY), options=_opened(action.options))
        for name, action in actions.items()
    }


def _is_request(moment: Moment) -> bool:
    """Whether the task was asked for by itself, and came along with nothing else."""
    return all(entry.action in (CREATE, CHILD_OPENED) and entry.task_id is not None for entry in moment.commit)


def _has_place(workflow: Workflow, task: Task) -> bool:
    return task.type in workflow.types and workflow.status_of(task.state, task.status) is not None


def _no_place(workflow: Workflow, type_name: str | None, state: str, status: str | None) -> Judgement:
    detail = f"There is no {type_name}, {state} / {status} in version {workflow.version}."
    return Judgement("refused", "status", detail)


def _way(workflow: Workflow, type_name: str, name: str) -> Action | None:
    """The action or option of this name, with those who may take it on such a task."""
    ways = (way for action in workflow.actions_of(type_name).values() for way in action.ways)
    return next((way for way in ways if way.name == name), None)


def _fewer(was: Action, now: Action | None) -> Judgement | None:
    lost = [name for name in was.who if now is not None and name not in now.who]
    if not lost:
        return None
    return Judgement("not_judged", "who", f"Not for everybody any more: {', '.join(lost)} may not.")


def _led(decision: Decision) -> tuple[str, str] | None:
    task = decision.subject if isinstance(decision, Plan) else None
    return (task.state, task.status) if isinstance(task, Task) else None


def _taken(workflow: Workflow, moment: Moment) -> tuple[str, Action, Mapping[str, object]] | None:
    """The action that was taken, as which way, with its input as far as kept; None for what is none of the file."""
    task = moment.task
    if task is None or task.type not in workflow.types:
        return None
    for action in workflow.actions_of(task.type).values():
        for way in action.ways:
            if way.name == moment.entry.action:
                option = next((name for name, other in action.options.items() if other is way), None)
                named = {} if option is None else {OPTION: option}
                return action.name, way, {**named, **_values(way, moment)}
    return None


def _values(action: Action, moment: Moment) -> dict[str, object]:
    values = ((field.name, _value(field, moment)) for field in action.fields)
    return {name: value for name, value in values if value is not None}


def _value(field: Field, moment: Moment) -> object:
    entry, change = moment.entry, moment.entry.changes.get(field.name)
    if field.kind in TEXTS:
        said = entry.note is not None if field.kind == "note" else change is not None
        return KEPT_TEXT if said or field.required else None
    if isinstance(change, Mapping) and change.get("to") is not None:
        return _party(entry.assigned_party) if field.name == "assignedParty" and entry.assigned_party else change["to"]
    if field.name in OF_THE_CHILD:
        created = (e.assigned_party for e in moment.commit if e.action == CREATE and e.assigned_party is not None)
        return next((party.id for party in created if party.kind == OF_THE_CHILD[field.name]), None)
    return None


def _party(party: Party) -> dict[str, str]:
    return {"kind": party.kind, "id": party.id, "displayName": party.display_name}


def _user(person: Person) -> User:
    """A person as history has written them down, with the one organization that it names."""
    home = person.organization_id
    kind: Literal["team", "partner"] = "team" if person.inside else "partner"
    memberships = {home: Membership(home, person.organization, kind)} if home is not None else {}
    return User(person.id, person.first_name or person.id, memberships=memberships)


def _users(moment: Moment) -> Iterator[User]:
    for entry in moment.commit:
        if entry.assigned_party is not None and entry.assigned_party.kind == "user":
            yield User(entry.assigned_party.id, entry.assigned_party.display_name)
    yield _user(moment.entry.created_by or SYSTEM.person)


def _organizations(workflow: Workflow, moment: Moment) -> Iterator[Organization]:
    for declared in workflow.organizations.values():
        yield Organization(declared.id, declared.label, declared.kind)
    for entry in moment.commit:
        party = entry.assigned_party
        if party is not None and party.kind == "organization" and party.id not in workflow.organizations:
            yield Organization(party.id, party.display_name, "partner")
