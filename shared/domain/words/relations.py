"""What a caller is to a task: the only source of what they may see and do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.domain.definitions.workflow import Workflow
from shared.domain.model.people import Caller
from shared.domain.model.scene import Scene, status_of
from shared.domain.model.task import Case, Party, Task


@dataclass(frozen=True, slots=True)
class Relation:
    """Whether a caller stands in the relation, and words for those who do."""

    holds: Callable[[Scene, Caller], bool]
    described: Callable[[Scene], str]


def relations(scene: Scene, caller: Caller) -> frozenset[str]:
    """The names of all relations between the caller and the scene's task.

    Who has the open child that an organization's task was passed on to acts there, and not here.
    """
    held = {name for name, relation in RELATIONS.items() if relation.holds(scene, caller)}
    if is_passed_on_to(scene, caller):
        held &= {"administrator"}
    if caller.administrator and scene.task is not None:
        held.update(scene.workflow.administrators_act_as)
    return frozenset(held)


def describe(scene: Scene, names: tuple[str, ...], caller: Caller) -> tuple[str, ...]:
    """Those who stand in the named relations, in words, as far as there are any and the caller may know them.

    Who is outside is told of no person and no organization but their own.
    """
    texts = (RELATIONS[name].described(scene) for name in names if _is_told(scene, name, caller))
    return tuple(dict.fromkeys(text for text in texts if text))


def _is_told(scene: Scene, name: str, caller: Caller) -> bool:
    if caller.inside or name not in NAMING:
        return True
    named = _parent_organization(scene) if name in PARENTS else _assigned(scene)
    return name != "assigner" and is_party(caller, named)


def visible(workflow: Workflow, caller: Caller, case: Case, task: Task | None = None) -> bool:
    """Whether the caller may see the task; without one, whether they may see the whole case."""
    return VISIBILITIES[workflow.visibility](caller, case, task)


def is_party(caller: Caller, party: Party | None) -> bool:
    """Whether the caller is the party, or a member of the organization that is."""
    if party is None or caller.user is None:
        return False
    if party.kind == "user":
        return party.id == caller.user.id
    return party.kind == "organization" and caller.member_of(party.id)


def passed_on_from(scene: Scene) -> Task | None:
    """The task that passed its work on to the scene's, a child of its own type; None if none did."""
    task = scene.subject
    return scene.related.get(task.parent_id or "") if task.is_delegate else None


def passed_on_by(scene: Scene) -> Task | None:
    """The same, as long as it is an organization's: one that has gone over to a person has no members to ask."""
    parent = passed_on_from(scene)
    party = parent.assigned_party if parent is not None else None
    return parent if party is not None and party.kind == "organization" else None


def branch_of(scene: Scene, task: Task) -> tuple[Task, ...]:
    """The task with those of its own type that passed it on, the first of them first."""
    branch = [task]
    while branch[0].is_delegate:
        branch.insert(0, scene.related[branch[0].parent_id or ""])
    return tuple(branch)


def is_passed_on_to(scene: Scene, caller: Caller) -> bool:
    """Whether the caller has the open child that the scene's task was passed on to."""
    child = scene.related.get(scene.task.delegate_id or "") if scene.task else None
    if child is None or not status_of(scene.workflow, child).open:
        return False
    party = child.assigned_party
    return party is not None and party.kind == "user" and is_party(caller, party)


def _inside_or_party(caller: Caller, case: Case, task: Task | None) -> bool:
    del case
    return caller.inside or (task is not None and is_party(caller, task.assigned_party))


def _organization(caller: Caller, case: Case, task: Task | None) -> bool:
    del task
    if caller.is_engine or caller.administrator:
        return True
    return caller.member_of(case.organization_id)


VISIBILITIES: Mapping[str, Callable[[Caller, Case, Task | None], bool]] = {
    "inside_or_party": _inside_or_party,
    "organization": _organization,
}


def _assignee(scene: Scene, caller: Caller) -> bool:
    return is_party(caller, _assigned(scene))


def _assigner(scene: Scene, caller: Caller) -> bool:
    by = scene.task.assigned_by if scene.task else None
    return by is not None and caller.user is not None and by.id == caller.user.id


def _group_queue_member(scene: Scene, caller: Caller) -> bool:
    return scene.task is not None and caller.member_of(scene.task.group_queue)


def _group_queue_admin(scene: Scene, caller: Caller) -> bool:
    return scene.task is not None and caller.member_of(scene.task.group_queue, admin=True)


def _group_queue_proxy(scene: Scene, caller: Caller) -> bool:
    """A member of the group queue acts for a party that is no person here (inspection.md)."""
    party = _assigned(scene)
    acts_for = party is not None and party.kind != "user"
    return acts_for and _group_queue_member(scene, caller)


def _parent_organization(scene: Scene) -> Party | None:
    """The organization that the parent is assigned to, where the parent was loaded."""
    parent = scene.related.get(scene.task.parent_id or "") if scene.task else None
    party = parent.assigned_party if parent else None
    return party if party is not None and party.kind == "organization" else None


def _parent_organization_member(scene: Scene, caller: Caller) -> bool:
    party = _parent_organization(scene)
    return party is not None and caller.member_of(party.id)


def _parent_organization_admin(scene: Scene, caller: Caller) -> bool:
    party = _parent_organization(scene)
    return party is not None and caller.member_of(party.id, admin=True)


def _parent_described(scene: Scene, who: str) -> str:
    party = _parent_organization(scene)
    return f"{who} of {party.display_name}" if party else ""


def _case_member(scene: Scene, caller: Caller) -> bool:
    return caller.member_of(scene.case.organization_id)


def _queue_label(scene: Scene) -> str:
    queue = scene.task.group_queue if scene.task else None
    named = scene.workflow.organizations.get(queue or "")
    return named.label if named else (queue or "the group queue")


def _assigned(scene: Scene) -> Party | None:
    return scene.task.assigned_party if scene.task else None


def _assigner_described(scene: Scene) -> str:
    return "whoever assigned it" if scene.task and scene.task.assigned_by else ""


def _assignee_described(scene: Scene) -> str:
    party = _assigned(scene)
    if party is None or party.kind == "external":
        return ""
    return party.display_name if party.kind == "user" else f"members of {party.display_name}"


def _proxy_described(scene: Scene) -> str:
    party = _assigned(scene)
    return f"members of {_queue_label(scene)}" if party and party.kind != "user" else ""


PARENTS = frozenset({"parent_organization_member", "parent_organization_admin"})
NAMING = PARENTS | {"assignee", "assigner"}
"""The relations whose words tell of a person or an organization: that of the task above, or of the task itself."""

RELATIONS: Mapping[str, Relation] = {
    "engine": Relation(lambda scene, caller: caller.is_engine, lambda scene: "Casetree itself"),
    "administrator": Relation(lambda scene, caller: caller.administrator, lambda scene: "administrators"),
    "inside": Relation(
        lambda scene, caller: caller.user is not None and caller.user.inside,
        lambda scene: "people inside",
    ),
    "case_organization_member": Relation(_case_member, lambda scene: "members of the case's organization"),
    "assignee": Relation(_assignee, _assignee_described),
    "assigner": Relation(_assigner, _assigner_described),
    "group_queue_member": Relation(_group_queue_member, lambda scene: f"members of {_queue_label(scene)}"),
    "group_queue_admin": Relation(_group_queue_admin, lambda scene: f"admins of {_queue_label(scene)}"),
    "group_queue_proxy": Relation(_group_queue_proxy, _proxy_described),
    "parent_organization_member": Relation(
        _parent_organization_member, lambda scene: _parent_described(scene, "members")
    ),
    "parent_organization_admin": Relation(_parent_organization_admin, lambda scene: _parent_described(scene, "admins")),
}
